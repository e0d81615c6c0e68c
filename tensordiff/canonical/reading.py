"""Canonical forms made for reading, with the user's names put back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tensordiff.canonical.form import Canonicaliser
from tensordiff.canonical.names import with_names
from tensordiff.errors import BudgetError
from tensordiff.tensor import Named, Sum, Tensor, postorder

_MAX_TERMS = 3000


def readings(tensor: Tensor, names: Sequence[Named], *, max_terms: int = _MAX_TERMS) -> Iterator[Tensor]:
    """The tensor with sums kept as factors, then with products of sums multiplied out where that differs.

    Raises BudgetError where neither form is within `max_terms` terms.
    """
    first: Tensor | None = None
    failure: BudgetError | None = None
    for distribute in (False, True):
        forms = Canonicaliser(distribute=distribute, define=False, max_terms=max_terms)
        try:
            reading = with_names(forms.tensor(tensor), names, forms)
        except BudgetError as error:
            failure = failure or error
            continue
        if reading is not first:
            yield reading
        if first is None and not distribute and not _keeps_sums(reading):
            return
        first = first or reading
    if first is None and failure is not None:
        raise failure


def _keeps_sums(reading: Tensor) -> bool:
    """Whether a sum stands inside a product or a function: then multiplying out may read otherwise."""
    return any(isinstance(node, Sum) and len(node.children) > 1 for node in postorder([reading]) if node is not reading)
