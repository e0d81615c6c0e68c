"""Mathematica: text to syntax trees of array operations. Brackets call, a point is the product of arrays, all else acts
entry by entry on the first axes."""

from __future__ import annotations

import re
from collections.abc import Collection

from tensordiff.parse.languages.code import Code, Habits
from tensordiff.parse.languages.operators import Operator, Reader, Table, read_infix
from tensordiff.parse.syntax import Syntax

_TOKENS = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<number>(?:[0-9]+(?:\.(?![A-Za-z(])[0-9]*)?|\.[0-9]+))
  | (?P<name>[^\W\d_]\w*)
  | (?P<infix>[-+*/^.])
  | (?P<open>[(\[])
  | (?P<close>[)\]])
  | (?P<comma>,)
    """,
    re.VERBOSE,
)
_INFIX = {
    "+": Operator(20, "add"), "-": Operator(20, "subtract"), "*": Operator(30, "multiply"), "/": Operator(30, "divide"),
    ".": Operator(50, "matmul"), "^": Operator(60, "power", right=True),
}  # fmt: skip
_CALLED = {
    "Transpose": "transpose", "Inverse": "inv", "Tr": "trace", "Det": "det", "Dot": "matmul", "Total": "sum", "Norm": "norm",
    "KroneckerProduct": "kron", "IdentityMatrix": "eye", "DiagonalMatrix": "diag", "Diagonal": "diag", "MatrixExp": "expm",
    "LinearSolve": "solve", "PseudoInverse": "pinv", "Times": "multiply", "Plus": "add", "MatrixLog": "logm",
    "MatrixPower": "matrix_power", "Flatten": "ravel", "Adjugate": "adjugate", "Length": "length",
}  # fmt: skip
_ENTRYWISE = {
    "Exp": "exp", "Log": "log", "Sqrt": "sqrt", "Sin": "sin", "Cos": "cos", "Tan": "tan", "Tanh": "tanh", "Abs": "abs",
    "Sign": "sign", "LogisticSigmoid": "sigmoid", "Ramp": "relu", "Cosh": "cosh", "Sinh": "sinh", "ArcTan": "arctan",
}  # fmt: skip
HEADS = (*_CALLED, *_ENTRYWISE, "Outer")
"""The functions that are read, which mark the language."""


def _call(reader: Reader, head: Syntax, arguments: list[Syntax], keywords: list[str]) -> Syntax:
    name, start, end = str(head.data), head.start, head.end
    if name == "Outer" and len(arguments) == 3 and arguments[0].data == "Times":
        return Syntax("call", start, end, tuple(arguments[1:]), ("outer", ()))
    if name == "Norm" and len(arguments) == 2 and arguments[1].data == "Frobenius":
        arguments = [arguments[0], Syntax("string", end, end, (), "fro")]
    if name in _CALLED:
        return Syntax("call", start, end, tuple(arguments), (_CALLED[name], ()))
    if name not in _ENTRYWISE:
        reader.refuse(f"{name} is not read", start, end, f"functions are {', '.join(HEADS)}")
    return Syntax("call", start, end, tuple(arguments), (_ENTRYWISE[name], ()))


TABLE = Table(
    "mathematica", _TOKENS, _INFIX, {}, 55, _call, None, Habits(align="left", base=1),
    side_by_side=Operator(30, "multiply"), calls="[",
)  # fmt: skip


def read_mathematica(text: str, known: Collection[str] = ()) -> Code:
    """The code of a text: assignments, then a value. Raises ParseError with the place."""
    return read_infix(text, TABLE, frozenset(known))
