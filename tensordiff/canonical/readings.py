"""Canonical forms made for reading, with the user's names put back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tensordiff.canonical.form import Canonicaliser, Sums, sum_key
from tensordiff.canonical.names import with_names
from tensordiff.canonical.recognise import one_orientation, spelled_out
from tensordiff.errors import BudgetError
from tensordiff.tensor import Named, Sum, Tensor, permute, postorder

_MAX_TERMS = 3000


def readings(
    tensor: Tensor, names: Sequence[Named], *, max_terms: int = _MAX_TERMS, like: Tensor | None = None
) -> Iterator[Tensor]:
    """The tensor with sums kept as factors, then with products multiplied out but for the sums that `like` has, then with
    all products of sums multiplied out, where these differ.

    Raises BudgetError where the first form, which is the shortest, is not within `max_terms` terms.
    """
    tensor = spelled_out(tensor)
    first: Tensor | None = None
    seen: list[Tensor] = []
    for distribute, only in ((False, False), (False, True), (True, False)):
        if only and like is None:
            continue
        try:
            kept = _sums(like) if only and like is not None else None
            forms = Canonicaliser(distribute=distribute, define=False, max_terms=max_terms, kept=kept)
            reading = with_names(forms.tensor(one_orientation(forms.tensor(tensor))), names, forms)
        except BudgetError:
            if first is None:
                raise
            continue
        if reading not in seen:
            yield reading
        seen.append(reading)
        if first is None and not distribute and not _keeps_sums(reading):
            return
        first = first or reading


def _sums(node: Tensor) -> Sums:
    """The sums in a tensor, and their transposes."""
    forms = Canonicaliser(distribute=False, define=False)
    sums = [inner for inner in postorder([forms.tensor(node)]) if isinstance(inner, Sum) and inner.rank <= 2]
    turned = [forms.tensor(permute(inner, (1, 0))) for inner in sums if inner.rank == 2]
    return frozenset(map(sum_key, (*sums, *turned)))


def _keeps_sums(reading: Tensor) -> bool:
    """Whether a sum stands inside a product or a function: then multiplying out may read otherwise."""
    return any(isinstance(node, Sum) and len(node.children) > 1 for node in postorder([reading]) if node is not reading)
