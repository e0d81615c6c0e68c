"""Slips of leaving out: a factor of the right formula is not in the claim. What was left out says which rule was forgotten."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from tensordiff.check.slips.case import Case
from tensordiff.check.slips.variants import Attempt, variants
from tensordiff.check.words import instead
from tensordiff.matrix import Matrix, brief, build, same_sizes
from tensordiff.tensor import postorder


def dropped_factor(case: Case) -> Iterator[str]:
    """The right formula without one of its factors, or without an inverse, is the claim."""
    if case.claim is None or case.claim.by_entries:
        return
    for candidate in case.truth.candidates:
        if candidate.layout not in case.layouts or candidate.axes is None:
            continue
        right = case.correct(candidate)
        if not isinstance(right, Matrix):
            continue
        for made, old, new in variants(right, _without_one):
            if case.late:
                return
            if same_sizes(made.shape, case.claim.matrix.shape) and case.is_claim(made):
                yield _said(case, old, new, right)
                return


def _without_one(node: Matrix) -> Iterable[Attempt]:
    if node.op == "inv":
        yield lambda: node.children[0]
    factors = node.children
    if node.op == "product":
        for place, factor in enumerate(factors):
            if factor.op not in ("number", "size"):
                yield partial(build.product, *factors[:place], *factors[place + 1 :])
    if node.op == "hadamard" and len(factors) == 2:
        yield lambda: factors[0]
        yield lambda: factors[1]
    if node.op == "diag" and len(node.shape) == 2 and node.children[0].shape:
        yield partial(build.eye, node.rows)


def _said(case: Case, old: Matrix, new: Matrix, right: Matrix) -> str:
    assert case.claim is not None
    whole = instead(right, case.claim.matrix, right)
    if old.op == "inv":
        return f"An inverse is missing, that of {brief(new)}: {whole}"
    if old.op == "diag":
        return f"The weights {brief(old)} are missing: {whole}"
    kept = list(new.children) if new.op == old.op else [new]
    lost = next((factor for factor in old.children if factor not in kept), old.children[0])
    return f"{_what(case, lost)} {whole}"


def _what(case: Case, lost: Matrix) -> str:
    inner = lost.children[0] if lost.op == "transpose" else lost
    if inner.op == "diag":
        return f"The weights {brief(lost)} are missing:"
    if inner.op == "tr":
        return f"The factor {brief(lost)} is missing, a trace:"
    if inner.op in ("det", "adj"):
        return f"The determinant is missing, the factor {brief(lost)}:"
    if inner.op == "ones":
        return f"The factor {brief(lost)} is missing, since all rows or columns are summed over:"
    if _is_inner(case, inner):
        return f"The inner derivative is missing, the factor {brief(lost)}:"
    if lost.is_scalar:
        return f"The derivative of an outer function is missing, the factor {brief(lost)}:"
    return f"A factor is missing, {brief(lost)}:"


def _is_inner(case: Case, factor: Matrix) -> bool:
    """Whether a factor is a coefficient in the argument of an elementwise function of f."""
    functions = [node for node in postorder([case.f]) if isinstance(node, Matrix) and node.op == "apply"]
    return not factor.is_scalar and any(factor in postorder(node.children) for node in functions)


def by_another_variable(case: Case) -> Iterator[str]:
    """The derivative by another variable of the same size."""
    if case.claim is None or len(case.truth.variables) != 1 or case.problem.is_link:
        return
    (variable,) = case.truth.variables
    for other in case.scope.symbols.values():
        if other is variable or other.shape != variable.shape or other not in postorder([case.f]):
            continue
        if case.claims(case.derivative_by(other)) is not None:
            yield f"That is the derivative by {brief(other)}, not by {brief(variable)}."
            return
