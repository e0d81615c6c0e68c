"""Functions of symmetric matrices given by a function of numbers, against eigenvalues in NumPy and differences."""

from __future__ import annotations

import pickle
from collections.abc import Callable

import numpy as np
import pytest
import sympy

import tensordiff as td
from tests.libraries import LIBRARIES

Array = np.ndarray
s = sympy.Symbol("s")
FUNCTIONS = {
    "s*exp(s)": s * sympy.exp(s),
    "log(1 + s^2)": sympy.log(1 + s**2),
    "1/(1 + s^2)": 1 / (1 + s**2),
    "tanh(s) - s": sympy.tanh(s) - s,
    "piecewise": sympy.Piecewise((s**3, s > 0), (0, True)),
}
DECLARED = {"shapes": {"A": "n n", "B": "n n"}, "structures": {"A": "symmetric"}}


def _of(expression: sympy.Expr) -> Callable[[Array], Array]:
    number = sympy.lambdify(s, expression)

    def value(a: Array) -> Array:
        values, vectors = np.linalg.eigh((a + a.T) / 2)
        return (vectors * [float(number(x)) for x in values]) @ vectors.T

    return value


def _points() -> list[Array]:
    rng = np.random.default_rng(2)
    q = np.linalg.qr(rng.normal(size=(4, 4)))[0]
    return [q @ np.diag(spectrum) @ q.T for spectrum in ([0.3, -0.8, 1.1, 1.9], [0.7, 0.7, 0.7, -0.5], [0.4, 0.4, 0.4, 0.4])]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_value_and_two_derivatives(name: str) -> None:
    g = td.matrix_function("g", FUNCTIONS[name])
    value = _of(FUNCTIONS[name])
    f = td.parse("tr(g(A)*B)", functions=[g], **DECLARED)
    gradient, product = td.gradient(f, "A"), td.hvp(f, "A", "E")
    rng = np.random.default_rng(1)
    B, E = rng.normal(size=(4, 4)), rng.normal(size=(4, 4))
    E = E + E.T
    for A in _points():
        np.testing.assert_allclose(f.evaluate(A=A, B=B), np.trace(value(A) @ B), rtol=1e-12, atol=1e-12)
        slope = (np.trace((value(A + 1e-5 * E) - value(A - 1e-5 * E)) @ B)) / 2e-5
        found = gradient.evaluate(A=A, B=B)
        np.testing.assert_allclose(np.sum(found * E), slope, rtol=1e-6, atol=1e-7)
        moved = [gradient.evaluate(A=A + step * E, B=B) for step in (1e-5, -1e-5)]
        bent = product.evaluate(A=A, B=B, E=E)
        np.testing.assert_allclose((bent + bent.T) / 2, (moved[0] - moved[1]) / 2e-5, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("backend", LIBRARIES)
@pytest.mark.parametrize("name", [name for name in FUNCTIONS if name != "piecewise"])
def test_libraries(name: str, backend: str) -> None:
    if backend == "jax":
        import jax

        jax.config.update("jax_enable_x64", True)
    g = td.matrix_function("g", FUNCTIONS[name])
    f = td.parse("tr(g(A)*B)", functions=[g], **DECLARED)
    items = [f, td.gradient(f, "A")]
    point = {"A": _points()[0], "B": np.arange(16.0).reshape(4, 4)}
    for found, item in zip(td.compile(items, backend=backend)(**point), items, strict=True):
        np.testing.assert_allclose(np.asarray(found), item.evaluate(**point), rtol=1e-9)


def test_gradients_of_traces_are_formulas() -> None:
    g = td.matrix_function("g", "s*exp(s)")
    f = td.parse("tr(g(A))", functions=[g], **DECLARED)
    assert str(td.gradient(f, "A").matrix_form()) == "(eye(n) + A)*expm(A)"
    assert td.check("expm(A)*(eye(n) + A)", f, "A")
    assert not td.check("expm(A)", f, "A")
    h = td.parse("tr(h(A))", functions={"h": td.matrix_function("h", FUNCTIONS["piecewise"])}, **DECLARED)
    assert str(td.gradient(h, "A").matrix_form()) == "h'(A)"
    assert td.check("h'(A)", h, "A")


def test_it_equals_its_definition() -> None:
    n = td.dims("n")
    A = td.matrix("A", n, n, structure="symmetric")
    g = td.matrix_function("g", "s*exp(s)")
    assert td.equal(g(A), A @ td.expm(A))
    assert not td.equal(g(A), A @ A)
    assert str(g(td.scalar("a"))) == "g(a)"
    assert g(A).latex() == r"\operatorname{g}\left(A\right)"
    X = td.matrix("X", n, "m")
    assert g(X.T @ X).shape == (td.dims("m"),) * 2
    assert repr(g) == "<function of a matrix g>"


def test_batches_and_pickles() -> None:
    g = td.matrix_function("g", "s*exp(s)")
    f = td.parse("g(A)", functions=[g], **DECLARED)
    stack = np.stack(_points())
    expected = np.stack([_of(FUNCTIONS["s*exp(s)"])(a) for a in stack])
    np.testing.assert_allclose(f.evaluate(A=stack), expected, rtol=1e-12, atol=1e-13)
    program = pickle.loads(pickle.dumps(td.compile(f)))
    np.testing.assert_allclose(program(A=stack[0]), expected[0], rtol=1e-12, atol=1e-13)


def test_refusals() -> None:
    g = td.matrix_function("g", "s^3")
    with pytest.raises(td.DomainError, match="symmetric"):
        td.parse("g(B)", functions=[g], **DECLARED)
    with pytest.raises(td.ShapeError, match="g needs a square matrix"):
        g(td.matrix("X", "n", "m"))
    with pytest.raises(td.UnknownNameError, match="one variable"):
        td.matrix_function("g", s * sympy.Symbol("t"))
    with pytest.raises(td.UnknownNameError, match="K cannot be a function"):
        td.matrix_function("K", s)
