"""The pseudo-inverse of a matrix of full rank."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tensordiff.errors import DomainError, ShapeError
from tensordiff.functions.eigen import gap_inverse
from tensordiff.functions.inverse import INVERSE
from tensordiff.functions.matrix_function import WholeMatrix, transpose
from tensordiff.functions.power import power
from tensordiff.functions.views import split_scalars
from tensordiff.tensor import (
    Apply,
    Dim,
    Einsum,
    Tensor,
    add,
    apply,
    dims_text,
    einsum,
    identity,
    is_zero,
    multiply,
    scale,
    split_coefficient,
)


class PseudoInverse(WholeMatrix):
    """pinv(A), m-by-n for A n-by-m: inv(A'A) A' where n >= m, A' inv(A A') where n <= m; A has full rank.

    With P = pinv(A): dP = -P dA P + P P' dA' (I - A P) + (I - P A) dA' P' P (Golub and Pereyra 1973, eq. 4.12). Full rank is
    part of the definition: a matrix of lower rank has a pseudo-inverse, but no derivative of it.
    """

    name = "pinv"
    doc = "The pseudo-inverse of a matrix of full rank."
    real_only = True
    shape = "pseudo-inverse"
    transposes = "outside"
    meets_scalars = True
    domain = "full-rank"
    result = "alike"

    def of_scalar(self, form: Any, x: Any) -> Any:
        return form.divide(form.number(1), x)

    def result_dims(self, arguments: Sequence[Tensor]) -> tuple[Dim, ...]:
        dims = arguments[0].dims
        if len(dims) != 2:
            raise ShapeError(f"pinv needs a matrix with single axes, got {dims_text(dims)}")
        return dims[::-1]

    def derivative(self, arguments: Sequence[Tensor], position: int) -> Tensor:
        (a,) = arguments
        p = apply(self, a)
        rows, columns = a.dims
        off_rows = add([(1, identity((rows,))), (-1, einsum([(a, "ik"), (p, "kj")], "ij"))])
        off_columns = add([(1, identity((columns,))), (-1, einsum([(p, "ik"), (a, "kj")], "ij"))])
        return add(
            [
                (-1, einsum([(p, "ik"), (p, "lj")], "ijkl")),
                (1, einsum([(p, "ia"), (p, "la"), (off_rows, "kj")], "ijkl")),
                (1, einsum([(off_columns, "il"), (p, "ak"), (p, "aj")], "ijkl")),
            ]
        )

    def simplify(self, arguments: Sequence[Tensor]) -> Tensor | None:
        (argument,) = arguments
        if is_zero(argument):
            raise DomainError("the pseudo-inverse of a zero matrix", hint="pinv is defined for matrices of full rank")
        if argument.rank == 2 and argument.dims[0] is argument.dims[1]:
            return gap_inverse(argument) or apply(INVERSE, argument)
        coefficient, core = split_coefficient(argument)
        if coefficient != 1:
            return scale(1 / coefficient, apply(self, core))
        scalar, rest = split_scalars(argument)
        if scalar is not None:
            return multiply(power(scalar, -1), apply(self, rest))
        if isinstance(argument, Apply) and argument.function == self:
            return argument.children[0]
        if isinstance(argument, Einsum) and len(argument.factors) == 1 and argument.factors[0][1] == argument.output[::-1]:
            return transpose(apply(self, argument.factors[0][0]))
        return None

    def evaluate(self, ops: Any, *args: Any) -> Any:
        return ops.pinv(args[0])


PINV = PseudoInverse()
