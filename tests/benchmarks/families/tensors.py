"""Factorisations of tensors and matrices, pairwise distances and kernels, attention, layer norm, exponentials."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.linalg import expm, lapack

from tests.benchmarks.libraries import Library
from tests.benchmarks.problem import Hand, Linear, Problem

Array = np.ndarray

# CP and Tucker factorisations by one factor: with Gram matrices, without the residual


def cp(lib: Library, A: Any, B: Any, C: Any, T: Any) -> Any:
    return ((T - lib.einsum("ir,jr,kr->ijk", A, B, C)) ** 2).sum()


def khatri_rao(B: Array, C: Array) -> Array:
    return (B[:, None] * C).reshape(-1, B.shape[1])


def cp_value(A: Array, B: Array, C: Array, T: Array) -> Any:
    rest = A @ khatri_rao(B, C).T
    rest -= T.reshape(len(A), -1)
    return np.vdot(rest, rest)


def cp_gradient(A: Array, B: Array, C: Array, T: Array) -> Array:
    made = A @ ((B.T @ B) * (C.T @ C))
    made -= T.reshape(len(A), -1) @ khatri_rao(B, C)
    made += made
    return made


def cp_apply(A: Array, B: Array, C: Array, T: Array) -> Linear:
    gram = 2 * (B.T @ B) * (C.T @ C)
    return lambda d: d @ gram


def tucker(lib: Library, A: Any, G: Any, B: Any, C: Any, T: Any) -> Any:
    return ((T - lib.einsum("abc,ia,jb,kc->ijk", G, A, B, C)) ** 2).sum()


def tucker_core(G: Array, B: Array, C: Array) -> Array:
    """G with B and C: axes a, and j, k as one."""
    half = G @ C.T
    return (B @ half).reshape(len(G), -1)


def tucker_value(A: Array, G: Array, B: Array, C: Array, T: Array) -> Any:
    rest = A @ tucker_core(G, B, C)
    rest -= T.reshape(len(A), -1)
    return np.vdot(rest, rest)


def tucker_gradient(A: Array, G: Array, B: Array, C: Array, T: Array) -> Array:
    core = tucker_core(G, B, C)
    made = A @ (core @ core.T)
    made -= T.reshape(len(A), -1) @ core.T
    made += made
    return made


# ||A - X X'||^2 by X


def symmetric(lib: Library, X: Any, A: Any) -> Any:
    return ((A - X @ X.T) ** 2).sum()


def symmetric_value(X: Array, A: Array) -> Any:
    rest = X @ X.T
    rest -= A
    return np.vdot(rest, rest)


def symmetric_gradient(X: Array, A: Array) -> Array:
    made = X @ (X.T @ X)
    made -= A @ X
    made *= 4
    return made


# Non-negative factorisation by the Kullback-Leibler divergence


def nmf(lib: Library, W: Any, H: Any, V: Any) -> Any:
    z = W @ H
    return z.sum() - (V * lib.np.log(z)).sum()


def nmf_value(W: Array, H: Array, V: Array) -> Any:
    z = W @ H
    total = W.sum(0) @ H.sum(1)
    return total - np.vdot(V, np.log(z, out=z))


def nmf_gradient(W: Array, H: Array, V: Array) -> Array:
    z = W @ H
    np.divide(V, z, out=z)
    return H.sum(1) - z @ H.T


# Distances of all pairs, a kernel, stress


def distances(lib: Library, X: Any, Y: Any) -> Any:
    return ((X[:, None] - Y) ** 2).sum(2)


def distances_value(X: Array, Y: Array) -> Array:
    """Columns of squares inside the product. No guard: where points are close it loses half of the digits."""
    left = np.concatenate([-2 * X, np.vecdot(X, X)[:, None], np.ones((len(X), 1))], axis=1)
    right = np.concatenate([Y, np.ones((len(Y), 1)), np.vecdot(Y, Y)[:, None]], axis=1)
    return left @ right.T


def distances_apply(X: Array, Y: Array) -> Linear:
    twice = 2 * X
    minus = -2 * Y.T

    def apply(d: Array) -> Array:
        made = d @ minus
        made += np.vecdot(d, twice)[:, None]
        return made

    return apply


def distances_adjoint(X: Array, Y: Array) -> Linear:
    return lambda g: 2 * (g.sum(1)[:, None] * X - g @ Y)


def kernel(lib: Library, X: Any, Y: Any, C: Any) -> Any:
    return (C * lib.exp(-((X[:, None] - Y) ** 2).sum(2) / 2)).sum()


def kernel_weights(X: Array, Y: Array, C: Array) -> Array:
    made = distances_value(X, Y)
    made *= -0.5
    np.exp(made, out=made)
    made *= C
    return made


def kernel_value(X: Array, Y: Array, C: Array) -> Any:
    made = distances_value(X, Y)
    made *= -0.5
    return np.vdot(C, np.exp(made, out=made))


def kernel_gradient(X: Array, Y: Array, C: Array) -> Array:
    weights = kernel_weights(X, Y, C)
    return weights @ Y - weights.sum(1)[:, None] * X


# The Laplacian of a graph with weights: sum W_ij |x_i - x_j|^2


def laplacian(lib: Library, X: Any, W: Any) -> Any:
    return (W * ((X[:, None] - X) ** 2).sum(2)).sum()


def laplacian_value(X: Array, W: Array) -> Any:
    both = W.sum(0) + W.sum(1)
    return both @ np.vecdot(X, X) - 2 * np.vdot(X, W @ X)


def laplacian_gradient(X: Array, W: Array) -> Array:
    both = W + W.T
    return 2 * (both.sum(1)[:, None] * X - both @ X)


# Attention by its keys


def attention(lib: Library, Q: Any, K: Any, V: Any, G: Any) -> Any:
    return (G * (lib.softmax(Q @ K.T, axis=1) @ V)).sum()


def attention_scores(Q: Array, K: Array) -> Array:
    p = Q @ K.T
    p -= p.max(axis=1, keepdims=True)
    np.exp(p, out=p)
    p /= p.sum(axis=1, keepdims=True)
    return p


def attention_value(Q: Array, K: Array, V: Array, G: Array) -> Any:
    return np.vdot(G, attention_scores(Q, K) @ V)


def attention_gradient(Q: Array, K: Array, V: Array, G: Array) -> Array:
    p = attention_scores(Q, K)
    given = G @ V.T
    given -= np.vecdot(given, p)[:, None]
    given *= p
    return given.T @ Q


# Layer norm


def layer_norm(lib: Library, x: Any) -> Any:
    centred = x - x.mean()
    return centred / lib.np.sqrt((centred * centred).mean())


def normalised(x: Array) -> tuple[Array, Any]:
    centred = x - x.sum() / len(x)
    deviation = np.sqrt(centred @ centred / len(x))
    centred /= deviation
    return centred, deviation


def layer_norm_value(x: Array) -> Array:
    return normalised(x)[0]


def layer_norm_jacobian(x: Array) -> Array:
    y, deviation = normalised(x)
    n = len(x)
    left = np.stack([y, np.ones(n)], 1)
    left *= -1 / (n * deviation)
    j = left @ np.stack([y, np.ones(n)])
    j.reshape(-1)[:: n + 1] += 1 / deviation
    return j


def layer_norm_apply(x: Array) -> Linear:
    y, deviation = normalised(x)
    n = len(x)
    return lambda d: (d - (d.sum() / n + (y @ d / n) * y)) / deviation


# y' expm(A) x by A


def exponential(lib: Library, A: Any, x: Any, y: Any) -> Any:
    return y @ (lib.expm(A) @ x)


def exponential_value(A: Array, x: Array, y: Array) -> Any:
    return y @ (expm(A) @ x)


def exponential_gradient(A: Array, x: Array, y: Array) -> Array:
    n = len(A)
    block = np.zeros((2 * n, 2 * n))
    block[:n, :n] = block[n:, n:] = A.T
    block[:n, n:] = y[:, None] * x
    return expm(block)[:n, n:]


# tr(inv(A' S A) A' M A): discriminants by the directions


def discriminants(lib: Library, A: Any, S: Any, M: Any) -> Any:
    return (lib.inv(A.T @ S @ A) * (A.T @ M @ A).T).sum()


def discriminants_value(A: Array, S: Array, M: Array) -> Any:
    factor = lapack.dpotrf((A.T @ (S @ A)).T, lower=1)[0]
    return lapack.dpotrs(factor, A.T @ (M @ A), lower=1)[0].trace()


def discriminants_gradient(A: Array, S: Array, M: Array) -> Array:
    sa, ma = S @ A, M @ A
    factor = lapack.dpotrf((A.T @ sa).T, lower=1)[0]
    middle = lapack.dpotrs(factor, A.T @ ma, lower=1)[0]
    rest = ma - sa @ middle
    rest += rest
    return lapack.dpotrs(factor, rest.T, lower=1)[0].T


CUBE = {"A": "i r", "B": "j r", "C": "k r", "T": "i j k"}
PAIRS = {"X": "n d", "Y": "m d"}
PAIR_SIZES = [{"n": 20, "d": 3, "m": 15}, {"n": 200, "d": 4, "m": 150}, {"n": 1000, "d": 10, "m": 800}]
DISTANCES = "((X[i,d]-Y[j,d])^2 -> [i,j])"
PROBLEMS = [
    Problem(
        "CP factorisation",
        "(T[i,j,k] - (A[i,r]*B[j,r]*C[k,r] -> [i,j,k])[i,j,k])^2 -> []",
        CUBE,
        ("A", "A"),
        [{"i": 6, "r": 2, "j": 5, "k": 4}, {"i": 30, "r": 5, "j": 25, "k": 20}, {"i": 120, "r": 10, "j": 110, "k": 100}],
        cp,
        Hand(cp_value, None, cp_apply, gradient=cp_gradient),
    ),
    Problem(
        "Tucker factorisation",
        "(T[i,j,k] - (G[a,b,c]*A[i,a]*B[j,b]*C[k,c] -> [i,j,k])[i,j,k])^2 -> []",
        {"A": "i a", "G": "a b c", "B": "j b", "C": "k c", "T": "i j k"},
        ("A", "A"),
        [
            {"i": 6, "a": 2, "b": 3, "c": 2, "j": 5, "k": 4},
            {"i": 30, "a": 4, "b": 5, "c": 6, "j": 25, "k": 20},
            {"i": 120, "a": 8, "b": 9, "c": 10, "j": 110, "k": 100},
        ],
        tucker,
        Hand(tucker_value, gradient=tucker_gradient),
    ),
    Problem(
        "symmetric factorisation",
        "norm2(A - X*X')^2",
        {"X": "n k", "A": "n n"},
        ("X", "X"),
        [{"n": 10, "k": 2}, {"n": 100, "k": 5}, {"n": 1000, "k": 20}],
        symmetric,
        Hand(symmetric_value, gradient=symmetric_gradient),
        structures={"A": "symmetric"},
    ),
    Problem(
        "non-negative factorisation",
        "sum(W*H) - sum(V.*log(W*H))",
        {"W": "n k", "H": "k m", "V": "n m"},
        ("W", "W"),
        [{"n": 10, "k": 3, "m": 12}, {"n": 100, "k": 5, "m": 80}, {"n": 800, "k": 10, "m": 600}],
        nmf,
        Hand(nmf_value, gradient=nmf_gradient),
        positive=("W", "H", "V"),
    ),
    Problem(
        "squared distances",
        "(X[i,d]-Y[j,d])^2 -> [i,j]",
        PAIRS,
        ("X",),
        PAIR_SIZES,
        distances,
        Hand(distances_value, None, distances_apply, adjoint=distances_adjoint),
    ),
    Problem(
        "kernel",
        f"sum(C.*exp(-{DISTANCES}/2))",
        {**PAIRS, "C": "n m"},
        ("X", "X"),
        PAIR_SIZES,
        kernel,
        Hand(kernel_value, gradient=kernel_gradient),
    ),
    Problem(
        "graph Laplacian",
        "W[i,j]*(X[i,d]-X[j,d])^2 -> []",
        {"X": "n d", "W": "n n"},
        ("X", "X"),
        [{"n": 20, "d": 3}, {"n": 200, "d": 4}, {"n": 1000, "d": 10}],
        laplacian,
        Hand(laplacian_value, gradient=laplacian_gradient),
        positive=("W",),
    ),
    Problem(
        "attention",
        "sum(G.*(softmax(Q*K', 2)*V))",
        {"K": "n d", "Q": "m d", "V": "n e", "G": "m e"},
        ("K", "K"),
        [{"n": 10, "d": 4, "m": 12, "e": 3}, {"n": 100, "d": 16, "m": 120, "e": 12}, {"n": 500, "d": 32, "m": 400, "e": 32}],
        attention,
        Hand(attention_value, gradient=attention_gradient),
    ),
    Problem(
        "layer norm",
        "(x - mean(x)*ones(n))/sqrt(norm2(x - mean(x)*ones(n))^2/n)",
        {"x": "n"},
        ("x",),
        [{"n": 10}, {"n": 200}, {"n": 1500}],
        layer_norm,
        Hand(layer_norm_value, layer_norm_jacobian, layer_norm_apply, adjoint=layer_norm_apply),
    ),
    Problem(
        "matrix exponential",
        "y'*expm(A)*x",
        {"A": "n n", "x": "n", "y": "n"},
        ("A", "A"),
        [{"n": 8}, {"n": 40}, {"n": 150}],
        exponential,
        Hand(exponential_value, gradient=exponential_gradient),
    ),
    Problem(
        "discriminants",
        "tr(inv(A'*S*A)*A'*M*A)",
        {"A": "n k", "S": "n n", "M": "n n"},
        ("A", "A"),
        [{"n": 10, "k": 2}, {"n": 100, "k": 5}, {"n": 800, "k": 10}],
        discriminants,
        Hand(discriminants_value, gradient=discriminants_gradient),
        structures={"S": "positive-definite", "M": "positive-definite"},
    ),
]
