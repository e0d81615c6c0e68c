"""Exponential, logarithm and square root of a matrix. Their derivatives are named Frechet derivatives, their traces exact."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from tensordiff.errors import MissingRuleError
from tensordiff.functions.determinant import DET
from tensordiff.functions.frechet import Frechet, inverse_chain, turned
from tensordiff.functions.matrix_function import MatrixFunction
from tensordiff.functions.matrix_power import matrix_power
from tensordiff.functions.power import EXP, LOG, power
from tensordiff.functions.signs import is_positive
from tensordiff.functions.views import diagonal_part, is_identity, split_scalars
from tensordiff.tensor import (
    Apply,
    Tensor,
    add,
    apply,
    as_number,
    einsum,
    identity,
    is_zero,
    multiply,
    number,
    scale,
    split_coefficient,
    zero,
)

HALF = Fraction(1, 2)


class Spectral(MatrixFunction):
    """A matrix function that extends a function of numbers; on diagonal matrices it is that function of the entries."""

    primary = True

    def derivative(self, arguments: Sequence[Tensor], position: int) -> Tensor:
        if position:
            raise MissingRuleError(f"{self.name}: no derivative rule by argument {position + 1}")
        return apply(Frechet(self, 1), *arguments)

    def simplify(self, arguments: Sequence[Tensor]) -> Tensor | None:
        (argument,) = arguments
        if (special := self.special(argument)) is not None:
            return special
        if not is_zero(argument) and (diagonal := diagonal_part(argument)) is not None:
            entries, diag = diagonal
            return diag(self.on_entries(entries))
        return self.through_view(arguments)

    def special(self, argument: Tensor) -> Tensor | None:
        """A closed form for special arguments."""
        return None

    def on_entries(self, entries: Tensor) -> Tensor:
        """The function of the diagonal entries."""
        raise NotImplementedError  # pragma: no cover - abstract


class MatrixExponential(Spectral):
    """expm(A) = I + A + A^2/2! + ...; d tr expm(A) / dA = expm(A)'."""

    name = operation = "expm"
    doc = "The matrix exponential."

    def of_scalar(self, form: Any, x: Any) -> Any:
        return form.call("exp", x)

    def to_sympy(self, sympy: Any, *arguments: Any) -> Any:
        return sympy.exp(*arguments)

    def special(self, argument: Tensor) -> Tensor | None:
        if is_zero(argument):
            return identity(argument.dims[: argument.rank // 2])
        if isinstance(argument, Apply) and argument.function == LOGM:
            return argument.children[0]
        return None

    def on_entries(self, entries: Tensor) -> Tensor:
        return EXP(entries)

    def power_of(self, arguments: Sequence[Tensor], exponent: Tensor) -> Tensor | None:
        return apply(self, multiply(arguments[0], exponent))

    def determinant_of(self, arguments: Sequence[Tensor]) -> Tensor | None:
        return EXP(_trace(arguments[0]))

    def trace_derivative(self, arguments: Sequence[Tensor], order: int) -> Tensor:
        slope = apply(self if order == 1 else Frechet(self, order - 1), *arguments)
        return turned(slope, arguments[0].rank // 2)

    def matrix_value(self, ops: Any, matrix: Any, *parameters: Any) -> Any:
        return ops.expm(matrix)


class MatrixLogarithm(Spectral):
    """logm(A), the principal logarithm: A has no eigenvalue on the closed negative axis. d tr logm(A) / dA = inv(A)'."""

    name = operation = "logm"
    doc = "The principal matrix logarithm."
    domain = "principal"

    def of_scalar(self, form: Any, x: Any) -> Any:
        return form.call("log", x)

    def to_sympy(self, sympy: Any, *arguments: Any) -> Any:
        return sympy.log(*arguments)

    def special(self, argument: Tensor) -> Tensor | None:
        if is_identity(argument):
            return zero(argument.dims)
        coefficient, core = split_coefficient(argument)
        if coefficient > 0 and coefficient != 1:
            return self._of_multiple(number(coefficient), core)
        scalar, rest = split_scalars(argument)
        if scalar is not None and is_positive(scalar):
            return self._of_multiple(scalar, rest)
        return None

    def _of_multiple(self, scalar: Tensor, rest: Tensor) -> Tensor:
        """logm(s*A) = log(s)*I + logm(A) for s > 0."""
        eye = identity(rest.dims[: rest.rank // 2])
        return add([(1, multiply(eye, LOG(scalar))), (1, apply(self, rest))])

    def on_entries(self, entries: Tensor) -> Tensor:
        return LOG(entries)

    def trace_derivative(self, arguments: Sequence[Tensor], order: int) -> Tensor:
        (argument,) = arguments
        half = argument.rank // 2
        eye = identity(argument.dims)
        return turned(inverse_chain(argument, lambda r: eye if r == 1 else None, order - 1), half)

    def matrix_value(self, ops: Any, matrix: Any, *parameters: Any) -> Any:
        return ops.logm(matrix)


class MatrixSquareRoot(Spectral):
    """sqrtm(A), the principal square root. d tr sqrtm(A) / dA = inv(sqrtm(A))'/2."""

    name = operation = "sqrtm"
    doc = "The principal matrix square root."
    domain = "principal"
    superscript = "1/2"

    def of_scalar(self, form: Any, x: Any) -> Any:
        return form.call("sqrt", x)

    def to_sympy(self, sympy: Any, *arguments: Any) -> Any:
        return sympy.MatPow(*arguments, sympy.Rational(1, 2))

    def special(self, argument: Tensor) -> Tensor | None:
        if is_identity(argument) or is_zero(argument):
            return argument
        coefficient, core = split_coefficient(argument)
        if coefficient > 0 and coefficient != 1:
            return multiply(apply(self, core), power(number(coefficient), HALF))
        scalar, rest = split_scalars(argument)
        if scalar is not None and is_positive(scalar):
            return multiply(apply(self, rest), power(scalar, HALF))
        return None

    def on_entries(self, entries: Tensor) -> Tensor:
        return power(entries, HALF)

    def power_of(self, arguments: Sequence[Tensor], exponent: Tensor) -> Tensor | None:
        k = as_number(exponent)
        return matrix_power(arguments[0], k / 2) if k is not None and (k / 2).denominator == 1 else None

    def determinant_of(self, arguments: Sequence[Tensor]) -> Tensor | None:
        return power(apply(DET, arguments[0]), HALF)

    def jacobian(self, form: Any, x: Any, turned: Any) -> Any:
        """From R dR + dR R = dX for R = sqrtm(X) (Higham 2008, (6.2))."""
        unit = form.eye(x.rows)
        root, turned_root = form.call(self.name, x), form.call(self.name, turned)
        return form.inverse(form.add([(1, form.kron(unit, root)), (1, form.kron(turned_root, unit))]))

    def trace_derivative(self, arguments: Sequence[Tensor], order: int) -> Tensor:
        (argument,) = arguments
        chain = inverse_chain(apply(self, argument), lambda r: apply(Frechet(self, r), argument), order - 1)
        return scale(HALF, turned(chain, argument.rank // 2))

    def matrix_value(self, ops: Any, matrix: Any, *parameters: Any) -> Any:
        return ops.sqrtm(matrix)


def _trace(matrix: Tensor) -> Tensor:
    half = tuple(range(matrix.rank // 2))
    return einsum([(matrix, half + half)], ())


EXPM = MatrixExponential()
LOGM = MatrixLogarithm()
SQRTM = MatrixSquareRoot()
