"""What exact arithmetic in a field can do: everything rational. Anything else raises NotRational."""

from __future__ import annotations

from abc import abstractmethod
from fractions import Fraction
from typing import Any, NoReturn

import numpy as np

from tensordiff.errors import EvaluationError
from tensordiff.evaluate.array_ops import Array, ArrayOps
from tensordiff.evaluate.primitives import PRIMITIVES


class NotRational(EvaluationError):  # noqa: N818 - a finding, after which one goes another way
    """The expression is not a rational function of its inputs, so exact arithmetic cannot evaluate it."""


class FieldOps(ArrayOps):
    """Rational operations over a field. A subclass says how entries are reduced and inverted."""

    @abstractmethod
    def reciprocal(self, a: Array) -> Array:
        """1/a in every entry; raises where an entry is zero."""

    @abstractmethod
    def subtract(self, a: Array, b: Array) -> Array: ...

    def negative(self, a: Array) -> Array:
        return self.subtract(self.constant(0), a)

    def divide(self, a: Array, b: Array) -> Array:
        return self.multiply(a, self.reciprocal(b))

    def power(self, a: Array, b: Any) -> Array:
        """Integer powers, given exactly, by repeated squaring."""
        k = self._integer(b)
        if k < 0:
            a, k = self.reciprocal(a), -k
        made = self.literal(np.ones(np.shape(a), dtype=np.int64))
        while k:
            if k & 1:
                made = self.multiply(made, a)
            k >>= 1
            if k:
                a = self.multiply(a, a)
        return made

    def matrix_power(self, matrix: Array, exponent: Any) -> Array:
        k = self._integer(exponent)
        if k < 0:
            matrix, k = self.inv(matrix), -k
        made = self.eye(matrix.shape[0])
        while k:
            if k & 1:
                made = self.matmul(made, matrix)
            k >>= 1
            if k:
                matrix = self.matmul(matrix, matrix)
        return made

    def _integer(self, exponent: Any) -> int:
        if not isinstance(exponent, Fraction | int):
            raise NotRational("a power with an exponent that is not known exactly")
        if exponent.denominator != 1:
            raise NotRational(f"a power with exponent {exponent}")
        return int(exponent)

    def inv(self, matrix: Array) -> Array:
        return self._eliminate(matrix)[0]

    def det(self, matrix: Array) -> Array:
        return self._eliminate(matrix, singular=True)[1]

    def _eliminate(self, matrix: Array, singular: bool = False) -> tuple[Array, Array]:
        """(inverse, determinant) by Gauss and Jordan; of a singular matrix, where that is allowed, (any, 0)."""
        n = matrix.shape[0]
        work = np.concatenate([matrix, self.eye(n)], axis=1)
        det = self.constant(1)
        for column in range(n):
            below = np.flatnonzero(work[column:, column] != 0)
            if not len(below):
                if singular:
                    return work[:, n:], self.constant(0)
                self.reciprocal(work[column, column])
            pivot = column + int(below[0])
            if pivot != column:
                work[[column, pivot]] = work[[pivot, column]]
                det = self.negative(det)
            det = self.multiply(det, work[column, column])
            work[column] = self.divide(work[column], work[column, column])
            factors = work[:, column].copy()
            factors[column] = self.constant(0)[()]
            work = self.subtract(work, self.multiply(factors[:, None], work[column][None, :]))
        return work[:, n:], det

    def adjugate(self, matrix: Array) -> Array:
        """By Faddeev and Le Verrier: adj is a polynomial in the matrix, so singular ones need no care."""
        n = matrix.shape[0]
        eye = self.eye(n)
        made = eye
        for k in range(1, n):
            image = self.matmul(matrix, made)
            trace = self.sum(np.diagonal(image), (0,))
            made = self.subtract(image, self.multiply(self.divide(trace, self.constant(k)), eye))
        return made if n % 2 else self.negative(made)


def _refuse(name: str) -> Any:
    def refuse(self: FieldOps, *operands: Any) -> NoReturn:
        raise NotRational(f"{name} is not a rational function")

    refuse.__name__ = name
    return refuse


for _primitive in PRIMITIVES.values():
    if _primitive.kind in ("elementwise", "matrix", "sum") and not _primitive.rational:
        setattr(FieldOps, _primitive.name, _refuse(_primitive.name))
