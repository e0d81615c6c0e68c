"""One self-contained page for a result: nothing is fetched, it prints well, and it can be put on a wall.

The mathematics is typeset by KaTeX, whose text, styles and fonts are in the page.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from functools import cache
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from tensordiff.show.report import derivative_data, explanation_data, proof_data, verdict_data
from tensordiff.show.svg import STYLE

if TYPE_CHECKING:
    from tensordiff.api import Derivative
    from tensordiff.api.explain import Explanation
    from tensordiff.check.proofread.proof import Proof
    from tensordiff.check.verdict import Verdict

_SIGNS = {"right": "✓", "partly": "≈", "wrong": "✗", "open": "?"}
_FONTS = (
    "Main-Regular",
    "Main-Bold",
    "Math-Italic",
    "AMS-Regular",
    "Size1-Regular",
    "Size2-Regular",
    "Size3-Regular",
    "Size4-Regular",
)
"""What formulas here are set in; other alphabets fall back on the reader's serif font."""

_SCRIPT = (
    'for(const e of document.querySelectorAll(".tex"))katex.render(e.textContent,e,'
    '{displayMode:e.classList.contains("formula"),throwOnError:false,strict:false,trust:c=>/^.html(Data|Class)$/.test(c.command)});'
)


def derivative_page(derivative: Derivative, layout: str | None = None) -> str:
    """The derivative of a function: matrix form, index form, the network, and what the letters are."""
    found = derivative_data(derivative, layout)
    name = derivative.scope.name_for(derivative.f.matrix)
    parts = [
        f"<h1>The derivative of {escape(name)} by {escape(', '.join(found['variables']))}</h1>",
        _code(found["expression"]),
    ]
    if found["typeset_matrix"]:
        parts.append(_formula(f"{found['typeset_left']} = {found['typeset_matrix']['formula']}"))
        parts.extend(_formula(rf"\text{{where }} {line}") for line in found["typeset_matrix"]["where"])
        parts.append(f'<p class="soft">{escape(found["meaning"])}</p>')
    else:
        parts.append(f"<p>There is no matrix form: {escape(found['no_matrix'])}</p>")
    parts += ["<h2>Entry by entry</h2>", _formula(found["typeset_index"])]
    sizes = ", ".join(f"{variable} {shape}" for variable, shape in found["shapes"].items())
    parts.append(f'<p class="soft">A tensor of shape ({escape(", ".join(found["shape"]))}); {escape(sizes)}.</p>')
    parts += ["<h2>As a contraction network</h2>", derivative.svg()]
    return _page(f"The derivative of {name}", parts)


def explanation_page(found: Explanation) -> str:
    """A derivation told step by step, and the network of its result."""
    parts = ["<h1>How the derivative is found</h1>"]
    for rule in explanation_data(found)["chains"]:
        parts += [f"<p>The chain is {escape('; '.join(rule['paths']))}, with</p>", *map(_formula, rule["definitions"])]
        parts.append("<h2>Link by link</h2>")
        for link in rule["links"]:
            parts += [_formula(link["equation"]), f'<p class="soft">shape ({escape(link["shape"])})</p>']
        parts += [f"<p>{escape(rule['joined'])}</p>", _formula(rule["total"])]
    parts += ["<h2>In full</h2>", _code(found), "<h2>As a contraction network</h2>", found.derivative.svg()]
    return _page("How the derivative is found", parts)


def verdict_page(verdict: Verdict) -> str:
    """A verdict: what was claimed, what holds, the right formula, and numbers."""
    found = verdict_data(verdict)
    parts = ["<h1>A claim, and what holds</h1>", _headline(found["tone"], found["headline"]), _claim(found)]
    parts.extend(f"<p>{escape(line)}</p>" for line in found["details"])
    if found["tone"] != "right" and found["typeset_expected"]:
        layout = found["layout"]
        noun = "differential" if layout == "differential" else f"derivative{f' ({layout} layout)' if layout else ''}"
        parts += [f"<h2>The {noun}</h2>", _formula(found["typeset_expected"]), _code(found["expected"])]
    if found["assumed"]:
        parts.append(f'<p class="soft">Assumed: {escape("; ".join(found["assumed"]))}.</p>')
    if found["witness"]:
        parts += ["<h2>Numbers that show it</h2>", _code(found["witness"])]
    return _page("A claim, and what holds", parts)


def _claim(found: Mapping[str, Any]) -> str:
    """The claim as it was written and as it is read, with the slip marked in both."""
    start, end = found["place"] or (0, 0)
    text = found["claim"]
    own = f"{escape(text[:start])}<mark>{escape(text[start:end])}</mark>{escape(text[end:])}" if end else escape(text)
    typeset = _formula(found["typeset_claim"]) if found["typeset_claim"] else ""
    return f"<pre>{own}</pre>{typeset}"


_STEP_TONES = {"right": "right", "wrong": "wrong", "not-read": "open", "undecided": "open"}


def proof_page(proof: Proof) -> str:
    """A proofread derivation: each line as it was written, what is wrong, and the mended line."""
    found = proof_data(proof)
    items = []
    for step in found["steps"]:
        counted = step["status"] not in ("definition", "assumption", "condition")
        tone = _STEP_TONES.get(step["status"], "partly")
        sign = _SIGNS[tone] if counted else "·"
        said = "" if step["status"] == "right" or not counted else f"{step['status'].replace('-', ' ')}. "
        reason = f'<div class="soft">{escape(said + step["reason"].split(chr(10))[0])}</div>' if said or step["reason"] else ""
        fix = f"<div>It should be: {_inline(step['fix'])}</div>" if step["fix"] else ""
        items.append(f'<li class="{tone}"><span class="sign">{sign}</span><div>{_inline(step["text"])}{reason}{fix}</div></li>')
    assumed = f'<p class="soft">Assumed: {escape("; ".join(found["assumed"]))}.</p>' if found["assumed"] else ""
    parts = ["<h1>A derivation, line by line</h1>", _headline(found["tone"], found["headline"]), assumed]
    return _page("A derivation, line by line", [*parts, f'<ol class="steps">{"".join(items)}</ol>'])


def _inline(text: str) -> str:
    """A line of a derivation: typeset where it is LaTeX."""
    return f'<span class="tex">{escape(text)}</span>' if re.search(r"[\\^_]", text) else f"<code>{escape(text)}</code>"


def _headline(tone: str, words: str) -> str:
    return f'<p class="headline {tone}"><span class="sign">{_SIGNS[tone]}</span> {escape(words)}</p>'


def _formula(latex: str) -> str:
    return f'<div class="tex formula">{escape(latex)}</div>'


def _code(text: str) -> str:
    return f"<pre>{escape(text)}</pre>"


def _page(title: str, parts: Sequence[str]) -> str:
    """The page: its parts, and all that shows them."""
    body = "\n".join(parts)
    return (
        f'<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title>\n<style>{_katex_style()}{_own('page.css')}{STYLE}</style></head>\n<body>\n{body}\n"
        f"<script>{_static('katex/katex.min.js')}</script>\n<script>{_SCRIPT}</script>\n</body>\n</html>\n"
    )


def _own(name: str) -> str:
    return files("tensordiff.show").joinpath(name).read_text(encoding="utf-8")


def _static(name: str) -> str:
    return files("tensordiff").joinpath("page", "static", *name.split("/")).read_text(encoding="utf-8")


@cache
def _katex_style() -> str:
    """KaTeX's styles with the fonts inside."""
    fonts = files("tensordiff").joinpath("page", "static", "katex", "fonts")

    def face(match: re.Match[str]) -> str:
        name = re.search(r"fonts/KaTeX_([\w-]+)\.woff2", match[0])
        if name is None or name[1] not in _FONTS:
            return ""
        data = b64encode(fonts.joinpath(f"KaTeX_{name[1]}.woff2").read_bytes()).decode()
        return re.sub(r"src:[^;}]*", f"src:url(data:font/woff2;base64,{data}) format('woff2')", match[0])

    return re.sub(r"@font-face\{[^}]*\}", face, _static("katex/katex.min.css"))
