"""What a symmetric argument makes symmetric is a fact of the function: forms of its values equal the values."""

from __future__ import annotations

import numpy as np
import pytest

import tensordiff as td
from tensordiff.functions import MATRIX, keeps_symmetry
from tensordiff.functions.matrix_function import WholeMatrix

SQUARE = sorted(
    name
    for name, function in MATRIX.items()
    if isinstance(function, WholeMatrix) and function.shape in ("square-to-square", "single-square")
)
TEXTS = ("tr(B*{f}(S)')", "norm2({f}(S)'*x)^2", "norm2({f}(S)*x)^2", "x'*{f}(S')*C*x")
SHAPES = {"S": "n n", "B": "n n", "C": "n n", "x": "n"}


def values() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(3)
    half = rng.normal(size=(3, 3))
    return {
        "S": half @ half.T + 3 * np.eye(3),
        "B": rng.normal(size=(3, 3)),
        "C": rng.normal(size=(3, 3)),
        "x": rng.normal(size=3),
    }


@pytest.mark.parametrize("structure", ["symmetric", "positive-definite"])
@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("name", SQUARE)
def test_forms_equal_values(name: str, text: str, structure: str) -> None:
    f = td.parse(text.format(f=name), shapes=SHAPES, structures={"S": structure})
    wrt = "B" if "B" in text else "x"
    derivative = td.diff(f, wrt)
    given = values()
    needed = {"S": "symmetric"} if MATRIX[name].domain == "symmetric" else {}
    expected = td.diff(td.parse(text.format(f=name), shapes=SHAPES, structures=needed), wrt).evaluate(**given)
    np.testing.assert_allclose(derivative.evaluate(**given), expected, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(derivative.matrix_form().evaluate(**given), expected, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(derivative.einsum().evaluate(**given), expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", SQUARE)
def test_the_fact_is_true(name: str) -> None:
    needed = {"S": "symmetric"} if MATRIX[name].domain == "symmetric" else {}
    value = td.parse(f"{name}(S)", shapes=SHAPES, structures=needed).evaluate(S=values()["S"])
    function = MATRIX[name]
    if keeps_symmetry(function) and value.ndim == 2:
        np.testing.assert_allclose(value, value.T, rtol=1e-9, atol=1e-9)
