"""Matrix factorisation, plain and weighted, by one factor."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.benchmarks.libraries import Library
from tests.benchmarks.problem import Hand, Linear, Problem

Array = np.ndarray

# ||U V' - T||^2 by U


def factorisation(lib: Library, U: Any, V: Any, T: Any) -> Any:
    return ((U @ V.T - T) ** 2).sum()


def residual(U: Array, V: Array, T: Array) -> Array:
    rest = U @ V.T
    rest -= T
    return rest


def factorisation_value(U: Array, V: Array, T: Array) -> Any:
    rest = residual(U, V, T)
    return np.vdot(rest, rest)


def factorisation_gradient(U: Array, V: Array, T: Array) -> Array:
    return 2 * (residual(U, V, T) @ V)


def factorisation_hessian(U: Array, V: Array, T: Array) -> Array:
    n, k = U.shape
    h = np.zeros((n, k, n, k))
    np.einsum("iaib->iab", h)[...] = 2 * (V.T @ V)
    return h


def factorisation_apply(U: Array, V: Array, T: Array) -> Linear:
    gram = 2 * (V.T @ V)
    return lambda d: d @ gram


# sum(H .* (U V' - T).^2) by U


def weighted(lib: Library, U: Any, V: Any, T: Any, H: Any) -> Any:
    return (H * (U @ V.T - T) ** 2).sum()


def weighted_value(U: Array, V: Array, T: Array, H: Array) -> Any:
    rest = residual(U, V, T)
    return np.vdot(H * rest, rest)


def weighted_gradient(U: Array, V: Array, T: Array, H: Array) -> Array:
    rest = residual(U, V, T)
    rest *= H
    return 2 * (rest @ V)


def weighted_blocks(V: Array, H: Array) -> Array:
    """2 V' diag(H_i) V for each row i."""
    m, k = V.shape
    return (H @ ((2 * V)[:, :, None] * V[:, None]).reshape(m, k * k)).reshape(-1, k, k)


def weighted_hessian(U: Array, V: Array, T: Array, H: Array) -> Array:
    n, k = U.shape
    h = np.zeros((n, k, n, k))
    np.einsum("iaib->iab", h)[...] = weighted_blocks(V, H)
    return h


def weighted_apply(U: Array, V: Array, T: Array, H: Array) -> Linear:
    blocks = weighted_blocks(V, H)
    return lambda d: np.matmul(blocks, d[:, :, None])[:, :, 0]


PROBLEMS = [
    Problem(
        "matrix factorisation",
        "norm2(U*V' - T)^2",
        {"U": "n k", "V": "m k", "T": "n m"},
        ("U", "U"),
        [{"n": 10, "m": 10, "k": 3}, {"n": 50, "m": 60, "k": 5}, {"n": 200, "m": 200, "k": 5}],
        factorisation,
        Hand(factorisation_value, factorisation_hessian, factorisation_apply, gradient=factorisation_gradient),
    ),
    Problem(
        "weighted factorisation",
        "sum(H.*(U*V' - T).^2)",
        {"U": "n k", "V": "m k", "T": "n m", "H": "n m"},
        ("U", "U"),
        [{"n": 10, "m": 10, "k": 3}, {"n": 50, "m": 60, "k": 5}, {"n": 200, "m": 200, "k": 5}],
        weighted,
        Hand(weighted_value, weighted_hessian, weighted_apply, gradient=weighted_gradient),
    ),
]
