"""Einsum terms as code that runs as it stands, for NumPy, opt_einsum, JAX and PyTorch: operands that are no input are defined
above, and the strings call einsum in the order of the cheapest path."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import chain, count
from math import prod
from string import ascii_letters

from tensordiff.errors import FoldError, TensordiffError
from tensordiff.evaluate.paths import contraction_path
from tensordiff.records import field, record
from tensordiff.tensor import Dim, Indices

LIBRARIES = {
    "numpy": ("numpy", "numpy", "np", "einsum"),
    "opt_einsum": ("numpy", "opt_einsum", "oe", "contract"),
    "jax": ("jax", "jax.numpy", "jnp", "einsum"),
    "torch": ("torch", "torch", "torch", "einsum"),
}
"""For each library the backend that computes the operands; the module that reads the strings, its usual name, the function."""
_SEARCHED = 7
"""Products of at most so many factors are searched for the fewest operations; others are ordered as programs are."""
_TYPICAL = 100
"""The length of a size that is not known, when the order of contraction is chosen."""


@record
class Path:
    """The order in which the operands of a term are contracted, and what it costs."""

    order: tuple[tuple[int, int], ...]
    """Pairs of positions, as opt_einsum has them: both are taken out, and their product is appended."""
    cost: int
    """Multiplications and additions."""
    naive: int
    """The same for one loop over all indices together."""
    largest: int
    """The number of entries of the largest product on the way."""
    steps: tuple[str, ...] = field(repr=False)
    """The einsum string of each pair."""

    def __str__(self) -> str:
        return f"{', '.join(self.steps) or 'nothing to contract'}: {self.cost} operations (in one loop {self.naive})"


@record
class Term:
    """One product: the operands' names in the code, their indices, those of the output, and the size of each index."""

    coefficient: Fraction
    names: tuple[str, ...]
    slots: tuple[Indices, ...]
    output: Indices
    dims: tuple[Dim, ...]


def path_of(slots: Sequence[Indices], output: Indices, dims: Sequence[Dim], sizes: Mapping[str, int]) -> Path:
    """The cheapest order for these sizes; sizes that are not given are typical ones."""
    lengths = {index: _length(dim, sizes) for index, dim in enumerate(dims)}
    orders = [contraction_path(slots, frozenset(output), lengths), *_searched(slots, output, lengths)]
    return min((_priced(slots, output, order, lengths) for order in orders), key=lambda path: path.cost)


def _searched(slots: Sequence[Indices], output: Indices, lengths: dict[int, int]) -> Iterator[list[tuple[int, int]]]:
    """What opt_einsum finds."""
    from opt_einsum import paths

    if not 2 < len(slots) <= _SEARCHED:
        return
    for search in (paths.DynamicProgramming(), paths.optimal):
        found = search([frozenset(indices) for indices in slots], frozenset(output), lengths)
        if all(len(step) == 2 for step in found):
            yield [(min(step), max(step)) for step in found]


def _priced(slots: Sequence[Indices], output: Indices, order: Sequence[tuple[int, int]], lengths: Mapping[int, int]) -> Path:
    def entries(indices: Iterable[int]) -> int:
        return prod(lengths[index] for index in indices)

    def operations(joined: frozenset[int], kept: frozenset[int], operands: int) -> int:
        return entries(joined) * max(1, operands - 1 + (joined != kept))

    remaining = list(slots)
    cost, largest, steps = 0, entries(set(output)), []
    for first, second in order:
        b, a = remaining.pop(max(first, second)), remaining.pop(min(first, second))
        joined = frozenset(a) | frozenset(b)
        wanted = set(output).union(*remaining)
        kept = output if not remaining else tuple(i for i in dict.fromkeys((*a, *b)) if i in wanted)
        cost += operations(joined, frozenset(kept), 2)
        largest = max(largest, entries(kept))
        steps.append(subscripts((a, b), kept))
        remaining.append(kept)
    everything = frozenset(index for indices in slots for index in indices)
    naive = operations(everything, frozenset(output), len(slots))
    return Path(tuple(order), cost or naive, naive, largest, tuple(steps))


def _length(dim: Dim, sizes: Mapping[str, int]) -> int:
    return dim.size({name: sizes.get(name, _TYPICAL) for name in dim.names()})


def subscripts(slots: Sequence[Indices], output: Indices) -> str:
    """Letters in the order in which indices appear, the output's first: i, j, k, l, then the rest. Raises FoldError for more
    than 52 indices."""
    order = dict.fromkeys([*output, *(i for indices in slots for i in indices)])
    if len(order) > len(ascii_letters):
        raise FoldError(
            f"{len(order)} indices meet in one product, and einsum strings have {len(ascii_letters)} letters",
            hint="compile() makes a program for any number of indices",
        )
    start = "ijkl"[: len(output)]
    letters = dict(zip(order, start + "".join(c for c in ascii_letters if c not in start), strict=False))
    inputs = ",".join("".join(letters[i] for i in indices) for indices in slots)
    return f"{inputs}->{''.join(letters[i] for i in output)}"


def source(
    terms: Sequence[Term],
    operands: str,
    described: Mapping[str, str],
    library: str,
    sizes: Mapping[str, int],
    groups: Sequence[int],
) -> str:
    """The code. `operands` is that of a program which returns the arrays of all operands, in the order of
    `described`, which says what they are; `groups` is the number of axes that each axis of the result is made of."""
    function = ast.parse(operands).body[-1]
    assert isinstance(function, ast.FunctionDef)
    last = function.body[-1]
    assert isinstance(last, ast.Return) and last.value is not None
    values = last.value.elts if isinstance(last.value, ast.Tuple) else [last.value]
    lines = operands.splitlines()[: last.lineno - 1]
    parameters = [argument.arg for argument in function.args.args]
    names = [node for node in ast.walk(function) if isinstance(node, ast.Name)]
    own = {*parameters, *(node.id for node in names if isinstance(node.ctx, ast.Store))}
    taken = {*parameters, *(node.id for node in names)}
    _, module, usual, called = LIBRARIES[library]
    alias = _fresh(usual, taken) if usual in own else usual  # an input may be called np
    taken.add(alias)
    einsum = f"{alias}.{called}"
    spelled: dict[str, str] = {}
    for (name, text), made in zip(described.items(), values, strict=True):
        known = _name_in(made)
        spelled[name] = known if known is not None else _fresh(name, taken)
        if known is None:
            lines.append(f"    {spelled[name]} = {ast.unparse(made)}  # {text}")
        elif known not in parameters:
            lines.append(f"    # {known} is {text}")
    results: list[str] = []
    for term in terms:
        running = [spelled[name] for name in term.names]
        results.append(_contracted(term, running, einsum, sizes, lines, taken))
    total = _sum([term.coefficient for term in terms], results)
    if any(size != 1 for size in groups):
        result = _fresh("result", taken)
        lines.append(f"    {result} = {total}")
        total = f"{result}.reshape({', '.join(_joined(groups, result))},)" if groups else f"{result}.reshape(())"
    lines.append(f"    return {total}")
    imported = f"import {module}" if alias == module else f"import {module} as {alias}"
    if imported not in lines and any(f"{einsum}(" in line for line in lines):
        lines = [imported, *([] if lines[0].startswith("import ") else ["", ""]), *lines]
    return "\n".join([*lines, ""])


def _contracted(term: Term, names: list[str], einsum: str, sizes: Mapping[str, int], lines: list[str], taken: set[str]) -> str:
    """Appends the calls of one product; the text of its value."""
    if len(names) == 1:
        (indices,) = term.slots
        return names[0] if indices == term.output else f'{einsum}("{subscripts(term.slots, term.output)}", {names[0]})'
    if einsum.endswith(".contract") and len(term.dims) <= len(
        ascii_letters
    ):  # it finds the path by itself, for the sizes given
        return f'{einsum}("{subscripts(term.slots, term.output)}", {", ".join(names)})'
    path = path_of(term.slots, term.output, term.dims, sizes)
    for place, ((first, second), step) in enumerate(zip(path.order, path.steps, strict=True), start=1):
        b, a = names.pop(max(first, second)), names.pop(min(first, second))
        call = f'{einsum}("{step}", {a}, {b})'
        if place == len(path.order):
            return call
        made = _fresh("p", taken)
        lines.append(f"    {made} = {call}")
        names.append(made)
    raise AssertionError("a path ends in one operand")


def _name_in(made: ast.expr) -> str | None:
    """The variable that a result is, or is a copy of."""
    if isinstance(made, ast.Call):
        if isinstance(made.func, ast.Attribute) and made.func.attr == "clone":
            made = made.func.value
        elif isinstance(made.func, ast.Attribute) and made.func.attr in ("array", "asarray") and len(made.args) == 1:
            made = made.args[0]
    return made.id if isinstance(made, ast.Name) else None


def _fresh(wanted: str, taken: set[str]) -> str:
    name = next(name for name in chain([wanted], (f"{wanted}{k}" for k in count(1))) if name not in taken)
    taken.add(name)
    return name


def _sum(coefficients: Sequence[Fraction], values: Sequence[str]) -> str:
    text = ""
    for coefficient, value in zip(coefficients, values, strict=True):
        size = abs(coefficient)
        part = value if size == 1 else f"{size} * {value}" if size.denominator == 1 else f"({size}) * {value}"
        sign = "-" if coefficient < 0 else "+"
        text = f"{text} {sign} {part}" if text else part if sign == "+" else f"-{part}"
    return text


def _joined(groups: Sequence[int], name: str) -> list[str]:
    start, found = 0, []
    for size in groups:
        found.append(" * ".join(f"{name}.shape[{axis}]" for axis in range(start, start + size)) or "1")
        start += size
    return found


def read_library(library: str) -> str:
    """Raises TensordiffError for a library that is not known."""
    if library not in LIBRARIES:
        raise TensordiffError(f"unknown library {library!r}", hint=f"known are {', '.join(LIBRARIES)}")
    return library
