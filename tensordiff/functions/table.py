"""The table of elementwise functions: one entry each, with a hand-picked derivative.

Conventions where a derivative does not exist in one point: abs' = sign with sign(0) = 0, relu' = step with
step(x) = (1 + sign(x))/2, sign' = step' = 0.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import pi
from typing import Any

from tensordiff.functions.constants import PI, constant
from tensordiff.functions.power import ABS, EXP, LOG, SIGN, power
from tensordiff.functions.signs import is_nonnegative
from tensordiff.functions.univariate import Univariate, like, plus
from tensordiff.tensor import Apply, Bounds, Function, Tensor, add, multiply, number, scale, split_coefficient, zero

HALF = Fraction(1, 2)
_PI = constant(PI)


def undo(inverse: Callable[[], Univariate]) -> Callable[[Tensor], Tensor | None]:
    """The reduction f(g(x)) = x for a right inverse g of f (given late: the two refer to each other)."""

    def reduce(x: Tensor) -> Tensor | None:
        return x.children[0] if isinstance(x, Apply) and x.function == inverse() else None

    return reduce


def _trigonometric(quarters: tuple[int, ...], inverse: Callable[[], Univariate]) -> Callable[[Tensor], Tensor | None]:
    """Values at multiples of pi/2, by quarter turns; and sin(arcsin(x)) = x."""

    def reduce(x: Tensor) -> Tensor | None:
        coefficient, core = split_coefficient(x)
        if core is _PI and (2 * coefficient).denominator == 1:
            return number(quarters[int(2 * coefficient) % 4])
        return undo(inverse)(x)

    return reduce


def _square(x: Tensor) -> Tensor:
    return power(x, 2)


def _relu_reduce(x: Tensor) -> Tensor | None:
    coefficient, core = split_coefficient(x)
    if coefficient > 0 and coefficient != 1:
        return scale(coefficient, RELU(core))
    return x if is_nonnegative(x) else None


def _step_reduce(x: Tensor) -> Tensor | None:
    coefficient, core = split_coefficient(x)
    return STEP(core) if coefficient > 0 and coefficient != 1 else None


def _sigmoid_value(ops: Any, x: Any) -> Any:
    """exp(min(x, 0)) / (1 + exp(-|x|)): no overflow, no cancellation."""
    small = ops.exp(ops.negative(ops.abs(x)))
    one = ops.constant(1)
    top = ops.exp(ops.minimum(x, ops.constant(0)))
    return ops.divide(top, ops.add(one, small))


def _softplus_value(ops: Any, x: Any) -> Any:
    """max(x, 0) + log1p(exp(-|x|)): no overflow."""
    return ops.add(ops.maximum(x, ops.constant(0)), ops.log1p(ops.exp(ops.negative(ops.abs(x)))))


def _logcosh_value(ops: Any, x: Any) -> Any:
    """|x| + log1p(expm1(-2|x|)/2) beyond 1, log1p(2 sinh(x/2)^2) below: no overflow, no cancellation."""
    size, one, two = ops.abs(x), ops.constant(1), ops.constant(2)
    half = ops.sinh(ops.multiply(ops.constant(HALF), ops.minimum(size, one)))
    near = ops.log1p(ops.multiply(two, ops.multiply(half, half)))
    beyond = ops.add(size, ops.log1p(ops.multiply(ops.constant(HALF), ops.expm1(ops.multiply(ops.negative(two), size)))))
    return ops.where(ops.greater(size, one), beyond, near)


def _cbrt_value(ops: Any, x: Any) -> Any:
    return ops.multiply(ops.sign(x), ops.power(ops.abs(x), ops.constant(Fraction(1, 3))))


def _step_value(ops: Any, x: Any) -> Any:
    half = ops.constant(HALF)
    return ops.add(half, ops.multiply(half, ops.sign(x)))


def _gelu_value(ops: Any, x: Any) -> Any:
    half = ops.constant(HALF)
    inner = ops.erf(ops.multiply(x, ops.power(ops.constant(2), ops.constant(-HALF))))
    return ops.multiply(ops.multiply(half, x), ops.add(ops.constant(1), inner))


def _normal_cdf(x: Tensor) -> Tensor:
    """(1 + erf(x/sqrt(2)))/2."""
    return plus(ERF(multiply(x, power(number(2), -HALF))), HALF, HALF)


def _normal_pdf(x: Tensor) -> Tensor:
    """exp(-x^2/2)/sqrt(2 pi)."""
    return multiply(EXP(scale(-HALF, _square(x))), power(scale(2, _PI), -HALF))


SIN: Univariate = Univariate(
    "sin", lambda x: COS(x), lambda ops, x: ops.sin(x), latex_name=r"\sin", parity=-1, exact={0: 0},
    reduce=_trigonometric((0, 1, 0, -1), lambda: ARCSIN), square=lambda x: plus(_square(COS(x)), 1, -1),
    sympy="sin", range=Bounds(-1, 1),
)  # fmt: skip
COS: Univariate = Univariate(
    "cos", lambda x: scale(-1, SIN(x)), lambda ops, x: ops.cos(x), latex_name=r"\cos", parity=1, exact={0: 1},
    reduce=_trigonometric((1, 0, -1, 0), lambda: ARCCOS),
    sympy="cos", range=Bounds(-1, 1),
)  # fmt: skip
TAN: Univariate = Univariate(
    "tan", lambda x: plus(_square(TAN(x)), 1), lambda ops, x: ops.tan(x), latex_name=r"\tan", parity=-1, exact={0: 0},
    reduce=undo(lambda: ARCTAN), definition=lambda x: multiply(SIN(x), power(COS(x), -1)),
    sympy="tan",
)  # fmt: skip
ARCSIN: Univariate = Univariate(
    "arcsin", lambda x: power(plus(_square(x), 1, -1), -HALF), lambda ops, x: ops.arcsin(x), latex_name=r"\arcsin",
    parity=-1, exact={0: 0},
    sympy="asin", range=Bounds(-pi / 2, pi / 2),
)  # fmt: skip
ARCCOS: Univariate = Univariate(
    "arccos", lambda x: scale(-1, power(plus(_square(x), 1, -1), -HALF)), lambda ops, x: ops.arccos(x),
    latex_name=r"\arccos", exact={1: 0},
    definition=lambda x: add([(HALF, like(_PI, x)), (-1, ARCSIN(x))]),
    sympy="acos", range=Bounds(0, pi),
)  # fmt: skip
ARCTAN: Univariate = Univariate(
    "arctan", lambda x: power(plus(_square(x), 1), -1), lambda ops, x: ops.arctan(x), latex_name=r"\arctan", parity=-1,
    exact={0: 0},
    sympy="atan", range=Bounds(-pi / 2, pi / 2),
)  # fmt: skip
SINH: Univariate = Univariate(
    "sinh", lambda x: COSH(x), lambda ops, x: ops.sinh(x), latex_name=r"\sinh", parity=-1, exact={0: 0},
    reduce=undo(lambda: ARSINH), definition=lambda x: add([(HALF, EXP(x)), (-HALF, EXP(scale(-1, x)))]),
    sympy="sinh",
)  # fmt: skip
COSH: Univariate = Univariate(
    "cosh", lambda x: SINH(x), lambda ops, x: ops.cosh(x), latex_name=r"\cosh", parity=1, exact={0: 1},
    reduce=undo(lambda: ARCOSH), definition=lambda x: add([(HALF, EXP(x)), (HALF, EXP(scale(-1, x)))]),
    sympy="cosh", range=Bounds(1),
)  # fmt: skip
TANH: Univariate = Univariate(
    "tanh", lambda x: plus(_square(TANH(x)), 1, -1), lambda ops, x: ops.tanh(x), latex_name=r"\tanh", parity=-1,
    exact={0: 0}, reduce=undo(lambda: ARTANH),
    definition=lambda x: plus(power(plus(EXP(scale(2, x)), 1), -1), 1, -2),
    sympy="tanh", range=Bounds(-1, 1),
)  # fmt: skip
ARSINH: Univariate = Univariate(
    "arsinh", lambda x: power(plus(_square(x), 1), -HALF), lambda ops, x: ops.arcsinh(x), parity=-1, exact={0: 0},
    reduce=undo(lambda: SINH), definition=lambda x: LOG(add([(1, x), (1, power(plus(_square(x), 1), HALF))])),
    sympy="asinh",
)  # fmt: skip
ARCOSH: Univariate = Univariate(
    "arcosh", lambda x: power(plus(_square(x), -1), -HALF), lambda ops, x: ops.arccosh(x), exact={1: 0},
    definition=lambda x: LOG(add([(1, x), (1, power(plus(_square(x), -1), HALF))])),
    sympy="acosh", range=Bounds(0),
)  # fmt: skip
ARTANH: Univariate = Univariate(
    "artanh", lambda x: power(plus(_square(x), 1, -1), -1), lambda ops, x: ops.arctanh(x), parity=-1, exact={0: 0},
    reduce=undo(lambda: TANH),
    definition=lambda x: add([(HALF, LOG(plus(x, 1))), (-HALF, LOG(plus(x, 1, -1)))]),
    sympy="atanh",
)  # fmt: skip
LOG1P: Univariate = Univariate(
    "log1p", lambda x: power(plus(x, 1), -1), lambda ops, x: ops.log1p(x), exact={0: 0},
    reduce=undo(lambda: EXPM1), definition=lambda x: LOG(plus(x, 1)),
    sympy=lambda sympy, x: sympy.log(1 + x),
)  # fmt: skip
EXPM1: Univariate = Univariate(
    "expm1", lambda x: EXP(x), lambda ops, x: ops.expm1(x), exact={0: 0},
    reduce=undo(lambda: LOG1P), definition=lambda x: plus(EXP(x), -1),
    sympy=lambda sympy, x: sympy.exp(x) - 1,
)  # fmt: skip
CBRT: Univariate = Univariate(
    "cbrt", lambda x: scale(Fraction(1, 3), power(CBRT(x), -2)), _cbrt_value, parity=-1, exact={0: 0, 1: 1},
    reduce=lambda x: power(x, Fraction(1, 3)) if is_nonnegative(x) else None,
    definition=lambda x: multiply(SIGN(x), power(ABS(x), Fraction(1, 3))),
    real_only=True,
    sympy=lambda sympy, x: sympy.sign(x) * sympy.Abs(x) ** sympy.Rational(1, 3), kinks=(0,),
)  # fmt: skip
RELU: Univariate = Univariate(
    "relu", lambda x: STEP(x), lambda ops, x: ops.maximum(x, ops.constant(0)), exact={0: 0}, reduce=_relu_reduce,
    definition=lambda x: add([(HALF, x), (HALF, ABS(x))]),
    real_only=True,
    sympy=lambda sympy, x: sympy.Max(x, 0), kinks=(0,), range=Bounds(0),
    interval=lambda x: Bounds(max(x.low, 0.0), max(x.high, 0.0)),
)  # fmt: skip
STEP: Univariate = Univariate(
    "step", lambda x: zero(x.dims), _step_value, exact={0: HALF}, reduce=_step_reduce,
    definition=lambda x: plus(SIGN(x), HALF, HALF),
    real_only=True,
    sympy="Heaviside", kinks=(0,), range=Bounds(0, 1),
)  # fmt: skip
SIGMOID: Univariate = Univariate(
    "sigmoid", lambda x: multiply(SIGMOID(x), plus(SIGMOID(x), 1, -1)), _sigmoid_value, exact={0: HALF},
    definition=lambda x: power(plus(EXP(scale(-1, x)), 1), -1),
    log=lambda x: LOGSIGMOID(x), log_complement=lambda x: scale(-1, SOFTPLUS(x)),
    real_only=True,
    sympy=lambda sympy, x: 1 / (1 + sympy.exp(-x)), range=Bounds(0, 1), nonzero=True,
)  # fmt: skip
SOFTPLUS: Univariate = Univariate(
    "softplus", lambda x: SIGMOID(x), _softplus_value, definition=lambda x: LOG(plus(EXP(x), 1)),
    real_only=True,
    sympy=lambda sympy, x: sympy.log(1 + sympy.exp(x)), range=Bounds(0), nonzero=True,
)  # fmt: skip
LOGSIGMOID: Univariate = Univariate(
    "logsigmoid", lambda x: plus(SIGMOID(x), 1, -1), lambda ops, x: ops.negative(_softplus_value(ops, ops.negative(x))),
    definition=lambda x: scale(-1, LOG(plus(EXP(scale(-1, x)), 1))),
    real_only=True,
    sympy=lambda sympy, x: -sympy.log(1 + sympy.exp(-x)), range=Bounds(high=0),
)  # fmt: skip
LOGCOSH: Univariate = Univariate(
    "logcosh", lambda x: TANH(x), _logcosh_value, parity=1, exact={0: 0}, definition=lambda x: LOG(COSH(x)), real_only=True,
    sympy=lambda sympy, x: sympy.log(sympy.cosh(x)), range=Bounds(0),
)  # fmt: skip
ERF: Univariate = Univariate(
    "erf", lambda x: multiply(scale(2, EXP(scale(-1, _square(x)))), power(_PI, -HALF)), lambda ops, x: ops.erf(x),
    parity=-1, exact={0: 0},
    sympy="erf", range=Bounds(-1, 1),
)  # fmt: skip
GELU: Univariate = Univariate(
    "gelu", lambda x: add([(1, _normal_cdf(x)), (1, multiply(x, _normal_pdf(x)))]), _gelu_value, exact={0: 0},
    definition=lambda x: multiply(x, _normal_cdf(x)),
    sympy=lambda sympy, x: x * (1 + sympy.erf(x / sympy.sqrt(2))) / 2,
)  # fmt: skip


def _never(ops: Any, x: Any) -> Any:
    raise AssertionError("rewritten when made")  # pragma: no cover - an abbreviation leaves no node


def abbreviation(name: str, definition: Callable[[Tensor], Tensor], sympy: str | Callable[[Any, Any], Any]) -> Univariate:
    """A spelling that leaves no node of its own: sqrt(x) is x^(1/2)."""
    return Univariate(name, None, _never, reduce=definition, sympy=sympy)


SQRT = abbreviation("sqrt", lambda x: power(x, HALF), "sqrt")
SQUARE = abbreviation("square", _square, lambda sympy, x: x**2)
RECIPROCAL = abbreviation("reciprocal", lambda x: power(x, -1), lambda sympy, x: 1 / x)
LOG2 = abbreviation("log2", lambda x: multiply(LOG(x), power(LOG(number(2)), -1)), lambda sympy, x: sympy.log(x) / sympy.log(2))
LOG10 = abbreviation(
    "log10", lambda x: multiply(LOG(x), power(LOG(number(10)), -1)), lambda sympy, x: sympy.log(x) / sympy.log(10)
)
SILU = abbreviation("silu", lambda x: multiply(x, SIGMOID(x)), lambda sympy, x: x / (1 + sympy.exp(-x)))
SEC = abbreviation("sec", lambda x: power(COS(x), -1), "sec")
CSC = abbreviation("csc", lambda x: power(SIN(x), -1), "csc")
COT = abbreviation("cot", lambda x: power(TAN(x), -1), "cot")


class Extremum(Function):
    """max(a, b) = (a + b + abs(a - b))/2, min(a, b) = (a + b - abs(a - b))/2: spellings that leave no node."""

    elementwise = True
    arguments = (2, None)
    real_only = True

    def __init__(self, name: str, greater: int) -> None:
        self.name = name
        self.latex_name = "\\" + name
        self.sympy = name.capitalize()
        self.greater = greater

    def simplify(self, arguments: Sequence[Tensor]) -> Tensor:
        a, b = arguments
        a, b = like(a, b), like(b, a)
        difference = add([(1, a), (-1, b)])
        return add([(HALF, a), (HALF, b), (HALF * self.greater, ABS(difference))])

    def branches(self, arguments: Sequence[Tensor]) -> Sequence[Tensor]:
        a, b = arguments
        return [add([(1, like(a, b)), (-1, like(b, a))])]

    def to_sympy(self, sympy: Any, *arguments: Any) -> Any:
        return getattr(sympy, self.sympy)(*arguments)

    def evaluate(self, ops: Any, *args: Any) -> Any:
        return (ops.maximum if self.greater > 0 else ops.minimum)(*args)


MAXIMUM = Extremum("max", 1)
MINIMUM = Extremum("min", -1)
