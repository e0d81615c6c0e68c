"""Sums over indices that are written with a sum sign."""

from __future__ import annotations

from collections.abc import Sequence

from tensordiff.errors import ShapeError
from tensordiff.matrix import Matrix, build
from tensordiff.parse.syntax import Range
from tensordiff.tensor import Group


def summed(body: Matrix, ranges: Sequence[Range]) -> Matrix:
    """The sum of entries over indices; what stays open stays an entry. Raises ShapeError for a range that is not read."""
    groups = dict(body.free)
    for each in ranges:
        if each.letter not in groups:
            raise ShapeError(f"nothing that is summed has the index {each.letter}", hint="give its name the index")
        for other in each.without:
            same = _identity(each.letter, other, groups)
            body = build.product(body, build.add([(1, build.number(1)), (-1, same)]))
        for other in each.above:
            (dim,) = groups[each.letter]
            upper = build.entry(build.add([(1, build.triu(dim)), (-1, build.eye((dim,)))]), (other, each.letter))
            body = build.product(body, upper)
    bound = {each.letter for each in ranges}
    rest = [letter for letter, _ in body.free if letter not in bound]
    total = build.contract(body, rest)
    return build.entry(total, tuple(rest)) if rest else total


def _identity(letter: str, other: str, groups: dict[str, Group]) -> Matrix:
    return build.entry(build.eye(groups[letter]), (letter, other))
