"""Plain text and Unicode to tokens: `inv(X'*V^-1*X)`, `2X'(Xw - y)`, `(Xᵀ V⁻¹ X)⁻¹`, `‖A·x − y‖²`, `∂f/∂w`."""

from __future__ import annotations

import re
from functools import cache
from typing import NoReturn

from tensordiff.parse.languages.raised import FRACTIONS, inverse, put_fraction, superscript
from tensordiff.parse.languages.scan import operand_end
from tensordiff.parse.languages.tokens import Stream, Token, norm_subscript
from tensordiff.parse.languages.words import differentiated, is_called, is_constant, letters_of, ways
from tensordiff.parse.names import GREEK, SUPERSCRIPTS, normalise
from tensordiff.parse.vocabulary import Vocabulary

_SUPER = re.escape("".join(SUPERSCRIPTS))
OPERATORS = {
    "·": ("TIMES", "·"), "⋅": ("TIMES", "·"), "×": ("TIMES", "*"), "∗": ("TIMES", "*"), "÷": ("TIMES", "/"),
    "⊗": ("KRON", "kron"), "⊕": ("KRON", "kronsum"), "⊙": ("CIRCLE", ".*"), "∘": ("CIRCLE", ".*"), "⊘": ("CIRCLE", "./"),
}  # fmt: skip
"""Unicode operators and the operators that they stand for."""

NUMBER = r"(?:[0-9]+(?:\.(?![*/^'])[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
"""A number; a point before * / ^ ' belongs to the operator."""
PRIMES = "'’′"
COMPARISONS = {"<": "less", "<=": "less_equal", "≤": "less_equal", ">": "greater", ">=": "greater_equal", "≥": "greater_equal"}
"""Comparisons, and the functions of entries that they stand for."""

_SLICE = r"[A-Za-z0-9]*\s*:\s*[A-Za-z0-9]*(?=\s*[,\]])"
_TOKEN = re.compile(
    rf"""
    (?P<space>\s+)
  | (?P<slice>{_SLICE})
  | (?P<number>{NUMBER})
  | (?P<fraction>[{"".join(FRACTIONS)}])
  | (?P<axis>axis\s*=(?!=))
  | (?P<nabla>∇(?P<square>²|\^2)?(?:_(?P<by>[A-Za-zͰ-Ͽ]\w*)|(?P<below>ₓ))?)
  | (?P<name>(?![{_SUPER}])[^\W\d](?:(?![{_SUPER}])\w)*(?P<prime>'+(?=\())?)
  | (?P<partial>∂)
  | (?P<super>[{_SUPER}]+)
  | (?P<transpose>\.?[{PRIMES}]|\.T\b|⊤|\^\s*\(?(?:⊤|[{PRIMES}])\)?)
  | (?P<power>\.?\^)
  | (?P<times>\.[*/]|\*(?!\*)|[/{"".join(OPERATORS)}])
  | (?P<arrow>->|→)
  | (?P<compare>[<>]=|[≤≥])
  | (?P<plus>\+)
  | (?P<minus>[-−–])
  | (?P<norm>‖|\|\|)
  | (?P<bar>\|)
  | (?P<colon>:)
  | (?P<angle>[<⟨>⟩])
  | (?P<bracket>[()\[\],;])
  | (?P<root>√(?=\s*\())
    """,
    re.VERBOSE,
)
_TRANSPOSED = re.compile(r"\s*(?:(?P<minus>[-−]?)\s*(?P<letter>T|t(?!\w))(?!\[)|\(\s*(?P<inner>[-−]?)\s*(?P<inside>[Tt])\s*\))")
_PLUS = re.compile(r"\s*(?:\+|†)(?=\s*(?:$|[)\]*,;'’+\-]))")
_STARTS_ARGUMENT = re.compile(rf"[ \t]*(?:[^\W_]|[|‖√½]|\\)|[ \t]+\.[0-9]|(?=[{_SUPER}])$")
_QUOTIENT = re.compile(
    r"\s*/\s*(?P<sign>[d∂])(?P<square>²|\^2)?\s*(?P<open>\(\s*)?(?P<by>[^\W\d](?:(?![ ⁰-ⁿ²³¹])\w)*)(?(open)\s*\))(?:²|\^2)?"
)
_LEVI = re.compile(r"\s*\(\s*(\w+)\s*,\s*(\w+)\s*,\s*(\w+)\s*\)")
_ENTRY = re.compile(r"([^\W\d_]+)_([A-Za-z]{1,2})")
"""A name with indices below it."""
WORDS = {"Tr": "tr", "trace": "tr", "Det": "det", "Diag": "diag", "Vec": "vec"}
"""Other words for functions."""
_HINTS = {
    "**": ("** is not an operator", "^ is the power, .^ the entrywise power"),
    "@": ("@ is not an operator of the text syntax", "write * for the product"),
    "=": ("= is not an operator", "give one expression; name parts with `where`"),
    "√": ("√ needs a parenthesis", "write sqrt(...)"),
}


@cache
def _without_slice() -> re.Pattern[str]:
    """The tokens outside of an index, where a colon is a sign."""
    return re.compile(_TOKEN.pattern.replace(_SLICE, "(?!)"), re.VERBOSE)


def read_plain(text: str, vocabulary: Vocabulary) -> list[Token]:
    """The tokens of plain text. Raises ParseError at a character that the language does not have."""
    reader = _Reader(text, vocabulary)
    reader.read(len(text.rstrip(" ;\t\n")))
    return reader.tokens.finish()


class _Reader:
    def __init__(self, text: str, vocabulary: Vocabulary) -> None:
        self.text = text
        self.vocabulary = vocabulary
        self.tokens = Stream(text)
        self.place = 0

    def read(self, end: int) -> None:
        """Reads up to a place."""
        while self.place < end:
            if self.text[self.place] in "d∂(" and self.quotient():
                continue
            match = _TOKEN.match(self.text, self.place)
            if match is None:
                self.unexpected()
            if match.lastgroup == "slice" and self.tokens.inside != "index":
                match = _without_slice().match(self.text, self.place)
                assert match is not None
            kind = next(name for name in ("nabla", match.lastgroup) if name and match[name] is not None)
            start, self.place = self.place, match.end()
            getattr(self, f"read_{kind}")(match, start, self.place)

    # One method for each kind of token.

    def read_space(self, match: re.Match[str], start: int, end: int) -> None:
        """Space between the entries of a block matrix separates them, as in MATLAB: [A -B] has two entries, [A - B] one."""
        following = self.text[end : end + 2]
        if self.tokens.inside != "[" or not self.tokens.after_operand or not following:
            return
        signed = following[0] in "+-−–" and len(following) == 2 and not following[1].isspace()
        if signed or re.match(rf"(?![{_SUPER}])\w|[(\[|‖√½]|\.[0-9]", following):
            self.tokens.end_arguments(end)
            self.tokens.put("_SEMICOLON" if "\n" in match[0] else "_COMMA", " ", end, end)

    def read_slice(self, match: re.Match[str], start: int, end: int) -> None:
        self.tokens.put("SLICE", "".join(match[0].split()), start, end)

    def read_number(self, match: re.Match[str], start: int, end: int) -> None:
        self.tokens.number(match[0], start, end)

    def read_fraction(self, match: re.Match[str], start: int, end: int) -> None:
        put_fraction(self.tokens, match[0], start, end)

    def read_name(self, match: re.Match[str], start: int, end: int) -> None:
        prime = match["prime"] or ""
        word = match[0][: len(match[0]) - len(prime)]
        unknown = not self.vocabulary.open and not self.vocabulary.knows(word) and not ways(word, self.vocabulary.names)
        if prime and len(word) > 1 and unknown:
            self.tokens.function(normalise(word) + prime, start, end, bracket=True)  # no such function; the error says so
            return
        if prime and not is_called(word, self.vocabulary, True):
            self.place = end = end - len(prime)
        elif prime:
            self.tokens.function(normalise(word) + prime, start, end, bracket=True)
            return
        if self.tokens.inside == "index" or self.tokens.last == "LINDEX":
            self.tokens.put("NAME", normalise(word), start, end)
            return
        self.word(word, start, end)

    def word(self, word: str, start: int, end: int) -> None:
        """A name, names side by side, a function, or a differential."""
        vocabulary, tokens = self.vocabulary, self.tokens
        name, behind = normalise(word), self.text[end:]
        if name in WORDS and not vocabulary.knows(name):
            name = WORDS[name]
        bracket = behind.lstrip(" \t").startswith("(")
        if name == "levi" and bracket and not vocabulary.knows(name) and self.levi(start, end):
            return
        if name == "norm" and bracket and not vocabulary.knows(name) and name not in vocabulary.functions:
            tokens.function("‖n", start, end, bracket=True)
        elif is_called(name, vocabulary, bracket):
            if name == "eye" and not bracket:
                tokens.constant("eye", start, end)
            elif bracket or _STARTS_ARGUMENT.match(behind):
                tokens.function(name, start, end, bracket=bracket)
            else:
                tokens.name(word, start, end)
        elif is_constant(name, behind.lstrip(" \t"), vocabulary):
            tokens.function(name, start, end, bracket=True)
        elif not vocabulary.knows(name) and "_" in name and vocabulary.knows(name.replace("_", "")):
            tokens.name(word.replace("_", ""), start, end)
        elif vocabulary.knows(name):
            self.place += vocabulary.application(name, behind)
            tokens.name(word, start, end)
        elif word == "d" and vocabulary.claim and re.match(r"\s*(?:[^\W\d]|\(|[2²]\s*[^\W\d]|\^2)", behind):
            self.differential(start, end)
        elif (rest := differentiated(word, vocabulary)) is not None:
            self.put_differential(start, start + 1, 1, word=True)
            self.word(rest, start + 1, end)
        elif re.fullmatch(r"d2[^\W\d]\w*", word) and vocabulary.claim:
            self.put_differential(start, start + 2, 2, word=True)
            self.word(word[2:], start + 2, end)
        else:
            self.unknown(word, start, end, bracket=behind.startswith("("))

    def levi(self, start: int, end: int) -> bool:
        """levi(i,j,k), an entry of the Levi-Civita symbol."""
        match = _LEVI.match(self.text, end)
        if match is None:
            return False
        self.tokens.name("levi", start, end)
        self.tokens.put("LINDEX", "(", end, end)
        for place in (1, 2, 3):
            if place > 1:
                self.tokens.put("_COMMA", ",", match.start(place), match.start(place))
            kind = "NUMBER" if match[place].isdigit() else "NAME"
            self.tokens.put(kind, match[place], match.start(place), match.end(place))
        self.place = match.end()
        self.tokens.put("RINDEX", ")", self.place - 1, self.place)
        return True

    def unknown(self, word: str, start: int, end: int, *, bracket: bool) -> None:
        """A word that nobody declared: names side by side, or a name that is new."""
        entry = _ENTRY.fullmatch(word)
        if entry and self.vocabulary.knows(entry[1]) and set(entry[2]) <= self.vocabulary.indices:
            self.tokens.name(entry[1], start, start + len(entry[1]))
            self.tokens.put("LINDEX", "(", end, end)
            for place, letter in enumerate(entry[2]):
                if place:
                    self.tokens.put("_COMMA", ",", end, end)
                self.tokens.put("NAME", letter, start, end, "below")
            self.tokens.put("RINDEX", ")", end, end)
            return
        found = ways(word, self.vocabulary.names)
        if len(found) > 1:
            shown = ", ".join("*".join(way) for way in found)
            self.tokens.fail(f"{word} may be {shown}", start, end, "write the product signs")
        pieces = found[0] if found else letters_of(word, self.vocabulary) if self.vocabulary.open else ()
        behind = [*pieces[1:], ""]
        for piece, following in zip(pieces, behind, strict=False):
            if piece == "d" and following and self.vocabulary.claim and not self.vocabulary.knows("d"):
                self.put_differential(start, start + 1, 1, word=True)  # X'AdX
            else:
                self.tokens.name(piece, start, start + len(piece))
            start += len(piece)
        if pieces:
            return
        if bracket and len(word) > 1 and word not in GREEK:  # no such function; the error says so
            self.tokens.function(normalise(word), start, end, bracket=True)
        else:
            self.tokens.name(word, start, end)

    def read_partial(self, match: re.Match[str], start: int, end: int) -> None:
        self.differential(start, end)

    def differential(self, start: int, end: int) -> None:
        square = re.compile(r"\s*(?:\^2|²|2(?=[^\W\d]))\s*").match(self.text, end)
        self.place = square.end() if square else end
        self.put_differential(start, self.place, 2 if square else 1)

    def put_differential(self, start: int, end: int, order: int, *, word: bool = False) -> None:
        self.tokens.operand(start)
        self.tokens.put("DIFF", "d", start, end, (order, word))

    def read_nabla(self, match: re.Match[str], start: int, end: int) -> None:
        by = "x" if match["below"] else match["by"]
        self.tokens.operand(start)
        self.tokens.put("OPERATOR", "∇", start, end, ("∇", 2 if match["square"] else 1))
        self.tokens.put("LPAR", "(", start, end)
        if by:
            self.tokens.put("NAME", normalise(by), *match.span("below" if match["below"] else "by"))
        self.tokens.put("RPAR", ")", start, end)

    def quotient(self) -> bool:
        """Reads a derivative such as df/dX, d(x'*x)/dx, ∂/∂w at this place; False where there is none. Outside of claims it has
        brackets on both sides: d(f)/d(x)."""
        start = self.place
        sign = re.compile(r"(?P<sign>[d∂])(?P<square>²|\^2|2(?=[^\W\d]))?\s*").match(self.text, start)
        if (
            sign is None
            or "d" in self.vocabulary.names
            or (start and (self.text[start - 1].isalnum() or self.text[start - 1] == "_"))
        ):
            return False
        inner = sign.end()
        upper = operand_end(self.text, inner)
        below = _QUOTIENT.match(self.text, upper)
        if below is None or below["sign"] != sign["sign"]:
            return False
        if not self.vocabulary.claim and (not below["open"] or self.text[inner : inner + 1] != "("):
            return False
        order = 2 if sign["square"] else 1
        self.tokens.operand(start)
        self.tokens.put("DERIV" if upper > inner else "OPERATOR", "d", start, below.end(), (sign["sign"], order))
        self.tokens.open("(", "LPAR", start, start + 1)
        if upper > inner:
            self.place = inner
            self.read(upper)
            self.tokens.end_arguments(upper)
            self.tokens.put("BY", "/", upper, upper + 1)
        self.tokens.name(below["by"], below.start("by"), below.end("by"))
        self.tokens.close(")", below.end(), below.end())
        self.place = below.end()
        return True

    def read_super(self, match: re.Match[str], start: int, end: int) -> None:
        superscript(self.tokens, match[0], start)

    def read_transpose(self, match: re.Match[str], start: int, end: int) -> None:
        self.tokens.put("TRANSPOSE", "'" if match[0] in PRIMES else "T", start, end)

    def read_power(self, match: re.Match[str], start: int, end: int) -> None:
        raised = _TRANSPOSED.match(self.text, end) if match[0] == "^" else None
        word = re.compile(r"\s*([^\W\d]\w*)").match(self.text, end)
        known = word is not None and len(word[1]) > 1 and self.vocabulary.knows(word[1])
        if raised and (raised["letter"] or raised["inside"]) not in self.vocabulary.raised and not known:
            self.place = raised.end()
            if raised["minus"] or raised["inner"]:
                inverse(self.tokens, start, end)
            self.tokens.put("TRANSPOSE", "T", start, self.place)
            return
        plus = _PLUS.match(self.text, end) if match[0] == "^" else None
        if plus:
            self.place = plus.end()
            self.tokens.put("TRANSPOSE", "+", start, self.place)
            return
        self.tokens.put("POWER", match[0], start, end)

    def read_times(self, match: re.Match[str], start: int, end: int) -> None:
        type_, value = OPERATORS.get(match[0], ("TIMES", match[0]))
        self.tokens.operator(type_, value, start, end)

    def read_arrow(self, match: re.Match[str], start: int, end: int) -> None:
        self.tokens.operator("ARROW", match[0], start, end)

    def read_compare(self, match: re.Match[str], start: int, end: int) -> None:
        if not self.tokens.within("where"):
            self.tokens.fail("a comparison cannot stand here", start, end, "write where(x > 0, a, b)")
        self.tokens.operator("COMPARE", COMPARISONS[match[0]], start, end)

    def read_axis(self, match: re.Match[str], start: int, end: int) -> None:
        """sum(X, axis=2): the axis is the last argument; of max and min it makes the largest and the smallest entries."""
        if not self.tokens.name_axis():
            self.tokens.fail("an axis cannot stand here", start, end, "write sum(X, axis=1), the axes counted from 1")

    def read_plus(self, match: re.Match[str], start: int, end: int) -> None:
        self.tokens.operator("PLUS", "+", start, end)

    def read_minus(self, match: re.Match[str], start: int, end: int) -> None:
        self.tokens.operator("MINUS", "-", start, end)

    def read_colon(self, match: re.Match[str], start: int, end: int) -> None:
        self.tokens.operator("COLON", ":", start, end)

    def read_angle(self, match: re.Match[str], start: int, end: int) -> None:
        if match[0] in "<>" and self.tokens.inside != "<" and self.tokens.within("where"):
            self.read_compare(match, start, end)
            return
        if match[0] in "<⟨":
            self.tokens.operand(start)
            self.tokens.put("NAME", "⟨", start, end)
            self.tokens.open("<", "LPAR", start, end)
            return
        self.tokens.close(">", start, end)
        subscript = re.compile(r"_F").match(self.text, end)
        self.place = subscript.end() if subscript else end

    def read_norm(self, match: re.Match[str], start: int, end: int) -> None:
        if match[0] == "||" and not self.tokens.closes_bar("‖") and self.tokens.closes_bar("|"):
            self.tokens.close("|", start, start + 1)
            self.place = start + 1
        elif self.tokens.closes_bar("‖"):
            self.tokens.close("‖", start, end)
            self.place = norm_subscript(self.tokens, end)
        else:
            self.open_bar("‖", start, end)

    def read_bar(self, match: re.Match[str], start: int, end: int) -> None:
        if self.tokens.closes_bar("|"):
            self.tokens.close("|", start, end)
            if re.compile(r"_[12]|[₁₂]").match(self.text, end):
                self.place = norm_subscript(self.tokens, end)
        else:
            self.open_bar("|", start, end)

    def open_bar(self, kind: str, start: int, end: int) -> None:
        self.tokens.operand(start)
        self.tokens.put("NAME", kind, start, end)
        self.tokens.open(kind, "LPAR", start, end)

    def read_root(self, match: re.Match[str], start: int, end: int) -> None:
        self.tokens.function("sqrt", start, end, bracket=True)

    def read_bracket(self, match: re.Match[str], start: int, end: int) -> None:
        value, tokens = match[0], self.tokens
        if value == "(":
            tokens.operand(start)
            tokens.open("(", "LPAR", start, end)
        elif value == "[":
            index = tokens.after_operand or tokens.last == "ARROW"
            if not index:
                tokens.operand(start)
            tokens.open("index" if index else "[", "LINDEX" if index else "LBLOCK", start, end)
        elif value in ")]":
            tokens.close(value, start, end)
        else:
            tokens.end_arguments(start)
            tokens.put("_COMMA" if value == "," else "_SEMICOLON", value, start, end)

    def unexpected(self) -> NoReturn:
        for symbol, (message, hint) in _HINTS.items():
            if self.text.startswith(symbol, self.place):
                self.tokens.fail(message, self.place, self.place + len(symbol), hint)
        self.tokens.fail(f"unexpected character {self.text[self.place]!r}", self.place, self.place + 1)
