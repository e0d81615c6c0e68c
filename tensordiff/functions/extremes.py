"""The largest of all entries, and the places where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tensordiff.functions.softmax import AlongAxes
from tensordiff.tensor import Dim, Tensor, apply, einsum, scale, split_coefficient, zero


class Hardmax(AlongAxes):
    """1 where x is largest along the first `count` axes, and 0 elsewhere; at ties equal shares that sum to 1, a subgradient of
    the largest entry. The limit of softmax(b*x) for large b. Its derivative is 0 where there is no tie."""

    name = "hardmax"
    real_only = True

    def derivative(self, arguments: Sequence[Tensor], position: int) -> Tensor:
        return zero(arguments[0].dims * 2)

    def simplify(self, arguments: Sequence[Tensor]) -> Tensor | None:
        coefficient, core = split_coefficient(arguments[0])
        return apply(self, core) if coefficient > 0 and coefficient != 1 else None

    def sign(self, signs: Sequence[int], arguments: Sequence[Tensor]) -> int:
        return 1

    def evaluate(self, ops: Any, *args: Any) -> Any:
        (x,) = args
        there = ops.where(ops.greater_equal(x, ops.amax(x, self.count)), ops.constant(1), ops.constant(0))
        return ops.divide(there, ops.total(there, self.count))


class Extreme(AlongAxes):
    """The largest entry along the first `count` axes, or (with `greater` -1) the smallest."""

    real_only = True

    def __init__(self, count: int, greater: int = 1) -> None:
        super().__init__(count)
        self.greater = greater
        self.name = "max" if greater > 0 else "min"
        self.latex_name = "\\" + self.name

    def result_dims(self, arguments: Sequence[Tensor]) -> tuple[Dim, ...]:
        return arguments[0].dims[self.count :]

    def derivative(self, arguments: Sequence[Tensor], position: int) -> Tensor:
        (argument,) = arguments
        first, rest = range(self.count), range(self.count, argument.rank)
        places = apply(Hardmax(self.count), scale(self.greater, argument))
        return einsum([(places, (*first, *rest))], (*rest, *first, *rest))

    def simplify(self, arguments: Sequence[Tensor]) -> Tensor | None:
        (argument,) = arguments
        if self.count == 0:
            return argument
        coefficient, core = split_coefficient(argument)
        if coefficient > 0 and coefficient != 1:
            return scale(coefficient, apply(self, core))
        return None

    def evaluate(self, ops: Any, *args: Any) -> Any:
        (x,) = args
        if self.greater > 0:
            return ops.amax(x, self.count)
        return ops.negative(ops.amax(ops.negative(x), self.count))


def smallest(count: int) -> Extreme:
    """The smallest entry along the first axes."""
    return Extreme(count, -1)
