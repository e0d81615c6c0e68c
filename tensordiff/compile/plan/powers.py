"""Powers of matrices as chains of products, where that costs less.

(X X')^3 y is six products of X with a vector, tr((X X')^3) is made of X'X; a power itself is formed by squaring, which is
best where its entries are wanted. The diagonal of a power is that of two lower ones: tr(A^4) is the sum of A^2 .* (A^2)'.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tensordiff.compile.plan.effort import cost, power_cost
from tensordiff.functions import INVERSE, MATRIX_POWER, matrix_power
from tensordiff.tensor import Apply, Einsum, Tensor, apply, as_number, einsum

Placed = tuple[Tensor, Sequence[int]]

_MOST = 16
"""Chains are tried for exponents up to this."""
_GAIN = 0.7
"""A chain must cost less than this part of forming the power."""


def split_diagonals(factors: Sequence[Placed], fresh: int) -> list[Placed]:
    """The diagonal of A^k as that of A^p A^q, and so tr(A^k) as the sum of the entries of two lower powers: a product less.
    `fresh` and what follows are labels that no factor has."""
    found: list[Placed] = []
    for node, labels in factors:
        k = exponent(node)
        half = len(labels) // 2
        rows, columns = tuple(labels[:half]), tuple(labels[half:])
        if k is None or abs(k) < 2 or rows != columns:
            found.append((node, labels))
            continue
        inner = tuple(range(fresh, fresh + half))
        fresh += half
        base, low = node.children[0], int(k / 2)
        found.append((matrix_power(base, low), (*rows, *inner)))
        found.append((matrix_power(base, k - low), (*inner, *rows)))
    return found


def exponent(node: Tensor) -> int | None:
    """The exponent of a matrix power by a whole number; None for anything else."""
    if not isinstance(node, Apply) or node.function != MATRIX_POWER:
        return None
    k = as_number(node.children[1])
    return None if k is None or k.denominator != 1 else int(k)


def chained(node: Einsum, sizes: Mapping[str, int], uses: Mapping[Tensor, int], points: int = 1) -> Tensor:
    """The product with its powers as chains, one after the other, where it then costs less than with the powers formed
    (each formed once for all its `uses`)."""
    position = 0
    while position < len(node.factors):
        part, labels = node.factors[position]
        k = exponent(part)
        position += 1
        if k is None or not 2 <= abs(k) <= _MOST or len(set(labels)) < len(labels):
            continue
        assert isinstance(part, Apply)
        chain, base = _chain(part, labels, len(node.index_dims))
        factors = [*node.factors[: position - 1], *chain, *node.factors[position:]]
        sizes_of = dict(enumerate(node.index_dims))
        made = einsum(factors, node.output, sizes_of, flatten={base})
        formed = power_cost(part, sizes) + (cost(base, sizes, points) if isinstance(base, Einsum) else 0.0)
        closed = cost(node, sizes, points) + formed / max(uses.get(part, 1), 1)
        if isinstance(made, Einsum) and cost(made, sizes, points) < _GAIN * closed:
            node, position = made, 0
    return node


def thin(node: Apply, sizes: Mapping[str, int], points: int = 1) -> Tensor:
    """A power of a product with a short inner side as the product of all: (X Y)^3 = X (Y X)^2 Y."""
    k, base = exponent(node), node.children[0]
    if k is None or not 2 <= k <= _MOST or not isinstance(base, Einsum):
        return node
    axes = tuple(range(node.rank))
    chain, _ = _chain(node, axes, node.rank)
    made = einsum(chain, axes, flatten={base})
    if cost(made, sizes, points) < _GAIN * (power_cost(node, sizes) + cost(base, sizes, points)):
        return made
    return node


def _chain(power: Apply, labels: Sequence[int], fresh: int) -> tuple[list[Placed], Tensor]:
    """The factors that a power is made of, and the matrix that they all are."""
    k = exponent(power)
    assert k is not None
    base = power.children[0] if k > 0 else apply(INVERSE, power.children[0])
    half = len(labels) // 2
    here, last = tuple(labels[:half]), tuple(labels[half:])
    factors: list[Placed] = []
    for number in range(abs(k)):
        there = last if number == abs(k) - 1 else tuple(range(fresh, fresh + half))
        fresh += half
        factors.append((base, (*here, *there)))
        here = there
    return factors, base
