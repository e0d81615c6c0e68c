"""Losses of a linear model, and the softmax."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.benchmarks.libraries import Library
from tests.benchmarks.problem import Hand, Linear, Problem

Array = np.ndarray

# The logistic loss by the weights


def logistic(lib: Library, X: Any, w: Any, y: Any) -> Any:
    z = X @ w
    return lib.softplus(z).sum() - y @ z


def sigmoid(z: Array) -> Array:
    """Without overflow: tanh saturates."""
    return 0.5 + 0.5 * np.tanh(0.5 * z)


def logistic_value(X: Array, w: Array, y: Array) -> Any:
    z = X @ w
    return (np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))).sum() - y @ z


def logistic_gradient(X: Array, w: Array, y: Array) -> Array:
    return (sigmoid(X @ w) - y) @ X


def logistic_weights(X: Array, w: Array) -> Array:
    s = sigmoid(X @ w)
    return s * (1 - s)


def logistic_hessian(X: Array, w: Array, y: Array) -> Array:
    root = np.sqrt(logistic_weights(X, w))[:, None] * X
    return root.T @ root


def logistic_apply(X: Array, w: Array, y: Array) -> Linear:
    weights = logistic_weights(X, w)
    return lambda d: (weights * (X @ d)) @ X


# log sum exp(W x) by x


def logsumexp(lib: Library, W: Any, x: Any) -> Any:
    return lib.logsumexp(W @ x)


def softmax_by_hand(x: Array) -> Array:
    e = np.exp(x - x.max())
    e /= e.sum()
    return e


def logsumexp_value(W: Array, x: Array) -> Any:
    z = W @ x
    largest = z.max()
    return largest + np.log(np.exp(z - largest).sum())


def logsumexp_gradient(W: Array, x: Array) -> Array:
    return softmax_by_hand(W @ x) @ W


def logsumexp_hessian(W: Array, x: Array) -> Array:
    p = softmax_by_hand(W @ x)
    root = np.sqrt(p)[:, None] * W
    h = root.T @ root
    mean = p @ W
    h -= mean[:, None] * mean
    return h


def logsumexp_apply(W: Array, x: Array) -> Linear:
    p = softmax_by_hand(W @ x)

    def apply(d: Array) -> Array:
        z = W @ d
        return (p * (z - p @ z)) @ W

    return apply


# softmax(x) by x


def softmax(lib: Library, x: Any) -> Any:
    return lib.softmax(x)


def softmax_jacobian(x: Array) -> Array:
    s = softmax_by_hand(x)
    j = (-s)[:, None] * s
    j.reshape(-1)[:: len(s) + 1] += s
    return j


def softmax_apply(x: Array) -> Linear:
    s = softmax_by_hand(x)
    return lambda d: s * (d - s @ d)


PROBLEMS = [
    Problem(
        "logistic loss",
        "sum(softplus(X*w)) - y'*X*w",
        {"X": "m n", "w": "n", "y": "m"},
        ("w", "w"),
        [{"m": 20, "n": 10}, {"m": 2000, "n": 100}, {"m": 2000, "n": 1000}],
        logistic,
        Hand(logistic_value, logistic_hessian, logistic_apply, gradient=logistic_gradient),
    ),
    Problem(
        "log-sum-exp",
        "logsumexp(W*x)",
        {"W": "m n", "x": "n"},
        ("x", "x"),
        [{"m": 12, "n": 10}, {"m": 200, "n": 200}, {"m": 1000, "n": 1000}],
        logsumexp,
        Hand(logsumexp_value, logsumexp_hessian, logsumexp_apply, gradient=logsumexp_gradient),
    ),
    Problem(
        "softmax",
        "softmax(x)",
        {"x": "n"},
        ("x",),
        [{"n": 10}, {"n": 300}, {"n": 3000}],
        softmax,
        Hand(softmax_by_hand, softmax_jacobian, softmax_apply, adjoint=softmax_apply),
    ),
]
