"""The correct formula, as a person would write it."""

from __future__ import annotations

from tensordiff.check.truth import Candidate, Truth
from tensordiff.derive import Manner, by_entries, derivative_form
from tensordiff.derive.layouts import LAYOUTS
from tensordiff.differentiate import Entries
from tensordiff.errors import BudgetError, FoldError, GroupingError, TensordiffError
from tensordiff.matrix import Matrix, Scope, build
from tensordiff.render import free_letters, index_notation
from tensordiff.tensor import Tensor

_MAX_TERMS = 400
"""Larger canonical forms are not read from."""


def manner(scope: Scope) -> Manner:
    """How formulas are written in a verdict: with the user's names, from no more terms than a person would read."""
    return Manner(scope, max_terms=_MAX_TERMS)


def expected(truth: Truth, candidate: Candidate, scope: Scope) -> Matrix | str:
    """The correct formula in the candidate's layout: a matrix form, or the text of index notation where there is none. Raises
    BudgetError where it is too long to be written."""
    forms = readings_of(candidate.tensor, scope)
    if candidate.axes is not None and (found := _matrix(forms, truth, candidate, scope)) is not None:
        return found
    for reading in forms:
        try:
            return by_entries(reading, {**scope.symbols, **scope.where})
        except TensordiffError:
            continue
    letters = ",".join(free_letters(candidate.tensor.rank))
    return f"{index_notation(next(iter(forms), candidate.tensor))} for the entry [{letters}]"


def _matrix(forms: list[Tensor], truth: Truth, candidate: Candidate, scope: Scope) -> Matrix | None:
    assert candidate.axes is not None
    try:
        if candidate.layout not in LAYOUTS:  # a differential
            return manner(scope).matrix(forms, candidate.axes)
        if candidate.layout == "gradient" and candidate.entries is Entries.VECH and truth.structured:
            row = derivative_form(forms, truth.axes(candidate.entries), "vec-column", manner(scope), truth.by)
            return build.transpose(row)
        return derivative_form(forms, truth.axes(candidate.entries), candidate.layout, manner(scope), truth.by)
    except (FoldError, GroupingError):
        return None


def readings_of(tensor: Tensor, scope: Scope) -> list[Tensor]:
    """Canonical forms to read from, with the user's names put back; none where they are too large to read."""
    try:
        return manner(scope).readings(tensor)
    except BudgetError:
        return []
