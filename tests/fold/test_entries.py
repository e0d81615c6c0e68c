"""Entries at given places: unit vectors that read back, and A[2,1] for unit(n,2)'*A*unit(m,1)."""

from __future__ import annotations

import numpy as np
import pytest

import tensordiff as td

SHAPES = {"A": "n m", "W": "n n", "x": "n", "u": "n*m"}
RNG = np.random.default_rng(0)
VALUES = {"A": RNG.normal(size=(4, 3)), "W": RNG.normal(size=(4, 4)), "x": RNG.normal(size=4), "u": RNG.normal(size=12)}

FORMS = [
    ("A[1,1]", "A", "unit(n,1)*unit(m,1)'"),
    ("A[2,3]^2*x[1] -> []", "A", "2*A[2,3]*x[1]*unit(n,2)*unit(m,3)'"),
    ("A[2,3]^2*x[1] -> []", "x", "A[2,3]^2*unit(n,1)"),
    ("exp(A[1,2])*A[2,1] -> []", "A", None),
    ("A[1,j]*A[2,j] -> []", "A", "(unit(n,1)*unit(n,2)' + unit(n,2)*unit(n,1)')*A"),
    ("A[1,1]*A[2,2] - A[1,2]*A[2,1] -> []", "A", None),
    ("inv(W)[1,2]", "W", "-inv(W)'*unit(n,1)*unit(n,2)'*inv(W)'"),
    ("(W*x)[2]^2", "x", "2*(W*x)[2]*W'*unit(n,2)"),
    ("(x'*W)[2]^2", "W", None),
    ("x[1]*x[2]", "x x", "unit(n,1)*unit(n,2)' + unit(n,2)*unit(n,1)'"),
    ("A[i,1] -> [i]", "A", "kron(unit(m,1)', eye(n))"),
    ("unit(n,2)'*W'*unit(n,1)*x", "W", None),
    ("log(W[1,1]^2 + 1)", "W", "2*W[1,1]/(W[1,1]^2 + 1)*unit(n,1)*unit(n,1)'"),
    ("(x.*unit(n,1))'*x", "x", "2*x[1]*unit(n,1)"),
    ("det(W)*W[1,1]", "W", "det(W)*unit(n,1)*unit(n,1)' + W[1,1]*adj(W)'"),
    ("x[1]*x[2]^2", "x x", "2*(x[2]*(unit(n,1)*unit(n,2)' + unit(n,2)*unit(n,1)') + x[1]*unit(n,2)*unit(n,2)')"),
    ("log(x[1]/x[2])", "x", "unit(n,1)/x[1] - unit(n,2)/x[2]"),
    ("unit(n,1).*unit(n,2).*x", "x", "zeros(n,n)"),
]

INDEX = [
    ("exp(A[1,2])*A[2,1] -> []", "A", "df/dA_ij = exp(A_12) A_21 delta_i1 delta_j2 + exp(A_12) delta_i2 delta_j1"),
    ("A[1,j]*A[2,j] -> []", "A", "df/dA_ij = delta_i2 A_1j + delta_i1 A_2j"),
    ("A[1,12]", "A", "df/dA_ij = delta_i1 delta_{j,12}"),
    ("log(W[1,1]^2 + 1)", "W", "df/dW_ij = 2 (1 + W_11^2)^-1 W_11 delta_i1 delta_j1"),
]


@pytest.mark.parametrize(("f", "by", "form"), FORMS, ids=[f"{f} by {by}" for f, by, _ in FORMS])
def test_forms(f: str, by: str, form: str | None) -> None:
    derivative = td.diff(td.parse(f, shapes=SHAPES), *by.split())
    ours = derivative.matrix_form()
    assert form is None or str(ours) == form
    expected = derivative.evaluate(layout=derivative.default_layout, **VALUES)
    for read in (
        ours,
        td.parse(str(ours), shapes=SHAPES),
        td.parse(ours.latex(), shapes=SHAPES) if "[" not in str(ours) else ours,
    ):
        np.testing.assert_allclose(np.reshape(read.evaluate(**VALUES), np.shape(expected)), expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(("f", "by", "notation"), INDEX, ids=[f"{f} by {by}" for f, by, _ in INDEX])
def test_index_notation_has_the_places(f: str, by: str, notation: str) -> None:
    assert str(td.diff(td.parse(f, shapes=SHAPES), by)) == notation


def test_equal_entries_of_a_symmetric_matrix() -> None:
    f = td.parse("W[2,1]*W[1,2]", shapes=SHAPES, structures={"W": "symmetric"})
    assert str(td.diff(f, "W")) == "df/dW_ij = W_12 delta_i2 delta_j1 + W_12 delta_i1 delta_j2"
    assert td.equal(f, td.parse("W[1,2]^2", shapes=SHAPES, structures={"W": "symmetric"})).method == "proved"


def test_unit_vectors() -> None:
    np.testing.assert_array_equal(td.parse("unit(3,2)", shapes={}).evaluate(), [0, 1, 0])
    np.testing.assert_array_equal(td.unit(3, 2).evaluate(), [0, 1, 0])
    n = td.dims("n")
    assert str(td.unit(n, 1)) == "unit(n,1)"
    assert str(td.parse("unit(n,1)'*A*x").shape) == "()"
    assert str(td.parse("unit*A", shapes={"unit": "", "A": "n m"})) == "unit*A"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("unit(3,4)", "place 4 is outside 1..3"),
        ("unit(n,0)", "place 0 is outside"),
        ("unit(n,x)", "whole number"),
        ("unit(n,1/2)", "whole number"),
        ("unit(n*m,1)", "one dimension"),
        ("unit(n)", "a size and a place"),
    ],
)
def test_unit_vectors_are_refused(text: str, words: str) -> None:
    with pytest.raises(td.TensordiffError, match=words):
        td.parse(text, shapes=SHAPES)


def test_equal_places_are_one_and_others_zero() -> None:
    for text, value in (("unit(n,1)'*unit(n,1)*x", 1.0), ("unit(n,1)'*unit(n,2)*x", 0.0)):
        form = td.diff(td.parse(text, shapes=SHAPES), "x").matrix_form()
        np.testing.assert_allclose(form.evaluate(**VALUES), value * np.eye(4))
