"""Functions of whole matrices, and the order of axes."""

from __future__ import annotations

from typing import Any

from tensordiff.errors import ShapeError
from tensordiff.matrix import Matrix, build, same_size
from tensordiff.parse.arrays.registry import axis_of, known
from tensordiff.parse.arrays.values import (
    Array,
    permuted,
    scalar,
    shape_of,
)
from tensordiff.parse.languages.code import Habits


def matrix(name: str, x: Array) -> Matrix:
    if x.rank != 2:
        raise ShapeError(f"{name} needs a matrix, and this array has the shape {shape_of(x)}")
    return x.matrix()


def square(name: str, x: Array) -> Matrix:
    found = matrix(name, x)
    if not same_size(x.shape[0], x.shape[1]):
        raise ShapeError(f"{name} needs a square matrix, and this array has the shape {shape_of(x)}")
    return found


def _ofsquare(name: str, word: str | None = None) -> None:
    """Enters a function of one square matrix that the matrix form has."""

    def function(habits: Habits, x: Array) -> Array:
        made = build.call(word or name, square(name, x))
        return Array(made, x.shape if made.shape or name in ("expm", "logm", "sqrtm", "adjugate") else ())

    function.__name__ = name
    known(function)


for _name in ("det", "logdet", "trace", "expm", "logm", "sqrtm", "adjugate"):
    _ofsquare(_name, {"trace": "tr", "adjugate": "adj"}.get(_name))


@known
def inv(habits: Habits, x: Array) -> Array:
    if not x.rank:
        return Array(build.inverse(x.core), ())
    return Array(build.inverse(square("inv", x)), x.shape)


@known
def pinv(habits: Habits, x: Array) -> Array:
    return Array(build.call("pinv", matrix("pinv", x)), x.shape[::-1])


@known
def cholesky(habits: Habits, x: Array) -> Array:
    return Array(build.call("chol", square("cholesky", x)), x.shape)


@known
def slogdet(habits: Habits, x: Array) -> tuple[Array, Array]:
    a = square("slogdet", x)
    return scalar(build.call("sign", build.call("det", a))), scalar(build.call("logdet", a))


@known
def transpose(habits: Habits, x: Array, *axes: Any) -> Array:
    """The axes in reverse, or as given; of a vector with one axis it is the vector."""
    wanted = axes[0] if len(axes) == 1 and isinstance(axes[0], tuple) else axes
    if not wanted or wanted == (None,):
        return permuted(x, range(x.rank)[::-1])
    order = [axis_of(habits, x, place) for place in wanted]
    if sorted(order) != list(range(x.rank)):
        raise ShapeError(f"these are not all axes of an array of shape {shape_of(x)}")
    return permuted(x, order)


@known
def row(habits: Habits, x: Array) -> Array:
    """R's t: a vector becomes a row."""
    return Array(x.core, ((), *x.shape)) if x.rank == 1 else transpose(habits, x)


@known
def swapaxes(habits: Habits, x: Array, a: Any = 0, b: Any = 1) -> Array:
    order = list(range(x.rank))
    i, j = axis_of(habits, x, a), axis_of(habits, x, b)
    order[i], order[j] = order[j], order[i]
    return permuted(x, order)


@known
def turned(habits: Habits, x: Array) -> Array:
    """The last two axes exchanged."""
    if x.rank < 2:
        raise ShapeError(f".mT needs two axes, and this array has the shape {shape_of(x)}")
    return permuted(x, [*range(x.rank - 2), x.rank - 1, x.rank - 2])


@known
def diag(habits: Habits, x: Array) -> Array:
    """The diagonal matrix of a vector, or the diagonal of a matrix."""
    if x.rank == 1 or (habits.columns and () in x.shape and not x.is_scalar):
        group = next((group for group in x.shape if group), ())
        return Array(build.call("diag", x.core), (group, group))
    found = build.call("diag", square("diag", x))
    return Array(found, (x.shape[0], ()) if habits.columns else x.shape[:1])
