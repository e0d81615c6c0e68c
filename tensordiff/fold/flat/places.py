"""Entries at given places: unit(n,2)'*A*unit(m,1) is A[2,1], unit(n,1)'*A*x is (A*x)[1]."""

from __future__ import annotations

from collections.abc import Sequence

from tensordiff.matrix import Matrix
from tensordiff.matrix.build import entry, number, product


def as_entry(word: Sequence[Matrix]) -> Matrix | None:
    """A product row * ... * column whose row is a unit vector, as an entry; None for any other."""
    left, right = _place(word[0].children[0]) if word[0].op == "transpose" else None, _place(word[-1])
    if left is None or any(letter.is_scalar for letter in word):
        return None
    inner = word[1:] if right is None else word[1:-1]
    if not inner:
        return number(1 if left == right else 0)
    return entry(product(*inner), (left,) if right is None else (left, right))


def _place(letter: Matrix) -> int | None:
    if letter.op != "unit":
        return None
    place: int = letter.data[1]
    return place
