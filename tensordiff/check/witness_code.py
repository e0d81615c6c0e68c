"""A witness as NumPy code, for a person to run without this library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np

from tensordiff.check.claim import Subject
from tensordiff.compile import compile_program
from tensordiff.evidence.sampling.values import Array
from tensordiff.lower import lower
from tensordiff.matrix import Shape


def witness_code(
    subject: Subject, sizes: Mapping[str, int], values: Mapping[str, Array], entry: Sequence[int], noun: str
) -> str:
    """Code that prints an entry of the claim, of the derivative (called `noun`), and of a difference quotient of f where one
    entry of the variable may be varied alone. `entry` is its place in the derivative's array, counted from 0."""
    candidate = subject.reading.candidate
    derivative = candidate.tensor
    # The claim is in the layout's order of axes, the derivative in that of f and the variables: one entry of each.
    in_layout = tuple(entry[axis] for axis in candidate.order)
    claim = subject.reading.source
    program = compile_program([lower(subject.f), derivative, claim], sizes=sizes)
    given = list(program.inputs)
    source = program.source.rstrip()
    lines = [source if "import numpy as np" in source else f"import numpy as np\n\n\n{source}", "", ""]
    arrays = [(name, values[name]) for name in given if name in values]
    lines.extend(f"{name} = {_literal(value)}{_apart(subject.shapes.get(name, ()), sizes)}" for name, value in arrays)
    lines.extend(f"{name} = {sizes[name]}" for name in given if name in sizes)
    lines.append(f"value, derivative, claim = program({', '.join(given)})")
    lengths = [dim.size(sizes) for dim in claim.dims]
    shape = [derivative.dims[axis].size(sizes) for axis in candidate.order]
    lines.append(f"claim = np.broadcast_to(claim, {tuple(lengths)}).reshape({tuple(shape)})")
    lines.append(f'print("claim       ", claim{_index(in_layout)})')
    full = tuple(dim.size(sizes) for dim in derivative.dims)
    lines.append(f'print("{noun:<12}", np.broadcast_to(derivative, {full}){_index(entry)})')
    return "\n".join([*lines, *_quotient(subject, given, entry)]) + "\n"


def _apart(shape: Shape, sizes: Mapping[str, int]) -> str:
    """How an array with compound axes is taken apart, since the program has one axis for each dimension."""
    if all(len(group) <= 1 for group in shape):
        return ""
    return f".reshape({', '.join(str(dim.size(sizes)) for group in shape for dim in group)})"


def _quotient(subject: Subject, given: Sequence[str], entry: Sequence[int]) -> list[str]:
    """The difference quotient, for a first derivative by a variable without structure, and for differentials."""
    variables = subject.variables
    if subject.changes:
        return _quotient_along(subject, given, entry)
    if len(variables) != 1 or not variables[0].structure.general or variables[0].name not in given:
        return []
    (variable,) = variables
    rank = len(entry) - variable.rank
    name = variable.name
    above, below = (", ".join(f"{x} {sign} step" if x == name else x for x in given) for sign in "+-")
    return [
        f"step = np.zeros(np.shape({name}))",
        f"step{_index(entry[rank:])} = 1e-6",
        f"difference = (program({above})[0] - program({below})[0]) / 2e-6",
        f'print("difference  ", difference{_index(entry[:rank])})',
    ]


def _quotient_along(subject: Subject, given: Sequence[str], entry: Sequence[int]) -> list[str]:
    """The difference quotient of first or second order along the differentials."""
    changes = subject.changes
    if not subject.differences:
        return []

    def moved(sign: str) -> str:
        return ", ".join(f"{x} {sign} step * {changes[x]}" if x in changes and changes[x] in given else x for x in given)

    if subject.differences == 2:
        step, quotient = "1e-4", f"(program({moved('+')})[0] - 2 * value + program({moved('-')})[0]) / step**2"
    else:
        step, quotient = "1e-6", f"(program({moved('+')})[0] - program({moved('-')})[0]) / (2 * step)"
    shown = f'print("difference  ", difference{_index(entry)})'
    return [f"step = {step}", f"difference = {quotient}", shown]


def _index(place: Sequence[int]) -> str:
    return f"[{', '.join(str(i) for i in place) or '()'}]"


def _literal(value: Array) -> str:
    def number(entry: Fraction | int) -> int | float:
        exact = Fraction(entry)
        return int(exact) if exact.denominator == 1 else float(exact)

    numbers = np.empty(value.shape, dtype=object)
    numbers[...] = np.frompyfunc(number, 1, 1)(value)
    return f"np.array({numbers.tolist()!r}, dtype=float)"
