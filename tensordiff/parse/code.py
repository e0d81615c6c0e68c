"""Texts in programming languages: which one it is, and what it means in a scope. Parsed, never run."""

from __future__ import annotations

from collections.abc import Collection

from tensordiff.errors import ParseError
from tensordiff.matrix import Matrix, Scope
from tensordiff.parse.languages.marks import LANGUAGES, language_of


def code_language(text: str, language: str | None = None, known: Collection[str] = ()) -> str | None:
    """The programming language that a text is to be read in: the one asked for, else the one that its marks tell; None for
    plain text and LaTeX. Raises ParseError for an unknown language and for marks of two."""
    if language in ("plain", "latex"):
        return None
    if language is None:
        return language_of(text, known)
    if language.lower() not in LANGUAGES:
        raise ParseError(f"unknown language {language!r}", hint=f"known are plain, latex, {', '.join(LANGUAGES)}")
    return language.lower()


def read_code(text: str, scope: Scope, language: str) -> tuple[Matrix, tuple[str, ...]]:
    """What code means in a scope, and what was assumed. Raises ParseError, ShapeError ... with the place."""
    from tensordiff.parse.arrays import reading  # most texts are no code

    return reading.read_code(text, scope, language)
