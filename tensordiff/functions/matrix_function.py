"""What functions of a square matrix have in common: axes, transposition, scalar factors."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar, Literal

from tensordiff.errors import MissingRuleError
from tensordiff.functions.common_factor import common_factor
from tensordiff.functions.power import power
from tensordiff.functions.views import matrix_view, without_content
from tensordiff.tensor import Dim, Function, Tensor, apply, einsum, multiply, number, split_square

OperandKind = Literal["value", "size", "axis", "integer", "condition"]
Conjugates = Literal["inside", "drops", "never"]
Transposes = Literal["outside", "operands", "reversed", "blocks", "itself", "never"]
Domain = Literal["any", "invertible", "definite", "principal", "full-rank", "nonzero", "symmetric"]

Result = Literal["any", "alike", "symmetric", "lower-triangular"]


class WholeMatrix(Function):
    """A function of one whole matrix, called by its name in text and in Python.

    The attributes are what all passes know of it (`matrix.operations.Operation` says what each means). An instance at the top
    of a module of this package is all that a new function takes.
    """

    doc: ClassVar[str] = ""
    """What it is, in a sentence, for the documentation of `td.NAME`."""
    shape: ClassVar[str] = "square-to-square"
    """The name of its shape law (`matrix.shape_laws.LAWS`)."""
    law: ClassVar[Callable[[Any], Any] | None] = None
    """A shape law like no other: a static method that takes the operands (`matrix.operands.Operands`) to the shape."""
    operands: ClassVar[tuple[OperandKind, ...]] = ("value",)
    transposes: ClassVar[Transposes] = "never"
    linear: ClassVar[tuple[int, ...]] = ()
    names_itself: ClassVar[bool] = True
    meets_scalars: ClassVar[bool] = False
    conjugates: ClassVar[Conjugates] = "inside"
    holomorphic: ClassVar[bool] = True
    domain: ClassVar[Domain] = "any"
    result: ClassVar[Result] = "any"
    primary: ClassVar[bool] = False
    elsewhere: ClassVar[Mapping[str, str]] = MappingProxyType({})
    superscript: ClassVar[str] = ""
    """What typeset mathematics writes it as, a superscript on the operand, where it does."""
    scalar: ClassVar[bool] = False
    """Whether the value is one number."""

    def of_scalar(self, form: Any, x: Any) -> Any:
        """The value at a number x in simpler words, written in `form`, the constructors of the matrix form."""
        raise NotImplementedError(self.name)  # pragma: no cover - abstract

    def printed(self, form: Any, *operands: Any) -> Any:
        """How a value of it is written in the constructors of the matrix form, where that is no call by its name."""
        return None


class MatrixFunction(WholeMatrix):
    """A function of one square matrix (two equal groups of axes), perhaps with scalar parameters as further arguments.

    It commutes with transposition and with simultaneous permutations of rows and columns; the result is a matrix of
    the same axes, or a scalar where `scalar` is set.
    """

    transposes: ClassVar[Transposes] = "outside"
    result: ClassVar[Result] = "alike"

    operation = ""
    """The primitive operation that computes it, where derivatives of any order are evaluated by that."""

    def result_dims(self, arguments: Sequence[Tensor]) -> tuple[Dim, ...]:
        split_square(self.name, arguments[0])
        assert not any(other.dims for other in arguments[1:])
        return () if self.scalar else arguments[0].dims

    def through_view(self, arguments: Sequence[Tensor]) -> Tensor | None:
        """f(A') as f(A)' (for a scalar function f(A') = f(A)), and the like for reordered axes."""
        if (view := matrix_view(arguments[0])) is None:
            return None
        core, axes = view
        made = apply(self, core, *arguments[1:])
        return made if self.scalar else einsum([(made, axes)], range(len(axes)))

    def power_of(self, arguments: Sequence[Tensor], exponent: Tensor) -> Tensor | None:
        """f(A)^exponent in closed form, or None."""
        return None

    def determinant_of(self, arguments: Sequence[Tensor]) -> Tensor | None:
        """det f(A) in closed form, or None."""
        return None

    def jacobian(self, form: Any, x: Any, turned: Any) -> Any:
        """d vec f(x) / d vec x written in `form`, the constructors of the matrix form, for x and its transpose; None where no
        formula is shorter than the one by a block matrix, which holds for every function."""
        return None

    def trace_derivative(self, arguments: Sequence[Tensor], order: int) -> Tensor:
        """d^order tr f(A) / dA_k1l1 ... as a tensor with axes k1, l1, ..., that is d^(order - 1) f'(A)_l1k1 / dA_k2l2 ...
        Raises MissingRuleError where f' is not stated."""
        raise MissingRuleError(f"{self.name}: no rule for the derivative of its trace")

    def matrix_value(self, ops: Any, matrix: Any, *parameters: Any) -> Any:
        """The value at a matrix with plain rows and columns."""
        raise NotImplementedError(self.name)  # pragma: no cover - abstract

    def evaluate(self, ops: Any, *args: Any) -> Any:
        a, *parameters = args
        value = self.matrix_value(ops, ops.matricize(a), *parameters)
        return value if self.scalar else ops.like(value, a)


def is_primary(function: Function) -> bool:
    """Whether this is an analytic function of one matrix: it commutes with the matrix and with everything that does."""
    return isinstance(function, WholeMatrix) and function.primary


def sandwich(left: Tensor, right: Tensor) -> Tensor:
    """left_ik right_lj as a tensor with axes i, j, k, l (groups of axes): the differential left dA right."""
    half = left.rank // 2
    i, j, k, l = [[f"{letter}{p}" for p in range(half)] for letter in "ijkl"]
    return einsum([(left, i + k), (right, l + j)], i + j + k + l)


def transpose(matrix: Tensor) -> Tensor:
    """The transpose of a matrix with two groups of axes."""
    half = matrix.rank // 2
    return einsum([(matrix, tuple(range(half, 2 * half)) + tuple(range(half)))], tuple(range(2 * half)))


def scalar_part(matrix: Tensor) -> tuple[Tensor, Tensor] | None:
    """(s, rest) with matrix = s * rest, s a scalar that all terms of a sum share, or None."""
    common, rest = without_content(matrix)
    if common != 1:
        return number(common), rest
    taken = common_factor(matrix, power, lambda base: not base.dims)
    return None if taken is None else (multiply(*(factor for factor, _ in taken[0])), taken[1])


def keeps_symmetry(function: Function) -> bool:
    """Whether its value at symmetric matrices (and scalars) is symmetric: it commutes with transposition, f(A)' = f(A')."""
    return function.elementwise or (isinstance(function, WholeMatrix) and function.transposes == "outside")
