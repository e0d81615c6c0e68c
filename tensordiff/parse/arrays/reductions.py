"""Sums, means and norms along axes."""

from __future__ import annotations

from typing import Any

from tensordiff.errors import DomainError, ShapeError
from tensordiff.matrix import build
from tensordiff.matrix.leaves import as_number
from tensordiff.parse.arrays.entrywise import each, power
from tensordiff.parse.arrays.registry import axes_of, axis_of, known
from tensordiff.parse.arrays.values import (
    Array,
    scalar,
    shape_of,
    summed,
)
from tensordiff.parse.languages.code import Habits


@known
def sum_(habits: Habits, x: Array, axis: Any = None, keepdims: Any = False) -> Array:
    if axis is None and habits.columns and not x.is_scalar:
        long = [place for place, group in enumerate(x.shape) if group]
        if len(long) > 1:
            raise ShapeError(
                "sum of a matrix without an axis sums its columns, not all entries", hint='write sum(A, 1), or sum(A, "all")'
            )
    if axis == "all":
        axis = None
    return summed(x, axes_of(habits, x, axis), keep=keepdims is True or habits.columns)


@known
def total(habits: Habits, x: Array) -> Array:
    """The sum of all entries."""
    return summed(x, range(x.rank))


@known
def mean(habits: Habits, x: Array, axis: Any = None, keepdims: Any = False) -> Array:
    found = sum_(habits, x, axis, keepdims)
    lengths = [build.size(dim) for place in axes_of(habits, x, None if axis == "all" else axis) for dim in x.shape[place]]
    return Array(build.divide(found.core, build.product(*lengths)) if lengths else found.core, found.shape)


@known
def softmax(habits: Habits, x: Array, axis: Any = None) -> Array:
    return _along("softmax", habits, x, axis, reduces=False)


@known
def logsumexp(habits: Habits, x: Array, axis: Any = None) -> Array:
    return _along("logsumexp", habits, x, axis, reduces=True)


def _along(name: str, habits: Habits, x: Array, axis: Any, *, reduces: bool) -> Array:
    place = None if axis is None else axis_of(habits, x, axis)
    if x.rank == 1 or x.is_scalar:
        made = build.call(name, x.core)
        return Array(made, () if reduces else x.shape)
    if place is None or len(x.core.shape) != 2 or x.rank != 2:
        raise ShapeError(f"{name} of an array of shape {shape_of(x)} needs an axis")
    made = build.call(name, x.core, build.number(place + 1))
    if not reduces:
        return Array(made, x.shape)
    return Array(build.transpose(made) if place == 0 else made, (x.shape[1 - place],))


@known
def norm(habits: Habits, x: Array, ord: Any = None, axis: Any = None, keepdims: Any = False) -> Array:
    """The Euclidean or Frobenius norm, or the sum of absolute values of a vector."""
    number = ord if isinstance(ord, str) or ord is None else as_number(ord.core)
    vector = axis is not None or x.rank < 2 or (habits.columns and () in x.shape)
    if number == "fro" or (number is None and (vector or not habits.columns)) or (number == 2 and vector):
        if axis is None:
            return scalar(build.call("norm2", x.core))
        squares = sum_(habits, power(habits, x, scalar(build.number(2))), axis, keepdims)
        return each("sqrt", squares)
    if number == 1 and vector and axis is None:
        return scalar(build.call("norm1", x.core))
    raise DomainError(
        "operator norms and other norms are not read here", hint='norm(x) of a vector, norm(X, "fro") of a matrix'
    )
