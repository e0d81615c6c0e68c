"""For every operation of the matrix form a text in which it stands, and its value in NumPy."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.special import logsumexp, softmax

import tensordiff as td
from tensordiff.matrix.operations import OPERATIONS
from tests.reference import MATRIX, triangular_places

Array = np.ndarray
SIZES = {"n": 3, "m": 2}


@dataclass(frozen=True)
class Truth:
    """A text and its value; `operands` are the names of its operands in order, each a symbol of the scope."""

    text: str
    value: Callable[..., Any]
    operands: tuple[str, ...] = ("S",)
    where: Mapping[str, str] = field(default_factory=dict)
    functions: Sequence[Any] = ()


SHAPES: dict[str, Any] = {"S": "n n", "R": "n n", "A": "n m", "B": "n m", "C": "m n", "Q": "m m", "x": "n", "y": "n", "a": (),
    "u": "3", "v": "3", "w": "n*m", "M": "n*m n*m",
}  # fmt: skip


def _vech(s: Array) -> Array:
    return np.array([s[i, j] for i, j in triangular_places(len(s))])


def _positive(value: Array) -> Array:
    return np.power(value + 0j if np.iscomplexobj(value) else value, 3)


TRUTHS: dict[str, Truth] = {
    "add": Truth("A + B", lambda a, b: a + b, ("A", "B")),
    "product": Truth("S*A", lambda s, a: s @ a, ("S", "A")),
    "hadamard": Truth("A.*B", lambda a, b: a * b, ("A", "B")),
    "divide": Truth("A/a", lambda a, b: a / b, ("A", "a")),
    "dot_divide": Truth("A./B", lambda a, b: a / b, ("A", "B")),
    "power": Truth("S^3", lambda s: s @ s @ s),
    "dot_power": Truth("A.^3", _positive, ("A",)),
    "apply": Truth("exp(A)", np.exp, ("A",)),
    "named": Truth("P", lambda a: a, ("A",), {"P": "A"}),
    "block": Truth("[S A; C Q]", lambda s, a, c, q: np.block([[s, a], [c, q]]), ("S", "A", "C", "Q")),
    "entry": Truth("x[1]", lambda x: x[0], ("x",)),
    "contract": Truth("S[i,j]*A[j,k] -> [i,k]", lambda s, a: s @ a, ("S", "A")),
    "transpose": Truth("S'", lambda s: s.T),
    "kron": Truth("kron(A,S)", np.kron, ("A", "S")),
    "tr": Truth("tr(S)", np.trace),
    "sum": Truth("sum(S)", np.sum),
    "mean": Truth("mean(S)", np.mean),
    "norm1": Truth("norm1(S)", lambda s: np.sum(np.abs(s))),
    "norm2": Truth("norm2(S)", np.linalg.norm),
    "diag": Truth("diag(S)", np.diag),
    "vec": Truth("vec(S)", lambda s: s.T.ravel()),
    "vech": Truth("vech(S)", _vech),
    "softmax": Truth("softmax(x)", softmax, ("x",)),
    "logsumexp": Truth("logsumexp(x)", logsumexp, ("x",)),
    "sym": Truth("sym(S)", lambda s: (s + s.T) / 2),
    "skew": Truth("skew(S)", lambda s: (s - s.T) / 2),
    "dev": Truth("dev(S)", lambda s: s - np.trace(s) / len(s) * np.eye(len(s))),
    "hat": Truth("hat(u)", lambda u: np.stack([np.cross(u, e) for e in np.eye(3)], axis=1), ("u",)),
    "cross": Truth("cross(u,v)", np.cross, ("u", "v")),
    "outer": Truth("outer(x,y)", np.outer, ("x", "y")),
    "dot": Truth("dot(x,y)", np.dot, ("x", "y")),
    "solve": Truth("solve(S,A)", np.linalg.solve, ("S", "A")),
    "kr": Truth("kr(A,B)", lambda a, b: np.stack([np.kron(p, q) for p, q in zip(a.T, b.T, strict=True)], axis=1), ("A", "B")),
    "kronsum": Truth("kronsum(S,Q)", lambda s, q: np.kron(s, np.eye(len(q))) + np.kron(np.eye(len(s)), q), ("S", "Q")),
    "var": Truth("var(S)", lambda s: np.mean((s - np.mean(s)) ** 2)),
    "largest": Truth("max(A)", np.max, ("A",)),
    "smallest": Truth("min(A)", np.min, ("A",)),
    "hardmax": Truth("hardmax(S)", lambda s: (s == np.max(s)) / np.sum(s == np.max(s))),
    "prod": Truth("prod(S)", np.prod),
    "std": Truth("std(S)", lambda s: np.sqrt(np.mean((s - np.mean(s)) ** 2))),
    "cumsum": Truth("cumsum(x)", np.cumsum, ("x",)),
    "unvec": Truth("unvec(w,n,m)", lambda w: w.reshape(2, 3).T, ("w",)),
    "ptrace": Truth("ptrace(M,n,m)", lambda w: np.einsum("iaja->ij", w.reshape(3, 2, 3, 2)), ("M",)),
    "pinv": Truth("pinv(A)", np.linalg.pinv, ("A",)),
    "eye": Truth("eye(n)", lambda: np.eye(3), ()),
    "ones": Truth("ones(n,m)", lambda: np.ones((3, 2)), ()),
    "zeros": Truth("zeros(n,m)", lambda: np.zeros((3, 2)), ()),
    "tril": Truth("tril(n)", lambda: np.tri(3), ()),
    "triu": Truth("triu(n)", lambda: np.tri(3).T, ()),
    "unit": Truth("unit(n,2)", lambda: np.eye(3)[1], ()),
    "commutation": Truth("K(n,m)", lambda: np.einsum("il,jk->ijkl", np.eye(3), np.eye(2)).reshape(6, 6), ()),
    "duplication": Truth("D(n)", lambda: np.linalg.pinv(_elimination_of_symmetric()), ()),
    "skew_duplication": Truth("Dskew(n)", lambda: _skew(), ()),
    "elimination": Truth("L(n)", lambda: _elimination(), ()),
    "symbol": Truth("S", lambda s: s),
    "number": Truth("2", lambda: 2.0, ()),
    "size": Truth("n", lambda: 3.0, ()),
    "levi": Truth("levi(i,j,k)*levi(i,j,l) -> [k,l]", lambda: 2 * np.eye(3), ()),
    "pi": Truth("pi", lambda: np.pi, ()),
}


def _elimination() -> Array:
    """vech by its definition, column by column of the identity."""
    return np.stack([_vech(np.eye(9)[k].reshape(3, 3).T) for k in range(9)], axis=1)


def _elimination_of_symmetric() -> Array:
    """vech of the symmetric part: the pseudo-inverse of D (Magnus and Neudecker 1980)."""
    parts = [np.eye(9)[k].reshape(3, 3) for k in range(9)]
    return np.stack([_vech((part + part.T) / 2) for part in parts], axis=1)


def _skew() -> Array:
    columns = []
    for i, j in [(i, j) for i, j in triangular_places(3) if i > j]:
        e = np.zeros((3, 3))
        e[i, j], e[j, i] = 1, -1
        columns.append(e.T.ravel())
    return np.stack(columns, axis=1)


def _spectrum(s: Array) -> tuple[Array, Array]:
    return np.linalg.eigh((s + s.T) / 2)


def _directed(u: Array) -> Array:
    return u * np.sign(u[np.argmax(abs(u))])


def _singular(a: Array) -> tuple[Array, Array]:
    """The first pair of singular vectors, with the largest of all entries positive."""
    u, _, vh = np.linalg.svd(a)
    both = _directed(np.concatenate([u[:, 0], vh[0]]))
    return both[: len(a)], both[len(a) :]


def _of_spectrum(f: Callable[[Array], Array], s: Array) -> Array:
    values, vectors = _spectrum(s)
    return (vectors * f(values)) @ vectors.T


_PART = "(S + S')/2"
GROWTH = td.matrix_function("g", "s*exp(s)")
TRUTHS |= {
    "eigvals": Truth(f"eigvals({_PART})", lambda s: _spectrum(s)[0]),
    "lambda_max": Truth(f"lambda_max({_PART})", lambda s: _spectrum(s)[0][-1]),
    "lambda_min": Truth(f"lambda_min({_PART})", lambda s: _spectrum(s)[0][0]),
    "eigvec_max": Truth(f"eigvec_max({_PART})", lambda s: _directed(_spectrum(s)[1][:, -1])),
    "eigvec_min": Truth(f"eigvec_min({_PART})", lambda s: _directed(_spectrum(s)[1][:, 0])),
    "sinm": Truth(f"sinm({_PART})", lambda s: _of_spectrum(np.sin, s)),
    "cosm": Truth(f"cosm({_PART})", lambda s: _of_spectrum(np.cos, s)),
    "signm": Truth(f"signm(2*eye(n) - {_PART})", lambda s: _of_spectrum(np.sign, 2 * np.eye(len(s)) - s)),
    "map": Truth(f"g({_PART})", lambda s: _of_spectrum(lambda x: x * np.exp(x), s), functions=[GROWTH]),
    "singvals": Truth(f"singvals({_PART})", lambda s: np.linalg.svd((s + s.T) / 2)[1]),
    "norm_spec": Truth("norm_spec(A)", lambda a: np.linalg.norm(a, 2), ("A",)),
    "norm_p": Truth("norm_p(A,3)", lambda a: (np.abs(a) ** 3).sum() ** (1 / 3), ("A",)),
    "norm": Truth("norm(A,3)", lambda a: (np.abs(a) ** 3).sum() ** (1 / 3), ("A",)),
    "cond": Truth("cond(A)", np.linalg.cond, ("A",)),
    "norm_nuc": Truth("norm_nuc(A)", lambda a: np.linalg.norm(a, "nuc"), ("A",)),
    "kyfan": Truth("kyfan(A,1)", lambda a: np.linalg.norm(a, 2), ("A",)),
    "left_sv": Truth("left_sv(A)", lambda a: _singular(a)[0], ("A",)),
    "right_sv": Truth("right_sv(A)", lambda a: _singular(a)[1], ("A",)),
}

for _name, _record in OPERATIONS.items():
    if _name not in TRUTHS:
        TRUTHS[_name] = Truth(f"{_record.word}(S)", MATRIX[_name])


def arrays(seed: int, *, symmetric: bool = False, kind: type = float) -> dict[str, Array]:
    """Values of all names: S, R and Q near positive definite ones, so that every function has a value."""
    rng = np.random.default_rng(seed)

    def draw(*shape: int) -> Array:
        real = rng.uniform(-1, 1, shape)
        return real + 1j * rng.uniform(-1, 1, shape) if kind is complex else real

    n, m = SIZES["n"], SIZES["m"]
    found = {
        "S": 2 * np.eye(n) + 0.4 * draw(n, n), "R": 3 * np.eye(n) + 0.4 * draw(n, n), "Q": 2 * np.eye(m) + 0.4 * draw(m, m),
        "A": 2 + draw(n, m), "B": 3 + draw(n, m), "C": draw(m, n), "x": draw(n), "y": draw(n), "a": 1.5 + draw(),
        "u": draw(3), "v": draw(3), "w": draw(n * m),
        "M": 2 * np.eye(n * m) + 0.4 * draw(n * m, n * m),
    }  # fmt: skip
    if symmetric:
        found |= {name: (found[name] + found[name].T) / 2 for name in "SRQ"}
    return found


def is_definite(name: str) -> bool:
    """Whether the operation's operand must be symmetric."""
    return OPERATIONS[name].domain == "definite"


__all__ = ["SHAPES", "SIZES", "TRUTHS", "Truth", "arrays", "is_definite"]
