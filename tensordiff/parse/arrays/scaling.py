"""Multiples of the identity of any size: Julia's I, whose size is that of what stands beside it."""

from __future__ import annotations

from typing import Any

from tensordiff.matrix import Matrix, build
from tensordiff.parse.arrays.entrywise import add, subtract
from tensordiff.parse.arrays.values import Array
from tensordiff.parse.languages.code import Habits
from tensordiff.records import record

_PRODUCTS = ("matrix_product", "multiply")


@record
class Scaling:
    """A number times the identity."""

    factor: Matrix


def scaled(habits: Habits, operation: str, a: Any, b: Any) -> Array | Scaling | None:
    """An operation of two values, one of which is a multiple of the identity; None where it has no value."""
    if isinstance(a, Scaling) and isinstance(b, Scaling):
        if operation in _PRODUCTS:
            return Scaling(build.product(a.factor, b.factor))
        if operation in ("add", "subtract"):
            return Scaling(build.add([(1, a.factor), (1 if operation == "add" else -1, b.factor)]))
        return None
    if isinstance(a, Scaling) and isinstance(b, Array):
        return _beside(habits, operation, a, b, first=True)
    if isinstance(a, Array) and isinstance(b, Scaling):
        return _beside(habits, operation, b, a, first=False)
    return None


def _beside(habits: Habits, operation: str, unit: Scaling, array: Array, *, first: bool) -> Array | Scaling | None:
    if array.is_scalar and operation in _PRODUCTS:
        return Scaling(build.product(unit.factor, array.core))
    if array.is_scalar and operation == "solve_right" and first:
        return Scaling(build.divide(unit.factor, array.core))
    if operation == "matrix_product":
        return Array(build.product(unit.factor, array.core), array.shape)
    if array.is_scalar or operation not in ("add", "subtract") or array.rank != 2 or array.shape[0] != array.shape[1]:
        return None
    eye = Array(build.product(unit.factor, build.eye(array.shape[0])), array.shape)
    function = add if operation == "add" else subtract
    made: Array = function(habits, eye, array) if first else function(habits, array, eye)
    return made
