"""Arrays made of sizes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tensordiff.errors import ShapeError
from tensordiff.matrix import Matrix, build
from tensordiff.parse.arrays.matrices import diag, square
from tensordiff.parse.arrays.registry import axis_of, known
from tensordiff.parse.arrays.values import (
    Array,
    group_of,
    of_matrix,
    scalar,
    shape_of,
)
from tensordiff.parse.languages.code import Habits
from tensordiff.tensor import Group


def _sizes(sizes: Sequence[Any]) -> tuple[Group, ...]:
    found: list[Group] = []
    for size in sizes[0] if len(sizes) == 1 and isinstance(sizes[0], tuple) else sizes:
        group = group_of(size.core) if isinstance(size, Array) and size.is_scalar else None
        if group is None:
            raise ShapeError("this is no size", hint="a size is a number, a declared size, or X.shape[0]")
        found.append(group)
    return tuple(found)


@known
def eye(habits: Habits, n: Any, m: Any = None) -> Array:
    groups = _sizes([n] if m is None else [n, m])
    if groups[0] != groups[-1]:
        raise ShapeError("this identity is not square")
    return Array(build.eye(groups[0]), (groups[0], groups[0]))


@known
def ones(habits: Habits, *sizes: Any) -> Array:
    return _filled(build.number(1), habits, sizes)


@known
def zeros(habits: Habits, *sizes: Any) -> Array:
    return _filled(build.number(0), habits, sizes)


def _filled(value: Matrix, habits: Habits, sizes: Sequence[Any]) -> Array:
    shape = _sizes(sizes)
    if habits.columns and len(shape) < 2:
        shape = (*shape, ()) if len(shape) == 1 else ((), ())
    return full(habits, shape, scalar(value))


@known
def full(habits: Habits, shape: Any, value: Array) -> Array:
    groups = shape if isinstance(shape, tuple) and not any(isinstance(x, Array) for x in shape) else _sizes([shape])
    long = [group for group in groups if group]
    if not long:
        return Array(value.core, tuple(groups))
    if len(long) <= 2:
        return Array(build.product(value.core, build.ones(*long)), tuple(groups))
    letters = [f"i{k}" for k in range(len(long))]
    body = build.product(value.core, *(build.entry(build.ones(g), (x,)) for g, x in zip(long, letters, strict=True)))
    return Array(build.contract(body, letters), tuple(groups))


@known
def ones_like(habits: Habits, x: Array) -> Array:
    return full(habits, x.shape, scalar(build.number(1)))


@known
def zeros_like(habits: Habits, x: Array) -> Array:
    return full(habits, x.shape, scalar(build.number(0)))


@known
def tril(habits: Habits, x: Array) -> Array:
    return _masked(build.tril, x)


@known
def triu(habits: Habits, x: Array) -> Array:
    return _masked(build.triu, x)


def _masked(mask: Callable[..., Matrix], x: Array) -> Array:
    core = square("this mask", x)
    if len(core.shape) != 2 or len(core.shape[0]) != 1:
        raise ShapeError(f"a triangle of an array of shape {shape_of(x)} is not read")
    return Array(build.hadamard(mask(core.shape[0][0]), core), x.shape)


@known
def length(habits: Habits, x: Array) -> Array:
    if not x.rank:
        raise ShapeError("a number has no length")
    return _count(x.shape[0])


@known
def size(habits: Habits, x: Array, axis: Any = None) -> Any:
    if axis is not None:
        return _count(x.shape[axis_of(habits, x, axis)])
    return shape(habits, x)


@known
def shape(habits: Habits, x: Array) -> tuple[Array, ...]:
    return tuple(_count(group) for group in x.shape)


@known
def count(habits: Habits, x: Array) -> Array:
    """The number of entries."""
    return _count(tuple(dim for group in x.shape for dim in group))


def _count(group: Group) -> Array:
    return scalar(build.product(*map(build.size, group)) if group else build.number(1))


@known
def diag_or_eye(habits: Habits, x: Array) -> Array:
    """R's diag: of a size it is the identity."""
    return eye(habits, x) if not x.rank else diag(habits, x)


@known
def repmat(habits: Habits, x: Array, rows: Any, columns: Any = None) -> Array:
    """The array many times below and beside each other."""
    groups = _sizes([rows, rows if columns is None else columns])
    made = build.kron(build.ones(*groups), x.matrix())
    return of_matrix(made, 2)
