"""Python expressions as text with their precedence, so that parentheses stand only where they must."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tensordiff.records import record
from tensordiff.tensor.extent import Extent

SUM, PRODUCT, UNARY, POWER, ATOM = 1, 2, 3, 4, 5
"""Precedences, loosest first; 0 is a comparison."""


@record
class Text:
    """An expression; `level` is the precedence of its outermost operator."""

    text: str
    level: int

    def at_least(self, level: int) -> str:
        """The text, in parentheses if its operator binds less tightly than `level`."""
        return self.text if self.level >= level else f"({self.text})"


@record
class Scope:
    """What an expression may ask for besides its operands: names of inputs, of sizes, and of the type of entries."""

    name: Callable[[str], str]
    size: Callable[[str], str]
    dtype: Callable[[], str]

    def shape(self, shape: Sequence[Extent]) -> str:
        return tuple_text([extent.text(self.size) for extent in shape])


def atom(text: str) -> Text:
    return Text(text, ATOM)


def binary(left: Text, operator: str, level: int, right: Text) -> Text:
    """A left-associative operator: a right operand of the same precedence is put in parentheses."""
    return Text(f"{left.at_least(level)} {operator} {right.at_least(level + 1)}", level)


def call(function: str, *arguments: Text) -> Text:
    return atom(f"{function}({', '.join(argument.text for argument in arguments)})")


def method(owner: Text, name: str, *arguments: str) -> Text:
    return atom(f"{owner.at_least(ATOM)}.{name}({', '.join(arguments)})")


def tuple_text(parts: Sequence[str]) -> str:
    return f"({parts[0]},)" if len(parts) == 1 else f"({', '.join(parts)})"
