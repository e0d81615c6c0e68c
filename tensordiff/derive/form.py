"""The matrix form of a derivative in a layout: folded, or by duplication and elimination matrices where that is shorter."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction

from tensordiff.canonical import readings
from tensordiff.derive.derivative import named_parts
from tensordiff.derive.layouts import STACKED, DerivativeAxes, MatrixAxes
from tensordiff.derive.stacking import on_entries
from tensordiff.differentiate import Entries
from tensordiff.errors import BudgetError, DomainError, FoldError, GroupingError
from tensordiff.fold import fold_best
from tensordiff.lower import lower
from tensordiff.matrix import Matrix, Scope, text
from tensordiff.records import record
from tensordiff.tensor import Tensor

_SPARED = {Entries.VECH: Fraction(1), Entries.TIED: Fraction(2, 3)}
"""How long a form with D or L may be, against one without: tied entries read best without."""


@record
class Manner:
    """How a form is written: with the names of a scope, and like an expression (its sums, the way round of its
    differences), from at most so many terms."""

    scope: Scope
    like: Matrix | None = None
    max_terms: int | None = None

    def readings(self, tensor: Tensor) -> list[Tensor]:
        """The tensor in canonical forms to read from. Raises BudgetError where it is too large for all."""
        budget = {} if self.max_terms is None else {"max_terms": self.max_terms}
        like = None if self.like is None else lower(self.like)
        return list(readings(tensor, named_parts(self.scope), like=like, **budget))

    def matrix(self, forms: Iterable[Tensor], axes: MatrixAxes) -> Matrix:
        """The shortest matrix form of a tensor given in some readings. Raises FoldError where there is none."""
        return fold_best(forms, axes.rows, axes.columns, {**self.scope.symbols, **self.scope.where}, self.like)

    def form(self, tensor: Tensor, axes: MatrixAxes) -> Matrix | None:
        """The shortest matrix form of a tensor on these rows and columns; None where there is none."""
        try:
            return self.matrix(self.readings(tensor), axes)
        except (FoldError, BudgetError, GroupingError):
            return None


def derivative_form(
    forms: Iterable[Tensor], axes: DerivativeAxes, layout: str, manner: Manner, other: Callable[[Entries], Tensor]
) -> Matrix:
    """The matrix form of a derivative, given in some readings, in a layout. `other` is the derivative by other entries:
    from that by vech where they are tied, else from that by all entries, J follows by duplication and elimination matrices.

    Raises FoldError where there is no form.
    """
    try:
        form, failure = manner.matrix(forms, axes.in_layout(layout)), None
    except FoldError as error:
        form, failure = None, error
    related = _related(axes, layout, manner, other)
    if related is not None and (form is None or len(text(related)) < _SPARED[axes.entries] * len(text(form))):
        return related
    if form is None:
        assert failure is not None
        raise failure
    return form


def _related(axes: DerivativeAxes, layout: str, manner: Manner, other: Callable[[Entries], Tensor]) -> Matrix | None:
    if axes.entries not in _SPARED or layout not in STACKED:
        return None
    base = Entries.VECH if axes.entries is Entries.TIED else Entries.FREE
    its_axes = DerivativeAxes(axes.f, axes.symbols, axes.declared, base)
    try:
        form = manner.matrix(manner.readings(other(base)), its_axes.in_layout(layout))
    except (FoldError, DomainError):
        return None
    return None if form.op == "zeros" else on_entries(form, axes, by_rows=layout == "vec-row")
