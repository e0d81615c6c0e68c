"""Exact and high-precision arithmetic against fractions, integers of any size, and NumPy."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tensordiff.errors import EvaluationError
from tensordiff.evaluate.double import NumpyOps
from tensordiff.evaluate.field import NotRational
from tensordiff.evaluate.high_precision import MpmathOps
from tensordiff.evaluate.interpret import interpret
from tensordiff.evaluate.modular import PRIMES, ModularOps, Unlucky
from tensordiff.evaluate.rational import RationalOps
from tensordiff.functions import (
    ADJUGATE,
    CHOL,
    DET,
    ELEMENTWISE,
    EXPM,
    INVERSE,
    LOGDET,
    LOGM,
    MATRIX_POWER,
    PI,
    SQRTM,
    Duplication,
    Elimination,
    Frechet,
    LowerMask,
    Unit,
    constant,
    matrix_power,
    power,
)
from tensordiff.tensor import (
    Dim,
    Symbol,
    Tensor,
    add,
    apply,
    einsum,
    identity,
    multiply,
    number,
    scale,
    size,
    zero,
)
from tests.functions.arguments import applied

SIZES = {"n": 4, "m": 3}
N, M = Dim.named("n"), Dim.named("m")
A = Symbol.make("A", (N, N))
B = Symbol.make("B", (M, M))
X = Symbol.make("X", (N, M))
U = Symbol.make("u", (N,))
INVERSE_OF_A = apply(INVERSE, A)

RATIONAL: list[Tensor] = [
    einsum([(A, "ij"), (X, "jk"), (X, "ik")], ""),
    apply(INVERSE, einsum([(X, "ki"), (INVERSE_OF_A, "kl"), (X, "lj")], "ij")),
    einsum([(INVERSE_OF_A, "ik"), (INVERSE_OF_A, "lj")], "ijkl"),
    apply(DET, A),
    apply(ADJUGATE, A),
    matrix_power(A, -3),
    matrix_power(A, size(M)),
    apply(Frechet(MATRIX_POWER, 1), B, size(N)),
    power(U, -2),
    power(U, size(M)),
    scale(Fraction(-5, 7), einsum([(U, "i")], "iji", {"j": M})),
    add([(Fraction(1, 3), A), (2, identity((N,)))]),
    multiply(size(N), constant(LowerMask(N))),
    constant(Duplication(M)),
    constant(Elimination(M)),
    constant(Unit(N, 2)),
    zero((N, M)),
    number(Fraction(3, 11)),
    einsum([(A, (i, i + 1)) for i in range(60)], (0, 60)),
]


def _integers(seed: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    arrays = {"A": (4, 4), "B": (3, 3), "X": (4, 3), "u": (4,)}
    return {name: rng.integers(1, 50, shape) * rng.choice([-1, 1], shape) for name, shape in arrays.items()}


def _run(ops: Any, nodes: list[Tensor], seed: int = 0) -> list[np.ndarray]:
    return interpret(nodes, {name: ops.literal(array) for name, array in _integers(seed).items()}, SIZES, ops)


def _floats(array: np.ndarray) -> np.ndarray:
    return np.array([float(x) for x in array.ravel()]).reshape(array.shape)


def _residues(array: np.ndarray, prime: int) -> np.ndarray:
    flat = [x.numerator * pow(x.denominator, -1, prime) % prime for x in array.ravel().tolist()]
    return np.array(flat, dtype=np.int64).reshape(array.shape)


def test_fractions_agree_with_numpy() -> None:
    for exact, approximate in zip(_run(RationalOps(), RATIONAL), _run(NumpyOps(), RATIONAL), strict=True):
        np.testing.assert_allclose(approximate, _floats(exact), rtol=1e-7)


@pytest.mark.parametrize("prime", PRIMES)
def test_residues_are_those_of_the_fractions(prime: int) -> None:
    for exact, residues in zip(_run(RationalOps(), RATIONAL), _run(ModularOps(prime), RATIONAL), strict=True):
        np.testing.assert_array_equal(_residues(exact, prime), residues)


def test_high_precision_agrees_with_fractions_to_many_digits() -> None:
    ops = MpmathOps(digits=40)
    for exact, digits in zip(_run(RationalOps(), RATIONAL), _run(ops, RATIONAL), strict=True):
        for x, y in zip(exact.ravel().tolist(), digits.ravel().tolist(), strict=True):
            expected = ops.mp.mpf(x.numerator) / x.denominator
            assert abs(expected - y) <= ops.mp.mpf(10) ** -30 * (1 + abs(expected))


def test_primes_are_prime_and_fit() -> None:
    from sympy import isprime

    assert all(isprime(p) and p < 2**31 for p in PRIMES)
    assert len(set(PRIMES)) == len(PRIMES)


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 6), st.integers(1, 40), st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_products_of_large_residues_do_not_overflow(rows: int, inner: int, columns: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    prime = PRIMES[0]
    a, b = rng.integers(prime - 1000, prime, (rows, inner)), rng.integers(prime - 1000, prime, (inner, columns))
    expected = (a.astype(object) @ b.astype(object)) % prime
    np.testing.assert_array_equal(ModularOps(prime).matmul(a, b), expected.astype(np.int64))


def test_long_products_do_not_overflow_either() -> None:
    prime = PRIMES[0]
    a = np.full((1, 40_000), prime - 1)
    assert ModularOps(prime).matmul(a, a.T)[0, 0] == 40_000 % prime


def test_the_adjugate_of_a_singular_matrix_is_exact() -> None:
    singular = np.array([[1, 2, 3], [2, 4, 6], [1, 1, 1]])
    expected = np.array([[-2, 1, 0], [4, -2, 0], [-2, 1, 0]])
    for ops in (RationalOps(), ModularOps(), MpmathOps(), NumpyOps()):
        got = ops.adjugate(ops.literal(singular))
        np.testing.assert_allclose(_floats(got), _floats(ops.literal(expected)), atol=1e-12)


def test_a_division_by_zero_modulo_the_prime_is_bad_luck() -> None:
    prime = PRIMES[0]
    ops = ModularOps(prime)
    for node, arrays in [
        (power(U, -1), {"u": np.array([1, 2, prime, 3])}),
        (apply(INVERSE, B), {"B": np.ones((3, 3), dtype=np.int64)}),
    ]:
        with pytest.raises(Unlucky):
            interpret([node], {k: ops.literal(v) for k, v in arrays.items()}, SIZES, ops)
    with pytest.raises(Unlucky):
        ops.constant(Fraction(1, prime))


def test_a_division_by_zero_in_fractions_is_an_error() -> None:
    ops = RationalOps()
    with pytest.raises(EvaluationError):
        interpret([apply(INVERSE, B)], {"B": ops.literal(np.ones((3, 3), dtype=int))}, SIZES, ops)


IRRATIONAL = [
    power(U, Fraction(1, 2)),
    power(number(2), Fraction(1, 2)),
    power(U, Symbol.make("c", ())),
    apply(LOGDET, A),
    apply(EXPM, A),
    *(apply(ELEMENTWISE[name], U) for name in ("exp", "log", "sin", "tanh", "abs", "sign", "relu", "sigmoid", "erf")),
]


@pytest.mark.parametrize("node", IRRATIONAL, ids=repr)
@pytest.mark.parametrize("ops", [ModularOps(), RationalOps()], ids=["modular", "rational"])
def test_what_is_not_rational_is_refused(ops: Any, node: Tensor) -> None:
    arrays = {**_integers(0), "c": np.array(2)}
    with pytest.raises(NotRational):
        interpret([node], {name: ops.literal(array) for name, array in arrays.items()}, SIZES, ops)


def test_pi_is_an_indeterminate_of_modular_arithmetic() -> None:
    pi = constant(PI)
    ratio = multiply(power(pi, 2), power(pi, -2))
    assert _run(ModularOps(pi=12345), [pi, ratio]) == [12345, 1]
    with pytest.raises(NotRational):
        _run(RationalOps(), [pi])


def _near_identity(ops: Any) -> dict[str, np.ndarray]:
    small = _integers(1)["B"]
    root = np.array([[Fraction(int(x), 200) for x in row] for row in small], dtype=object)
    eye = np.eye(3, dtype=int).astype(object)
    return {"B": ops.literal((root + eye) @ (root + eye).T), "u": ops.literal(_integers(1)["u"] / 64)}


TRANSCENDENTAL = [
    *(
        apply(f, U)
        for name, f in ELEMENTWISE.items()
        if f.arguments == (1, 1) and name not in {"log", "log2", "log10", "sqrt", "arcosh", "gammaln", "digamma", "logit"}
    ),
    *(applied(ELEMENTWISE[name], U, U) for name in ("gammaln", "digamma", "polygamma", "logit", "logaddexp", "hypot", "atan2")),
    applied(ELEMENTWISE["xlogy"], U, ELEMENTWISE["exp"](U)),
    *(apply(ELEMENTWISE[name], multiply(U, U)) for name in ("log", "log2", "log10", "sqrt")),
    apply(ELEMENTWISE["arcosh"], add([(1, ELEMENTWISE["exp"](multiply(U, U)))])),
    power(ELEMENTWISE["exp"](U), Fraction(2, 3)),
    *(apply(f, B) for f in (EXPM, LOGM, SQRTM, LOGDET, CHOL)),
    apply(Frechet(SQRTM, 1), B),
    matrix_power(B, -2),
    constant(PI),
]


def test_high_precision_agrees_with_double_precision() -> None:
    exact, double = MpmathOps(), NumpyOps()
    many = interpret(TRANSCENDENTAL, _near_identity(exact), SIZES, exact)
    few = interpret(TRANSCENDENTAL, _near_identity(double), SIZES, double)
    for node, x, y in zip(TRANSCENDENTAL, many, few, strict=True):
        np.testing.assert_allclose(y, _floats(x), rtol=1e-9, atol=1e-12, err_msg=repr(node))


def test_high_precision_refuses_what_is_not_real() -> None:
    ops = MpmathOps()
    inputs = {"u": ops.literal(np.array([1.0, -2.0, 0.0, 3.0])), "B": ops.literal(-np.eye(3))}
    for node in (ELEMENTWISE["log"](U), power(U, Fraction(1, 2)), power(U, -1), apply(SQRTM, B), apply(CHOL, B)):
        with pytest.raises(EvaluationError):
            interpret([node], inputs, SIZES, ops)


def test_each_high_precision_context_has_its_own_precision() -> None:
    few, many = MpmathOps(digits=20), MpmathOps(digits=60)
    third = Fraction(1, 3)
    assert str(few.constant(third)[()]) != str(many.constant(third)[()])
    assert len(str(many.divide(many.constant(1), many.constant(3))[()])) > 50
