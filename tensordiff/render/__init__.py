"""Printing: text syntax, LaTeX, Unicode, index notation."""

from tensordiff.render.index import derivative_notation, free_letters, index_latex, index_notation
from tensordiff.render.latex import latex
from tensordiff.render.spelling import PLAIN, TEX, Spelling
from tensordiff.render.unicode import unicode

__all__ = [
    "PLAIN", "Spelling", "TEX", "derivative_notation", "free_letters", "index_latex",
    "index_notation", "latex", "unicode",
]  # fmt: skip
