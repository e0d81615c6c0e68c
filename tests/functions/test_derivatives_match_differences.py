"""Every derivative rule of the registry, to second order, against central differences of the plain reference."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from tensordiff.differentiate import differentiate
from tensordiff.functions import (
    ADJUGATE,
    CHOL,
    DET,
    ELEMENTWISE,
    EXPM,
    INVERSE,
    LOGDET,
    LOGM,
    MATRIX,
    SQRTM,
    Frechet,
    MatrixFunction,
    matrix_power,
    power,
)
from tensordiff.tensor import Dim, Symbol, Tensor, apply, einsum, size
from tests.reference import value

SIZES = {"n": 3, "m": 2}
N, M = Dim.named("n"), Dim.named("m")
X = Symbol.make("x", (N, M))
Y = Symbol.make("y", (N, M))
C = Symbol.make("c", ())
A = Symbol.make("A", (N, N))
SMALL = Symbol.make("A", (M, M))
WIDE = Symbol.make("A", (N, M, N, M))
"""A matrix whose rows and columns are compound: n*m by n*m."""

POSITIVE = {"gammaln", "digamma", "logit", "log", "sqrt", "log2", "log10", "reciprocal", "arcosh", "cot", "csc"}


def _entries(name: str, rng: np.random.Generator) -> np.ndarray:
    """Values inside the domain, of both signs where that may be, away from kinks."""
    if name == "arcosh":
        return rng.uniform(1.3, 2.5, (3, 2))
    entries = rng.uniform(0.2, 0.8, (3, 2))
    return entries if name in POSITIVE else entries * rng.choice([-1, 1], (3, 2))


def _differences(f: Tensor, symbol: Symbol, arrays: dict[str, np.ndarray], step: float = 1e-5) -> np.ndarray:
    """d f / d symbol entry by entry, axes of f first."""
    base = arrays[symbol.name]
    columns = []
    for place in np.ndindex(base.shape):
        shift = np.zeros_like(base)
        shift[place] = step
        up, down = (value(f, {**arrays, symbol.name: base + sign * shift}, SIZES) for sign in (1, -1))
        columns.append((up - down) / (2 * step))
    return np.stack(columns, axis=-1).reshape(*columns[0].shape, *base.shape)


def _check(f: Tensor, symbol: Symbol, arrays: dict[str, np.ndarray], orders: int = 2) -> None:
    for _ in range(orders):
        derivative = differentiate(f, symbol)
        expected = _differences(f, symbol, arrays)
        np.testing.assert_allclose(value(derivative, arrays, SIZES), expected, rtol=2e-6, atol=2e-6)
        f = derivative


@pytest.mark.parametrize("name", sorted(name for name, f in ELEMENTWISE.items() if f.arguments == (1, 1)))
def test_elementwise(name: str) -> None:
    arrays = {"x": _entries(name, np.random.default_rng(0))}
    _check(apply(ELEMENTWISE[name], X), X, arrays)


@pytest.mark.parametrize("name", ["max", "min"])
@pytest.mark.parametrize("symbol", [X, Y])
def test_extremum_of_two(name: str, symbol: Symbol) -> None:
    rng = np.random.default_rng(1)
    arrays = {"x": rng.normal(size=(3, 2)), "y": rng.normal(size=(3, 2))}
    _check(apply(ELEMENTWISE[name], X, Y), symbol, arrays)


@pytest.mark.parametrize("exponent", [2, 3, -1, -2, Fraction(1, 2), Fraction(-3, 2)])
def test_power_by_base(exponent: Fraction) -> None:
    arrays = {"x": np.random.default_rng(2).uniform(0.5, 1.5, (3, 2))}
    _check(power(X, exponent), X, arrays)


@pytest.mark.parametrize("symbol", [X, C])
def test_power_with_a_scalar_exponent(symbol: Symbol) -> None:
    arrays = {"x": np.random.default_rng(3).uniform(0.5, 1.5, (3, 2)), "c": np.array(1.7)}
    _check(power(X, C), symbol, arrays)


@pytest.mark.parametrize("symbol", [X, Y])
def test_power_with_an_exponent_for_every_entry(symbol: Symbol) -> None:
    rng = np.random.default_rng(4)
    arrays = {"x": rng.uniform(0.5, 1.5, (3, 2)), "y": rng.uniform(-2, 2, (3, 2))}
    _check(power(X, Y), symbol, arrays)


def test_power_of_a_scalar_base() -> None:
    arrays = {"y": np.random.default_rng(4).uniform(-2, 2, (3, 2)), "c": np.array(1.7)}
    _check(power(C, Y), C, arrays)
    _check(power(C, Y), Y, arrays)


def _square(symbol: Symbol, rng: np.random.Generator) -> np.ndarray:
    """A matrix near the identity, so that every function exists, without any symmetry."""
    shape = [dim.size(SIZES) for dim in symbol.dims]
    length = int(np.prod(shape[: len(shape) // 2]))
    return (1.5 * np.eye(length) + 0.4 * rng.uniform(-1, 1, (length, length))).reshape(shape)


@pytest.mark.parametrize("name", [name for name, f in MATRIX.items() if isinstance(f, MatrixFunction)])
def test_matrix_functions(name: str) -> None:
    orders = 1 if name in ("expm", "logm", "sqrtm") else 2
    _check(apply(MATRIX[name], A), A, {"A": _square(A, np.random.default_rng(5))}, orders)
    _check(apply(MATRIX[name], SMALL), SMALL, {"A": _square(SMALL, np.random.default_rng(6))}, 2)


@pytest.mark.parametrize("function", [INVERSE, DET, LOGDET, ADJUGATE, EXPM], ids=lambda f: f.name)
def test_matrix_functions_on_compound_axes(function: object) -> None:
    f = apply(function, WIDE)
    if f.dims:  # one entry of every column is enough
        f = einsum([(f, "iajb")], "ib")
    _check(f, WIDE, {"A": _square(WIDE, np.random.default_rng(7))}, 1)


@pytest.mark.parametrize("k", [-3, -2, 2, 3, 5])
def test_matrix_power(k: int) -> None:
    _check(matrix_power(A, k), A, {"A": _square(A, np.random.default_rng(8))})


def test_matrix_power_with_a_size_as_exponent() -> None:
    _check(matrix_power(A, size(M)), A, {"A": _square(A, np.random.default_rng(9))})
    _check(matrix_power(SMALL, size(N)), SMALL, {"A": _square(SMALL, np.random.default_rng(9))})


def test_high_matrix_power() -> None:
    small = 0.8 * _square(SMALL, np.random.default_rng(10))
    f = matrix_power(SMALL, 70)
    np.testing.assert_allclose(
        value(differentiate(f, SMALL), {"A": small}, SIZES), _differences(f, SMALL, {"A": small}, 1e-7), rtol=1e-5
    )


@pytest.mark.parametrize("function", [EXPM, LOGM, SQRTM], ids=lambda f: f.name)
def test_second_frechet_derivative_on_a_larger_matrix(function: object) -> None:
    arrays = {"A": _square(A, np.random.default_rng(11))}
    f = einsum([(apply(Frechet(function, 1), A), "ijkl")], "il")
    _check(f, A, arrays, 1)


def test_cholesky_within_symmetric_matrices() -> None:
    rng = np.random.default_rng(12)
    root = rng.normal(size=(3, 3))
    arrays = {"A": root @ root.T + np.eye(3)}
    derivative = value(differentiate(apply(CHOL, A), A), arrays, SIZES)
    second = value(differentiate(differentiate(apply(CHOL, A), A), A), arrays, SIZES)
    step = 1e-6
    for _ in range(4):
        direction = rng.normal(size=(3, 3))
        direction += direction.T
        shifted = [{"A": arrays["A"] + sign * step * direction} for sign in (1, -1)]
        for f, of_f in ((apply(CHOL, A), derivative), (differentiate(apply(CHOL, A), A), second)):
            up, down = (value(f, at, SIZES) for at in shifted)
            np.testing.assert_allclose(np.tensordot(of_f, direction), (up - down) / (2 * step), rtol=1e-6, atol=1e-8)
