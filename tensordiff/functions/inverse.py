"""The inverse of a square matrix."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any

from tensordiff.errors import DomainError
from tensordiff.functions.matrix_function import MatrixFunction, sandwich, scalar_part, transpose
from tensordiff.functions.power import power
from tensordiff.functions.views import diagonal_part, is_identity, split_scalars
from tensordiff.tensor import Apply, Symbol, Tensor, apply, is_zero, multiply, number, scale, split_coefficient


class Inverse(MatrixFunction):
    """inv(A); d inv(A)_ij / dA_kl = -inv(A)_ik inv(A)_lj (Matrix Cookbook, eq. 60)."""

    name = "inv"
    doc = "The inverse of a square matrix. Of a tensor: of the matrices on its last two axes."
    shape = "over-matrices"
    domain = "invertible"
    superscript = "-1"
    primary = True
    elsewhere = MappingProxyType({"inverse": "inv(A)"})

    def of_scalar(self, form: Any, x: Any) -> Any:
        return form.divide(form.number(1), x)

    def to_sympy(self, sympy: Any, *arguments: Any) -> Any:
        return sympy.Inverse(*arguments)

    def derivative(self, arguments: Sequence[Tensor], position: int) -> Tensor:
        inverse = apply(self, arguments[0])
        return scale(-1, sandwich(inverse, inverse))

    def simplify(self, arguments: Sequence[Tensor]) -> Tensor | None:
        (argument,) = arguments
        if is_zero(argument):
            raise DomainError("the inverse of a zero matrix", hint="the matrix is zero for every value of the variables")
        if is_identity(argument):
            return argument
        coefficient, core = split_coefficient(argument)
        if coefficient != 1:
            return scale(1 / coefficient, apply(self, core))
        scalar, rest = split_scalars(argument)
        if scalar is not None:
            return multiply(power(scalar, -1), apply(self, rest))
        if isinstance(argument, Apply) and argument.function == self:
            return argument.children[0]
        if isinstance(argument, Apply) and isinstance(argument.function, MatrixFunction):
            closed = argument.function.power_of(argument.children, number(-1))
            if closed is not None:
                return closed
        if isinstance(argument, Symbol) and argument.structure.orthonormal:
            return transpose(argument)
        if (diagonal := diagonal_part(argument)) is not None:
            entries, diag = diagonal
            return diag(power(entries, -1))
        return self.through_view(arguments)

    def rewrite(self, arguments: Sequence[Tensor]) -> Tensor | None:
        """What the terms of a sum share outside: inv(2*A - 4*s*B) = inv(A - 2*s*B)/2."""
        if (part := scalar_part(arguments[0])) is None:
            return None
        scalar, rest = part
        return multiply(power(scalar, -1), apply(self, rest))

    def matrix_value(self, ops: Any, matrix: Any, *parameters: Any) -> Any:
        return ops.inv(matrix)


INVERSE = Inverse()
