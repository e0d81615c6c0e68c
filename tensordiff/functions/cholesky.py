"""The Cholesky factor of a symmetric positive definite matrix."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from tensordiff.errors import ShapeError
from tensordiff.functions.constants import LowerMask, constant
from tensordiff.functions.inverse import INVERSE
from tensordiff.functions.matrix_function import WholeMatrix
from tensordiff.functions.power import power
from tensordiff.functions.signs import is_positive
from tensordiff.functions.views import diagonal_part, is_identity, split_scalars
from tensordiff.tensor import (
    Dim,
    Tensor,
    add,
    apply,
    dims_text,
    einsum,
    identity,
    multiply,
    number,
    split_coefficient,
    split_square,
)

HALF = Fraction(1, 2)


class Cholesky(WholeMatrix):
    """chol(A) = L, lower triangular with a positive diagonal and L L' = A, for symmetric positive definite A.

    dL = L Phi(inv(L) dA inv(L)'), where Phi keeps the lower triangle and halves the diagonal (Smith 1995; Murray 2016,
    eq. 8). The matrix is symmetric, so the derivative is the one within symmetric matrices: dA enters symmetrised.
    Not a function that commutes with transposition: chol(A') = chol(A), not chol(A)'.
    """

    name = "chol"
    doc = "The Cholesky factor of a symmetric positive definite matrix, lower triangular."
    real_only = True
    shape = "single-square"
    domain = "definite"
    result = "lower-triangular"

    def of_scalar(self, form: Any, x: Any) -> Any:
        return form.call("sqrt", x)

    def result_dims(self, arguments: Sequence[Tensor]) -> tuple[Dim, ...]:
        (argument,) = arguments
        split_square(self.name, argument)
        if argument.rank != 2:
            raise ShapeError(f"chol needs a matrix with single axes, got {dims_text(argument.dims)}")
        return argument.dims

    def derivative(self, arguments: Sequence[Tensor], position: int) -> Tensor:
        (argument,) = arguments
        factor = apply(self, argument)
        inverse = apply(INVERSE, factor)
        dim = argument.dims[0]
        phi = add([(1, constant(LowerMask(dim))), (-HALF, identity((dim,)))])
        halves = [
            einsum([(factor, "ia"), (phi, "aj"), (inverse, "a" + first), (inverse, "j" + second)], "ijkl")
            for first, second in ("kl", "lk")
        ]
        return add([(HALF, half) for half in halves])

    def simplify(self, arguments: Sequence[Tensor]) -> Tensor | None:
        (argument,) = arguments
        if is_identity(argument):
            return argument
        coefficient, core = split_coefficient(argument)
        if coefficient > 0 and coefficient != 1:
            return multiply(apply(self, core), power(number(coefficient), HALF))
        scalar, rest = split_scalars(argument)
        if scalar is not None and is_positive(scalar):
            return multiply(apply(self, rest), power(scalar, HALF))
        if (diagonal := diagonal_part(argument)) is not None:
            entries, diag = diagonal
            return diag(power(entries, HALF))
        return None

    def evaluate(self, ops: Any, *args: Any) -> Any:
        return ops.cholesky_factor(args[0])


CHOL = Cholesky()
