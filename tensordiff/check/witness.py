"""Numbers that show a difference: small integers, the first entry where two values differ, and code to see it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import prod

import numpy as np

from tensordiff.check.claim import Reading
from tensordiff.check.evidence import differs, sizes_text
from tensordiff.check.points import Point, Samples
from tensordiff.check.values import Array
from tensordiff.errors import TensordiffError
from tensordiff.lower import lower
from tensordiff.matrix import Matrix, number_text
from tensordiff.tensor import Symbol, Tensor, permute

Number = Fraction | float

_DRAWS = 4


@dataclass(frozen=True)
class Witness:
    """A point where a claim differs from the derivative, and the first entry that shows it."""

    sizes: Mapping[str, int]
    values: Mapping[str, Array]
    """By name; whole numbers and Fractions."""
    position: tuple[int, ...]
    """The place of the entry, counted from 1: row and column in a layout, all indices for layout "index"."""
    claimed: Number
    correct: Number
    layout: str
    seed: int
    _code: tuple[Matrix, tuple[Symbol, ...], Reading] | None = field(default=None, repr=False)

    def __str__(self) -> str:
        where = f" with {sizes_text(self.sizes)}" if self.sizes else ""
        at = " at" if self.values else ""
        lines = [f"{self.place}: the claim gives {show(self.claimed)}, the derivative is {show(self.correct)}{where}{at}"]
        lines.extend(f"    {name} = {show_array(value)}" for name, value in self.values.items() if value.size <= _SHOWN)
        if large := [name for name, value in self.values.items() if value.size > _SHOWN]:
            lines.append(f"    ({', '.join(large)}: see .values)")
        return "\n".join(lines)

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
        if self._code is None:
            return _values_code(self.values)
        from tensordiff.compile import compile_program

        f, variables, reading = self._code
        derivative = permute(reading.candidate.tensor, reading.candidate.order)
        outputs: list[Tensor] = [lower(f), derivative, reading.source]
        program = compile_program(outputs, sizes=self.sizes)
        dims = [dim.size(self.sizes) for dim in derivative.dims]
        shape = tuple(dims)
        if (axes := reading.candidate.axes) is not None:
            rows = len(axes.rows)
            shape = (prod(dims[:rows]), prod(dims[rows:]))
        index = self.position if axes is None else (*self.position, 1, 1)[:2] if len(self.position) == 2 else self._full(axes.rows)
        place = ", ".join(str(i - 1) for i in index)
        given = ", ".join(program.inputs)
        lines = [
            program.source.rstrip(),
            "",
            "",
            _values_code(self.values),
            *(f"{name} = {number}" for name, number in self.sizes.items() if name in program.inputs),
            f"value, derivative, claim = program({given})",
            f"derivative, claim = (np.broadcast_to(a, {tuple(dims)}).reshape{shape} for a in (derivative, claim))",
            f'print("claim     ", claim[{place}])',
            f'print("derivative", derivative[{place}])',
        ]
        return "\n".join([*lines, *self._quotient(f, variables, reading, given)]) + "\n"

    def _full(self, rows: tuple[int, ...]) -> tuple[int, ...]:
        """Row and column of an entry of a vector or scalar."""
        if not self.position:
            return (1, 1)
        return (self.position[0], 1) if rows else (1, self.position[0])

    def _quotient(self, f: Matrix, variables: tuple[Symbol, ...], reading: Reading, given: str) -> list[str]:
        """Lines that vary one entry of the variable, where it has no structure and is the only one."""
        candidate = reading.candidate
        if len(variables) != 1 or variables[0].name not in self.values or candidate.tensor.rank != lower(f).rank + variables[0].rank:
            return []
        dims = [candidate.tensor.dims[a].size(self.sizes) for a in candidate.order]
        flat = 0
        lengths = [prod(dims[: len(candidate.axes.rows)]), prod(dims[len(candidate.axes.rows) :])] if candidate.axes else dims
        position = self._full(candidate.axes.rows) if candidate.axes and len(self.position) < 2 else self.position
        for i, length in zip(position, lengths, strict=True):
            flat = flat * length + i - 1
        laid = np.unravel_index(flat, dims) if dims else ()
        entry = dict(zip(candidate.order, (int(i) for i in laid), strict=True))
        split = candidate.tensor.rank - variables[0].rank
        f_index = "".join(f"[{entry[a]}]" for a in range(split))
        index = ", ".join(str(entry[a]) for a in range(split, candidate.tensor.rank))
        name = variables[0].name
        moved = given.replace(name, f"{name} + step") if given == name else ", ".join(
            f"{part} + step" if part == name else part for part in given.split(", ")
        )
        return [
            f"step = np.zeros(np.shape({name}))",
            f"step[{index or '()'}] = 1e-6",
            f"above, below = program({moved})[0], program({moved.replace('+ step', '- step')})[0]",
            f'print("difference quotient of f", ((above - below) / 2e-6){f_index})',
        ]


_SHOWN = 60


def find_witness(
    f: Matrix, variables: tuple[Symbol, ...], reading: Reading, samples: Samples, smallest: int = 2
) -> Witness | None:
    """The first entry, row by row, where the claim differs from the derivative at a point of small integers."""
    for start in (smallest, smallest + 1):
        for number in range(_DRAWS):
            for point in samples.integers(start, number):
                try:
                    if differs(reading.pair, point) is None:
                        break
                    return witness_at(f, variables, reading, point, number)
                except TensordiffError:
                    continue
    return None


def witness_at(f: Matrix, variables: tuple[Symbol, ...], reading: Reading, point: Point, seed: int) -> Witness:
    """The first entry that differs at this point, in the order of the layout."""
    candidate = reading.candidate
    true, claimed = (array.transpose(candidate.order) for array in reading.pair(point))
    wrong = [place for place in np.ndindex(true.shape) if not _alike(true, claimed, place, point)]
    place = wrong[0]
    position = tuple(int(i) + 1 for i in place)
    if candidate.axes is not None:
        rows = len(candidate.axes.rows)
        row, column = (_flat(place[part], true.shape[part]) for part in (slice(0, rows), slice(rows, None)))
        position = tuple(i + 1 for i, part in ((row, candidate.axes.rows), (column, candidate.axes.columns)) if part)
    return Witness(
        dict(point.sizes), dict(point.exact), position, _number(claimed[place]), _number(true[place]), candidate.layout, seed,
        (f, variables, reading),
    )  # fmt: skip


def _alike(a: Array, b: Array, place: tuple[int, ...], point: Point) -> bool:
    if point.is_exact:
        return bool(a[place] == b[place])
    scale = max(np.max(abs(a)), np.max(abs(b)))
    return bool(abs(a[place] - b[place]) <= 1e-6 * scale)


def _flat(place: tuple[int, ...], shape: tuple[int, ...]) -> int:
    return int(np.ravel_multi_index(place, shape)) if place else 0


def _number(value: object) -> Number:
    return value if isinstance(value, Fraction) else float(value)  # type: ignore[arg-type]  # a NumPy scalar


def show(value: object) -> str:
    """A number for a message."""
    if isinstance(value, Fraction | int):
        exact = Fraction(value)
        return number_text(exact) if len(str(exact)) <= 12 else f"{float(exact):.6g}"
    return f"{float(value):.6g}"  # type: ignore[arg-type]  # a NumPy scalar


def show_array(value: Array) -> str:
    """An array on one line, rows separated by semicolons."""
    if value.ndim == 0:
        return show(value.item())
    if value.ndim == 1:
        return "[" + ", ".join(show(v) for v in value.tolist()) + "]"
    if value.ndim == 2:
        return "[" + "; ".join(", ".join(show(v) for v in row) for row in value.tolist()) + "]"
    return "[" + ", ".join(show_array(part) for part in value) + "]"


def _values_code(values: Mapping[str, Array]) -> str:
    return "\n".join(f"{name} = np.array({_literal(value)}, dtype=float)" for name, value in values.items())


def _literal(value: Array) -> str:
    def entry(number: object) -> object:
        exact = Fraction(number)  # type: ignore[arg-type]  # entries are integers and Fractions
        return int(exact) if exact.denominator == 1 else float(exact)

    flat = np.array([entry(v) for v in value.ravel().tolist()], dtype=object).reshape(value.shape)
    return repr(flat.tolist())


