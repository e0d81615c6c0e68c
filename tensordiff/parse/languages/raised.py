"""What plain text and LaTeX have in common above the line: superscript characters, fractions in one character."""

from __future__ import annotations

import re

from tensordiff.parse.languages.tokens import Stream
from tensordiff.parse.names import SUPERSCRIPTS

FRACTIONS = {"½": (1, 2), "⅓": (1, 3), "¼": (1, 4), "¾": (3, 4), "⅔": (2, 3), "⅛": (1, 8)}
_EXPONENT = re.compile(r"(?P<NUMBER>[0-9]+)|(?P<NAME>[a-z]+)|(?P<PLUS>\+)|(?P<MINUS>-)|(?P<LPAR>\()|(?P<RPAR>\))")


def put_fraction(tokens: Stream, character: str, start: int, end: int) -> None:
    upper, lower = FRACTIONS[character]
    tokens.operand(start)
    tokens.open("(", "LPAR", start, end)
    tokens.put("NUMBER", str(upper), start, end)
    tokens.put("TIMES", "/", start, end)
    tokens.put("NUMBER", str(lower), start, end)
    tokens.close(")", end, end)


def superscript(tokens: Stream, run: str, start: int) -> None:
    """Superscript characters: ᵀ transposes, a run of others is an exponent, ⁻ᵀ both inverts and transposes."""
    for part in re.finditer(r"⁻?ᵀ|⁺(?=$)|[^ᵀ]+?(?=⁻ᵀ)|[^ᵀ]+", run):
        begin, end = start + part.start(), start + part.end()
        raised = "".join(SUPERSCRIPTS[character] for character in part[0])
        if raised[-1] == "T":
            if raised[0] == "-":
                inverse(tokens, begin, end)
            tokens.put("TRANSPOSE", "T", begin, end)
            continue
        if raised == "+":
            tokens.put("TRANSPOSE", "+", begin, end)
            continue
        tokens.put("POWER", "^", begin, begin)
        tokens.open("(", "LPAR", begin, begin, implicit=True)
        for token in _EXPONENT.finditer(raised):
            assert token.lastgroup is not None
            tokens.put(token.lastgroup, token[0], begin + token.start(), begin + token.end())
        tokens.shut(end)


def inverse(tokens: Stream, start: int, end: int) -> None:
    """The exponent -1."""
    tokens.put("POWER", "^", start, end)
    tokens.put("MINUS", "-", start, end)
    tokens.put("NUMBER", "1", start, end)
