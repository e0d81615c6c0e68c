"""Programs before they are written down: a graph of primitive array operations, each value computed once.

The planner and the recorder of functions append values here, backends turn each into a line of code. Equal operations
on equal operands are the same value, so common subexpressions are found whatever pass asks for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from tensordiff.evaluate.primitives import PRIMITIVES, Kind, Primitive, Shape
from tensordiff.records import field, record
from tensordiff.tensor.extent import ONE, Extent, product


@record(eq=False)
class Value:
    """One step: an operation on earlier values. `attributes` are what the operation needs to know besides."""

    number: int
    operation: str
    operands: tuple[Value, ...]
    attributes: tuple[Any, ...]
    shape: Shape
    is_number: bool
    """Whether it is a Python number, or made of them alone."""

    @property
    def rank(self) -> int:
        return len(self.shape)

    @property
    def primitive(self) -> Primitive:
        """What is known of the operation."""
        return PRIMITIVES[self.operation]

    @property
    def kind(self) -> Kind:
        return PRIMITIVES[self.operation].kind

    def __repr__(self) -> str:
        return f"<{self.number}: {self.operation} of {[v.number for v in self.operands]}>"


_LONG_POWER = 1000
"""Powers of whole numbers with higher exponents are taken of floats, which overflow at once."""


@record(frozen=False)
class Graph:
    """Values in the order in which they were asked for: operands come before what uses them."""

    values: list[Value] = field(default_factory=list)
    hints: dict[Value, str] = field(default_factory=dict)
    """Names that a person would give."""
    symmetric: set[Value] = field(default_factory=set)
    """Values that are known to equal their transposes."""
    nonnegative: set[Value] = field(default_factory=set)
    """Vectors known to have no negative entry."""
    definite: set[Value] = field(default_factory=set)
    """Those that are known to be positive definite wherever they are invertible."""
    _known: dict[tuple[object, ...], Value] = field(default_factory=dict)

    def emit(self, operation: str, operands: Sequence[Value] = (), attributes: Iterable[Any] = (), *, shape: Shape) -> Value:
        """The value of an operation; an equal one is reused."""
        attributes = tuple(attributes)
        key = (operation, tuple(v.number for v in operands), attributes, shape)
        found = self._known.get(key)
        if found is None:
            kind = PRIMITIVES[operation].kind
            of_numbers = kind == "elementwise" and not shape and all(value.is_number for value in operands)
            is_number = kind == "number" or of_numbers
            found = Value(len(self.values), operation, tuple(operands), attributes, shape, is_number)
            self.values.append(found)
            self._known[key] = found
        return found

    # Leaves

    def input(self, name: str, shape: Shape) -> Value:
        return self.emit("input", (), (name,), shape=shape)

    def constant(self, value: int | Fraction | float) -> Value:
        if isinstance(value, Fraction) and value.denominator == 1:
            value = int(value)
        return self.emit("constant", (), (type(value).__name__, value), shape=())

    def size(self, extent: Extent) -> Value:
        if not extent.terms or (len(extent.terms) == 1 and not extent.terms[0][0]):
            return self.constant(extent.terms[0][1] if extent.terms else 0)
        return self.emit("size", (), (extent,), shape=())

    # Entry by entry

    def elementwise(self, operation: str, *operands: Value) -> Value:
        """An operation on every entry; shapes broadcast as in NumPy."""
        simpler = self._simplified(operation, operands)
        return simpler or self.emit(operation, operands, shape=broadcast([v.shape for v in operands]))

    def _simplified(self, operation: str, operands: tuple[Value, ...]) -> Value | None:
        """Multiplications by one and additions of zero, left by rules that were written for every case."""
        if operation == "multiply":
            for one, other in (operands, operands[::-1]):
                if number_of(one) == 1 and is_array(other):
                    return other
                if number_of(one) == -1 and is_array(other):
                    return self.elementwise("negative", other)
        elif operation == "add":
            for nought, other in (operands, operands[::-1]):
                if number_of(nought) == 0 and is_array(other):
                    return other
                if other.operation == "negative" and not is_number(nought):
                    return self.elementwise("subtract", nought, other.operands[0])
        elif operation in ("subtract", "divide"):
            if number_of(operands[1]) == (0 if operation == "subtract" else 1) and is_array(operands[0]):
                return operands[0]
        elif operation == "greater" and number_of(operands[1]) == 0 and operands[0].operation == "where":
            condition, *sides = operands[0].operands  # a comparison as 1 and 0, compared with 0
            return condition if [number_of(side) for side in sides] == [1, 0] else None
        elif operation == "power":
            return self._power(*operands)
        elif operation == "sqrt":
            return self._norm(operands[0])
        elif operation == "negative" and operands[0].operation == "negative":
            return operands[0].operands[0]
        return None

    def _norm(self, square: Value) -> Value | None:
        """The root of a square, or of a positive number times one: its squares may overflow where the root does not."""
        if (root := _rooted(square)) is not None:
            return self.emit("norm", (root,), shape=())
        if square.operation in ("multiply", "divide") and not square.shape:
            for place, other in ((0, 1), (1, 0)) if square.operation == "multiply" else ((0, 1),):
                root = _rooted(square.operands[place])
                if root is not None and _is_positive(square.operands[other]):
                    norm = self.emit("norm", (root,), shape=())
                    return self.elementwise(square.operation, norm, self.elementwise("sqrt", square.operands[other]))
        return None

    def _power(self, base: Value, exponent: Value) -> Value | None:
        p = number_of(exponent)
        if p is not None and abs(p) > _LONG_POWER and number_of(base) is not None:
            return self.emit("power", (self.constant(float(base.attributes[1])), exponent), shape=())
        if p is None or not is_array(base):
            return None
        if p == 1:
            return base
        special = {Fraction(2): "square", Fraction(1, 2): "sqrt"}.get(p)
        if special:
            return self.elementwise(special, base)
        if p == -1:
            return self.elementwise("divide", self.constant(1), base)
        if p in (Fraction(-1, 2), Fraction(-2)):
            return self.elementwise("divide", self.constant(1), self.elementwise("sqrt" if p > -1 else "square", base))
        if p == 4:  # five times as fast as a power
            return self.elementwise("square", self.elementwise("square", base))
        if p in (Fraction(3, 2), 3):
            return self.elementwise("multiply", base, self.elementwise("sqrt" if p < 2 else "square", base))
        return None

    # Views and shapes

    def transpose(self, value: Value, axes: Sequence[int]) -> Value:
        """The value whose axis p is the operand's axis axes[p]."""
        axes = tuple(axes)
        if value.operation == "transpose":
            inner: tuple[int, ...] = value.attributes[0]
            return self.transpose(value.operands[0], tuple(inner[a] for a in axes))
        half = value.rank // 2
        if axes == tuple(range(value.rank)):
            return value
        if value in self.symmetric and axes == (*range(half, value.rank), *range(half)):
            return value
        return self.emit("transpose", (value,), (axes,), shape=tuple(value.shape[a] for a in axes))

    def expand(self, value: Value, places: Sequence[bool]) -> Value:
        """New axes of length one where `places` is False; leading ones are left out, broadcasting supplies them."""
        kept = list(places)
        while kept and not kept[0]:
            kept.pop(0)
        if all(kept):
            return value
        axes = iter(value.shape)
        return self.emit("expand", (value,), (tuple(kept),), shape=tuple(next(axes) if real else ONE for real in kept))

    def reshape(self, value: Value, shape: Shape) -> Value:
        if value.operation == "reshape":
            return self.reshape(value.operands[0], shape)
        return value if value.shape == shape else self.emit("reshape", (value,), shape=shape)

    def merge(self, value: Value, groups: Sequence[int]) -> Value:
        """Neighbouring axes made one: groups[p] axes go to axis p of the result."""
        shape: list[Extent] = []
        start = 0
        for count in groups:
            shape.append(product(value.shape[start : start + count]))
            start += count
        if is_number(value):
            return self.broadcast_to(value, tuple(shape))
        return value if all(count == 1 for count in groups) else self.reshape(value, tuple(shape))

    def broadcast_to(self, value: Value, shape: Shape) -> Value:
        return value if value.shape == shape else self.emit("broadcast_to", (value,), shape=shape)

    def diagonal(self, value: Value, pattern: Sequence[int]) -> Value:
        """The diagonal on axes with equal numbers in `pattern`, in the order of first appearance."""
        pattern = tuple(pattern)
        order = tuple(dict.fromkeys(pattern))
        if len(order) == len(pattern):
            return value
        return self.emit("diagonal", (value,), (pattern,), shape=tuple(value.shape[pattern.index(i)] for i in order))

    def add_diagonal(self, base: Value | None, value: Value, pattern: Sequence[int], shape: Shape) -> Value:
        """`base` (zeros where None) with `value` added on the diagonal of axes with equal numbers in `pattern`; the axes of
        `value` are the different numbers in the order of first appearance (it may broadcast)."""
        operands = (value,) if base is None else (value, base)
        return self.emit("add_diagonal", operands, (tuple(pattern),), shape=shape)

    def sum(self, value: Value, axes: Sequence[int]) -> Value:
        axes = tuple(sorted(axes))
        if not axes:
            return value
        shape = tuple(extent for a, extent in enumerate(value.shape) if a not in axes)
        return self.emit("sum", (value,), (axes,), shape=shape)

    def matmul(self, left: Value, right: Value) -> Value:
        """`left @ right` with NumPy's rules: vectors at either end, leading axes broadcast. A' B' is (B A)': BLAS is faster
        with matrices as they stand."""
        if left.operation == right.operation == "transpose" and left.rank == right.rank == 2:
            return self.transpose(self.matmul(right.operands[0], left.operands[0]), (1, 0))
        batch = broadcast([left.shape[:-2], right.shape[:-2]])
        rows = left.shape[-2:-1] if left.rank > 1 else ()
        columns = right.shape[-1:] if right.rank > 1 else ()
        return self.emit("matmul", (left, right), shape=(*batch, *rows, *columns))


def broadcast(shapes: Sequence[Shape]) -> Shape:
    """The common shape under NumPy's broadcasting, where axes of length one are the literal one."""
    rank = max((len(s) for s in shapes), default=0)
    result: list[Extent] = []
    for axis in range(-rank, 0):
        found = [s[axis] for s in shapes if len(s) >= -axis]
        result.append(next((extent for extent in found if not extent.is_one), found[0]))
    return tuple(result)


def _rooted(value: Value) -> Value | None:
    """The array of whose entries a number is the sum of squares."""
    if value.shape or not value.operands:
        return None
    (inner, *others) = value.operands
    if value.operation in ("matmul", "inner") and others[0] is inner:
        return inner
    return inner.operands[0] if value.operation == "sum" and inner.operation == "square" else None


def _is_positive(value: Value) -> bool:
    """Whether a value is a positive number: a constant, a size, or products of such."""
    if value.operation in ("multiply", "divide"):
        return all(map(_is_positive, value.operands))
    if value.operation == "power":
        return _is_positive(value.operands[0])
    found = number_of(value)
    return value.operation == "size" or (found is not None and found > 0)


def number_of(value: Value) -> Fraction | None:
    """The number that a constant is."""
    if value.operation != "constant" or isinstance(value.attributes[1], float):
        return None
    return Fraction(value.attributes[1])


def is_number(value: Value) -> bool:
    return value.is_number


def is_array(value: Value) -> bool:
    return not is_number(value)


def live(outputs: Sequence[Value]) -> list[Value]:
    """The values that the outputs need, operands first."""
    needed: set[Value] = set()
    stack = list(outputs)
    while stack:
        value = stack.pop()
        if value not in needed:
            needed.add(value)
            stack.extend(value.operands)
    return sorted(needed, key=lambda value: value.number)
