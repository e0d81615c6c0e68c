"""Products with negative powers of a norm, in unit vectors: x x' / |x|^3 = (x/|x|) (x/|x|)' / |x|. The third power of a norm
overflows long before the result does, which would then be zero where it is not."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from tensordiff.functions import POWER, power
from tensordiff.tensor import Apply, Einsum, Tensor, as_number, einsum

_LEAST = Fraction(3, 2)
"""Lower powers of the square are left."""


def in_unit_vectors(node: Einsum) -> Tensor:
    """The product with a high negative power of a norm shared out among the factors whose norm it is."""
    for position, (part, _) in enumerate(node.factors):
        found = _norm(part)
        if found is None:
            continue
        array, exponent = found
        places = [p for p, (other, _) in enumerate(node.factors) if other is array]
        taken = places[: int(-2 * exponent) - 1]
        if exponent > -_LEAST or len(taken) < 2 or not (array.rank == 1 or node.rank > array.rank):
            continue
        square = part.children[0]
        axes = tuple(range(array.rank))
        unit = einsum([(array, axes), (power(square, Fraction(-1, 2)), ())], axes)
        factors: list[tuple[Tensor, Sequence[int]]] = []
        for place, (other, labels) in enumerate(node.factors):
            if place == position:
                factors.append((power(square, exponent + Fraction(len(taken), 2)), labels))
            else:
                factors.append((unit if place in taken else other, labels))
        return einsum(factors, node.output, dict(enumerate(node.index_dims)))
    return node


def _norm(part: Tensor) -> tuple[Tensor, Fraction] | None:
    """(x, p) where the factor is (x'x)^p, half an odd number."""
    if not isinstance(part, Apply) or part.function != POWER or part.rank:
        return None
    square, exponent = part.children[0], as_number(part.children[1])
    if exponent is None or exponent.denominator != 2 or not isinstance(square, Einsum):
        return None
    square = einsum(square.factors, square.output, dict(enumerate(square.index_dims)), flatten=True)
    if not isinstance(square, Einsum) or len(square.factors) != 2:
        return None
    (first, labels), (second, others) = square.factors
    return (first, exponent) if first is second and labels == others and len(set(labels)) == len(labels) else None
