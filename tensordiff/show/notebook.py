"""Results in a notebook: fragments of HTML that stand in the notebook's own colours, in light and dark themes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from tensordiff.show.report import tone

_SIGNS = {"right": ("✓", "#2e9e5b"), "partly": ("≈", "#b98300"), "wrong": ("✗", "#d2493f"), "open": ("?", "#7a8592")}


def verdict_html(status: str, lines: Iterable[str]) -> str:
    """A verdict: its sign and first sentence, then the rest of what it says, numbers as they are printed."""
    sign, colour = _SIGNS[tone(status)]
    first, *rest = lines
    head = f'<b><span style="color:{colour}">{sign}</span> {escape(first)}</b>'
    return f'<div style="border-left:4px solid {colour};padding:.1em .8em">{head}{_plain(rest)}</div>'


def steps_html(steps: Iterable[tuple[str, list[str]]], closing: Sequence[str]) -> str:
    """A proofread derivation: each step with its sign in colour and what is said of it below, and what is said of all."""
    found = []
    for status, lines in steps:
        colour = _STEPS.get(status, _SIGNS["partly"][1])
        sign, _, text = lines[0].partition(" ")
        head = f'<span style="color:{colour};font-weight:bold">{escape(sign)}</span> <code>{escape(text)}</code>'
        found.append(
            f'<div style="border-left:4px solid {colour};padding:.1em .8em;margin:.2em 0">{head}{_plain(lines[1:])}</div>'
        )
    *assumed, summary = closing
    return f"<div>{''.join(found)}{_plain(assumed)}<b>{escape(summary)}</b></div>"


_NEUTRAL = "#7a8592"
_STEPS = {
    "right": _SIGNS["right"][1], "wrong": _SIGNS["wrong"][1],
    **dict.fromkeys(("definition", "assumption", "condition", "not-read", "undecided"), _NEUTRAL),
}  # fmt: skip


def table_html(columns: Sequence[str], rows: Iterable[tuple[str, Sequence[str]]], summary: str) -> str:
    """Rows, each with a status whose sign stands before it."""
    body = [_row("th", "", columns)]
    for status, cells in rows:
        sign, colour = _SIGNS["open" if status == "not-read" else tone(status)]
        body.append(_row("td", f'<span style="color:{colour};font-weight:bold">{sign}</span>', cells))
    return f"<div><b>{escape(summary)}</b><table>{''.join(body)}</table></div>"


def _row(kind: str, mark: str, cells: Iterable[str]) -> str:
    made = "".join(f'<{kind} style="text-align:left">{escape(cell)}</{kind}>' for cell in cells)
    return f"<tr><{kind}>{mark}</{kind}>{made}</tr>"


def text_html(title: str, text: str) -> str:
    """A derivation, a chain rule or a program under a title."""
    return f"<div><b>{escape(title)}</b>{_plain(text.splitlines())}</div>"


def _plain(lines: Iterable[str]) -> str:
    text = "\n".join(lines)
    return f'<pre style="margin:.4em 0;white-space:pre-wrap;font-size:.9em">{escape(text)}</pre>' if text else ""
