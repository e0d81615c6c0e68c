"""A function of one variable, applied to every entry, described by data: derivative, evaluation, parity, exact values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, ClassVar

from tensordiff.functions.views import elementwise_view
from tensordiff.records import KW_ONLY, field, record
from tensordiff.tensor import (
    UNBOUNDED,
    Bounds,
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


@record(eq=False, repr=False)
class Univariate(Function):
    """An elementwise function of one argument, with all its facts. It is its name: no two have the same."""

    name: str
    slope: Rule | None
    """The derivative as a tensor."""
    value: Callable[[Any, Any], Any]
    """The value of an argument, in primitive operations."""
    _: KW_ONLY
    latex_name: str = ""
    parity: int = 0
    """1 for an even function, -1 for an odd one."""
    exact: Mapping[int, int | Fraction] = field(default_factory=dict)
    """Numbers with exact values."""
    kinks: tuple[int, ...] = ()
    """Where one branch ends and another begins."""
    range: Bounds = UNBOUNDED
    """Bounds on all values."""
    nonzero: bool = False
    """Whether no value is zero, also where zero ends the range."""
    interval: Callable[[Bounds], Bounds] | None = None
    """Bounds on the values from bounds on the arguments, where these are closer than `range`."""
    real_only: bool = False
    reduce: Callable[[Tensor], Tensor | None] | None = None
    """A simpler form for special arguments, or None."""
    definition: Callable[[Tensor], Tensor | None] | None = None
    """The same in more basic functions, for equality."""
    square: Rule | None = None
    """Its square in more basic functions."""
    log: Rule | None = None
    """log(f(x)) where it has a form of its own."""
    log_complement: Rule | None = None
    """log(1 - f(x)) likewise."""
    sympy: str | Callable[[Any, Any], Any] | None = None
    """SymPy's class of this function, by name, which is then read too; or SymPy's expression from (sympy, argument)."""

    sympy_names: tuple[str, ...] = ()
    """Further classes of SymPy that are read as this function."""
    reserved: bool = True

    elementwise: ClassVar[bool] = True

    def __call__(self, argument: Tensor) -> Tensor:
        return apply(self, argument)

    def derivative(self, arguments: Sequence[Tensor], position: int) -> Tensor:
        if self.slope is None:
            return super().derivative(arguments, position)
        (argument,) = arguments
        return like(self.slope(argument), argument)

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
        if value is not None and value in self.exact:
            return broadcast(number(self.exact[int(value)]), argument.dims)
        if self.reduce is not None and (reduced := self.reduce(argument)) is not None:
            return reduced
        if self.parity and coefficient < 0:
            return scale(self.parity, apply(self, scale(-1, argument)))
        return None

    def rewrite(self, arguments: Sequence[Tensor]) -> Tensor | None:
        (argument,) = arguments
        if self.parity and isinstance(argument, Sum) and argument.children and argument.coefficients[0] < 0:
            return scale(self.parity, apply(self, scale(-1, argument)))
        return None if self.definition is None else self.definition(argument)

    def logarithm(self, arguments: Sequence[Tensor]) -> Tensor | None:
        return None if self.log is None else self.log(arguments[0])

    def branches(self, arguments: Sequence[Tensor]) -> Sequence[Tensor]:
        return [plus(arguments[0], -kink) for kink in self.kinks]

    def bounds(self, known: Sequence[Bounds], arguments: Sequence[Tensor]) -> Bounds:
        return self.range if self.interval is None else self.interval(known[0])

    def sign(self, signs: Sequence[int], arguments: Sequence[Tensor]) -> int:
        if self.range.low < 0:
            return 0
        return 2 if self.range.low > 0 or self.nonzero else 1

    def to_sympy(self, sympy: Any, *arguments: Any) -> Any:
        if self.sympy is None:
            return super().to_sympy(sympy, *arguments)
        return getattr(sympy, self.sympy)(*arguments) if isinstance(self.sympy, str) else self.sympy(sympy, *arguments)

    def evaluate(self, ops: Any, *args: Any) -> Any:
        return self.value(ops, *args)


def like(node: Tensor, argument: Tensor) -> Tensor:
    """node, repeated over the axes of `argument` if it is a scalar and the argument is not."""
    return broadcast(node, argument.dims) if argument.dims and not node.dims else node


def plus(node: Tensor, constant: int | Fraction, coefficient: int | Fraction = 1) -> Tensor:
    """coefficient * node + constant in every entry."""
    return add([(constant, ones(node.dims)), (coefficient, node)])
