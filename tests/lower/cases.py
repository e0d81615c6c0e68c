"""Matrix expressions with their values in plain NumPy, shared by the tests of lowering and printing."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import scipy.linalg
from scipy.special import logsumexp, softmax

from tensordiff.matrix import Matrix, Scope, build, read_group

SIZES = {"n": 4, "m": 3, "p": 2}
N, M, P = (read_group(name) for name in "nmp")
n, m, p = N[0], M[0], P[0]

SCOPE = (
    Scope()
    .declare("A", "n m")
    .declare("B", "m n")
    .declare("C", "n m")
    .declare("S", "n n", "symmetric")
    .declare("W", "n n")
    .declare("G", "m m")
    .declare("x", "n")
    .declare("y", "n")
    .declare("z", "m")
    .declare("a", ())
    .declare("b", ())
    .declare("T", "n m p")
    .declare("u", "n*m")
)
A, B, C, S, W, G, x, y, z, a, b, T, u = (SCOPE.lookup(name) for name in "ABCSWGxyzabTu")


def arrays(seed: int = 0) -> dict[str, np.ndarray]:
    """Random values: positive scalars and vectors, well-conditioned square matrices."""
    rng = np.random.default_rng(seed)
    made: dict[str, Any] = {}
    for name, node in SCOPE.symbols.items():
        shape = [int(np.prod([d.size(SIZES) for d in group])) for group in node.shape]
        made[name] = rng.uniform(0.5, 1.5, shape) if len(shape) < 2 else rng.normal(size=shape)
        if len(shape) == 2 and shape[0] == shape[1]:
            made[name] = made[name] / 3 + np.eye(shape[0])
    made["S"] = made["S"] @ made["S"].T
    return made


def vec(X: np.ndarray) -> np.ndarray:
    return X.reshape(-1, order="F")


def commutation(r: int, c: int) -> np.ndarray:
    """K(r,c) column by column: the image of vec(E) is vec(E')."""
    columns = [vec(vec(e).reshape(r, c, order="F").T) for e in np.eye(r * c)]
    return np.array(columns).T


def vech(X: np.ndarray) -> np.ndarray:
    return np.concatenate([X[j:, j] for j in range(len(X))])


inv = np.linalg.inv
kron = np.kron
eye = np.eye


def call(name: str, *operands: Matrix) -> Matrix:
    return build.call(name, *operands)


def tr(node: Matrix) -> Matrix:
    return build.transpose(node)


def at(node: Matrix, *letters: str | int) -> Matrix:
    return build.entry(node, letters)


mul, had, krn, close = build.product, build.hadamard, build.kron, build.contract


def lin(*terms: tuple[Any, Matrix]) -> Matrix:
    return build.add(terms)


def num(value: Any) -> Matrix:
    return build.number(Fraction(value))


F = call("inv", mul(tr(A), call("inv", S), A))

Case = tuple[Matrix, Callable[[dict[str, np.ndarray]], Any]]


def _case(node: Matrix, formula: Callable[..., Any]) -> Case:
    """The formula's parameters are names of arrays."""
    names = formula.__code__.co_varnames[: formula.__code__.co_argcount]
    return node, lambda values: formula(*(values[name] for name in names))


MATRIX_CASES: list[Case] = [
    _case(mul(A, B), lambda A, B: A @ B),
    _case(mul(A, B, x), lambda A, B, x: A @ B @ x),
    _case(mul(tr(x), A, B, y), lambda x, A, B, y: x @ A @ B @ y),
    _case(mul(tr(x), y, A), lambda x, y, A: (x @ y) * A),
    _case(mul(W, mul(tr(x), y), S), lambda W, x, y, S: W * (x @ y) @ S),
    _case(mul(A, z, tr(z), B, W), lambda A, z, B, W: np.outer(A @ z, z @ B @ W)),
    _case(mul(x, tr(y), W, x, tr(z)), lambda x, y, W, z: np.outer(x, z) * (y @ W @ x)),
    _case(mul(a, x, b, tr(y)), lambda a, x, b, y: a * b * np.outer(x, y)),
    _case(tr(A), lambda A: A.T),
    _case(tr(mul(A, B)), lambda A, B: (A @ B).T),
    _case(tr(krn(A, W)), lambda A, W: kron(A, W).T),
    _case(lin((1, A), (-2, C)), lambda A, C: A - 2 * C),
    _case(lin((1, A), (1, num("1/2")), (1, a)), lambda A, a: A + 0.5 + a),
    _case(F, lambda A, S: inv(A.T @ inv(S) @ A)),
    _case(build.power(W, num(3)), lambda W: W @ W @ W),
    _case(build.power(W, num(-2)), lambda W: inv(W) @ inv(W)),
    _case(build.power(W, num(0)), lambda W: eye(4)),
    _case(build.power(W, build.size(m)), lambda W: np.linalg.matrix_power(W, 3)),
    _case(build.power(a, b), lambda a, b: a**b),
    _case(build.power(a, num("1/2")), lambda a: np.sqrt(a)),
    _case(build.dot_power(x, num(3)), lambda x: x**3),
    _case(build.dot_power(x, y), lambda x, y: x**y),
    _case(build.dot_power(a, x), lambda a, x: a**x),
    _case(build.divide(A, a), lambda A, a: A / a),
    _case(build.dot_divide(x, y), lambda x, y: x / y),
    _case(build.dot_divide(num(2), x), lambda x: 2 / x),
    _case(had(A, C, tr(B)), lambda A, C, B: A * C * B.T),
    _case(had(a, A, C), lambda a, A, C: a * A * C),
    _case(krn(A, W), lambda A, W: kron(A, W)),
    _case(krn(tr(x), G), lambda x, G: kron(x[None], G)),
    _case(krn(x, z), lambda x, z: kron(x, z)),
    _case(krn(x, tr(z)), lambda x, z: np.outer(x, z)),
    _case(krn(a, A, B), lambda a, A, B: a * kron(A, B)),
    _case(call("vec", A), lambda A: vec(A)),
    _case(call("vec", tr(x)), lambda x: x),
    _case(call("vec", krn(A, G)), lambda A, G: vec(kron(A, G))),
    _case(call("vech", S), lambda S: vech(S)),
    _case(mul(build.commutation(N, M), call("vec", A)), lambda A: vec(A.T)),
    _case(build.commutation(N, M), lambda: commutation(4, 3)),
    _case(build.commutation(N + P, M), lambda: commutation(8, 3)),
    _case(mul(build.duplication(n), call("vech", S)), lambda S: vec(S)),
    _case(mul(build.elimination(n), call("vec", W)), lambda W: vech(W)),
    _case(had(build.tril(n), W), lambda W: np.tril(W)),
    _case(had(build.triu(n), W), lambda W: np.triu(W)),
    _case(build.unit(n, 2), lambda: eye(4)[1]),
    _case(build.eye(N + M), lambda: eye(12)),
    _case(build.ones(N, M), lambda: np.ones((4, 3))),
    _case(tr(build.ones(N)), lambda: np.ones((1, 4))),
    _case(build.zeros(N, M), lambda: np.zeros((4, 3))),
    _case(call("diag", x), lambda x: np.diag(x)),
    _case(call("diag", W), lambda W: np.diag(W)),
    _case(call("diag", call("vec", A)), lambda A: np.diag(vec(A))),
    _case(call("diag", krn(W, G)), lambda W, G: np.diag(kron(W, G))),
    _case(call("tr", W), lambda W: np.trace(W)),
    _case(call("tr", krn(W, G)), lambda W, G: np.trace(W) * np.trace(G)),
    _case(call("det", W), lambda W: np.linalg.det(W)),
    _case(call("det", krn(W, G)), lambda W, G: np.linalg.det(kron(W, G))),
    _case(call("logdet", S), lambda S: np.linalg.slogdet(S)[1]),
    _case(call("adj", W), lambda W: np.linalg.det(W) * inv(W)),
    _case(call("inv", lin((1, krn(G, build.eye(N))), (1, krn(build.eye(M), W)))),
          lambda G, W: inv(kron(G, eye(4)) + kron(eye(3), W))),
    _case(call("expm", W), lambda W: scipy.linalg.expm(W)),
    _case(call("sqrtm", S), lambda S: scipy.linalg.sqrtm(S)),
    _case(call("logm", S), lambda S: scipy.linalg.logm(S)),
    _case(call("sum", A), lambda A: A.sum()),
    _case(call("sum", A, num(1)), lambda A: A.sum(0, keepdims=True)),
    _case(call("sum", A, num(2)), lambda A: A.sum(1)),
    _case(call("mean", A), lambda A: A.mean()),
    _case(call("mean", A, num(1)), lambda A: A.mean(0, keepdims=True)),
    _case(call("mean", A, num(2)), lambda A: A.mean(1)),
    _case(call("mean", x), lambda x: x.mean()),
    _case(call("norm2", A), lambda A: np.linalg.norm(A)),
    _case(build.power(call("norm2", x), num(2)), lambda x: x @ x),
    _case(call("norm1", A), lambda A: abs(A).sum()),
    _case(call("softmax", x), lambda x: softmax(x)),
    _case(call("softmax", tr(x)), lambda x: softmax(x)[None]),
    _case(call("logsumexp", x), lambda x: logsumexp(x)),
    _case(call("pinv", A), lambda A: np.linalg.pinv(A)),
    _case(call("pinv", B), lambda B: np.linalg.pinv(B)),
    _case(call("pinv", W), lambda W: inv(W)),
    _case(call("pinv", x), lambda x: x[None] / (x @ x)),
    _case(call("pinv", tr(x)), lambda x: x / (x @ x)),
    _case(call("pinv", a), lambda a: 1 / a),
    _case(call("softmax", A, num(1)), lambda A: softmax(A, axis=0)),
    _case(call("softmax", A, num(2)), lambda A: softmax(A, axis=1)),
    _case(call("softmax", krn(A, B), num(2)), lambda A, B: softmax(kron(A, B), axis=1)),
    _case(call("logsumexp", A, num(1)), lambda A: logsumexp(A, axis=0)[None]),
    _case(call("logsumexp", A, num(2)), lambda A: logsumexp(A, axis=1)),
    _case(call("logsumexp", krn(A, B), num(1)), lambda A, B: logsumexp(kron(A, B), axis=0)[None]),
    _case(call("softmax", x, num(2)), lambda x: np.ones(4)),
    _case(call("logsumexp", x, num(2)), lambda x: x),
    _case(call("exp", A), lambda A: np.exp(A)),
    _case(call("sqrt", x), lambda x: np.sqrt(x)),
    _case(call("sigmoid", mul(A, z)), lambda A, z: 1 / (1 + np.exp(-A @ z))),
    _case(call("max", A, num(0)), lambda A: np.maximum(A, 0)),
    _case(call("max", x, y), lambda x, y: np.maximum(x, y)),
    _case(mul(build.size(n), call("logdet", S)), lambda S: 4 * np.linalg.slogdet(S)[1]),
    _case(mul(build.pi(), x), lambda x: np.pi * x),
    # flexible groups: eye, ones and zeros take the grouping of their neighbours
    _case(mul(krn(W, G), build.eye(M + N), krn(x, z)), lambda W, G, x, z: kron(W, G) @ kron(x, z)),
    _case(lin((1, krn(G, W)), (2, build.eye(N + M))), lambda G, W: kron(G, W) + 2 * eye(12)),
    _case(mul(lin((1, build.eye(N + M)), (3, build.ones(N + M, N + M))), krn(z, x)),
          lambda z, x: kron(z, x) + 3 * kron(z, x).sum()),
    _case(mul(tr(build.ones(N + M)), krn(z, x)), lambda z, x: kron(z, x).sum()),
    _case(mul(u, tr(build.ones(N + M)), krn(z, x)), lambda u, z, x: u * kron(z, x).sum()),
    _case(mul(tr(u), krn(x, z)), lambda u, x, z: u @ kron(x, z)),
]  # fmt: skip

INDEX_CASES: list[Case] = [
    _case(close(mul(at(A, "i", "j"), at(B, "j", "k")), ("i", "k")), lambda A, B: A @ B),
    _case(close(mul(at(A, "i", "j"), at(B, "j", "k")), ("k", "i")), lambda A, B: (A @ B).T),
    _case(close(at(W, "i", "i"), ("i",)), lambda W: np.diag(W)),
    _case(close(at(W, "i", "i"), ()), lambda W: np.trace(W)),
    _case(close(mul(at(T, "i", "j", "k"), at(x, "i")), ("k", "j")), lambda T, x: np.einsum("ijk,i->kj", T, x)),
    _case(close(lin((1, at(x, "i")), (-2, mul(at(A, "i", "j"), at(z, "j")))), ("i",)), lambda x, A, z: x - 2 * A @ z),
    # a term that lacks a letter of the right-hand side is repeated along it
    _case(close(lin((1, at(x, "i")), (1, at(z, "j"))), ("i", "j")), lambda x, z: x[:, None] + z),
    _case(close(lin((1, at(x, "i")), (3, num(1))), ("i",)), lambda x: x + 3),
    # sums are outermost: functions, powers and divisors act entry by entry
    _case(close(call("exp", mul(at(A, "i", "j"), at(z, "j"))), ("i",)), lambda A, z: np.exp(A * z).sum(1)),
    _case(close(build.power(at(A, "i", "j"), num(2)), ("i",)), lambda A: (A**2).sum(1)),
    _case(close(build.power(lin((1, at(x, "i")), (1, at(z, "j"))), num(2)), ("i",)),
          lambda x, z: ((x[:, None] + z) ** 2).sum(1)),
    _case(close(build.divide(at(A, "i", "j"), at(z, "j")), ("i",)), lambda A, z: (A / z).sum(1)),
    _case(close(build.divide(mul(at(A, "i", "j"), at(x, "i")), lin((1, at(z, "j")), (1, a))), ("j",)),
          lambda A, x, z, a: (A * x[:, None] / (z + a)).sum(0)),
    _case(close(mul(at(W, "i", "j"), lin((1, at(x, "i")), (-1, at(x, "j")))), ("i",)),
          lambda W, x: (W * (x[:, None] - x)).sum(1)),
    _case(close(build.power(at(x, "i"), at(y, "i")), ("i",)), lambda x, y: x**y),
    _case(close(call("max", at(x, "i"), at(z, "j")), ("i", "j")), lambda x, z: np.maximum(x[:, None], z)),
    _case(close(mul(a, at(x, "i"), at(x, "j"), at(x, "k")), ("i", "j", "k")),
          lambda a, x: a * np.einsum("i,j,k->ijk", x, x, x)),
    # one sum per term: dummies of one term do not multiply another
    _case(close(lin((-1, lin((1, at(x, "i")), (1, mul(at(A, "i", "j"), at(z, "j")))))), ("i",)), lambda x, A, z: -x - A @ z),
    _case(close(mul(at(call("inv", S), "l", "j"), at(build.eye(N), "i", "k"), at(x, "l")), ("i", "j", "k")),
          lambda S, x: np.einsum("ik,j->ijk", eye(4), x @ inv(S))),
    _case(close(at(mul(A, B), "i", "i"), ()), lambda A, B: np.trace(A @ B)),
    _case(close(mul(at(A, 2, "j"), at(z, "j")), ()), lambda A, z: A[1] @ z),
    _case(close(at(A, "i", 3), ("i",)), lambda A: A[:, 2]),
    _case(close(at(tr(x), "i"), ("i",)), lambda x: x),
    _case(close(mul(at(krn(A, G), "r", "c"), at(u, "r")), ("c",)), lambda A, G, u: u @ kron(A, G)),
    _case(close(mul(at(x, "i"), at(x, "j"), at(W, "i", "j"), build.divide(at(z, "k"), at(y, "i"))), ("k",)),
          lambda x, W, z, y: (x / y) @ W @ x * z),
    _case(close(call("sum", A), ()), lambda A: A.sum()),
    _case(mul(close(mul(at(A, "i", "j"), at(B, "j", "k")), ("i", "k")), x), lambda A, B, x: A @ B @ x),
]  # fmt: skip
