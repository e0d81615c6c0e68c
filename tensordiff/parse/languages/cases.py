r"""Values by cases of indices: \begin{cases} a & i = j \\ b & i \ne j \end{cases} is a \delta_{ij} + b (1 - \delta_{ij})."""

from __future__ import annotations

import re
from typing import NamedTuple

from tensordiff.parse.languages.derivatives import Derivatives

OPENS = re.compile(r"\\begin\s*\{\s*[dr]?cases\s*\}(?P<inside>.*?)\\end\s*\{\s*[dr]?cases\s*\}", re.DOTALL)
_ROW = re.compile(r"\\\\(?:\s*\[[^\[\]]*\])?")
_WORDS = re.compile(r"\\(?:text|mbox|mathrm|textrm|hbox)\s*\{[^{}]*\}|\\q?quad(?![A-Za-z])|\\[,;:! ]|[\s,.$~]|if|for|when")
_CONDITION = re.compile(r"(?P<one>[A-Za-z])(?P<relation>=|\\neq|\\ne|\\not=|≠)(?P<two>[A-Za-z])")


class Case(NamedTuple):
    """The place of a value, and whether it holds where the indices are equal."""

    start: int
    end: int
    equal: bool


class Cases(Derivatives):
    """Cases by whether two indices are equal."""

    def cases(self, start: int) -> bool:
        """Reads the environment at this place; False where there is none. Raises ParseError for other conditions."""
        match = OPENS.match(self.text, start)
        if match is None:
            return False
        rows, pair = self.conditions(match)
        self.place = match.end()
        tokens, end = self.tokens, match.end()
        self.indices.update(pair)
        tokens.operand(start)
        tokens.open("(", "LPAR", start, start)
        for number, case in enumerate(rows):
            if number:
                tokens.operator("PLUS", "+", case.start, case.start)
            tokens.open("(", "LPAR", case.start, case.start)
            self.part(case.start, case.end)
            tokens.close(")", case.end, case.end)
            tokens.operator("TIMES", "*", case.end, case.end)
            self.delta(pair, case)
        tokens.close(")", end, end)
        self.place = end
        return True

    def delta(self, pair: tuple[str, str], case: Case) -> None:
        """One where the case holds, else zero."""
        tokens, end = self.tokens, case.end
        if not case.equal:
            tokens.open("(", "LPAR", end, end)
            tokens.put("NUMBER", "1", end, end)
            tokens.put("MINUS", "-", end, end)
        tokens.put("CONSTANT", "eye", end, end)
        tokens.put("LINDEX", "(", end, end, "below")
        tokens.put("NAME", pair[0], end, end, "below")
        tokens.put("_COMMA", ",", end, end)
        tokens.put("NAME", pair[1], end, end, "below")
        tokens.put("RINDEX", ")", end, end)
        if not case.equal:
            tokens.close(")", end, end)

    def conditions(self, match: re.Match[str]) -> tuple[list[Case], tuple[str, str]]:
        """The cases and their two indices."""
        found: list[Case] = []
        pairs: list[tuple[str, str]] = []
        others = 0
        low = match.start("inside")
        for row in [*_ROW.finditer(match["inside"]), None]:
            high = match.start("inside") + row.start() if row else match.end("inside")
            text = self.text[low:high]
            if text.strip():
                value, _, said = text.partition("&")
                condition = _CONDITION.fullmatch(_WORDS.sub("", said))
                other = not condition and bool(re.search("otherwise|else", said))
                if condition is None and not other:
                    hint = r"write a & i = j \\ b & i \ne j, or products with \delta_{ij}"
                    self.tokens.fail("these cases are not read", low, max(high, low + 1), hint)
                if condition is not None:
                    pairs.append((condition["one"], condition["two"]))
                others += other
                length = len(value) - len(value.rstrip(" ,\n\t"))
                found.append(Case(low, low + len(value) - length, condition is not None and condition["relation"] == "="))
            low = match.start("inside") + row.end() if row else high
        if len(found) != 2 or found[0].equal == found[1].equal or len({frozenset(pair) for pair in pairs}) != 1 or others > 1:
            start, end = match.span()
            self.tokens.fail(
                "these cases are not read", start, end, "there are two: where two indices are equal, and where not"
            )
        return found, pairs[0]
