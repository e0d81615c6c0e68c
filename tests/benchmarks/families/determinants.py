"""Log-determinants, and the Gaussian log-likelihood by the covariance."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.linalg import lapack

from tests.benchmarks.libraries import Library
from tests.benchmarks.problem import Hand, Linear, Problem

Array = np.ndarray

# logdet V by V


def logdet(lib: Library, V: Any) -> Any:
    return lib.logdet(V)


def logdet_value(V: Array) -> Any:
    lu = lapack.dgetrf(V.T)[0]
    return np.log(np.abs(lu.diagonal())).sum()


def logdet_gradient(V: Array) -> Array:
    return np.linalg.inv(V).T


def logdet_hessian(V: Array) -> Array:
    p = np.linalg.inv(V)
    # -P_jk P_li: one factor innermost, so that loops are long.
    return np.multiply.outer(-p, p).transpose(3, 0, 1, 2)


def logdet_apply(V: Array) -> Linear:
    p = np.linalg.inv(V)
    minus = -p
    return lambda d: (minus @ d @ p).T


# logdet S + tr(inv(S) C): twice the negative log-likelihood of centred data with scatter C


def gaussian(lib: Library, S: Any, C: Any) -> Any:
    return lib.logdet(S) + (lib.inv(S) * C.T).sum()


def symmetric_inverse(factor: Array) -> Array:
    """From the lower Cholesky factor, zeros above it."""
    lower = lapack.dpotri(factor, lower=1)[0]
    inverse = np.add(lower, lower.T, order="C")
    inverse.reshape(-1)[:: len(inverse) + 1] /= 2
    return inverse


def gaussian_value(S: Array, C: Array) -> Any:
    factor = lapack.dpotrf(S.T, lower=1)[0]
    return 2 * np.log(factor.diagonal()).sum() + np.vdot(symmetric_inverse(factor), C)


def gaussian_parts(S: Array, C: Array) -> tuple[Array, Array]:
    p = symmetric_inverse(lapack.dpotrf(S.T, lower=1)[0])
    return p, p @ C @ p


def gaussian_gradient(S: Array, C: Array) -> Array:
    p, q = gaussian_parts(S, C)
    return p - q


def gaussian_hessian(S: Array, C: Array) -> Array:
    n = len(S)
    p, q = gaussian_parts(S, C)
    # The sum of outer products p_li (q - p)_jk + q_li p_jk as one matrix product, with axes i, l, j, k.
    left = np.stack([p, q]).reshape(2, -1)
    right = np.stack([q - p, p]).reshape(2, -1)
    return (left.T @ right).reshape(n, n, n, n).transpose(0, 2, 3, 1)


def gaussian_apply(S: Array, C: Array) -> Linear:
    p, q = gaussian_parts(S, C)
    rest = q - p
    return lambda d: p @ d.T @ rest + q @ d.T @ p


PROBLEMS = [
    Problem(
        "log-determinant",
        "logdet(V)",
        {"V": "n n"},
        ("V", "V"),
        [{"n": 10}, {"n": 30}, {"n": 80}],
        logdet,
        Hand(logdet_value, logdet_hessian, logdet_apply, gradient=logdet_gradient),
        definite=("V",),
    ),
    Problem(
        "Gaussian likelihood",
        "logdet(S) + tr(inv(S)*C)",
        {"S": "n n", "C": "n n"},
        ("S", "S"),
        [{"n": 10}, {"n": 30}, {"n": 80}],
        gaussian,
        Hand(gaussian_value, gaussian_hessian, gaussian_apply, gradient=gaussian_gradient),
        structures={"S": "positive-definite", "C": "symmetric"},
    ),
]
