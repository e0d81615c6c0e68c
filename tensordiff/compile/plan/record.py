"""The operations of `operations.Operations` on handles: evaluating a function with them appends its steps to a graph."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import partial
from itertools import product
from typing import Any

from tensordiff.compile.plan.graph import Graph, Value, is_number, number_of
from tensordiff.evaluate.primitives import PRIMITIVES, Primitive
from tensordiff.tensor import Dim
from tensordiff.tensor.extent import Extent


class Recorder:
    """Primitive operations whose values are steps of a program. Those on entries, functions of a matrix and arrays that depend
    on sizes alone are recorded as their records say (`evaluate/primitives`)."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    def __getattr__(self, name: str) -> Callable[..., Any]:
        primitive = PRIMITIVES.get(name)
        if primitive is not None and primitive.kind == "elementwise":
            return partial(self.graph.elementwise, name)
        if primitive is None or primitive.shape is None:
            raise AttributeError(f"programs have no operation {name}")
        return partial(self._constant if primitive.kind == "constant" else self._matrix, primitive)

    def _matrix(self, primitive: Primitive, matrix: Value, *parameters: Value) -> Any:
        """A function of a matrix: its result, or the tuple of its results."""
        assert primitive.shape is not None
        shapes = primitive.shape(matrix.shape)
        symmetric = primitive.keeps_symmetry and matrix in self.graph.symmetric
        if primitive.results > 1:
            whole = self.graph.emit(primitive.name, (matrix, *parameters), shape=())
            return tuple(self.graph.emit("item", (whole,), (place,), shape=shape) for place, shape in enumerate(shapes))
        made = self.graph.emit(primitive.name, (matrix, *parameters), shape=shapes[0])
        if symmetric:
            self.graph.symmetric.add(made)
        return made

    def _constant(self, primitive: Primitive, size: Value, *attributes: Any) -> Value:
        """An array that depends on sizes alone."""
        assert primitive.shape is not None
        n = _extent(size)
        return self.graph.emit(primitive.name, (size,), attributes, shape=primitive.shape((n, n))[0])

    # Numbers

    def constant(self, value: int | Fraction | float) -> Value:
        return self.graph.constant(value)

    def pi(self) -> Value:
        return self.graph.emit("pi", shape=())

    def size(self, dim: Dim) -> Value:
        return self.graph.size(Extent.of(dim))

    def total(self, a: Value, count: int) -> Value:
        return self.graph.sum(a, tuple(range(count)))

    def amax(self, a: Value, count: int) -> Value:
        return self.graph.emit("amax", (a,), (tuple(range(count)),), shape=a.shape[count:])

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

    def squared_distances(self, x: Value, y: Value, *weights: Value) -> Value:
        return self.graph.emit("squared_distances", (x, y, *weights), shape=(x.shape[0], y.shape[0]))

    def eye(self, size: Value) -> Value:
        extent = _extent(size)
        return self.graph.emit("eye", shape=(extent, extent))

    def stacked(self, operation: str, value: Value) -> Value:
        """A function of every matrix on the last two axes: of a stack with one leading axis."""
        stack = self.graph.merge(value, [value.rank - 2, 1, 1])
        shape = stack.shape[:1] if operation in ("det", "logdet") else stack.shape
        made = self.graph.emit(f"batch_{operation}", (stack,), shape=shape)
        return self.graph.reshape(made, value.shape[: value.rank - len(stack.shape) + len(shape)])

    def slogdet(self, matrix: Value) -> tuple[Value, Value]:
        """(sign, log|det|), apart: a factorisation may serve the second."""
        return self.det_sign(matrix), self.logdet(matrix)

    def frechet(self, operation: str, order: int, matrix: Value, *parameters: Value, given: Sequence[Value] = ()) -> Value:
        """D^order f(A) for f one of the matrix operations, with axes (row, column) * (1 + order), less those of the
        directions `given`."""
        shape = matrix.shape * (1 + order - len(given))
        return self.graph.emit("frechet", (matrix, *given, *parameters), (operation, order, len(given)), shape=shape)

    def matrix_power(self, matrix: Value, exponent: Value) -> Value:
        if number_of(exponent) == -1:
            inverse: Value = self.inv(matrix)
            return inverse
        power: Value = self._matrix(PRIMITIVES["matrix_power"], matrix, exponent)
        return power

    # Parts of an axis, and arrays put side by side

    def inclusion(self, whole: Dim, start: Extent, part: Sequence[Dim]) -> Value:
        lengths = tuple(Extent.of(dim) for dim in part)
        return self.graph.emit("inclusion", (), (start,), shape=(Extent.of(whole), *lengths))

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
