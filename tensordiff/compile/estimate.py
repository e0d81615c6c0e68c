"""What a program costs: multiplications and additions, and memory for its results and steps, for given sizes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod

from tensordiff.compile.graph import ELEMENTWISE, VIEWS, Value, is_number, live

_CUBIC = {
    "inv": 2.0, "lu": 2 / 3, "cholesky": 1 / 3, "cholesky_factor": 1 / 3, "lu_inverse": 4 / 3, "cholesky_inverse": 2 / 3,
    "det": 2 / 3, "det_sign": 2 / 3, "logdet": 2 / 3, "adjugate": 20.0, "expm": 30.0, "logm": 60.0, "sqrtm": 25.0,
}  # fmt: skip
"""Operations on an n-by-n matrix, in units of n^3 (Golub and Van Loan, Matrix Computations; Higham, Functions of Matrices)."""
_FREE = VIEWS | {"input", "reshape"}


@dataclass(frozen=True, slots=True)
class Cost:
    """`flops` are floating-point operations, `entries` the entries of all arrays that are made, `largest` those of the
    largest one."""

    flops: float
    entries: int
    largest: int

    def __str__(self) -> str:
        flops, entries, largest = _short(self.flops), _short(self.entries), _short(self.largest)
        return f"{flops} operations, {entries} entries made, the largest array has {largest}"


def estimate(outputs: Sequence[Value], sizes: Mapping[str, int]) -> Cost:
    """The cost of a graph, given numbers for the named sizes. Raises EvaluationError where one is missing."""
    flops, made, largest = 0.0, 0, 0
    for value in live(outputs):
        if is_number(value):
            continue
        entries = _entries(value, sizes)
        flops += _flops(value, entries, sizes)
        if value.operation not in _FREE:
            made += entries
            largest = max(largest, entries)
    return Cost(flops, made, largest)


def _entries(value: Value, sizes: Mapping[str, int]) -> int:
    return prod(extent.value(sizes) for extent in value.shape)


def _flops(value: Value, entries: int, sizes: Mapping[str, int]) -> float:
    operation = value.operation
    if operation in ELEMENTWISE or operation == "add_diagonal":
        return entries
    if operation == "matmul":
        return 2.0 * entries * value.operands[0].shape[-1].value(sizes)
    if operation in ("solve", "lu_solve", "cholesky_solve"):
        n = value.shape[0].value(sizes)
        return 2.0 * entries * n + (2 / 3 * n**3 if operation == "solve" else 0)
    if operation in _CUBIC:
        return _CUBIC[operation] * float(value.operands[0].shape[0].value(sizes)) ** 3
    if operation in ("matrix_power", "frechet"):
        directions = entries // max(1, _entries(value.operands[0], sizes))
        return 10.0 * float(value.operands[0].shape[0].value(sizes)) ** 3 * max(1, directions)
    if operation in _FREE or not value.operands:
        return 0
    return 2.0 * sum(_entries(operand, sizes) for operand in value.operands)


def _short(number: float) -> str:
    return f"{number:.3g}" if number >= 1e6 else f"{round(number):,}"
