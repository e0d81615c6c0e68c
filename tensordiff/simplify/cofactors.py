"""Determinants, adjugates and inverses of one matrix that stand beside each other."""

from __future__ import annotations

from fractions import Fraction

from tensordiff.functions import ADJUGATE, DET, INVERSE, POWER, power
from tensordiff.simplify.product import Product
from tensordiff.simplify.rule import Context, Step
from tensordiff.tensor import ONE, Apply, Tensor, apply, as_number


def settle_cofactors(product: Product, context: Context) -> Step:
    """adj(A) = det(A) inv(A): of the inverses and adjugates of one matrix either all are adjugates, where no negative power
    of its determinant is left, or all are inverses.

    For reading only: where functions are replaced by their definitions, every adjugate is det(A) inv(A). A product of
    adjugates without a division is left as it is, for it needs no invertible matrix.
    """
    arguments = dict.fromkeys(
        node.children[0]
        for node, _ in product.factors.values()
        if isinstance(node, Apply) and (node.function == ADJUGATE or node.function == INVERSE)
    )
    return Step.OPENED if any(_settle(product, argument) for argument in arguments) else Step.NONE


def _settle(product: Product, argument: Tensor) -> bool:
    inverses: list[int] = []
    adjugates: list[int] = []
    determinants: list[int] = []
    exponent = Fraction(0)
    for name, (node, _) in product.factors.items():
        if not isinstance(node, Apply):
            continue
        if node.function in (INVERSE, ADJUGATE) and node.children[0] is argument:
            (inverses if node.function == INVERSE else adjugates).append(name)
        power_of_det = _determinant_power(node, argument)
        if power_of_det is not None:
            determinants.append(name)
            exponent += power_of_det
    divisions = exponent + len(adjugates)
    all_adjugates = divisions >= len(inverses) + len(adjugates)
    changed = inverses if all_adjugates else adjugates
    if not changed:
        return False
    rest = exponent + (-len(changed) if all_adjugates else len(changed))
    for name in changed:
        _, indices = product.remove(name)
        product.insert(apply(ADJUGATE if all_adjugates else INVERSE, argument), indices)
    for name in determinants:
        product.remove(name)
    determinant = power(apply(DET, argument), rest)
    if determinant is not ONE:
        product.insert(determinant, ())
    return True


def _determinant_power(node: Apply, argument: Tensor) -> Fraction | None:
    """The number e where the factor is det(argument)^e."""
    base, exponent = (node.children[0], as_number(node.children[1])) if node.function == POWER else (node, Fraction(1))
    if isinstance(base, Apply) and base.function == DET and base.children[0] is argument:
        return exponent
    return None
