"""Derivatives by structured variables: what is varied when entries are tied to each other.

A derivative is always taken with all entries free: the variable is first replaced by an unstructured symbol (`freed`),
before anything is simplified, and the structure is put back when all differentiations are done (`restore`). A linear map
on the variable's axes then gives the meaning asked for:

projected  the derivative within the structure, dF = dF/dV : dV for every dV of the structure
tied       equal entries are one variable: G + G' - G.*I for symmetric V (Matrix Cookbook, eq. 138)
vech       by the free entries as one axis: vec V = D vech V (Magnus and Neudecker 1980)
free       no map at all
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from fractions import Fraction

from tensordiff.errors import DomainError
from tensordiff.functions import (
    Diagonals,
    Duplication,
    Elimination,
    LowerMask,
    SkewDuplication,
    Unit,
    UpperMask,
    constant,
    power,
)
from tensordiff.tensor import (
    Assumption,
    Dim,
    Mask,
    Permutations,
    Structure,
    Symbol,
    Tensor,
    add,
    einsum,
    identity,
    ones,
    replace,
)

Placed = tuple[Tensor, tuple[object, ...]]
"""A factor of a product, with a label for each axis."""


class Entries(StrEnum):
    FREE = "free"
    PROJECTED = "projected"
    TIED = "tied"
    VECH = "vech"


def freed(symbol: Symbol) -> Symbol:
    """The symbol with nothing known that a variation of single entries would break: no structure, entries that need
    not be +-1 or sum to one."""
    assumption = _LOOSER.get(symbol.assumption, symbol.assumption)
    if symbol.structure.general and assumption is symbol.assumption:
        return symbol
    return Symbol.make(symbol.name, symbol.dims, Structure.GENERAL, assumption)


_LOOSER = {Assumption.BINARY: Assumption.NONZERO, Assumption.PROBABILITY: Assumption.POSITIVE}


def restore(derivative: Tensor, symbols: Sequence[Symbol]) -> Tensor:
    """Put the structures back that `freed` took away."""
    changed = {freed(symbol): symbol for symbol in symbols if freed(symbol) is not symbol}
    restored: Tensor = replace(derivative, changed) if changed else derivative
    return restored


def constrain(derivative: Tensor, f_rank: int, variables: Sequence[Symbol], entries: Entries) -> Tensor:
    """The free derivative (axes of f, then of each variable) in the meaning `entries`.

    Raises DomainError where a structure has no such meaning (an orthogonal variable beyond the first derivative, or
    by its free entries).
    """
    if entries is Entries.FREE:
        return derivative
    start = f_rank
    for variable in variables:
        if not variable.structure.is_linear and len(variables) > 1:
            raise DomainError(
                f"{variable.name} is {variable.structure}: its matrices are no linear space, so a second derivative within the "
                "structure depends on the coordinates",
                hint='use entries="free"',
            )
        before = derivative.rank
        derivative = _constrain_one(derivative, start, variable, entries)
        start += variable.rank - (before - derivative.rank)
    return derivative


def constrained_dims(variable: Symbol, entries: Entries) -> tuple[Dim, ...]:
    """The variable's axes in a derivative by it."""
    if entries is not Entries.VECH or variable.structure.general:
        return variable.dims
    if variable.structure.free == "diagonal":
        return variable.dims[:1]
    return (Dim.triangular(variable.dims[0], strict=variable.structure.free == "strict"),)


def _constrain_one(derivative: Tensor, start: int, variable: Symbol, entries: Entries) -> Tensor:
    if variable.structure.general:
        return derivative
    if variable.rank != 2 and not variable.structure.symmetries:
        raise DomainError(
            f"{variable.name} is {variable.structure} on compound axes: only its derivative with entries free is defined",
            hint='use entries="free"',
        )
    before = tuple(range(start))
    after = tuple(range(start + variable.rank, derivative.rank))
    if entries is Entries.VECH:
        return _vech(derivative, before, after, variable)
    matrices = OnAxes(before, after, variable.rank)
    if entries is Entries.PROJECTED:
        made: Tensor = variable.structure.project(matrices, derivative, variable)
        return made
    tied: Tensor | None = variable.structure.tie(matrices, derivative, variable)
    if tied is None:
        raise DomainError(
            f"{variable.name} is {variable.structure}: tied entries are not defined for it",
            hint='use entries="free" or "projected"',
        )
    return tied


class OnAxes:
    """Matrices in two axes of a tensor, or tensors in so many, with others `before` and `after` them, and such with these axes
    alone."""

    def __init__(self, before: tuple[int, ...], after: tuple[int, ...], count: int = 2) -> None:
        self.before, self.after = before, after
        self.rank = len(before) + count + len(after)

    def _labels(self, a: Tensor, *labels: str) -> tuple[object, ...]:
        return (*self.before, *labels, *self.after) if a.rank == self.rank else labels

    def _masked(self, a: Tensor, mask: Callable[[Dim], Tensor]) -> Tensor:
        dim = a.dims[len(self.before)] if a.rank == self.rank else a.dims[0]
        return einsum([(a, self._labels(a, "k", "l")), (mask(dim), ("k", "l"))], self._labels(a, "k", "l"))

    def combine(self, *terms: tuple[int | Fraction, Tensor]) -> Tensor:
        return add(terms)

    def transpose(self, a: Tensor) -> Tensor:
        return einsum([(a, self._labels(a, "l", "k"))], self._labels(a, "k", "l"))

    def multiply(self, *factors: Tensor) -> Tensor:
        labels = ["k", *(f"m{place}" for place in range(1, len(factors))), "l"]
        placed = [(a, self._labels(a, *labels[place : place + 2])) for place, a in enumerate(factors)]
        return einsum(placed, self._labels(max(factors, key=lambda a: a.rank), "k", "l"))

    def lower(self, a: Tensor) -> Tensor:
        return self._masked(a, lambda dim: constant(LowerMask(dim)))

    def upper(self, a: Tensor) -> Tensor:
        return self._masked(a, lambda dim: constant(UpperMask(dim)))

    def diagonal(self, a: Tensor) -> Tensor:
        return self._masked(a, lambda dim: identity((dim,)))

    def along(self, a: Tensor) -> Tensor:
        place = constant(Diagonals(a.dims[len(self.before)] if a.rank == self.rank else a.dims[0]))
        factors = [(a, self._labels(a, "r", "c")), (place, ("r", "c", "d")), (place, ("k", "l", "d"))]
        return einsum(factors, self._labels(a, "k", "l"))

    def means(self, a: Tensor) -> Tensor:
        dims = a.dims[len(self.before) : len(self.before) + 2] if a.rank == self.rank else a.dims
        counts = OnAxes((), ()).along(ones(dims))
        return einsum([(self.along(a), self._labels(a, "k", "l")), (power(counts, -1), ("k", "l"))], self._labels(a, "k", "l"))

    def from_edges(self, a: Tensor) -> Tensor:
        raise NotImplementedError  # pragma: no cover - of arrays alone

    def keep(self, a: Tensor, mask: Mask) -> Tensor:
        """Rows that are alike are kept together."""
        rows: dict[tuple[int, ...], list[int]] = {}
        for place, row in enumerate(mask, start=1):
            rows.setdefault(row, []).append(place)
        dims = a.dims[len(self.before) : len(self.before) + 2] if a.rank == self.rank else a.dims
        terms = []
        for row, places in rows.items():
            columns = [place for place, present in enumerate(row, start=1) if present]
            if columns:
                marks = [(_marks(dims[0], places), ("k",)), (_marks(dims[1], columns), ("l",))]
                terms.append((1, einsum([(a, self._labels(a, "k", "l")), *marks], self._labels(a, "k", "l"))))
        return add(terms, a.dims)

    def below(self, a: Tensor) -> Tensor:
        return add([(1, a), (-1, self.upper(a))])

    def above(self, a: Tensor) -> Tensor:
        return add([(1, a), (-1, self.lower(a))])

    def identity(self, like: Tensor) -> Tensor:
        return identity(like.dims[-1:])

    def permute(self, a: Tensor, axes: Sequence[int]) -> Tensor:
        names = [f"k{p}" for p in range(len(axes))]
        placed = dict(zip(axes, names, strict=True))
        return einsum([(a, self._labels(a, *(placed[p] for p in range(len(axes)))))], self._labels(a, *names))

    def over_orbits(self, a: Tensor, group: Permutations) -> Tensor:
        count = len(group[0])
        names = [f"k{p}" for p in range(count)]
        first = len(self.before) if a.rank == self.rank else 0
        dims = a.dims[first : first + count]
        whole = add([(1, self.permute(a, axes)) for axes in group])
        fixed = add([(1, _unmoved(dims, axes)) for axes in group])
        return einsum([(whole, self._labels(a, *names)), (power(fixed, -1), names)], self._labels(a, *names))

    def from_orbits(self, a: Tensor, group: Permutations) -> Tensor:
        raise NotImplementedError  # pragma: no cover - of arrays alone


def _unmoved(dims: Sequence[Dim], axes: Sequence[int]) -> Tensor:
    """1 at the places that a permutation of axes leaves where they are, 0 elsewhere."""
    moved = [(p, axis) for p, axis in enumerate(axes) if p != axis]
    return einsum(
        [(identity((dims[p],)), pair) for p, pair in ((p, (p, axis)) for p, axis in moved)],
        tuple(range(len(axes))),
        dict(enumerate(dims)),
    )


def _marks(dim: Dim, places: Sequence[int]) -> Tensor:
    """1 at these places, counted from 1, and 0 elsewhere."""
    if len(places) == dim.value:
        return ones((dim,))
    return add([(1, constant(Unit(dim, place))) for place in places])


def _vech(derivative: Tensor, before: tuple[int, ...], after: tuple[int, ...], variable: Symbol) -> Tensor:
    kind = variable.structure
    if kind.free is None:
        raise DomainError(
            f"{variable.name} is {kind}: there is no vech of it",
            hint="vech is defined for symmetric, positive definite, skew, lower triangular and diagonal variables",
        )
    if kind.free == "diagonal":
        return einsum([(derivative, (*before, "a", "a", *after))], (*before, "a", *after))
    factor: Placed = (derivative, (*before, "k", "l", *after))
    parts = [einsum([factor, *placed], (*before, "a", *after)) for placed in _placements(variable)]
    return add(zip((1, -kind.mirror), parts, strict=False))


def _placements(variable: Symbol) -> list[list[Placed]]:
    """The map from the free entries (axis a) to the entry (k, l), as a sum of products; the second is for
    those above the diagonal, whose sign Dskew has turned."""
    kind, dim = variable.structure, variable.dims[0]
    if kind.free == "triangle":
        made: Tensor = constant(Duplication(dim) if kind.mirror else Elimination(dim))
        return [[(made, ("l", "k", "a") if kind.mirror else ("a", "l", "k"))]]
    signed: Placed = (constant(SkewDuplication(dim)), ("l", "k", "a"))
    if kind.mirror < 0:
        return [[signed]]
    below: Placed = (constant(LowerMask(dim)), ("k", "l"))
    above: Placed = (constant(UpperMask(dim)), ("k", "l"))
    return [[signed, below], [signed, above]] if kind.mirror else [[signed, below]]
