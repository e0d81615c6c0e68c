"""Sizes from the lengths of axes: n from an axis of length n, n*n, n(n+1)/2 or 2*n, m from one of length n+m where n is
known."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from math import isqrt, prod

from tensordiff.tensor import Dim, Extent, Symbol

Joined = Mapping[str, Sequence[int]]
"""How many neighbouring axes of a symbol are one axis of the array given for it, for the names of those with compound axes."""


def axes_of(symbol: Symbol, joined: Joined) -> tuple[Dim, ...]:
    """The axes of the array that is given for a symbol: its dimensions, or products of neighbouring ones."""
    if symbol.name not in joined:
        return symbol.dims
    found, start = [], 0
    for count in joined[symbol.name]:
        group = symbol.dims[start : start + count]
        found.append(group[0] if count == 1 else Dim.sum(Extent.of(*group).terms) if group else Dim.fixed(1))
        start += count
    assert start == symbol.rank
    return tuple(found)


def solvable(extent: Extent, known: Collection[str]) -> str | None:
    """The name of the one dimension that the length of an axis decides where the dimensions `known` are known, or None."""
    while True:
        unknown = extent.names().difference(known)
        if len(unknown) != 1:
            return None
        (name,) = unknown
        found = _unknown(extent, name)
        if found is None or found[0].base is None:
            return None if found is None else name
        extent = Extent.of(found[0].base)


def _unknown(extent: Extent, name: str) -> tuple[Dim, int, tuple[Dim, ...], int, Extent] | None:
    """The dimension with this name, its power, what that is multiplied by, and the other terms; None where several terms or
    dimensions have it."""
    terms = [term for term in extent.terms if any(name in dim.names() for dim in term[0])]
    if len(terms) != 1:
        return None
    ((monomial, count),) = terms
    dims = [dim for dim in monomial if name in dim.names()]
    if len(set(dims)) != 1:
        return None
    others = tuple(dim for dim in monomial if dim is not dims[0])
    return dims[0], len(dims), others, count, Extent(tuple(term for term in extent.terms if term is not terms[0]))


def decided(extents: Iterable[Extent], known: Collection[str] = ()) -> set[str]:
    """The names of all dimensions that these lengths decide together, and those that are known before."""
    names = set(known)
    waiting = list(extents)
    while waiting:
        left: list[Extent] = []
        for extent in waiting:
            if (name := solvable(extent, names)) is not None:
                names.add(name)
            elif not extent.names() <= names:
                left.append(extent)
        if len(left) == len(waiting):
            break
        waiting = left
    return names


def solve(extent: Extent, length: int, known: Mapping[str, int]) -> int | None:
    """The dimension that `solvable` names, for an axis of this length; None where no integer fits."""
    name = solvable(extent, known)
    assert name is not None
    while True:
        found = _unknown(extent, name)
        assert found is not None
        dim, power, others, count, rest = found
        divisor = count * prod(other.size(known) for other in others)
        length, remainder = divmod(length - rest.value(known), divisor) if divisor else (0, 0)
        if remainder or length < 0:
            return None
        if power > 1:
            root = round(length ** (1 / power))
            if root**power != length:
                return None
            length = root
        if dim.base is None:
            return length
        n = (isqrt(8 * length + 1) + (1 if dim.strict else -1)) // 2
        if n * (n - 1 if dim.strict else n + 1) // 2 != length:
            return None
        extent, length = Extent.of(dim.base), n


def solution_text(extent: Extent, length: str, known: Collection[str], spell: Callable[[str], str]) -> str:
    """Python text of the dimension that `solvable` names, from the text of the length of the axis."""
    name = solvable(extent, known)
    assert name is not None
    while True:
        found = _unknown(extent, name)
        assert found is not None
        dim, power, others, count, rest = found
        if rest.terms:
            text = rest.text(spell)
            length = f"{length} - {f'({text})' if ' ' in text else text}"
        if count != 1 or others:
            length = f"({length})" if " " in length else length
            divisor = Extent(((others, count),)).text(spell)
            length = f"{length} // {divisor if divisor.isalnum() else f'({divisor})'}"
        if power > 1:
            length = f"({length})" if " " in length else length
            length = f"round({length} ** (1 / {power}))"
        if dim.base is None:
            return length
        length = f"({length})" if " " in length else length
        length = f"int((8*{length} + 1) ** 0.5 {'+' if dim.strict else '-'} 1) // 2"
        extent = Extent.of(dim.base)
