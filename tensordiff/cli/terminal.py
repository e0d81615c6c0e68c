"""What only a terminal sees: colours, and that something goes on."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from time import monotonic
from typing import TextIO

_COLOURS = {"right": "32", "partly": "33", "wrong": "31", "open": "90"}
_SIGNS = {"✓": "right", "!": "partly", "↳": "partly", "✗": "wrong", "?": "open"}


def has_colours(stream: TextIO) -> bool:
    """Whether a stream is a terminal whose user has not declined colours (NO_COLOR)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def coloured(text: str, stream: TextIO, tone: str | None = None) -> str:
    """The text as it is shown on a stream: where that has colours, the first line in that of its tone, and the signs before
    the lines of a proof in theirs."""
    if not has_colours(stream):
        return text
    first, *rest = str(text).split("\n")
    return "\n".join([_painted(first, tone) if tone else _signed(first), *map(_signed, rest)])


def _signed(line: str) -> str:
    """A line of a proof, which begins with the sign of what is said of it."""
    kind = _SIGNS.get(line[:1]) if line[1:2] == " " else None
    return line if kind is None else _painted(line[:1], kind) + line[1:]


def _painted(text: str, kind: str) -> str:
    return f"\x1b[{_COLOURS[kind]}m{text}\x1b[0m"


@contextmanager
def progress(after: float = 1.0) -> Iterator[None]:
    """Says on a terminal, of what takes over a second, for how long it has been at work; the line goes away at the end."""
    if not sys.stderr.isatty():
        yield
        return
    done = Event()
    teller = Thread(target=_tell, args=(done, after), daemon=True)
    teller.start()
    try:
        yield
    finally:
        done.set()
        teller.join()


def _tell(done: Event, after: float) -> None:
    start, shown = monotonic(), False
    while not done.wait(after):
        shown = True
        print(f"\rat work for {monotonic() - start:.0f} s", end="", file=sys.stderr, flush=True)
    if shown:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
