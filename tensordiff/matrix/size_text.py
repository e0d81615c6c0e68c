"""Sizes in text: products and sums of numbers and names, n*(n+1)/2 and n*(n-1)/2."""

from __future__ import annotations

import re

from tensordiff.errors import ShapeError
from tensordiff.tensor import Dim, Extent, Group

_TOKEN = re.compile(r"(?P<atom>\w+)(?:\^(?P<power>\d+))?|(?P<half>/2(?!\w))|(?P<sign>[*+\-()])")

_Factor = tuple[Group | None, Extent]
"""A size as a compound axis (None for a difference, which is none), and its length."""


class MalformedSizeError(Exception):
    """The text is no size."""


def parse_size(text: str) -> Group:
    """The group of dimensions that a text without spaces stands for. Raises MalformedSizeError.

    A product is a compound axis, a sum one axis.

    >>> parse_size("n*m"), parse_size("n+m"), parse_size("n*(n+1)/2")
    ((Dim(n), Dim(m)), (Dim(n+m),), (Dim(n*(n+1)/2),))
    """
    terms: list[tuple[int, list[_Factor]]] = []
    sign, factors = 1, list[_Factor]()
    outside: list[tuple[list[tuple[int, list[_Factor]]], int, list[_Factor]]] = []
    place, wanted = 0, True  # whether an operand comes next
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None or (match["half"] is not None or match["sign"] in tuple("*+-)")) == wanted:
            raise MalformedSizeError
        place = match.end()
        if match["atom"] is not None:
            factors += [_atom(match["atom"])] * int(match["power"] or 1)
            wanted = False
        elif match["half"] is not None:
            factors.append(_triangle(factors))
        elif match["sign"] == "(":
            outside.append((terms, sign, factors))
            terms, sign, factors = [], 1, []
        elif match["sign"] == ")":
            if not outside:
                raise MalformedSizeError
            value = _sum([*terms, (sign, factors)])
            terms, sign, factors = outside.pop()
            factors.append(value)
        else:
            wanted = True
            if match["sign"] != "*":
                terms.append((sign, factors))
                sign, factors = (1 if match["sign"] == "+" else -1), []
    if wanted or outside:
        raise MalformedSizeError
    group, _ = _sum([*terms, (sign, factors)])
    if group is None:
        raise MalformedSizeError
    return group


def _atom(text: str) -> _Factor:
    if not text.isdigit() and not text.isidentifier():
        raise MalformedSizeError
    if text.isdigit():
        if int(text) < 1:
            raise ShapeError(f"a size must be positive, got {text}")
        group: Group = () if int(text) == 1 else (Dim.fixed(int(text)),)
    else:
        group = (Dim.named(text),)
    return group, Extent.of(*group)


def _triangle(factors: list[_Factor]) -> _Factor:
    """The size n(n+1)/2 or n(n-1)/2 in the place of its last two factors, which are taken."""
    if len(factors) < 2:
        raise MalformedSizeError
    pair = [factors.pop(), factors.pop()]
    for step in (1, -1):
        for (group, length), (_, other) in (pair, pair[::-1]):
            if group is not None and len(group) == 1 and (other - length).constant == step:
                triangular = (Dim.triangular(group[0], strict=step == -1),)
                return triangular, Extent.of(*triangular)
    raise MalformedSizeError


def _sum(terms: list[tuple[int, list[_Factor]]]) -> _Factor:
    if len(terms) == 1 and terms[0][0] == 1:
        return _product(terms[0][1])
    length = Extent(())
    for sign, factors in terms:
        _, extent = _product(factors)
        length = length + extent if sign > 0 else length - extent
    return (length.group() if all(sign > 0 for sign, _ in terms) else None), length


def _product(factors: list[_Factor]) -> _Factor:
    group: Group | None = ()
    length = Extent.number(1)
    for part, extent in factors:
        group = None if group is None or part is None else group + part
        length = length * extent
    return group, length
