"""A LaTeX text that is being read: where, into what, with which words."""

from __future__ import annotations

from tensordiff.parse.languages.tokens import Stream
from tensordiff.parse.vocabulary import Vocabulary


class Source:
    """What the parts of the LaTeX reader share."""

    def __init__(self, text: str, vocabulary: Vocabulary) -> None:
        self.text = text
        self.vocabulary = vocabulary
        self.tokens = Stream(text)
        self.place = 0
        self.indices = set(vocabulary.indices)
        self.notes: list[str] = []
        self.skip = (-1, -1)
        """A script that was read before its turn."""

    def read(self, end: int) -> None:
        """Reads up to a place."""
        raise NotImplementedError

    def name(self, name: str, start: int, end: int) -> None:
        """A name, or the function of that name."""
        raise NotImplementedError


def group_end(text: str, place: int) -> int | None:
    """The place behind the brace that closes the one here; None where none does."""
    depth, escaped = 0, False
    for position in range(place, len(text)):
        character = text[position]
        if escaped:
            escaped = False
        elif character == "\\":
            escaped = True
        elif character == "{":
            depth += 1
        elif character == "}":
            depth -= 1
            if not depth:
                return position + 1
    return None
