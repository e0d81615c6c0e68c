"""Source code for a notebook, its words, strings and comments in colours that stand in light and dark themes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from keyword import iskeyword
from token import NAME, NUMBER, STRING
from tokenize import COMMENT, generate_tokens


def source_html(title: str, source: str) -> str:
    """Source code in Python, its words, strings and comments in colour."""
    return f'<div><b>{escape(title)}</b><pre style="margin:.4em 0">{"".join(_coloured(source))}</pre></div>'


def _coloured(source: str) -> Iterator[str]:
    lines = source.splitlines(keepends=True)
    row, column = 1, 0
    for token in generate_tokens(iter(lines).__next__):
        colour = _COLOURS.get(token.type) or (_WORD if token.type == NAME and iskeyword(token.string) else "")
        if not colour:
            continue
        yield escape(_between(lines, (row, column), token.start))
        yield f'<span style="color:{colour}">{escape(token.string)}</span>'
        row, column = token.end
    yield escape(_between(lines, (row, column), (len(lines) + 1, 0)))


_WORD = "#a347ba"
_COLOURS = {COMMENT: "#7a8592", STRING: "#2e8b57", NUMBER: "#b0641e"}


def _between(lines: Sequence[str], start: tuple[int, int], end: tuple[int, int]) -> str:
    """The text between two places, rows from 1."""
    if start[0] == end[0]:
        return lines[start[0] - 1][start[1] : end[1]]
    first = lines[start[0] - 1][start[1] :] if start[0] <= len(lines) else ""
    last = lines[end[0] - 1][: end[1]] if end[0] <= len(lines) else ""
    return "".join([first, *lines[start[0] : end[0] - 1], last])
