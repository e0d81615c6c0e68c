"""Derivatives with the code that an expert writes for each: BLAS products, no identity formed, one factorisation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.linalg import lapack

from tensordiff.differentiate import differentiate
from tensordiff.functions import EXP, INVERSE, LOG, LOGDET, lookup, matrix_power, power
from tensordiff.tensor import Dim, Structure, Symbol, Tensor, add, apply, einsum, postorder, scale, total

Arrays = dict[str, np.ndarray]
Derived = tuple[list[Tensor], list[Symbol]]


@dataclass(frozen=True)
class Case:
    """Outputs to compile (with the symbols that may be given), arrays for them, and the same by hand, from the arrays by
    name."""

    name: str
    outputs: Callable[[], Derived]
    arrays: Callable[[np.random.Generator], Arrays]
    hand: Callable[..., Any]
    quick: bool = True
    """Whether it is small enough for --quick."""
    options: Mapping[str, Any] | None = None


N, M, K = Dim.named("n"), Dim.named("m"), Dim.named("k")
GENERAL = Structure.GENERAL
DEFINITE = Structure.POSITIVE_DEFINITE


def spd(rng: np.random.Generator, n: int) -> np.ndarray:
    root = rng.normal(size=(n, n))
    return root @ root.T / n + np.eye(n)


def derived(f: Tensor, *wrt: Symbol) -> Derived:
    symbols = [node for node in postorder([f]) if isinstance(node, Symbol)]
    for symbol in wrt:
        f = differentiate(f, symbol)
    return [f], symbols


# d inv(X' inv(V) X) / dV


def projection(structure: Structure = GENERAL) -> Derived:
    x, v = Symbol.make("X", (N, M)), Symbol.make("V", (N, N), structure)
    inner = einsum([(x, "ki"), (apply(INVERSE, v), "kl"), (x, "lj")], "ij")
    f = apply(INVERSE, inner)
    return derived(f, v)


def projection_hand(X: np.ndarray, V: np.ndarray) -> np.ndarray:
    lu, exchanges, _ = lapack.dgetrf(V)
    px = lapack.dgetrs(lu, exchanges, X)[0]
    pxt = lapack.dgetrs(lu, exchanges, X, trans=1)[0]
    f = np.linalg.inv(X.T @ px)
    left, right = f @ pxt.T, px @ f
    return left[:, None, :, None] * right.T[None, :, None, :]


def projection_definite_hand(X: np.ndarray, V: np.ndarray) -> np.ndarray:
    factor = lapack.dpotrf(V, lower=1)[0]
    px = lapack.dpotrs(factor, X, lower=1)[0]
    pxf = lapack.dposv(X.T @ px, px.T)[1].T
    return pxf.T[:, None, :, None] * pxf.T[None, :, None, :]


def projection_arrays(n: int, m: int) -> Callable[[np.random.Generator], Arrays]:
    return lambda rng: {"X": rng.normal(size=(n, m)), "V": spd(rng, n)}


# Hessians


def hessian(f: Tensor, *symbols: Symbol) -> Derived:
    return derived(f, *(symbols * 2)[:2])


def quadratic() -> Derived:
    x, a = Symbol.make("x", (N,)), Symbol.make("A", (N, N))
    return hessian(einsum([(x, "i"), (a, "ij"), (x, "j")], ""), x)


def factorisation() -> Derived:
    u, v, t = Symbol.make("U", (N, K)), Symbol.make("V", (M, K)), Symbol.make("T", (N, M))
    rest = add([(1, einsum([(u, "ik"), (v, "jk")], "ij")), (-1, t)])
    return hessian(total(power(rest, 2)), u)


def factorisation_hand(U: np.ndarray, V: np.ndarray) -> np.ndarray:
    n, k = U.shape
    h = np.zeros((n, k, n, k))
    np.einsum("iaib->iab", h)[...] = 2 * (V.T @ V)
    return h


def logdet() -> Derived:
    v = Symbol.make("V", (N, N), GENERAL)
    return hessian(apply(LOGDET, v), v)


def logdet_hand(V: np.ndarray) -> np.ndarray:
    p = np.linalg.inv(V)
    return -p.T[:, None, None, :] * p[None, :, :, None]


def gaussian() -> Derived:
    """-log-likelihood of centred data with scatter C: (logdet S + tr(inv(S) C))/2."""
    s, c = Symbol.make("S", (N, N), DEFINITE), Symbol.make("C", (N, N), Structure.SYMMETRIC)
    f = add([(1, apply(LOGDET, s)), (1, einsum([(apply(INVERSE, s), "ij"), (c, "ji")], ""))])
    return hessian(scale(1, f), s)


def gaussian_hand(S: np.ndarray, C: np.ndarray) -> np.ndarray:
    n = len(S)
    factor = lapack.dpotrf(S, lower=1)[0]
    p = lapack.dpotri(factor, lower=1)[0]
    p = np.tril(p) + np.tril(p, -1).T
    q = p @ C @ p
    left = np.stack([p, q]).reshape(2, -1)
    right = np.stack([q - p, p]).reshape(2, -1)
    # sum of outer products P_li R_jk: axes i, l, j, k
    return (left.T @ right).reshape(n, n, n, n).transpose(0, 2, 3, 1)


def trace_power() -> Derived:
    x = Symbol.make("X", (N, N))
    return hessian(einsum([(matrix_power(x, 6), "ii")], ""), x)


def trace_power_hand(X: np.ndarray) -> np.ndarray:
    n = len(X)
    powers = [np.eye(n), X]
    for _ in range(3):
        powers.append(powers[-1] @ X)
    left = np.stack(powers).reshape(5, -1)
    right = np.stack([6 * p for p in powers[::-1]]).reshape(5, -1)
    return (left.T @ right).reshape(n, n, n, n).transpose(3, 0, 1, 2)


def mahalanobis() -> Derived:
    x, s = Symbol.make("X", (M, N)), Symbol.make("S", (N, N), DEFINITE)
    d = einsum([(x, "bi"), (apply(INVERSE, s), "ij"), (x, "bj")], "b")
    return derived(d, s)


def mahalanobis_hand(X: np.ndarray, S: np.ndarray) -> np.ndarray:
    factor = lapack.dpotrf(S, lower=1)[0]
    y = lapack.dpotrs(factor, X.T, lower=1)[0].T
    return -y[:, :, None] * y[:, None, :]


def logistic() -> Derived:
    x, w, y = Symbol.make("X", (M, N)), Symbol.make("w", (N,)), Symbol.make("y", (M,))
    z = einsum([(x, "bi"), (w, "i")], "b")
    f = add([(1, total(apply(lookup("softplus"), z))), (-1, einsum([(y, "b"), (z, "b")], ""))])
    return hessian(f, w)


def logistic_hand(X: np.ndarray, w: np.ndarray) -> np.ndarray:
    z = X @ w
    small = np.exp(-np.abs(z))
    s = np.where(z >= 0, 1 / (1 + small), small / (1 + small))
    root = np.sqrt(s * (1 - s))[:, None] * X
    return root.T @ root


def logsumexp() -> Derived:
    w, x = Symbol.make("W", (M, N)), Symbol.make("x", (N,))
    return hessian(apply(LOG, total(apply(EXP, einsum([(w, "bi"), (x, "i")], "b")))), x)


def logsumexp_hand(W: np.ndarray, x: np.ndarray) -> np.ndarray:
    e = np.exp(W @ x)
    p = e / e.sum()
    root = np.sqrt(p)[:, None] * W
    g = p @ W
    return root.T @ root - np.outer(g, g)


def network(depth: int = 10) -> Derived:
    weights = [Symbol.make(f"W{i}", (N, N)) for i in range(depth)]
    h: Tensor = Symbol.make("x", (N,))
    for weight in weights:
        h = apply(lookup("relu"), einsum([(weight, "ij"), (h, "j")], "i"))
    return hessian(scale(1, total(power(h, 2))), weights[0])


def network_hand(x: np.ndarray, **weights: np.ndarray) -> np.ndarray:
    h = x
    jacobian = None
    for number in range(len(weights)):
        z = weights[f"W{number}"] @ h
        step = (z > 0) * 1.0
        h = z * step
        jacobian = np.diag(step) if jacobian is None else step[:, None] * (weights[f"W{number}"] @ jacobian)
    inner = 2 * (jacobian.T @ jacobian)
    return inner[:, None, :, None] * np.outer(x, x)[None, :, None, :]


def tanh_layer() -> Derived:
    w, x = Symbol.make("W", (N, N)), Symbol.make("x", (N,))
    return derived(apply(lookup("tanh"), einsum([(w, "ij"), (x, "j")], "i")), w)


def tanh_layer_hand(W: np.ndarray, x: np.ndarray) -> np.ndarray:
    n = len(x)
    slope = 1 - np.tanh(W @ x) ** 2
    j = np.zeros((n, n, n))
    np.einsum("iij->ij", j)[...] = slope[:, None] * x
    return j


def normal(**shapes: tuple[int, ...]) -> Callable[[np.random.Generator], Arrays]:
    return lambda rng: {name: rng.normal(size=shape) / np.sqrt(max(shape[-1], 1)) for name, shape in shapes.items()}


def mahalanobis_arrays(rng: np.random.Generator) -> Arrays:
    return {"X": rng.normal(size=(1000, 20)), "S": spd(rng, 20)}


def covariance_arrays(n: int) -> Callable[[np.random.Generator], Arrays]:
    return lambda rng: {"S": spd(rng, n), "C": spd(rng, n)}


def cases() -> Iterator[Case]:
    def weights(n: int) -> dict[str, tuple[int, ...]]:
        return {f"W{i}": (n, n) for i in range(10)}

    def logistic_case(n: int, quick: bool) -> Case:
        arrays = normal(X=(2000, n), w=(n,), y=(2000,))
        return Case(f"logistic 2000 x {n}", logistic, arrays, lambda X, w, y: logistic_hand(X, w), quick)

    yield Case("projection n=5 m=2", projection, projection_arrays(5, 2), projection_hand)
    yield Case("projection n=50 m=5", projection, projection_arrays(50, 5), projection_hand)
    definite = lambda: projection(DEFINITE)  # noqa: E731
    yield Case("projection definite n=50 m=5", definite, projection_arrays(50, 5), projection_definite_hand)
    yield Case("projection n=400 m=10", projection, projection_arrays(400, 10), projection_hand, quick=False)
    for n in (3, 1000):
        yield Case(f"quadratic n={n}", quadratic, normal(A=(n, n), x=(n,)), lambda A, x: A + A.T)
    shapes = {"U": (200, 5), "V": (200, 5), "T": (200, 200)}
    yield Case("factorisation n=200", factorisation, normal(**shapes), lambda U, V, T: factorisation_hand(U, V))
    yield Case("logdet n=30", logdet, lambda rng: {"V": spd(rng, 30)}, logdet_hand)
    for n, quick in ((30, True), (80, False)):
        yield Case(f"gaussian n={n}", gaussian, covariance_arrays(n), gaussian_hand, quick)
    for n, quick in ((20, True), (80, False)):
        yield Case(f"trace power n={n}", trace_power, normal(X=(n, n)), trace_power_hand, quick)
    yield Case("mahalanobis 1000 n=20", mahalanobis, mahalanobis_arrays, mahalanobis_hand)
    yield logistic_case(100, quick=True)
    yield logistic_case(1000, quick=False)
    for n, quick in ((200, True), (1000, False)):
        yield Case(f"logsumexp n={n}", logsumexp, normal(W=(n, n), x=(n,)), logsumexp_hand, quick)
    for n, quick in ((16, True), (64, False)):
        yield Case(f"relu network n={n}", network, normal(x=(n,), **weights(n)), network_hand, quick)
    for n, quick in ((60, True), (300, False)):
        yield Case(f"tanh layer n={n}", tanh_layer, normal(W=(n, n), x=(n,)), tanh_layer_hand, quick)


CASES = list(cases())
