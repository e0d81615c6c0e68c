"""A function of one variable, applied to every entry, described by data: derivative, evaluation, parity, exact values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from tensordiff.errors import MissingRuleError
from tensordiff.functions.views import elementwise_view
from tensordiff.tensor import (
    Function,
    Sum,
    Tensor,
    add,
    apply,
    as_number,
    broadcast,
    number,
    ones,
    scale,
    split_coefficient,
)

Rule = Callable[[Tensor], Tensor]


class Univariate(Function):
    """An elementwise function of one argument.

    `slope(x)` is the derivative as a tensor; `value(ops, x)` evaluates it; `parity` is +1 (even), -1 (odd) or 0;
    `exact` maps numbers to exact values; `reduce(x)` is a simpler form for special arguments or None; `definition(x)`
    is the same in more basic functions, for equality, and `square(x)` its square likewise; `logarithm(x)` and
    `log_complement(x)` are log(f(x)) and log(1 - f(x)); `range_sign` is 2 where every value is positive, 1 nonnegative;
    `real_only` is as for every function.
    """

    elementwise = True

    def __init__(
        self,
        name: str,
        slope: Rule | None,
        value: Callable[[Any, Any], Any],
        *,
        latex: str = "",
        parity: int = 0,
        exact: Mapping[int, int | Fraction] | None = None,
        reduce: Callable[[Tensor], Tensor | None] | None = None,
        definition: Callable[[Tensor], Tensor | None] | None = None,
        square: Rule | None = None,
        logarithm: Rule | None = None,
        log_complement: Rule | None = None,
        range_sign: int | Callable[[int], int] = 0,
        real_only: bool = False,
    ) -> None:
        self.name = name
        self.real_only = real_only
        self.latex_name = latex
        self.parity = parity
        self._square = square
        self._logarithm = logarithm
        self._log_complement = log_complement
        self._slope = slope
        self._value = value
        self._exact = dict(exact or {})
        self._reduce = reduce
        self._definition = definition
        self._range_sign = range_sign

    def __call__(self, argument: Tensor) -> Tensor:
        return apply(self, argument)

    def derivative(self, arguments: Sequence[Tensor], position: int) -> Tensor:
        if self._slope is None:
            raise MissingRuleError(
                f"{self.name}: no derivative rule",
                hint="the derivative is not zero: give the function a rule, or rewrite the expression without it",
            )
        (argument,) = arguments
        return like(self._slope(argument), argument)

    def simplify(self, arguments: Sequence[Tensor]) -> Tensor | None:
        (argument,) = arguments
        if (view := elementwise_view(argument)) is not None:
            core, restore = view
            return restore(apply(self, core))
        coefficient, core = split_coefficient(argument)
        if coefficient != 1 and (view := elementwise_view(core)) is not None:
            inner, restore = view
            return restore(apply(self, scale(coefficient, inner)))
        value = as_number(argument)
        if value is None and isinstance(argument, Sum) and not argument.children:
            value = Fraction(0)
        if value is not None and value in self._exact:
            return broadcast(number(self._exact[int(value)]), argument.dims)
        if self._reduce is not None and (reduced := self._reduce(argument)) is not None:
            return reduced
        if self.parity and coefficient < 0:
            return scale(self.parity, apply(self, scale(-1, argument)))
        return None

    def rewrite(self, arguments: Sequence[Tensor]) -> Tensor | None:
        (argument,) = arguments
        if self.parity and isinstance(argument, Sum) and argument.children and argument.coefficients[0] < 0:
            return scale(self.parity, apply(self, scale(-1, argument)))
        return None if self._definition is None else self._definition(argument)

    def squared(self, argument: Tensor) -> Tensor | None:
        """The square of the function's value in other terms, for equality, or None."""
        return None if self._square is None else self._square(argument)

    def logarithm(self, arguments: Sequence[Tensor]) -> Tensor | None:
        return None if self._logarithm is None else self._logarithm(arguments[0])

    def log_complement(self, argument: Tensor) -> Tensor | None:
        """log(1 - f) where it has a form of its own, or None."""
        return None if self._log_complement is None else self._log_complement(argument)

    def sign(self, signs: Sequence[int], arguments: Sequence[Tensor]) -> int:
        return self._range_sign(signs[0]) if callable(self._range_sign) else self._range_sign

    def evaluate(self, ops: Any, *args: Any) -> Any:
        return self._value(ops, *args)


def like(node: Tensor, argument: Tensor) -> Tensor:
    """node, repeated over the axes of `argument` if it is a scalar and the argument is not."""
    return broadcast(node, argument.dims) if argument.dims and not node.dims else node


def plus(node: Tensor, constant: int | Fraction, coefficient: int | Fraction = 1) -> Tensor:
    """coefficient * node + constant in every entry."""
    return add([(constant, ones(node.dims)), (coefficient, node)])
