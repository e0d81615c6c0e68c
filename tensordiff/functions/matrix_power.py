"""Powers A^k of a square matrix, k an integer: a number, a size, or a scalar that is an integer when evaluated."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from tensordiff.errors import DomainError, MissingRuleError
from tensordiff.functions.determinant import DET
from tensordiff.functions.frechet import Frechet, turned
from tensordiff.functions.inverse import INVERSE
from tensordiff.functions.matrix_function import MatrixFunction, sandwich, scalar_part
from tensordiff.functions.power import power
from tensordiff.functions.views import diagonal_part, is_identity, split_scalars
from tensordiff.tensor import (
    ONE,
    Apply,
    Tensor,
    add,
    apply,
    as_number,
    identity,
    is_zero,
    multiply,
    number,
    scale,
    split_coefficient,
)

_MAX_TERMS = 64
"""Derivatives of higher powers stay one Frechet derivative."""


class MatrixPower(MatrixFunction):
    """A^k. For an integer k > 0: d(A^k)_ij / dA_kl = sum over p < k of (A^p)_ik (A^(k-1-p))_lj."""

    name = "matpow"
    primary = True
    operation = "matrix_power"
    exponent_argument = 1

    def derivative(self, arguments: Sequence[Tensor], position: int) -> Tensor:
        base, exponent = arguments
        if position == 1:
            raise MissingRuleError(
                "matpow: no derivative by the exponent of a matrix power",
                hint="the exponent of a matrix is an integer: it is no variable",
            )
        k = as_number(exponent)
        if k is None or abs(k) > _MAX_TERMS:
            return apply(Frechet(self, 1), base, exponent)
        order = int(k)
        if order > 0:
            pairs = [(matrix_power(base, p), matrix_power(base, order - 1 - p)) for p in range(order)]
            return add([(1, sandwich(left, right)) for left, right in pairs], base.dims * 2)
        pairs = [(matrix_power(base, -p), matrix_power(base, order - 1 + p)) for p in range(1, 1 - order)]
        return add([(-1, sandwich(left, right)) for left, right in pairs], base.dims * 2)

    def simplify(self, arguments: Sequence[Tensor]) -> Tensor | None:
        base, exponent = arguments
        k = as_number(exponent)
        if k is not None:
            if k.denominator != 1:
                raise DomainError(f"a matrix power needs an integer exponent, got {k}", hint="for the root use sqrtm")
            if k == 0:
                return identity(base.dims[: base.rank // 2])
            if k == 1:
                return base
            if k == -1:
                return apply(INVERSE, base)
            if is_zero(base) and k > 0:
                return base
        if is_identity(base):
            return base
        coefficient, core = split_coefficient(base)
        if coefficient != 1:
            return multiply(power(number(coefficient), exponent), apply(self, core, exponent))
        scalar, rest = split_scalars(base)
        if scalar is not None:
            return multiply(power(scalar, exponent), apply(self, rest, exponent))
        if isinstance(base, Apply) and base.function == INVERSE:
            return apply(self, base.children[0], scale(-1, exponent))
        if isinstance(base, Apply) and isinstance(base.function, MatrixFunction):
            closed = base.function.power_of(base.children, exponent)
            if closed is not None:
                return closed
        if (diagonal := diagonal_part(base)) is not None and k is not None:
            entries, diag = diagonal
            return diag(power(entries, k))
        return self.through_view(arguments)

    def rewrite(self, arguments: Sequence[Tensor]) -> Tensor | None:
        """What the terms of a sum share outside."""
        base, exponent = arguments
        if (part := scalar_part(base)) is None:
            return None
        scalar, rest = part
        return multiply(power(scalar, exponent), apply(self, rest, exponent))

    def power_of(self, arguments: Sequence[Tensor], exponent: Tensor) -> Tensor | None:
        return apply(self, arguments[0], multiply(arguments[1], exponent))

    def determinant_of(self, arguments: Sequence[Tensor]) -> Tensor | None:
        return power(apply(DET, arguments[0]), arguments[1])

    def trace_derivative(self, arguments: Sequence[Tensor], order: int) -> Tensor:
        """d tr(A^k) / dA_kl = k (A^(k-1))_lk, for any k."""
        base, exponent = arguments
        function = self if order == 1 else Frechet(self, order - 1)
        slope = apply(function, base, add([(1, exponent), (-1, ONE)]))
        return multiply(exponent, turned(slope, base.rank // 2))

    def matrix_value(self, ops: Any, matrix: Any, *parameters: Any) -> Any:
        return ops.matrix_power(matrix, parameters[0])


MATRIX_POWER = MatrixPower()


def matrix_power(base: Tensor, exponent: Tensor | int | Fraction) -> Tensor:
    """base^exponent for a square matrix."""
    return apply(MATRIX_POWER, base, exponent if isinstance(exponent, Tensor) else number(exponent))
