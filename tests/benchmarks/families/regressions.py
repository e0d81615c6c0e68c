"""Losses of linear models by their weights: ridge, counts, robust, margins, classes; barriers and quartics."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.benchmarks.libraries import Library
from tests.benchmarks.problem import Hand, Linear, Problem

Array = np.ndarray
MODEL = {"X": "m n", "w": "n", "y": "m"}
MODEL_SIZES = [{"m": 20, "n": 10}, {"m": 1500, "n": 60}, {"m": 2000, "n": 600}]


def gram(X: Array, weights: Array) -> Array:
    """X' diag(weights) X for weights that are not negative."""
    root = np.sqrt(weights)[:, None] * X
    return root.T @ root


def by_weights(X: Array, weights: Array) -> Linear:
    return lambda d: (weights * (X @ d)) @ X


# Ridge regression


def ridge(lib: Library, X: Any, w: Any, y: Any, a: Any) -> Any:
    return ((X @ w - y) ** 2).sum() + a * (w**2).sum()


def ridge_value(X: Array, w: Array, y: Array, a: Array) -> Any:
    r = X @ w
    r -= y
    return r @ r + a * (w @ w)


def ridge_gradient(X: Array, w: Array, y: Array, a: Array) -> Array:
    r = X @ w
    r -= y
    r += r
    return r @ X + (2 * a) * w


def ridge_hessian(X: Array, w: Array, y: Array, a: Array) -> Array:
    h = X.T @ X
    h += h
    h.reshape(-1)[:: len(w) + 1] += 2 * a
    return h


def ridge_apply(X: Array, w: Array, y: Array, a: Array) -> Linear:
    if len(X) > 4 * len(w):
        h = ridge_hessian(X, w, y, a)
        return lambda d: h @ d
    twice = 2 * a
    return lambda d: (2 * (X @ d)) @ X + twice * d


# Poisson regression


def poisson(lib: Library, X: Any, w: Any, y: Any) -> Any:
    z = X @ w
    return lib.np.exp(z).sum() - y @ z


def poisson_value(X: Array, w: Array, y: Array) -> Any:
    z = X @ w
    return np.exp(z).sum() - y @ z


def poisson_gradient(X: Array, w: Array, y: Array) -> Array:
    z = X @ w
    np.exp(z, out=z)
    z -= y
    return z @ X


def poisson_hessian(X: Array, w: Array, y: Array) -> Array:
    return gram(X, np.exp(X @ w))


def poisson_apply(X: Array, w: Array, y: Array) -> Linear:
    return by_weights(X, np.exp(X @ w))


# Pseudo-Huber


def robust(lib: Library, X: Any, w: Any, y: Any) -> Any:
    return lib.np.sqrt(1 + (X @ w - y) ** 2).sum()


def robust_roots(X: Array, w: Array, y: Array) -> tuple[Array, Array]:
    r = X @ w
    r -= y
    s = r * r
    s += 1
    return r, np.sqrt(s, out=s)


def robust_value(X: Array, w: Array, y: Array) -> Any:
    return robust_roots(X, w, y)[1].sum()


def robust_gradient(X: Array, w: Array, y: Array) -> Array:
    r, s = robust_roots(X, w, y)
    r /= s
    return r @ X


def robust_hessian(X: Array, w: Array, y: Array) -> Array:
    return gram(X, robust_roots(X, w, y)[1] ** -3)


def robust_apply(X: Array, w: Array, y: Array) -> Linear:
    return by_weights(X, robust_roots(X, w, y)[1] ** -3)


# Squared hinge loss


def hinge(lib: Library, X: Any, w: Any, y: Any) -> Any:
    return (lib.relu(1 - y * (X @ w)) ** 2).sum()


def hinge_margins(X: Array, w: Array, y: Array) -> Array:
    z = X @ w
    z *= y
    np.subtract(1, z, out=z)
    return np.maximum(z, 0, out=z)


def hinge_value(X: Array, w: Array, y: Array) -> Any:
    z = hinge_margins(X, w, y)
    return z @ z


def hinge_gradient(X: Array, w: Array, y: Array) -> Array:
    z = hinge_margins(X, w, y)
    z *= y
    z *= -2
    return z @ X


def hinge_hessian(X: Array, w: Array, y: Array) -> Array:
    active = (2 * y * y) * (hinge_margins(X, w, y) > 0)
    return gram(X, active)


def hinge_apply(X: Array, w: Array, y: Array) -> Linear:
    return by_weights(X, (2 * y * y) * (hinge_margins(X, w, y) > 0))


# Student's likelihood


def student(lib: Library, X: Any, w: Any, y: Any) -> Any:
    return lib.np.log(1 + (X @ w - y) ** 2).sum()


def student_value(X: Array, w: Array, y: Array) -> Any:
    r = X @ w
    r -= y
    r *= r
    return np.log1p(r, out=r).sum()


def student_gradient(X: Array, w: Array, y: Array) -> Array:
    r = X @ w
    r -= y
    s = r * r
    s += 1
    r /= s
    r += r
    return r @ X


def student_weights(X: Array, w: Array, y: Array) -> Array:
    r = X @ w - y
    s = r * r
    return 2 * (1 - s) / (1 + s) ** 2


def student_hessian(X: Array, w: Array, y: Array) -> Array:
    return (X.T * student_weights(X, w, y)) @ X


def student_apply(X: Array, w: Array, y: Array) -> Linear:
    return by_weights(X, student_weights(X, w, y))


# Cross-entropy of classes, by the matrix of weights


def classes(lib: Library, X: Any, W: Any, Y: Any) -> Any:
    z = X @ W
    return lib.logsumexp(z, axis=1).sum() - (Y * z).sum()


def classes_parts(X: Array, W: Array) -> tuple[Array, Array, Array]:
    z = X @ W
    e = z - z.max(axis=1, keepdims=True)
    np.exp(e, out=e)
    return z, e, e.sum(axis=1, keepdims=True)


def classes_value(X: Array, W: Array, Y: Array) -> Any:
    z = X @ W
    largest = z.max(axis=1, keepdims=True)
    e = z - largest
    np.exp(e, out=e)
    return largest.sum() + np.log(e.sum(axis=1)).sum() - np.vdot(Y, z)


def classes_gradient(X: Array, W: Array, Y: Array) -> Array:
    _, e, total = classes_parts(X, W)
    e /= total
    e -= Y
    return X.T @ e


def classes_apply(X: Array, W: Array, Y: Array) -> Linear:
    _, p, total = classes_parts(X, W)
    p /= total

    def apply(d: Array) -> Array:
        z = X @ d
        z -= np.vecdot(p, z)[:, None]
        z *= p
        return X.T @ z

    return apply


# Log barrier of a polytope


def barrier(lib: Library, A: Any, x: Any, b: Any) -> Any:
    return -lib.np.log(b - A @ x).sum()


def barrier_value(A: Array, x: Array, b: Array) -> Any:
    return -np.log(b - A @ x).sum()


def barrier_gradient(A: Array, x: Array, b: Array) -> Array:
    return (1 / (b - A @ x)) @ A


def barrier_hessian(A: Array, x: Array, b: Array) -> Array:
    scaled = A / (b - A @ x)[:, None]
    return scaled.T @ scaled


def barrier_apply(A: Array, x: Array, b: Array) -> Linear:
    return by_weights(A, (b - A @ x) ** -2)


# Fourth powers


def quartic(lib: Library, A: Any, x: Any) -> Any:
    return ((A @ x) ** 4).sum()


def quartic_value(A: Array, x: Array) -> Any:
    z = A @ x
    z *= z
    return z @ z


def quartic_gradient(A: Array, x: Array) -> Array:
    z = A @ x
    return (4 * z * z * z) @ A


def quartic_hessian(A: Array, x: Array) -> Array:
    z = A @ x
    scaled = (np.sqrt(12) * z)[:, None] * A
    return scaled.T @ scaled


def quartic_apply(A: Array, x: Array) -> Linear:
    z = A @ x
    return by_weights(A, 12 * z * z)


POLYTOPE = [{"m": 30, "n": 10}, {"m": 1000, "n": 50}, {"m": 3000, "n": 500}]
PROBLEMS = [
    Problem(
        "ridge regression",
        "norm2(X*w - y)^2 + a*norm2(w)^2",
        {**MODEL, "a": ""},
        ("w", "w"),
        MODEL_SIZES,
        ridge,
        Hand(ridge_value, ridge_hessian, ridge_apply, gradient=ridge_gradient),
        positive=("a",),
    ),
    Problem(
        "Poisson regression",
        "sum(exp(X*w)) - y'*X*w",
        MODEL,
        ("w", "w"),
        MODEL_SIZES,
        poisson,
        Hand(poisson_value, poisson_hessian, poisson_apply, gradient=poisson_gradient),
    ),
    Problem(
        "pseudo-Huber loss",
        "sum(sqrt(1 + (X*w - y).^2))",
        MODEL,
        ("w", "w"),
        MODEL_SIZES,
        robust,
        Hand(robust_value, robust_hessian, robust_apply, gradient=robust_gradient),
    ),
    Problem(
        "squared hinge loss",
        "sum(relu(1 - y.*(X*w)).^2)",
        MODEL,
        ("w", "w"),
        MODEL_SIZES,
        hinge,
        Hand(hinge_value, hinge_hessian, hinge_apply, gradient=hinge_gradient),
    ),
    Problem(
        "Student likelihood",
        "sum(log(1 + (X*w - y).^2))",
        MODEL,
        ("w", "w"),
        MODEL_SIZES,
        student,
        Hand(student_value, student_hessian, student_apply, gradient=student_gradient),
    ),
    Problem(
        "cross-entropy of classes",
        "sum(logsumexp(X*W, 2)) - sum(Y.*(X*W))",
        {"X": "m n", "W": "n c", "Y": "m c"},
        ("W", "W"),
        [{"m": 20, "n": 10, "c": 3}, {"m": 800, "n": 40, "c": 10}, {"m": 2000, "n": 784, "c": 10}],
        classes,
        Hand(classes_value, None, classes_apply, gradient=classes_gradient),
        positive=("Y",),
    ),
    Problem(
        "log barrier",
        "-sum(log(b - A*x))",
        {"A": "m n", "x": "n", "b": "m"},
        ("x", "x"),
        POLYTOPE,
        barrier,
        Hand(barrier_value, barrier_hessian, barrier_apply, gradient=barrier_gradient),
        positive=("b",),
    ),
    Problem(
        "fourth powers",
        "sum((A*x).^4)",
        {"A": "m n", "x": "n"},
        ("x", "x"),
        POLYTOPE,
        quartic,
        Hand(quartic_value, quartic_hessian, quartic_apply, gradient=quartic_gradient),
    ),
]
