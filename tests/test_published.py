"""Every published derivative is right, ours equals it, reads no longer, and is on the page."""

from __future__ import annotations

import pytest

import tensordiff as td
from tests.cases import CASES, Case
from tests.identities import PAGE, derivative, ours, page
from tests.published import PAPERS, PUBLISHED, Published

by_row = pytest.mark.parametrize("row", PUBLISHED, ids=lambda row: f"{row.source} {row.f}")


def test_the_table_is_large_and_has_no_row_twice() -> None:
    assert len(PUBLISHED) >= 270
    assert len({(row.source, row.f, row.by) for row in PUBLISHED}) == len(PUBLISHED)


@by_row
def test_published_form_is_right(row: Published) -> None:
    check(row, row.answer)


@by_row
def test_our_form_is_right_and_no_longer(row: Published) -> None:
    text = ours(row)
    check(row, text)
    longer = len(text.replace(" ", "")) > 1.2 * len(row.answer.replace(" ", ""))
    assert longer == bool(row.reason), f"{text}\nfor\n{row.answer}"


def check(row: Published, text: str) -> None:
    """The text is proved, or right at exact points, in the row's layout and with its meaning of entries."""
    verdict = td.check(text, derivative(row).f, list(row.by), layout=row.layout, entries=row.entries)
    assert verdict, str(verdict)
    numeric = [reason for part, reason in ONLY_NUMBERS.items() if part in row.f]
    assert verdict.method in ("proved", "exact", *(["numeric"] if numeric else [])), str(verdict)


ONLY_NUMBERS = {
    "sqrtm(": "roots of matrices have no exact values",
    "logm(": "logarithms of matrices have no exact values",
    "hat(": "cross products meet in no canonical order",
    "vec(E)'*A*vec(E)": "a symmetric matrix on compound axes is not met by its transpose in proofs",
}
"""What proofs and exact values do not reach, by parts of f."""


@pytest.mark.parametrize("row", PAPERS, ids=lambda row: f"{row.source} {row.f}")
def test_ours_agrees_with_differences(row: Published) -> None:
    """Central differences with 50 digits, at random points whose sizes are all different."""
    assert derivative(row).verify(points=1)


LONGER = {
    "Cookbook (58)": "the adjugate has a value where X is singular",
    "Cookbook (138)": "diagonal matrices are written with diag",
    "Cookbook (142)": "diagonal matrices are written with diag",
    "learning entropy": "one character: a sum with a minus throughout is -(1 + log(p))",
    "functions negative power": "powers of an inverse are inv(X)^2",
    "blocks logdet of a partitioned matrix": "a block is taken by a product with identities and zeros",
    "blocks bordered determinant": "a block is taken by a product with identities and zeros",
    "blocks matrix of numbers": "entries of a vector are not put together again",
}
"""The cases whose form is more than a fifth longer than the published one, and why."""


@pytest.mark.parametrize("case", [case for case in CASES if case.published], ids=lambda case: case.name)
def test_forms_of_the_cases_are_no_longer(case: Case) -> None:
    form = str(td.diff(td.parse(case.f, **case.scope), case.wrt[0], entries=case.entries).matrix_form(case.layout))
    assert case.published is not None
    longer = len(form.replace(" ", "")) > 1.2 * len(case.published.replace(" ", ""))
    assert longer == (case.name in LONGER), f"{form}\nfor\n{case.published}"


def test_the_page_is_what_the_table_gives() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m tests.identities"
