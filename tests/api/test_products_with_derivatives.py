"""Gradients, Jacobians, Hessians and products with them, against differences of values."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tensordiff as td

SIZES = {"n": 4, "m": 3}
SHAPES: dict[str, Any] = {"X": "n m", "V": "n n", "x": "n", "z": "m", "a": (), "S": "n n"}
RNG = np.random.default_rng(2)
VALUES: dict[str, Any] = {n: RNG.uniform(0.4, 1.2, [SIZES[d] for d in (s.split() if s else ())]) for n, s in SHAPES.items()}
VALUES["V"] = VALUES["V"] + 2 * np.eye(4)
VALUES["S"] = VALUES["S"] + VALUES["S"].T + 4 * np.eye(4)


def _parse(text: str) -> td.Expression:
    return td.parse(text, shapes=SHAPES, structures={"S": "symmetric"})


def _differences(function: Any, name: str, order: int = 1) -> Any:
    """Complex steps for the first order, central differences of them for the second."""

    def first(values: dict[str, Any]) -> Any:
        columns = []
        for place in np.ndindex(*np.shape(values[name])):
            moved = np.array(values[name], dtype=complex)
            moved[place] += 1e-30j
            columns.append(np.imag(function(**{**values, name: moved})) / 1e-30)
        return np.stack(columns, axis=-1).reshape(np.shape(columns[0]) + np.shape(values[name]))

    if order == 1:
        return first(VALUES)
    columns = []
    for place in np.ndindex(*np.shape(VALUES[name])):
        step = np.zeros(np.shape(VALUES[name]))
        step[place] = 1e-5
        ahead, behind = (first({**VALUES, name: VALUES[name] + sign * step}) for sign in (1, -1))
        columns.append((ahead - behind) / 2e-5)
    return np.stack(columns, axis=-1).reshape(np.shape(columns[0]) + np.shape(VALUES[name]))


def _holomorphic(text: str) -> td.Expression:
    """The same for complex entries, of which norm2 takes none."""
    return _parse({"norm2(X*z - x)^2": "(X*z - x)'*(X*z - x)"}.get(text, text))


SCALARS = [
    ("x'*V*x", "x"), ("sum(exp(V*x))", "x"), ("logsumexp(V*x)", "x"), ("log(det(V))", "V"), ("tr(inv(V)*X*X')", "X"),
    ("norm2(X*z - x)^2", "z"), ("a^3*sum(x)", "a"), ("tr(X'*inv(V)*X)", "V"), ("sum(tanh(X).*X)", "X"), ("x'*inv(V)*x", "V"),
]  # fmt: skip
OTHERS = [
    ("V*x", "x"), ("X'*V*X", "X"), ("inv(V)", "V"), ("softmax(x)", "x"), ("a*X", "a"), ("exp(V*x)", "V"), ("x*z'", "z"),
    ("vec(X*X')", "X"), ("x'*X", "x"), ("kron(x, z)", "x"),
]  # fmt: skip
CASES = [*SCALARS, *OTHERS]
IDS = [f"{text} by {wrt}" for text, wrt in CASES]


@pytest.mark.parametrize(("text", "wrt"), CASES, ids=IDS)
def test_first_derivatives(text: str, wrt: str) -> None:
    f = _parse(text)
    expected = _differences(_holomorphic(text).evaluate, wrt)
    J = td.jacobian(f, wrt)
    found = J.evaluate(**VALUES)
    if f.ndim == 2 and f.matrix.is_vector:
        expected = expected[0]
    np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-10)
    assert J.order == 1
    if not f.shape:
        np.testing.assert_allclose(td.gradient(f, wrt).evaluate(**VALUES), expected, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize(("text", "wrt"), SCALARS, ids=IDS[: len(SCALARS)])
def test_second_derivatives_and_hessian_products(text: str, wrt: str) -> None:
    f = _parse(text)
    expected = _differences(_holomorphic(text).evaluate, wrt, 2)
    H = td.hessian(f, wrt)
    assert H.order == 2
    tolerance = {"rtol": 1e-5, "atol": 1e-6 * (1 + abs(expected).max())}
    np.testing.assert_allclose(H.evaluate(**VALUES), expected, **tolerance)
    direction = RNG.normal(size=np.shape(VALUES[wrt]))
    product = td.hvp(f, wrt, "v")
    found = product.evaluate(v=direction, **VALUES)
    np.testing.assert_allclose(found, np.tensordot(expected, direction, np.ndim(direction)), **tolerance)
    np.testing.assert_allclose(np.ravel(product.matrix_form().evaluate(v=direction, **VALUES)), np.ravel(found), rtol=1e-8)


@pytest.mark.parametrize(("text", "wrt"), CASES, ids=IDS)
def test_directional_derivatives_and_adjoint_products(text: str, wrt: str) -> None:
    f = _parse(text)
    full = td.jacobian(f, wrt).evaluate(**VALUES)
    value = np.asarray(f.evaluate(**VALUES))
    direction, weights = RNG.normal(size=np.shape(VALUES[wrt])), RNG.normal(size=value.shape)
    along = td.jvp(f, wrt, "d").evaluate(d=direction, **VALUES)
    assert np.shape(along) == value.shape
    np.testing.assert_allclose(np.ravel(along), np.ravel(np.tensordot(full, direction, np.ndim(direction))), rtol=1e-9)
    back = td.vjp(f, wrt, "w").evaluate(w=weights, **VALUES)
    assert np.shape(back) == np.shape(VALUES[wrt])
    flat = np.reshape(full, (value.size, *np.shape(VALUES[wrt])))
    np.testing.assert_allclose(back, np.tensordot(weights.ravel(), flat, 1), rtol=1e-9)
    for product, given in ((td.jvp(f, wrt, "d"), {"d": direction}), (td.vjp(f, wrt, "w"), {"w": weights})):
        if any(len(group) > 1 for group in f.matrix.shape) and "w" in given:
            continue  # weights on a compound axis have no matrix form with the variable's shape
        formula = product.matrix_form()
        np.testing.assert_allclose(
            np.ravel(formula.evaluate(**given, **VALUES)), np.ravel(product.evaluate(**given, **VALUES)), rtol=1e-8
        )
        np.testing.assert_allclose(
            np.ravel(product.einsum().evaluate(**given, **VALUES)), np.ravel(product.evaluate(**given, **VALUES)), rtol=1e-8
        )


def test_directions_may_be_expressions() -> None:
    f = _parse("sum(exp(V*x))")
    x = td.vector("x", "n")
    H = td.hessian(f, "x").evaluate(**VALUES)
    np.testing.assert_allclose(td.hvp(f, "x", 2 * x).evaluate(**VALUES), 2 * H @ VALUES["x"])
    slope = td.gradient(f, x).evaluate(**VALUES)
    np.testing.assert_allclose(td.jvp(f, x, x).evaluate(**VALUES), slope @ VALUES["x"])
    np.testing.assert_allclose(td.vjp(f, x, td.number(3)).evaluate(**VALUES), 3 * slope)
    assert str(td.vjp(_parse("V*x"), "x", td.vector("g", "n")).matrix_form()) == "V'*g"
    assert str(td.jvp(_parse("inv(V)"), "V", "dV").matrix_form()) == "-inv(V)*dV*inv(V)"


def test_mixed_hessians() -> None:
    f = _parse("x'*X*z")
    H = td.hessian(f, "x", "z")
    np.testing.assert_allclose(H.evaluate(**VALUES), VALUES["X"])
    assert str(H.matrix_form()) == "X" and str(td.hessian(f, "z", "x").matrix_form()) == "X'"


def test_structured_variables_are_freed_in_products() -> None:
    """dS may be any matrix of S's shape; the product is that of the free derivative."""
    f = _parse("log(det(S))")
    direction = RNG.normal(size=(4, 4))
    found = td.jvp(f, "S", "dS").evaluate(dS=direction, **VALUES)
    np.testing.assert_allclose(found, np.trace(np.linalg.inv(VALUES["S"]) @ direction))


def test_higher_orders_and_their_symmetry() -> None:
    f = _parse("sum(exp(V*x))")
    T = td.diff(f, "x", "x", "x")
    value = T.evaluate(**VALUES)
    e = np.exp(VALUES["V"] @ VALUES["x"])
    np.testing.assert_allclose(value, np.einsum("i,ij,ik,il->jkl", e, *[VALUES["V"]] * 3))
    assert T.order == 3 and T.shape == (td.dims("n"),) * 3
    assert str(T).startswith("d^3f/(dx_i dx_j dx_k) = ")


def test_refusals() -> None:
    with pytest.raises(td.ShapeError, match="a gradient is of a scalar, and f is n-by-1"):
        td.gradient(_parse("V*x"), "x")
    with pytest.raises(td.ShapeError, match="hvp is of a scalar function"):
        td.hvp(_parse("V*x"), "x", "v")
    with pytest.raises(td.ShapeError, match="dx must be n-by-1, and z is m-by-1"):
        td.jvp(_parse("V*x"), "x", "z")
    with pytest.raises(td.ShapeError, match=r"g must be n-by-1"):
        td.vjp(_parse("V*x"), "x", td.vector("g", "m"))
    with pytest.raises(td.MissingRuleError, match="exponent"):
        td.diff(_parse("tr(V^a)"), "a")


def test_minimised_together() -> None:
    """One program gives value, gradient and Hessian, in order."""
    f = _parse("logsumexp(V*x)")
    program = td.compile([f, td.gradient(f, "x"), td.hessian(f, "x")])
    value, slope, curvature = program(x=VALUES["x"], V=VALUES["V"])
    np.testing.assert_allclose(value, f.evaluate(**VALUES))
    np.testing.assert_allclose(slope, td.gradient(f, "x").evaluate(**VALUES))
    np.testing.assert_allclose(curvature, td.hessian(f, "x").evaluate(**VALUES))
