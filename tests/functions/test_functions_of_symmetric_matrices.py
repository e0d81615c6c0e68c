"""Functions of symmetric matrices through their eigenvalues: exact at, and near, repeated ones."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from fractions import Fraction

import mpmath
import numpy as np
import pytest

import tensordiff as td
from tensordiff.evaluate.double import NumpyOps
from tensordiff.functions.divided_differences import Table
from tensordiff.functions.formula import T, slope
from tensordiff.functions.power import EXP, LOG, power
from tensordiff.functions.table import COS, SIN, TANH
from tensordiff.tensor import multiply
from tests.differentiate.differences import central
from tests.libraries import LIBRARIES

Array = np.ndarray
RNG = np.random.default_rng(11)
DECLARED = {
    "shapes": {"A": "n n", "B": "n n", "a": ()},
    "structures": {"A": "positive-definite"},
}
FUNCTIONS: dict[str, Callable[[Array], Array]] = {
    "A^0.3": lambda x: x**0.3,
    "A^(-4/3)": lambda x: x ** (-4 / 3),
    "A^(5/2)": lambda x: x**2.5,
    "sinm(A)": np.sin,
    "cosm(A)": np.cos,
    "signm(A - 2*eye(n))": lambda x: np.sign(x - 2),
}


def _of(f: Callable[[Array], Array], a: Array) -> Array:
    values, vectors = np.linalg.eigh((a + a.T) / 2)
    return (vectors * f(values)) @ vectors.T


def _definite(spectrum: list[float]) -> Array:
    q = np.linalg.qr(RNG.normal(size=(len(spectrum),) * 2))[0]
    return q @ np.diag(spectrum) @ q.T


SPECTRA = [[0.7, 1.4, 2.6, 3.1], [1.4, 1.4, 2.5, 2.5], [1.5, 1.5, 1.5, 1.5], [1.0, 1.0 + 1e-7, 1.0 + 1e-12, 3.0]]


@pytest.mark.parametrize("spectrum", SPECTRA, ids=str)
@pytest.mark.parametrize("text", FUNCTIONS)
def test_values_and_two_derivatives(text: str, spectrum: list[float]) -> None:
    f, a, value = td.parse(text, **DECLARED), _definite(spectrum), FUNCTIONS[text]
    np.testing.assert_allclose(f.evaluate(A=a), _of(value, a), rtol=1e-12, atol=1e-13)
    first, second = td.diff(f, "A"), td.diff(f, "A", "A")
    np.testing.assert_allclose(first.evaluate(A=a), central(lambda b: _of(value, b), a), rtol=1e-5, atol=1e-7)
    moved = central(lambda b: first.evaluate(A=(b + b.T) / 2), a)
    np.testing.assert_allclose(second.evaluate(A=a), moved, rtol=1e-4, atol=1e-5)


NUMBERS = {
    "exp": (EXP(T), mpmath.exp),
    "log": (LOG(T), mpmath.log),
    "sin": (SIN(T), mpmath.sin),
    "tanh": (TANH(T), mpmath.tanh),
    "root": (power(T, Fraction(-1, 3)), lambda x: x ** (-mpmath.mpf(1) / 3)),
    "power": (power(T, Fraction(5, 2)), lambda x: x ** mpmath.mpf(2.5)),
    "square of log": (multiply(LOG(T), LOG(T)), lambda x: mpmath.log(x) ** 2),
}


@pytest.mark.parametrize("name", NUMBERS)
def test_divided_differences_over_all_gaps(name: str) -> None:
    """Against 60 digits, for gaps from 1 to 1e-16 of the value and none: 13 digits at the first order, 12 at the second."""
    formula, exact = NUMBERS[name]
    with mpmath.workdps(60), np.errstate(all="ignore"):
        table = Table(formula, NumpyOps(), [])
        for x in (1e-6, 1e-2, 0.3, 1.3, 2.0, 30.0):
            for gap in (0.0, *(10.0**-k for k in range(17))):
                a, b, c = x, x + gap * x, x + 0.37 * gap * x
                points = [mpmath.mpf(p) for p in (a, b, c)]
                first = _exact(exact, points[:2])
                scale = max(abs(first), abs(exact(points[0])) / x * 1e-2)
                assert abs(float(table.first(np.array(a), np.array(b))) - first) <= 2e-13 * scale
                second = _exact(exact, points)
                found = float(table.second(*(np.array(p) for p in (a, b, c))))
                assert abs(found - second) <= 1e-12 * max(abs(second), scale / x)


def _exact(f: Callable[..., object], points: list[object]) -> object:
    distinct = sorted(set(points))
    if len(distinct) == 1:
        order = len(points) - 1
        return mpmath.diff(f, distinct[0], order) / mpmath.factorial(order)
    if len(distinct) < len(points):  # two of three
        x, y = distinct
        twice = x if points.count(x) == 2 else y
        other = y if twice == x else x
        return (mpmath.diff(f, twice) - (f(other) - f(twice)) / (other - twice)) / (twice - other)
    if len(points) == 2:
        return (f(points[1]) - f(points[0])) / (points[1] - points[0])
    return (_exact(f, points[1:]) - _exact(f, points[:2])) / (points[2] - points[0])


def test_slopes_of_formulas() -> None:
    assert slope(SIN(T), T) is COS(T)
    assert slope(multiply(T, T), T) is multiply(power(T, 1), power(T, 0)) or slope(power(T, 2), T).children[0] is T


SUMS = {
    "sum(eigvals(A).^2)": "2*A",
    "sum(log(eigvals(A)).^2)/4": "logm(A)*inv(A)/2",
    "sum(exp(eigvals(A)))": "expm(A)",
    "sum(log(eigvals(A)))": "inv(A)",
    "norm2(eigvals(A))": "A/norm2(A)",
    "sum(eigvals(A).^(a/2))/a": "A^(a/2 - 1)/2",
    "tr(A^a)": "a*A^(a - 1)",
    "tr(A^0.3)": "0.3*A^(-0.7)",
    "sum(sin(eigvals(A)))": "cosm(A)",
}


@pytest.mark.parametrize("text", SUMS)
@pytest.mark.parametrize("spectrum", SPECTRA, ids=str)
def test_sums_over_the_spectrum_have_derivatives_at_repeated_eigenvalues(text: str, spectrum: list[float]) -> None:
    f, a = td.parse(text, **DECLARED), _definite(spectrum)
    first, second = td.diff(f, "A"), td.diff(f, "A", "A")
    assert str(first.matrix_form()) == SUMS[text]
    again = td.parse(SUMS[text], **DECLARED)
    given = {"A": a} | ({"a": 1.7} if "a" in f.scope.symbols and "a" in text.replace("eigvals", "").replace("tan", "") else {})
    given = {name: value for name, value in given.items() if name in ("A", "a")}
    np.testing.assert_allclose(first.evaluate(**given), again.evaluate(**given), rtol=1e-9, atol=1e-11)
    expected = central(lambda b: f.evaluate(**{**given, "A": (b + b.T) / 2}), a)
    np.testing.assert_allclose(first.evaluate(**given), expected, rtol=1e-6, atol=1e-7)
    moved = central(lambda b: first.evaluate(**{**given, "A": (b + b.T) / 2}), a)
    np.testing.assert_allclose(second.evaluate(**given), moved, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("library", LIBRARIES)
def test_programs_and_batches(library: str) -> None:
    f = td.parse("tr(B*A^a)", **DECLARED)
    outputs = [f, td.diff(f, "A"), td.diff(f, "A", "A"), td.diff(f, "a")]
    program = td.compile(outputs, backend=library)
    many = np.stack([_definite(spectrum) for spectrum in SPECTRA])
    b = RNG.normal(size=(4, 4))
    close = {"rtol": 5e-3, "atol": 5e-3} if library == "jax" else {"rtol": 1e-8, "atol": 1e-8}
    stacked = program(A=many, B=b, a=0.4)
    for number, a in enumerate(many):
        alone = program(A=a, B=b, a=0.4)
        for found, whole, output in zip(alone, stacked, outputs, strict=True):
            expected = output.evaluate(A=a, B=b, a=0.4)
            np.testing.assert_allclose(np.asarray(found), expected, **close)
            np.testing.assert_allclose(np.asarray(whole)[number], expected, **close)


def test_real_powers_are_of_symmetric_matrices() -> None:
    for text in ("B^0.3", "B^(2/3)", "(A*B)^1.5"):
        with pytest.raises(td.TensordiffError, match="symmetric"):
            td.parse(text, **DECLARED)
    assert str(td.parse("B^(1/2)", **DECLARED)) == "sqrtm(B)"
    with pytest.raises(td.ShapeError):
        td.parse("X^0.3", shapes={"X": "n m"})
    with pytest.raises(td.EvaluationError):
        td.parse("A^0.3", **{**DECLARED, "structures": {"A": "symmetric"}}).evaluate(A=-np.eye(2))


def test_claims() -> None:
    assert td.check("a*A^(a - 1)", "tr(A^a)", "A", **DECLARED)
    assert td.check("logm(A)*inv(A)/2", "sum(log(eigvals(A)).^2)/4", "A", **DECLARED)
    assert not td.check("logm(A)*inv(A)", "sum(log(eigvals(A)).^2)/4", "A", **DECLARED)
    assert td.equal("A^0.3*A^0.7", "A", **DECLARED)
    assert td.equal("sinm(A)^2 + cosm(A)^2", "eye(n)", **DECLARED)


@pytest.mark.parametrize("text", ["tr(B*A^0.3)", "sinm(A)", "sum(eigvals(A).^3)", "lambda_max(A)"])
def test_programs_are_pickled_and_derivations_told(text: str) -> None:
    f = td.parse(text, **DECLARED)
    program = td.compile([td.diff(f, "A"), td.diff(f, "A", "A")])
    again = pickle.loads(pickle.dumps(program))
    given = {"A": _definite([1.0, 2.0, 3.5])} | ({"B": np.eye(3)} if "B" in text else {})
    for one, other in zip(program(**given), again(**given), strict=True):
        np.testing.assert_array_equal(one, other)
    assert str(td.explain(f, "A"))
