"""Julia: text to syntax trees of array operations. Dotted operators and calls act entry by entry; a number binds to what
stands right behind it before everything else: 1/2x is 1/(2x)."""

from __future__ import annotations

import re
from collections.abc import Collection

from tensordiff.parse.languages.code import Code, Habits
from tensordiff.parse.languages.matlab import INFIX, called
from tensordiff.parse.languages.operators import Operator, Reader, Table, read_infix
from tensordiff.parse.syntax import Syntax

_TOKENS = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<number>(?:[0-9]+(?:\.(?![-+*/^'\\])[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?)
  | (?P<name>(?!ᵀ)[^\W\d](?:(?!ᵀ)\w)*)
  | (?P<dotcall>\.\()
  | (?P<postfix>['’]|ᵀ)
  | (?P<infix>\.[-*/^+\\>]|[-+*/^\\−>÷⋅·])
  | (?P<colon>:)
  | (?P<keyword>=)
  | (?P<open>[(\[])
  | (?P<close>[)\]])
  | (?P<comma>,)
    """,
    re.VERBOSE,
)
_INFIX = INFIX | {
    ".+": Operator(20, "add"), ".-": Operator(20, "subtract"), ".>": Operator(10, "above"), "⋅": Operator(30, "dot"),
    "^": Operator(50, "matrix_power", right=True), ".^": Operator(50, "power", right=True),
}  # fmt: skip
_CALLED = {
    "dot": "vdot", "tr": "trace", "Diagonal": "diag", "adjoint": "transpose", "length": "count",
    "Matrix": "same", "collect": "same", "fill": "full", "repeat": "repmat",
}  # fmt: skip


def _call(reader: Reader, head: Syntax, arguments: list[Syntax], keywords: list[str]) -> Syntax:
    name = str(head.data)
    if name in reader.known:
        reader.refuse(f"{name} is not a function", head.start, head.end, f"write {name}*(...) for a product")
    words = tuple({"dims": "axis"}.get(word, word) for word in keywords if word)
    meant = _CALLED.get(name) or called(name)
    if name == "sum" and not words and len(arguments) == 1:
        meant = "total"
    if name == "norm":
        meant = "norm"
        arguments = [*arguments, Syntax("string", head.end, head.end, (), "fro")] if len(arguments) == 1 else arguments
    return Syntax("call", head.start, head.end, tuple(arguments), (meant, words))


def _index(reader: Reader, head: Syntax, arguments: list[Syntax]) -> Syntax:
    if len(arguments) == 1 and arguments[0].op == "slice":
        return Syntax("call", head.start, head.end, (head,), ("stack", ()))
    return Syntax("subscript", head.start, head.end, (head, *arguments))


TABLE = Table(
    "julia", _TOKENS, _INFIX, {"'": "transpose", "’": "transpose", "ᵀ": "transpose"}, 40, _call, _index,
    Habits(align="left", columns=True, base=1, scaling=True), number_first=True,
    function=re.compile(r"\s*(?:\w+|\(\s*\w+(?:\s*,\s*\w+)*\s*\))\s*->"),
)  # fmt: skip


def read_julia(text: str, known: Collection[str] = ()) -> Code:
    """The code of a text: assignments, then a value. Raises ParseError with the place."""
    return read_infix(text, TABLE, frozenset(known))
