r"""LaTeX to tokens: `(X^\top V^{-1} X)^{-1}`, `\frac{1}{2}\log\det\Sigma`, `\sum_i (x_i-\mu)^T\Sigma^{-1}(x_i-\mu)`.

Letters stand next to each other for a product, as in print: `AX` is A times X unless `AX` is a declared name. What print
leaves open is refused, with the place and the way out: `\log a / b`, `a / b c`, `A \odot B \otimes C`.
"""

from __future__ import annotations

import re

from tensordiff.parse.languages import commands as tex
from tensordiff.parse.languages.arguments import Arguments
from tensordiff.parse.languages.cases import Cases
from tensordiff.parse.languages.exponents import Exponents
from tensordiff.parse.languages.latex_signs import TEXT_FONTS
from tensordiff.parse.languages.plain import OPERATORS
from tensordiff.parse.languages.raised import put_fraction
from tensordiff.parse.languages.subscripts import Subscripts
from tensordiff.parse.languages.tokens import Token
from tensordiff.parse.languages.words import is_called, is_constant, letters_of
from tensordiff.parse.names import GREEK, LETTERS, normalise
from tensordiff.parse.vocabulary import Vocabulary


def read_latex(text: str, vocabulary: Vocabulary) -> tuple[list[Token], tuple[str, ...]]:
    """The tokens of LaTeX, and what was assumed. Raises ParseError."""
    reader = _Reader(text, vocabulary)
    reader.refuse_stray_marks()
    final = _FINAL.search(text.rstrip())
    reader.read(final.start() if final else len(text))
    return reader.tokens.finish(), tuple(dict.fromkeys(reader.notes))


COMPARED = {
    "lt": ("less", False), "gt": ("greater", False), "le": ("less", True), "ge": ("greater", True), "leq": ("less", True),
    "geq": ("greater", True), "leqslant": ("less", True), "geqslant": ("greater", True),
}  # fmt: skip
"""Comparisons."""
_FINAL = re.compile(r"(?:(?<!\\)[.,;]|\\[,;]|\s|\$)*$")
_LONE_BACKSLASH = re.compile(r"\\(?=\s|$)")
_LATEX = re.compile(r"\\[A-Za-z]|[{}$]")
_BEHIND_D = re.compile(
    rf"(?:{tex.SPACE})?(?:[A-Za-zͰ-Ͽ(\[|‖]|\^\s*\{{?\s*2|\{{|\\(?!(?:right|end|cdot|times|otimes|odot|circ|quad|qquad|[rR]vert|in|le|ge|ne)(?![A-Za-z]))[A-Za-z|{{])"
)


class _Reader(Exponents, Arguments, Subscripts, Cases):
    """One method for each kind of token."""

    def refuse_stray_marks(self) -> None:
        """Dollar signs stand around the whole formula; a lone backslash is MATLAB's division, unless LaTeX is around it."""
        inner = self.text.strip().strip("$.,; ")
        if "$" in inner:
            place = self.text.index(inner) + inner.index("$")
            self.tokens.fail("a dollar sign inside the formula", place, place + 1, "dollar signs go around the whole formula")
        lone = _LONE_BACKSLASH.search(self.text)
        if lone and not _LATEX.search(self.text):
            hint = r"write inv(A)*B for the solution X of A*X = B; a space in LaTeX is \,"
            self.tokens.fail("a lone backslash is no operator", lone.start(), lone.start() + 1, hint)

    def read(self, end: int) -> None:
        """Reads up to a place."""
        while self.place < end:
            match = tex.TOKEN.match(self.text, self.place)
            if match is None:
                self.tokens.fail(f"unexpected character {self.text[self.place]!r}", self.place, self.place + 1)
            kind = match.lastgroup
            if kind in ("braced", "letter"):
                kind = "bold"
            elif kind == "inside":
                kind = "switch"
            elif kind == "edge":
                kind = "matrix"
            start, self.place = self.place, match.end()
            if kind in ("space", "size"):
                continue
            getattr(self, f"read_{kind}")(match, start, match.end())

    def function(self, name: str, start: int, end: int) -> None:
        wide = name == "tr" and (self.vocabulary.wide or self.transposed_behind(end))
        bracket = bool(tex.OPENS.match(self.text, end)) and not wide
        script = tex.RAISED_OR_LOWERED.match(self.text, end)
        if script and not (script[1] == "_" and name == "‖"):
            message, hint = f"{script[1]} cannot follow the function name", r"raise the value: (\log x)^2, (\sin x)^{-1}"
            self.tokens.fail(message, script.start(1), script.end(1), hint)
        self.tokens.function(name, start, end, bracket=bracket)

    def transposed_behind(self, place: int) -> bool:
        """Whether the bracket behind tr is transposed: a trace has no transpose, so it is of the whole product."""
        opening = tex.OPENS.match(self.text, place)
        depth = 0
        for end in range(opening.end() - 1 if opening else len(self.text), len(self.text)):
            depth += (self.text[end] in "([{") - (self.text[end] in ")]}")
            if not depth:
                found = self.is_transposed(end + 1)
                if found:
                    self.notes.append("tr read as the trace of the whole product behind it")
                return found
        return False

    def calls(self, word: str, end: int) -> bool:
        """Whether a word that ends here is a function."""
        return is_called(word, self.vocabulary, bool(tex.OPENS.match(self.text, end)))

    def name(self, name: str, start: int, end: int) -> None:
        behind = self.text[end:]
        primed = end + len(behind) - len(behind.lstrip("'"))
        if is_called(name, self.vocabulary, True) and name in self.vocabulary.functions and tex.OPENS.match(self.text, primed):
            self.place = max(self.place, primed)
            self.function(name + self.text[end:primed], start, primed)
        elif name in LETTERS and is_constant(name, behind.lstrip(), self.vocabulary):
            self.function(name, start, end)
        else:
            self.place = max(self.place, end + self.vocabulary.application(name, behind))
            self.tokens.name(name, start, end)

    # Words.

    def read_number(self, match: re.Match[str], start: int, end: int) -> None:
        value = match[0]
        if re.fullmatch("11?", value) and self.is_transposed(end):
            for place in range(start, end):
                self.tokens.constant("ones", place, place + 1)
            return
        if value == "1" and tex.SUBSCRIPT.match(self.text, end):
            self.ones(start)
            return
        if value == "0" and tex.SUBSCRIPT.match(self.text, end):
            self.tokens.operand(start)
            self.tokens.put("NAME", "0", start, end)
            return
        if self.tokens.last == "RPAR" and not self.tokens.calling and self.text[start - 1 : start] == "}":
            self.tokens.operand(start)  # \frac{1}{n}2x: a product; (a+b)2 may be a square
        self.tokens.number(value, start, end)

    def read_fraction(self, match: re.Match[str], start: int, end: int) -> None:
        put_fraction(self.tokens, match[0], start, end)

    def read_word(self, match: re.Match[str], start: int, end: int) -> None:
        """A run of letters: a declared name, a function before its argument, or letters that are multiplied."""
        run, names = match[0], self.vocabulary.names
        letters = re.match(r"[^\W\d_]+", run)
        assert letters is not None
        for word in (run, letters[0]):
            if len(word) > 1 and normalise(word) in names:
                self.place = start + len(word)
                self.name(word, start, self.place)
                return
        word = letters[0]
        self.place = start + len(word)
        function = tex.FUNCTIONS.get(word, word)
        if len(word) > 1 and self.calls(function, self.place) and not all(letter in names for letter in word):
            self.function(function, start, self.place)
            return
        ending = self.function_behind(word, start)
        for place, letter in enumerate(word, start):
            if place == ending:
                self.place = start + len(word)
                self.function(tex.FUNCTIONS.get(word[place - start :], word[place - start :]), place, self.place)
                return
            if letter == "d" and self.vocabulary.claim and self.slash(place):
                return
            if letter == "d" and self.is_differential(place, place + 1):
                continue
            self.place = max(self.place, start + len(word)) if place + 1 == start + len(word) else self.place
            self.name(letter, place, place + 1)

    def function_behind(self, word: str, start: int) -> int | None:
        """The place of a function at the end of a run of letters, with its bracket behind: 2xTr(A), ndet(X)."""
        for place in range(1, len(word) - 1):
            function = tex.FUNCTIONS.get(word[place:], word[place:])
            known = all(letter in self.vocabulary.names for letter in word[place:])
            if not known and self.calls(function, start + len(word)) and tex.OPENS.match(self.text, start + len(word)):
                return start + place
        return None

    def read_switch(self, match: re.Match[str], start: int, end: int) -> None:
        self.font(match["switched"], match["inside"], match, start, end)

    def read_bold(self, match: re.Match[str], start: int, end: int) -> None:
        self.font(match["font"], match["braced"] or match["letter"], match, start, end)

    def font(self, font: str, word: str, match: re.Match[str], start: int, end: int) -> None:
        r"""A name in a font or with an accent: \mathbf{X}, \boldsymbol\Sigma, \operatorname{tr}, \hat{x} for x_hat."""
        if "\\_" in word:
            self.tokens.name(word.replace("\\_", "_"), start, end)
            return
        greek = word.startswith("\\")
        word = word.removeprefix("\\")
        if greek:
            word = tex.VARIANTS.get(word, word)
        function = tex.FUNCTIONS.get(word, word)
        text_font = re.fullmatch(TEXT_FONTS, font)
        if greek and word not in GREEK:
            self.tokens.fail(f"cannot read {match[0]}", start, end)
        if f"{font} {word}" in tex.REFUSED or (text_font and word in tex.REFUSED and not self.vocabulary.knows(word)):
            self.refuse(f"{font} {word}" if f"{font} {word}" in tex.REFUSED else word, start, end)
        if re.fullmatch(tex.ACCENTS, font):
            self.tokens.name(f"{word}_{font.removeprefix('wide')}", start, end)
        elif word == "1":
            self.ones(start)
        elif word == "0":
            self.zero(start, end)
        elif word == "d" and text_font and self.is_differential(start, end):
            return
        elif not greek and word in self.vocabulary.functions:
            self.name(word, start, end)
        elif not greek and len(word) > 1 and self.calls(function, end) and word not in self.vocabulary.names:
            self.function(function, start, end)
        elif greek or len(word) == 1 or word in self.vocabulary.names or text_font:
            self.name(word, start, end)
        elif pieces := letters_of(word, self.vocabulary):
            inner = match.start("inside" if font == match.groupdict().get("switched") else "braced")
            for place, letter in enumerate(pieces, inner):
                self.tokens.name(letter, place, place + 1)
        else:
            self.tokens.fail(f"{word} is not a declared name", start, end, "give each letter its own command")

    def refuse(self, word: str, start: int, end: int) -> None:
        self.tokens.fail(f"{tex.REFUSED[word]} are not read", start, end, "matrix expressions with sums over indices are")

    def read_command(self, match: re.Match[str], start: int, end: int) -> None:
        command = tex.VARIANTS.get(match[0][1:], match[0][1:])
        function = tex.FUNCTIONS.get(command, command)
        if command == "begin" and self.cases(start):
            return
        if command in tex.OPERATIONS:
            self.tokens.operator(*tex.OPERATIONS[command], start, end)
        elif command in GREEK:
            self.name(command, start, end)
        elif command == "ell":
            self.name("l", start, end)
        elif command in ("frac", "dfrac", "tfrac", "cfrac"):
            self.fraction(start, end)
        elif command == "sqrt":
            self.root(start, end)
        elif command == "sum":
            self.sum(start, end)
        elif command == "nabla":
            self.nabla(start, end)
        elif command in ("partial", "delta", "diff", "dd"):
            if not self.slash(start):
                self.put_differential(start, end)
        elif command in ("langle", "rangle"):
            self.angle("<" if command == "langle" else ">", start, end)
        elif command in COMPARED and self.tokens.within("where"):
            self.compare(*COMPARED[command], start, end)
        elif command in ("to", "rightarrow", "longrightarrow"):
            self.tokens.operator("ARROW", "->", start, end)
        elif re.fullmatch(tex.FONT, command):
            return  # a font around more than a name
        elif command in tex.REFUSED and not (function in ("max", "min") and tex.OPENS.match(self.text, end)):
            self.refuse(command, start, end)
        elif self.calls(function, end) or function == "‖":
            self.function(function, start, end)
        else:
            self.tokens.fail(f"the command {match[0]} is not known here", start, end)

    # Operators.

    def read_times(self, match: re.Match[str], start: int, end: int) -> None:
        self.tokens.operator(*OPERATORS.get(match[0], ("TIMES", match[0])), start, end)

    def read_sign(self, match: re.Match[str], start: int, end: int) -> None:
        self.tokens.operator(*(("PLUS", "+") if match[0] == "+" else ("MINUS", "-")), start, end)

    def read_colon(self, match: re.Match[str], start: int, end: int) -> None:
        self.tokens.operator("COLON", ":", start, end)

    def read_arrow(self, match: re.Match[str], start: int, end: int) -> None:
        self.tokens.operator("ARROW", "->", start, end)

    def read_comma(self, match: re.Match[str], start: int, end: int) -> None:
        self.tokens.end_arguments(start)
        self.tokens.put("_SEMICOLON" if match[0] == ";" else "_COMMA", match[0], start, end)

    def read_row(self, match: re.Match[str], start: int, end: int) -> None:
        if not tex.MATRIX_END.match(self.text, end):
            self.tokens.end_arguments(start)
            self.tokens.put("_SEMICOLON", match[0], start, end)

    # Brackets.

    def read_matrix(self, match: re.Match[str], start: int, end: int) -> None:
        if match["edge"] == "begin":
            self.tokens.operand(start)
            self.tokens.open("begin", "LBLOCK", start, end)
        else:
            self.tokens.close("\\end", start, end)

    def read_opening(self, match: re.Match[str], start: int, end: int) -> None:
        bracket = tex.BRACKETS.get(match[0], match[0])
        if self.tokens.last == "ARROW" and bracket == "[":
            self.tokens.open("index", "LINDEX", start, end)
            self.labels()
            return
        self.tokens.operand(start)
        self.tokens.open(bracket, "LPAR", start, end)

    def read_closing(self, match: re.Match[str], start: int, end: int) -> None:
        self.tokens.close(tex.BRACKETS.get(match[0], match[0]), start, end)

    def read_angle(self, match: re.Match[str], start: int, end: int) -> None:
        self.angle(match[0], start, end)

    def angle(self, mark: str, start: int, end: int) -> None:
        if mark in "<>" and self.tokens.inside != "<" and self.tokens.within("where"):
            equal = re.compile(r"\s*=").match(self.text, end)
            self.place = equal.end() if equal else end
            self.compare("less" if mark == "<" else "greater", bool(equal), start, self.place)
            return
        if mark in "<⟨":
            self.tokens.operand(start)
            self.tokens.put("NAME", "⟨", start, end)
            self.tokens.open("<", "LPAR", start, end)
            return
        self.tokens.close(">", start, end)
        subscript = tex.NORM_SUBSCRIPT.match(self.text, end)
        self.place = subscript.end() if subscript else end

    def compare(self, word: str, equal: bool, start: int, end: int) -> None:
        self.tokens.operator("COMPARE", f"{word}_equal" if equal else word, start, end)

    def read_bar(self, match: re.Match[str], start: int, end: int) -> None:
        bar, tokens = match["bar"], self.tokens
        norm = bar in ("\\|", "‖", "||", "\\Vert", "\\lVert", "\\rVert")
        kind, side = "‖" if norm else "|", (match["side"] or "") + bar
        if bar == "||" and not tokens.closes_bar("‖") and tokens.closes_bar("|"):
            kind, norm = "|", False
            self.place = start + 1
        opens = re.match(r"\\(left|[bB]igg?l|l[vV]ert)", side)
        if opens or not tokens.closes_bar(kind):
            tokens.operand(start)
            tokens.put("NAME", kind, start, end)
            tokens.open(kind, "LPAR", start, end)
            return
        tokens.close(kind, start, self.place)
        self.norm_scripts(norm)

    def norm_scripts(self, norm: bool) -> None:
        r"""The subscript of norm bars, before or behind an exponent: \|X\|_F^2, \|X\|^2_F."""
        subscript = tex.NORM_SUBSCRIPT.match(self.text, self.place)
        if subscript and (norm or _which(subscript) in ("1", "2")):
            self.tokens.rename_norm(_which(subscript), subscript.end())
            self.place = subscript.end()
            return
        raised = re.compile(r"\s*\^\s*(?:[0-9]|\{\s*[-0-9/]+\s*\})").match(self.text, self.place)
        later = raised and norm and tex.NORM_SUBSCRIPT.match(self.text, raised.end())
        if later:
            self.tokens.rename_norm(_which(later), self.place)
            self.skip = (later.start(), later.end())

    # Differentials.

    def is_differential(self, start: int, end: int) -> bool:
        """Reads a d that is the differential; False where it is a letter."""
        if (
            not self.vocabulary.claim
            or "d" in self.vocabulary.names - self.vocabulary.sizes
            or not _BEHIND_D.match(self.text, end)
        ):
            return False
        self.put_differential(start, end)
        return True

    def put_differential(self, start: int, end: int) -> None:
        square = re.compile(r"\s*\^\s*\{?\s*2\s*\}?").match(self.text, end)
        if square:
            self.place = square.end()
        self.tokens.operand(start)
        self.tokens.put("DIFF", "d", start, end, (2 if square else 1, False))


def _which(subscript: re.Match[str]) -> str:
    """Which norm a subscript says."""
    found = next(part for part in subscript.groups() if part)
    return {"Fro": "F", "HS": "F", "\\ast": "*"}.get(found, found)
