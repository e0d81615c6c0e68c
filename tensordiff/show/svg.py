"""Contraction networks as SVG: nothing but lines and text, in the colours of the page that they stand on."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from html import escape
from math import hypot
from pathlib import Path

from tensordiff.interop.to_einsum import EinsumTerm
from tensordiff.matrix import number_text
from tensordiff.records import record
from tensordiff.show.network import HUB, TENSOR, Network, Vertex, Wire, network

_UNIT = 92.0
_MARGIN = 46.0
_LETTER = 8.2
"""The width of a character of a label, in the units of the picture (a serif font of 15 units)."""
_TERMS = 6

STYLE = (
    ".tn{font-family:'KaTeX_Main','Latin Modern Roman',Cambria,serif;color:#1b1f24}"
    "@media (prefers-color-scheme:dark){.tn{color:#e6e8eb}}"
    ".tn .wire path{fill:none;stroke:currentColor;stroke-width:1.4}.tn .wire .hit{stroke:transparent;stroke-width:18}"
    ".tn text{fill:currentColor}"
    ".tn .node rect{fill:#dde9f7;stroke:#31689e;stroke-width:1.2}.tn .node text{fill:#12263a}"
    ".tn .index{font-style:italic;font-size:15px}.tn .size{font-size:11px;opacity:.75}.tn .name{font-size:15px}"
    ".tn .hub{fill:currentColor}"
)


@record
class Picture:
    """A picture that notebooks show."""

    svg: str

    def save(self, path: str | Path) -> None:
        """Writes the SVG to a file."""
        Path(path).write_text(self.svg, encoding="utf-8")

    def _repr_svg_(self) -> str:
        return self.svg


def terms_svg(terms: Sequence[EinsumTerm], title: str, *, alone: bool = True) -> str:
    """The networks of a sum of products, one below the other; at most six, and how many there are besides.

    With a title and a description in words for those who do not see it. `alone`: with its own style; a page that has
    `STYLE` among its own styles needs none.
    """
    drawn = [(term, network(term)) for term in terms[:_TERMS]]
    parts: list[str] = []
    words: list[str] = []
    top, width = 0.0, 240.0
    for place, (term, found) in enumerate(drawn):
        sign = _sign(term.coefficient, first=not place)
        if found is None:
            parts.append(_text(20, top + 30, f"{sign} a product with more indices than letters", "name"))
            words.append("a product with more indices than letters")
            top += 60
            continue
        shift = 40.0 + (8.0 * len(sign) if sign else 0.0)
        height = found.height * _UNIT + 2 * _MARGIN
        if sign:
            parts.append(_text(16, top + height / 2 + 5, sign, "name"))
        parts.append(f'<g transform="translate({_n(shift + 20)} {_n(top + _MARGIN)})">{_network(found)}</g>')
        words.append(f"{sign} {found.words}".strip())
        width = max(width, shift + found.width * _UNIT + 2 * _MARGIN + 20)
        top += height
    if len(terms) > _TERMS:
        parts.append(_text(16, top + 20, f"and {len(terms) - _TERMS} further terms", "name"))
        top += 40
    if not terms:
        parts.append(_text(16, 34, "0: no term, nothing to draw", "name"))
        top = 60
    described = escape("; ".join(words) or "zero")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="tn" viewBox="0 0 {_n(width)} {_n(top)}" '
        f'width="{_n(width)}" height="{_n(top)}" role="img"><title>{escape(title)}</title><desc>{described}</desc>'
        f"{f'<style>{STYLE}</style>' if alone else ''}{''.join(parts)}</svg>"
    )


def _network(found: Network) -> str:
    wires = "".join(_wire(wire, found.vertices) for wire in found.wires)
    return wires + "".join(_vertex(vertex) for vertex in found.vertices)


def _wire(wire: Wire, vertices: Sequence[Vertex]) -> str:
    a, b = vertices[wire.start], vertices[wire.end]
    x1, y1, x2, y2 = a.x * _UNIT, a.y * _UNIT, b.x * _UNIT, b.y * _UNIT
    if wire.start == wire.end:
        path = f"M{_n(x1 - 14)} {_n(y1)}C{_n(x1 - 30)} {_n(y1 - 62)} {_n(x1 + 30)} {_n(y1 - 62)} {_n(x1 + 14)} {_n(y1)}"
        middle = (x1, y1 - 46)
    else:
        length = hypot(x2 - x1, y2 - y1) or 1.0
        across = (-(y2 - y1) / length, (x2 - x1) / length)
        bend = wire.bend * _UNIT
        cx, cy = (x1 + x2) / 2 + across[0] * bend, (y1 + y2) / 2 + across[1] * bend
        path = f"M{_n(x1)} {_n(y1)}Q{_n(cx)} {_n(cy)} {_n(x2)} {_n(y2)}" if bend else f"M{_n(x1)} {_n(y1)}L{_n(x2)} {_n(y2)}"
        middle = _label_place((x1 + cx) / 2, (y1 + cy) / 2, (x2 + cx) / 2, (y2 + cy) / 2, a, b)
    # The index above and the size below a level wire; both to the right of one that is not.
    places = ((0, -7), (0, 15)) if abs(y1 - y2) < 1 else ((10, -2), (10, 12))
    label = "".join(
        _text(middle[0] + dx, middle[1] + dy, words, kind)
        for (dx, dy), words, kind in zip(places, (wire.index, wire.size), ("index", "size"), strict=True)
    )
    return f'<g class="wire" data-index="{escape(wire.index)}"><path d="{path}"/><path class="hit" d="{path}"/>{label}</g>'


def _label_place(x1: float, y1: float, x2: float, y2: float, a: Vertex, b: Vertex) -> tuple[float, float]:
    """The middle of what is seen of a wire: the boxes hide as much of it as their labels are long."""
    hidden_a, hidden_b = (_half(v) if v.kind == TENSOR else 0.0 for v in (a, b))
    shift = (hidden_a - hidden_b) / 2 / _UNIT if abs(y1 - y2) < 1 else 0.0
    return (x1 + x2) / 2 + shift * (1 if x2 >= x1 else -1) * _UNIT, (y1 + y2) / 2


def _vertex(vertex: Vertex) -> str:
    x, y = vertex.x * _UNIT, vertex.y * _UNIT
    if vertex.kind == HUB:
        return f'<circle class="hub" cx="{_n(x)}" cy="{_n(y)}" r="3"/>'
    if vertex.kind != TENSOR:
        return ""
    half = _half(vertex)
    box = f'<rect x="{_n(x - half)}" y="{_n(y - 15)}" width="{_n(2 * half)}" height="30" rx="7"/>'
    return f'<g class="node">{box}{_text(x, y + 5, _short(vertex.label), "name")}</g>'


def _half(vertex: Vertex) -> float:
    return max(15.0, _LETTER * len(_short(vertex.label)) / 2 + 7)


def _short(label: str) -> str:
    """What fits between two neighbours."""
    return label if len(label) <= 12 else label[:10] + "…"


def _sign(coefficient: Fraction, *, first: bool) -> str:
    if abs(coefficient) == 1:
        return "−" if coefficient < 0 else "" if first else "+"
    value = number_text(abs(coefficient))
    return ("−" if coefficient < 0 else "" if first else "+") + value


def _text(x: float, y: float, words: str, kind: str) -> str:
    anchor = "" if kind == "name" and x == 16 else ' text-anchor="middle"'
    return f'<text class="{kind}" x="{_n(x)}" y="{_n(y)}"{anchor}>{escape(words)}</text>'


def _n(value: float) -> str:
    """A coordinate with at most one decimal: the same text in every run."""
    return f"{round(value, 1) + 0.0:g}"
