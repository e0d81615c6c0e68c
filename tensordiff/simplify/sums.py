"""Factors that are summed over by themselves: probabilities, and sums beside their own powers."""

from __future__ import annotations

from tensordiff.functions import POWER, Softmax, power
from tensordiff.simplify.product import Product
from tensordiff.simplify.rule import Context, Step
from tensordiff.tensor import ONE, Apply, Assumption, Einsum, Indices, Symbol, Tensor, add, as_number


def sum_probabilities(product: Product, context: Context) -> Step:
    """sum_i p_i = 1 for probabilities p, for p = softmax(x), and for the squares of a row or column of an orthogonal matrix."""
    changed = Step.NONE
    for name, (node, indices) in list(product.factors.items()):
        summed = _sums_to_one(node, indices) if indices else ()
        if _is_orthogonal_squared(node):
            summed = next(((index,) for index in indices if _alone(product, (index,))), ())
        if summed and _alone(product, summed):
            product.remove(name)
            for index in summed:
                product.drop(index)
            changed = Step.REDUCED
    return changed


def _sums_to_one(node: Tensor, indices: Indices) -> Indices:
    """The indices over which the factor sums to one."""
    if isinstance(node, Symbol):
        known = node.assumption is Assumption.PROBABILITY and node.structure.general
        return indices if known else ()
    if isinstance(node, Apply) and isinstance(node.function, Softmax) and not node.function.relative:
        return indices[: node.function.count]
    return ()


def _is_orthogonal_squared(node: Tensor) -> bool:
    """Q.^2, which is what Q_ij Q_ij has become."""
    if not isinstance(node, Apply) or node.function != POWER or as_number(node.children[1]) != 2:
        return False
    base = node.children[0]
    return isinstance(base, Symbol) and base.structure.is_orthogonal


def _alone(product: Product, indices: Indices) -> bool:
    """Whether the indices are summed, and occur in one place each."""
    return all(len(product.places[i]) == 1 and i not in product.output for i in indices)


def sum_beside_power(product: Product, context: Context) -> Step:
    """(sum_j a_ij) (sum_j a_ij)^p = (sum_j a_ij)^(p+1), where a power of the sum of one factor is there."""
    for place, (node, slots) in list(product.factors.items()):
        if not isinstance(node, Apply) or node.function != POWER or node.children[1].dims:
            continue
        base, exponent = node.children
        if not isinstance(base, Einsum) or len(base.factors) != 1 or len(set(base.output)) != len(base.output):
            continue
        ((term, inside),) = base.factors
        if len(set(inside)) != len(base.index_dims) or len(set(inside)) != len(inside):
            continue
        on = dict(zip(base.output, slots, strict=True))
        for name, (other, indices) in product.factors.items():
            summed = tuple(i for i, label in zip(indices, inside, strict=False) if label not in on)
            if other is term and summed and _alone(product, summed) and _fits(indices, inside, on):
                product.remove(name)
                product.remove(place)
                for index in summed:
                    product.drop(index)
                product.insert(power(base, add([(1, exponent), (1, ONE)])), slots)
                return Step.OPENED
    return Step.NONE


def _fits(indices: Indices, inside: Indices, on: dict[int, int]) -> bool:
    """Whether the factor's indices are those of the power wherever the sum has them."""
    return all(on.get(label, index) == index for index, label in zip(indices, inside, strict=True))
