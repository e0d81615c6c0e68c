"""R: text to syntax trees of array operations. Vectors have one axis; %*% takes them as rows or columns, t makes a row."""

from __future__ import annotations

import re
from collections.abc import Collection

from tensordiff.parse.languages.code import Code, Habits
from tensordiff.parse.languages.matlab import called
from tensordiff.parse.languages.operators import Operator, Reader, Table, read_infix
from tensordiff.parse.syntax import Syntax

_TOKENS = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?L?)
  | (?P<name>[^\W\d](?:\w|\.(?=\w))*)
  | (?P<string>"[^"\n]*")
  | (?P<infix>%[*ox]%|[-+*/^>])
  | (?P<keyword>=)
  | (?P<open>[(\[])
  | (?P<close>[)\]])
  | (?P<comma>,)
    """,
    re.VERBOSE,
)
_INFIX = {
    "+": Operator(20, "add"), "-": Operator(20, "subtract"), "*": Operator(30, "multiply"), "/": Operator(30, "divide"),
    "%*%": Operator(40, "matrix_product"), "%o%": Operator(40, "outer"), "%x%": Operator(40, "kron"),
    "^": Operator(60, "power", right=True), ">": Operator(10, "above"),
}  # fmt: skip
_CALLED = {
    "t": "row", "plogis": "sigmoid", "diag": "diag_or_eye", "solve": "solve", "ginv": "pinv", "kronecker": "kron",
    "tr": "trace", "sum": "total", "drop": "squeeze",
    "c": "squeeze", "as.vector": "stack", "as.numeric": "stack", "length": "count",
}  # fmt: skip


def _call(reader: Reader, head: Syntax, arguments: list[Syntax], keywords: list[str]) -> Syntax:
    name = str(head.data)
    if name in reader.known:
        reader.refuse(f"{name} is not a function", head.start, head.end, f"write {name} * (...) for a product")
    start, end = head.start, head.end
    if any(keywords):
        reader.refuse(f"{name} is not read with keywords", start, end)
    if name in ("rowSums", "colSums") and len(arguments) == 1:
        axis = Syntax("number", end, end, (), 2 if name == "rowSums" else 1)
        return Syntax("call", start, end, (*arguments, axis), ("sum", ()))
    if name == "norm" and len(arguments) == 1:
        reader.refuse("R's norm(x) sums absolute values down the columns", start, end, 'norm(X, "F") or sqrt(sum(x^2))')
    if name == "norm" and len(arguments) == 2 and arguments[1].op == "string" and arguments[1].data in ("F", "f"):
        arguments = [arguments[0], Syntax("string", end, end, (), "fro")]
    meant = _CALLED.get(name) or called(name)
    if name == "rep" and len(arguments) == 2:
        return Syntax("call", start, end, (arguments[1], arguments[0]), ("full", ()))
    return Syntax("call", start, end, tuple(arguments), (meant, ()))


TABLE = Table(
    "r", _TOKENS, _INFIX, {}, 50, _call, None, Habits(align="left", base=1),
    function=re.compile(r"\s*function\s*\([\w\s,]*\)"),
)  # fmt: skip


def read_r(text: str, known: Collection[str] = ()) -> Code:
    """The code of a text: assignments, then a value. Raises ParseError with the place."""
    return read_infix(text, TABLE, frozenset(known))
