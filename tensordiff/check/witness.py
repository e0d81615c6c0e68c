"""Numbers that show a difference: small integers, the first entry where two values differ, and code to see it again."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import prod
from typing import Any

import numpy as np

from tensordiff.check.claim import Subject
from tensordiff.check.witness_code import witness_code
from tensordiff.derive.layouts import DIFFERENTIAL
from tensordiff.errors import TensordiffError
from tensordiff.evidence.agreement import differs, sizes_text
from tensordiff.evidence.printing import show, show_array
from tensordiff.evidence.sampling.points import Point, Samples
from tensordiff.evidence.sampling.values import Array
from tensordiff.matrix import Shape
from tensordiff.records import field, record

Number = Fraction | float

_DRAWS = 4


@record
class Witness:
    """A point where a claim differs from the derivative, and the first entry that shows it."""

    sizes: Mapping[str, int]
    values: Mapping[str, Array]
    """By name, in the declared shapes; whole numbers and Fractions."""
    position: tuple[int, ...]
    """The place of the entry, counted from 1: row and column in a layout, all indices for layout "index"."""
    claimed: Number
    correct: Number
    layout: str
    seed: int
    entry: tuple[int, ...]
    """The place of the entry in the derivative's array, counted from 0."""
    subject: Subject = field(repr=False)

    def __str__(self) -> str:
        where = f" with {sizes_text(self.sizes)}" if self.sizes else ""
        at = " at" if self.values else ""
        lines = [f"{self.place}: the claim gives {show(self.claimed)}, the {self.noun} is {show(self.correct)}{where}{at}"]
        lines.extend(f"    {name} = {show_array(value)}" for name, value in self.values.items() if value.size <= _SHOWN)
        if large := [name for name, value in self.values.items() if value.size > _SHOWN]:
            lines.append(f"    ({', '.join(large)}: see .values)")
        return "\n".join(lines)

    @property
    def noun(self) -> str:
        return DIFFERENTIAL if self.layout == DIFFERENTIAL else "derivative"

    @property
    def place(self) -> str:
        """The entry in words."""
        if not self.position:
            return "the value"
        if self.layout != "index" and len(self.position) == 2:
            return f"row {self.position[0]}, column {self.position[1]}"
        return f"entry [{','.join(map(str, self.position))}]"

    def code(self) -> str:
        """NumPy code that stands alone: it prints the claim's entry, the derivative's, and a difference quotient of f."""
        return witness_code(self.subject, self.sizes, self.values, self.entry, self.noun)


_SHOWN = 60


def find_witness(subject: Subject, samples: Samples, smallest: int = 2) -> Witness | None:
    """The first entry, row by row, where the claim differs from the derivative at a point of small integers."""
    for start in (smallest, smallest + 1):
        for number in range(_DRAWS):
            for point in samples.integers(start, number):
                try:
                    if differs(subject.reading.pair, point) is None:
                        break
                    return witness_at(subject, point, number)
                except TensordiffError:
                    continue
    return None


def witness_at(subject: Subject, point: Point, seed: int) -> Witness:
    """The first entry that differs at this point, in the order of the layout."""
    reading = subject.reading
    candidate = reading.candidate
    true, claimed = (array.transpose(candidate.order) for array in reading.pair(point))
    wrong = [place for place in np.ndindex(true.shape) if not _alike(true, claimed, place, point)]
    place = wrong[0]
    entry = dict(zip(candidate.order, (int(i) for i in place), strict=True))
    position = tuple(int(i) + 1 for i in place)
    if candidate.axes is not None:
        rows = len(candidate.axes.rows)
        row, column = (_flat(place[part], true.shape[part]) for part in (slice(0, rows), slice(rows, None)))
        position = tuple(i + 1 for i, part in ((row, candidate.axes.rows), (column, candidate.axes.columns)) if part)
    return Witness(
        dict(point.sizes), _as_declared(point, subject.shapes), position, _number(claimed[place], true[place]),
        _number(true[place], claimed[place]), candidate.layout, seed,
        tuple(entry[axis] for axis in range(len(place))), subject,
    )  # fmt: skip


def _as_declared(point: Point, shapes: Mapping[str, Shape]) -> dict[str, Array]:
    """The values with one axis for each axis that was declared, also where it is compound."""
    values = dict(point.exact)
    for name in values.keys() & shapes.keys():
        values[name] = values[name].reshape([prod(dim.size(point.sizes) for dim in group) for group in shapes[name] if group])
    return values


def _alike(a: Array, b: Array, place: tuple[int, ...], point: Point) -> bool:
    if point.is_exact:
        return bool(a[place] == b[place])
    scale = max(np.max(abs(a)), np.max(abs(b)))
    return bool(abs(a[place] - b[place]) <= 1e-6 * scale)


def _flat(place: tuple[int, ...], shape: tuple[int, ...]) -> int:
    return int(np.ravel_multi_index(place, shape)) if place else 0


def _number(value: Any, other: Any) -> Number:
    """A value as a plain number; what is rounding beside the other value is zero."""
    if isinstance(value, Fraction):
        return value
    return 0.0 if abs(value) < 1e-12 * abs(other) else float(value)
