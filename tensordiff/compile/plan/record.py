"""The operations of `operations.Operations` on handles: evaluating a function with them appends its steps to a graph."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

from tensordiff.compile.plan.graph import ELEMENTWISE, Graph, Value, is_number, number_of
from tensordiff.tensor import Dim
from tensordiff.tensor.extent import Extent


class Recorder:
    """Primitive operations whose values are steps of a program. The elementwise ones are attributes by their names in
    `graph.ELEMENTWISE`."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    def __getattr__(self, name: str) -> Callable[..., Value]:
        if name not in ELEMENTWISE:
            raise AttributeError(f"programs have no operation {name}")

        def record(*operands: Value) -> Value:
            return self.graph.elementwise(name, *operands)

        return record

    # Numbers

    def constant(self, value: int | Fraction | float) -> Value:
        return self.graph.constant(value)

    def pi(self) -> Value:
        return self.graph.emit("pi", shape=())

    def size(self, dim: Dim) -> Value:
        return self.graph.size(Extent.of(dim))

    def logsumexp(self, a: Value, count: int) -> Value:
        return self.graph.emit("logsumexp", (a,), (tuple(range(count)),), shape=a.shape[count:])

    # Matrices

    def matricize(self, value: Value) -> Value:
        """The matrix whose rows and columns are the first and the second half of the axes."""
        half = value.rank // 2
        matrix = self.graph.merge(value, [half, half])
        for known in (self.graph.symmetric, self.graph.definite):
            if value in known:
                known.add(matrix)
        return matrix

    def like(self, matrix: Value, value: Value) -> Value:
        """The matrix with the axes of `value`; several (row, column) pairs in `matrix` get as many copies of them."""
        result = self.graph.reshape(matrix, value.shape * (matrix.rank // 2))
        if matrix in self.graph.symmetric:
            self.graph.symmetric.add(result)
        return result

    def matmul(self, a: Value, b: Value) -> Value:
        return self.graph.matmul(a, b)

    def transpose(self, value: Value, axes: Sequence[int] | None = None) -> Value:
        return self.graph.transpose(value, tuple(range(value.rank))[::-1] if axes is None else axes)

    def reshape(self, value: Value, shape: Sequence[Value | Extent | Dim]) -> Value:
        return self.graph.reshape(value, tuple(_extent(length) for length in shape))

    def trace(self, matrix: Value) -> Value:
        return self.graph.emit("trace", (matrix,), shape=())

    def eye(self, size: Value) -> Value:
        extent = _extent(size)
        return self.graph.emit("eye", shape=(extent, extent))

    def inv(self, matrix: Value) -> Value:
        return self._square("inv", matrix, symmetric=True)

    def pinv(self, matrix: Value) -> Value:
        return self.graph.emit("pinv", (matrix,), shape=matrix.shape[::-1])

    def det(self, matrix: Value) -> Value:
        return self.graph.emit("det", (matrix,), shape=())

    def slogdet(self, matrix: Value) -> tuple[Value, Value]:
        """(sign, log|det|)."""
        return self.graph.emit("det_sign", (matrix,), shape=()), self.graph.emit("logdet", (matrix,), shape=())

    def adjugate(self, matrix: Value) -> Value:
        return self._square("adjugate", matrix, symmetric=True)

    def expm(self, matrix: Value) -> Value:
        return self._square("expm", matrix, symmetric=True)

    def logm(self, matrix: Value) -> Value:
        return self._square("logm", matrix, symmetric=True)

    def sqrtm(self, matrix: Value) -> Value:
        return self._square("sqrtm", matrix, symmetric=True)

    def cholesky(self, matrix: Value) -> Value:
        """The lower triangular factor of a symmetric positive definite matrix."""
        return self.graph.emit("cholesky_factor", (matrix,), shape=matrix.shape)

    def frechet(self, operation: str, order: int, matrix: Value, *parameters: Value) -> Value:
        """D^order f(A) for f one of the matrix operations, with axes (row, column) * (1 + order)."""
        return self.graph.emit("frechet", (matrix, *parameters), (operation, order), shape=matrix.shape * (1 + order))

    def matrix_power(self, matrix: Value, exponent: Value) -> Value:
        if number_of(exponent) == -1:
            return self.inv(matrix)
        result = self.graph.emit("matrix_power", (matrix, exponent), shape=matrix.shape)
        if matrix in self.graph.symmetric:
            self.graph.symmetric.add(result)
        return result

    def _square(self, operation: str, matrix: Value, *, symmetric: bool) -> Value:
        result = self.graph.emit(operation, (matrix,), shape=matrix.shape)
        if symmetric and matrix in self.graph.symmetric:
            self.graph.symmetric.add(result)
        return result

    # Arrays that depend on sizes alone

    def duplication(self, size: Value) -> Value:
        n = _extent(size)
        return self.graph.emit("duplication", (size,), shape=(n, n, _triangle(n)))

    def skew_duplication(self, size: Value) -> Value:
        n = _extent(size)
        return self.graph.emit("skew_duplication", (size,), shape=(n, n, _triangle(n, strict=True)))

    def elimination(self, size: Value) -> Value:
        n = _extent(size)
        return self.graph.emit("elimination", (size,), shape=(_triangle(n), n, n))

    def lower_mask(self, size: Value) -> Value:
        n = _extent(size)
        return self.graph.emit("lower_mask", (size,), shape=(n, n))

    def upper_mask(self, size: Value) -> Value:
        n = _extent(size)
        return self.graph.emit("upper_mask", (size,), shape=(n, n))

    def unit(self, size: Value, k: int) -> Value:
        return self.graph.emit("unit", (size,), (k,), shape=(_extent(size),))

    def inclusion(self, whole: Dim, start: Extent, part: Sequence[Dim]) -> Value:
        lengths = tuple(Extent.of(dim) for dim in part)
        return self.graph.emit("inclusion", (), (start,), shape=(Extent.of(whole), *lengths))

    # Blocks

    def part(self, value: Value, axis: int, start: Extent, part: Sequence[Dim]) -> Value:
        """The part of an axis from `start` on, with axes of its own."""
        end = start + Extent.of(*part)
        shape = (*value.shape[:axis], *([end - start] if part else []), *value.shape[axis + 1 :])
        cut = self._slice(value, (axis, start, end if part else None), shape)
        return self.graph.reshape(cut, (*value.shape[:axis], *map(Extent.of, part), *value.shape[axis + 1 :]))

    def _slice(self, value: Value, cut: tuple[int, Extent, Extent | None], shape: tuple[Extent, ...]) -> Value:
        """The slice; of a slice along other axes one of both."""
        cuts: tuple[tuple[int, Extent, Extent | None], ...] = (cut,)
        if value.operation == "slice":
            earlier: tuple[tuple[int, Extent, Extent | None], ...] = value.attributes
            if all(axis != cut[0] and end is not None for axis, _, end in earlier):
                value, cuts = value.operands[0], tuple(sorted((*earlier, cut), key=lambda item: item[0]))
        return self.graph.emit("slice", (value,), cuts, shape=shape)

    def assemble(self, parts: Sequence[Sequence[Sequence[Dim]]], blocks: Mapping[tuple[int, ...], Value]) -> Value:
        """The array of these blocks by their places along the axes, zero where there is none."""
        lengths = [[Extent.of(*group) for group in side] for side in parts]
        places = list(product(*(range(len(side)) for side in lengths)))
        found = {
            place: self._cell(blocks.get(place), [side[k] for side, k in zip(lengths, place, strict=True)]) for place in places
        }
        if len(lengths) == 2 and all(len(side) > 1 for side in lengths):
            return self.block([[found[r, c] for c in range(len(lengths[1]))] for r in range(len(lengths[0]))])
        for axis in reversed(range(len(lengths))):
            count = len(lengths[axis])
            before = dict.fromkeys(place[:axis] for place in found)
            found = {place: self._concatenated([found[(*place, k)] for k in range(count)], axis) for place in before}
        return found[()]

    def _cell(self, value: Value | None, lengths: Sequence[Extent]) -> Value:
        shape = tuple(lengths)
        if value is None:
            return self.graph.emit("zeros", shape=shape)
        if value.operation == "broadcast_to" and is_number(value.operands[0]):
            value = value.operands[0]
        return self.graph.broadcast_to(value, shape) if is_number(value) else self.graph.reshape(value, shape)

    def _concatenated(self, values: Sequence[Value], axis: int) -> Value:
        if len(values) == 1:
            return values[0]
        length = sum((value.shape[axis] for value in values[1:]), values[0].shape[axis])
        shape = (*values[0].shape[:axis], length, *values[0].shape[axis + 1 :])
        return self.graph.emit("concatenate", values, (axis,), shape=shape)

    def block(self, rows: Sequence[Sequence[Value]]) -> Value:
        """The matrix made of these blocks."""
        height = sum((row[0].shape[0] for row in rows[1:]), rows[0][0].shape[0])
        width = sum((v.shape[1] for v in rows[0][1:]), rows[0][0].shape[1])
        operands = [value for row in rows for value in row]
        return self.graph.emit("block", operands, (len(rows),), shape=(height, width))


def _extent(size: Any) -> Extent:
    """The extent that a recorded number stands for."""
    if isinstance(size, Extent):
        return size
    if isinstance(size, Dim):
        return Extent.of(size)
    if isinstance(size, int):
        return Extent.number(size)
    assert isinstance(size, Value)
    if size.operation == "size":
        extent = size.attributes[0]
        assert isinstance(extent, Extent)
        return extent
    number = number_of(size)
    if number is not None:
        return Extent.number(int(number))
    a, b = (_extent(v) for v in size.operands)
    assert size.operation in ("add", "multiply")
    return a + b if size.operation == "add" else a * b


def _triangle(n: Extent, strict: bool = False) -> Extent:
    """n(n+1)/2 or n(n-1)/2, where n is one dimension or a number."""
    if not n.names():
        value = n.value({})
        return Extent.number(value * (value - 1 if strict else value + 1) // 2)
    return Extent.of(Dim.triangular(n.group()[0], strict))
