"""The table of elementwise functions: one entry each, with a hand-picked derivative.

Conventions where a derivative does not exist in one point: abs' = sign with sign(0) = 0, relu' = step with
step(x) = (1 + sign(x))/2, sign' = step' = 0.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from tensordiff.functions.constants import PI, constant
from tensordiff.functions.power import ABS, EXP, LOG, SIGN, power
from tensordiff.functions.univariate import Univariate, like, plus
from tensordiff.functions.views import is_nonnegative
from tensordiff.tensor import Apply, Function, Tensor, add, broadcast, multiply, number, scale, split_coefficient, zero

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
    "sin", lambda x: COS(x), lambda ops, x: ops.sin(x), latex=r"\sin", parity=-1, exact={0: 0},
    reduce=_trigonometric((0, 1, 0, -1), lambda: ARCSIN), square=lambda x: plus(_square(COS(x)), 1, -1),
)  # fmt: skip
COS: Univariate = Univariate(
    "cos", lambda x: scale(-1, SIN(x)), lambda ops, x: ops.cos(x), latex=r"\cos", parity=1, exact={0: 1},
    reduce=_trigonometric((1, 0, -1, 0), lambda: ARCCOS),
)  # fmt: skip
TAN: Univariate = Univariate(
    "tan", lambda x: plus(_square(TAN(x)), 1), lambda ops, x: ops.tan(x), latex=r"\tan", parity=-1, exact={0: 0},
    reduce=undo(lambda: ARCTAN), definition=lambda x: multiply(SIN(x), power(COS(x), -1)),
)  # fmt: skip
ARCSIN: Univariate = Univariate(
    "arcsin", lambda x: power(plus(_square(x), 1, -1), -HALF), lambda ops, x: ops.arcsin(x), latex=r"\arcsin",
    parity=-1, exact={0: 0},
)  # fmt: skip
ARCCOS: Univariate = Univariate(
    "arccos", lambda x: scale(-1, power(plus(_square(x), 1, -1), -HALF)), lambda ops, x: ops.arccos(x),
    latex=r"\arccos", exact={1: 0}, range_sign=1,
    definition=lambda x: add([(HALF, like(_PI, x)), (-1, ARCSIN(x))]),
)  # fmt: skip
ARCTAN: Univariate = Univariate(
    "arctan", lambda x: power(plus(_square(x), 1), -1), lambda ops, x: ops.arctan(x), latex=r"\arctan", parity=-1,
    exact={0: 0},
)  # fmt: skip
SINH: Univariate = Univariate(
    "sinh", lambda x: COSH(x), lambda ops, x: ops.sinh(x), latex=r"\sinh", parity=-1, exact={0: 0},
    reduce=undo(lambda: ARSINH), definition=lambda x: add([(HALF, EXP(x)), (-HALF, EXP(scale(-1, x)))]),
)  # fmt: skip
COSH: Univariate = Univariate(
    "cosh", lambda x: SINH(x), lambda ops, x: ops.cosh(x), latex=r"\cosh", parity=1, exact={0: 1}, range_sign=2,
    reduce=undo(lambda: ARCOSH), definition=lambda x: add([(HALF, EXP(x)), (HALF, EXP(scale(-1, x)))]),
)  # fmt: skip
TANH: Univariate = Univariate(
    "tanh", lambda x: plus(_square(TANH(x)), 1, -1), lambda ops, x: ops.tanh(x), latex=r"\tanh", parity=-1,
    exact={0: 0}, reduce=undo(lambda: ARTANH),
    definition=lambda x: plus(power(plus(EXP(scale(2, x)), 1), -1), 1, -2),
)  # fmt: skip
ARSINH: Univariate = Univariate(
    "arsinh", lambda x: power(plus(_square(x), 1), -HALF), lambda ops, x: ops.arcsinh(x), parity=-1, exact={0: 0},
    reduce=undo(lambda: SINH), definition=lambda x: LOG(add([(1, x), (1, power(plus(_square(x), 1), HALF))])),
)  # fmt: skip
ARCOSH: Univariate = Univariate(
    "arcosh", lambda x: power(plus(_square(x), -1), -HALF), lambda ops, x: ops.arccosh(x), exact={1: 0}, range_sign=1,
    definition=lambda x: LOG(add([(1, x), (1, power(plus(_square(x), -1), HALF))])),
)  # fmt: skip
ARTANH: Univariate = Univariate(
    "artanh", lambda x: power(plus(_square(x), 1, -1), -1), lambda ops, x: ops.arctanh(x), parity=-1, exact={0: 0},
    reduce=undo(lambda: TANH),
    definition=lambda x: add([(HALF, LOG(plus(x, 1))), (-HALF, LOG(plus(x, 1, -1)))]),
)  # fmt: skip
LOG1P: Univariate = Univariate(
    "log1p", lambda x: power(plus(x, 1), -1), lambda ops, x: ops.log1p(x), exact={0: 0},
    reduce=undo(lambda: EXPM1), definition=lambda x: LOG(plus(x, 1)),
)  # fmt: skip
EXPM1: Univariate = Univariate(
    "expm1", lambda x: EXP(x), lambda ops, x: ops.expm1(x), exact={0: 0},
    reduce=undo(lambda: LOG1P), definition=lambda x: plus(EXP(x), -1),
)  # fmt: skip
CBRT: Univariate = Univariate(
    "cbrt", lambda x: scale(Fraction(1, 3), power(CBRT(x), -2)), _cbrt_value, parity=-1, exact={0: 0, 1: 1},
    reduce=lambda x: power(x, Fraction(1, 3)) if is_nonnegative(x) else None,
    definition=lambda x: multiply(SIGN(x), power(ABS(x), Fraction(1, 3))),
    real_only=True,
)  # fmt: skip
RELU: Univariate = Univariate(
    "relu", lambda x: STEP(x), lambda ops, x: ops.maximum(x, ops.constant(0)), exact={0: 0}, reduce=_relu_reduce,
    definition=lambda x: add([(HALF, x), (HALF, ABS(x))]), range_sign=1,
    real_only=True,
)  # fmt: skip
STEP: Univariate = Univariate(
    "step", lambda x: zero(x.dims), _step_value, exact={0: HALF}, reduce=_step_reduce,
    definition=lambda x: plus(SIGN(x), HALF, HALF), range_sign=1,
    real_only=True,
)  # fmt: skip
SIGMOID: Univariate = Univariate(
    "sigmoid", lambda x: multiply(SIGMOID(x), plus(SIGMOID(x), 1, -1)), _sigmoid_value, exact={0: HALF}, range_sign=2,
    definition=lambda x: power(plus(EXP(scale(-1, x)), 1), -1),
    logarithm=lambda x: LOGSIGMOID(x), log_complement=lambda x: scale(-1, SOFTPLUS(x)),
    real_only=True,
)  # fmt: skip
SOFTPLUS: Univariate = Univariate(
    "softplus", lambda x: SIGMOID(x), _softplus_value, range_sign=2, definition=lambda x: LOG(plus(EXP(x), 1)),
    real_only=True,
)  # fmt: skip
LOGSIGMOID: Univariate = Univariate(
    "logsigmoid", lambda x: plus(SIGMOID(x), 1, -1), lambda ops, x: ops.negative(_softplus_value(ops, ops.negative(x))),
    definition=lambda x: scale(-1, LOG(plus(EXP(scale(-1, x)), 1))),
    real_only=True,
)  # fmt: skip
ERF: Univariate = Univariate(
    "erf", lambda x: multiply(scale(2, EXP(scale(-1, _square(x)))), power(_PI, -HALF)), lambda ops, x: ops.erf(x),
    parity=-1, exact={0: 0},
)  # fmt: skip
GELU: Univariate = Univariate(
    "gelu", lambda x: add([(1, _normal_cdf(x)), (1, multiply(x, _normal_pdf(x)))]), _gelu_value, exact={0: 0},
    definition=lambda x: multiply(x, _normal_cdf(x)),
)  # fmt: skip


def _never(ops: Any, x: Any) -> Any:
    raise AssertionError("rewritten when made")  # pragma: no cover - an abbreviation leaves no node


def abbreviation(name: str, definition: Callable[[Tensor], Tensor]) -> Univariate:
    """A spelling that leaves no node of its own: sqrt(x) is x^(1/2)."""
    return Univariate(name, None, _never, reduce=definition)


SQRT = abbreviation("sqrt", lambda x: power(x, HALF))
SQUARE = abbreviation("square", _square)
RECIPROCAL = abbreviation("reciprocal", lambda x: power(x, -1))
LOG2 = abbreviation("log2", lambda x: multiply(LOG(x), power(LOG(number(2)), -1)))
LOG10 = abbreviation("log10", lambda x: multiply(LOG(x), power(LOG(number(10)), -1)))
SILU = abbreviation("silu", lambda x: multiply(x, SIGMOID(x)))
SEC = abbreviation("sec", lambda x: power(COS(x), -1))
CSC = abbreviation("csc", lambda x: power(SIN(x), -1))
COT = abbreviation("cot", lambda x: power(TAN(x), -1))


class Extremum(Function):
    """max(a, b) = (a + b + abs(a - b))/2, min(a, b) = (a + b - abs(a - b))/2: spellings that leave no node."""

    elementwise = True
    real_only = True

    def __init__(self, name: str, sign: int) -> None:
        self.name = name
        self.latex_name = "\\" + name
        self._sign = sign

    def simplify(self, arguments: Sequence[Tensor]) -> Tensor:
        a, b = arguments
        if a.dims and not b.dims:
            b = broadcast(b, a.dims)
        elif b.dims and not a.dims:
            a = broadcast(a, b.dims)
        difference = add([(1, a), (-1, b)])
        return add([(HALF, a), (HALF, b), (HALF * self._sign, ABS(difference))])

    def evaluate(self, ops: Any, *args: Any) -> Any:
        return (ops.maximum if self._sign > 0 else ops.minimum)(*args)


MAXIMUM = Extremum("max", 1)
MINIMUM = Extremum("min", -1)
