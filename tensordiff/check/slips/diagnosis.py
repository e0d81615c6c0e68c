"""The likely slip behind a wrong claim. Every guess has a test behind it: a corrected claim that is right, or a wrong
rule whose result is the claim. Without one, nothing is said."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from tensordiff.check.slips import CAUSES, CORRECTIONS, REMARKS, other_meaning, plain_product
from tensordiff.check.slips.case import Case
from tensordiff.check.words import in_layouts
from tensordiff.errors import TensordiffError

Slip = Callable[[Case], Iterator[str]]


def diagnose(case: Case, *, remarks: bool = True) -> tuple[str, ...]:
    """Sentences that name the slip, at most a cause and a correction; () where none was recognised. `remarks` allows
    general remarks where nothing else was found."""
    if case.problem.is_link:
        return (*_first((plain_product,), case), *_corrections(case))
    if meant := _first((other_meaning,), case):
        return tuple(meant)
    found = [*_first(CAUSES, case), *_corrections(case)]
    return tuple(found or (_first(REMARKS, case) if remarks else ()))


def _corrections(case: Case) -> list[str]:
    """What makes the claim right in the layout that the verdict speaks of, else in another that it fits."""
    if (found := _first(CORRECTIONS, case)) or not case.in_other_layouts():
        return found
    where = in_layouts(sorted(case.layouts))
    return [f"{sentence} (That is {where}.)" for sentence in _first(CORRECTIONS, case)]


def _first(slips: Sequence[Slip], case: Case) -> list[str]:
    """What the first slip that applies says."""
    for slip in slips:
        if case.late:
            break
        try:
            if said := list(slip(case)):
                return said
        except TensordiffError:
            continue
    return []
