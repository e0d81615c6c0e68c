"""A value as a linear combination of others, at a point: which coefficients would have been right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np

from tensordiff.check.factor import reconstructed
from tensordiff.errors import EvaluationError
from tensordiff.evaluate.modular import ModularOps
from tensordiff.evidence.sampling.points import Point
from tensordiff.evidence.sampling.values import Array
from tensordiff.tensor import Tensor

At = Callable[[Point], Array]
More = Callable[[int], Sequence[Point]]
MOST = 12
"""Combinations of more parts are not looked for."""


def value_of(tensor: Tensor) -> At:
    """The tensor's value, as a function of the point."""
    return lambda point: point.value(tensor)


def combination(target: At, parts: Sequence[At], points: Sequence[Point], more: More) -> list[Fraction] | None:
    """The simple numbers c with target = sum of c * part at every point; None where there are none, or several.

    `more` gives further points of the first one's arithmetic, for values with fewer entries than there are parts.
    """
    if not points or not parts or len(parts) > MOST:
        return None
    try:
        together = [points[0]]
        if (entries := target(points[0]).size) and entries <= len(parts):
            together.extend(more(len(parts) // entries))
        found = _solve(target, parts, together)
        if found is None:  # at one point parts may be multiples of each other that are none elsewhere
            found = _solve(target, parts, [*together, *more(2)])
        if found is None or any(not _fits(found, target, parts, point) for point in points):
            return None
    except EvaluationError:
        return None
    return found


def _fits(coefficients: Sequence[Fraction], target: At, parts: Sequence[At], point: Point) -> bool:
    ops = point.ops
    made = None
    for coefficient, part in zip(coefficients, parts, strict=True):
        term = ops.multiply(ops.constant(coefficient), part(point))
        made = term if made is None else ops.add(made, term)
    assert made is not None
    return point.equal(np.broadcast_to(made, target(point).shape), target(point))


def _solve(target: At, parts: Sequence[At], points: Sequence[Point]) -> list[Fraction] | None:
    def column(value: At) -> Array:
        return np.concatenate([np.broadcast_to(value(point), target(point).shape).ravel() for point in points])

    ops = points[0].ops
    table = np.stack([*map(column, parts), column(target)], axis=1)
    if isinstance(ops, ModularOps):
        return _solve_modular(table, ops)
    matrix, wanted = table[:, :-1].astype(float), table[:, -1].astype(float)
    solution, _, rank, _ = np.linalg.lstsq(matrix, wanted, rcond=1e-9)
    if rank < len(parts):
        return None
    found = [Fraction(float(value)).limit_denominator(100) for value in solution]
    close = all(abs(float(f) - v) <= 1e-6 * max(1.0, abs(v)) for f, v in zip(found, solution, strict=True))
    return found if close else None


def _solve_modular(table: Array, ops: ModularOps) -> list[Fraction] | None:
    """Gauss and Jordan on the columns but the last, which is the right-hand side."""
    table = table.copy()
    count = table.shape[1] - 1
    for column in range(count):
        below = np.flatnonzero(table[column:, column])
        if not len(below):
            return None
        pivot = column + int(below[0])
        if pivot != column:
            table[[column, pivot]] = table[[pivot, column]]
        table[column] = ops.divide(table[column], table[column, column])
        factors = table[:, column].copy()
        factors[column] = 0
        table = ops.subtract(table, ops.multiply(factors[:, None], table[column][None, :]))
    if np.any(table[count:, count]):
        return None
    found = [Fraction(0) if not residue else reconstructed(int(residue), ops.prime) for residue in table[:count, count]]
    return None if any(value is None for value in found) else [value for value in found if value is not None]
