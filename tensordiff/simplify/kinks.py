"""Functions with a kink beside each other, on one argument: relu(x) step(x) = relu(x), |x| sign(x) = x, x sign(x) = |x|.

All hold at the kink too, where step is 1/2 and sign is 0: the other factor is 0 there.
"""

from __future__ import annotations

from fractions import Fraction

from tensordiff.functions import ABS, SIGN, lookup, power
from tensordiff.simplify.powers import power_parts
from tensordiff.simplify.product import Product
from tensordiff.simplify.rule import Context, Step
from tensordiff.tensor import Apply, Function, Tensor, apply, as_number


def _known(name: str) -> Function:
    found = lookup(name)
    assert found is not None
    return found


RELU, STEP = _known("relu"), _known("step")
Powers = list[tuple[Tensor, Fraction]]


def join_kinks(product: Product, context: Context) -> Step:
    """A sign or a step taken into the factor beside it that has the same argument."""
    for name, (node, indices) in list(product.factors.items()):
        if not isinstance(node, Apply) or node.function not in (SIGN, STEP):
            continue
        for place, (factor, slots) in product.factors.items():
            base, exponent = power_parts(factor)
            p = as_number(exponent)
            if slots != indices or p is None or p < 1 or p.denominator != 1:
                continue
            made = _together(node, base, p)
            if made is None:
                continue
            product.remove(name)
            product.remove(place)
            for part, e in made:
                if e:
                    product.insert(power(part, e), indices)
            return Step.OPENED
    return Step.NONE


def _together(kinked: Apply, base: Tensor, p: Fraction) -> Powers | None:
    """sign(u) or step(u) times base^p; None where the base is not of u."""
    (u,) = kinked.children
    bent = base.function if isinstance(base, Apply) and base.children == (u,) else None
    if bent == RELU:
        return [(base, p)]
    if base is not u and bent != ABS:
        return None
    if kinked.function == STEP:
        return [(apply(RELU, u), p)]
    return [(u, Fraction(1)), (base, p - 1)] if bent == ABS else [(base, p - 1), (ABS(u), Fraction(1))]
