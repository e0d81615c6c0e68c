"""Lengths of array axes as expressions in the named dimensions: n, n*m, n*(n+1)//2, 2*n."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import prod

from tensordiff.tensor import Dim

_Monomial = tuple[Dim, ...]


@dataclass(frozen=True, slots=True)
class Extent:
    """A polynomial in dimensions with integer coefficients; monomials and the dimensions in them are sorted by key."""

    terms: tuple[tuple[_Monomial, int], ...]

    @staticmethod
    def of(*dims: Dim) -> Extent:
        """The product of some dimensions: the length of a compound axis."""
        factor = prod(dim.size({}) for dim in dims if not dim.names())
        named = tuple(sorted((dim for dim in dims if dim.names()), key=lambda dim: dim.key))
        return Extent(((named, factor),) if factor else ())

    @staticmethod
    def number(value: int) -> Extent:
        return Extent((((), value),) if value else ())

    def __add__(self, other: Extent) -> Extent:
        return _collected([*self.terms, *other.terms])

    def __mul__(self, other: Extent) -> Extent:
        return _collected(
            [(tuple(sorted(a + b, key=lambda dim: dim.key)), m * k) for a, m in self.terms for b, k in other.terms]
        )

    @property
    def is_one(self) -> bool:
        return self.terms == (((), 1),)

    def value(self, sizes: Mapping[str, int]) -> int:
        """The number, given numbers for the names. Raises EvaluationError where one is missing."""
        return sum(k * prod(dim.size(sizes) for dim in monomial) for monomial, k in self.terms)

    def names(self) -> set[str]:
        """The names of dimensions that the number depends on."""
        return {name for monomial, _ in self.terms for dim in monomial for name in dim.names()}

    def text(self, name: Callable[[str], str]) -> str:
        """Python text of the number; `name` spells a named dimension."""
        parts = []
        for monomial, coefficient in self.terms:
            factors = [_dim_text(dim, name) for dim in monomial]
            triangles = [f for f in factors if "//" in f]
            factors = [f for f in factors if "//" not in f]
            # n*(n+1)//2 is exact only as a whole product: anything that multiplies it is put in parentheses.
            if triangles and (len(triangles) > 1 or factors or coefficient != 1):
                triangles = [f"({f})" for f in triangles]
            if coefficient != 1 or not (factors or triangles):
                factors.insert(0, str(coefficient))
            parts.append("*".join(factors + triangles))
        return " + ".join(parts) or "0"


def product(extents: Iterable[Extent]) -> Extent:
    """The length of several axes made one."""
    result = ONE
    for extent in extents:
        result = result * extent
    return result


def _dim_text(dim: Dim, name: Callable[[str], str]) -> str:
    if dim.base is None:
        assert dim.name is not None
        return name(dim.name)
    base = Extent.of(dim.base).text(name)
    base = base if base.isidentifier() or base.isdigit() else f"({base})"
    return f"{base}*({base} {'-' if dim.strict else '+'} 1)//2"


def _collected(terms: Iterable[tuple[_Monomial, int]]) -> Extent:
    found: dict[_Monomial, int] = {}
    for monomial, coefficient in terms:
        found[monomial] = found.get(monomial, 0) + coefficient
    kept = [(monomial, k) for monomial, k in found.items() if k]
    return Extent(tuple(sorted(kept, key=lambda term: tuple(dim.key for dim in term[0]))))


ONE = Extent.number(1)
