"""The page that shows published derivatives beside ours: `python -m tests.identities` writes docs/identities.md."""

from __future__ import annotations

from pathlib import Path

import tensordiff as td
from tests.published import PUBLISHED, Published

PAGE = Path(__file__).parent.parent / "docs" / "identities.md"

HEAD = """\
# Published identities

Derivatives that books, papers and web pages print, and the same as tensordiff gives them. Both columns are in the text
syntax; the published form is transcribed term by term, ours is what `td.diff(f, by).matrix_form(layout)` prints. The tests
check every row: both forms are right, and ours is at most a fifth longer than the published one (blanks left out), but for
those whose number has a reason at the end of the page.

This page is generated from `tests/published.py` by `python -m tests.identities`.

| source | f | by | layout | published | tensordiff |
| --- | --- | --- | --- | --- | --- |
"""


def derivative(row: Published) -> td.Derivative:
    """Our derivative of a row."""
    return td.diff(td.parse(row.f, **row.declarations), *row.by, entries=row.entries)


def ours(row: Published) -> str:
    """Our answer to a row, in its layout."""
    return str(derivative(row).matrix_form(row.layout))


def page() -> str:
    """The text of the page."""
    notes = [row.reason for row in PUBLISHED if row.reason]
    numbered = {reason: number for number, reason in enumerate(dict.fromkeys(notes), start=1)}
    lines = [_line(row, numbered) for row in PUBLISHED]
    tail = [f"\n{number}. {reason}" for reason, number in numbered.items()]
    return HEAD + "\n".join(lines) + "\n" + "".join(f"{text}\n" for text in tail)


def _line(row: Published, numbered: dict[str, int]) -> str:
    note = f" ({numbered[row.reason]})" if row.reason else ""
    cells = [
        row.source,
        _code(row.f) + "".join(f", {text}" for text in _conditions(row)),
        _code(" ".join(row.by)),
        row.layout + (f", {row.entries} entries" if row.entries != "projected" else ""),
        _code(row.answer),
        _code(ours(row)) + note,
    ]
    return f"| {' | '.join(cells)} |"


def _conditions(row: Published) -> list[str]:
    named = [f"{_code(f'{name} = {text}')}" for name, text in row.where.items()]
    kinds = [f"{name} {kind}" for kinds in (row.structures, row.assume) for name, kind in kinds.items()]
    return named + kinds


def _code(text: str) -> str:
    return f"`{text}`"


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")
    print(f"{PAGE}: {len(PUBLISHED)} identities")


if __name__ == "__main__":
    main()
