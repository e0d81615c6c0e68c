"""Determinant, log|det|, adjugate."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any

from tensordiff.errors import DomainError
from tensordiff.functions.inverse import INVERSE
from tensordiff.functions.matrix_function import MatrixFunction, scalar_part, transpose
from tensordiff.functions.power import ABS, LOG, POWER, power
from tensordiff.functions.views import diagonal_part, group_size, is_identity, split_scalars
from tensordiff.tensor import (
    ONE,
    Apply,
    Symbol,
    Tensor,
    add,
    apply,
    einsum,
    is_zero,
    multiply,
    number,
    split_coefficient,
    total,
    zero,
)


class Determinant(MatrixFunction):
    """det(A); d det(A) / dA_kl = adj(A)_lk (Jacobi)."""

    name = "det"
    doc = "The determinant of a square matrix."
    latex_name = r"\det"
    shape = "numbers-of-matrices"
    transposes = "itself"
    result = "any"
    scalar = True

    def of_scalar(self, form: Any, x: Any) -> Any:
        return x

    def to_sympy(self, sympy: Any, *arguments: Any) -> Any:
        return sympy.Determinant(*arguments)

    def derivative(self, arguments: Sequence[Tensor], position: int) -> Tensor:
        return transpose(apply(ADJUGATE, arguments[0]))

    def simplify(self, arguments: Sequence[Tensor]) -> Tensor | None:
        (argument,) = arguments
        if is_identity(argument):
            return ONE
        if is_zero(argument):
            return zero()
        coefficient, core = split_coefficient(argument)
        order = group_size(argument.dims[: argument.rank // 2])
        if coefficient != 1:
            return multiply(power(number(coefficient), order), apply(self, core))
        scalar, rest = split_scalars(argument)
        if scalar is not None:
            return multiply(power(scalar, order), apply(self, rest))
        closed = _closed_determinant(argument)
        return self.through_view(arguments) if closed is None else closed

    def rewrite(self, arguments: Sequence[Tensor]) -> Tensor | None:
        """What the terms of a sum share outside: det(s*A) = s^n det(A)."""
        if (part := scalar_part(arguments[0])) is None:
            return None
        scalar, rest = part
        return multiply(power(scalar, group_size(rest.dims[: rest.rank // 2])), apply(self, rest))

    def sign(self, signs: Sequence[int], arguments: Sequence[Tensor]) -> int:
        (argument,) = arguments
        return 2 if isinstance(argument, Symbol) and argument.structure.definite else 0

    def matrix_value(self, ops: Any, matrix: Any, *parameters: Any) -> Any:
        return ops.det(matrix)


def _closed_determinant(argument: Tensor) -> Tensor | None:
    """det of a matrix function where it has a closed form: det(inv(A)) = det(A)^-1, det(expm(A)) = exp(tr(A))."""
    if not isinstance(argument, Apply):
        return None
    if argument.function == INVERSE:
        return power(apply(DET, argument.children[0]), -1)
    if isinstance(argument.function, MatrixFunction):
        return argument.function.determinant_of(argument.children)
    return None


def _log_of(determinant: Tensor) -> Tensor:
    """log|d| for a determinant in closed form, with log|det(A)| as logdet(A)."""
    if isinstance(determinant, Apply) and determinant.function == POWER:
        base, exponent = determinant.children
        return multiply(exponent, _log_of(base))
    if isinstance(determinant, Apply) and determinant.function == DET:
        return apply(LOGDET, determinant.children[0])
    return LOG(ABS(determinant))


class LogDeterminant(MatrixFunction):
    """logdet(A) = log|det(A)|; d logdet(A) / dA_kl = inv(A)_lk."""

    name = "logdet"
    doc = "log|det| of a square matrix."
    real_only = True
    latex_name = r"\log\det"
    shape = "numbers-of-matrices"
    transposes = "itself"
    result = "any"
    conjugates = "drops"
    holomorphic = False
    domain = "invertible"
    elsewhere = MappingProxyType({"lndet": "logdet(A)", "slogdet": "logdet(A)"})
    scalar = True

    def of_scalar(self, form: Any, x: Any) -> Any:
        return form.call("log", form.call("abs", x))

    def to_sympy(self, sympy: Any, *arguments: Any) -> Any:
        return sympy.log(sympy.Abs(sympy.Determinant(*arguments)))

    def derivative(self, arguments: Sequence[Tensor], position: int) -> Tensor:
        return transpose(apply(INVERSE, arguments[0]))

    def simplify(self, arguments: Sequence[Tensor]) -> Tensor | None:
        (argument,) = arguments
        if is_identity(argument):
            return zero()
        if is_zero(argument):
            raise DomainError("logdet of a zero matrix", hint="the matrix is zero for every value of the variables")
        coefficient, core = split_coefficient(argument)
        if coefficient != 1:
            order = group_size(argument.dims[: argument.rank // 2])
            return add([(1, multiply(order, LOG(number(abs(coefficient))))), (1, apply(self, core))])
        closed = _closed_determinant(argument)
        return self.through_view(arguments) if closed is None else _log_of(closed)

    def rewrite(self, arguments: Sequence[Tensor]) -> Tensor | None:
        """log(abs(det(A))); the entries of a diagonal matrix one by one."""
        (argument,) = arguments
        if (diagonal := diagonal_part(argument)) is not None:
            return total(LOG(ABS(diagonal[0])))
        return LOG(ABS(apply(DET, argument)))

    def matrix_value(self, ops: Any, matrix: Any, *parameters: Any) -> Any:
        return ops.slogdet(matrix)[1]


class LogOfDeterminant(LogDeterminant):
    """log(det(A)), for a positive determinant, also where the determinant itself would overflow or vanish in rounding."""

    name = "logofdet"
    doc = ""  # spelled log(det(A))

    def simplify(self, arguments: Sequence[Tensor]) -> Tensor | None:
        return None

    def rewrite(self, arguments: Sequence[Tensor]) -> Tensor | None:
        return LOG(apply(DET, *arguments))

    def matrix_value(self, ops: Any, matrix: Any, *parameters: Any) -> Any:
        sign, log = ops.slogdet(matrix)
        return ops.add(log, ops.log(sign))


class Adjugate(MatrixFunction):
    """adj(A), the transpose of the matrix of cofactors: A adj(A) = det(A) I.

    d adj_ij / dA_kl = (adj_ij adj_lk - adj_ik adj_lj) / det, valid where A is invertible.
    """

    name = "adj"
    shape = "over-matrices"
    doc = "The adjugate of a square matrix."
    primary = True

    def of_scalar(self, form: Any, x: Any) -> Any:
        return form.number(1)

    def to_sympy(self, sympy: Any, *arguments: Any) -> Any:
        (argument,) = arguments  # SymPy has no adjugate of a symbol
        return sympy.MatMul(sympy.Determinant(argument), sympy.Inverse(argument))

    def derivative(self, arguments: Sequence[Tensor], position: int) -> Tensor:
        (argument,) = arguments
        half = argument.rank // 2
        i, j, k, l = [[f"{letter}{p}" for p in range(half)] for letter in "ijkl"]
        adj = apply(self, argument)
        factor = (power(apply(DET, argument), -1), ())
        first = einsum([factor, (adj, i + j), (adj, l + k)], i + j + k + l)
        second = einsum([factor, (adj, i + k), (adj, l + j)], i + j + k + l)
        return add([(1, first), (-1, second)])

    def simplify(self, arguments: Sequence[Tensor]) -> Tensor | None:
        (argument,) = arguments
        if is_identity(argument):
            return argument
        coefficient, core = split_coefficient(argument)
        scalar, rest = split_scalars(core)
        if coefficient != 1 or scalar is not None:
            outside = multiply(number(coefficient), ONE if scalar is None else scalar)
            half = argument.rank // 2
            exponent = add([(1, group_size(argument.dims[:half])), (-1, ONE)])
            return multiply(power(outside, exponent), apply(self, rest))
        return self.through_view(arguments)

    def rewrite(self, arguments: Sequence[Tensor]) -> Tensor | None:
        """adj(A) = det(A) inv(A) where A is invertible, which is almost everywhere."""
        (argument,) = arguments
        if is_zero(argument):
            return None
        return multiply(apply(DET, argument), apply(INVERSE, argument))

    def determinant_of(self, arguments: Sequence[Tensor]) -> Tensor | None:
        """det(A)^(n-1)."""
        order = group_size(arguments[0].dims[: arguments[0].rank // 2])
        return power(apply(DET, arguments[0]), add([(1, order), (-1, ONE)]))

    def matrix_value(self, ops: Any, matrix: Any, *parameters: Any) -> Any:
        return ops.adjugate(matrix)


DET = Determinant()
LOGDET = LogDeterminant()
LOG_OF_DET = LogOfDeterminant()
ADJUGATE = Adjugate()
