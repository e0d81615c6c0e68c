"""What a language means by an array, and the functions of arrays by name."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from inspect import Parameter, signature
from typing import Any, TypeVar

from tensordiff.errors import ShapeError
from tensordiff.matrix.leaves import as_number
from tensordiff.parse.arrays.values import (
    Array,
    shape_of,
)
from tensordiff.parse.languages.code import Habits
from tensordiff.records import record

F = TypeVar("F", bound=Callable[..., Any])


@record
class Known:
    """A function and its parameters."""

    function: Callable[..., Any]
    parameters: tuple[str, ...]
    required: int
    variadic: bool
    """Whether the last one takes all arguments that are left."""


FUNCTIONS: dict[str, Known] = {}


def known(function: F) -> F:
    """Enters a function under its name, without the underscore at its end."""
    parameters = list(signature(function).parameters.values())[1:]
    variadic = any(parameter.kind is Parameter.VAR_POSITIONAL for parameter in parameters)
    required = sum(p.default is Parameter.empty and not (variadic and p.name == "axes") for p in parameters)
    FUNCTIONS[function.__name__.rstrip("_")] = Known(function, tuple(p.name for p in parameters), required, variadic)
    return function


def whole(value: Any) -> int:
    """A whole number that stands in code. Raises ShapeError."""
    found = as_number(value.core) if isinstance(value, Array) else Fraction(value) if isinstance(value, int) else None
    if found is None or found.denominator != 1:
        raise ShapeError("a whole number is needed here")
    return int(found)


def axis_of(habits: Habits, x: Array, axis: Any) -> int:
    place = whole(axis)
    place = place + x.rank if place < 0 else place - habits.base
    if not 0 <= place < x.rank:
        raise ShapeError(f"an array of shape {shape_of(x)} has no axis {whole(axis)}")
    return place


def axes_of(habits: Habits, x: Array, axis: Any) -> list[int]:
    if axis is None:
        return list(range(x.rank))
    return [axis_of(habits, x, place) for place in (axis if isinstance(axis, tuple) else (axis,))]
