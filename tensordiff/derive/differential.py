"""Derivatives of scalars in differentials: df = tr(G'*dX), df = g'*dx (Magnus and Neudecker, Matrix Differential Calculus,
the first identification theorem)."""

from __future__ import annotations

from itertools import takewhile

from tensordiff.matrix import Matrix, build
from tensordiff.matrix.linear import split_coefficient


def in_differentials(numerator: Matrix, direction: Matrix) -> Matrix:
    """A scalar's differential, from its derivative in the numerator layout (G', m-by-n for X n-by-m) and dX."""
    if direction.is_scalar or direction.is_vector:
        return build.product(numerator, direction)
    coefficient, core = split_coefficient(numerator)
    factors = core.children if core.op == "product" else (core,)
    scalars = tuple(takewhile(lambda factor: factor.is_scalar, factors))
    inner = build.product(*factors[len(scalars) :], direction)
    return build.scale(coefficient, build.product(*scalars, build.call("tr", inner)))
