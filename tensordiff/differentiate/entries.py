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

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from fractions import Fraction

from tensordiff.errors import DomainError
from tensordiff.functions import Duplication, Elimination, LowerMask, SkewDuplication, UpperMask, constant
from tensordiff.tensor import Assumption, Dim, Structure, Symbol, Tensor, add, einsum, replace


class Entries(StrEnum):
    FREE = "free"
    PROJECTED = "projected"
    TIED = "tied"
    VECH = "vech"


def freed(symbol: Symbol) -> Symbol:
    """The symbol with nothing known that a variation of single entries would break: no structure, entries that need
    not be +-1 or sum to one."""
    assumption = _LOOSER.get(symbol.assumption, symbol.assumption)
    if symbol.structure is Structure.GENERAL and assumption is symbol.assumption:
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
        if variable.structure is Structure.ORTHOGONAL and len(variables) > 1:
            raise DomainError(
                f"{variable.name} is orthogonal: its matrices are no linear space, so a second derivative within the "
                "structure depends on the coordinates",
                hint='use entries="free"',
            )
        before = derivative.rank
        derivative = _constrain_one(derivative, start, variable, entries)
        start += variable.rank - (before - derivative.rank)
    return derivative


def constrained_dims(variable: Symbol, entries: Entries) -> tuple[Dim, ...]:
    """The variable's axes in a derivative by it."""
    if entries is not Entries.VECH or variable.structure is Structure.GENERAL:
        return variable.dims
    if variable.structure is Structure.DIAGONAL:
        return variable.dims[:1]
    return (Dim.triangular(variable.dims[0], strict=variable.structure is Structure.SKEW),)


def _constrain_one(derivative: Tensor, start: int, variable: Symbol, entries: Entries) -> Tensor:
    if variable.structure is Structure.GENERAL:
        return derivative
    if variable.rank != 2:
        raise DomainError(
            f"{variable.name} is {variable.structure} on compound axes: only its derivative with entries free is defined",
            hint='use entries="free"',
        )
    before = tuple(range(start))
    after = tuple(range(start + 2, derivative.rank))
    if entries is Entries.VECH:
        return _vech(derivative, before, after, variable)
    rule = (_PROJECTED if entries is Entries.PROJECTED else _TIED).get(variable.structure)
    if rule is None:
        raise DomainError(
            f"{variable.name} is {variable.structure}: tied entries are not defined for it",
            hint='use entries="free" or "projected"',
        )

    def on_axes(node: Tensor, inner: tuple[object, object], *factors: tuple[Tensor, tuple[object, ...]]) -> Tensor:
        """node with its variable axes on `inner`, times factors, with axes k, l in the variable's place."""
        sizes = {"k": variable.dims[0], "l": variable.dims[1]}
        output = (*before, "k", "l", *after)
        return einsum([(node, before + inner + after), *factors], output, sizes)

    return rule(derivative, variable, on_axes)


def _vech(derivative: Tensor, before: tuple[int, ...], after: tuple[int, ...], variable: Symbol) -> Tensor:
    dim = variable.dims[0]
    labels: tuple[object, ...] = (*before, "k", "l", *after)
    if variable.structure.symmetric and variable.structure is not Structure.DIAGONAL:
        factors = [(derivative, labels), (constant(Duplication(dim)), ("l", "k", "a"))]
    elif variable.structure is Structure.LOWER:
        factors = [(derivative, labels), (constant(Elimination(dim)), ("a", "l", "k"))]
    elif variable.structure is Structure.SKEW:
        factors = [(derivative, labels), (constant(SkewDuplication(dim)), ("l", "k", "a"))]
    elif variable.structure is Structure.DIAGONAL:
        return einsum([(derivative, (*before, "a", "a", *after))], (*before, "a", *after))
    else:
        raise DomainError(
            f"{variable.name} is {variable.structure}: there is no vech of it",
            hint="vech is defined for symmetric, positive definite, skew, lower triangular and diagonal variables",
        )
    return einsum(factors, (*before, "a", *after))


OnAxes = Callable[..., Tensor]
Rule = Callable[[Tensor, Symbol, OnAxes], Tensor]


def _combine(c: Fraction, d: Fraction) -> Rule:
    """c * G + d * G'."""
    return lambda g, v, on: add([(c, on(g, ("k", "l"))), (d, on(g, ("l", "k")))])


def _tied_symmetric(g: Tensor, v: Symbol, on: OnAxes) -> Tensor:
    """G + G' - G.*I."""
    diagonal = einsum([], "kk", {"k": v.dims[0]})
    return add([(1, on(g, ("k", "l"))), (1, on(g, ("l", "k"))), (-1, on(g, ("k", "l"), (diagonal, ("k", "l"))))])


def _diagonal(g: Tensor, v: Symbol, on: OnAxes) -> Tensor:
    return on(g, ("k", "l"), (einsum([], "kk", {"k": v.dims[0]}), ("k", "l")))


def _lower(g: Tensor, v: Symbol, on: OnAxes) -> Tensor:
    return on(g, ("k", "l"), (constant(LowerMask(v.dims[0])), ("k", "l")))


def _upper(g: Tensor, v: Symbol, on: OnAxes) -> Tensor:
    return on(g, ("k", "l"), (constant(UpperMask(v.dims[0])), ("k", "l")))


def _orthogonal(g: Tensor, q: Symbol, on: OnAxes) -> Tensor:
    """(G - Q G' Q)/2, the projection on the tangent space at Q (Edelman, Arias and Smith 1998, eq. 2.53, halved)."""
    turned = on(g, ("a", "b"), (q, ("k", "b")), (q, ("a", "l")))
    return add([(Fraction(1, 2), on(g, ("k", "l"))), (Fraction(-1, 2), turned)])


_HALF = Fraction(1, 2)
_MASKS: Mapping[Structure, Rule] = {Structure.DIAGONAL: _diagonal, Structure.LOWER: _lower, Structure.UPPER: _upper}
_PROJECTED: Mapping[Structure, Rule] = {
    Structure.SYMMETRIC: _combine(_HALF, _HALF),
    Structure.POSITIVE_DEFINITE: _combine(_HALF, _HALF),
    Structure.SKEW: _combine(_HALF, -_HALF),
    Structure.ORTHOGONAL: _orthogonal,
    **_MASKS,
}
_TIED: Mapping[Structure, Rule] = {
    Structure.SYMMETRIC: _tied_symmetric,
    Structure.POSITIVE_DEFINITE: _tied_symmetric,
    Structure.SKEW: _combine(Fraction(1), Fraction(-1)),
    **_MASKS,
}
