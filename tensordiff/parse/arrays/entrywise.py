"""Functions of arrays entry by entry."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tensordiff.matrix import Matrix, build
from tensordiff.parse.arrays.registry import known
from tensordiff.parse.arrays.values import (
    Array,
    joint_shape,
    spread,
)
from tensordiff.parse.languages.code import Habits


def entrywise(operation: Callable[..., Matrix], habits: Habits, a: Array, b: Array) -> Array:
    """An operation of two arrays entry by entry, with broadcasting. Raises ShapeError."""
    shape = joint_shape(a, b, habits.align)
    return Array(operation(spread(a, shape, habits.align), spread(b, shape, habits.align)), shape)


def plus(a: Matrix, b: Matrix) -> Matrix:
    return build.add([(1, a), (1, b)])


def minus(a: Matrix, b: Matrix) -> Matrix:
    return build.add([(1, a), (-1, b)])


def each(function: Any, *arrays: Array) -> Array:
    """A function of one argument, on every entry."""
    (x,) = arrays
    return Array(build.call(function, x.core), x.shape)


@known
def add(habits: Habits, a: Array, b: Array) -> Array:
    return entrywise(plus, habits, a, b)


@known
def subtract(habits: Habits, a: Array, b: Array) -> Array:
    return entrywise(minus, habits, a, b)


@known
def multiply(habits: Habits, a: Array, b: Array) -> Array:
    return entrywise(build.hadamard, habits, a, b)


@known
def divide(habits: Habits, a: Array, b: Array) -> Array:
    return entrywise(build.dot_divide, habits, a, b)


@known
def power(habits: Habits, a: Array, b: Array) -> Array:
    return entrywise(build.dot_power, habits, a, b)


@known
def negative(habits: Habits, x: Array) -> Array:
    return Array(build.scale(-1, x.core), x.shape)


@known
def above(habits: Habits, a: Array, b: Array) -> Array:
    """1 where a is larger, 0 elsewhere."""
    return entrywise(lambda x, y: build.call("greater", x, y), habits, a, b)


@known
def at_least(habits: Habits, a: Array, b: Array) -> Array:
    """1 where a is as large as b or larger, 0 elsewhere."""
    return entrywise(lambda x, y: build.call("greater_equal", x, y), habits, a, b)


@known
def maximum(habits: Habits, a: Array, b: Array) -> Array:
    return entrywise(lambda x, y: build.call("max", x, y), habits, a, b)


@known
def minimum(habits: Habits, a: Array, b: Array) -> Array:
    return entrywise(lambda x, y: build.call("min", x, y), habits, a, b)


@known
def same(habits: Habits, x: Array) -> Array:
    """A change of the type of the entries alone."""
    return x


@known
def where(habits: Habits, x: Array, a: Array, b: Array) -> Array:
    """a where a condition holds, b where it does not."""
    shape = joint_shape(x, Array(a.core, joint_shape(a, b, habits.align)), habits.align)
    first, second = (spread(side, shape, habits.align) for side in (a, b))
    compared = build.condition(x.core)
    sides = [spread(Array(side, x.shape if side.shape else ()), shape, habits.align) for side in compared.children]
    return Array(build.call("where", build.call(compared.data[0], *sides), first, second), shape)
