"""Entrywise powers in a product: equal bases on equal indices add exponents."""

from __future__ import annotations

from fractions import Fraction

from tensordiff.functions import ABS, POWER
from tensordiff.simplify.product import Product
from tensordiff.simplify.rule import Context, Step
from tensordiff.tensor import ONE, Apply, Tensor, add, apply, as_number, number


def power_parts(node: Tensor) -> tuple[Tensor, Tensor]:
    """(base, exponent) of an entrywise power with a scalar exponent; (node, 1) for anything else."""
    if isinstance(node, Apply) and node.function == POWER and not node.children[1].dims:
        return node.children[0], node.children[1]
    return node, ONE


def power_of(base: Tensor, exponent: Tensor, context: Context) -> Tensor:
    """base^exponent, with the exponent in canonical form."""
    return apply(POWER, base, exponent if as_number(exponent) is not None else context.tensor(exponent))


def collect_powers(product: Product, context: Context) -> Step:
    """x_i x_i^-1 = 1."""
    groups: dict[tuple[Tensor, tuple[int, ...]], list[tuple[int, Tensor]]] = {}
    for name, (node, indices) in list(product.factors.items()):
        base, exponent = power_parts(node)
        if len(indices) == 2 and indices[0] > indices[1] and context.symmetric(base):
            product.remove(name)
            indices = indices[::-1]
            name = product.insert(node, indices)
        groups.setdefault((base, indices), []).append((name, exponent))
    if len(groups) == len(product):
        return Step.NONE
    settled = True
    for (base, indices), members in groups.items():
        if len(members) == 1:
            continue
        for name, _ in members:
            product.remove(name)
        node = power_of(base, add([(1, exponent) for _, exponent in members]), context)
        if node is ONE:
            continue
        settled = settled and context.is_atom(node) and power_parts(node)[0] is base
        product.insert(node, indices)
    return Step.REDUCED if settled else Step.OPENED


def absorb_absolute_values(product: Product, context: Context) -> Step:
    """|x|^p x^q = |x|^(p+2) x^(q-2) for p <= -2, and the reverse for p >= 2: an even power needs no absolute value."""
    for name, (node, indices) in list(product.factors.items()):
        base, exponent = power_parts(node)
        p = as_number(exponent)
        if not isinstance(base, Apply) or base.function != ABS or p is None or -2 < p < 2:
            continue
        (inner,) = base.children
        for other, (factor, slots) in list(product.factors.items()):
            q = as_number(power_parts(factor)[1])
            if power_parts(factor)[0] is not inner or slots != indices or q is None:
                continue
            shift = Fraction(2 if p < 0 else -2)
            for gone in (name, other):
                product.remove(gone)
            for part, e in ((base, p + shift), (inner, q - shift)):
                if e:
                    product.insert(power_of(part, number(e), context), indices)
            return Step.OPENED
    return Step.NONE
