r"""LaTeX to tokens: `(X^\top V^{-1} X)^{-1}`, `\frac{1}{2}\log\det\Sigma`, `(B^T \otimes A)\operatorname{vec}(X)`.

Letters stand next to each other for a product, as in print: `AX` is A times X unless `AX` is a declared name. What print
leaves open is refused, with the place and the way out: `\log x y`, `a / b c`, `A \odot B C`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from lark import Token

from tensordiff.parse import commands as tex
from tensordiff.parse.names import GREEK, LETTERS, is_function, normalise
from tensordiff.parse.plain import TIMES, inverse, norm_subscript, superscript
from tensordiff.parse.tokens import Tokens


def is_latex(text: str) -> bool:
    """Whether the text is LaTeX: it has a command, a brace or a dollar sign, which plain text never has."""
    return any(mark in text for mark in "\\{}$")


def read_latex(text: str, known: Collection[str] = (), functions: Collection[str] = ()) -> list[Token]:
    """The tokens of LaTeX; `known` are the declared names, which may have several letters, and `functions` those among
    them that are functions of the user's own. Raises ParseError."""
    return _Reader(text, known, functions).read()


_LONE_BACKSLASH = re.compile(r"\\(?=\s|$)")
_LATEX = re.compile(r"\\[A-Za-z]|[{}$]")


def _is_number(part: str) -> bool:
    return part.isascii() and part.isdigit()


class _Level:
    """What is going on inside one bracket: functions that wait for the end of their argument written without
    parentheses, and what follows when the bracket closes."""

    __slots__ = ("pending", "steps")

    def __init__(self, steps: list[Callable[[int], None]] | None = None) -> None:
        self.pending = 0
        self.steps = steps or []


class _Reader:
    def __init__(self, text: str, known: Collection[str], functions: Collection[str]) -> None:
        self.text = text
        self.known = known
        self.functions = functions
        self.tokens = Tokens(text)
        self.levels = [_Level()]
        self.place = 0
        self.calling = False
        self.closed_at = -1

    def read(self) -> list[Token]:
        self.refuse_stray_marks()
        while self.place < len(self.text):
            match = tex.TOKEN.match(self.text, self.place)
            if match is None:
                self.tokens.fail(f"unexpected character {self.text[self.place]!r}", self.place, self.place + 1)
            kind = match.lastgroup
            if kind in ("braced", "letter"):
                kind = "bold"
            elif kind == "edge":
                kind = "matrix"
            start, self.place = self.place, match.end()
            if kind in ("space", "size"):
                continue
            if kind not in ("power", "subscript", "transpose", "super"):
                self.end_argument(start)
            getattr(self, f"read_{kind}")(match, start, match.end())
        self.end_argument(self.place)
        if any(level.pending for level in self.levels):
            self.tokens.fail("an argument is missing at the end", len(self.text) - 1, len(self.text))
        return self.tokens.finish()

    def refuse_stray_marks(self) -> None:
        """Dollar signs stand around the whole formula; a lone backslash is MATLAB's division, unless LaTeX is around it."""
        inner = self.text.strip().strip("$")
        if "$" in inner:
            place = self.text.index(inner) + inner.index("$")
            self.tokens.fail("a dollar sign inside the formula", place, place + 1, "dollar signs go around the whole formula")
        lone = _LONE_BACKSLASH.search(self.text)
        if lone and not _LATEX.search(self.text):
            hint = r"write inv(A)*B for the solution X of A*X = B; a space in LaTeX is \,"
            self.tokens.fail("a lone backslash is no operator", lone.start(), lone.start() + 1, hint)

    # Products and arguments that print leaves implicit.

    def operand(self, start: int, *, function: bool = False) -> None:
        """An operand begins: where one has just ended, this is a product."""
        if self.tokens.after_operand and not self.calling:
            if not function:
                self.refuse_open_argument(start, start + 1)
            self.tokens.put("TIMES", "", start, start)
        self.calling = False

    def refuse_open_argument(self, start: int, end: int) -> None:
        if self.closed_at == len(self.tokens.list):
            self.tokens.fail(
                "it is not clear where the argument of the function ends", start, end,
                "put the argument in parentheses",
            )  # fmt: skip

    def end_argument(self, place: int) -> None:
        """Closes the arguments written without parentheses, once their operand has ended."""
        level = self.levels[-1]
        if level.pending and self.tokens.after_operand and not self.calling:
            for _ in range(level.pending):
                self.tokens.close(")", place, place)
            level.pending = 0
            self.closed_at = len(self.tokens.list)

    def function(self, name: str, start: int, end: int) -> None:
        self.operand(start, function=True)
        after_log = self.levels[-1].pending and self.tokens.last == "LPAR" and self.tokens.list[-2] == "log"
        # \log\det A is written for log|det A|, as \log|A| is.
        self.tokens.put("NAME", "|" if name == "det" and after_log else name, start, end)
        script = tex.RAISED_OR_LOWERED.match(self.text, end)
        if script:
            message, hint = f"{script[1]} cannot follow the function name", r"raise the value: (\log x)^2, (\sin x)^{-1}"
            self.tokens.fail(message, script.start(1), script.end(1), hint)
        if tex.OPENS.match(self.text, end):
            self.calling = True
        else:
            self.tokens.open("(", "LPAR", end, end)
            self.levels[-1].pending += 1

    def name(self, name: str, start: int, end: int) -> None:
        if name in self.functions:
            primed = end + len(self.text[end:]) - len(self.text[end:].lstrip("'"))
            if tex.OPENS.match(self.text, primed):
                self.place = max(self.place, primed)
                self.function(name + self.text[end:primed], start, primed)
                return
        self.operand(start)
        self.tokens.put_name(name, start, end)
        if name in LETTERS and name not in self.known and tex.OPENS.match(self.text, end):
            self.calling = True

    # One method for each kind of token.

    def read_number(self, match: re.Match[str], start: int, end: int) -> None:
        if self.tokens.after_operand and not self.calling:
            self.tokens.fail("a number follows an operand", start, end, r"write \cdot for a product, ^{...} for a power")
        self.calling = False
        self.tokens.put_number(match[0], start, end)

    def read_word(self, match: re.Match[str], start: int, end: int) -> None:
        """A run of letters: a declared name, a function before its argument, or letters that are multiplied."""
        run = match[0]
        letters = re.match(r"[^\W\d_]+", run)
        assert letters is not None
        for word in (run, letters[0]):
            if len(word) > 1 and normalise(word) in self.known:
                self.place = start + len(word)
                self.name(word, start, self.place)
                return
        word = letters[0]
        if len(word) > 1 and is_function(word) and not all(letter in self.known for letter in word):
            self.place = start + len(word)
            self.function(word, start, self.place)
            return
        self.place = start + len(word)
        for place, letter in enumerate(word, start):
            self.end_argument(place)
            self.name(letter, place, place + 1)

    def read_bold(self, match: re.Match[str], start: int, end: int) -> None:
        r"""A name in a font or with an accent: \mathbf{X}, \boldsymbol\Sigma, \operatorname{tr}, \hat{x} for x_hat."""
        word = match["braced"] or match["letter"]
        greek = word.startswith("\\")
        word = word.removeprefix("\\")
        if greek:
            word = tex.VARIANTS.get(word, word)
        function = tex.FUNCTIONS.get(word, word)
        if greek and word not in GREEK:
            self.tokens.fail(f"cannot read {match[0]}", start, end)
        if re.fullmatch(tex.ACCENTS, match["font"]):
            self.name(f"{word}_{match['font'].removeprefix('wide')}", start, end)
        elif word == "1":
            self.read_subscripted_ones(start)
        elif not greek and len(word) > 1 and is_function(function) and word not in self.known:
            self.function(function, start, end)
        elif greek or len(word) == 1 or word in self.known or re.fullmatch(tex.TEXT_FONTS, match["font"]):
            self.name(word, start, end)
        else:
            self.tokens.fail(f"{word} is not a declared name", start, end, "give each letter its own command")

    def read_command(self, match: re.Match[str], start: int, end: int) -> None:
        command = tex.VARIANTS.get(match[0][1:], match[0][1:])
        if command in tex.COMMAND_TIMES:
            self.times(tex.COMMAND_TIMES[command], start, end)
        elif command in GREEK:
            self.name(command, start, end)
        elif command in ("frac", "dfrac", "tfrac", "cfrac"):
            self.operand(start)
            self.tokens.open("(", "LPAR", start, end)
            self.argument([self.divide])
        elif command == "sqrt":
            self.root(start, end)
        elif command in ("to", "rightarrow", "longrightarrow", "sum"):
            self.tokens.fail("index notation is read in plain text only", start, end, "write A[i,j]*B[j,k] -> [i,k]")
        elif is_function(tex.FUNCTIONS.get(command, command)):
            self.function(tex.FUNCTIONS.get(command, command), start, end)
        else:
            self.tokens.fail(f"the command {match[0]} is not known here", start, end)

    def read_times(self, match: re.Match[str], start: int, end: int) -> None:
        self.times(TIMES.get(match[0], match[0]), start, end)

    def times(self, operator: str, start: int, end: int) -> None:
        self.refuse_open_argument(start, end)
        self.tokens.put("TIMES", operator, start, end)

    def read_sign(self, match: re.Match[str], start: int, end: int) -> None:
        self.tokens.put(*(("PLUS", "+") if match[0] == "+" else ("MINUS", "-")), start, end)

    def read_transpose(self, match: re.Match[str], start: int, end: int) -> None:
        self.tokens.put("TRANSPOSE", "'", start, end)

    def read_super(self, match: re.Match[str], start: int, end: int) -> None:
        superscript(self.tokens, match[0], start)

    def read_comma(self, match: re.Match[str], start: int, end: int) -> None:
        self.tokens.put("_SEMICOLON" if match[0] == ";" else "_COMMA", match[0], start, end)

    def read_row(self, match: re.Match[str], start: int, end: int) -> None:
        if not tex.MATRIX_END.match(self.text, end):
            self.tokens.put("_SEMICOLON", match[0], start, end)

    def read_matrix(self, match: re.Match[str], start: int, end: int) -> None:
        if match["edge"] == "begin":
            self.operand(start)
            self.tokens.open("begin", "LBLOCK", start, end)
            self.levels.append(_Level())
        else:
            self.close_level("\\end", start, end)

    def read_opening(self, match: re.Match[str], start: int, end: int) -> None:
        self.operand(start)
        self.tokens.open(tex.BRACKETS.get(match[0], match[0]), "LPAR", start, end)
        self.levels.append(_Level())

    def read_closing(self, match: re.Match[str], start: int, end: int) -> None:
        self.close_level(tex.BRACKETS.get(match[0], match[0]), start, end)

    def close_level(self, closer: str, start: int, end: int) -> None:
        if self.levels[-1].pending:
            self.tokens.fail("an argument is missing here", start, end)
        self.tokens.close(closer, start, end)
        self.run(self.levels.pop().steps)

    def read_bar(self, match: re.Match[str], start: int, end: int) -> None:
        norm = match["bar"] in ("\\|", "‖", "||", "\\Vert", "\\lVert", "\\rVert")
        kind, side = "‖" if norm else "|", (match["side"] or "") + match["bar"]
        if match["bar"] == "||" and self.tokens.inside == "|" and self.tokens.after_operand:
            kind, norm = "|", False
            self.place = start + 1
        opens = re.match(r"\\(left|[bB]igg?l|l[vV]ert)", side)
        if opens or not (self.tokens.inside == kind and self.tokens.after_operand):
            self.operand(start)
            self.tokens.put("NAME", kind, start, end)
            self.tokens.open(kind, "LPAR", start, end)
            self.levels.append(_Level())
            return
        self.close_level(kind, start, self.place)
        if norm:
            self.place = norm_subscript(self.tokens, self.place)

    def read_power(self, match: re.Match[str], start: int, end: int) -> None:
        found = tex.TRANSPOSED.match(self.text, end)
        if found and not ("T" in found[0] and "T" in self.known):
            self.place = found.end()
            if found["minus"]:
                inverse(self.tokens, start, end)
            self.tokens.put("TRANSPOSE", "'", start, self.place)
            return
        conjugated = tex.CONJUGATED.match(self.text, end)
        if conjugated and not ("H" in conjugated[0] and "H" in self.known):
            self.tokens.fail(
                "conjugates and pseudo-inverses are not supported", start, conjugated.end(),
                "everything is real: write ^T for the transpose",
            )  # fmt: skip
        entrywise = tex.ENTRYWISE.match(self.text, end)
        if entrywise:
            self.tokens.put("POWER", ".^", start, end)
            self.place = entrywise.end()
            self.tokens.open("{", "LPAR", end, end + 1)
            self.levels.append(_Level())
            return
        self.tokens.put("POWER", "^", start, end)
        raised = tex.RAISED.match(self.text, end)
        if raised:
            self.place = raised.end()
            value = raised[0].removeprefix("-")
            if value != raised[0]:
                self.tokens.put("MINUS", "-", end, end + 1)
            self.tokens.put("NUMBER" if value.isdigit() else "NAME", value, self.place - len(value), self.place)

    def read_subscript(self, match: re.Match[str], start: int, end: int) -> None:
        """A subscript belongs to the name before it: x_1, \\beta_{ij}; I_n, K_{m,n} are functions of declared sizes."""
        lowered = tex.LOWERED.match(self.text, end)
        last = self.tokens.list[-1] if self.tokens.list else None
        if lowered is None or last is None or (last.type != "NAME" and last != "0"):
            self.tokens.fail("a subscript here is not part of a name", start, end, "subscripts are letters and digits")
        self.place = lowered.end()
        parts = re.findall(r"\\?\w+", lowered["list"] or lowered["text"] or lowered["greek"] or lowered["one"])
        full = normalise(f"{last}_{''.join(parts)}")
        if full not in self.known and last in tex.SUBSCRIPTED and self.known and all(map(self.is_size, parts)):
            self.constant(str(last), lowered["list"] or parts[0], last.start_pos or 0)
        elif not full.isidentifier():
            self.tokens.fail("a subscript here is not part of a name", start, end, "subscripts are letters and digits")
        else:
            self.tokens.list[-1] = Token("NAME", full, last.start_pos, end_pos=self.place)

    def is_size(self, part: str) -> bool:
        return part in self.known or _is_number(part) or part == "\\times"

    def read_subscripted_ones(self, start: int) -> None:
        r"""\mathbf{1}_n, the vector of n ones."""
        subscript = tex.SUBSCRIPT.match(self.text, self.place)
        lowered = subscript and tex.LOWERED.match(self.text, subscript.end())
        if not lowered or not (lowered["list"] or lowered["one"]):
            self.tokens.fail("the size of this vector of ones is missing", start, self.place, r"write \mathbf{1}_n")
        self.operand(start)
        self.place = lowered.end()
        self.tokens.put("NAME", "1", start, self.place)
        self.constant("1", lowered["list"] or lowered["one"], start)

    def constant(self, letter: str, sizes: str, start: int) -> None:
        r"""Puts the call of a constant of given sizes (`n`, `m n`, `n \times m`, `n, m`) in place of the last token."""
        end = self.place
        self.tokens.list[-1] = Token("NAME", tex.SUBSCRIPTED[letter], start, end_pos=end)
        self.tokens.open("(", "LPAR", start, end)
        for part in tex.SIZES.finditer(sizes):
            if part[1]:
                self.tokens.put("NUMBER" if _is_number(part[1]) else "NAME", part[1], start, end)
            elif part[2]:
                self.tokens.put("_COMMA", ",", start, end)
            else:
                self.tokens.put("TIMES", "*", start, end)
        self.tokens.close(")", start, end)

    # Arguments of \frac and \sqrt: a braced group or one token.

    def argument(self, steps: list[Callable[[int], None]]) -> None:
        """Reads one argument, then runs the steps (which may read further ones)."""
        match = tex.ARGUMENT.match(self.text, self.place)
        if match is None:
            place = min(self.place, len(self.text) - 1)
            self.tokens.fail("an argument in braces is missing", place, place + 1)
        start, self.place = match.start(1), match.end()
        if match[1] == "{":
            self.tokens.open("{", "LPAR", start, self.place)
            self.levels.append(_Level(steps))
            return
        if _is_number(match[1]):
            self.tokens.put("NUMBER", match[1], start, self.place)
        else:
            name = match[1].removeprefix("\\")
            if len(name) > 1 and name not in GREEK:
                self.tokens.fail("put the argument in braces", start, self.place)
            self.tokens.put_name(name, start, self.place)
        self.run(steps)

    def run(self, steps: list[Callable[[int], None]]) -> None:
        for step in steps:
            step(self.place)

    def divide(self, place: int) -> None:
        """Between numerator and denominator."""
        self.tokens.put("TIMES", "/", place, place)
        self.argument([self.close_group])

    def close_group(self, place: int) -> None:
        self.tokens.close(")", place, place)

    def root(self, start: int, end: int) -> None:
        self.operand(start)
        degree = tex.DEGREE.match(self.text, end)
        if degree is None or degree[1] == "2":
            self.place = degree.end() if degree else end
            self.tokens.put("NAME", "sqrt", start, end)
            self.tokens.open("(", "LPAR", start, end)
            self.argument([self.close_group])
            return
        self.place = degree.end()

        def raise_to_inverse(place: int) -> None:
            self.tokens.put("POWER", ".^", place, place)
            self.tokens.open("(", "LPAR", place, place)
            for type_, value in (("NUMBER", "1"), ("TIMES", "/"), ("NUMBER", degree[1])):
                self.tokens.put(type_, value, place, place)
            self.tokens.close(")", place, place)
            self.tokens.close(")", place, place)

        self.tokens.open("(", "LPAR", start, end)
        self.argument([raise_to_inverse])
