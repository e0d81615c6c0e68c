"""Steps and decisions on covariances: Kalman filters, divergences, designs, portfolios."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.linalg import blas, lapack

from tests.benchmarks.families.determinants import symmetric_inverse
from tests.benchmarks.families.gaussians import cholesky
from tests.benchmarks.libraries import Library
from tests.benchmarks.problem import Hand, Linear, Problem

Array = np.ndarray

# Kalman steps by the covariance


def kalman_covariance(lib: Library, P: Any, H: Any, R: Any) -> Any:
    ph = P @ H.T
    return P - ph @ lib.inv(H @ ph + R) @ (H @ P)


def kalman_gain(P: Array, H: Array, R: Array) -> tuple[Array, Array]:
    """Of a symmetric P: the gain P H' inv(S), and H P."""
    hp = H @ P
    factor = cholesky(hp @ H.T + R)
    return lapack.dpotrs(factor, hp, lower=1)[0].T, hp


def kalman_covariance_value(P: Array, H: Array, R: Array) -> Array:
    gain, hp = kalman_gain(P, H, R)
    return P - gain @ hp


def kalman_left(P: Array, H: Array, R: Array) -> Array:
    """I - K H."""
    gain, _ = kalman_gain(P, H, R)
    left = gain @ -H
    left.reshape(-1)[:: len(P) + 1] += 1
    return left


def kalman_covariance_jacobian(P: Array, H: Array, R: Array) -> Array:
    left = kalman_left(P, H, R)
    return np.multiply.outer(left, left).transpose(0, 2, 1, 3)


def kalman_covariance_apply(P: Array, H: Array, R: Array) -> Linear:
    left = kalman_left(P, H, R)
    return lambda d: left @ d @ left.T


def kalman_covariance_adjoint(P: Array, H: Array, R: Array) -> Linear:
    left = kalman_left(P, H, R)
    return lambda g: left.T @ g @ left


def kalman_mean(lib: Library, P: Any, H: Any, R: Any, x: Any, y: Any) -> Any:
    return x + P @ (H.T @ (lib.inv(H @ P @ H.T + R) @ (y - H @ x)))


def kalman_solved(P: Array, H: Array, R: Array, x: Array, y: Array) -> tuple[Array, Array]:
    factor = cholesky(H @ P @ H.T + R)
    return factor, H.T @ lapack.dpotrs(factor, y - H @ x, lower=1)[0]


def kalman_mean_value(P: Array, H: Array, R: Array, x: Array, y: Array) -> Array:
    return x + P @ kalman_solved(P, H, R, x, y)[1]


def kalman_mean_parts(P: Array, H: Array, R: Array, x: Array, y: Array) -> tuple[Array, Array]:
    factor, u = kalman_solved(P, H, R, x, y)
    left = lapack.dpotrs(factor, H @ P, lower=1)[0].T @ -H
    left.reshape(-1)[:: len(P) + 1] += 1
    return left, u


def kalman_mean_jacobian(P: Array, H: Array, R: Array, x: Array, y: Array) -> Array:
    left, u = kalman_mean_parts(P, H, R, x, y)
    return left[:, :, None] * u


def kalman_mean_apply(P: Array, H: Array, R: Array, x: Array, y: Array) -> Linear:
    left, u = kalman_mean_parts(P, H, R, x, y)
    return lambda d: left @ (d @ u)


def kalman_mean_adjoint(P: Array, H: Array, R: Array, x: Array, y: Array) -> Linear:
    left, u = kalman_mean_parts(P, H, R, x, y)
    return lambda g: (g @ left)[:, None] * u


# Divergence of Gaussians by the second covariance: tr(inv(S) C) + u' inv(S) u + log det S


def divergence(lib: Library, S: Any, C: Any, u: Any) -> Any:
    p = lib.inv(S)
    return (p * C.T).sum() + u @ (p @ u) + lib.logdet(S)


def divergence_value(S: Array, C: Array, u: Array) -> Any:
    factor = cholesky(S)
    half = blas.dtrsv(factor, u, lower=1)
    return np.vdot(symmetric_inverse(factor), C) + half @ half + 2 * np.log(factor.diagonal()).sum()


def divergence_gradient(S: Array, C: Array, u: Array) -> Array:
    p = symmetric_inverse(cholesky(S))
    moment = u[:, None] * u
    moment += C
    return p - p @ moment @ p


# D-optimal design by the weights: log det X' diag(w) X


def design(lib: Library, X: Any, w: Any) -> Any:
    return lib.logdet(X.T @ (w[:, None] * X))


def design_factor(X: Array, w: Array) -> Array:
    root = np.sqrt(w)[:, None] * X
    return cholesky(root.T @ root)


def design_value(X: Array, w: Array) -> Any:
    return 2 * np.log(design_factor(X, w).diagonal()).sum()


def design_gradient(X: Array, w: Array) -> Array:
    return np.vecdot(X @ symmetric_inverse(design_factor(X, w)), X)


def design_leverages(X: Array, w: Array) -> Array:
    half = X @ lapack.dtrtri(design_factor(X, w), lower=1)[0].T
    return half @ half.T


def design_hessian(X: Array, w: Array) -> Array:
    h = design_leverages(X, w)
    h *= h
    return np.negative(h, out=h)


# Portfolio: expected return over risk, by the weights


def sharpe(lib: Library, w: Any, m: Any, S: Any) -> Any:
    return (m @ w) / lib.np.sqrt(w @ S @ w)


def sharpe_value(w: Array, m: Array, S: Array) -> Any:
    return (m @ w) / np.sqrt(w @ (S @ w))


def sharpe_gradient(w: Array, m: Array, S: Array) -> Array:
    s = S @ w
    q = w @ s
    return (m - ((m @ w) / q) * s) / np.sqrt(q)


def sharpe_hessian(w: Array, m: Array, S: Array) -> Array:
    s = S @ w
    q = w @ s
    a = q**-1.5
    r = m @ w
    h = (-a * r) * S
    h += np.stack([s, (3 * a * r / q) * s - a * m], 1) @ np.stack([-a * m, s])
    return h


STEP = [{"n": 8, "p": 3}, {"n": 20, "p": 5}, {"n": 60, "p": 10}]
PROBLEMS = [
    Problem(
        "Kalman covariance",
        "P - P*H'*inv(H*P*H' + R)*H*P",
        {"P": "n n", "H": "p n", "R": "p p"},
        ("P",),
        STEP,
        kalman_covariance,
        Hand(kalman_covariance_value, kalman_covariance_jacobian, kalman_covariance_apply, adjoint=kalman_covariance_adjoint),
        structures={"P": "positive-definite", "R": "positive-definite"},
    ),
    Problem(
        "Kalman mean",
        "x + P*H'*inv(H*P*H' + R)*(y - H*x)",
        {"P": "n n", "H": "p n", "R": "p p", "x": "n", "y": "p"},
        ("P",),
        STEP,
        kalman_mean,
        Hand(kalman_mean_value, kalman_mean_jacobian, kalman_mean_apply, adjoint=kalman_mean_adjoint),
        structures={"P": "positive-definite", "R": "positive-definite"},
    ),
    Problem(
        "divergence of Gaussians",
        "tr(inv(S)*C) + u'*inv(S)*u + logdet(S)",
        {"S": "n n", "C": "n n", "u": "n"},
        ("S", "S"),
        [{"n": 10}, {"n": 50}, {"n": 300}],
        divergence,
        Hand(divergence_value, gradient=divergence_gradient),
        structures={"S": "positive-definite", "C": "symmetric"},
    ),
    Problem(
        "optimal design",
        "logdet(X'*diag(w)*X)",
        {"w": "m", "X": "m n"},
        ("w", "w"),
        [{"m": 30, "n": 4}, {"m": 300, "n": 10}, {"m": 1500, "n": 40}],
        design,
        Hand(design_value, design_hessian, gradient=design_gradient),
        positive=("w",),
    ),
    Problem(
        "return over risk",
        "m'*w/sqrt(w'*S*w)",
        {"w": "n", "m": "n", "S": "n n"},
        ("w", "w"),
        [{"n": 10}, {"n": 100}, {"n": 1000}],
        sharpe,
        Hand(sharpe_value, sharpe_hessian, gradient=sharpe_gradient),
        structures={"S": "positive-definite"},
    ),
]
