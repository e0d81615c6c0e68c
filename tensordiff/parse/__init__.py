"""Text to matrix form: plain text, Unicode and LaTeX, with declared or inferred shapes."""

from tensordiff.parse.code import code_language
from tensordiff.parse.declare import check_name, declare
from tensordiff.parse.differentials import Differentials
from tensordiff.parse.languages import is_latex, sides
from tensordiff.parse.names import resolve_name
from tensordiff.parse.reading import define, extended, parse, parse_answer, parse_matrix, read_in, tree_in, value_in

__all__ = [
    "Differentials", "check_name", "code_language", "declare", "define", "extended", "is_latex", "parse",
    "parse_answer", "parse_matrix", "read_in", "resolve_name", "sides", "tree_in", "value_in",
]  # fmt: skip
