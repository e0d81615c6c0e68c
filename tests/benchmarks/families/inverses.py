"""Functions of the inverse of a matrix: a covariance, a metric."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.linalg import blas, lapack

from tests.benchmarks.families.determinants import symmetric_inverse
from tests.benchmarks.libraries import Library
from tests.benchmarks.problem import Hand, Linear, Problem

Array = np.ndarray

# inv(X' inv(V) X) by V


def projection(lib: Library, X: Any, V: Any) -> Any:
    return lib.inv(X.T @ lib.inv(V) @ X)


def projection_value(X: Array, V: Array) -> Array:
    lu, exchanges, _ = lapack.dgetrf(V.T)
    return np.linalg.inv(X.T @ lapack.dgetrs(lu, exchanges, X, trans=1)[0])


def projection_factors(X: Array, V: Array) -> tuple[Array, Array]:
    """L and R with dF = L dV R."""
    lu, exchanges, _ = lapack.dgetrf(V.T)
    px = lapack.dgetrs(lu, exchanges, X, trans=1)[0]
    xp = lapack.dgetrs(lu, exchanges, X)[0].T
    small, order, _ = lapack.dgetrf(X.T @ px)
    return lapack.dgetrs(small, order, xp)[0], lapack.dgetrs(small, order, px.T, trans=1)[0].T


def projection_derivative(X: Array, V: Array) -> Array:
    left, right = projection_factors(X, V)
    return (left[:, :, None, None] * right.T).transpose(0, 2, 1, 3)


def projection_apply(X: Array, V: Array) -> Linear:
    left, right = projection_factors(X, V)
    return lambda d: left @ d @ right


def projection_adjoint(X: Array, V: Array) -> Linear:
    left, right = projection_factors(X, V)
    return lambda g: left.T @ g @ right.T


# The same for a covariance V


def definite_value(X: Array, V: Array) -> Array:
    half = blas.dtrsm(1.0, lapack.dpotrf(V.T, lower=1, clean=0)[0], X, lower=1)
    return np.linalg.inv(half.T @ half)


def definite_factor(X: Array, V: Array) -> Array:
    """L with dF = L dV L'."""
    factor = lapack.dpotrf(V.T, lower=1, clean=0)[0]
    half = blas.dtrsm(1.0, factor, X, lower=1)
    small = lapack.dpotrf(half.T @ half, lower=1, clean=0)[0]
    px = blas.dtrsm(1.0, factor, half, lower=1, trans_a=1)
    return lapack.dpotrs(small, px.T, lower=1)[0]


def definite_derivative(X: Array, V: Array) -> Array:
    left = definite_factor(X, V)
    return (left[:, :, None, None] * left).transpose(0, 2, 1, 3)


def definite_apply(X: Array, V: Array) -> Linear:
    left = definite_factor(X, V)
    return lambda d: left @ d @ left.T


def definite_adjoint(X: Array, V: Array) -> Linear:
    left = definite_factor(X, V)
    return lambda g: left.T @ g @ left


# Mahalanobis distances x' inv(S) x of a batch, by S


def mahalanobis(lib: Library, X: Any, S: Any) -> Any:
    return ((X @ lib.inv(S)) * X).sum(1)


def mahalanobis_value(X: Array, S: Array) -> Array:
    if len(X) < 2 * len(S):
        half = blas.dtrsm(1.0, lapack.dpotrf(S.T, lower=1, clean=0)[0], X.T, lower=1).T
        return np.vecdot(half, half)
    return np.vecdot(X, mahalanobis_rows(X, S))


def mahalanobis_rows(X: Array, S: Array) -> Array:
    factor = lapack.dpotrf(S.T, lower=1)[0]
    if len(X) < 2 * len(S):
        return lapack.dpotrs(factor, X.T, lower=1)[0].T
    # With many rows one product with the inverse is several times faster than two triangular solutions.
    return X @ symmetric_inverse(factor)


def mahalanobis_derivative(X: Array, S: Array) -> Array:
    y = mahalanobis_rows(X, S)
    return (-y)[:, :, None] * y[:, None]


def mahalanobis_apply(X: Array, S: Array) -> Linear:
    y = mahalanobis_rows(X, S)
    minus = -y
    return lambda d: np.vecdot(minus @ d, y)


def mahalanobis_adjoint(X: Array, S: Array) -> Linear:
    y = mahalanobis_rows(X, S)
    minus = -y
    return lambda g: minus.T @ (y * g[:, None])


# Generalised least squares, by the coefficients


def gls(lib: Library, X: Any, y: Any, b: Any, V: Any) -> Any:
    return (lib.half_solve(V, y - X @ b) ** 2).sum()


def gls_value(X: Array, y: Array, b: Array, V: Array) -> Any:
    half = blas.dtrsv(lapack.dpotrf(V.T, lower=1, clean=0)[0], y - X @ b, lower=1)
    return half @ half


def gls_gradient(X: Array, y: Array, b: Array, V: Array) -> Array:
    factor = lapack.dpotrf(V.T, lower=1, clean=0)[0]
    return X.T @ (2 * lapack.dpotrs(factor, X @ b - y, lower=1)[0])


def gls_hessian(X: Array, y: Array, b: Array, V: Array) -> Array:
    half = blas.dtrsm(1.0, lapack.dpotrf(V.T, lower=1, clean=0)[0], X, lower=1)
    return 2 * (half.T @ half)


def gls_apply(X: Array, y: Array, b: Array, V: Array) -> Linear:
    hessian = gls_hessian(X, y, b, V)
    return lambda d: hessian @ d


PROJECTION = "inv(X'*inv(V)*X)"
SIZES = [{"n": 10, "m": 2}, {"n": 50, "m": 5}, {"n": 400, "m": 10}]

PROBLEMS = [
    Problem(
        "projection",
        PROJECTION,
        {"X": "n m", "V": "n n"},
        ("V",),
        SIZES,
        projection,
        Hand(projection_value, projection_derivative, projection_apply, adjoint=projection_adjoint),
        definite=("V",),
    ),
    Problem(
        "projection, definite",
        PROJECTION,
        {"X": "n m", "V": "n n"},
        ("V",),
        SIZES,
        projection,
        Hand(definite_value, definite_derivative, definite_apply, adjoint=definite_adjoint),
        structures={"V": "positive-definite"},
    ),
    Problem(
        "Mahalanobis distances",
        "diag(X*inv(S)*X')",
        {"X": "m n", "S": "n n"},
        ("S",),
        [{"m": 10, "n": 10}, {"m": 1000, "n": 20}, {"m": 2000, "n": 60}],
        mahalanobis,
        Hand(mahalanobis_value, mahalanobis_derivative, mahalanobis_apply, adjoint=mahalanobis_adjoint),
        structures={"S": "positive-definite"},
    ),
    Problem(
        "GLS objective",
        "(y - X*b)'*inv(V)*(y - X*b)",
        {"X": "n m", "y": "n", "b": "m", "V": "n n"},
        ("b", "b"),
        [{"n": 10, "m": 3}, {"n": 100, "m": 10}, {"n": 1000, "m": 20}],
        gls,
        Hand(gls_value, gls_hessian, gls_apply, gradient=gls_gradient),
        structures={"V": "positive-definite"},
    ),
]
