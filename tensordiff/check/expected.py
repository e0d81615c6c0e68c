"""The correct formula, as a person would write it."""

from __future__ import annotations

from collections.abc import Iterator

from tensordiff.canonical import readings
from tensordiff.check.by_entries import by_entries
from tensordiff.check.truth import VEC_LAYOUTS, Candidate, Truth
from tensordiff.derive import named_parts
from tensordiff.derive.layouts import MatrixAxes
from tensordiff.differentiate import Entries
from tensordiff.errors import BudgetError, FoldError, GroupingError, TensordiffError
from tensordiff.fold import fold_best
from tensordiff.matrix import Matrix, Scope, build, text
from tensordiff.tensor import Structure, Tensor


def expected_matrix(tensor: Tensor, axes: MatrixAxes, scope: Scope) -> Matrix | None:
    """The shortest matrix form of a tensor on these rows and columns; None where there is none."""
    try:
        return fold_best(readings_of(tensor, scope), axes.rows, axes.columns, {**scope.symbols, **scope.where})
    except (FoldError, GroupingError):
        return None


def expected(truth: Truth, candidate: Candidate, scope: Scope) -> Matrix | str:
    """The correct formula in the candidate's layout: a matrix form, or the text of index notation where there is none."""
    from tensordiff.render import free_letters, index_notation

    if candidate.axes is not None:
        found = [expected_matrix(candidate.tensor, candidate.axes, scope), _tied(truth, candidate, scope)]
        forms = [matrix for matrix in found if matrix is not None]
        if forms:
            return min(forms, key=lambda matrix: len(text(matrix)))
    written = {**scope.symbols, **scope.where}
    for reading in readings_of(candidate.tensor, scope):
        try:
            return by_entries(reading, written)
        except TensordiffError:
            continue
    reading = next(readings_of(candidate.tensor, scope), candidate.tensor)
    letters = ",".join(free_letters(candidate.tensor.rank))
    return f"{index_notation(reading)} for the entry [{letters}]"


def _tied(truth: Truth, candidate: Candidate, scope: Scope) -> Matrix | None:
    """J*D(n)*D(n)' for symmetric variables with tied entries, J being the derivative with free ones."""
    symbol = truth.symbols[0]
    plain = len(truth.symbols) == 1 and symbol.structure in (Structure.SYMMETRIC, Structure.POSITIVE_DEFINITE)
    if candidate.entries is not Entries.TIED or candidate.layout not in VEC_LAYOUTS or not plain or candidate.axes is None:
        return None
    free = expected_matrix(truth.free, candidate.axes, scope)
    duplication = build.duplication(symbol.dims[0])
    return None if free is None else build.product(free, duplication, build.transpose(duplication))


def readings_of(tensor: Tensor, scope: Scope) -> Iterator[Tensor]:
    """Canonical forms to read from, with the user's names put back; none where they are too large to read."""
    try:
        yield from readings(tensor, named_parts(scope), max_terms=_MAX_TERMS)
    except BudgetError:
        return


_MAX_TERMS = 400
