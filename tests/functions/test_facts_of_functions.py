"""What a function says of itself (bounds, sign, branches, parity, its form in SymPy) is true in numbers."""

from __future__ import annotations

import numpy as np
import pytest
import sympy

from tensordiff.compile.plan.ranges import bounds
from tensordiff.evaluate.double import NumpyOps
from tensordiff.evaluate.interpret import interpret
from tensordiff.functions import ELEMENTWISE, POWER, SYMPY, Extremum, Softmax, Univariate, UserFunction, elementwise, power
from tensordiff.functions.signs import is_nonnegative, is_positive
from tensordiff.functions.univariate import plus
from tensordiff.tensor import Apply, Bounds, Dim, Function, Symbol, Tensor, apply, number, postorder
from tests.reference import value

N = Dim.named("n")
X, Y = Symbol.make("x", (N,)), Symbol.make("y", (N,))
S = sympy.Symbol("s")
UNARY = {name: f for name, f in ELEMENTWISE.items() if isinstance(f, Univariate)}
GRID = np.concatenate([np.linspace(-4, 4, 4001), [-700.0, -60.0, 60.0, 700.0]])
OWN = [
    sympy.Piecewise((0, S < 50), (S - 50, True)),
    sympy.Piecewise((S**2, S > 1), (S, S > -1), (-1, True)),
    sympy.Piecewise((S**2, (S > -1) & (S < 1)), (S, True)),
    sympy.Piecewise((S**3, (S < -1) | (S > 2)), (1, True)),
    sympy.Piecewise((S, (S > 0) & ((S < 1) | (S > 2))), (S**2, True)),
    sympy.Max(S, S**2, 1),
    abs(S - 2) / (1 + sympy.sign(S + 1) ** 2),
    sympy.Heaviside(2 * S - 1) * S,
    sympy.Piecewise((sympy.exp(-1 / (1 + S**2)), S**2 > 0.25), (sympy.Abs(S), True)),
    S**2 + 1,
]


def _values(f: Tensor, x: np.ndarray = GRID) -> np.ndarray:
    arrays, sizes = {"x": x, "y": x[::-1]}, {"n": len(x)}
    with np.errstate(all="ignore"):
        if any(isinstance(node, Apply) and isinstance(node.function, UserFunction) for node in postorder([f])):
            return np.asarray(interpret([f], arrays, sizes, NumpyOps())[0])
        return np.asarray(value(f, arrays, sizes))


def _inside(f: Function) -> np.ndarray:
    """The points of the grid where the function has a value."""
    with np.errstate(all="ignore"):
        return np.array([x for x in GRID if np.isfinite(_values(apply(f, X), np.array([x]))).all()])


@pytest.mark.parametrize("name", UNARY)
def test_values_lie_within_the_bounds_and_have_the_sign(name: str) -> None:
    function = UNARY[name]
    x = _inside(function)
    found = _values(apply(function, X), x)
    assert np.all(found >= function.range.low - 1e-12) and np.all(found <= function.range.high + 1e-12)
    if function.nonzero:
        assert np.all(found[abs(x) < 5] != 0)
    sign = function.sign([0], [X])
    assert np.all(found >= 0) if sign else True
    assert np.all(found[abs(x) < 5] > 0) if sign == 2 else True
    if function.interval is not None:
        for low, high in [(-3.0, -1.0), (-1.0, 2.0), (0.5, 3.0)]:
            part = found[(x >= low) & (x <= high)]
            least, most = function.interval(Bounds(low, high))
            assert np.all(part >= least - 1e-12) and np.all(part <= most + 1e-12)


@pytest.mark.parametrize("exponent", [2, 3, -1, -2, sympy.Rational(1, 2)], ids=str)
def test_bounds_of_powers(exponent: object) -> None:
    node = power(apply(ELEMENTWISE["sin"], X), number(sympy.Rational(exponent).p) if exponent != sympy.Rational(1, 2) else 2)
    known = bounds(node, {})
    found = _values(node)
    found = found[np.isfinite(found)]
    assert np.all(found >= known.low) and np.all(found <= known.high)


def _jumps(f: Tensor) -> list[tuple[float, float]]:
    """Neighbours of the grid between which the slope or the value jumps: there the second differences do not shrink with the
    step."""
    x = np.linspace(-3, 3, 6002)  # the kinks lie between two points
    step = x[1] - x[0]
    seconds = np.diff(_values(f, x), 2) / step
    return [(x[i], x[i + 2]) for i in np.flatnonzero(np.abs(seconds) > 0.2) if np.isfinite(seconds[i])]


SMOOTH = [*(f for name, f in UNARY.items() if name != "gammaln"), *(elementwise("f", e) for e in OWN)]
POLE = 4.0
"""A larger value is near a pole; those of gammaln are logarithmic, and stay below."""


@pytest.mark.parametrize("function", SMOOTH, ids=repr)
def test_what_is_not_smooth_lies_on_a_branch(function: Function) -> None:
    node = apply(function, X)
    branches = function.branches([X])
    for low, high in _jumps(node):
        near = _values(node, np.array([low - 0.1, low, high, high + 0.1]))
        if not np.isfinite(near).all() or np.abs(near).max() > POLE:
            continue  # the edge of the domain, or a pole
        ends = [_values(branch, np.array([low - 0.05, high + 0.05])) for branch in branches]
        assert any(a * b <= 0 for a, b in ends), (low, high)


@pytest.mark.parametrize("function", [f for f in ELEMENTWISE.values() if isinstance(f, Extremum)], ids=repr)
def test_the_branches_of_extremes_tell_which_argument_is_the_value(function: Extremum) -> None:
    (branch,) = function.branches([X, Y])
    first = np.isclose(_values(apply(function, X, Y)), GRID, rtol=1e-13)
    assert np.array_equal(_values(branch) * function.greater >= -1e-9, first)


@pytest.mark.parametrize("name", UNARY)
def test_other_facts(name: str) -> None:
    function = UNARY[name]
    x = _inside(function)
    x = x[abs(x) < 3]
    found = _values(apply(function, X), x)
    if function.parity:
        np.testing.assert_allclose(_values(apply(function, X), -x), function.parity * found, rtol=1e-12)
    for at, exact in function.exact.items():
        np.testing.assert_allclose(_values(apply(function, plus(X, at)), np.zeros(1)), float(exact), atol=1e-15)
    for rule, expected in ((function.square, found**2), (function.log, np.log), (function.log_complement, np.log1p)):
        if rule is not None:
            wanted = expected if isinstance(expected, np.ndarray) else expected(found if expected is np.log else -found)
            np.testing.assert_allclose(_values(rule(X), x), wanted, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", [n for n, f in UNARY.items() if f.sympy is not None])
def test_sympy_has_the_same_values(name: str) -> None:
    function = UNARY[name]
    x = np.array([0.3, 0.7, 1.4, -0.6])
    x = x[np.isfinite(_values(apply(function, X), x))]
    written = function.to_sympy(sympy, S)
    expected = [complex(written.subs(S, sympy.Float(float(p)))) for p in x]
    np.testing.assert_allclose(_values(apply(function, X), x), expected, rtol=1e-12)


def test_every_elementwise_function_is_in_sympy() -> None:
    assert all(f.sympy is not None for f in ELEMENTWISE.values())
    assert set(SYMPY) >= {"sin", "asin", "Abs", "Heaviside", "Max", "Min", "exp", "log"}


@pytest.mark.parametrize("expression", OWN, ids=str)
def test_own_functions_know_their_sign_and_their_form(expression: sympy.Expr) -> None:
    function = elementwise("f", expression)
    node = apply(function, X)
    found = _values(node)
    assert np.all(found > 0) if is_positive(node) else True
    assert np.all(found >= 0) if is_nonnegative(node) else True
    assert function.to_sympy(sympy, S) == expression
    assert function.real_only == bool(function.branches([X]))


def test_softmax_lies_between_zero_and_one() -> None:
    node = apply(Softmax(1), X)
    assert bounds(node, {}) == Bounds(0, 1)
    assert POWER.bounds([Bounds(-2, 1)], [X, number(2)]) == Bounds(0, 4)
