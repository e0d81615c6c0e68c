"""Printing: text syntax, LaTeX, Unicode, index notation."""

from tensordiff.render.latex import latex
from tensordiff.render.text import brief, number_text, text
from tensordiff.render.unicode import unicode

__all__ = ["brief", "latex", "number_text", "text", "unicode"]
