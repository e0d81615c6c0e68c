"""Printing: text syntax, LaTeX, Unicode, index notation."""

from tensordiff.render.index import derivative_notation, free_letters, index_latex, index_notation
from tensordiff.render.latex import latex
from tensordiff.render.spelling import PLAIN, TEX, Spelling
from tensordiff.render.text import brief, number_text, text
from tensordiff.render.unicode import unicode

__all__ = [
    "PLAIN", "Spelling", "TEX", "brief", "derivative_notation", "free_letters", "index_latex",
    "index_notation", "latex", "number_text", "text", "unicode",
]  # fmt: skip
