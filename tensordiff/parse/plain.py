"""Plain text and Unicode to tokens: `inv(X'*V^-1*X)`, `(Xᵀ V⁻¹ X)⁻¹` written with explicit products, `‖A·x − y‖²`."""

from __future__ import annotations

import re
from typing import NoReturn

from lark import Token

from tensordiff.parse.names import SUPERSCRIPTS, normalise
from tensordiff.parse.tokens import Tokens

_SUPER = re.escape("".join(SUPERSCRIPTS))
TIMES = {"·": "*", "⋅": "*", "×": "*", "∗": "*", "÷": "/", "⊗": "kron", "⊙": ".*", "∘": ".*", "⊘": "./"}
"""Unicode operators and the operators that they stand for."""

NUMBER = r"(?:[0-9]+(?:\.(?![*/^'])[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
"""A number; a point before * / ^ ' belongs to the operator."""

_TOKEN = re.compile(
    rf"""
    (?P<space>\s+)
  | (?P<number>{NUMBER})
  | (?P<name>(?![{_SUPER}])[^\W\d](?:(?![{_SUPER}])\w)*(?:'+(?=\())?)
  | (?P<super>[{_SUPER}]+)
  | (?P<transpose>\.?['’′]|\.T\b)
  | (?P<power>\.?\^)
  | (?P<times>\.[*/]|\*(?!\*)|[/{"".join(TIMES)}])
  | (?P<arrow>->|→)
  | (?P<plus>\+)
  | (?P<minus>[-−–])
  | (?P<norm>‖|\|\|)
  | (?P<bar>\|)
  | (?P<bracket>[()\[\],;])
  | (?P<root>√(?=\s*\())
    """,
    re.VERBOSE,
)
_EXPONENT = re.compile(r"(?P<NUMBER>[0-9]+)|(?P<NAME>[a-z]+)|(?P<PLUS>\+)|(?P<MINUS>-)|(?P<LPAR>\()|(?P<RPAR>\))")
_NORM_SUBSCRIPT = re.compile(r"([₁₂])|_(?:([12F])|\{\s*([12F])\s*\}|\{?\s*\\(?:math|text)\w+\s*\{\s*(F)\s*\}\s*\}?)")
_HINTS = {
    "**": ("** is not an operator", "^ is the power, .^ the entrywise power"),
    "@": ("@ is not an operator of the text syntax", "write * for the product"),
    "=": ("= is not an operator", "give one expression; name parts with `where`"),
    "√": ("√ needs a parenthesis", "write sqrt(...)"),
}


def read_plain(text: str) -> list[Token]:
    """The tokens of plain text. Raises ParseError at a character that the language does not have."""
    tokens = Tokens(text)
    place = 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            _unexpected(tokens, place)
        kind, value, start, place = match.lastgroup, match[0], place, match.end()
        if kind == "name":
            tokens.put_name(value, start, place)
        elif kind == "space":
            if tokens.inside == "[":
                _separate(tokens, value, place)
        elif kind == "number":
            tokens.put_number(value, start, place)
        elif kind == "times":
            tokens.put("TIMES", TIMES.get(value, value), start, place)
        elif kind == "transpose":
            tokens.put("TRANSPOSE", "'", start, place)
        elif kind == "bracket":
            _bracket(tokens, value, start, place)
        elif kind == "super":
            superscript(tokens, value, start)
        elif kind == "norm" and tokens.inside == "|" and tokens.after_operand and value == "||":
            tokens.bar("|", start, start + 1)
            place -= 1
        elif kind in ("norm", "bar"):
            if tokens.bar("‖" if kind == "norm" else "|", start, place) and kind == "norm":
                place = norm_subscript(tokens, place)
        elif kind == "root":
            tokens.put("NAME", "sqrt", start, place)
        else:
            assert kind is not None
            tokens.put(kind.upper(), "-" if kind == "minus" else value, start, place)
    return tokens.finish()


def _bracket(tokens: Tokens, value: str, start: int, end: int) -> None:
    if value == "(":
        tokens.open("(", "LPAR", start, end)
    elif value == "[":
        index = tokens.after_operand or tokens.last == "ARROW"
        tokens.open("index" if index else "[", "LINDEX" if index else "LBLOCK", start, end)
    elif value in ")]":
        tokens.close(value, start, end)
    else:
        tokens.put("_COMMA" if value == "," else "_SEMICOLON", value, start, end)


def _separate(tokens: Tokens, space: str, end: int) -> None:
    """Space between the entries of a block matrix separates them, as in MATLAB: [A -B] has two entries, [A - B] one."""
    following = tokens.text[end : end + 2]
    if not tokens.after_operand or not following:
        return
    signed = following[0] in "+-−–" and len(following) == 2 and not following[1].isspace()
    if signed or re.match(rf"(?![{_SUPER}])\w|[(\[|‖√]|\.[0-9]", following):
        tokens.put("_SEMICOLON" if "\n" in space else "_COMMA", " ", end, end)


def superscript(tokens: Tokens, run: str, start: int) -> None:
    """Superscript characters: ᵀ transposes, a run of others is an exponent, ⁻ᵀ both inverts and transposes."""
    for part in re.finditer(r"⁻?ᵀ|[^ᵀ]+?(?=⁻ᵀ)|[^ᵀ]+", run):
        begin, end = start + part.start(), start + part.end()
        raised = "".join(SUPERSCRIPTS[character] for character in part[0])
        if raised[-1] == "T":
            if raised[0] == "-":
                inverse(tokens, begin, end)
            tokens.put("TRANSPOSE", "'", begin, end)
            continue
        tokens.put("POWER", "^", begin, begin)
        tokens.open("(", "LPAR", begin, begin)
        for token in _EXPONENT.finditer(raised):
            assert token.lastgroup is not None
            tokens.put(token.lastgroup, token[0], begin + token.start(), begin + token.end())
        tokens.close(")", end, end)


def inverse(tokens: Tokens, start: int, end: int) -> None:
    """The exponent -1."""
    tokens.put("POWER", "^", start, end)
    tokens.put("MINUS", "-", start, end)
    tokens.put("NUMBER", "1", start, end)


def norm_subscript(tokens: Tokens, place: int) -> int:
    """Reads the subscript of norm bars that have just closed, if there is one: ‖X‖_F, ‖x‖₁. Returns the place after it."""
    match = _NORM_SUBSCRIPT.match(tokens.text, place)
    if match is None:
        return place
    assert match.lastindex is not None
    tokens.rename_norm(normalise(match[match.lastindex]), match.end())
    return match.end()


def _unexpected(tokens: Tokens, place: int) -> NoReturn:
    for symbol, (message, hint) in _HINTS.items():
        if tokens.text.startswith(symbol, place):
            tokens.fail(message, place, place + len(symbol), hint)
    tokens.fail(f"unexpected character {tokens.text[place]!r}", place, place + 1)
