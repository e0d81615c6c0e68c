"""The left-hand side of a claim in differentials: df = ..., vec(dF) = ..., d(inv(V)) = ..., d2f = ..."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NoReturn

from lark import Token

from tensordiff.errors import ParseError, TensordiffError
from tensordiff.evidence.evidence import compare
from tensordiff.lower import lower
from tensordiff.matrix import Matrix, Scope, brief
from tensordiff.parse import OPERATOR, is_latex, parse_matrix, read_tokens, resolve_name

_PREFIX = re.compile(rf"{OPERATOR}(2|²)?(?P<rest>.*)", re.DOTALL)


@dataclass(frozen=True)
class LeftSide:
    """What a left-hand side says."""

    order: int
    stacked: bool
    """Whether it is the vec of a differential."""
    written: str | None
    """As it is printed again; None for LaTeX."""


def split(text: str) -> tuple[str | None, str]:
    """The left-hand side (None where there is none), and the right-hand side at its place in the text."""
    left, equals, right = text.partition("=")
    if not equals:
        return None, text
    if "=" in right:
        place = len(left) + 1 + right.index("=")
        raise ParseError(
            "a claim has one equals sign", text=text, start=place, end=place + 1, hint="give the last side: df = ..."
        )
    return left, " " * (len(left) + 1) + right


_QUOTIENT = re.compile(r"\s*[d∂]\s*(\w+)\s*/\s*[d∂]\s*(\w+)\s*")


def is_derivative(left: str, f: Matrix, variables: Sequence[Matrix], scope: Scope) -> bool:
    """Whether the left-hand side is dF/dV, of this f by this variable."""
    match = _QUOTIENT.fullmatch(left)
    if match is None or len(variables) != 1:
        return False
    upper, lower_ = (resolve_name(name, scope) for name in match.groups())
    (variable,) = variables
    name = variable.data[0].name if variable.op == "symbol" else variable.data[0]
    return lower_ == name and (upper == f.data[0] if f.op == "named" else upper not in scope)


def read_left(text: str, left: str, f: Matrix, scope: Scope) -> LeftSide:
    """What the left-hand side says of the differential of f. Raises ParseError where it is of something else."""
    tokens = [token for token in read_tokens(left.replace("&", " "), scope.names(), scope.functions) if token]
    found = _Reader(text, tokens, f, scope).read(tokens)
    return replace(found, written=None if is_latex(left) else " ".join(left.split()))


class _Reader:
    def __init__(self, text: str, tokens: Sequence[Token], f: Matrix, scope: Scope) -> None:
        self.text = text
        self.tokens = tokens
        self.f = f
        self.scope = scope

    def read(self, tokens: Sequence[Token]) -> LeftSide:
        """The differential that these tokens are."""
        tokens = _bare(tokens)
        if tokens and tokens[0] == "vec" and _is_call(tokens):
            return replace(self.read(tokens[2:-1]), stacked=True)
        match = _PREFIX.fullmatch(str(tokens[0])) if tokens and tokens[0].type == "NAME" else None
        if match is None:
            self.refuse("the left-hand side of a claim is the differential of what was differentiated")
        order, operand = 2 if match[1] else 1, list(tokens[1:])
        if match["rest"]:
            first = tokens[0]
            start = (first.end_pos or 0) - len(match["rest"])
            operand.insert(0, Token("NAME", match["rest"], start, end_pos=first.end_pos))
        else:
            for square in (["^", "2"], ["^", "(", "2", ")"]):
                if [str(token) for token in operand[: len(square)]] == square:
                    order, operand = 2, operand[len(square) :]
                    break
        if not operand:
            self.refuse("it is not said what this is the differential of")
        inner = _bare(operand)
        if order == 1 and inner[0].type == "NAME" and _is_differential(inner, self.scope):
            below = self.read(inner)
            return replace(below, order=below.order + 1)
        return LeftSide(order, self.operand(inner), None)

    def operand(self, tokens: Sequence[Token]) -> bool:
        """Whether what is differentiated is the vec of f. Raises ParseError where it is neither f nor that."""
        unknown = [t for t in tokens if t.type == "NAME" and self.is_unknown(t) and not _called(t, tokens)]
        scope = self.scope
        if self.f.op != "named" and len({str(token) for token in unknown}) == 1:
            scope = scope.with_where(str(unknown[0]), self.f)  # f's own name, which only the left-hand side knows
        start, end = tokens[0].start_pos or 0, tokens[-1].end_pos or 0
        operand = " " * start + self.text[start:end]
        try:
            meant = parse_matrix(operand, scope)
        except TensordiffError as error:
            raise located_in(error, operand, self.text) from None
        stacked = meant.op == "vec" and self.f.op != "vec"
        if stacked:
            (meant,) = meant.children
        if not self.is_f(meant):
            self.refuse(f"the left-hand side is the differential of {brief(meant)}, not of {brief(self.f)}")
        return stacked

    def is_unknown(self, name: Token) -> bool:
        return resolve_name(str(name), self.scope) not in self.scope

    def is_f(self, meant: Matrix) -> bool:
        a, b = (x.children[0] if x.op == "named" else x for x in (meant, self.f))
        return a is b or (a.shape == b.shape and bool(compare(lower(a), lower(b))))

    def refuse(self, message: str) -> NoReturn:
        start, end = self.tokens[0].start_pos if self.tokens else 0, self.tokens[-1].end_pos if self.tokens else 1
        raise ParseError(message, text=self.text, start=start, end=end, hint="write df = ..., dF = ... or vec(dF) = ...")


def _bare(tokens: Sequence[Token]) -> list[Token]:
    """The tokens without parentheses around all of them."""
    while len(tokens) > 2 and tokens[0].type == "LPAR" and _is_call([tokens[0], *tokens]):
        tokens = tokens[1:-1]
    return list(tokens)


def _is_call(tokens: Sequence[Token]) -> bool:
    """Whether a name with one pair of parentheses is all there is."""
    depth = 0
    for place, token in enumerate(tokens[1:], 1):
        depth += (token.type == "LPAR") - (token.type == "RPAR")
        if depth == 0:
            return token.type == "RPAR" and place == len(tokens) - 1
    return False


def _called(name: Token, tokens: Sequence[Token]) -> bool:
    place = next(place for place, token in enumerate(tokens) if token is name)
    return place + 1 < len(tokens) and tokens[place + 1].type == "LPAR"


def _is_differential(tokens: Sequence[Token], scope: Scope) -> bool:
    """Whether this is a differential again, as in d(df)."""
    name = str(tokens[0])
    return name not in scope and name.startswith(OPERATOR) and (name != OPERATOR or len(tokens) > 1) and len(name) > 1


def located_in(error: TensordiffError, padded: str, text: str) -> TensordiffError:
    """An error of the right-hand side, shown in the whole text."""
    if error.text == padded:
        error.text = text
    return error
