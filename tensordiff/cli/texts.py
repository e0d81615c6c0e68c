"""Texts from arguments, files and standard input."""

from __future__ import annotations

import sys

from tensordiff.errors import ParseError


def read_text(place: str) -> str:
    """What a file holds, or standard input for "-". Raises ParseError where it cannot be read."""
    if place == "-":
        return sys.stdin.read()
    try:
        with open(place, encoding="utf-8-sig") as file:
            return file.read()
    except OSError as error:
        raise ParseError(f"cannot read {place}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ParseError(f"cannot read {place}: it is not text in UTF-8") from None


def given_text(argument: str) -> str:
    """A text as it stands, that of standard input for "-", or that of a file for "@FILE" (MATLAB's @(x) is code)."""
    if argument.strip() == "-":
        return read_text("-").strip()
    if argument.startswith("@") and not argument.startswith("@("):
        return read_text(argument[1:]).strip()
    return argument.strip()
