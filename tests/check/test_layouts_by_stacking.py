"""The layouts are what stacking and differences in NumPy give."""

from __future__ import annotations

import numpy as np
import pytest

import tensordiff as td

RNG = np.random.default_rng(5)
A, B, X = RNG.normal(size=(4, 3)), RNG.normal(size=(2, 5)), RNG.normal(size=(3, 2))
SHAPES = {"A": "p n", "B": "m q", "X": "n m"}


def jacobian(order: str) -> np.ndarray:
    """d vec F / d vec X' for F = A X B by differences; F is linear in X, so they are exact."""
    columns = []
    for place in range(X.size):
        step = np.zeros(X.size)
        step[place] = 1.0
        columns.append((A @ step.reshape(X.shape, order=order) @ B).reshape(-1, order=order))
    return np.array(columns).T


@pytest.mark.parametrize(("layout", "order", "claim"), [("vec-column", "F", "kron(B', A)"), ("vec-row", "C", "kron(A, B')")])
def test_stacked_jacobians(layout: str, order: str, claim: str) -> None:
    f = td.parse("A*X*B", shapes=SHAPES)
    found = td.diff(f, "X").evaluate(A=A, B=B, X=X, layout=layout)
    assert np.allclose(found, jacobian(order))
    verdict = td.check(claim, f, "X", layout=layout)
    assert verdict
    assert verdict.layouts == (layout,)


def test_a_second_derivative_has_the_first_variable_in_its_rows() -> None:
    shapes = {"u": "n", "v": "m", "M": "n m"}
    assert td.check("M", "u'*M*v", ["u", "v"], layout="vec-column", shapes=shapes)
    assert td.check("M'", "u'*M*v", ["v", "u"], layout="vec-column", shapes=shapes)
    assert td.check("M'", "u'*M*v", ["u", "v"], layout="denominator", shapes=shapes)
    assert not td.check("M'", "u'*M*v", ["u", "v"], layout="vec-column", shapes=shapes)


def test_a_scalar_function_has_a_row_when_stacked() -> None:
    assert td.check("vec(A)'", "tr(A'*X)", "X", layout="vec-column", shapes={"A": "n m", "X": "n m"})
    assert td.check("vec(A')'", "tr(A'*X)", "X", layout="vec-row", shapes={"A": "n m", "X": "n m"})
    column = td.check("vec(A)", "tr(A'*X)", "X", layout="vec-column", shapes={"A": "n m", "X": "n m"})
    assert column.status == "wrong"
    assert "transpose" in str(column.diagnosis)


@pytest.mark.parametrize(
    "claim",
    [
        "kron(kron(eye(m), K(q,n)), eye(p))*kron(eye({}), vec(A))",  # Magnus and Neudecker 2019, chapter 3.7
        "kron(eye(m), kron(K(q,n), eye(p)))*kron(eye({}), vec(A))",
    ],
)
def test_an_identity_inside_a_kronecker_product_has_its_dimensions_in_either_order(claim: str) -> None:
    shapes = {"X": "n m", "A": "p q"}
    for size in ("m*n", "n*m"):
        verdict = td.check(claim.format(size), "kron(X, A)", "X", shapes=shapes)
        assert verdict and verdict.layouts == ("vec-column",), verdict
    wrong = claim.format("n*m").replace("K(q,n)", "eye(q*n)")
    assert not td.check(wrong, "kron(X, A)", "X", shapes=shapes)
