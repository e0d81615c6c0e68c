"""Functions of one matrix commute, so that Frechet derivatives close beside them: for every structure, and with factors."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import expm

import tensordiff as td

SHAPES = {"A": "n n", "B": "n n", "a": "", "k": "", "x": "n"}
FORMS = [
    ("a*tr(A*expm(A))", "symmetric", "a*(eye(n) + A)*expm(A)"),
    ("a*tr(logm(A)^2)", "positive-definite", "2*a*inv(A)*logm(A)"),
    ("norm2(logm(A))^2", "positive-definite", "2*inv(A)*logm(A)"),
    ("tr(inv(sqrtm(A)))", "positive-definite", "-inv(A)*inv(sqrtm(A))/2"),
    ("sum(A.*expm(A))", "symmetric", "(eye(n) + A)*expm(A)"),
    ("a*tr(A^k*A)", "symmetric", "a*(1 + k)*A^k"),
    ("tr(sqrtm(A)*A)", "positive-definite", "A*inv(sqrtm(A))/2 + sqrtm(A)"),
    ("a*tr(A*expm(A))", "general", "a*expm(A)'*(eye(n) + A')"),
]


@pytest.mark.parametrize(("f", "structure", "form"), FORMS, ids=[f"{f} {s}" for f, s, _ in FORMS])
def test_forms(f: str, structure: str, form: str) -> None:
    structures = {} if structure == "general" else {"A": structure}
    expression = td.parse(f, shapes=SHAPES, structures=structures)
    derivative = td.diff(expression, "A")
    assert str(derivative.matrix_form()) == form
    rng = np.random.default_rng(1)
    g = 0.3 * rng.normal(size=(3, 3))
    matrix = expm(g + g.T) if structure != "general" else expm(g)
    values = {"A": matrix, "a": 0.7, "k": 3.0}
    values = {name: value for name, value in values.items() if name in f.replace("tr", "")}
    found = td.parse(form, shapes=SHAPES, structures=structures).evaluate(**values)
    np.testing.assert_allclose(found, derivative.evaluate(**values), rtol=1e-8)


def test_differences_of_arrays_of_three_axes() -> None:
    shapes = {"T": "n m p", "A": "n q", "B": "m q", "C": "p q"}
    f = td.parse("norm2(T - M)^2", shapes=shapes, where={"M": "A[i,r]*B[j,r]*C[k,r] -> [i,j,k]"})
    assert str(td.diff(f, "A", "A").matrix_form()) == "2*kron((B'*B).*(C'*C), eye(n))"


def test_norm_of_an_outer_product() -> None:
    f = td.parse("norm2(x*y')", shapes={"x": "n", "y": "m"})
    assert str(td.diff(f, "x").matrix_form()) == "norm2(y)*x/norm2(x)"


@pytest.mark.parametrize(
    ("f", "by", "form"),
    [
        ("vec(X)'*H*vec(X)", "X", "unvec((H + H')*vec(X), n, m)"),
        ("vec(X)'*inv(kron(eye(m), A) + H)*vec(Y)", "X", "unvec(inv(kron(eye(m), A) + H)*vec(Y), n, m)"),
    ],
)
def test_gradients_that_are_no_products(f: str, by: str, form: str) -> None:
    shapes = {"X": "n m", "Y": "n m", "H": "m*n m*n", "A": "n n", "G": "m m"}
    rng = np.random.default_rng(0)
    lengths = {"X": (3, 2), "Y": (3, 2), "H": (6, 6), "A": (3, 3), "G": (2, 2)}
    expression = td.parse(f, shapes={name: shape for name, shape in shapes.items() if name in f})
    values = {name: rng.normal(size=lengths[name]) for name in shapes if name in f}
    derivative = td.diff(expression, by)
    assert str(derivative.matrix_form()) == form
    read = td.parse(form, shapes={name: shapes[name] for name in values})
    read_values = {name: value for name, value in values.items() if name in form}
    np.testing.assert_allclose(read.evaluate(**read_values), derivative.evaluate(**values), rtol=1e-9, atol=1e-10)
