"""Results in a notebook: fragments of HTML that stand in the notebook's own colours, in light and dark themes."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from tensordiff.show.report import tone

_SIGNS = {"right": ("✓", "#2e9e5b"), "partly": ("≈", "#b98300"), "wrong": ("✗", "#d2493f"), "open": ("?", "#7a8592")}


def verdict_html(status: str, lines: Iterable[str]) -> str:
    """A verdict: its sign and first sentence, then the rest of what it says, numbers as they are printed."""
    sign, colour = _SIGNS[tone(status)]
    first, *rest = lines
    head = f'<b><span style="color:{colour}">{sign}</span> {escape(first)}</b>'
    return f'<div style="border-left:4px solid {colour};padding:.1em .8em">{head}{_plain(rest)}</div>'


def text_html(title: str, text: str) -> str:
    """A derivation, a chain rule or a program under a title."""
    return f"<div><b>{escape(title)}</b>{_plain(text.splitlines())}</div>"


def _plain(lines: Iterable[str]) -> str:
    text = "\n".join(lines)
    return f'<pre style="margin:.4em 0;white-space:pre-wrap">{escape(text)}</pre>' if text else ""
