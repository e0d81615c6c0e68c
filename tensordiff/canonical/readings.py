"""Canonical forms made for reading, with the user's names put back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tensordiff.canonical.form import Canonicaliser, Sums, sum_key
from tensordiff.canonical.names import with_names
from tensordiff.canonical.recognise import one_orientation, spelled_out
from tensordiff.canonical.sum_names import SumName, with_sum_names
from tensordiff.errors import BudgetError
from tensordiff.functions import POWER
from tensordiff.tensor import Apply, Named, Sum, Tensor, as_number, permute, postorder

_MAX_TERMS = 3000
_MAX_OF_SUMS = 100
"""Of more terms, multiplied out, none reads better with a name for some."""


def readings(
    tensor: Tensor, names: Sequence[Named], *, max_terms: int = _MAX_TERMS, like: Tensor | None = None
) -> Iterator[Tensor]:
    """The tensor with sums kept as factors, then with products multiplied out but for the sums that `like` has, then with
    all products of sums multiplied out, where these differ; and the last with names of sums that have lost their terms.

    Raises BudgetError where the first form, which is the shortest, is not within `max_terms` terms.
    """
    tensor = spelled_out(tensor)
    first: Tensor | None = None
    seen: list[Tensor] = []
    for distribute, only in ((False, False), (False, True), (True, False)):
        if only and like is None:
            continue
        try:
            kept = _sums(like) if only and like is not None else _inner(first) if distribute and first is not None else None
            forms = Canonicaliser(distribute=distribute and kept is None, define=False, max_terms=max_terms, kept=kept)
            reading = with_names(forms.tensor(one_orientation(forms.tensor(tensor))), names, forms)
        except BudgetError:
            if first is None:
                raise
            continue
        if reading not in seen:
            yield reading
        seen.append(reading)
        if first is None and not distribute and not _keeps_sums(reading):
            break
        first = first or reading
    summed = _with_sum_names(tensor, names, max_terms) if names else None
    if summed is not None and summed not in seen:
        yield summed


def _with_sum_names(tensor: Tensor, names: Sequence[Named], max_terms: int) -> Tensor | None:
    """The tensor multiplied out, with names of sums in the place of one of their terms; None where none is found."""
    forms = Canonicaliser(distribute=True, define=False, max_terms=min(max_terms, _MAX_OF_SUMS))
    sums = [name for named in names if (name := SumName.of(named, forms)) is not None]
    if not sums:
        return None
    try:
        whole = forms.tensor(one_orientation(forms.tensor(tensor)))
        found = with_sum_names(whole, sums, forms)
        return None if found is whole else with_names(found, names, forms)
    except BudgetError:
        return None


def _sums(node: Tensor) -> Sums:
    """The sums in a tensor, and their transposes."""
    forms = Canonicaliser(distribute=False, define=False)
    sums = [inner for inner in postorder([forms.tensor(node)]) if isinstance(inner, Sum) and inner.rank <= 2]
    turned = [forms.tensor(permute(inner, (1, 0))) for inner in sums if inner.rank == 2]
    return frozenset(map(sum_key, (*sums, *turned)))


def _inner(reading: Tensor) -> Sums | None:
    """The sums of vectors and matrices inside powers that are no whole ones, as (x - y)'*(x - y) in norm2(x - y)."""
    roots = [n for n in postorder([reading]) if isinstance(n, Apply) and n.function == POWER and not n.dims]
    roots = [n for n in roots if (p := as_number(n.children[1])) is not None and p.denominator > 1]
    inside = postorder([n.children[0] for n in roots])
    return frozenset(sum_key(n) for n in inside if isinstance(n, Sum) and n.rank in (1, 2) and len(n.children) > 1) or None


def _keeps_sums(reading: Tensor) -> bool:
    """Whether a sum stands inside a product or a function: then multiplying out may read otherwise."""
    return any(isinstance(node, Sum) and len(node.children) > 1 for node in postorder([reading]) if node is not reading)
