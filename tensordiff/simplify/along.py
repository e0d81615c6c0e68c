"""Contractions with derivatives of functions of a matrix: one block function for each, never the array of all entries.

D f(A) contracted with a direction over its last axes is one evaluation of f at a matrix of twice the size (Mathias 1996;
Higham and Relton 2014, theorem 3.5). So it is contracted with a cotangent over its first axes, in a direction again:
sum_ij G_ij D f(A)_ijkl = D f(A)[G']_lk, since f is a power series; of second order D2 f(A)[G', E]_lk. This saves a factor n^2.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tensordiff.functions.frechet import Frechet
from tensordiff.functions.symmetric_map import SymmetricSlope
from tensordiff.tensor import Apply, Dim, Einsum, Function, Tensor, apply, einsum, scale, split_coefficient

Labels = tuple[int, ...]


Slope = Frechet | SymmetricSlope
"""A derivative of a function of a matrix, of some order."""


class Along(Function):
    """D^r f(A) with some directions given: axes (row, column) of the value, then of each direction that is not. The arguments
    are A, further arguments of f, and the directions."""

    def __init__(self, derivative: Slope, given: int) -> None:
        self.derivative_of = derivative
        self.given = given
        self.name = f"{derivative.name}_along{given}"
        self.exponent_argument = derivative.exponent_argument

    @property
    def parameters(self) -> tuple[bytes | str | int, ...]:
        return (self.derivative_of.key, self.given)

    def result_dims(self, arguments: Sequence[Tensor]) -> tuple[Dim, ...]:
        return arguments[0].dims * (1 + self.derivative_of.order - self.given)

    def evaluate(self, ops: Any, *args: Any) -> Any:
        a, *parameters = args[: len(args) - self.given]
        directions = [ops.matricize(direction) for direction in args[len(args) - self.given :]]
        assert isinstance(self.derivative_of, Frechet)
        base, order = self.derivative_of.base, self.derivative_of.order
        return ops.like(ops.frechet(base.operation, order, ops.matricize(a), *parameters, given=directions), a)


def contracted(node: Tensor, slopes: tuple[type[Slope], ...] = (Frechet,)) -> Tensor:
    """The product with its derivatives of functions of a matrix contracted, as far as its other factors do so."""
    coefficient, core = split_coefficient(node)
    position = 0
    while isinstance(core, Einsum) and position < len(core.factors):
        made = _contracted(core, position, slopes)
        if made is None:
            position += 1
        else:
            inner, core = split_coefficient(made)
            coefficient, position = coefficient * inner, 0
    return scale(coefficient, core)


def _contracted(node: Einsum, position: int, slopes: tuple[type[Slope], ...]) -> Tensor | None:
    part, labels = node.factors[position]
    if not isinstance(part, Apply) or not isinstance(part.function, (*slopes, Along)):
        return None
    function = part.function.derivative_of if isinstance(part.function, Along) else part.function
    assert isinstance(function, Slope)
    given = part.function.given if isinstance(part.function, Along) else 0
    groups = _groups(labels, 1 + function.order - given)
    others = [p for p in range(len(node.factors)) if p != position]
    sides = [_side(node, others, group, groups) for group in groups]
    free = [number for number, side in enumerate(sides) if side is None]
    if len(free) == len(groups) or len(groups) == 1:
        return None
    kept = free[0] if free else 0
    sizes = dict(enumerate(node.index_dims))
    argument, *parameters = part.children[: len(part.children) - given]
    directions = list(part.children[len(part.children) - given :])
    taken: set[int] = set()
    open_labels = groups[kept]
    half = len(open_labels) // 2
    left: list[int] = [*(open_labels[half:] + open_labels[:half] if kept else open_labels)]
    given_first: list[Tensor] = []
    for number, (side, group) in enumerate(zip(sides, groups, strict=True)):
        if number == kept:
            continue
        if side is None:
            left += group
            continue
        taken.update(side)
        factors = [node.factors[p] for p in side]
        turned = group[half:] + group[:half] if not number else group
        direction = einsum(factors, turned, {label: sizes[label] for label in turned})
        (directions if number else given_first).append(direction)
    directions = given_first + directions
    made = apply(Along(function, len(directions)), argument, *parameters, *directions)
    placed = [(made, tuple(left)), *(node.factors[p] for p in others if p not in taken)]
    summed = {label for _, own in node.factors for label in own} - set(node.output)
    loose = {label: dim for label, dim in sizes.items() if label not in summed}
    return einsum(placed, node.output, loose)


def _groups(labels: Labels, count: int) -> list[Labels]:
    width = len(labels) // count
    return [labels[start : start + width] for start in range(0, len(labels), width)]


def _side(node: Einsum, others: Sequence[int], group: Labels, groups: Sequence[Labels]) -> list[int] | None:
    """The factors that contract a group of axes and nothing else; None where there are no such."""
    own = set(group)
    foreign = {label for other in groups if other is not group for label in other} | set(node.output)
    if own & foreign:
        return None
    reached, found = set(own), set[int]()
    while True:
        more = [p for p in others if p not in found and reached & set(node.factors[p][1])]
        if not more:
            return sorted(found)
        for p in more:
            labels = set(node.factors[p][1])
            if labels & foreign:
                return None
            found.add(p)
            reached |= labels
