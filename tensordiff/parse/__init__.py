"""Text to matrix form: plain text, Unicode and LaTeX, with declared or inferred shapes."""

from tensordiff.parse.declare import check_name, declare
from tensordiff.parse.expression import parse, parse_answer, parse_matrix

__all__ = ["check_name", "declare", "parse", "parse_answer", "parse_matrix"]
