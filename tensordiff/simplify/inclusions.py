"""Inclusions beside each other: the parts of an axis are orthonormal, E_p' E_q = 0 and E_p' E_p = I, so that products of
block matrices multiply out to products of blocks."""

from __future__ import annotations

from tensordiff.functions import Place, inclusion
from tensordiff.simplify.product import Product
from tensordiff.simplify.rule import Context, Outcome, Step
from tensordiff.tensor import Dim, Extent, Tensor, add, einsum, ones

_First = dict[int, list[tuple[int, Place]]]
"""By index, the inclusions and unit vectors whose whole axis lies on it."""


def place_parts(product: Product, context: Context) -> Step:
    """Rewrite the inclusions and unit vectors of a product, which is zero where two parts have nothing in common.

    On one index: E_p E_q = 0 for parts that are apart, E_p E_p unites their indices, E_q in E_p is an inclusion in the part
    p. E 1 summed over the whole is 1, and an inclusion in an inclusion is one inclusion. Each step removes a factor, or puts
    one on an axis that is shorter, so this ends.
    """
    changed = Step.NONE
    while found := _places(product):
        step = _joined(product, found)
        if step is None:
            return Step.ZERO
        if not step and not _summed(product, found) and not _composed(product, found):
            break
        changed = Step.REDUCED
    return changed


def _places(product: Product) -> _First:
    found: _First = {}
    for name, (node, indices) in product.factors.items():
        if (place := Place.of(node)) is not None:
            found.setdefault(indices[0], []).append((name, place))
    return found


def _joined(product: Product, found: _First) -> bool | None:
    """One step on two inclusions on one index; None where their product is zero."""
    for members in found.values():
        for position, (first, p) in enumerate(members):
            for second, q in members[position + 1 :]:
                if p.is_before(q) or q.is_before(p):
                    return None
                if p.start == q.start and p.part == q.part:
                    _, kept = product.factors[first]
                    _, gone = product.remove(second)
                    product.unite(kept[1:], gone[1:])
                    return True
                for (outer, whole), (inner, part) in (((first, p), (second, q)), ((second, q), (first, p))):
                    if len(whole.part) == 1 and whole.holds(part):
                        along = product.factors[outer][1][1]
                        _, indices = product.remove(inner)
                        product.insert(inclusion(whole.part[0], part.start - whole.start, part.part), (along, *indices[1:]))
                        return True
    return False


def _summed(product: Product, found: _First) -> bool:
    """sum_a E_ai = 1."""
    for index, members in found.items():
        if len(product.places[index]) == 1 and index not in product.output:
            product.remove(members[0][0])
            product.drop(index)
            return True
    return False


def _composed(product: Product, found: _First) -> bool:
    """E_ai F_ij = G_aj for a part of a part, where it lies in the whole for certain: the second place of a part of n places
    does so for n > 1 alone."""
    for index, members in found.items():
        link = product.link(index)
        if link is None:
            continue
        ((inner, part),) = members if len(members) == 1 else ((-1, None),)
        outer = link[0] if link[2] == inner else link[2]
        if part is None or outer == inner:
            continue
        node, indices = product.factors[outer]
        place = Place.of(node)
        if place is None or len(place.part) != 1 or indices[1] != index:
            continue
        if not (Extent.of(place.whole) - place.start - part.end).is_certain:
            continue
        product.remove(outer)
        _, own = product.remove(inner)
        product.drop(index)
        product.insert(inclusion(place.whole, place.start + part.start, part.part), (indices[0], *own[1:]))
        return True
    return False


def unite_parts(product: Product, context: Context) -> Step:
    """E_ai E_bi = E_ai where a = b, and nothing elsewhere: what is placed on the diagonal."""
    seen: dict[tuple[Tensor, tuple[int, ...]], int] = {}
    for name, (node, indices) in list(product.factors.items()):
        if len(indices) < 2 or Place.of(node) is None:
            continue
        first = seen.setdefault((node, indices[1:]), name)
        if first != name:
            product.remove(name)
            product.unite([product.factors[first][1][0]], [indices[0]])
            return Step.REDUCED
    return Step.NONE


def split_indicator(product: Product, context: Context) -> Outcome:
    """The product with the indicator E 1 of an interval of an axis as that of [0, end) less that of [0, start):
    E_2 1 = 1 - E_1 1.

    Indicators of different intervals that begin at 0 are linearly independent, so this is a normal form, in which those of
    all parts sum to ones.
    """
    for name, (node, indices) in product.factors.items():
        place = Place.of(node)
        inner = indices[1:]
        if place is None or not inner or any(len(product.places[i]) > 1 or i in product.output for i in inner):
            continue
        if not place.start.terms and place.part == place.end.group():
            continue
        rest = [factor for other, factor in product.factors.items() if other != name]
        dims = {index: dim for index, dim in product.dims.items() if index not in inner}
        terms = [(sign, _head(place.whole, end)) for sign, end in ((1, place.end), (-1, place.start)) if end.terms]
        return add((sign, einsum([*rest, (head, indices[:1])], product.output, dims)) for sign, head in terms)
    return Step.NONE


def _head(whole: Dim, end: Extent) -> Tensor:
    """1 before the place `end`, 0 from there on."""
    if end == Extent.of(whole):
        return ones((whole,))
    part = end.group()
    return einsum([(inclusion(whole, Extent(()), part), ("whole", *range(len(part))))], ("whole",))
