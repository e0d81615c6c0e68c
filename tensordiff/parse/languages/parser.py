"""Tokens to syntax: an operator-precedence parser with its stacks written out, so that nothing recurses however deep the
text nests, and the cost is linear.

From loose to tight: comparisons; + -; the colon; Kronecker products and sums; entrywise products as a circle; * / .* ./ and
the dot; the sign; side by side; then what is written behind an operand. Operators of one level make one chain, from left to
right.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import NoReturn

from tensordiff.errors import ParseError
from tensordiff.parse.languages import trees
from tensordiff.parse.languages.tokens import Token
from tensordiff.parse.syntax import Syntax

LEVELS = {"COMPARE": 0.25, "PLUS": 1, "MINUS": 1, "COLON": 2, "KRON": 3, "CIRCLE": 4, "TIMES": 5, "JUXT": 7}
"""How tightly the operators between two operands bind; a sign binds at 6, an exponent and d at 9."""
_SIGN, _TIGHT = 6, 9
_STARTS_OPERAND = frozenset(("NUMBER", "NAME", "CONSTANT", "LPAR", "LBLOCK", "SUM", "OPERATOR", "DERIV", "DIFF"))
_OPERATORS = frozenset((*LEVELS, "POWER"))


class _Frame:
    """What is going on inside one bracket."""

    __slots__ = ("head", "kind", "levels", "opening", "operands", "operators", "parts", "rows", "split")

    def __init__(self, kind: str, opening: Token | None = None, head: Token | None = None) -> None:
        self.kind = kind
        self.opening = opening
        self.head = head
        self.operands: list[Syntax] = []
        self.operators: list[Token] = []
        self.levels: list[float] = []
        self.parts: list[Syntax] = []
        self.rows: list[int] = []
        self.split = -1
        """The number of parts before BY."""


def parse_tokens(text: str, tokens: Sequence[Token], *, loose: bool = False) -> Syntax:
    """The syntax of a text, given its tokens; with `loose` the colon binds more loosely than + and -. Raises ParseError with
    the place."""
    try:
        return _Parser(text, tokens, {**LEVELS, "COLON": 0.5} if loose else LEVELS).run()
    except trees.RefusedError as refused:
        message, start, end, hint = refused.error
        raise ParseError(message, text=text, start=start, end=end, hint=hint) from None


class _Parser:
    def __init__(self, text: str, tokens: Sequence[Token], binding: Mapping[str, float]) -> None:
        self.binding = binding
        self.text = text
        self.tokens = tokens
        self.place = 0
        self.frames = [_Frame("text")]
        self.wanted = True
        """Whether an operand is to come next."""

    def run(self) -> Syntax:
        if not self.tokens:
            raise ParseError("the expression is empty")
        while self.place < len(self.tokens):
            token = self.tokens[self.place]
            self.place += 1
            if self.wanted:
                self.operand(token)
            else:
                self.behind(token)
        if self.wanted:
            last = self.tokens[-1]
            message = f"the text ends after {self.shown(last)}, where an operand is missing"
            raise ParseError(message, text=self.text, start=last.start, end=last.end)
        return self.finished()

    @property
    def frame(self) -> _Frame:
        return self.frames[-1]

    def next_type(self) -> str:
        return self.tokens[self.place].type if self.place < len(self.tokens) else ""

    # Where an operand is to come.

    def operand(self, token: Token) -> None:
        kind = token.type
        if kind == "NUMBER":
            self.put(Syntax("number", token.start, token.end, (), Fraction(str(token))), indexable=False)
        elif kind == "NAME" and self.next_type() == "LPAR":
            self.open("call", token)
        elif kind == "NAME" or kind == "CONSTANT":
            self.put(Syntax(kind.lower(), token.start, token.end, (), str(token)))
        elif kind == "LPAR":
            self.frames.append(_Frame("(", token))
        elif kind == "LBLOCK":
            self.frames.append(_Frame("block", token))
        elif kind == "MINUS":
            after_power = bool(self.frame.operators) and self.frame.levels[-1] == _TIGHT
            self.push(token, _TIGHT if after_power else _SIGN)
        elif kind == "DIFF":
            self.push(token, _TIGHT)
        elif kind == "SUM":
            self.put(Syntax("sum", token.start, token.end, (), token.mark), indexable=False)
        elif kind in ("DERIV", "OPERATOR"):
            self.open("derivative", token)
            if kind == "OPERATOR":
                self.frame.split = 0
                if self.next_type() == "RPAR":  # a bare nabla
                    self.place += 1
                    self.close(self.tokens[self.place - 1], empty=True)
        elif kind == "BY" and self.frame.kind == "derivative" and not self.frame.parts:
            self.frame.split = 0
        else:
            self.fail(token)

    def open(self, kind: str, head: Token) -> None:
        """Opens the bracket behind the name of a function."""
        self.frames.append(_Frame(kind, self.tokens[self.place], head))
        self.place += 1

    def push(self, operator: Token, level: float) -> None:
        self.frame.operators.append(operator)
        self.frame.levels.append(level)

    def put(self, node: Syntax, *, indexable: bool = True) -> None:
        """An operand is there: d and what is behind it are one; an index belongs to it before an exponent is complete."""
        frame = self.frame
        while frame.operators and frame.operators[-1].type == "DIFF" and indexable:
            node = trees.differential(frame.operators.pop(), node)
            frame.levels.pop()
        # A subscript behind an exponent belongs to the whole: \Sigma^{-1}_{ij}.
        raised = bool(frame.levels) and frame.levels[-1] == _TIGHT
        below = self.next_type() == "LINDEX" and self.tokens[self.place].mark == "below"
        if indexable and self.next_type() == "LINDEX" and not (raised and below):
            self.place += 1
            node = self.indexed(node)
        while frame.levels and frame.levels[-1] == _TIGHT:
            operator = frame.operators.pop()
            frame.levels.pop()
            if operator.type == "MINUS":
                node = trees.negative(operator, node)
            elif operator.type == "DIFF":
                self.fail(operator)
            else:
                node = trees.power(frame.operands.pop(), operator, node)
        frame.operands.append(node)
        self.wanted = False

    # Behind an operand.

    def behind(self, token: Token) -> None:
        kind, frame = token.type, self.frame
        if kind in LEVELS:
            self.reduce(self.binding[kind])
            self.push(token, self.binding[kind])
            self.wanted = True
        elif kind == "TRANSPOSE":
            node = frame.operands[-1]
            op, data = ("call", "pinv") if token == "+" else ("transpose", str(token))
            frame.operands[-1] = Syntax(op, node.start, token.end, (node,), data)
        elif kind == "POWER":
            self.push(token, _TIGHT)
            self.wanted = True
        elif kind == "LINDEX":
            frame.operands[-1] = self.indexed(frame.operands[-1])
        elif kind == "ARROW":
            self.contract()
        elif kind in ("_COMMA", "_SEMICOLON", "BY"):
            self.separate(token)
        elif kind in ("RPAR", "RBLOCK"):
            self.close(token)
        else:
            self.fail(token)

    def reduce(self, level: float) -> None:
        """Makes the chains of tighter operators than `level`."""
        frame = self.frame
        while frame.levels and frame.levels[-1] > level:
            top = frame.levels[-1]
            if top == _SIGN:
                frame.levels.pop()
                frame.operands[-1] = trees.negative(frame.operators.pop(), frame.operands[-1])
                continue
            count = 1
            while count < len(frame.levels) and frame.levels[-1 - count] == top:
                count += 1
            operators, operands = frame.operators[-count:], frame.operands[-count - 1 :]
            del frame.operators[-count:], frame.levels[-count:], frame.operands[-count - 1 :]
            frame.operands.append(trees.chain(operators, operands))

    def finished(self) -> Syntax:
        """The whole of what stands in this bracket since the last separator."""
        self.reduce(0)
        return self.frame.operands.pop()

    def separate(self, token: Token) -> None:
        frame = self.frame
        allowed = {"call": ("_COMMA",), "block": ("_COMMA", "_SEMICOLON"), "derivative": ("_COMMA", "BY")}.get(frame.kind, ())
        if token.type not in allowed or (token.type == "BY" and frame.split >= 0):
            self.fail(token)
        frame.parts.append(self.finished())
        if token.type == "BY":
            frame.split = len(frame.parts)
        elif token.type == "_SEMICOLON":
            frame.rows.append(len(frame.parts) - sum(frame.rows))
        self.wanted = True

    def close(self, token: Token, *, empty: bool = False) -> None:
        frame = self.frame
        assert frame.opening is not None
        if not empty:
            frame.parts.append(self.finished())
        self.frames.pop()
        start = (frame.head or frame.opening).start
        parts = tuple(frame.parts)
        if frame.kind == "(":
            (node,) = parts
            node.start, node.end, node.closed = frame.opening.start, token.end, True
            self.put(node)
        elif frame.kind == "call":
            self.put(Syntax("call", start, token.end, parts, str(frame.head)))
        elif frame.kind == "block":
            rows = (*frame.rows, len(parts) - sum(frame.rows))
            self.put(Syntax("block", start, token.end, parts, rows))
        else:
            assert frame.head is not None
            node = Syntax("derivative", start, token.end, parts, (*frame.head.mark, frame.split > 0))
            node.closed = frame.split > 0
            self.put(node, indexable=False)

    # Indices.

    def indexed(self, node: Syntax) -> Syntax:
        labels, end = self.labels()
        if not labels:
            self.fail(self.tokens[self.place - 1])
        return Syntax("index", node.start, end, (node,), labels)

    def contract(self) -> None:
        if self.next_type() != "LINDEX":
            if self.place == len(self.tokens):
                self.wanted = True
                return
            self.fail(self.tokens[self.place])
        node = self.finished()
        self.place += 1
        labels, end = self.labels()
        self.frame.operands.append(Syntax("contract", node.start, end, (node,), labels))
        if self.next_type() not in ("", "RPAR", "_COMMA", "_SEMICOLON", "RBLOCK", "BY"):
            self.fail(self.tokens[self.place])

    def labels(self) -> tuple[tuple[Token, ...], int]:
        """The labels up to the closing bracket, and its end."""
        found: list[Token] = []
        comma = False
        while True:
            token = self.tokens[self.place]
            self.place += 1
            if token.type == "RINDEX" and (comma or not found):
                if found and not comma:
                    self.fail(token)
                return tuple(found), token.end
            if comma and token.type == "_COMMA":
                comma = False
            elif not comma and token.type in ("NAME", "NUMBER", "SLICE"):
                found.append(token)
                comma = True
            else:
                self.fail(token)

    # Errors.

    def fail(self, token: Token) -> NoReturn:
        """Raises what is wrong at a token, in the user's terms."""
        place = next(place for place, other in enumerate(self.tokens) if other is token)
        before = self.tokens[place - 1] if place else None
        shown, hint = self.shown(token), None
        labels = before is not None and before.type in ("ARROW", "LINDEX")
        if token.type in ("LINDEX", "RINDEX") or labels or self._among_labels(place):
            message, hint = f"cannot read {shown} here", "indices are letters or 1-based numbers: A[i,j], x[1], ... -> [i,j]"
        elif self.wanted and before is not None and before.type in _OPERATORS and token.type in _OPERATORS:
            message = f"two operators in a row: {self.shown(before)} and {shown}"
            if before == token == "*":
                hint = "the power is ^, the entrywise power .^"
        elif token.type == "ARROW":
            message, hint = "an arrow cannot stand here", "-> [i,j] comes last: A[i,k]*B[k,j] -> [i,j]"
        elif not self.wanted and token.type in _STARTS_OPERAND:
            message = f"an operator is missing before {shown}"
        elif not self.wanted and token.type in ("_COMMA", "_SEMICOLON"):
            message = f"{shown} cannot stand here: it separates arguments of a function, indices, or entries of a block matrix"
        elif not self.wanted:
            message = f"cannot read {shown} here"
        else:
            message = f"an operand is missing before {shown}"
        raise ParseError(message, text=self.text, start=token.start, end=token.end, hint=hint)

    def _among_labels(self, place: int) -> bool:
        """Whether the token stands in the brackets of an index."""
        depth = 0
        for token in self.tokens[:place]:
            depth += (token.type == "LINDEX") - (token.type == "RINDEX")
        return depth > 0

    def shown(self, token: Token) -> str:
        return self.text[token.start : token.end] or str(token)
