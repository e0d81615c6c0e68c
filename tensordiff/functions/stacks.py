"""Functions of every matrix in a tensor: inverse, determinant and log|det| over its last two axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tensordiff.errors import ShapeError
from tensordiff.functions.power import power
from tensordiff.tensor import Dim, Function, Tensor, add, apply, dims_text, einsum, scale


class OverMatrices(Function):
    """A function of the matrices on the last two axes; each place on the axes before has its own value.

    The derivatives are those of one matrix (Magnus and Neudecker 2019, chapter 8), and 0 between matrices."""

    operation: str
    scalar: bool

    def result_dims(self, arguments: Sequence[Tensor]) -> tuple[Dim, ...]:
        dims = arguments[0].dims
        if len(dims) < 2 or dims[-1] != dims[-2]:
            raise ShapeError(f"{self.name} needs square matrices on the last two axes, got {dims_text(dims)}")
        return dims[:-2] if self.scalar else dims

    def evaluate(self, ops: Any, *args: Any) -> Any:
        return ops.stacked(self.operation, args[0])

    def _places(self, argument: Tensor) -> tuple[tuple[str, int], ...]:
        """Labels of the axes before the matrices."""
        return tuple(("place", axis) for axis in range(argument.rank - 2))


class StackInverse(OverMatrices):
    """d inv(T)_bij/dT_bkl = -inv(T)_bik inv(T)_blj."""

    name = operation = "inv"
    scalar = False

    def derivative(self, arguments: Sequence[Tensor], position: int) -> Tensor:
        (argument,) = arguments
        inverse, b = apply(self, argument), self._places(argument)
        return scale(-1, einsum([(inverse, (*b, "i", "k")), (inverse, (*b, "l", "j"))], (*b, "i", "j", *b, "k", "l")))


class StackDeterminant(OverMatrices):
    """d det(T)_b/dT_bkl = det(T)_b inv(T)_blk."""

    name = operation = "det"
    scalar = True

    def derivative(self, arguments: Sequence[Tensor], position: int) -> Tensor:
        (argument,) = arguments
        b = self._places(argument)
        return einsum([(apply(STACK_ADJUGATE, argument), (*b, "l", "k"))], (*b, *b, "k", "l"))


class StackAdjugate(OverMatrices):
    """d adj(T)_bij/dT_bkl = (adj_bij adj_blk - adj_bik adj_blj)/det_b, for matrices that are invertible."""

    name = "adj"
    operation = "adjugate"
    scalar = False

    def derivative(self, arguments: Sequence[Tensor], position: int) -> Tensor:
        (argument,) = arguments
        b = self._places(argument)
        adjugate, divisor = apply(self, argument), power(apply(STACK_DET, argument), -1)
        output = (*b, "i", "j", *b, "k", "l")
        one, other = (
            einsum([(adjugate, (*b, *first)), (adjugate, (*b, *second)), (divisor, b)], output)
            for first, second in (("ij", "lk"), ("ik", "lj"))
        )
        return add([(1, one), (-1, other)])


class StackLogdet(OverMatrices):
    """d log|det(T)|_b/dT_bkl = inv(T)_blk."""

    name = operation = "logdet"
    scalar = True

    def derivative(self, arguments: Sequence[Tensor], position: int) -> Tensor:
        (argument,) = arguments
        b = self._places(argument)
        return einsum([(apply(STACK_INVERSE, argument), (*b, "l", "k"))], (*b, *b, "k", "l"))


STACK_INVERSE, STACK_DET, STACK_ADJUGATE, STACK_LOGDET = StackInverse(), StackDeterminant(), StackAdjugate(), StackLogdet()
OVER_MATRICES: dict[str, OverMatrices] = {
    function.name: function for function in (STACK_INVERSE, STACK_DET, STACK_ADJUGATE, STACK_LOGDET)
}
"""By their words."""

__all__ = ["OVER_MATRICES", "OverMatrices"]
