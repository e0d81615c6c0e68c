"""Determinants and adjugates that stand beside each other."""

from __future__ import annotations

from tensordiff.functions import ADJUGATE, DET, INVERSE, POWER, power
from tensordiff.simplify.product import Product
from tensordiff.tensor import ONE, Apply, Tensor, add, apply, as_number


def adjugate_over_determinant(product: Product) -> bool:
    """adj(A) / det(A) = inv(A). The division says that A is invertible; a lone adj(A) is left, for it needs no such thing.

    True if the product was rewritten. Each use removes one adjugate, so repeated use ends.
    """
    for name in list(product.factors):
        node, indices = product.factors[name]
        if not isinstance(node, Apply) or node.function != ADJUGATE:
            continue
        argument = node.children[0]
        divisor = _divisor(product, argument)
        if divisor is None:
            continue
        exponent = product.remove(divisor)[0].children[1]
        product.remove(name)
        product.insert(apply(INVERSE, argument), indices)
        rest = power(apply(DET, argument), add([(1, exponent), (1, ONE)]))
        if rest is not ONE:
            product.insert(rest, ())
        return True
    return False


def _divisor(product: Product, argument: Tensor) -> int | None:
    """The factor det(argument)^e with a number e <= -1."""
    for name, (node, _) in product.factors.items():
        if not isinstance(node, Apply) or node.function != POWER:
            continue
        base, exponent = node.children
        value = as_number(exponent)
        of_argument = isinstance(base, Apply) and base.function == DET and base.children[0] is argument
        if of_argument and value is not None and value <= -1:
            return name
    return None
