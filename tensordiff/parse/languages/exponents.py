r"""Exponents of LaTeX: transpositions in all spellings, labels, pseudo-inverses, powers."""

from __future__ import annotations

import re

from tensordiff.parse.languages import commands as tex
from tensordiff.parse.languages.raised import inverse, superscript
from tensordiff.parse.languages.subscripts import Subscripts
from tensordiff.parse.languages.tokens import Token


class Exponents(Subscripts):
    """What stands above an operand."""

    def is_transposed(self, place: int) -> bool:
        match = re.compile(r"\s*\^\s*").match(self.text, place)
        found = match and tex.TRANSPOSED.match(self.text, match.end())
        return found is not None and not (self.transposing_letter(found[0]) & self.vocabulary.raised)

    @staticmethod
    def transposing_letter(mark: str) -> set[str]:
        """The T or t that a transposition mark is written with, where it is a bare letter."""
        return {mark.strip("{} -")} & {"T", "t"}

    def read_transpose(self, match: re.Match[str], start: int, end: int) -> None:
        self.put_transpose("T" if match[0] == "⊤" else "'", start, end)

    def put_transpose(self, mark: str, start: int, end: int) -> None:
        """A transposition; X_{ij}^T is an entry of the transpose."""
        place = len(self.tokens.list)
        if self.tokens.last == "RINDEX" and any(token == "," for token in self.tokens.list[self.tokens.opening() :]):
            place = self.tokens.opening()
        self.tokens.list.insert(place, Token.of("TRANSPOSE", mark, start, end))

    def read_left_script(self, match: re.Match[str], start: int, end: int) -> None:
        r"""{}^tX, the transpose of the operand that follows."""
        behind = tex.TOKEN.match(self.text, end)
        if behind is None or behind.lastgroup not in ("word", "command", "letter", "braced"):
            self.tokens.fail("a transposition stands before nothing", start, end, "write X^T")
        stop = behind.end() if behind.lastgroup != "word" else end + 1
        self.read(stop) if behind.lastgroup != "word" else self.name(self.text[end], end, stop)
        self.place = stop
        self.tokens.put("TRANSPOSE", "T", start, end)

    def read_super(self, match: re.Match[str], start: int, end: int) -> None:
        superscript(self.tokens, match[0], start)

    def read_power(self, match: re.Match[str], start: int, end: int) -> None:
        found = tex.TRANSPOSED.match(self.text, end)
        if found and not self.transposing_letter(found[0]) & self.vocabulary.raised:
            self.place = found.end()
            if found["minus"]:
                inverse(self.tokens, start, end)
            mark = (found["bare"] or found["braced"]).strip()
            self.put_transpose("'" if mark in "'’′" or mark == "\\prime" else "T", start, self.place)
            return
        powered = tex.POWER_TRANSPOSED.match(self.text, end)
        if powered and not self.transposing_letter(powered["t"]) & self.vocabulary.raised:
            self.place = powered.end()
            if powered["pseudo"]:
                self.tokens.put("TRANSPOSE", "+", start, self.place)
            else:
                self.tokens.put("POWER", "^", start, end)
                if powered["power"].startswith("-"):
                    self.tokens.put("MINUS", "-", start, end)
                self.tokens.put("NUMBER", powered["power"].lstrip("-"), start, end)
            self.tokens.put("TRANSPOSE", "T", start, self.place)
            return
        if (pseudo := tex.PSEUDO.match(self.text, end)) is not None:
            self.place = pseudo.end()
            self.tokens.put("TRANSPOSE", "+", start, self.place)
            return
        conjugated = tex.HERMITIAN.match(self.text, end)
        if conjugated and not ("H" in conjugated[0] and "H" in self.vocabulary.names):
            self.tokens.fail(
                "conjugates are not supported", start, conjugated.end(), "everything is real: write ^T for the transpose"
            )
        label = tex.LABEL.match(self.text, end)
        if label and self.tokens.last == "NAME":
            self.label(label, start)
            return
        lettered = tex.LETTERED.match(self.text, end) if self.vocabulary.labels and self.tokens.last == "NAME" else None
        if lettered and not self.vocabulary.knows(lettered[1] or lettered[2]):
            self.lettered(lettered[0].strip("{} "), lettered.end())
            return
        entrywise = tex.ENTRYWISE.match(self.text, end)
        if entrywise:
            self.tokens.put("POWER", ".^", start, end)
            self.place = entrywise.end()
            self.tokens.open("{", "LPAR", end, end + 1)
            return
        self.tokens.put("POWER", "^", start, end)
        raised = tex.RAISED.match(self.text, end)
        if raised and raised[0] not in ("\\frac", "\\dfrac", "\\tfrac"):
            self.place = raised.end()
            value = raised[0].removeprefix("-")
            if value != raised[0]:
                self.tokens.put("MINUS", "-", end, end + 1)
            value = tex.VARIANTS.get(value.removeprefix("\\"), value.removeprefix("\\"))
            type_ = "NUMBER" if value.isdigit() else "NAME"
            self.tokens.put(type_, value, self.place - len(raised[0].removeprefix("-")), self.place)
