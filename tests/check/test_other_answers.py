"""Answers that are no text: functions of arrays, and SymPy expressions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy

import tensordiff as td

SHAPES = {"X": "n m", "V": "n n", "a": ()}
F = td.parse("inv(X'*inv(V)*X)", shapes=SHAPES)


def _founding(X: Any, V: Any) -> Any:
    p = np.linalg.inv(V)
    f = np.linalg.inv(X.T @ p @ X)
    return np.kron((p @ X @ f).T, f @ X.T @ p)


def _swapped(X: Any, V: Any) -> Any:
    p = np.linalg.inv(V)
    f = np.linalg.inv(X.T @ p @ X)
    return np.kron(f @ X.T @ p, (p @ X @ f).T)


def _entries(X: Any, V: Any) -> Any:
    p = np.linalg.inv(V)
    f = np.linalg.inv(X.T @ p @ X)
    return np.einsum("ik,lj->ijkl", f @ X.T @ p, p @ X @ f)


def test_a_function_is_judged_by_numbers() -> None:
    verdict = td.check(_founding, F, "V")
    assert verdict and verdict.method == "numeric" and verdict.layouts == ("vec-column",)
    assert "double precision" in str(verdict)


def test_a_function_in_another_layout() -> None:
    verdict = td.check(_swapped, F, "V", layout="vec-column")
    assert not verdict and verdict.status == "right-in-other-layout" and verdict.layouts == ("vec-row",)


def test_a_function_that_gives_the_tensor() -> None:
    assert td.check(_entries, F, "V").layouts == ("index",)
    assert td.check(_entries, F, "V", layout="index")


def test_a_wrong_function_says_where() -> None:
    verdict = td.check(lambda X, V: 2 * _founding(X, V), F, "V")
    assert verdict.status == "wrong" and "the function gives" in str(verdict)
    assert str(verdict.expected) == "kron((inv(V)*X*inv(X'*inv(V)*X))', inv(X'*inv(V)*X)*X'*inv(V))"


def test_a_function_of_another_shape() -> None:
    assert "array of shape" in str(td.check(lambda X, V: X.T @ V @ X, F, "V"))


def test_a_function_takes_only_known_names() -> None:
    with pytest.raises(td.EvaluationError, match="takes W"):
        td.check(lambda W: W, F, "V")


def test_gradients_and_sizes() -> None:
    f = td.parse("n*x'*A*x", shapes={"x": "n", "A": "n n"})
    assert td.check(lambda x, A, n: n * (A + A.T) @ x, f, "x", layout="gradient")
    assert not td.check(lambda x, A, n: 2 * n * A @ x, f, "x")


def test_sympy_expressions() -> None:
    n, m = sympy.symbols("n m")
    X, V = sympy.MatrixSymbol("X", n, m), sympy.MatrixSymbol("V", n, n)
    inner = (X.T * V.I * X).I
    claim = sympy.KroneckerProduct((V.I * X * inner).T, inner * X.T * V.I)
    verdict = td.check(claim, F, "V")
    assert verdict and verdict.method == "proved"


def test_anything_else_is_refused() -> None:
    with pytest.raises(TypeError, match="text, an expression or a function"):
        td.check(3.5, F, "V")
