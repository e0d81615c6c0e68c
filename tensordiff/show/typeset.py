r"""LaTeX for a page that answers to the pointer: KaTeX's \htmlData carries the shape of a factor and the letter of an index.

Elsewhere (papers, notebooks) use `latex`, which is the same without them.
"""

from __future__ import annotations

from collections.abc import Sequence

from tensordiff.matrix import Matrix, shape_text
from tensordiff.matrix.writer import Piece
from tensordiff.render.latex import Latex
from tensordiff.render.spelling import Tex


class HoverLatex(Latex):
    """Symbols, named parts and constants carry their shape."""

    def pieces(self, node: Matrix) -> Sequence[Piece]:
        inner = super().pieces(node)
        if node.op in ("number", "size", "pi") or (node.children and node.op != "named"):
            return inner
        return [rf"\htmlData{{shape={shape_text(node.shape)}}}{{", *inner, "}"]


class _MarkedLatex(HoverLatex):
    """One part is marked as a slip."""

    def __init__(self, slip: Matrix) -> None:
        super().__init__()
        self._slip = slip

    def pieces(self, node: Matrix) -> Sequence[Piece]:
        inner = super().pieces(node)
        return [r"\htmlClass{slip}{", *inner, "}"] if node is self._slip else inner


def marking(slip: Matrix | None) -> HoverLatex:
    """LaTeX in which a part is marked as a slip, where there is one."""
    return HOVER_LATEX if slip is None else _MarkedLatex(slip)


class HoverTex(Tex):
    """Every index carries its letter, so that the same index can be lit wherever it stands."""

    def lowered(self, letters: Sequence[str]) -> str:
        if not letters:
            return ""
        marked = (rf"\htmlData{{ix={letter}}}{{{super(HoverTex, self).lowered((letter,))[2:-1]}}}" for letter in letters)
        return f"_{{{(',' if any(len(x) > 1 for x in letters) else '').join(marked)}}}"


HOVER_LATEX = HoverLatex()
HOVER_TEX = HoverTex()
