"""Text to matrix form: plain text, Unicode and LaTeX, with declared or inferred shapes."""

from tensordiff.parse.code import code_language
from tensordiff.parse.declare import check_name, declare
from tensordiff.parse.differentials import OPERATOR, Differentials
from tensordiff.parse.elaborate import resolve_name
from tensordiff.parse.expression import define, parse, parse_answer, parse_matrix
from tensordiff.parse.grammar import read_tokens
from tensordiff.parse.latex import is_latex

__all__ = [
    "OPERATOR", "Differentials", "check_name", "code_language", "declare", "define", "is_latex", "parse", "parse_answer",
    "parse_matrix", "read_tokens", "resolve_name",
]  # fmt: skip
