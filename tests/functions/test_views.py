"""Elementwise functions commute with broadcasts of contractions."""

import numpy as np

from tensordiff.functions import EXP
from tensordiff.tensor import Dim, Symbol, apply, einsum
from tests.reference import value


def test_a_contraction_that_is_broadcast_keeps_its_value():
    n, m, p = (Dim.named(name) for name in "nmp")
    X = Symbol.make("X", (n, m))
    squares = einsum([(X, "ia"), (X, "ia")], "ij", {"j": p})
    array = np.random.default_rng(0).normal(size=(4, 3))
    want = np.exp(np.repeat((array**2).sum(1)[:, None], 2, axis=1))
    np.testing.assert_allclose(value(apply(EXP, squares), {"X": array}, {"n": 4, "m": 3, "p": 2}), want)
