"""What a program costs: multiplications and additions, and memory for its results and steps, as formulas in the sizes and as
numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import prod

from tensordiff.compile.plan.graph import Value, is_number, live
from tensordiff.records import record
from tensordiff.tensor import Dim
from tensordiff.tensor.extent import Extent, product

_FREE = ("view", "input", "item")
_BYTES = 8
"""Of an entry in double precision."""


class Formula:
    """A polynomial in the sizes with rational coefficients."""

    def __init__(self) -> None:
        self.terms: dict[tuple[Dim, ...], Fraction] = {}

    def add(self, coefficient: Fraction | int, extent: Extent) -> None:
        """Adds coefficient * extent."""
        for monomial, factor in extent.terms:
            self.terms[monomial] = self.terms.get(monomial, Fraction(0)) + coefficient * factor

    def value(self, sizes: Mapping[str, int]) -> Fraction:
        """The number for these sizes. Raises EvaluationError where one is missing."""
        return sum((c * prod(dim.size(sizes) for dim in monomial) for monomial, c in self.terms.items()), Fraction(0))

    def __str__(self) -> str:
        """The highest powers first."""
        kept = [(monomial, c) for monomial, c in self.terms.items() if c]
        kept.sort(key=lambda term: (-len(term[0]), [str(dim) for dim in term[0]]))
        return " + ".join(_term_text(monomial, c) for monomial, c in kept) or "0"


@record
class Cost:
    """`flops` are floating-point operations, `entries` the entries of all arrays that are made, `largest` those of the
    largest one, `bytes` what the entries take in double precision; the formulas are for all sizes."""

    flops: float
    entries: int
    largest: int
    flops_formula: str
    bytes_formula: str

    @property
    def bytes(self) -> int:
        return _BYTES * self.entries

    def __str__(self) -> str:
        flops, entries, largest = _short(self.flops), _short(self.entries), _short(self.largest)
        return (
            f"{flops} operations, {entries} entries made ({_short(self.bytes)} bytes), the largest array has {largest}\n"
            f"operations: {self.flops_formula}\nbytes: {self.bytes_formula}"
        )


def estimate(outputs: Sequence[Value], sizes: Mapping[str, int]) -> Cost:
    """The cost of a graph, given numbers for the named sizes. Raises EvaluationError where one is missing."""
    flops, made, largest = Formula(), Formula(), 0
    for value in live(outputs):
        if is_number(value):
            continue
        for coefficient, extent in _flops(value):
            flops.add(coefficient, extent)
        if not _is_free(value):
            entries = product(value.shape)
            made.add(_BYTES, entries)
            largest = max(largest, entries.value(sizes))
    return Cost(float(flops.value(sizes)), int(made.value(sizes)) // _BYTES, largest, str(flops), str(made))


def steps(outputs: Sequence[Value]) -> list[str]:
    """A line for each step that computes: what it does, its shape, its operations, and in how many places it is used."""
    needed = live(outputs)
    working = [value for value in needed if not is_number(value) and not _is_free(value)]
    uses = [operand for value in working for operand in {_seen(operand) for operand in value.operands}]
    uses += [_seen(value) for value in outputs]
    lines = []
    for value in working:
        flops = Formula()
        for coefficient, extent in _flops(value):
            flops.add(coefficient, extent)
        shape = f" ({', '.join(extent.text(str) for extent in value.shape)})" if value.shape else ""
        count = sum(1 for other in uses if other is value)
        shared = f", used {count} times" if count > 1 else ""
        lines.append(f"{value.operation}{shape}: {flops} operations{shared}")
    return lines


def _seen(value: Value) -> Value:
    """What a view looks at."""
    while _is_free(value) and value.operands:
        value = value.operands[0]
    return value


def _is_free(value: Value) -> bool:
    """Whether a value costs nothing."""
    return value.kind in _FREE or value.operation == "reshape"


def _flops(value: Value) -> list[tuple[Fraction | int, Extent]]:
    """Terms whose sum is the number of operations of one step."""
    operation, kind, entries = value.operation, value.kind, product(value.shape)
    if kind == "elementwise" or operation == "add_diagonal":
        return [(1, entries)]
    if operation == "matmul":
        return [(2, entries * value.operands[0].shape[-1])]
    if _is_free(value) or not value.operands:
        return []
    terms: list[tuple[Fraction | int, Extent]] = []
    if value.primitive.cost:
        *stack, n = value.operands[0].shape[:-1]
        directions = value.shape[2:] if operation == "frechet" else ()
        terms.append((value.primitive.cost, product((*stack, n, n, n, *directions))))
    if operation.endswith("solve"):
        terms.append((2, entries * value.shape[-2 if value.rank > 1 else 0]))
    return terms or [(2, product(operand.shape)) for operand in value.operands]


def _term_text(monomial: Sequence[Dim], coefficient: Fraction) -> str:
    powers: dict[str, int] = {}
    for dim in monomial:
        powers[str(dim)] = powers.get(str(dim), 0) + 1
    parts = [name if power == 1 else f"{name}^{power}" for name, power in sorted(powers.items())]
    if coefficient.numerator != 1 or not parts:
        parts.insert(0, str(coefficient.numerator))
    return "*".join(parts) + (f"/{coefficient.denominator}" if coefficient.denominator != 1 else "")


def _short(number: float) -> str:
    return f"{number:.3g}" if number >= 1e6 else f"{round(number):,}"
