"""Text to matrix form: plain text, Unicode and LaTeX, with declared or inferred shapes."""

from tensordiff.parse.declare import declare
from tensordiff.parse.expression import parse, parse_answer, parse_matrix

__all__ = ["declare", "parse", "parse_answer", "parse_matrix"]
