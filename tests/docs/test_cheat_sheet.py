"""The cheat sheet has what the tables of the reader and the registry have."""

from __future__ import annotations

import re

from tests.docs.cheat_sheet import PAGE, page


def _rows(text: str) -> list[str]:
    return re.findall(r"^\| (.*?) \|", text, re.MULTILINE)


def test_the_page_has_every_row_of_the_tables() -> None:
    """`python -m tests.docs.cheat_sheet` writes it anew."""
    assert _rows(PAGE.read_text(encoding="utf-8")) == _rows(page())
