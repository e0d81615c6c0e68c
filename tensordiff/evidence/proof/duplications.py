"""Products of duplication and elimination matrices with each other (Magnus and Neudecker 1980).

D D' = I + K - diag(vec(eye(n))), L'L = diag(vec(tril(n))), and D L mirrors the lower triangle, so that symmetric matrices
stay as they are. Each rule removes two of these matrices, so repeated use ends.
"""

from __future__ import annotations

from tensordiff.canonical import Canonicaliser
from tensordiff.evidence.proof.alphabet import terms_of
from tensordiff.functions import Duplication, Elimination, LowerMask, SkewDuplication, constant
from tensordiff.tensor import Apply, Dim, Einsum, Factor, Tensor, add, einsum, identity, permute, postorder

_MOST = 6
"""Terms with more of these matrices are left as they are."""


def settle_duplications(tensor: Tensor, forms: Canonicaliser) -> Tensor:
    """The canonical tensor with these products carried out."""
    while any(_kind(node) for node in postorder([tensor])):
        before = tensor
        tensor = forms.tensor(add([(c, _settled(term)) for c, term in terms_of(tensor)], tensor.dims))
        if tensor is before:
            break
    return tensor


def _kind(node: Tensor) -> type | None:
    found = type(node.function) if isinstance(node, Apply) else None
    return found if found in (Duplication, SkewDuplication, Elimination) else None


def _settled(term: Tensor) -> Tensor:
    """A product with one pair of these matrices carried out, where there is one that can be."""
    if not isinstance(term, Einsum):
        return term
    places = [place for place, (node, _) in enumerate(term.factors) if _kind(node)]
    for p in places if len(places) <= _MOST else ():
        for q in places:
            if p < q and (made := _pair(term, p, q) or _pair(term, q, p)) is not None:
                rest = [factor for place, factor in enumerate(term.factors) if place not in (p, q)]
                gone, _ = _split(*term.factors[p])
                return einsum([*rest, made], term.output, {i: d for i, d in enumerate(term.index_dims) if i != gone})
    return term


def _pair(term: Einsum, p: int, q: int) -> Factor | None:
    """What the product of two factors over their triangular index is."""
    (a, first), (b, second) = term.factors[p], term.factors[q]
    inner, pair = _split(a, first)
    other, ends = _split(b, second)
    shared = [index for _, indices in term.factors for index in indices].count(inner)
    if inner != other or shared != 2 or inner in term.output:
        return None
    dim = a.dims[1]
    kinds = (_kind(a), _kind(b))
    same = identity((dim, dim))
    turned = permute(same, (0, 1, 3, 2))
    lower = (constant(LowerMask(dim)), (1, 0))  # axes: column, row, column, row
    if kinds == (Duplication, Duplication):
        return add([(1, same), (1, turned), (-1, _all_equal(dim))]), pair + ends
    if kinds == (SkewDuplication, SkewDuplication):
        return add([(1, same), (-1, turned)]), pair + ends
    if kinds == (Elimination, Elimination):
        return einsum([lower], (0, 1, 0, 1)), pair + ends
    if kinds == (Duplication, Elimination):
        below = einsum([lower], (0, 1, 0, 1)), einsum([lower], (0, 1, 1, 0))
        return add([(1, below[0]), (1, turned), (-1, below[1])]), pair + ends
    return None


def _split(node: Tensor, indices: tuple[int, ...]) -> tuple[int, tuple[int, ...]]:
    """(the triangular index, the pair of indices of the matrix)"""
    return (indices[0], indices[1:]) if _kind(node) is Elimination else (indices[2], indices[:2])


def _all_equal(dim: Dim) -> Tensor:
    return einsum([], (0, 0, 0, 0), {0: dim})
