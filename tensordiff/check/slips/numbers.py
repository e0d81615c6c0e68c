"""Formulas that hold for 1-by-1 matrices alone: the chain rule of numbers, written with matrices."""

from __future__ import annotations

from collections.abc import Iterator

from tensordiff.check.grade import Grader
from tensordiff.check.slips.case import Case
from tensordiff.derive.layouts import DIFFERENTIAL
from tensordiff.errors import TensordiffError
from tensordiff.matrix import shape_text, total_size


def plain_product(case: Case) -> Iterator[str]:
    """Right for numbers, but of a shape that no layout has, or not conforming."""
    if case.readings or _as_many_entries(case) or not _holds_for_numbers(case):
        return
    f, variable = case.f, case.truth.variables[0]
    if len(f.shape) == 2 and len(variable.shape) == 2 and len(case.truth.variables) == 1 and case.truth.layout != DIFFERENTIAL:
        sizes = "-by-".join((shape_text(f.shape), shape_text(variable.shape)))
        yield (
            "The formula holds for 1-by-1 matrices: it is the chain rule of numbers, with derivatives multiplied as matrices. "
            f"But dF_ij/dV_kl is a tensor of order 4, here {sizes}, and the chain rule contracts two such tensors over both "
            "indices of the matrix between them, dF_ij/dV_kl = sum over a,b of dF_ij/dM_ab * dM_ab/dV_kl (a double "
            "contraction); a plain matrix product is something else. In matrix form dF = A*dV*B gives kron(B', A)."
        )
    else:
        yield (
            "The formula holds for 1-by-1 matrices: the calculus is right, but the factors are in an order, "
            "or have transposes, that do not fit matrices."
        )


def _as_many_entries(case: Case) -> bool:
    """Whether the claim has as many entries as the derivative: then it is misplaced, not of another order."""
    if case.claim is None:
        return False
    return total_size(case.claim.matrix.dims) == total_size(case.truth.candidates[0].tensor.dims)


def right_for_numbers(case: Case) -> Iterator[str]:
    """Right for numbers, and of a shape that fits."""
    if case.readings and _holds_for_numbers(case):
        yield (
            "The formula holds for 1-by-1 matrices, so the rules of calculus were applied as for numbers: "
            "the order of factors, transposes, traces or sizes are wrong."
        )


def _holds_for_numbers(case: Case) -> bool:
    """Whether the claim is right where every matrix is 1-by-1 (and is no number that is right by chance)."""
    if all(not node.shape for node in case.problem.scope.symbols.values()):
        return False
    try:
        special = case.problem.with_numbers()
        claim, _ = special.read()
        return bool(Grader(special.truth(), claim).right)
    except TensordiffError:
        return False
