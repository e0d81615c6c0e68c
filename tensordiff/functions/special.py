"""Special functions of every entry: gamma and error functions, the normal distribution, log-odds, and functions of pairs.

Values are those of scipy.special, jax.scipy.special and torch.special; derivatives are those of the Digital Library of
Mathematical Functions (DLMF), by section.
"""

from __future__ import annotations

from fractions import Fraction
from math import pi
from typing import Any

from tensordiff.errors import DomainError
from tensordiff.functions.constants import PI, constant
from tensordiff.functions.multivariate import Multivariate
from tensordiff.functions.power import ABS, EXP, LOG, SIGN, power
from tensordiff.functions.table import ERF, MINIMUM, RELU, SIGMOID, STEP, undo
from tensordiff.functions.univariate import Univariate, plus
from tensordiff.tensor import Bounds, Tensor, add, apply, as_number, multiply, number, scale

HALF = Fraction(1, 2)
_PI = constant(PI)


def _square(x: Tensor) -> Tensor:
    return power(x, 2)


def _quotient(a: Tensor, b: Tensor) -> Tensor:
    return multiply(a, power(b, -1))


def _difference(a: Tensor, b: Tensor) -> Tensor:
    return add([(1, a), (-1, b)])


def _squares(a: Tensor, b: Tensor) -> Tensor:
    return add([(1, _square(a)), (1, _square(b))])


# Gamma functions (DLMF 5.2, 5.15).

GAMMALN: Univariate = Univariate(
    "gammaln", lambda x: DIGAMMA(x), lambda ops, x: ops.gammaln(x), exact={1: 0, 2: 0},
    real_only=True, sympy=lambda sympy, x: sympy.log(sympy.Abs(sympy.gamma(x))),
    sympy_names=("loggamma",), reserved=False,
)  # fmt: skip
"""log|Gamma(x)|; its derivative is the digamma function (DLMF 5.2.2)."""

DIGAMMA: Univariate = Univariate(
    "digamma", lambda x: POLYGAMMA(number(1), x), lambda ops, x: ops.digamma(x), real_only=True,
    sympy=lambda sympy, x: sympy.digamma(x), reserved=False,
)  # fmt: skip
"""psi(x) = d log Gamma(x) / dx (DLMF 5.2.2)."""


def _polygamma(k: Tensor, x: Tensor) -> Tensor | None:
    order = as_number(k)
    if order is not None and (order.denominator != 1 or order < 0):
        raise DomainError("the order of polygamma is a whole number, 0 or more", hint="write polygamma(1,x)")
    return DIGAMMA(x) if order == 0 else None


POLYGAMMA: Multivariate = Multivariate(
    "polygamma", (None, lambda k, x: POLYGAMMA(plus(k, 1), x)), lambda ops, k, x: ops.polygamma(k, x),
    reduce=_polygamma, sympy="polygamma", exponent_argument=0,
)  # fmt: skip
"""polygamma(k, x) = d^k digamma(x) / dx^k (DLMF 5.15)."""

# Error functions and the normal distribution (DLMF 7.2, 7.17).

ERFC: Univariate = Univariate(
    "erfc", lambda x: multiply(scale(-2, EXP(scale(-1, _square(x)))), power(_PI, -HALF)), lambda ops, x: ops.erfc(x),
    exact={0: 1}, definition=lambda x: plus(ERF(x), 1, -1), real_only=True, sympy="erfc", range=Bounds(0, 2), nonzero=True,
    reserved=False,
)  # fmt: skip
"""1 - erf(x) without cancellation (DLMF 7.2.2)."""

ERFINV: Univariate = Univariate(
    "erfinv", lambda x: multiply(scale(HALF, EXP(_square(ERFINV(x)))), power(_PI, HALF)), lambda ops, x: ops.erfinv(x),
    parity=-1, exact={0: 0}, reduce=undo(lambda: ERF), real_only=True, sympy="erfinv",
    reserved=False,
)  # fmt: skip
"""The inverse of erf on (-1, 1) (DLMF 7.17)."""

NORMPDF: Univariate = Univariate(
    "normpdf", lambda x: scale(-1, multiply(x, NORMPDF(x))),
    lambda ops, x: ops.multiply(
        ops.exp(ops.multiply(ops.constant(-HALF), ops.multiply(x, x))),
        ops.power(ops.multiply(ops.constant(2), ops.pi()), ops.constant(-HALF)),
    ),
    parity=1, definition=lambda x: multiply(EXP(scale(-HALF, _square(x))), power(scale(2, _PI), -HALF)),
    log=lambda x: add([(-HALF, _square(x)), (-HALF, multiply(LOG(scale(2, _PI)), power(x, 0)))]),
    real_only=True, sympy=lambda sympy, x: sympy.exp(-(x**2) / 2) / sympy.sqrt(2 * sympy.pi), range=Bounds(0, 0.4),
    nonzero=True, reserved=False,
)  # fmt: skip
"""The density of the standard normal distribution, exp(-x^2/2)/sqrt(2 pi)."""

NORMCDF: Univariate = Univariate(
    "normcdf", lambda x: NORMPDF(x), lambda ops, x: ops.normcdf(x), exact={0: HALF},
    definition=lambda x: plus(ERF(multiply(x, power(number(2), -HALF))), HALF, HALF), real_only=True,
    sympy=lambda sympy, x: (1 + sympy.erf(x / sympy.sqrt(2))) / 2, range=Bounds(0, 1), nonzero=True, reserved=False,
)  # fmt: skip
"""The distribution function of the standard normal distribution."""

LOGIT: Univariate = Univariate(
    "logit", lambda x: power(multiply(x, plus(x, 1, -1)), -1), lambda ops, x: ops.logit(x), reduce=undo(lambda: SIGMOID),
    definition=lambda x: _difference(LOG(x), LOG(plus(x, 1, -1))), real_only=True,
    sympy=lambda sympy, x: sympy.log(x) - sympy.log(1 - x), reserved=False,
)  # fmt: skip
"""log(x/(1 - x)) on (0, 1), the inverse of sigmoid."""

# Functions of pairs.

LOGADDEXP: Multivariate = Multivariate(
    "logaddexp", (lambda a, b: SIGMOID(_difference(a, b)), lambda a, b: SIGMOID(_difference(b, a))),
    lambda ops, a, b: ops.logaddexp(a, b), definition=lambda a, b: LOG(add([(1, EXP(a)), (1, EXP(b))])),
    sympy=lambda sympy, a, b: sympy.log(sympy.exp(a) + sympy.exp(b)),
)  # fmt: skip
"""log(exp(a) + exp(b)) without overflow."""

XLOGY: Multivariate = Multivariate(
    "xlogy", (lambda a, b: LOG(b), _quotient), lambda ops, a, b: ops.xlogy(a, b),
    definition=lambda a, b: multiply(a, LOG(b)), sympy=lambda sympy, a, b: a * sympy.log(b),
)  # fmt: skip
"""a*log(b), and 0 where a is 0."""

HYPOT: Multivariate = Multivariate(
    "hypot", (lambda a, b: _quotient(a, HYPOT(a, b)), lambda a, b: _quotient(b, HYPOT(a, b))),
    lambda ops, a, b: ops.hypot(a, b), definition=lambda a, b: power(_squares(a, b), HALF), range=Bounds(0),
    sympy=lambda sympy, a, b: sympy.sqrt(a**2 + b**2),
)  # fmt: skip
"""sqrt(a^2 + b^2) without overflow."""

ATAN2: Multivariate = Multivariate(
    "atan2", (lambda y, x: _quotient(x, _squares(x, y)), lambda y, x: scale(-1, _quotient(y, _squares(x, y)))),
    lambda ops, y, x: ops.arctan2(y, x), range=Bounds(-pi, pi), sympy="atan2",
)  # fmt: skip
"""The angle of the point (x, y), in (-pi, pi] (DLMF 4.23.27)."""


def _least(x: Tensor, d: Tensor) -> Tensor:
    return apply(MINIMUM, ABS(x), d)


def _ends(x: Tensor, d: Tensor) -> list[Tensor]:
    return [_difference(x, d), add([(1, x), (1, d)])]


CLIP: Multivariate = Multivariate(
    "clip", (lambda x, d: STEP(_difference(d, ABS(x))), lambda x, d: multiply(SIGN(x), STEP(_difference(ABS(x), d)))),
    lambda ops, x, d: ops.multiply(ops.sign(x), ops.minimum(ops.abs(x), d)),
    definition=lambda x, d: multiply(SIGN(x), _least(x, d)), branch=_ends,
    sympy=lambda sympy, x, d: sympy.sign(x) * sympy.Min(sympy.Abs(x), d),
)  # fmt: skip
"""x between -d and d: sign(x) min(|x|, d)."""


def _huber_value(ops: Any, x: Any, d: Any) -> Any:
    """m (|x| - m/2) for m = min(|x|, d)."""
    size = ops.abs(x)
    least = ops.minimum(size, d)
    return ops.multiply(least, ops.subtract(size, ops.multiply(ops.constant(HALF), least)))


HUBER: Multivariate = Multivariate(
    "huber", (lambda x, d: CLIP(x, d), lambda x, d: RELU(_difference(ABS(x), d))), _huber_value,
    definition=lambda x, d: add([(1, multiply(_least(x, d), ABS(x))), (-HALF, _square(_least(x, d)))]), branch=_ends,
    sympy=lambda sympy, x, d: sympy.Piecewise((x**2 / 2, sympy.Abs(x) <= d), (d * (sympy.Abs(x) - d / 2), True)),
)  # fmt: skip
"""x^2/2 for |x| <= d, d*(|x| - d/2) beyond (Huber 1964), d > 0."""

__all__ = [
    "ATAN2", "CLIP", "DIGAMMA", "ERFC", "ERFINV", "GAMMALN", "HUBER", "HYPOT", "LOGADDEXP", "LOGIT", "NORMCDF", "NORMPDF",
    "POLYGAMMA", "XLOGY",
]  # fmt: skip
