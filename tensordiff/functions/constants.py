"""Constants: pi, duplication and elimination matrices, triangular masks, unit vectors. Functions of no argument."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tensordiff.errors import ShapeError
from tensordiff.tensor import Apply, Bounds, Dim, Function, Tensor, direct_sum


class Constant(Function):
    """A function of no argument; `axes` are the axes of its value."""

    axes: tuple[Dim, ...] = ()

    @property
    def parameters(self) -> tuple[bytes | str | int, ...]:
        return tuple(dim.key for dim in self.axes)

    def result_dims(self, arguments: Sequence[Tensor]) -> tuple[Dim, ...]:
        return self.axes


class Pi(Constant):
    """The number pi."""

    name = "pi"
    latex_name = r"\pi"

    def sign(self, signs: Sequence[int], arguments: Sequence[Tensor]) -> int:
        return 2

    def evaluate(self, ops: Any, *args: Any) -> Any:
        return ops.pi()


class Duplication(Constant):
    """D(n) with axes (n, n, n(n+1)/2): D_{(j,i),a} is 1 iff a is the place of the entry (max(i,j), min(i,j)) in the column
    order of the lower triangle, so D vech(V) = vec(V) for symmetric V. Axes: column j, row i (vec stacks columns)."""

    name = "D"

    def __init__(self, dim: Dim) -> None:
        self.dim = dim
        self.axes = (dim, dim, Dim.triangular(dim))

    def evaluate(self, ops: Any, *args: Any) -> Any:
        return ops.duplication(ops.size(self.dim))


class SkewDuplication(Constant):
    """Axes (n, n, n(n-1)/2): 1 where the third is the place of the entry (i, j), i > j, in the column order of the strict
    lower triangle, -1 where it is that of (j, i), so it takes the free entries of a skew V to vec(V) (Magnus 1988, chapter
    6). Axes: column j, row i, place."""

    name = "Dskew"

    def __init__(self, dim: Dim) -> None:
        self.dim = dim
        self.axes = (dim, dim, Dim.triangular(dim, strict=True))

    def evaluate(self, ops: Any, *args: Any) -> Any:
        return ops.skew_duplication(ops.size(self.dim))


class Elimination(Constant):
    """L(n) with axes (n(n+1)/2, n, n): L_{a,(j,i)} is 1 iff a is the place of (i, j), i >= j, in the column order of the
    lower triangle, so L vec(A) = vech(A). Axes: place a, column j, row i."""

    name = "L"

    def __init__(self, dim: Dim) -> None:
        self.dim = dim
        self.axes = (Dim.triangular(dim), dim, dim)

    def evaluate(self, ops: Any, *args: Any) -> Any:
        return ops.elimination(ops.size(self.dim))


class Diagonals(Constant):
    """Axes (n, n, 2n): 1 where the third counts the diagonal on which the entry lies, from the lowest, 1, to the highest."""

    name = "diagonals"

    def __init__(self, dim: Dim) -> None:
        self.dim = dim
        self.axes = (dim, dim, *direct_sum([(dim,), (dim,)]))

    @property
    def parameters(self) -> tuple[bytes | str | int, ...]:
        return (self.dim.key,)

    def sign(self, signs: Sequence[int], arguments: Sequence[Tensor]) -> int:
        return 1

    def bounds(self, known: Sequence[Bounds], arguments: Sequence[Tensor]) -> Bounds:
        return Bounds(0, 1)

    def evaluate(self, ops: Any, *args: Any) -> Any:
        return ops.diagonals(ops.size(self.dim))


class LowerMask(Constant):
    """1 on and below the diagonal, 0 above."""

    name = "tril"

    def __init__(self, dim: Dim) -> None:
        self.dim = dim
        self.axes = (dim, dim)

    def sign(self, signs: Sequence[int], arguments: Sequence[Tensor]) -> int:
        return 1

    def bounds(self, known: Sequence[Bounds], arguments: Sequence[Tensor]) -> Bounds:
        return Bounds(0, 1)

    def evaluate(self, ops: Any, *args: Any) -> Any:
        return ops.lower_mask(ops.size(self.dim))


class UpperMask(Constant):
    """1 on and above the diagonal, 0 below."""

    name = "triu"

    def __init__(self, dim: Dim) -> None:
        self.dim = dim
        self.axes = (dim, dim)

    def sign(self, signs: Sequence[int], arguments: Sequence[Tensor]) -> int:
        return 1

    def bounds(self, known: Sequence[Bounds], arguments: Sequence[Tensor]) -> Bounds:
        return Bounds(0, 1)

    def evaluate(self, ops: Any, *args: Any) -> Any:
        return ops.upper_mask(ops.size(self.dim))


class Unit(Constant):
    """The unit vector e_k of length `dim`, k counted from 1. A k outside a known length is a ShapeError."""

    name = "unit"

    def __init__(self, dim: Dim, k: int) -> None:
        if k < 1 or (dim.value is not None and k > dim.value):
            raise ShapeError(f"index {k} is outside 1..{dim}")
        self.dim = dim
        self.k = k
        self.axes = (dim,)

    @property
    def parameters(self) -> tuple[bytes | str | int, ...]:
        return (self.dim.key, self.k)

    def sign(self, signs: Sequence[int], arguments: Sequence[Tensor]) -> int:
        return 1

    def bounds(self, known: Sequence[Bounds], arguments: Sequence[Tensor]) -> Bounds:
        return Bounds(0, 1)

    def evaluate(self, ops: Any, *args: Any) -> Any:
        return ops.unit(ops.size(self.dim), self.k)


def constant(function: Constant) -> Apply:
    """The constant as a tensor."""
    return Apply.make(function, ())


PI = Pi()
