"""Making a node simplifies it, equality rewrites it: both keep the value."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from tensordiff.functions import ELEMENTWISE, INVERSE, MATRIX, MatrixFunction, matrix_power, power
from tensordiff.tensor import (
    Apply,
    Assumption,
    Dim,
    Symbol,
    Tensor,
    add,
    apply,
    broadcast,
    einsum,
    identity,
    multiply,
    number,
    ones,
    permute,
    scale,
    zero,
)
from tests.reference import ELEMENTWISE as PLAIN
from tests.reference import MATRIX as PLAIN_MATRIX
from tests.reference import value

SIZES = {"n": 3, "m": 2}
N, M = Dim.named("n"), Dim.named("m")
X = Symbol.make("x", (N, M))
U = Symbol.make("u", (N,))
P = Symbol.make("p", (N,), assumption=Assumption.POSITIVE)
C = Symbol.make("c", ())
A = Symbol.make("A", (N, N))
B = Symbol.make("B", (N, N))

RNG = np.random.default_rng(0)
ARRAYS = {
    "x": RNG.uniform(1.1, 1.9, (3, 2)),
    "u": RNG.uniform(1.1, 1.9, 3),
    "p": RNG.uniform(1.1, 1.9, 3),
    "c": np.array(1.3),
    "A": 2 * np.eye(3) + 0.3 * RNG.uniform(-1, 1, (3, 3)),
    "B": np.eye(3) + 0.3 * RNG.uniform(-1, 1, (3, 3)),
}
BOUNDED = {"arcsin", "arccos", "artanh"}
ARGUMENTS = [
    X,
    scale(-2, X),
    scale(Fraction(1, 3), permute(X, (1, 0))),
    broadcast(C, (N, M)),
    einsum([(U, "i")], "ij", {"j": M}),
    einsum([(U, "i"), (P, "i")], "ji", {"j": M}),
    einsum([(X, "ik")], "ji", {"j": M}),
    einsum([(U, "i")], "ji", {"j": M, "k": N}),
    multiply(X, X),
    add([(-2, X), (4, power(X, 2))]),
    power(X, -1),
    power(X, Fraction(1, 2)),
    apply(ELEMENTWISE["exp"], X),
    apply(ELEMENTWISE["log"], X),
    apply(ELEMENTWISE["abs"], X),
    P,
    multiply(C, P),
]


def _domain(name: str, argument: Tensor) -> Tensor:
    """The argument brought into the function's domain."""
    squared = multiply(argument, argument)
    if name in BOUNDED:
        return scale(Fraction(1, 300), squared)
    if name == "arcosh":
        return add([(1, ones(argument.dims)), (1, squared)])
    return squared if name in ("log", "sqrt", "log2", "log10") else argument


@pytest.mark.parametrize("argument", ARGUMENTS, ids=range(len(ARGUMENTS)))
@pytest.mark.parametrize("name", sorted(name for name, f in ELEMENTWISE.items() if f.arguments == (1, 1)))
def test_elementwise(name: str, argument: Tensor) -> None:
    argument = _domain(name, argument)
    with np.errstate(invalid="ignore"):
        expected = PLAIN[name](value(argument, ARRAYS, SIZES))
    if not np.all(np.isfinite(expected)):
        return  # outside the domain: no value to keep
    made = apply(ELEMENTWISE[name], argument)
    assert made.dims == argument.dims
    np.testing.assert_allclose(value(made, ARRAYS, SIZES), expected, rtol=1e-10, atol=1e-12)
    if isinstance(made, Apply) and (rewritten := made.function.rewrite(made.children)) is not None:
        assert rewritten.dims == argument.dims
        np.testing.assert_allclose(value(rewritten, ARRAYS, SIZES), expected, rtol=1e-9, atol=1e-12)


EXPONENTS = [0, 1, 2, 3, -1, -2, Fraction(1, 2), Fraction(-3, 2), Fraction(2, 3)]
BASES = [
    *ARGUMENTS,
    number(8),
    number(Fraction(9, 50)),
    scale(12, U),
    power(scale(-1, U), 2),
    power(power(U, Fraction(1, 2)), 3),
    add([(2, multiply(C, U)), (6, multiply(C, P))]),
    add([(1, ones((N,))), (1, power(U, -1))]),
    apply(ELEMENTWISE["sin"], U),
    apply(ELEMENTWISE["sign"], U),
]


@pytest.mark.parametrize("exponent", EXPONENTS, ids=str)
@pytest.mark.parametrize("base", BASES, ids=range(len(BASES)))
def test_powers(base: Tensor, exponent: Fraction) -> None:
    at = value(base, ARRAYS, SIZES)
    if np.any(at < 0) and Fraction(exponent).denominator > 1:
        return  # not real
    expected = at ** float(exponent)
    made = power(base, exponent)
    assert made.dims == base.dims
    np.testing.assert_allclose(value(made, ARRAYS, SIZES), expected, rtol=1e-10)
    for node in (made, *made.children):
        if isinstance(node, Apply) and (rewritten := node.function.rewrite(node.children)) is not None:
            np.testing.assert_allclose(value(rewritten, ARRAYS, SIZES), value(node, ARRAYS, SIZES), rtol=1e-10)


@pytest.mark.parametrize("exponent", EXPONENTS, ids=str)
def test_powers_of_negative_bases(exponent: Fraction) -> None:
    arrays = {"u": -ARRAYS["u"]}
    for inner in (2, 3, -1, -2):
        base = power(U, inner)
        at = value(base, arrays, SIZES)
        if np.all(at > 0) or Fraction(exponent).denominator == 1:
            np.testing.assert_allclose(value(power(base, exponent), arrays, SIZES), at ** float(exponent), rtol=1e-10)


SQUARES = [
    A,
    scale(3, A),
    multiply(C, A),
    permute(A, (1, 0)),
    add([(2, A), (4, B)]),
    add([(2, multiply(C, A)), (-6, multiply(C, power(A, 2)))]),
    identity((N,)),
    einsum([(U, "i")], "ii"),
    apply(INVERSE, A),
    matrix_power(A, -2),
    apply(MATRIX["expm"], B),
    apply(MATRIX["sqrtm"], A),
    apply(MATRIX["adj"], A),
    einsum([(A, "ij"), (B, "kl")], "ikjl"),
    einsum([(permute(einsum([(A, "ij"), (B, "kl")], "ikjl"), (3, 2, 1, 0)), "abcd")], "abcd"),
    einsum([(Symbol.make("W", (N, M, N, M)), "abcd")], "badc"),
    einsum([(Symbol.make("W", (N, M, N, M)), "abcd")], "cdab"),
]
ARRAYS["W"] = (np.eye(6) + 0.1 * RNG.uniform(-1, 1, (6, 6))).reshape(3, 2, 3, 2)


def _as_matrix(array: np.ndarray) -> np.ndarray:
    length = int(np.sqrt(array.size))
    return array.reshape(length, length)


@pytest.mark.parametrize("argument", SQUARES, ids=range(len(SQUARES)))
@pytest.mark.parametrize("name", [name for name, f in MATRIX.items() if isinstance(f, MatrixFunction)])
def test_matrix_functions(name: str, argument: Tensor) -> None:
    at = _as_matrix(value(argument, ARRAYS, SIZES))
    if name in ("logm", "sqrtm") and np.any(np.linalg.eigvals(at).real <= 0):
        return  # no principal value
    if name == "logdet" and abs(np.linalg.det(at)) < 1e-9:
        return
    made = apply(MATRIX[name], argument)
    expected = np.asarray(PLAIN_MATRIX[name](at))
    np.testing.assert_allclose(_flat(value(made, ARRAYS, SIZES)), _flat(expected), rtol=1e-8, atol=1e-9)
    if isinstance(made, Apply) and (rewritten := made.function.rewrite(made.children)) is not None:
        np.testing.assert_allclose(_flat(value(rewritten, ARRAYS, SIZES)), _flat(expected), rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("k", [-3, -1, 0, 1, 2, 4])
@pytest.mark.parametrize("argument", SQUARES, ids=range(len(SQUARES)))
def test_matrix_powers(argument: Tensor, k: int) -> None:
    at = _as_matrix(value(argument, ARRAYS, SIZES))
    made = matrix_power(argument, k)
    assert made.dims == argument.dims
    expected = np.linalg.matrix_power(at, k)
    np.testing.assert_allclose(_flat(value(made, ARRAYS, SIZES)), _flat(expected), rtol=1e-8, atol=1e-9)


def _flat(array: np.ndarray) -> np.ndarray:
    return array.ravel()


def test_zero_arguments() -> None:
    nothing = zero((N, M))
    undefined = {"gammaln", "digamma", "logit", "log", "log2", "log10", "reciprocal", "arcosh", "csc", "cot"}
    for name in sorted({name for name, f in ELEMENTWISE.items() if f.arguments == (1, 1)} - undefined):
        made = apply(ELEMENTWISE[name], nothing)
        assert made.dims == (N, M)
        np.testing.assert_allclose(value(made, ARRAYS, SIZES), PLAIN[name](np.zeros((3, 2))), atol=1e-15)
