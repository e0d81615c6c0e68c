"""Formulas that hold for 1-by-1 matrices alone: the chain rule of numbers, written with matrices."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tensordiff.check.grade import Grader
from tensordiff.check.slips.case import Case
from tensordiff.derive.layouts import DIFFERENTIAL
from tensordiff.errors import TensordiffError
from tensordiff.matrix import same_size, shape_text


def plain_product(case: Case) -> Iterator[str]:
    """The product of links as numbers have them, where f and the variable are matrices: right for 1-by-1 ones, perhaps up to
    a factor, but of a shape that no layout has, or not conforming."""
    f, variable = case.f, case.truth.variables[0]
    of_matrices = len(f.shape) == 2 and len(variable.shape) == 2 and len(case.truth.variables) == 1
    if not of_matrices or case.truth.layout == DIFFERENTIAL or not _is_misshapen(case) or not _holds_for_numbers(case):
        return
    sizes = "-by-".join((shape_text(f.shape), shape_text(variable.shape)))
    pointer = "" if case.problem.is_link else f"; tensordiff explain shows them (--wrt {variable.data[0].name})"
    yield (
        "That is the chain rule of numbers, with derivatives multiplied as matrices: it holds for 1-by-1 matrices alone.\n"
        f"The derivative has order 4 ({sizes}), and its links are joined by a double contraction, "
        f"over both indices of the matrix between{pointer}."
    )


def only_for_numbers(case: Case) -> Iterator[str]:
    """Likewise, where f or the variable is a vector or a scalar."""
    if _is_misshapen(case) and _holds_for_numbers(case):
        yield (
            "The formula holds for 1-by-1 matrices: the calculus is right, but the factors are in an order, "
            "or have transposes, that do not fit matrices."
        )


def _is_misshapen(case: Case) -> bool:
    """Whether the claim has a shape that no layout has, and is no product of Kronecker products."""
    answer = case.problem.answer
    written = answer if isinstance(answer, str) else ""
    return not case.readings and not _as_many_entries(case) and not re.search(r"\bkron\b|\bK\(|otimes|⊗", written)


def _as_many_entries(case: Case) -> bool:
    """Whether the claim has as many entries as the derivative: then it is misplaced, not of another order."""
    if case.claim is None:
        return False
    return same_size(case.claim.matrix.dims, case.truth.candidates[0].tensor.dims)


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
        special = case.problem.of_symbols().with_numbers()
        claim, _ = special.read()
        grader = Grader(special.truth(), claim)
        return bool(grader.right) or grader.up_to_factor(grader.readings) is not None
    except TensordiffError:
        return False
