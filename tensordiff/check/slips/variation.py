"""Slips in what was varied: an occurrence of the variable forgotten, a part held constant, another variable."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from tensordiff.check.slips.case import Case
from tensordiff.check.slips.combination import MOST, combination, value_of
from tensordiff.check.slips.variants import separated
from tensordiff.differentiate import differentiate, freed, restore
from tensordiff.errors import TensordiffError
from tensordiff.evidence.printing import listed
from tensordiff.lower import lower
from tensordiff.matrix import Matrix, build, number_text, text
from tensordiff.tensor import Named, Symbol, add, postorder, replace

_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")


def single(case: Case) -> tuple[Matrix, Symbol] | None:
    """The variable and its symbol without structure, for first derivatives."""
    if len(case.truth.variables) != 1:
        return None
    (variable,) = case.truth.variables
    return variable, freed(variable.data[0])


def loosened(case: Case, variable: Matrix) -> Matrix:
    return build.replace(case.f, {variable: build.symbol(freed(variable.data[0]), variable.shape)})


def occurrence_forgotten(case: Case) -> Iterator[str]:
    """One occurrence of the variable was not differentiated (or counted otherwise)."""
    alone = single(case)
    if alone is None or case.claim is None:
        return
    variable, symbol = alone
    copies = [Symbol.make(f"{symbol.name}#{p}", symbol.dims, assumption=symbol.assumption) for p in range(MOST + 1)]
    try:
        apart = separated(case.f, variable, lambda p: build.symbol(copies[min(p, MOST)], variable.shape))
    except TensordiffError:
        return
    if apart is None or not 1 < apart[1] <= len(_ORDINALS):
        return
    f, count = lower(apart[0]), apart[1]
    together = dict.fromkeys(copies, variable.data[0])
    made = [case.truth.applied(replace(differentiate(f, copies[p]), together)) for p in range(count)]
    parts = [part for part in made if part is not None]
    for reading in case.asked_readings:
        if len(parts) < count or reading.candidate.tensor.dims != parts[0].dims:
            continue
        found = combination(reading.value, [value_of(part) for part in parts], case.points, case.more)
        if found is None or all(c == 1 for c in found):
            continue
        if said := _counted(found, symbol.name, text(case.f)):
            yield said
            return


def _counted(found: list[Fraction], name: str, f: str) -> str:
    """What to say of occurrences that were not counted once each; "" where nothing simple can be said."""
    count = len(found)
    of = f"of the {count} occurrences of {name} in {f}"
    missing = listed([_ORDINALS[p] for p, c in enumerate(found) if not c])
    other = [(p, c) for p, c in enumerate(found) if c not in (0, 1)]
    if not other:
        return f"The derivative by the {missing} {of} is missing (product rule)."
    if len(other) > 1:
        return ""
    place, times = other[0]
    said = f"The derivative by the {_ORDINALS[place]} {of} is there {number_text(times)} times"
    return f"{said}, that by the {missing} not at all: they are not equal." if missing else f"{said}."


def part_held_constant(case: Case) -> Iterator[str]:
    """A named part was treated as a constant, or as the only thing that varies."""
    alone = single(case)
    if alone is None or case.claim is None:
        return
    variable, symbol = alone
    f = lower(loosened(case, variable))
    for part in [node for node in postorder([f]) if isinstance(node, Named)]:
        if case.late:
            return
        if part is f or symbol not in set(postorder([part])):
            continue
        stand_in = Symbol.make(f"{part.name}#", part.dims)
        held = replace(differentiate(replace(f, {part: stand_in}), symbol), {stand_in: part})
        held = restore(held, [variable.data[0]])
        through = add([(1, case.truth.free), (-1, held)])
        if case.claims(held) is not None:
            yield f"{part.name} was treated as a constant, but it depends on {symbol.name}: its own derivative is missing."
            return
        if case.claims(through) is not None:
            yield f"Only {part.name} was varied: {symbol.name} occurs outside of it too."
            return


def by_the_inverse(case: Case) -> Iterator[str]:
    """Differentiated by inv(V) (or by another part of the variable's size), not by V."""
    alone = single(case)
    if alone is None or case.claim is None:
        return
    variable, symbol = alone
    loose = loosened(case, variable)
    free = build.symbol(symbol, variable.shape)
    stand_in = Symbol.make(f"{symbol.name}#", symbol.dims)
    for node in postorder([loose]):
        if case.late:
            return
        if node is loose or node.op in ("symbol", "named") or node.free or node.shape != variable.shape:
            continue
        if free not in postorder([node]):
            continue
        # In matrix form: the index form of det(inv(V)) does not contain inv(V).
        f = lower(build.replace(loose, {node: build.symbol(stand_in, variable.shape)}))
        derivative = replace(differentiate(f, stand_in), {stand_in: lower(node)})
        if case.claims(restore(derivative, [variable.data[0]])) is not None:
            yield f"That is the derivative by {text(node)}, not by {symbol.name}."
            return
