r"""Differentials in text: dX, d X, d(A*X), d inv(X), dvec(X), \mathrm{d}\Sigma.

The tokens are rewritten before they are parsed: the differential of a name becomes one name, that of anything else a call
of d. With no declared d this is what the letter stands for; where there is one, only dX in one word is a differential.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

from lark import Token

from tensordiff.errors import ParseError
from tensordiff.matrix import Matrix
from tensordiff.parse.names import is_function, spellings

OPERATOR = "d"


@dataclass(frozen=True)
class Differentials:
    """What differentials stand for in a text."""

    names: Mapping[str, str]
    """By what varies, the name of its differential, which is a name of the scope: {"X": "dX"}."""
    of: Callable[[Matrix], Matrix] | None
    """The differential of an expression; None where d is a declared name, and no operator."""
    declared: Collection[str] = ()
    """The names of the scope, which stand for what they are declared as."""

    def rewritten(self, text: str, tokens: Sequence[Token]) -> list[Token]:
        """The tokens with every differential as a name or a call. Raises ParseError where it is not clear what d is of."""
        return _Rewriting(text, tokens, self).run()

    def find(self, name: str) -> str | None:
        """The name of the differential of what is called so, in whichever spelling."""
        return next((self.names[other] for other in (name, *spellings(name)) if other in self.names), None)


class _Rewriting:
    def __init__(self, text: str, tokens: Sequence[Token], differentials: Differentials) -> None:
        self.text = text
        self.tokens = tokens
        self.differentials = differentials
        self.made: list[Token] = []
        self.depth = 0
        self.waiting: list[int] = []
        """The depths at which the argument of a d without parentheses ends."""

    def run(self) -> list[Token]:
        place = 0
        while place < len(self.tokens):
            token = self.tokens[place]
            if token.type == "NAME" and (length := self.read(place)):
                place += length
            else:
                self.put(token)
                place += 1
                self.end_operands(token, place)
        return self.made

    def read(self, place: int) -> int:
        """Puts the differential that begins here; the number of tokens read, 0 where there is none."""
        token = self.tokens[place]
        word = str(token)
        if word == OPERATOR and self.differentials.of is not None:
            following = place + 1 + self.is_product(place + 1)
            if self.type(following) == "LPAR":
                self.put(token)
                return following - place
            if self.type(following) == "NAME":
                return self.operand(token, self.tokens[following], following) - place
            return 0
        if not word.startswith(OPERATOR) or word in self.differentials.declared:
            return 0
        if self.differentials.of is not None and self.type(place + 1) == "LPAR" and is_function(word[1:]):
            if is_function(word):
                return 0
            start = token.start_pos or 0
            self.open(token, Token("NAME", word[1:], start + 1, end_pos=token.end_pos))
            return 1
        found = self.differentials.find(word[1:])
        if found is None:
            return 0
        self.name(found, token, token, place + 1)
        return 1

    def operand(self, d: Token, name: Token, place: int) -> int:
        """Puts d and the name or call after it; the place after what was read."""
        if self.type(place + 1) == "LPAR":
            self.open(d, name)
            return place + 1
        found = self.differentials.find(str(name))
        if found is None:
            self.put(d)
            self.put(Token("LPAR", "(", name.start_pos, end_pos=name.start_pos))
            self.put(name)
            self.put(Token("RPAR", ")", name.end_pos, end_pos=name.end_pos))
        else:
            if self.type(place + 1) == "POWER":
                self.unclear(d, name)
            self.name(found, d, name, place + 1)
        return place + 1

    def name(self, found: str, first: Token, last: Token, following: int) -> None:
        if self.type(following) == "POWER" and self.type(following + 1) == "MINUS":
            self.unclear(first, last)
        self.made.append(Token("NAME", found, first.start_pos, end_pos=last.end_pos))

    def open(self, d: Token, name: Token) -> None:
        """d before a call without parentheses of its own: they are put around the call."""
        start = name.start_pos
        self.made.append(Token("NAME", OPERATOR, d.start_pos, end_pos=start))
        self.made.append(Token("LPAR", "(", start, end_pos=start))
        self.made.append(name)
        self.waiting.append(self.depth)

    def put(self, token: Token) -> None:
        self.made.append(token)
        self.depth += (token.type == "LPAR") - (token.type == "RPAR")

    def end_operands(self, token: Token, following: int) -> None:
        """Closes the arguments without parentheses that end with this token."""
        while token.type == "RPAR" and self.waiting and self.waiting[-1] == self.depth:
            self.waiting.pop()
            self.made.append(Token("RPAR", ")", token.end_pos, end_pos=token.end_pos))
            if self.type(following) == "POWER":
                self.unclear(token, token)

    def type(self, place: int) -> str:
        return self.tokens[place].type if place < len(self.tokens) else ""

    def is_product(self, place: int) -> bool:
        """Whether here two factors stand side by side, as LaTeX is read."""
        return self.type(place) == "TIMES" and not self.tokens[place]

    def unclear(self, first: Token, last: Token) -> NoReturn:
        raise ParseError(
            "it is not clear whether the differential is raised to this power or the power differentiated",
            text=self.text, start=first.start_pos, end=last.end_pos, hint="put parentheses: d(X^2) or (dX)^2",
        )  # fmt: skip
