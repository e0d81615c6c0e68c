r"""MATLAB: text to syntax trees of array operations. Vectors are matrices with one column, arrays of unlike sizes expand."""

from __future__ import annotations

import re
from collections.abc import Collection

from tensordiff.parse.languages.code import Code, Habits, meaning
from tensordiff.parse.languages.operators import Operator, Reader, Table, read_infix
from tensordiff.parse.syntax import Syntax

NUMBER = r"(?:[0-9]+(?:\.(?![*/^'\\])[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?"
_TOKENS = re.compile(
    rf"""
    (?P<space>\s+|\.\.\.[^\n]*\n)
  | (?P<number>{NUMBER})
  | (?P<name>[^\W\d]\w*)
  | (?P<string>"[^"\n]*"|'(?:fro|all|F|inf)')
  | (?P<postfix>\.?['’])
  | (?P<infix>\.[*/^\\]|[-+*/^\\−><])
  | (?P<colon>:)
  | (?P<keyword>=)
  | (?P<open>[(\[])
  | (?P<close>[)\]])
  | (?P<comma>,)
    """,
    re.VERBOSE,
)
INFIX = {
    "+": Operator(20, "add"), "-": Operator(20, "subtract"), "−": Operator(20, "subtract"),
    "*": Operator(30, "matrix_product"), "/": Operator(30, "solve_right"), "\\": Operator(30, "solve"),
    ".*": Operator(30, "multiply"), "./": Operator(30, "divide"),
    "^": Operator(50, "matrix_power"), ".^": Operator(50, "power"),
    ">": Operator(10, "above"),
}  # fmt: skip
_CALLED = {
    "tr": "trace", "chol": "cholesky", "times": "multiply", "rdivide": "divide", "mtimes": "matrix_product",
    "mldivide": "solve",
    "plus": "add", "minus": "subtract", "uminus": "negative", "ctranspose": "transpose", "mpower": "matrix_power",
    "norm2": "norm", "mrdivide": "solve_right", "vec": "stack", "numel": "count", "logdet": "logdet", "identity": "eye",
}  # fmt: skip


def called(name: str) -> str:
    """The function that a name stands for, in MATLAB and in what is like it."""
    return meaning(name, _CALLED)


def _call(reader: Reader, head: Syntax, arguments: list[Syntax], keywords: list[str]) -> Syntax:
    name = str(head.data)
    if name in reader.known:
        if len(arguments) == 1 and arguments[0].op == "slice":
            return Syntax("call", head.start, head.end, (head,), ("stack", ()))
        return Syntax("subscript", head.start, head.end, (head, *arguments))
    if any(keywords):
        reader.refuse("= cannot stand here", head.start, head.end)
    return Syntax("call", head.start, head.end, tuple(arguments), (called(name), ()))


TABLE = Table(
    "matlab", _TOKENS, INFIX, {"'": "transpose", ".'": "transpose", "’": "transpose"}, 40, _call, None,
    Habits(columns=True, base=1), function=re.compile(r"\s*@\(\s*\w+(?:\s*,\s*\w+)*\s*\)"),
)  # fmt: skip


def read_matlab(text: str, known: Collection[str] = ()) -> Code:
    """The code of a text: assignments, then a value. Raises ParseError with the place."""
    return read_infix(text, TABLE, frozenset(known))
