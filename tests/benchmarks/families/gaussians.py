"""Likelihoods of Gaussian models: processes, and covariances of low rank plus diagonal."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.linalg import blas, lapack

from tests.benchmarks.families.determinants import symmetric_inverse
from tests.benchmarks.libraries import Library
from tests.benchmarks.problem import Hand, Linear, Problem

Array = np.ndarray


def cholesky(a: Array) -> Array:
    """The lower factor, zeros above it."""
    return lapack.dpotrf(a.T, lower=1)[0]


# Marginal likelihood of a Gaussian process by its covariance, and by its noise


def process(lib: Library, K: Any, y: Any, s: Any) -> Any:
    c = K + s * lib.eye(K)
    return lib.logdet(c) + y @ (lib.inv(c) @ y)


def noisy(K: Array, s: Array) -> Array:
    c = K.copy()
    c.reshape(-1)[:: len(K) + 1] += s
    return cholesky(c)


def process_value(K: Array, y: Array, s: Array) -> Any:
    factor = noisy(K, s)
    half = blas.dtrsv(factor, y, lower=1)
    return 2 * np.log(factor.diagonal()).sum() + half @ half


def process_gradient(K: Array, y: Array, s: Array) -> Array:
    p = symmetric_inverse(noisy(K, s))
    u = p @ y
    p -= u[:, None] * u
    return p


def process_apply(K: Array, y: Array, s: Array) -> Linear:
    p = symmetric_inverse(noisy(K, s))
    u = p @ y

    def apply(d: Array) -> Array:
        v = p @ (d.T @ u)
        w = p @ (d @ u)
        made = p @ d.T @ p
        np.negative(made, out=made)
        made += np.stack([v, u], 1) @ np.stack([u, w])
        return made

    return apply


def noise_gradient(K: Array, y: Array, s: Array) -> Any:
    factor = noisy(K, s)
    p = lapack.dtrtri(factor, lower=1)[0]
    u = p.T @ (p @ y)
    return np.vdot(p, p) - u @ u


def noise_hessian(K: Array, y: Array, s: Array) -> Any:
    p = symmetric_inverse(noisy(K, s))
    u = p @ y
    return 2 * (u @ (p @ u)) - np.vdot(p, p)


# The likelihood of low rank plus diagonal, by the factor


def low_rank(lib: Library, X: Any, d: Any, y: Any) -> Any:
    c = lib.np.diag(d) + X @ X.T
    return lib.logdet(c) + y @ (lib.inv(c) @ y)


def small_factor(X: Array, d: Array) -> tuple[Array, Array]:
    """inv(D) X and the factor of I + X' inv(D) X."""
    scaled = X / d[:, None]
    small = X.T @ scaled
    small.reshape(-1)[:: len(small) + 1] += 1
    return scaled, cholesky(small)


def low_rank_value(X: Array, d: Array, y: Array) -> Any:
    scaled, factor = small_factor(X, d)
    half = blas.dtrsv(factor, y @ scaled, lower=1)
    return np.log(d).sum() + 2 * np.log(factor.diagonal()).sum() + y @ (y / d) - half @ half


def low_rank_gradient(X: Array, d: Array, y: Array) -> Array:
    scaled, factor = small_factor(X, d)
    solved = lapack.dpotrs(factor, scaled.T, lower=1)[0].T
    u = y / d - solved @ (y @ scaled)
    solved -= u[:, None] * (u @ X)
    solved += solved
    return solved


def low_rank_by_diagonal(X: Array, d: Array, y: Array) -> Array:
    scaled, factor = small_factor(X, d)
    solved = lapack.dpotrs(factor, scaled.T, lower=1)[0].T
    u = y / d - solved @ (y @ scaled)
    return 1 / d - np.vecdot(solved, scaled) - u * u


# log det(diag(d) + X X') by X


def low_logdet(lib: Library, X: Any, d: Any) -> Any:
    return lib.logdet(lib.np.diag(d) + X @ X.T)


def low_logdet_value(X: Array, d: Array) -> Any:
    return np.log(d).sum() + 2 * np.log(small_factor(X, d)[1].diagonal()).sum()


def low_logdet_gradient(X: Array, d: Array) -> Array:
    scaled, factor = small_factor(X, d)
    scaled += scaled
    return lapack.dpotrs(factor, scaled.T, lower=1)[0].T


# inv(I + U U') x by x


def woodbury(lib: Library, U: Any, x: Any) -> Any:
    return lib.inv(lib.eye(U @ U.T) + U @ U.T) @ x


def woodbury_small(U: Array) -> Array:
    small = U.T @ U
    small.reshape(-1)[:: len(small) + 1] += 1
    return cholesky(small)


def woodbury_value(U: Array, x: Array) -> Array:
    return x - U @ lapack.dpotrs(woodbury_small(U), x @ U, lower=1)[0]


def woodbury_jacobian(U: Array, x: Array) -> Array:
    j = U @ lapack.dpotrs(woodbury_small(U), -U.T, lower=1)[0]
    j.reshape(-1)[:: len(x) + 1] += 1
    return j


PROCESS = [{"n": 10}, {"n": 60}, {"n": 400}]
LOW = [{"n": 30, "k": 3}, {"n": 300, "k": 10}, {"n": 1500, "k": 20}]
PROCESS_TEXT = "logdet(K + s*eye(n)) + y'*inv(K + s*eye(n))*y"
LOW_TEXT = "logdet(diag(d) + X*X') + y'*inv(diag(d) + X*X')*y"
PROBLEMS = [
    Problem(
        "Gaussian process",
        PROCESS_TEXT,
        {"K": "n n", "y": "n", "s": ""},
        ("K", "K"),
        PROCESS,
        process,
        Hand(process_value, None, process_apply, gradient=process_gradient),
        structures={"K": "positive-definite"},
        positive=("s",),
    ),
    Problem(
        "Gaussian process by its noise",
        PROCESS_TEXT,
        {"K": "n n", "y": "n", "s": ""},
        ("s", "s"),
        PROCESS,
        process,
        Hand(process_value, noise_hessian, gradient=noise_gradient),
        structures={"K": "positive-definite"},
        positive=("s",),
    ),
    Problem(
        "low-rank likelihood",
        LOW_TEXT,
        {"X": "n k", "d": "n", "y": "n"},
        ("X", "X"),
        LOW,
        low_rank,
        Hand(low_rank_value, gradient=low_rank_gradient),
        positive=("d",),
    ),
    Problem(
        "low-rank likelihood by its diagonal",
        LOW_TEXT,
        {"X": "n k", "d": "n", "y": "n"},
        ("d", "d"),
        LOW,
        low_rank,
        Hand(low_rank_value, gradient=low_rank_by_diagonal),
        positive=("d",),
    ),
    Problem(
        "low-rank log-determinant",
        "logdet(diag(d) + X*X')",
        {"X": "n k", "d": "n"},
        ("X", "X"),
        LOW,
        low_logdet,
        Hand(low_logdet_value, gradient=low_logdet_gradient),
        positive=("d",),
    ),
    Problem(
        "low-rank solution",
        "inv(eye(n) + U*U')*x",
        {"U": "n k", "x": "n"},
        ("x",),
        LOW,
        woodbury,
        Hand(woodbury_value, woodbury_jacobian),
    ),
]
