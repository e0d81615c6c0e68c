"""Duplication, elimination, masks, units: identities of Magnus and Neudecker (1980), on NumPy arrays."""

from __future__ import annotations

import numpy as np
import pytest

from tensordiff.errors import EvaluationError
from tensordiff.evaluate.double import NumpyOps
from tensordiff.evaluate.interpret import interpret
from tensordiff.functions import PI, Duplication, Elimination, LowerMask, Unit, UpperMask, constant
from tensordiff.tensor import Dim

N = Dim.named("n")


def _array(function: object, n: int = 4) -> np.ndarray:
    return interpret([constant(function)], {}, {"n": n}, NumpyOps())[0]


def _vec(matrix: np.ndarray) -> np.ndarray:
    return matrix.ravel(order="F")


def _vech(matrix: np.ndarray) -> np.ndarray:
    return np.concatenate([matrix[j:, j] for j in range(len(matrix))])


@pytest.mark.parametrize("n", [1, 2, 4])
def test_duplication_and_elimination(n: int) -> None:
    d = _array(Duplication(N), n).reshape(n * n, -1)
    l = _array(Elimination(N), n).reshape(-1, n * n)
    a = np.random.default_rng(0).normal(size=(n, n))
    symmetric = a + a.T
    k = np.zeros((n * n, n * n))
    for i in range(n):
        for j in range(n):
            k[i * n + j, j * n + i] = 1
    np.testing.assert_array_equal(d @ _vech(symmetric), _vec(symmetric))
    np.testing.assert_array_equal(l @ _vec(a), _vech(a))
    np.testing.assert_array_equal(k @ d, d)
    np.testing.assert_array_equal(l @ d, np.eye(n * (n + 1) // 2))
    np.testing.assert_array_equal(l @ l.T, np.eye(n * (n + 1) // 2))
    np.testing.assert_array_equal(d @ d.T, np.eye(n * n) + k - np.diag(_vec(np.eye(n))))


def test_masks_units_and_pi() -> None:
    np.testing.assert_array_equal(_array(LowerMask(N)), np.tril(np.ones((4, 4))))
    np.testing.assert_array_equal(_array(UpperMask(N)), np.triu(np.ones((4, 4))))
    np.testing.assert_array_equal(_array(Unit(N, 3)), [0, 0, 1, 0])
    assert _array(PI) == np.pi
    with pytest.raises(EvaluationError):
        _array(Unit(N, 5))
