r"""Arguments of \frac and \sqrt in LaTeX: a braced group or one token."""

from __future__ import annotations

from collections.abc import Callable

from tensordiff.parse.languages import commands as tex
from tensordiff.parse.languages.derivatives import Derivatives
from tensordiff.parse.names import GREEK


class Arguments(Derivatives):
    """Commands that take arguments."""

    def argument(self, *steps: Callable[[int], None]) -> None:
        """Reads one argument, then runs the steps (which may read further ones)."""
        match = tex.ARGUMENT.match(self.text, self.place)
        if match is None:
            place = max(0, min(self.place, len(self.text) - 1))
            self.tokens.fail("an argument in braces is missing", place, place + 1)
        start, self.place = match.start(1), match.end()
        if match[1] == "{":
            self.tokens.open("{", "LPAR", start, self.place)
            self.tokens.then(*steps)
            return
        if match[1].isascii() and match[1].isdigit():
            self.tokens.put("NUMBER", match[1], start, self.place)
        else:
            name = match[1].removeprefix("\\")
            name = tex.VARIANTS.get(name, name)
            if len(name) > 1 and name not in GREEK:
                self.tokens.fail("put the argument in braces", start, self.place)
            self.tokens.name(name, start, self.place)
        for step in steps:
            step(self.place)

    def fraction(self, start: int, end: int) -> None:
        if self.derivative(start, end):
            return
        self.tokens.operand(start)
        self.tokens.open("(", "LPAR", start, end)
        self.argument(self.divide)

    def divide(self, place: int) -> None:
        """Between numerator and denominator."""
        self.tokens.put("TIMES", "/", place, place)
        self.argument(self.close_group)

    def close_group(self, place: int) -> None:
        self.tokens.close(")", place, place)

    def root(self, start: int, end: int) -> None:
        degree = tex.DEGREE.match(self.text, end)
        if degree is None or degree[1] == "2":
            self.place = degree.end() if degree else end
            self.tokens.function("sqrt", start, end, bracket=True)
            self.tokens.open("(", "LPAR", start, end)
            self.argument(self.close_group)
            return
        self.place = degree.end()

        def raise_to_inverse(place: int) -> None:
            self.tokens.put("POWER", ".^", place, place)
            self.tokens.open("(", "LPAR", place, place, implicit=True)
            for type_, value in (("NUMBER", "1"), ("TIMES", "/"), ("NUMBER", degree[1])):
                self.tokens.put(type_, value, place, place)
            self.tokens.shut(place)
            self.close_group(place)

        self.tokens.operand(start)
        self.tokens.open("(", "LPAR", start, end)
        self.argument(raise_to_inverse)
