"""A second, small reader of text syntax, for what tensordiff prints."""

from __future__ import annotations

import re
from fractions import Fraction

from tests.generated.language import Node, call

_TOKEN = re.compile(r"\s*(\d+(?:\.\d+)?|[^\W\d]\w*'*(?=\()|[^\W\d]\w*|->|\.[*/^]|[-+*/^'()\[\],;])")
_BINARY = {"*": 2, ".*": 2, "/": 2, "./": 2}


def read(source: str) -> Node:
    """The syntax tree of a text."""
    return _Reader(source).whole()


class _Reader:
    def __init__(self, source: str) -> None:
        self.tokens: list[str] = []
        self.spaced: list[bool] = []
        """Whether there is space before each token: inside a block matrix it separates entries."""
        place = 0
        source = source.rstrip()
        while place < len(source):
            match = _TOKEN.match(source, place)
            assert match, f"cannot read {source[place:]!r}"
            self.tokens.append(match[1])
            self.spaced.append(match[0] != match[1])
            place = match.end()
        self.place = 0

    def peek(self) -> str:
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def take(self, wanted: str | None = None) -> str:
        found = self.peek()
        assert found and (wanted is None or found == wanted), f"{wanted} expected, {found!r} found"
        self.place += 1
        return found

    def whole(self) -> Node:
        node = self.contraction()
        assert not self.peek(), f"more text: {self.tokens[self.place :]}"
        return node

    def contraction(self) -> Node:
        node = self.sum()
        if self.peek() == "->":
            self.take()
            return Node("contract", (node,), self.letters())
        return node

    def letters(self) -> tuple[str, ...]:
        self.take("[")
        found: list[str] = []
        while self.peek() != "]":
            found.append(self.take())
            if self.peek() == ",":
                self.take()
        self.take("]")
        return tuple(found)

    def sum(self) -> Node:
        terms, signs = [self.product()], ["+"]
        while self.peek() in ("+", "-"):
            signs.append(self.take())
            terms.append(self.product())
        return terms[0] if len(terms) == 1 else Node("add", tuple(terms), tuple(signs))

    def product(self) -> Node:
        node = self.unary()
        while self.peek() in _BINARY:
            operator = self.take()
            node = Node(operator, (node, self.unary()))
        return node

    def unary(self) -> Node:
        if self.peek() == "-":
            self.take()
            return Node("negative", (self.unary(),))
        return self.postfix()

    def postfix(self) -> Node:
        node = self.atom()
        while self.peek() in ("'", "^", ".^") or (self.peek() == "[" and not self.spaced[self.place]):
            if self.peek() == "'":
                self.take()
                node = Node("'", (node,))
            elif self.peek() == "[":
                letters = tuple(int(x) if x.isdigit() else x for x in self.letters())
                node = Node("entry", (node,), letters)
            else:
                operator = self.take()
                sign = self.take() if self.peek() == "-" else ""
                exponent = self.atom()
                node = Node(operator, (node, Node("negative", (exponent,)) if sign else exponent))
        return node

    def block(self) -> Node:
        rows: list[list[Node]] = [[]]
        while True:
            rows[-1].append(self.sum())
            if self.peek() == "]":
                break
            if self.peek() == ";":
                rows.append([])
            if self.peek() in (";", ","):
                self.take()
        self.take("]")
        return Node("block", tuple(entry for row in rows for entry in row), len(rows[0]))

    def atom(self) -> Node:
        token = self.take()
        if token == "(":
            node = self.contraction()
            self.take(")")
            return node
        if token == "[":
            return self.block()
        if token[0].isdigit():
            return Node("number", (), Fraction(token))
        assert token[0].isalpha() or token[0] == "_", f"unexpected {token}"
        if self.peek() != "(":
            return Node("name", (), token)
        self.take()
        operands = [self.contraction()]
        while self.peek() == ",":
            self.take()
            operands.append(self.contraction())
        self.take(")")
        return call(token, *operands)
