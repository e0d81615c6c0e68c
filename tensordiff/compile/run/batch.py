"""Calls with leading axes: broadcast against each other, made one axis for the program, and put in front of the results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any, Protocol

from tensordiff.errors import EvaluationError

Shape = tuple[int, ...]


class Runs(Protocol):
    """What a program's function is called through."""

    def run(self, values: Sequence[Any]) -> Any: ...


def common_shape(shapes: Mapping[str, Shape]) -> Shape:
    """The leading axes of several inputs broadcast as in NumPy. Raises EvaluationError where they cannot be."""
    full: list[int] = []
    owner: list[str] = []
    for name, shape in shapes.items():
        missing = len(shape) - len(full)
        if missing > 0:
            full, owner = [1] * missing + full, [name] * missing + owner
        for place, length in enumerate(shape, start=len(full) - len(shape)):
            if length != 1 and full[place] not in (1, length):
                first = owner[place]
                raise EvaluationError(
                    f"the batch axes of {first} and {name} do not fit: {shapes[first]} and {shape}",
                    hint="batch axes are those before the declared ones; they broadcast as in NumPy",
                )
            if length != 1:
                full[place], owner[place] = length, name
    return tuple(full)


class BatchCall:
    """A program's function for inputs that have leading axes of these shapes (None: no such axes), and their common shape."""

    def __init__(self, inner: Runs, shapes: Sequence[Shape | None], common: Shape, namespace: Any) -> None:
        self.inner = inner
        self.shapes = tuple(shapes)
        self.common = common
        self.namespace = namespace
        self.points = prod(common)

    def run(self, values: Sequence[Any]) -> Any:
        flat = [self._flat(value, shape) for value, shape in zip(values, self.shapes, strict=True)]
        try:
            results = self.inner.run(flat)
        except EvaluationError as error:
            if any(shape is not None for shape in self.shapes):
                raise self._placed(error, flat) from error
            raise
        return [self._shaped(array) for array in results] if isinstance(results, list) else self._shaped(results)

    def _flat(self, value: Any, shape: Shape | None) -> Any:
        """The array with one leading axis."""
        if shape is None or (len(shape) == 1 and shape == self.common):
            return value
        own = tuple(value.shape[len(shape) :])
        if shape != self.common:
            value = self.namespace.broadcast_to(
                value.reshape((1,) * (len(self.common) - len(shape)) + tuple(value.shape)), self.common + own
            )
        return value.reshape((self.points, *own))

    def _shaped(self, array: Any) -> Any:
        """The result with the common leading axes."""
        if all(shape is None for shape in self.shapes):
            spread = self.namespace.broadcast_to(array, (*self.common, *array.shape))
            return spread + self.namespace.zeros_like(array)  # an array of its own
        if len(self.common) == 1:
            return array
        return array.reshape((*self.common, *array.shape[1:]))

    def _placed(self, error: EvaluationError, flat: Sequence[Any]) -> EvaluationError:
        """The error of the first point that has one, found by bisection."""
        low, high = 0, self.points
        while high - low > 1:
            middle = (low + high) // 2
            if self._failure(flat, low, middle) is None:
                low = middle
            else:
                high = middle
        failure = self._failure(flat, low, high)
        if failure is None:  # it takes several points to fail
            return error
        place: list[int] = []
        for length in reversed(self.common):
            low, here = divmod(low, length)
            place.insert(0, here + 1)
        where = ", ".join(map(str, place))
        return EvaluationError(f"{failure.message}, in element {where} of the batch", hint=failure.hint)

    def _failure(self, flat: Sequence[Any], low: int, high: int) -> EvaluationError | None:
        part = [value if shape is None else value[low:high] for value, shape in zip(flat, self.shapes, strict=True)]
        try:
            self.inner.run(part)
        except EvaluationError as error:
            return error
        return None
