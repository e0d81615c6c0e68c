"""Elementwise functions given by SymPy expressions."""

from __future__ import annotations

import numpy as np
import pytest
import sympy

from tensordiff.differentiate import differentiate
from tensordiff.errors import MissingRuleError, UnknownNameError
from tensordiff.evaluate.double import NumpyOps
from tensordiff.evaluate.interpret import interpret
from tensordiff.functions import ABS, elementwise, power
from tensordiff.functions.univariate import plus
from tensordiff.tensor import Dim, Symbol, Tensor, apply

S = sympy.Symbol("s")
N = Dim.named("n")
X = Symbol.make("x", (N,))
POINTS = np.array([0.3, -1.2, 2.0, -0.4])

EXPRESSIONS = [
    S / (1 + abs(S)),
    sympy.exp(-(S**2)) * sympy.sin(3 * S),
    sympy.Piecewise((S**2, S > 0), (-S, True)),
    sympy.Max(S, 0) ** 2 + sympy.Min(S, 1),
    sympy.log(1 + sympy.exp(S)),
    sympy.Integer(3),
    1 / (1 + S**2),
    (1 + S**2) ** sympy.Rational(3, 2),
    sympy.atan(S) + sympy.pi * S + sympy.E,
    sympy.sign(S) * S**3,
    S**10 + sympy.Float("0.5") * S,
    sympy.EulerGamma * S,
]


def _value(node: Tensor, at: np.ndarray = POINTS) -> np.ndarray:
    return interpret([node], {"x": at}, {"n": 4}, NumpyOps())[0]


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=str)
def test_value_and_two_derivatives(expression: sympy.Expr) -> None:
    f = apply(elementwise("f", expression), X)
    expected = [float(expression.subs(S, sympy.Float(float(p)))) for p in POINTS]
    np.testing.assert_allclose(_value(f), expected, rtol=1e-12)
    if (rewritten := f.function.rewrite(f.children)) is not None:
        np.testing.assert_allclose(_value(rewritten), expected, rtol=1e-12)
    first = f.function.derivative([X], 0)
    np.testing.assert_allclose(_value(first), _differences(f), rtol=1e-6, atol=1e-6)
    second = np.diagonal(_value(differentiate(first, X)))
    np.testing.assert_allclose(second, _differences(first), rtol=1e-6, atol=1e-6)


def _differences(f: Tensor, step: float = 1e-5) -> np.ndarray:
    return (_value(f, POINTS + step) - _value(f, POINTS - step)) / (2 * step)


def test_the_derivative_is_short() -> None:
    softsign = elementwise("softsign", S / (1 + abs(S)))
    assert softsign.derivative([X], 0) is power(plus(ABS(X), 1), -2)


def test_the_letter_does_not_matter() -> None:
    t = sympy.Symbol("t", positive=True)
    assert elementwise("f", S**2 + S) == elementwise("f", t**2 + t)
    assert elementwise("f", S**2) != elementwise("f", S**3)


def test_refusals() -> None:
    with pytest.raises(UnknownNameError, match="one variable"):
        elementwise("f", S + sympy.Symbol("t"))
    with pytest.raises(MissingRuleError, match="gamma"):
        _value(apply(elementwise("f", sympy.gamma(S)), X))
