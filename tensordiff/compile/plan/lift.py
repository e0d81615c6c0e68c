"""Programs for many points at once: a graph of operations lifted over a leading axis.

What depends on a batched input gets the axis, all else is computed once. Each rule says how one operation works on all points
together; so the plan for one point (what is shared, factorised, never formed) is the plan for all.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import count
from math import prod

from tensordiff.compile.plan.graph import Graph, Value, broadcast, live
from tensordiff.errors import EvaluationError
from tensordiff.records import record
from tensordiff.tensor import Dim
from tensordiff.tensor.extent import ONE, Extent, product

BATCH = 10_000
"""Batches are planned for as having about so many points."""
NARROW = 4
"""Arrays with no longer axis than this are computed with the points as the innermost axis in memory, where a library has a
choice: a product of 3-by-3 matrices then takes a third of the time of matmul, an outer product a tenth."""
_CACHE = 1 << 17
"""Entries of the largest array of a block, which has at most ..."""
_MOST = 1 << 12
"""... so many points."""


def _points(taken: Collection[str]) -> Extent:
    """The length of the leading axis, under a name that no size has."""
    name, number = "points", 1
    while name in taken:
        number += 1
        name = f"points{number}"
    return Extent.of(Dim.named(name))


def dependent(outputs: Sequence[Value], batched: Collection[str]) -> set[Value]:
    """The values that depend on the inputs called `batched`."""
    found: set[Value] = set()
    for value in live(outputs):
        if value.operation == "input":
            if value.attributes[0] in batched:
                found.add(value)
        elif any(operand in found for operand in value.operands):
            found.add(value)
    return found


def is_narrow(outputs: Sequence[Value], sizes: Mapping[str, int]) -> bool:
    """Whether no array has a long axis, but for those that are merged or multiplied out of short ones."""
    values = [value for value in live(outputs) if value.operation not in ("reshape", "matmul") and value.kind != "number"]
    return all(extent.value(sizes) <= NARROW for value in values for extent in value.shape)


@record
class Batch:
    """How a program works on a batch: `points` is the length of the leading axis of the `inputs`, and of an axis of all
    `values` that depend on them; `block` points are computed at a time, so that what is made on the way stays in cache. In a
    `narrow` program the points are the innermost axis in memory."""

    inputs: frozenset[str]
    points: Extent
    values: frozenset[Value]
    block: int
    narrow: bool


def lift(
    graph: Graph, outputs: Sequence[Value], batched: Collection[str], sizes: Mapping[str, int], *, narrow: bool
) -> tuple[Graph, list[Value], Batch]:
    """The graph with a leading axis on the inputs called `batched`, on what depends on them, and on all outputs."""
    names = {name for value in live(outputs) for extent in value.shape for name in extent.names()}
    lifted = _Lift(batched, _points({*names, *sizes}), narrow)
    for value in live(outputs):
        made = lifted.visit(value)
        if value in graph.hints:
            lifted.graph.hints.setdefault(made, graph.hints[value])
    results = [lifted.whole(value) for value in outputs]
    (name,) = lifted.points.names()
    values: dict[Value, None] = {}
    for value in live(results):  # a factorisation has no shape of its own, and depends on the points as its operand does
        if any(name in extent.names() for extent in value.shape) or any(operand in values for operand in value.operands):
            values[value] = None
    block = _block(list(values), {**sizes, name: 1})
    return lifted.graph, results, Batch(lifted.names, lifted.points, frozenset(values), block, narrow)


def _block(values: Sequence[Value], sizes: Mapping[str, int]) -> int:
    """A power of two, so that sizes about alike make one program."""
    largest = max((prod(extent.value(sizes) for extent in value.shape) for value in values), default=1)
    return 1 << min(max(_CACHE // max(largest, 1), 1), _MOST).bit_length() - 1


class _Lift:
    def __init__(self, batched: Collection[str], points: Extent, narrow: bool) -> None:
        self.graph = Graph()
        self.names = frozenset(batched)
        self.points = points
        self.narrow = narrow
        self.new: dict[Value, Value] = {}
        self.batched: set[Value] = set()

    def visit(self, value: Value) -> Value:
        operation = value.operation
        if operation == "input" and value.attributes[0] in self.names:
            self.batched.add(value)
            made = self.graph.input(str(value.attributes[0]), (self.points, *value.shape))
        elif not any(operand in self.batched for operand in value.operands):
            operands = [self.new[operand] for operand in value.operands]
            made = self.graph.emit(operation, operands, value.attributes, shape=value.shape)
        else:
            self.batched.add(value)
            if value.kind == "elementwise":
                operands = [self._aligned(operand, value.rank) for operand in value.operands]
                made = self.graph.emit(operation, operands, shape=broadcast([v.shape for v in operands]))
            elif operation == "det" and self.narrow:
                adjugate = self.graph.emit(
                    "batch_adjugate", [self.new[v] for v in value.operands], shape=self.new[value.operands[0]].shape
                )
                made = self._emit("batch_det", value, adjugate)
            elif operation.startswith("batch_"):
                made = self._stacked(value)
            elif (rule := getattr(self, "_" + operation, None)) is not None:
                made = rule(value)
            elif value.primitive.batch:
                made = self._emit("batch_" + operation, value, *(self.new[operand] for operand in value.operands[1:]))
            else:
                raise EvaluationError(f"{operation} does not work on batches", hint="evaluate the points one by one")
        self.new[value] = made
        return made

    def whole(self, value: Value) -> Value:
        """The value with the leading axis, whatever it depends on."""
        made = self.new[value]
        return made if value in self.batched else self.graph.broadcast_to(made, (self.points, *value.shape))

    def _emit(self, operation: str, value: Value, *others: Value) -> Value:
        shape = (self.points, *value.shape) if value.primitive.results == 1 else ()
        return self.graph.emit(operation, (self.new[value.operands[0]], *others), value.attributes, shape=shape)

    def _aligned(self, value: Value, rank: int) -> Value:
        """The value as it broadcasts against others with `rank` axes after the points'."""
        made = self.new[value]
        if value not in self.batched:
            return made
        return self.graph.expand(made, [True] + [False] * (rank - value.rank) + [True] * value.rank)

    # Views and shapes

    def _transpose(self, value: Value) -> Value:
        axes: tuple[int, ...] = value.attributes[0]
        return self.graph.transpose(self.new[value.operands[0]], (0, *(a + 1 for a in axes)))

    def _expand(self, value: Value) -> Value:
        return self.graph.expand(self.new[value.operands[0]], (True, *value.attributes[0]))

    def _reshape(self, value: Value) -> Value:
        return self.graph.reshape(self.new[value.operands[0]], (self.points, *value.shape))

    def _broadcast_to(self, value: Value) -> Value:
        made = self._aligned(value.operands[0], value.rank)
        return self.graph.broadcast_to(made, (self.points, *value.shape))

    def _diagonal(self, value: Value) -> Value:
        return self.graph.diagonal(self.new[value.operands[0]], self._pattern(value))

    def _add_diagonal(self, value: Value) -> Value:
        pattern = self._pattern(value)
        entries, *rest = value.operands
        base = self.whole(rest[0]) if rest else None
        made = self._aligned(entries, len(set(pattern)) - 1)
        operands = (made,) if base is None else (made, base)
        return self.graph.emit("add_diagonal", operands, (pattern, self.narrow), shape=(self.points, *value.shape))

    @staticmethod
    def _pattern(value: Value) -> tuple[int, ...]:
        pattern: tuple[int, ...] = value.attributes[0]
        return (0, *(number + 1 for number in pattern))

    def _sum(self, value: Value) -> Value:
        axes: tuple[int, ...] = value.attributes[0]
        return self.graph.sum(self.new[value.operands[0]], [a + 1 for a in axes])

    def _trace(self, value: Value) -> Value:
        return self.graph.sum(self.graph.diagonal(self.new[value.operands[0]], (0, 1, 1)), [1])

    def _logsumexp(self, value: Value) -> Value:
        """Over leading axes, the points behind them."""
        count = len(value.attributes[0])
        made = self.new[value.operands[0]]
        order = (*range(1, count + 1), 0, *range(count + 1, made.rank))
        moved = self.graph.transpose(made, order)
        return self.graph.emit(value.operation, (moved,), value.attributes, shape=(self.points, *value.shape))

    _amax = _logsumexp

    def _stack(self, value: Value) -> Value:
        shape = (self.points, *value.operands[0].shape)
        parts = [self.graph.broadcast_to(self._aligned(part, part.rank), shape) for part in value.operands]
        return self.graph.emit("stack", parts, (1,), shape=(self.points, *value.shape))

    def _block(self, value: Value) -> Value:
        parts = [self.whole(part) for part in value.operands]
        return self.graph.emit("block", parts, value.attributes, shape=(self.points, *value.shape))

    def _concatenate(self, value: Value) -> Value:
        parts = [self.whole(part) for part in value.operands]
        return self.graph.emit("concatenate", parts, (value.attributes[0] + 1,), shape=(self.points, *value.shape))

    def _slice(self, value: Value) -> Value:
        cuts = ((axis + 1, start, end) for axis, start, end in value.attributes)
        return self.graph.emit("slice", (self.new[value.operands[0]],), cuts, shape=(self.points, *value.shape))

    def _item(self, value: Value) -> Value:
        return self._emit("item", value)

    # Contractions

    def _matmul(self, value: Value) -> Value:
        left, right = value.operands
        if self.narrow and left.rank <= 2 and right.rank <= 2:
            return self._narrow(value)
        if left.rank == right.rank == 1:
            return self._dot(left, right, (self.points,))
        if left.rank <= 2 and right.rank <= 2 and (left not in self.batched or right not in self.batched):
            return self._shared(value)
        x, y = self.new[left], self.new[right]
        if left.rank == 1:
            x = self.graph.expand(x, (True, False, True))
        if right.rank == 1:
            y = self.graph.expand(y, (True, True, False))
        rank = max(left.rank, right.rank, 2)
        x, y = (
            self.graph.expand(v, [True] + [False] * (rank + 1 - v.rank) + [True] * (v.rank - 1)) if old in self.batched else v
            for old, v in ((left, x), (right, y))
        )
        return self.graph.reshape(self.graph.matmul(x, y), (self.points, *value.shape))

    def _shared(self, value: Value) -> Value:
        """One of two vectors or matrices is the same at all points: where the points may join the rows, one product."""
        left, right = value.operands
        x, y = self.new[left], self.new[right]
        graph = self.graph
        if left in self.batched and left.rank == 2:
            flat = graph.matmul(graph.merge(x, [2, 1]), y)
            return graph.reshape(flat, (self.points, *value.shape))
        if right in self.batched and right.rank == 1:
            return graph.matmul(y, graph.transpose(x, (1, 0)))
        return graph.matmul(x, y)

    def _narrow(self, value: Value) -> Value:
        """The product as one einsum, whose inner loop runs over the points; merged axes are taken apart again."""
        sides = [self._unmerged(operand) for operand in value.operands]
        if sides[0][1][-1] != sides[1][1][0]:
            sides = [(operand, [(extent,) for extent in operand.shape]) for operand in value.operands]
        fresh = count(1)
        inner, rows, columns = (
            tuple(next(fresh) for _ in piece)
            for piece in (
                sides[0][1][-1],
                *(pieces[place] if len(pieces) > 1 else () for (_, pieces), place in zip(sides, (0, 1), strict=True)),
            )
        )
        labels: list[tuple[int, ...]] = []
        lengths: dict[int, Extent] = {}
        for old, (source, _), own in zip(value.operands, sides, (rows + inner, inner + columns), strict=True):
            labels.append((0, *own) if old in self.batched else own)
            lengths.update(zip(labels[-1], self.new[source].shape, strict=True))
        output = (0, *rows, *columns)
        operands = [self.new[source] for source, _ in sides]
        made = self.graph.emit("einsum", operands, (*labels, output), shape=tuple(lengths[label] for label in output))
        return self.graph.reshape(made, (self.points, *value.shape))

    def _unmerged(self, value: Value) -> tuple[Value, list[tuple[Extent, ...]]]:
        """What a reshape has merged, and the lengths that make up each axis."""
        alone: tuple[Value, list[tuple[Extent, ...]]] = (value, [(extent,) for extent in value.shape])
        if value.operation != "reshape":
            return alone
        inner = value.operands[0]
        pieces: list[tuple[Extent, ...]] = []
        start = 0
        for extent in value.shape:
            end = start + 1
            while end < inner.rank and product(inner.shape[start:end]) != extent:
                end += 1
            pieces.append(inner.shape[start:end])
            start = end
        matched = start == inner.rank and all(product(p) == extent for p, extent in zip(pieces, value.shape, strict=True))
        return (inner, pieces) if matched and ONE not in inner.shape else alone

    def _inner(self, value: Value) -> Value:
        """The sum of all products of entries."""
        left, right = value.operands
        return self._dot(left, right, (self.points,))

    def _inner_last(self, value: Value) -> Value:
        left, right = value.operands
        return self._dot(left, right, (self.points, *value.shape))

    def _dot(self, left: Value, right: Value, shape: tuple[Extent, ...]) -> Value:
        """The sum of products over the axes after those of `shape`, as these are in the operands."""
        output = tuple(range(len(shape)))
        labels = [tuple(range(0 if old in self.batched else 1, old.rank + 1)) for old in (left, right)]
        return self.graph.emit("einsum", (self.new[left], self.new[right]), (*labels, output), shape=shape)

    # Matrix functions

    def _stacked(self, value: Value) -> Value:
        """A function of every matrix in a stack: the points join the axis of the stack."""
        made = self.new[value.operands[0]]
        stack = self.graph.merge(made, [2, 1, 1])
        shape = (stack.shape[0], *value.shape[1:])
        return self.graph.reshape(self.graph.emit(value.operation, (stack,), shape=shape), (self.points, *value.shape))

    def _solve(self, value: Value) -> Value:
        """Systems, each point with a matrix of its own (one that the points share is inverted, see factorise)."""
        matrix, right = value.operands
        columns = self.new[right]
        if right.rank == 1:
            columns = self.graph.expand(columns, (True, True, False) if right in self.batched else (True, False))
        shape = (self.points, value.shape[0], *(value.shape[1:] or (ONE,)))
        made = self.graph.emit("batch_solve", (self.new[matrix], columns), value.attributes, shape=shape)
        return self.graph.reshape(made, (self.points, *value.shape))

    def _matrix_power(self, value: Value) -> Value:
        return self._emit("batch_matrix_power", value, self._exponent(value.operands[1]))

    def _frechet(self, value: Value) -> Value:
        given = 1 + value.attributes[2]
        directions = [self.whole(operand) for operand in value.operands[1:given]]
        parameters = [self._exponent(operand) for operand in value.operands[given:]]
        operands = (self.whole(value.operands[0]), *directions, *parameters)
        return self.graph.emit("batch_frechet", operands, value.attributes, shape=(self.points, *value.shape))

    def _exponent(self, value: Value) -> Value:
        if value in self.batched:
            raise EvaluationError(
                "the exponent of a matrix power is one number for the whole batch", hint="evaluate the exponents one by one"
            )
        return self.new[value]
