r"""Signs of LaTeX that stand before what they are of: \frac{\partial f}{\partial X}, \nabla_X, \sum_{i=1}^n."""

from __future__ import annotations

import re

from tensordiff.parse.languages import commands as tex
from tensordiff.parse.languages.source import Source, group_end
from tensordiff.parse.syntax import Range

_SUM_PART = re.compile(
    r"\s*(?P<letter>[A-Za-z])\s*(?:(?P<relation>\\not\s*=|=|\\neq?(?![A-Za-z])|≠|<|\\lt(?![A-Za-z])|\\in(?![A-Za-z]))\s*(?P<to>.+?))?\s*$"
)


_OPERAND = r"\\[A-Za-z]+|[A-Za-zͰ-Ͽ](?:_(?:\w|\{\w+\}))?|\([^()]*\)|\{[^{}]*\}"
_SLASH = re.compile(
    rf"(?P<upper>{tex.DIFFERENTIAL_SIGN})\s*(?P<of>{_OPERAND})?\s*/\s*(?P<lower>{tex.DIFFERENTIAL_SIGN})\s*(?P<by>{_OPERAND})"
)


class Derivatives(Source):
    """Derivative signs and sums."""

    def derivative(self, start: int, end: int) -> bool:
        r"""Reads \frac{\partial f}{\partial X} behind the command; False where the fraction is no derivative."""
        upper = self.group(end)
        lower = upper and self.group(upper[1] + 1)
        if not upper or not lower:
            return False
        above, below = (tex.UPPER.match(self.text, place[0], place[1]) for place in (upper, lower))
        if not above or not below or not self._same(above["sign"], below["sign"]):
            return False
        if "partial" not in above["sign"] and "delta" not in above["sign"] and "d" in self.vocabulary.names:
            return False
        order = 2 if above["square"] else 1
        empty = not self.text[above.end() : upper[1]].strip()
        sign = "d" if "d" in above["sign"] and "partial" not in above["sign"] and "delta" not in above["sign"] else "∂"
        self.tokens.operand(start)
        self.tokens.put("OPERATOR" if empty else "DERIV", "d", start, lower[1] + 1, (sign, order))
        self.tokens.open("(", "LPAR", start, end)
        if not empty:
            self.part(above.end(), upper[1])
            self.tokens.put("BY", "/", upper[1], upper[1] + 1)
        self.variables(lower, order)
        self.tokens.close(")", lower[1], lower[1] + 1)
        self.place = lower[1] + 1
        return True

    def slash(self, start: int) -> bool:
        r"""Reads \partial f/\partial X, df/dx at this place; False where there is none."""
        match = _SLASH.match(self.text, start)
        if match is None or not self._same(match["upper"], match["lower"]):
            return False
        if "partial" not in match["upper"] and "delta" not in match["upper"] and "d" in self.vocabulary.names:
            return False
        end = match.end()
        sign = "d" if match["upper"] == "d" else "∂"
        self.tokens.operand(start)
        self.tokens.put("DERIV" if match["of"] else "OPERATOR", "d", start, end, (sign, 1))
        self.tokens.open("(", "LPAR", start, start + 1)
        if match["of"]:
            self.part(match.start("of"), match.end("of"))
            self.tokens.put("BY", "/", match.end("of"), match.end("of") + 1)
        self.part(match.start("by"), match.end("by"))
        self.tokens.close(")", end, end)
        self.place = end
        return True

    @staticmethod
    def _same(upper: str, lower: str) -> bool:
        kinds = ["∂" if "partial" in sign or "∂" in sign else "δ" if "delta" in sign else "d" for sign in (upper, lower)]
        return kinds[0] == kinds[1]

    def variables(self, span: tuple[int, int], order: int) -> None:
        """The variables of a derivative, each behind its own sign."""
        place, first = span[0], True
        while place < span[1] and (sign := tex.UPPER.match(self.text, place, span[1])):
            later = re.compile(tex.DIFFERENTIAL_SIGN).finditer(self.text, sign.end() + 1, span[1])
            stop = next((found.start() for found in later if self._same(sign["sign"], found[0])), span[1])
            square = re.compile(r"\^\s*\{?\s*2\s*\}?\s*$").search(self.text, sign.end(), stop) if order == 2 else None
            if not first:
                self.tokens.put("_COMMA", ",", place, place)
            self.part(sign.end(), square.start() if square else stop)
            place, first = stop, False

    def part(self, start: int, end: int) -> None:
        """Reads a part of the text in a bracket of its own."""
        self.tokens.levels.append(type(self.tokens.levels[0])())
        self.place = start
        self.read(end)
        self.tokens.end_arguments(end)
        self.tokens.levels.pop()

    def group(self, place: int) -> tuple[int, int] | None:
        """The inside of the braces that come next."""
        match = re.compile(rf"(?:{tex.SPACE})?\{{").match(self.text, place)
        if match is None:
            return None
        end = group_end(self.text, match.end() - 1)
        return None if end is None else (match.end(), end - 1)

    def script(self, mark: str) -> str | None:
        """The script that comes next, if there is one, without its braces."""
        match = re.compile(rf"(?:{tex.SPACE})?{re.escape(mark)}\s*").match(self.text, self.place)
        if match is None:
            return None
        place = match.end()
        if self.text[place : place + 1] == "{":
            end = group_end(self.text, place)
            if end is None:
                return None
            self.place = end
            return self.text[place + 1 : end - 1]
        one = re.compile(r"\\[A-Za-z]+|\S").match(self.text, place)
        if one is None:
            return None
        self.place = one.end()
        return one[0]

    def nabla(self, start: int, end: int) -> None:
        square = by = None
        for _ in range(2):
            place = self.place
            script = self.script("^")
            if script is not None and script.strip() == "2":
                square = True
            elif script is not None:
                self.place = place
            place = self.place
            if (found := self.script("_")) is not None:
                by = (place, self.place, found)
        self.tokens.operand(start)
        self.tokens.put("OPERATOR", "∇", start, self.place, ("∇", 2 if square else 1))
        self.tokens.open("(", "LPAR", start, end)
        if by is not None:
            after = self.place
            inner = self.text.index(by[2], by[0]) if by[2] else by[0]
            self.part(inner, inner + len(by[2]))
            self.place = after
        self.tokens.close(")", self.place, self.place) if by is not None else self._close_empty()

    def _close_empty(self) -> None:
        self.tokens.levels.pop()
        self.tokens.shut(self.place)

    def sum(self, start: int, end: int) -> None:
        r"""\sum_i, \sum_{i=1}^n, \sum_{i,j}, \sum_{k \ne i}, \sum_{i<j}."""
        low = high = None
        for _ in range(2):
            if (found := self.script("_")) is not None:
                low = found
            if (found := self.script("^")) is not None:
                high = found
        if low is None:
            self.tokens.fail("it is not said what this sum runs over", start, end, r"write \sum_i or \sum_{i=1}^n")
        ranges: list[Range] = []
        if re.fullmatch(r"\s*[A-Za-z]{2,4}\s*", low):
            low = ",".join(low.strip())
        for part in re.split(r",(?![^{]*\})", low):
            match = _SUM_PART.match(part)
            if match is None:
                self.tokens.fail("cannot read what this sum runs over", start, self.place, r"write \sum_i or \sum_{i=1}^n")
            letter, relation, to = match["letter"], match["relation"], match["to"]
            if relation is None or relation == "\\in":
                ranges.append(Range(letter, None, None if high is None else high.strip()))
            elif relation == "=":
                ranges.append(Range(letter, to.strip(), None if high is None else high.strip()))
            elif relation in ("<", "\\lt"):
                ranges.append(Range(letter))
                ranges.append(Range(to.strip(), None, None, (), (letter,)))
            else:
                ranges.append(Range(letter, None, None, (to.strip(),)))
        self.indices.update(each.letter for each in ranges)
        self.indices.update(letter for each in ranges for letter in each.without)
        self.tokens.operand(start)
        self.tokens.put("SUM", "sum", start, self.place, tuple(ranges))
