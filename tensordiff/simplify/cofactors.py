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


def cancel_determinants(product: Product) -> bool:
    """adj(A)/det(A) = inv(A), while both are there; whether there were any."""
    changed = False
    while (pair := _quotient(product)) is not None:
        (adjugate, determinant, exponent), changed = pair, True
        node, indices = product.remove(adjugate)
        product.remove(determinant)
        product.insert(apply(INVERSE, *node.children), indices)
        if exponent != -1:
            product.insert(power(apply(DET, *node.children), exponent + 1), ())
    return changed


def _quotient(product: Product) -> tuple[int, int, Fraction] | None:
    """(the number of an adjugate, that of a negative power of the determinant, the exponent)."""
    for name, (node, _) in product.factors.items():
        if isinstance(node, Apply) and node.function == ADJUGATE:
            for other, (factor, _) in product.factors.items():
                exponent = _determinant_power(factor, node.children[0]) if isinstance(factor, Apply) else None
                if exponent is not None and exponent <= -1:
                    return name, other, exponent
    return None


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
