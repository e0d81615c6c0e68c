"""The grammar, read by lark's LALR(1) parser with embedded actions: the tree grows while the text is read, so nothing
recurses however deep the text nests, and the cost is linear."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

from lark import Lark, Token, UnexpectedToken
from lark.lexer import Lexer

from tensordiff.errors import ParseError
from tensordiff.parse.differentials import Differentials
from tensordiff.parse.latex import is_latex, read_latex
from tensordiff.parse.plain import read_plain
from tensordiff.parse.syntax import Syntax, Tree

# An index belongs to the name, call or parenthesis before it (x[i]^y[i]), and only otherwise to the whole (A^2[i,j]):
# the one shift/reduce conflict, which lark decides for the shift.
GRAMMAR = r"""
?start: formula
?formula: sum | sum ARROW LINDEX [label (_COMMA label)*] RINDEX     -> contract
?sum: product | product ((PLUS | MINUS) product)+                   -> add
?product: unary | unary (TIMES unary)+                              -> product
?unary: postfix | MINUS unary                                       -> negative
?postfix: atom
    | postfix TRANSPOSE                                             -> transpose
    | postfix POWER exponent                                        -> power
    | postfix LINDEX label (_COMMA label)* RINDEX                   -> index
?exponent: atom | MINUS exponent                                    -> negative
?atom: NUMBER                                                       -> number
    | indexable
    | indexable LINDEX label (_COMMA label)* RINDEX                 -> index
?indexable: NAME                                                    -> name
    | NAME LPAR formula (_COMMA formula)* RPAR                      -> call
    | LPAR formula RPAR                                             -> parenthesis
    | LBLOCK row (_SEMICOLON row)* RBLOCK                           -> block
row: formula (_COMMA formula)*
label: NAME | NUMBER
%declare NUMBER NAME PLUS MINUS TIMES POWER TRANSPOSE ARROW
%declare LPAR RPAR LINDEX RINDEX LBLOCK RBLOCK _COMMA _SEMICOLON
"""


class _GivenTokens(Lexer):
    """The tokens are made before parsing (by `plain` or `latex`)."""

    __future_interface__ = 2

    def __init__(self, configuration: object) -> None:
        pass

    def lex(self, lexer_state: Any, parser_state: object) -> Iterator[Token]:
        return iter(lexer_state.text)


class _Actions:
    """One method for each alternative of the grammar; the argument holds the values of its symbols."""

    def number(self, parts: list[Any]) -> Syntax:
        (token,) = parts
        return Syntax("number", token.start_pos, token.end_pos, (), Fraction(str(token)))

    def name(self, parts: list[Any]) -> Syntax:
        (token,) = parts
        return Syntax("name", token.start_pos, token.end_pos, (), str(token))

    def call(self, parts: list[Any]) -> Syntax:
        name, _, *arguments, closing = parts
        return Syntax("call", name.start_pos, closing.end_pos, tuple(arguments), str(name))

    def parenthesis(self, parts: list[Any]) -> Syntax:
        opening, inner, closing = parts
        assert isinstance(inner, Syntax)
        inner.start, inner.end = opening.start_pos, closing.end_pos
        return inner

    def negative(self, parts: list[Any]) -> Syntax:
        sign, operand = parts
        return Syntax("negative", sign.start_pos, operand.end, (operand,))

    def transpose(self, parts: list[Any]) -> Syntax:
        operand, token = parts
        return Syntax("transpose", operand.start, token.end_pos, (operand,))

    def power(self, parts: list[Any]) -> Syntax:
        base, operator, exponent = parts
        return Syntax("power", base.start, exponent.end, (base, exponent), str(operator))

    def index(self, parts: list[Any]) -> Syntax:
        operand, _, *labels, closing = parts
        return Syntax("index", operand.start, closing.end_pos, (operand,), tuple(labels))

    def contract(self, parts: list[Any]) -> Syntax:
        operand, _, _, *labels, closing = parts
        return Syntax("contract", operand.start, closing.end_pos, (operand,), tuple(labels))

    def label(self, parts: list[Any]) -> Token:
        token: Token = parts[0]
        return token

    def add(self, parts: list[Any]) -> Syntax:
        return self._chain("add", parts)

    def product(self, parts: list[Any]) -> Syntax:
        return self._chain("product", parts)

    def _chain(self, op: str, parts: list[Any]) -> Syntax:
        operators = tuple((str(token), token.start_pos, token.end_pos) for token in parts[1::2])
        return Syntax(op, parts[0].start, parts[-1].end, tuple(parts[::2]), operators)

    def row(self, parts: list[Any]) -> list[Any]:
        return parts

    def block(self, parts: list[Any]) -> Syntax:
        opening, *rows, closing = parts
        entries = tuple(entry for row in rows for entry in row)
        return Syntax("block", opening.start_pos, closing.end_pos, entries, tuple(len(row) for row in rows))


@cache
def _parser() -> Lark:
    return Lark(GRAMMAR, parser="lalr", lexer=_GivenTokens, transformer=_Actions(), maybe_placeholders=False)


def read_tokens(text: str, known: Collection[str] = (), functions: Collection[str] = ()) -> list[Token]:
    """The tokens of a text, plain or LaTeX; `known` are the declared names, which LaTeX may write with several letters,
    `functions` those of the user's own functions. Raises ParseError with the place."""
    return read_latex(text, {*known, *functions}, functions) if is_latex(text) else read_plain(text)


def parse_syntax(
    text: str,
    known: Collection[str] = (),
    functions: Collection[str] = (),
    differentials: Differentials | None = None,
) -> Tree:
    """The syntax tree of a text; names as in `read_tokens`. Raises ParseError with the place."""
    tokens = read_tokens(text, known, functions)
    if differentials is not None:
        tokens = differentials.rewritten(text, tokens)
    try:
        root = _parser().parse(tokens)
    except UnexpectedToken as error:
        raise _explained(text, tokens, error.token, error.expected) from None
    assert isinstance(root, Syntax)
    return Tree(text, root)


_OPERATORS = frozenset({"PLUS", "MINUS", "TIMES", "POWER"})
_STARTS_OPERAND = frozenset({"NUMBER", "NAME", "LPAR", "LBLOCK"})


def _explained(text: str, tokens: Sequence[Token], token: Token, expected: Collection[str]) -> ParseError:
    """What is wrong at the token that the parser refused, in the user's terms."""
    if not tokens:
        return ParseError("the expression is empty")
    if token.type == "$END":
        last = tokens[-1]
        message = f"the text ends after {_shown(text, last)}, where an operand is missing"
        return ParseError(message, text=text, start=last.start_pos, end=last.end_pos)
    place = next(position for position, other in enumerate(tokens) if other is token)
    before = tokens[place - 1] if place else None
    shown, hint = _shown(text, token), None
    after_operand = before is not None and before.type in ("NUMBER", "NAME", "RPAR", "RINDEX", "RBLOCK", "TRANSPOSE")
    if token.type in ("LINDEX", "RINDEX") or set(expected) == {"NAME", "NUMBER"} or (before and before.type == "ARROW"):
        message, hint = f"cannot read {shown} here", "indices are letters or 1-based numbers: A[i,j], x[1], ... -> [i,j]"
    elif before is not None and before.type in _OPERATORS and token.type in _OPERATORS:
        message = f"two operators in a row: {_shown(text, before)} and {shown}"
        if (before.type, token.type) == ("TIMES", "TIMES") and before == token == "*":
            hint = "the power is ^, the entrywise power .^"
    elif after_operand and token.type in _STARTS_OPERAND:
        assert before is not None
        message, hint = f"an operator is missing between {_shown(text, before)} and {shown}", "write * for the product"
    elif token.type == "ARROW":
        message, hint = "an arrow cannot stand here", "-> [i,j] comes last: A[i,k]*B[k,j] -> [i,j]"
    elif token.type in ("_COMMA", "_SEMICOLON") and after_operand:
        message = f"{shown} cannot stand here: it separates arguments of a function, indices, or entries of a block matrix"
    elif after_operand:
        message = f"cannot read {shown} here"
    else:
        message = f"an operand is missing before {shown}"
    return ParseError(message, text=text, start=token.start_pos, end=token.end_pos, hint=hint)


def _shown(text: str, token: Token) -> str:
    return text[token.start_pos : token.end_pos] or f"{token.value!s}"
