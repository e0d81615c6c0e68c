"""Sums over indices that are written with a sum sign."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from fractions import Fraction

from tensordiff.errors import ShapeError
from tensordiff.matrix import Matrix, build
from tensordiff.parse.syntax import Range
from tensordiff.tensor import Group, group_text


def summed(body: Matrix, ranges: Sequence[Range], sizes: Collection[str]) -> Matrix:
    """The sum of entries over indices; what stays open stays an entry. Raises ShapeError for a range that is not read."""
    body = restricted(body, ranges, sizes)
    return closed_over(body, [each.letter for each in ranges])


def restricted(body: Matrix, ranges: Sequence[Range], sizes: Collection[str]) -> Matrix:
    """What is summed, zero where an index is skipped. Raises ShapeError for a range that is not the full one."""
    groups = dict(body.free)
    for each in ranges:
        if each.letter not in groups:
            raise ShapeError(f"nothing that is summed has the index {each.letter}", hint="give its name the index")
        if not _is_full(each, groups[each.letter], sizes):
            raise ShapeError(
                f"only sums over the full range are read, and {each.letter} runs over {group_text(groups[each.letter])}",
                hint=rf"write \sum_{each.letter}, or a product with a block of an identity for a part",
            )
        for other in each.without:
            same = _identity(each.letter, other, groups)
            body = build.product(body, build.add([(1, build.number(1)), (-1, same)]))
        for other in each.above:
            (dim,) = groups[each.letter]
            upper = build.entry(build.add([(1, build.triu(dim)), (-1, build.eye((dim,)))]), (other, each.letter))
            body = build.product(body, upper)
    return body


def _is_full(each: Range, group: Group, sizes: Collection[str]) -> bool:
    """Whether a range is the full one: from 1 to the size, or from 0 to one less. A limit that is declared nowhere is."""
    low, high = each.low, each.high
    if low == "0":
        if high is None or not re.fullmatch(r".+-\s*1", high):
            return high is None
        high = high.rpartition("-")[0].strip()
    elif low not in (None, "1"):
        return False
    if high is None:
        return True
    high = high.strip("{} ")
    if high.isdigit() or high in sizes:
        return group_text(group) == high
    return re.fullmatch(r"\\?[A-Za-z]\w*", high) is not None


def closed_over(body: Matrix, letters: Sequence[str]) -> Matrix:
    """The sum of an entry over some of its letters."""
    body = completed(body, letters)
    rest = [letter for letter, _ in body.free if letter not in letters]
    total = build.contract(body, rest)
    return build.entry(total, tuple(rest)) if rest else total


def completed(body: Matrix, letters: Sequence[str]) -> Matrix:
    """The same entry with every letter in every term: a term that lacks one is there for each of its values."""
    groups = dict(body.free)
    terms: list[tuple[Fraction, Matrix]] = []
    pending: list[tuple[Fraction, Matrix]] = [(Fraction(1), body)]
    while pending:
        coefficient, node = pending.pop()
        if node.op == "add":
            pending.extend((coefficient * c, x) for c, x in reversed(build.terms_of(node)))
            continue
        own = {letter for letter, _ in node.free}
        lacking = [build.entry(build.ones(groups[letter]), (letter,)) for letter in letters if letter not in own]
        terms.append((coefficient, build.product(node, *lacking) if lacking else node))
    return build.add(terms) if len(terms) > 1 else body


def _identity(letter: str, other: str, groups: dict[str, Group]) -> Matrix:
    return build.entry(build.eye(groups[letter]), (letter, other))
