"""Objectives against differences, and in an optimiser."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import approx_fprime, minimize

import tensordiff as td

SHAPES = {"U": "n p", "V": "m p", "T": "n m", "W": "n m", "a": ()}
TEXT = "norm2(W.*(T - U*V'))^2 + a*(norm2(U)^2 + norm2(V)^2 + sum(exp(V)))"


def _problem() -> tuple[td.Objective, np.ndarray]:
    rng = np.random.default_rng(0)
    f = td.parse(TEXT, shapes=SHAPES)
    problem = td.objective(f, ["U", "V"], T=rng.normal(size=(4, 3)), W=rng.random((4, 3)), a=0.3, p=2)
    return problem, rng.normal(size=problem.size)


def test_gradient_and_hessian_are_differences() -> None:
    problem, x = _problem()
    np.testing.assert_allclose(problem.jac(x), approx_fprime(x, problem.fun, 1e-7), rtol=1e-4, atol=1e-4)
    columns = [(problem.jac(x + h) - problem.jac(x - h)) / 2e-5 for h in 1e-5 * np.eye(problem.size)]
    np.testing.assert_allclose(problem.hess(x), np.array(columns), rtol=1e-5, atol=1e-5)


def test_products_are_the_hessian_times_a_vector() -> None:
    problem, x = _problem()
    p = np.random.default_rng(1).normal(size=problem.size)
    np.testing.assert_allclose(problem.hessp(x, p), problem.hess(x) @ p, rtol=1e-10)


def test_pack_and_unpack_are_inverse() -> None:
    problem, x = _problem()
    arrays = problem.unpack(x)
    assert {name: array.shape for name, array in arrays.items()} == {"U": (4, 2), "V": (3, 2)}
    np.testing.assert_array_equal(problem.pack(**arrays), x)


def test_newton_reaches_a_stationary_point() -> None:
    problem, x = _problem()
    found = minimize(problem.fun, x, jac=problem.jac, hessp=problem.hessp, method="trust-krylov", options={"gtol": 1e-8})
    assert np.abs(problem.jac(found.x)).max() < 1e-6


def test_gauss_newton_is_the_hessian_of_a_linear_least_squares_problem() -> None:
    r = td.parse("A*x - b", shapes={"A": "m n", "x": "n", "b": "m"})
    a, v = np.random.default_rng(2).normal(size=(4, 3)), np.arange(3.0)
    np.testing.assert_allclose(td.gauss_newton(r, "x", "v").evaluate(A=a, v=v), a.T @ a @ v)


def test_errors_name_what_is_missing() -> None:
    f = td.parse(TEXT, shapes=SHAPES)
    with pytest.raises(td.EvaluationError, match="U: the size p is not known"):
        td.objective(f, ["U", "V"], T=np.ones((4, 3)), W=np.ones((4, 3)), a=1.0)
    with pytest.raises(td.ShapeError, match="an objective is a scalar"):
        td.objective(td.parse("A*x", shapes={"A": "n n", "x": "n"}), "x")
    problem, x = _problem()
    with pytest.raises(td.EvaluationError, match="expected"):
        problem.fun(x[1:])
