"""What functions of a square matrix have in common: axes, transposition, scalar factors."""

from __future__ import annotations

from collections.abc import Sequence

from tensordiff.functions.shape import matrix_view
from tensordiff.tensor import Dim, Function, Tensor, apply, einsum, split_square


class MatrixFunction(Function):
    """A function of one square matrix (two equal groups of axes), perhaps with scalar parameters as further arguments.

    It commutes with transposition and with simultaneous permutations of rows and columns; the result is a matrix of
    the same axes, or a scalar where `scalar` is set.
    """

    scalar = False

    def result_dims(self, arguments: Sequence[Tensor]) -> tuple[Dim, ...]:
        split_square(self.name, arguments[0])
        assert not any(other.dims for other in arguments[1:])
        return () if self.scalar else arguments[0].dims

    def through_view(self, arguments: Sequence[Tensor]) -> Tensor | None:
        """f(A') as f(A)' (for a scalar function f(A') = f(A)), and the like for reordered axes."""
        if (view := matrix_view(arguments[0])) is None:
            return None
        core, restore = view
        made = apply(self, core, *arguments[1:])
        return made if self.scalar else restore(made)


def sandwich(left: Tensor, right: Tensor) -> Tensor:
    """left_ik right_lj as a tensor with axes i, j, k, l (groups of axes): the differential left dA right."""
    half = left.rank // 2
    i, j, k, l = [[f"{letter}{p}" for p in range(half)] for letter in "ijkl"]
    return einsum([(left, i + k), (right, l + j)], i + j + k + l)


def transpose(matrix: Tensor) -> Tensor:
    """The transpose of a matrix with two groups of axes."""
    half = matrix.rank // 2
    return einsum([(matrix, tuple(range(half, 2 * half)) + tuple(range(half)))], tuple(range(2 * half)))
