"""The tables of docs/reading.md, from the reader's own: `python -m tests.docs.reading_sheet` writes them into the page."""

from __future__ import annotations

import re
from pathlib import Path

from tensordiff.page.reference import products
from tensordiff.parse.languages import commands, plain
from tensordiff.parse.languages.scan import UNKNOWN_FUNCTIONS

PAGE = Path(__file__).parents[2] / "docs" / "reading.md"


def tables() -> dict[str, str]:
    """The tables by name."""
    return {
        "operators": _operators(),
        "words": _list([f"`{word}` {name}" for word, name in sorted(_words().items()) if name.isalpha()]),
        "unknown functions": _list([f"`{name}`" for name in UNKNOWN_FUNCTIONS]),
        "refused": _list(sorted({words for words in commands.REFUSED.values() if words != "this environment"})),
    }


def _words() -> dict[str, str]:
    return {**plain.WORDS, **commands.FUNCTIONS}


def _operators() -> str:
    lines = [f"| {meaning} | {' '.join(f'`{sign}`' for sign in signs)} |" for meaning, signs in products()]
    return "\n".join(["| meaning (from tight to loose) | signs |", "| --- | --- |", *lines])


def _list(parts: list[str]) -> str:
    return ", ".join(parts) + "."


def rewritten(page: str) -> str:
    """The page with its tables as they are now."""
    for name, table in tables().items():
        pattern = rf"(<!-- table: {name} -->\n).*?(\n<!-- end -->)"
        pattern = rf"(<!-- table: {name} -->\n).*?(\n<!-- end -->)"
        page = re.sub(pattern, lambda match, t=table: match[1] + t + match[2], page, flags=re.DOTALL)
    return page


if __name__ == "__main__":
    PAGE.write_text(rewritten(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
