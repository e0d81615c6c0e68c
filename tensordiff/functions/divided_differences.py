"""Divided differences without a hole where places agree.

They are quotients where the places are apart, and integrals of the derivative over the interval (the triangle) between them
where they are close (Hermite and Genocchi), by Gauss's rule; at each place the one whose error is estimated to be the smaller
is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cache, reduce
from math import cos, pi
from typing import Any

from tensordiff.functions.formula import T, at_numbers, slope
from tensordiff.tensor import Apply, Tensor, postorder

_FEW, _MANY = 4, 6
"""Nodes of Gauss's rules: the difference of two rules tells their error."""
_THREE = (3, 4)
"""The same for triangles, in each direction."""


class Table:
    """Divided differences of a function of numbers at arrays that broadcast against each other."""

    def __init__(self, scalar: Tensor, ops: Any, parameters: Sequence[Any]) -> None:
        self.ops, self.parameters = ops, parameters
        self.f, self.slope, self.curvature = scalar, slope(scalar, T), slope(slope(scalar, T), T)
        self.branches = [
            branch
            for node in postorder([scalar])
            if isinstance(node, Apply)
            for branch in node.function.branches(node.children)
        ]

    def at(self, scalar: Tensor, x: Any) -> Any:
        return at_numbers(scalar, self.ops, x, self.parameters)

    def eps(self, x: Any) -> Any:
        """The rounding of the type of the entries: |3 (4/3 - 1) - 1|."""
        ops = self.ops
        third = ops.subtract(ops.add(ops.multiply(ops.constant(0), x), ops.constant(Fraction(4, 3))), ops.constant(1))
        return ops.abs(ops.subtract(ops.multiply(ops.constant(3), third), ops.constant(1)))

    def crossed(self, x: Any, y: Any) -> Any:
        """How many branches begin between two places, as a number."""
        ops = self.ops
        made = ops.constant(0)
        for branch in self.branches:
            product = ops.multiply(ops.sign(self.at(branch, x)), ops.sign(self.at(branch, y)))
            made = ops.add(made, ops.subtract(ops.constant(1), product))
        return made

    def first(self, x: Any, y: Any) -> Any:
        ops = self.ops
        gap = ops.subtract(y, x)
        same = ops.greater_equal(ops.constant(0), ops.abs(gap))
        fx, fy = self.at(self.f, x), self.at(self.f, y)
        quotient = ops.divide(ops.subtract(fy, fx), ops.where(same, ops.constant(1), gap))
        rules = [self._segment(x, gap, count) for count in (_FEW, _MANY)]
        doubt = ops.add(ops.abs(ops.subtract(*rules)), self._doubt(self.crossed(x, y), fx, fy))
        rounding = ops.multiply(self.eps(x), ops.add(ops.abs(fx), ops.abs(fy)))
        close = ops.greater_equal(rounding, ops.multiply(ops.abs(gap), doubt))
        at_once = ops.where(same, self.at(self.slope, ops.add(x, ops.multiply(ops.constant(0), y))), rules[1])
        return ops.where(close, at_once, quotient)

    def _doubt(self, crossed: Any, *sizes: Any) -> Any:
        """Something large where a branch begins in between."""
        total = reduce(self.ops.add, map(self.ops.abs, sizes))
        return self.ops.multiply(crossed, self.ops.add(total, self.ops.constant(1)))

    def _segment(self, x: Any, gap: Any, count: int) -> Any:
        """The integral of f' from x to x + gap, by the gap."""
        ops = self.ops
        parts = [
            ops.multiply(ops.constant(weight), self.at(self.slope, ops.add(x, ops.multiply(ops.constant(node), gap))))
            for node, weight in _gauss(count)
        ]
        return reduce(ops.add, parts)

    def second(self, x: Any, y: Any, z: Any) -> Any:
        """The quotient over the widest gap, or the integral of f'' over the triangle."""
        ops = self.ops
        xy, yz, xz = self.first(x, y), self.first(y, z), self.first(x, z)
        gaps = [ops.subtract(z, x), ops.subtract(z, y), ops.subtract(y, x)]
        rises = [ops.subtract(yz, xy), ops.subtract(xz, xy), ops.subtract(yz, xz)]
        gap, rise = gaps[0], rises[0]
        for other, risen in zip(gaps[1:], rises[1:], strict=True):
            wider = ops.greater(ops.abs(other), ops.abs(gap))
            gap, rise = ops.where(wider, other, gap), ops.where(wider, risen, rise)
        same = ops.greater_equal(ops.constant(0), ops.abs(gap))
        quotient = ops.divide(rise, ops.where(same, ops.constant(1), gap))
        rules = [self._triangle(x, y, z, count) for count in _THREE]
        crossed = ops.add(self.crossed(x, y), self.crossed(y, z))
        doubt = ops.add(ops.abs(ops.subtract(*rules)), self._doubt(crossed, xy, yz))
        rounding = ops.multiply(self.eps(x), ops.add(ops.abs(xy), ops.abs(yz)))
        close = ops.greater_equal(rounding, ops.multiply(ops.abs(gap), doubt))
        half = ops.multiply(
            ops.constant(Fraction(1, 2)), self.at(self.curvature, ops.add(x, ops.multiply(ops.constant(0), xy)))
        )
        at_once = ops.where(same, ops.add(half, ops.multiply(ops.constant(0), yz)), rules[1])
        return ops.where(close, at_once, quotient)

    def _triangle(self, x: Any, y: Any, z: Any, count: int) -> Any:
        """The integral of f'' over x + s (y - x) + s t (z - y) for s, t from 0 to 1, weighed by s."""
        ops = self.ops
        parts = []
        for s, first in _gauss(count):
            for t, second in _gauss(count):
                place = ops.add(
                    ops.multiply(ops.constant(1 - s), x),
                    ops.add(ops.multiply(ops.constant(s * (1 - t)), y), ops.multiply(ops.constant(s * t), z)),
                )
                parts.append(ops.multiply(ops.constant(first * second * s), self.at(self.curvature, place)))
        return reduce(ops.add, parts)


@cache
def _gauss(count: int) -> tuple[tuple[float, float], ...]:
    """Nodes and weights of Gauss's rule on the interval from 0 to 1, by Newton's method on Legendre's polynomial."""
    found = []
    for k in range(count):
        x = cos(pi * (k + 0.75) / (count + 0.5))
        for _ in range(50):
            before, at = 1.0, x
            for n in range(2, count + 1):
                before, at = at, ((2 * n - 1) * x * at - (n - 1) * before) / n
            steep = count * (x * at - before) / (x * x - 1)
            x -= at / steep
        found.append(((1 + x) / 2, 1 / ((1 - x * x) * steep * steep)))
    return tuple(found)
