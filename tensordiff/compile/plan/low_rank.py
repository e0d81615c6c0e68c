"""Inverses and determinants of a diagonal matrix plus products with a short inner side, by matrices of that side.

inv(D + U V') = inv(D) - inv(D) U inv(S) V' inv(D) with S = I + V' inv(D) U (Woodbury), and det(D + U V') = det(D) det(S): for
n rows and an inner side of r the time falls from n^3 to n r^2. The differences lose as many digits as the entries of S have, so
programs look at S (`Bounded`) and compute directly where it is large: results keep about ten digits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from tensordiff.compile.plan.bounded import BOUNDED
from tensordiff.compile.plan.effort import elements
from tensordiff.compile.plan.ranges import bounds
from tensordiff.functions import ABS, INVERSE, LOG, LOGDET, power
from tensordiff.tensor import (
    ONE,
    Apply,
    Einsum,
    Sum,
    Tensor,
    add,
    apply,
    einsum,
    identity,
    split_coefficient,
    total,
)

_RATIO = 4
"""The matrix has at least so many times as many rows as the inner sides together."""
_ROWS = 24
"""Smaller matrices are factorised as they are."""
_MOST_TERMS = 4
_MOST_FACTORS = 12


class _Update(NamedTuple):
    """coefficient * left right', with axes (row, inner) of both."""

    coefficient: Fraction
    left: Tensor
    right: Tensor


def updated(node: Apply, sizes: Mapping[str, int]) -> Tensor:
    """The inverse or the logarithm of the determinant by matrices of the inner side, where the argument is a diagonal matrix
    plus products with short inner sides; any other node as it is."""
    if node.function not in (INVERSE, LOGDET) or node.children[0].rank != 2:
        return node
    found = _taken_apart(node.children[0], sizes)
    if found is None:
        return node
    diagonal, updates = found
    reciprocal = power(diagonal, -1)
    logs: list[Tensor] = [total(apply(LOG, apply(ABS, diagonal)))]
    done: list[_Lost] = []
    symmetric = True
    for coefficient, left, right in updates:
        image = _times(reciprocal, done, left)
        symmetric = symmetric and right is left
        turned = image if symmetric else _times(reciprocal, [lost.turned() for lost in done], right)
        small = _small(coefficient, right, image)
        logs.append(apply(LOGDET, small) if small.rank else apply(LOG, apply(ABS, small)))
        done.append(_Lost(coefficient, image, apply(INVERSE, small) if small.rank else power(small, -1), turned))
    if node.function == LOGDET:
        return add([(1, log) for log in logs], ())
    terms = [(-lost.coefficient, lost.matrix()) for lost in done]
    return add([(1, einsum([(reciprocal, "i")], "ii")), *terms])


def _small(coefficient: Fraction, right: Tensor, image: Tensor) -> Tensor:
    """S = I + coefficient right' image, a number for vectors."""
    if right.rank == 1:
        return apply(BOUNDED, add([(1, ONE), (coefficient, einsum([(right, "i"), (image, "i")], ""))]))
    inner = einsum([(right, "ir"), (image, "is")], "rs", flatten={image})
    return apply(BOUNDED, add([(1, identity(right.dims[1:])), (coefficient, inner)]))


class _Lost(NamedTuple):
    """What an update takes off the inverse: coefficient * image inverse turned'."""

    coefficient: Fraction
    image: Tensor
    inverse: Tensor
    turned_image: Tensor

    def turned(self) -> _Lost:
        inverse = einsum([(self.inverse, "rs")], "sr") if self.inverse.rank else self.inverse
        return _Lost(self.coefficient, self.turned_image, inverse, self.image)

    def matrix(self) -> Tensor:
        inner = ("r", "s") if self.inverse.rank else ("", "")
        factors = [(self.image, "i" + inner[0]), (self.inverse, "".join(inner)), (self.turned_image, "j" + inner[1])]
        return einsum(factors, "ij", flatten={self.image, self.turned_image})

    def of(self, matrix: Tensor) -> Tensor:
        """Times a vector or matrix."""
        inner = ("r", "s") if self.inverse.rank else ("", "")
        column = "k" if matrix.rank > 1 else ""
        factors = [
            (self.image, "i" + inner[0]),
            (self.inverse, "".join(inner)),
            (self.turned_image, "j" + inner[1]),
            (matrix, "j" + column),
        ]
        return einsum(factors, "i" + column)


def _times(reciprocal: Tensor, done: Sequence[_Lost], matrix: Tensor) -> Tensor:
    """The inverse so far times a vector or matrix."""
    labels = "ik"[: matrix.rank]
    first = einsum([(reciprocal, "i"), (matrix, labels)], labels)
    return add([(1, first), *((-lost.coefficient, lost.of(matrix)) for lost in done)])


def _taken_apart(matrix: Tensor, sizes: Mapping[str, int]) -> tuple[Tensor, list[_Update]] | None:
    """The diagonal as a vector, and the rest as products with short inner sides; None where there is anything else."""
    if not isinstance(matrix, Sum) or len(matrix.terms) > _MOST_TERMS or matrix.dims[0] is not matrix.dims[1]:
        return None
    diagonal: list[tuple[Fraction, Tensor]] = []
    updates: list[_Update] = []
    for coefficient, term in matrix.terms:
        inner, core = split_coefficient(term)
        if isinstance(core, Einsum):
            more, core = split_coefficient(einsum(core.factors, core.output, dict(enumerate(core.index_dims)), flatten=True))
            inner *= more
        if not isinstance(core, Einsum) or len(core.factors) > _MOST_FACTORS:
            return None
        if core.output[0] == core.output[1]:
            vector = einsum(core.factors, core.output[:1], dict(enumerate(core.index_dims)))
            diagonal.append((coefficient * inner, vector))
            continue
        cut = _cut(core, sizes)
        if cut is None:
            return None
        updates.append(_Update(coefficient * inner, *cut))
    rows = matrix.dims[0].size(sizes)
    width = sum(elements(update.left.dims[1:], sizes) for update in updates)
    if not diagonal or not updates or rows < _ROWS or _RATIO * width > rows:
        return None
    return add(diagonal, matrix.dims[:1]), updates


def _cut(node: Einsum, sizes: Mapping[str, int]) -> tuple[Tensor, Tensor] | None:
    """The product as left right' with the shortest inner side that one summed index gives, or none (an outer product)."""
    row, column = node.output
    inner = {label for _, labels in node.factors for label in labels} - {row, column}
    dims = node.index_dims
    for label in [None, *sorted(inner, key=lambda x: (dims[x].size(sizes), x))]:
        reached = _reached(node, row, label)
        if column in reached:
            continue
        # The right side is what is not on the left; weights on the cut alone belong to both, or to the left.
        weights = [part for part, labels in node.factors if labels == (label,)]
        sides: list[list[tuple[Tensor, Sequence[int]]]] = [[], []]
        for part, labels in node.factors:
            if labels and labels != (label,):
                sides[not set(labels) & (reached - {label})].append((part, labels))
        numbers = [(part, labels) for part, labels in node.factors if not labels]
        cut = () if label is None else (label,)
        if any(not any(end in labels for _, labels in side) for side, end in zip(sides, (row, column), strict=True)):
            return None
        right, left = einsum(sides[1], (column, *cut)), einsum(sides[0], (row, *cut))
        weight = [*((part, cut) for part in weights), *numbers]
        if left is right and weight and all(bounds(part, {}).low >= 0 for part, _ in weight):
            roots = [(power(part, Fraction(1, 2)), labels) for part, labels in weight]
            root = einsum([(left, (row, *cut)), *roots], (row, *cut))
            return root, root
        if weight:
            left = einsum([(left, (row, *cut)), *weight], (row, *cut))
        return left, right
    return None


def _reached(node: Einsum, start: int, cut: int | None) -> set[int]:
    """The labels that hang together with one when an index is cut."""
    reached, waiting = {start}, [start]
    while waiting:
        label = waiting.pop()
        if label == cut:
            continue
        for _, labels in node.factors:
            if label in labels:
                new = set(labels) - reached
                reached |= new
                waiting += new
    return reached
