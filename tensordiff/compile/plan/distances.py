"""Sums of squared differences as squared distances of rows: |x - y|^2 = |x|^2 + |y|^2 - 2 x'y, one matrix product instead of an
array of all differences. Where the right side cancels, programs take the differences themselves (`_squared_distances`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from tensordiff.compile.plan.effort import elements
from tensordiff.compile.plan.ranges import bounds
from tensordiff.functions import POWER
from tensordiff.tensor import Apply, Dim, Einsum, Function, Sum, Tensor, apply, as_number, einsum, scale, split_coefficient

_FROM = 4_000
"""Fewer differences are squared one by one."""


class SquaredDistances(Function):
    """sum_d w_d (x_id - y_jd)^2 with axes i, j, for weights that are not negative (by default one)."""

    name = "squared_distances"

    def result_dims(self, arguments: Sequence[Tensor]) -> tuple[Dim, ...]:
        return (arguments[0].dims[0], arguments[1].dims[0])

    def evaluate(self, ops: Any, *args: Any) -> Any:
        return ops.squared_distances(*args)


SQUARED_DISTANCES = SquaredDistances()


def by_products(node: Tensor, sizes: Mapping[str, int]) -> Tensor:
    """The product with the squares of differences in it that it sums as squared distances."""
    coefficient, core = split_coefficient(node)
    position = 0
    while isinstance(core, Einsum) and position < len(core.factors):
        made = _replaced(core, position, sizes)
        if made is None:
            position += 1
        else:
            inner, core = split_coefficient(made)
            coefficient, position = coefficient * inner, 0
    return scale(coefficient, core)


def _replaced(node: Einsum, position: int, sizes: Mapping[str, int]) -> Tensor | None:
    square, labels = node.factors[position]
    if not isinstance(square, Apply) or square.function != POWER or square.rank != 3 or len(set(labels)) < 3:
        return None
    difference = square.children[0]
    if as_number(square.children[1]) != 2 or not isinstance(difference, Sum) or len(difference.terms) != 2:
        return None
    if elements(square.dims, sizes) < _FROM:
        return None
    sides = [_side(c, term, labels) for c, term in difference.terms]
    if any(side is None for side in sides):
        return None
    (x, own), (y, other) = (side for side in sides if side is not None)
    shared = set(own) & set(other)
    if len(own) != 2 or len(other) != 2 or len(shared) != 1 or shared & set(node.output):
        return None
    (inner,) = shared
    weights: list[tuple[Tensor, tuple[int, ...]]] = []
    rest: list[tuple[Tensor, tuple[int, ...]]] = []
    for place, (part, axes) in enumerate(node.factors):
        if place != position:
            (weights if axes == (inner,) else rest).append((part, axes))
    if any(inner in axes for _, axes in rest) or any(bounds(part, {}).low < 0 for part, _ in weights):
        return None
    (row,), (column,) = set(own) - shared, set(other) - shared
    left, right = einsum([(x, own)], (row, inner)), einsum([(scale(-1, y), other)], (column, inner))
    weight = [einsum(weights, (inner,))] if weights else []
    placed = [(apply(SQUARED_DISTANCES, left, right, *weight), (row, column)), *rest]
    summed = {label for _, axes in node.factors for label in axes} - set(node.output)
    loose = {label: dim for label, dim in enumerate(node.index_dims) if label not in summed}
    return einsum(placed, node.output, loose)


def _side(coefficient: Fraction, term: Tensor, labels: Sequence[int]) -> tuple[Tensor, tuple[int, ...]] | None:
    """One term of the difference on the labels that it has, without those that it is broadcast over."""
    inner, core = split_coefficient(term)
    if not isinstance(core, Einsum) or len(set(core.output)) < len(core.output):
        return None
    used = {label for _, axes in core.factors for label in axes}
    kept = [axis for axis, label in enumerate(core.output) if label in used]
    made = einsum(core.factors, [core.output[axis] for axis in kept], None)
    return scale(coefficient * inner, made), tuple(labels[axis] for axis in kept)
