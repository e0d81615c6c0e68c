"""Common factors of the terms of a sum: 1 + 1/u = (u + 1)/u, a*x + b*x = x*(a + b)."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from tensordiff.tensor import Apply, Einsum, Factor, Sum, Tensor, add, as_number, einsum

Raise = Callable[[Tensor, Fraction], Tensor]
"""base, exponent -> base^exponent"""
Key = tuple[Tensor, tuple[int, ...]]
"""A base and the axes of the sum that it lies on."""


def common_factor(node: Tensor, raised: Raise, accept: Callable[[Tensor], bool]) -> tuple[list[Factor], Tensor] | None:
    """(factors on the axes of node, rest) with node = factors * rest entry by entry, or None where the terms of a sum have
    nothing in common.

    Powers of one base on the same axes count with their least exponent, which may be negative; then the rest has no such
    factor. `accept` says which bases may be taken out.
    """
    if not isinstance(node, Sum) or len(node.children) < 2:
        return None
    least: dict[Key, Fraction] = {}
    found = [_powers(child) for child in node.children]
    if any(powers is None for powers in found):
        return None
    tables = [powers for powers in found if powers is not None]
    for key in dict.fromkeys(key for powers in tables for key in powers):
        exponent = min(powers.get(key, Fraction(0)) for powers in tables)
        if exponent and accept(key[0]):
            least[key] = exponent
    if not least:
        return None
    axes = tuple(range(node.rank))
    factors: list[Factor] = [(raised(base, exponent), on) for (base, on), exponent in least.items()]
    inverse: list[Factor] = [(raised(base, -exponent), on) for (base, on), exponent in least.items()]
    rest = add([(c, einsum([(child, axes), *inverse], axes, flatten=True)) for c, child in node.terms], node.dims)
    return factors, rest


def _powers(term: Tensor) -> dict[Key, Fraction] | None:
    """The factors of a product that lie on its axes alone, with numbers as exponents; None for a diagonal."""
    if not isinstance(term, Einsum):
        base, exponent = _parts(term)
        return {(base, tuple(range(term.rank))): exponent}
    if len(set(term.output)) != len(term.output):
        return None
    place = {index: axis for axis, index in enumerate(term.output)}
    powers: dict[Key, Fraction] = {}
    for factor, indices in term.factors:
        if all(index in place for index in indices):
            base, exponent = _parts(factor)
            key = (base, tuple(place[index] for index in indices))
            powers[key] = powers.get(key, Fraction(0)) + exponent
    return powers


def _parts(node: Tensor) -> tuple[Tensor, Fraction]:
    """(base, exponent) of an entrywise power with a number as exponent; (node, 1) for anything else."""
    if isinstance(node, Apply) and node.function.elementwise and node.function.exponent_argument == 1:
        exponent = as_number(node.children[1])
        if exponent is not None:
            return node.children[0], exponent
    return node, Fraction(1)
