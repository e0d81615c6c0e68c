"""Slips in a sum: wrong signs and coefficients, terms missing or too many."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import partial

from tensordiff.check.claim import Claim, Reading, read_as
from tensordiff.check.slips.case import Case
from tensordiff.check.slips.combination import MOST, combination, value_of
from tensordiff.check.slips.variants import Attempt, variants
from tensordiff.check.words import instead
from tensordiff.evidence.printing import listed
from tensordiff.matrix import Matrix, brief, build, number_text, text
from tensordiff.render import index_notation
from tensordiff.tensor import Sum, Tensor, scale

_MOST_SAID = 3


def wrong_coefficient(case: Case) -> Iterator[str]:
    """The claim's own terms are right, but for some coefficients."""
    if case.claim is None:
        return
    terms = build.terms_of(case.claim.matrix)
    if case.claim.by_entries:
        letters, coefficients = case.claim.matrix.data
        terms = [(c, build.contract(child, letters)) for c, child in zip(coefficients, case.claim.matrix.children, strict=True)]
    if not 1 < len(terms) <= MOST:
        return
    for reading in case.readings_here:
        parts = [read_as(Claim.of(term, "", case.claim.standing), reading.candidate) for _, term in terms]
        if any(part is None for part in parts):
            continue
        values = [part.value for part in parts if part is not None]
        right = combination(value_of(reading.candidate.tensor), values, case.points, case.more)
        if right is None:
            continue
        wrong = [(c, d, term) for (c, term), d in zip(terms, right, strict=True) if c != d]
        if len(wrong) <= max(1, len(terms) // 2):
            case.mended = build.add([(d, term) for d, (_, term) in zip(right, terms, strict=True)])
            yield listed([_corrected(c, d, term) for c, d, term in wrong]).replace("the ", "The ", 1) + "."
            return


def _corrected(claimed: Fraction, right: Fraction, term: Matrix) -> str:
    if not right:
        return f"the term {_multiple(claimed, term)} does not belong there"
    if right == -claimed:
        return f"the sign of the term {_multiple(claimed, term)} is wrong"
    return f"the coefficient of {text(term)} is {number_text(right)}, not {number_text(claimed)}"


def _multiple(coefficient: Fraction, term: Matrix) -> str:
    return text(build.scale(coefficient, term))


def number_added(case: Case) -> Iterator[str]:
    """A scalar was added to a matrix: to every entry, by broadcasting."""
    if case.claim is None or not case.claim.matrix.shape:
        return
    found = (
        (f"The number {brief(lost)} is added to every entry (by broadcasting): {instead(new, old, made)}", made)
        for made, old, new in variants(case.claim.matrix, _without_scalars)
        for lost in [_lost(old, new)]
    )
    yield from case.first_right(found)


def _without_scalars(node: Matrix) -> Iterable[Attempt]:
    if node.op == "add" and node.shape:
        terms = list(zip(node.data, node.children, strict=True))
        for place, (_, term) in enumerate(terms):
            if len(terms) > 1 and _is_broadcast(term):
                yield partial(build.add, [*terms[:place], *terms[place + 1 :]])


def _is_broadcast(term: Matrix) -> bool:
    return term.is_scalar or term.op == "ones"


def _lost(old: Matrix, new: Matrix) -> Matrix:
    kept = new.children if new.op == "add" else (new,)
    return next((build.scale(c, child) for c, child in zip(old.data, old.children, strict=True) if child not in kept), old)


def missing_term(case: Case) -> Iterator[str]:
    """The claim is made of some terms of the derivative, perhaps with other coefficients."""
    for reading in case.readings_here:
        for form in case.written(reading.candidate.tensor):
            if not isinstance(form, Sum) or not 1 < len(form.children) <= MOST:
                continue
            values = [value_of(term) for term in form.children]
            found = combination(reading.value, values, case.points, case.more)
            if found is None:
                continue
            if said := _compared(case, reading, form, found):
                yield said
                return


def _compared(case: Case, reading: Reading, form: Sum, ratios: list[Fraction]) -> str:
    """What to say of terms of the derivative whose coefficient in the claim is another."""
    missing: list[str] = []
    other: list[str] = []
    for (right, term), claimed in zip(form.terms, ratios, strict=True):
        if claimed == right:
            continue
        shown = _shown(case, reading, term, right)
        if shown is None:
            return ""
        if not claimed:
            missing.append(shown)
        elif claimed == -right:
            other.append(f"the term {shown} has the wrong sign in the claim")
        else:
            other.append(f"the term {shown} is in the claim {number_text(claimed / right)} times")
    if len({claimed / right for (right, _), claimed in zip(form.terms, ratios, strict=True)}) == 1:
        return ""  # all of them alike: a factor, not a term
    if missing:
        word = "term" if len(missing) == 1 else "terms"
        other.insert(0, f"the claim lacks the {word} {listed(missing)} of the derivative")
    said = "; ".join(other[:_MOST_SAID])
    return said[0].upper() + said[1:] + "."


def _shown(case: Case, reading: Reading, term: Tensor, coefficient: Fraction) -> str | None:
    if reading.candidate.axes is None:
        return index_notation(scale(coefficient, term))
    matrix = case.form(term, reading.candidate.axes)
    return None if matrix is None else text(build.scale(coefficient, matrix))


def wrong_sign_inside(case: Case) -> Iterator[str]:
    """The sign of a term in brackets is wrong."""
    if case.claim is None:
        return
    found = ((f"A sign is wrong: {instead(new, old, made)}", made) for made, old, new in variants(case.claim.matrix, _negated))
    yield from case.first_right(found)


def _negated(node: Matrix) -> Iterable[Attempt]:
    if node.op != "add" or len(node.children) < 2:
        return
    terms = list(zip(node.data, node.children, strict=True))
    for place, (coefficient, term) in enumerate(terms):
        changed = [*terms[:place], (-coefficient, term), *terms[place + 1 :]]
        yield partial(build.add, changed)
