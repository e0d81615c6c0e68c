"""Traces of Frechet derivatives have closed forms: d tr f(A) = tr(f'(A) dA)."""

from __future__ import annotations

import numpy as np
import pytest

from tensordiff.functions import EXPM, LOGM, MATRIX_POWER, SQRTM, Frechet
from tensordiff.tensor import Dim, Symbol, Tensor, apply, einsum, number, size
from tests.reference import value

SIZES = {"n": 2, "m": 3}
N, M = Dim.named("n"), Dim.named("m")
A = Symbol.make("A", (N, N))
WIDE = Symbol.make("A", (N, M, N, M))
BIG = Symbol.make("A", (M, M))


def _matrix(shape: tuple[int, ...]) -> np.ndarray:
    length = int(np.prod(shape[: len(shape) // 2]))
    rng = np.random.default_rng(0)
    return (1.5 * np.eye(length) + 0.4 * rng.uniform(-1, 1, (length, length))).reshape(shape)


def _check(function: Frechet, *arguments: Tensor) -> None:
    argument = arguments[0]
    half = argument.rank // 2
    arrays = {"A": _matrix(tuple(dim.size(SIZES) for dim in argument.dims))}
    tensor = apply(function, *arguments)
    rows = tuple(range(half))
    rest = tuple(range(10, 10 + tensor.rank - 2 * half))
    expected = value(einsum([(tensor, rows + rows + rest)], rest), arrays, SIZES)
    closed = function.trace_rule(*arguments)
    assert closed.dims == tensor.dims[2 * half :]
    np.testing.assert_allclose(value(closed, arrays, SIZES), expected, rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize("function", [EXPM, LOGM, SQRTM], ids=lambda f: f.name)
def test_trace_of_a_frechet_derivative(function: object, order: int) -> None:
    _check(Frechet(function, order), A)


@pytest.mark.parametrize("order", [1, 2])
def test_trace_of_the_derivative_of_a_symbolic_power(order: int) -> None:
    _check(Frechet(MATRIX_POWER, order), A, size(M))
    _check(Frechet(MATRIX_POWER, order), A, number(5))


def test_on_compound_axes() -> None:
    _check(Frechet(EXPM, 1), WIDE)
    _check(Frechet(LOGM, 1), WIDE)


@pytest.mark.parametrize("function", [EXPM, LOGM, SQRTM], ids=lambda f: f.name)
def test_the_derivative_at_a_transpose_is_read_from_the_matrix_itself(function: object) -> None:
    arrays = {"A": _matrix((3, 3))}
    at_transpose = apply(Frechet(function, 1), einsum([(BIG, "ij")], "ji"))
    expected = value(apply(Frechet(function, 1), BIG), {"A": arrays["A"].T}, SIZES)
    np.testing.assert_allclose(value(at_transpose, arrays, SIZES), expected, rtol=1e-8)
