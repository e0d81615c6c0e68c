"""An entry is a variable: the derivative by X[1,2] is that entry of the derivative by X, in every form of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy

import tensordiff as td

SHAPES: dict[str, Any] = {"A": "n n", "V": "n n", "X": "n m", "x": "n", "T": "n m n"}
RNG = np.random.default_rng(4)
VALUES: dict[str, Any] = {
    "A": RNG.normal(size=(3, 3)), "V": RNG.normal(size=(3, 3)) + 3 * np.eye(3), "X": RNG.normal(size=(3, 2)),
    "x": RNG.normal(size=3), "T": RNG.normal(size=(3, 2, 3)),
}  # fmt: skip
CASES = [
    ("x'*A*x", "A[1,2]"), ("A*V*A'", "V[1,2]"), ("inv(V)", "V[2,3]"), ("logdet(X'*V*X)", "X[3,1]"), ("exp(A*x)", "x[2]"),
    ("X", "X[1,1]"), ("x'*A*x", "x[3]"), ("T[i,j,k]*x[i] -> [j,k]", "T[1,2,3]"), ("tr(A*V)", "X[1,2]"),
]  # fmt: skip


def parse(text: str, **options: Any) -> td.Expression:
    return td.parse(text, shapes=SHAPES, **options)


def places(variable: str) -> tuple[int, ...]:
    return tuple(int(place) - 1 for place in variable.partition("[")[2][:-1].split(","))


@pytest.mark.parametrize(("text", "variable"), CASES)
def test_it_is_the_entry_of_the_derivative(text: str, variable: str) -> None:
    f = parse(text)
    J, whole = td.diff(f, variable), td.diff(f, variable.partition("[")[0]).evaluate(**VALUES)
    expected = whole[(..., *places(variable))]
    assert J.shape == f.shape
    for found in (J, J.matrix_form(), J.expression(), J.einsum(), parse(str(J.matrix_form()))):
        np.testing.assert_allclose(np.reshape(found.evaluate(**VALUES), expected.shape), expected, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(np.reshape(J.at(**VALUES).dense(), expected.shape), expected, rtol=1e-9, atol=1e-12)
    assert f"/d{variable} = " in str(J) and variable in repr(J)
    assert td.check(J.matrix_form(), f, variable)
    if expected.any():
        assert not td.check(2 * J.matrix_form(), f, variable)
    assert J.verify(points=1)


def test_beside_whole_variables_and_again() -> None:
    f = parse("x'*A*V*x")
    mixed = td.diff(f, "x", "A[1,2]")
    expected = td.diff(f, "x", "A").evaluate(**VALUES)[:, 0, 1]
    np.testing.assert_allclose(mixed.evaluate(**VALUES), expected)
    np.testing.assert_allclose(td.diff(td.diff(f, "A[1,2]"), "x").evaluate(**VALUES), expected)
    twice = td.diff(f, "x[1]", "x[2]")
    np.testing.assert_allclose(twice.evaluate(**VALUES), td.diff(f, "x", "x").evaluate(**VALUES)[0, 1])
    np.testing.assert_allclose((3 * mixed - mixed).evaluate(**VALUES), 2 * expected)
    by_expression = td.diff(f, parse("A[1,2] -> []"))
    assert td.equal(by_expression, td.diff(f, "A[1,2]")).method == "proved"


@pytest.mark.parametrize("entries", ["projected", "free", "tied"])
def test_structures_keep_their_meaning(entries: str) -> None:
    f = parse("x'*V*A*x", structures={"V": "symmetric"})
    values = {**VALUES, "V": VALUES["V"] + VALUES["V"].T}
    whole = td.diff(f, "V", entries=entries).evaluate(**values)
    np.testing.assert_allclose(td.diff(f, "V[1,2]", entries=entries).evaluate(**values), whole[0, 1])
    with pytest.raises(td.DomainError, match="free entry"):
        td.diff(f, "V[1,2]", entries="vech")


@pytest.mark.parametrize("variable", ["x[1,2]", "A[1]", "A[0,1]", "A[3,1]", "Q[1,2]", "A[i,j]", "a[1]"])
def test_places_that_are_not_there(variable: str) -> None:
    f = td.parse("A*x + a*x", shapes={"A": "2 2", "x": 2, "a": ()})
    with pytest.raises((td.ShapeError, td.UnknownNameError)):
        td.diff(f, variable)
    with pytest.raises(td.DomainError):
        td.diff(f, "A[1,2]").differential()


def test_entries_of_sympys_matrices() -> None:
    n, m = sympy.symbols("n m")
    X, x = sympy.MatrixSymbol("X", n, m), sympy.MatrixSymbol("x", n, 1)
    f = td.from_sympy(sympy.Trace(X.T * X) + (x.T * x)[0, 0])
    assert td.equal(td.diff(f, X[0, 1]), td.diff(f, "X[1,2]")) and td.equal(td.diff(f, x[2, 0]), td.diff(f, "x[3]"))
