"""Unit vectors beside other factors: what stands at a fixed place is an entry, cut off from the rest of the product."""

from __future__ import annotations

from tensordiff.functions import Unit
from tensordiff.simplify.product import Product
from tensordiff.simplify.rule import Context, Step
from tensordiff.tensor import Apply, Tensor


def cut_at_places(product: Product, context: Context) -> Step:
    """x_i u_i = x_k u_i for the unit vector u with its 1 at place k: every other factor gets an inner index with a unit
    vector of its own, equal unit vectors on one index are one, and a summed one alone is 1. The product is zero where two
    places differ.

    The index of a unit vector that is summed is then in one other slot, and an output index in none; so once is enough.
    """
    changed = Step.NONE
    for name in list(product.factors):
        if name not in product.factors or (unit := _unit(product.factors[name][0])) is None:
            continue
        node, (index,) = product.factors[name]
        for other in [other for other, _ in product.places[index] if other != name]:
            second = _unit(product.factors[other][0])
            if second is not None and second.k != unit.k:
                return Step.ZERO
            if second is not None:
                product.remove(other)
                changed = Step.REDUCED
        others = [other for other, _ in product.places[index] if other != name]
        summed = index not in product.output
        if summed and len(others) == 1:
            continue
        if summed or others:
            changed = Step.REDUCED
        for other in dict.fromkeys(others):
            factor, indices = product.remove(other)
            cut = [product.fresh(unit.dim) if i == index else i for i in indices]
            product.insert(factor, cut)
            for i, fresh in zip(indices, cut, strict=True):
                if i == index:
                    product.insert(node, (fresh,))
        if summed:
            product.remove(name)
            product.drop(index)
    return changed


def _unit(node: Tensor) -> Unit | None:
    return node.function if isinstance(node, Apply) and isinstance(node.function, Unit) else None
