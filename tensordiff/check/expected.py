"""The correct formula, as a person would write it."""

from __future__ import annotations

from collections.abc import Iterator

from tensordiff.canonical import Canonicaliser, with_names
from tensordiff.check.layouts import MatrixAxes
from tensordiff.check.truth import Candidate
from tensordiff.errors import BudgetError, FoldError
from tensordiff.fold import fold
from tensordiff.lower import lower
from tensordiff.matrix import Matrix, Scope, text
from tensordiff.tensor import Named, Tensor


def expected_matrix(tensor: Tensor, axes: MatrixAxes, scope: Scope) -> Matrix | None:
    """The shortest matrix form of a tensor on these rows and columns; None where there is none."""
    written = {**scope.symbols, **scope.where}
    found: list[Matrix] = []
    for reading in readings(tensor, scope):
        try:
            found.append(fold(reading, axes.rows, axes.columns, written))
        except FoldError:
            continue
    return min(found, key=lambda matrix: len(text(matrix)), default=None)


def expected_text(candidate: Candidate, scope: Scope) -> str:
    """The correct formula in the candidate's layout: a matrix form, or index notation where there is none."""
    from tensordiff.render import free_letters, index_notation

    if candidate.axes is not None and (matrix := expected_matrix(candidate.tensor, candidate.axes, scope)) is not None:
        return text(matrix)
    reading = next(readings(candidate.tensor, scope), candidate.tensor)
    letters = ",".join(free_letters(candidate.tensor.rank))
    return f"{index_notation(reading)} for the entry [{letters}]"


def readings(tensor: Tensor, scope: Scope) -> Iterator[Tensor]:
    """Canonical forms with the user's names put back: sums kept as factors, then multiplied out."""
    names = [part for part in map(lower, scope.where.values()) if isinstance(part, Named)]
    seen: set[Tensor] = set()
    for distribute in (False, True):
        forms = Canonicaliser(distribute=distribute, define=False, max_terms=_MAX_TERMS)
        try:
            reading = with_names(forms.tensor(tensor), names, forms)
        except BudgetError:
            continue
        if reading not in seen:
            seen.add(reading)
            yield reading


_MAX_TERMS = 400
