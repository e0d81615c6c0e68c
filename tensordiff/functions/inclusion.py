"""Inclusions: the 0/1 matrices that put a part of an axis in its place.

A block matrix is the sum of E_r A F_c' over its blocks A, where E_r has a 1 in the row of the whole for each row of the
block. A part is an interval of the axis, so an inclusion is known by the place where it begins and by its own axes; what
other parts there are does not matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tensordiff.errors import ShapeError
from tensordiff.functions.constants import Constant, Unit, constant
from tensordiff.tensor import Apply, Bounds, Dim, Extent, Group, Tensor, group_text, identity


class Inclusion(Constant):
    """Axes (whole, *part): 1 where the place in the whole is `start`, counted from 0, plus that in the part."""

    name = "inclusion"

    def __init__(self, whole: Dim, start: Extent, part: Group) -> None:
        self.whole = whole
        self.start = start
        self.part = part
        self.axes = (whole, *part)

    @property
    def parameters(self) -> tuple[bytes | str | int, ...]:
        parts: list[bytes | str | int] = [*super().parameters]
        for product, count in self.start.terms:
            parts += [count, len(product), *(dim.key for dim in product)]
        return tuple(parts)

    def sign(self, signs: Sequence[int], arguments: Sequence[Tensor]) -> int:
        return 1

    def bounds(self, known: Sequence[Bounds], arguments: Sequence[Tensor]) -> Bounds:
        return Bounds(0, 1)

    def evaluate(self, ops: Any, *args: Any) -> Any:
        return ops.inclusion(self.whole, self.start, self.part)


def inclusion(whole: Dim, start: Extent, part: Group) -> Tensor:
    """The inclusion as a tensor: the identity of the whole axis, a unit vector for a part of one place at a known place.

    Raises ShapeError where the part does not lie in the whole for certain.
    """
    rest = Extent.of(whole) - start - Extent.of(*part)
    if not start.is_certain or not rest.is_certain:
        raise ShapeError(f"an axis of size {whole} has no part of size {group_text(part)} there")
    if part == (whole,):
        return identity(part)
    if not part and start.constant is not None:
        return constant(Unit(whole, start.constant + 1))
    return constant(Inclusion(whole, start, part))


class Place:
    """Where an inclusion or a unit vector puts its part: the interval from `start` to `end` of an axis."""

    __slots__ = ("end", "node", "part", "start", "whole")

    def __init__(self, node: Apply, whole: Dim, start: Extent, part: Group) -> None:
        self.node = node
        self.whole = whole
        self.start = start
        self.part = part
        self.end = start + Extent.of(*part)

    @staticmethod
    def of(node: Tensor) -> Place | None:
        """The place of an inclusion or a unit vector; None for any other node."""
        if not isinstance(node, Apply) or node.children:
            return None
        function = node.function
        if isinstance(function, Inclusion):
            return Place(node, function.whole, function.start, function.part)
        if isinstance(function, Unit):
            return Place(node, function.dim, Extent.number(function.k - 1), ())
        return None

    def is_before(self, other: Place) -> bool:
        """Whether this part ends before the other begins, for certain."""
        return (other.start - self.end).is_certain

    def holds(self, other: Place) -> bool:
        """Whether the other part lies in this one, for certain."""
        return (other.start - self.start).is_certain and (self.end - other.end).is_certain
