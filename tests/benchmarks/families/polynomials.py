"""Quadratic forms and traces of powers."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.benchmarks.libraries import Library
from tests.benchmarks.problem import Hand, Linear, Problem

Array = np.ndarray

# x' A x by x


def quadratic(lib: Library, A: Any, x: Any) -> Any:
    return x @ (A @ x)


def quadratic_value(A: Array, x: Array) -> Any:
    return x @ (A @ x)


def quadratic_gradient(A: Array, x: Array) -> Array:
    return A @ x + x @ A


def quadratic_hessian(A: Array, x: Array) -> Array:
    return A + A.T


def quadratic_apply(A: Array, x: Array) -> Linear:
    both = A + A.T
    return lambda d: both @ d


# tr(X^6) by X


def trace_power(lib: Library, X: Any) -> Any:
    return lib.matrix_power(X, 6).trace()


def trace_power_value(X: Array) -> Any:
    cube = X @ X @ X
    return np.vdot(cube.T, cube)


def trace_power_gradient(X: Array) -> Array:
    square = X @ X
    return (6 * (X @ (square @ square))).T


def trace_power_hessian(X: Array) -> Array:
    n = len(X)
    powers = [np.eye(n), X]
    for _ in range(3):
        powers.append(powers[-1] @ X)
    left = np.stack(powers).reshape(5, -1)
    right = np.stack([6 * p for p in powers[::-1]]).reshape(5, -1)
    # The sum over p of 6 (X^p)_li (X^(4-p))_jk as one matrix product, with axes l, i, j, k.
    return (left.T @ right).reshape(n, n, n, n).transpose(1, 2, 3, 0)


def trace_power_apply(X: Array) -> Linear:
    square = X @ X
    fourth = square @ square

    def apply(d: Array) -> Array:
        # The derivative of X X^2 X^2 in the direction d.
        of_square = d @ X + X @ d
        of_fourth = of_square @ square + square @ of_square
        return 6 * (d @ fourth + X @ of_fourth).T

    return apply


PROBLEMS = [
    Problem(
        "quadratic form",
        "x'*A*x",
        {"A": "n n", "x": "n"},
        ("x", "x"),
        [{"n": 10}, {"n": 100}, {"n": 1000}],
        quadratic,
        Hand(quadratic_value, quadratic_hessian, quadratic_apply, gradient=quadratic_gradient),
    ),
    Problem(
        "trace of a power",
        "tr(X^6)",
        {"X": "n n"},
        ("X", "X"),
        [{"n": 10}, {"n": 20}, {"n": 80}],
        trace_power,
        Hand(trace_power_value, trace_power_hessian, trace_power_apply, gradient=trace_power_gradient),
    ),
]
