"""Every published derivative is right, ours equals it, reads no longer, and is on the page."""

from __future__ import annotations

import pytest

import tensordiff as td
from tests.identities import PAGE, derivative, ours, page
from tests.published import PUBLISHED, Published

by_row = pytest.mark.parametrize("row", PUBLISHED, ids=lambda row: f"{row.source} {row.f}")


def test_the_table_is_large_and_has_no_row_twice() -> None:
    assert len(PUBLISHED) >= 140
    assert len({(row.source, row.f, row.by) for row in PUBLISHED}) == len(PUBLISHED)


@by_row
def test_published_form_is_right(row: Published) -> None:
    check(row, row.answer)


@by_row
def test_our_form_is_right_and_no_longer(row: Published) -> None:
    text = ours(row)
    check(row, text)
    longer = len(text) > 1.5 * len(row.answer)
    assert longer == bool(row.reason), f"{text}\nfor\n{row.answer}"


def check(row: Published, text: str) -> None:
    """The text is proved, or right at exact points, in the row's layout and with its meaning of entries."""
    verdict = td.check(text, derivative(row).f, list(row.by), layout=row.layout, entries=row.entries)
    assert verdict, str(verdict)
    assert verdict.method in ("proved", "exact"), str(verdict)


def test_the_page_is_what_the_table_gives() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m tests.identities"
