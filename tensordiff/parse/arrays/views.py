"""The same entries on other axes."""

from __future__ import annotations

from typing import Any

from tensordiff.errors import ShapeError
from tensordiff.matrix import build
from tensordiff.matrix.leaves import as_number
from tensordiff.parse.arrays.registry import known, whole
from tensordiff.parse.arrays.values import (
    Array,
    group_of,
    of_matrix,
    shape_of,
)
from tensordiff.parse.languages.code import Habits


@known
def ravel(habits: Habits, x: Array, order: Any = "C") -> Array:
    """All entries in one axis, the rows one after another; order="F" is by columns."""
    if x.rank > 2:
        raise ShapeError(f"an array of shape {shape_of(x)} is not flattened here")
    core = build.call("vec", x.core if order == "F" else build.transpose(x.core)) if len(x.core.shape) == 2 else x.core
    return Array(core, core.shape if core.shape else ((),))


@known
def stack(habits: Habits, x: Array) -> Array:
    """The columns one below the other."""
    core = build.call("vec", x.core)
    return of_matrix(core, 2) if habits.columns else Array(core, core.shape)


@known
def reshape(habits: Habits, x: Array, *sizes: Any) -> Array:
    wanted = sizes[0] if len(sizes) == 1 and isinstance(sizes[0], tuple) else sizes
    numbers = [as_number(size.core) if isinstance(size, Array) else None for size in wanted]
    if numbers == [-1]:
        return ravel(habits, x)
    if len(x.core.shape) < 2:
        known_ones = [number == 1 for number in numbers]
        if known_ones.count(False) == 1:
            group = next((group for group in x.shape if group), ())
            return Array(x.core, tuple(() if one else group for one in known_ones))
    groups = tuple(group_of(size.core) if isinstance(size, Array) else None for size in wanted)
    if groups == x.shape:
        return x
    raise ShapeError("this reshape is not read", hint="x[:, None] adds an axis, X.reshape(-1) is one of all entries")


@known
def squeeze(habits: Habits, x: Array, axis: Any = None) -> Array:
    return Array(x.core, tuple(group for group in x.shape if group))


@known
def unsqueeze(habits: Habits, x: Array, axis: Any) -> Array:
    place = whole(axis)
    place = place + x.rank + 1 if place < 0 else place
    if not 0 <= place <= x.rank:
        raise ShapeError(f"an array of shape {shape_of(x)} gets no axis at {whole(axis)}")
    return Array(x.core, (*x.shape[:place], (), *x.shape[place:]))
