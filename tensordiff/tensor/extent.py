"""Sizes as polynomials in dimensions: n, n*m, n*(n+1)/2, n+m, 2*n+1. Equal polynomials are equal sizes, however the size
is written and whatever axes it is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from math import prod

from tensordiff.records import record
from tensordiff.tensor.dim import Dim, Group, Terms

_Monomial = tuple[Dim, ...]


@record
class Extent:
    """A polynomial in dimensions with integer coefficients; monomials and the dimensions in them are sorted."""

    terms: Terms

    @staticmethod
    def of(*dims: Dim) -> Extent:
        """The product of some dimensions: the length of a compound axis."""
        factor = prod(dim.size({}) for dim in dims if not dim.names())
        named = [dim for dim in dims if dim.names()]
        made = Extent(((_monomial(dim for dim in named if not dim.terms), factor),) if factor else ())
        for dim in named:
            if dim.terms:
                made = made * Extent(dim.terms)
        return made

    @staticmethod
    def number(value: int) -> Extent:
        return Extent((((), value),) if value else ())

    def __add__(self, other: Extent) -> Extent:
        return _collected([*self.terms, *other.terms])

    def __sub__(self, other: Extent) -> Extent:
        return _collected([*self.terms, *((monomial, -k) for monomial, k in other.terms)])

    def __mul__(self, other: Extent) -> Extent:
        return _collected([(_monomial(a + b), m * k) for a, m in self.terms for b, k in other.terms])

    @property
    def is_one(self) -> bool:
        return self.terms == (((), 1),)

    @property
    def is_certain(self) -> bool:
        """Whether no coefficient is negative, so that this is a size whatever the dimensions are."""
        return all(k > 0 for _, k in self.terms)

    @property
    def constant(self) -> int | None:
        """The number that this is, None where it depends on names."""
        if not self.terms:
            return 0
        return self.terms[0][1] if len(self.terms) == 1 and not self.terms[0][0] else None

    def group(self) -> Group:
        """One axis of this length, none for the length one. The length must be certain and not zero."""
        assert self.terms and self.is_certain, "an axis has a length"
        if (value := self.constant) is not None:
            return () if value == 1 else (Dim.fixed(value),)
        if len(self.terms) == 1 and len(self.terms[0][0]) == 1 and self.terms[0][1] == 1:
            return self.terms[0][0]
        return (Dim.sum(self.terms),)

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


def direct_sum(groups: Iterable[Group]) -> Group:
    """The axis on which axes of these sizes stand one after the other."""
    return _collected([term for group in groups for term in Extent.of(*group).terms]).group()


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
    return Extent(tuple(sorted(kept, key=lambda term: (-len(term[0]), [_place(dim) for dim in term[0]]))))


def _monomial(dims: Iterable[Dim]) -> _Monomial:
    return tuple(sorted(dims, key=_place))


_USUAL = "nmpqrkl"


def _place(dim: Dim) -> tuple[int, str]:
    """The place of a dimension among others: n, m, p, q, r, k, l first, in the order in which people take these letters."""
    text = str(dim)
    return _USUAL.find(text) if len(text) == 1 and text in _USUAL else len(_USUAL), text


ONE = Extent.number(1)
