"""Exact arithmetic with fractions of any size, on object arrays."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from tensordiff.errors import EvaluationError
from tensordiff.evaluate.array_ops import Array
from tensordiff.evaluate.field import FieldOps, NotRational

_MOST_BITS = 20_000
"""Of numerator and denominator together: powers with exponents in the thousands are left to other arithmetics."""


class RationalOps(FieldOps):
    """Fractions. Slower than arithmetic modulo a prime, but the values are the true ones: right for witnesses."""

    def literal(self, array: Any) -> Array:
        array = np.asarray(array)
        made = np.empty(array.shape, dtype=object)
        made.ravel()[:] = [Fraction(value) for value in array.ravel().tolist()]
        return made

    def constant(self, value: int | Fraction | float) -> Array:
        return _scalar(Fraction(value))

    def pi(self) -> Array:
        raise NotRational("pi is not rational")

    def add(self, a: Array, b: Array) -> Array:
        return _array(np.add(a, b))

    def subtract(self, a: Array, b: Array) -> Array:
        return _array(np.subtract(a, b))

    def multiply(self, a: Array, b: Array) -> Array:
        return _bounded(np.multiply(a, b))

    def sum(self, a: Array, axes: tuple[int, ...]) -> Array:
        return _array(np.add.reduce(a, axis=axes, initial=Fraction(0)))

    def matmul(self, a: Array, b: Array) -> Array:
        return _bounded(np.matmul(a, b))

    def reciprocal(self, a: Array) -> Array:
        a = np.asarray(a)
        if np.any(a == 0):
            raise EvaluationError("division by zero")
        return _array(np.divide(self.constant(1), a))


def _scalar(value: Fraction) -> Array:
    made = np.empty((), dtype=object)
    made[()] = value
    return made


def _bounded(value: Any) -> Array:
    made = _array(value)
    if any(entry.numerator.bit_length() + entry.denominator.bit_length() > _MOST_BITS for entry in made.flat):
        raise EvaluationError("a number has too many digits to be computed exactly")
    return made


def _array(value: Any) -> Array:
    return value if isinstance(value, np.ndarray) else _scalar(value)
