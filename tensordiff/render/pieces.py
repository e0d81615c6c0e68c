"""What is to be printed: entries and whole tensors, with the style and the letters that they share."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from tensordiff.matrix.writer import ATOM, PRODUCT, SUM
from tensordiff.render.spelling import Spelling
from tensordiff.tensor import Sum, Tensor, as_number

_SUMMED = "abcdefghpqrstuvw"


class Entry(NamedTuple):
    """An entry of a tensor to be printed; `first` is the first summed letter that may be used, `explicit` that sums are
    written out, `shown` are letters that need no 1_i since another term of the same sum has them."""

    node: Tensor
    letters: tuple[str, ...]
    first: int
    level: int
    explicit: bool
    shown: frozenset[str] = frozenset()


class Word(NamedTuple):
    """A whole tensor to be printed as a matrix expression."""

    node: Tensor
    first: int
    level: int


Piece = str | Entry | Word
Printed = tuple[list[Piece], int]
"""Pieces and how tightly they bind."""


class Style:
    """The spelling, and the letters for summed indices: those that are not free ones."""

    def __init__(self, spelling: Spelling, free: Sequence[str]) -> None:
        self.spelling = spelling
        self.open, self.close = spelling.brackets
        self._pool = [letter for letter in _SUMMED if letter not in free]

    def letter(self, place: int) -> str:
        """The summed letter at a place: a b c ..., then a1 a2 ..."""
        return self._pool[place] if place < len(self._pool) else f"a{place - len(self._pool) + 1}"

    def number(self, value: Fraction) -> Printed:
        text = self.spelling.number(abs(value))
        if value < 0:
            return ["-", text], SUM
        return [text], ATOM if value.denominator == 1 else PRODUCT

    def sum(self, node: Sum, children: Sequence[Entry | Word]) -> Printed:
        """The linear combination of what its terms print as."""
        if not children:
            return ["0"], ATOM
        pieces: list[Piece] = []
        for place, (coefficient, child) in enumerate(zip(node.coefficients, children, strict=True)):
            if place:
                pieces.append(" - " if coefficient < 0 else " + ")
            elif coefficient < 0:
                pieces.append("-")
            if as_number(child.node) == 1:
                pieces.append(self.spelling.number(abs(coefficient)))
                continue
            if abs(coefficient) != 1:
                pieces.append(self.spelling.number(abs(coefficient)) + " ")
            pieces.append(child)
        return pieces, SUM if len(children) > 1 or node.coefficients[0] < 0 else PRODUCT


def juxtapose(items: Sequence[Piece], level: int) -> Printed:
    """Factors side by side; one alone keeps its own level."""
    if not items:
        return ["1"], ATOM
    if len(items) == 1:
        only = items[0]
        return [only if isinstance(only, str) else only._replace(level=level)], ATOM
    return joined(" ", items), PRODUCT


def joined(separator: str, items: Sequence[Piece]) -> list[Piece]:
    """The items with the separator in between."""
    return [piece for item in items for piece in (separator, item)][1:]
