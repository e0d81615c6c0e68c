"""The token stream that both spellings of the language (plain text with Unicode, and LaTeX) are read into.

A token keeps its place in the user's own text, so that every later error can show it. Brackets are matched here: an
error about them names both places.
"""

from __future__ import annotations

from typing import NamedTuple, NoReturn

from lark import Token

from tensordiff.errors import ParseError
from tensordiff.parse.names import normalise

_ENDS_OPERAND = frozenset({"NUMBER", "NAME", "RPAR", "RINDEX", "RBLOCK", "TRANSPOSE"})
_LONGEST_NUMBER = 1000
_CLOSER = {"(": ")", "[": "]", "index": "]", "{": "}", "|": "|", "‖": "‖", "begin": "\\end"}


class Open(NamedTuple):
    """A bracket that waits for its end: its kind, its place, and the place of its first token in the list."""

    kind: str
    start: int
    end: int
    first: int


class Tokens:
    """A list of tokens under construction, with the brackets that are open."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.list: list[Token] = []
        self.stack: list[Open] = []

    def put(self, type_: str, value: str, start: int, end: int) -> None:
        self.list.append(Token(type_, value, start, end_pos=end))

    def put_name(self, value: str, start: int, end: int) -> None:
        """A name, or the derivative f' of a function. Raises ParseError where it is no identifier."""
        name = normalise(value)
        if not name.rstrip("'").isidentifier():
            self.fail(f"cannot read {value}", start, end, "names are letters, digits and underscores")
        self.put("NAME", name, start, end)

    def put_number(self, value: str, start: int, end: int) -> None:
        """A number; read exactly, so it may not be astronomically long."""
        exponent = value.lower().partition("e")[2].lstrip("+-")
        if len(value) > _LONGEST_NUMBER or len(exponent) > 3:
            self.fail("this number is too long to be read exactly", start, end)
        self.put("NUMBER", value, start, end)

    @property
    def last(self) -> str:
        """The type of the last token; "" at the start."""
        return self.list[-1].type if self.list else ""

    @property
    def after_operand(self) -> bool:
        """Whether an operand has just ended, so that an operator or the end may follow."""
        return self.last in _ENDS_OPERAND

    @property
    def inside(self) -> str:
        """The kind of the innermost open bracket; "" outside all."""
        return self.stack[-1].kind if self.stack else ""

    def open(self, kind: str, type_: str, start: int, end: int) -> None:
        self.stack.append(Open(kind, start, end, len(self.list)))
        self.put(type_, "(", start, end)

    def close(self, closer: str, start: int, end: int) -> None:
        """Ends the innermost bracket. Raises ParseError when it is of another kind, or when none is open."""
        if not self.stack:
            self.fail(f"this {closer} closes nothing", start, end)
        opened = self.stack.pop()
        if _CLOSER[opened.kind] != closer:
            was = self.text[opened.start : opened.end]
            place = opened.start + 1
            self.fail(f"{closer} does not close the {was} at character {place}", start, end)
        self.put("R" + self.list[opened.first].type[1:], ")", start, end)

    def bar(self, kind: str, start: int, end: int) -> bool:
        """A bar | or norm bar ‖: it closes one that is open when an operand has just ended, else it opens one.

        True when it closed one.
        """
        if self.inside == kind and self.after_operand:
            self.close(kind, start, end)
            return True
        self.put("NAME", kind, start, end)
        self.open(kind, "LPAR", start, end)
        return False

    def rename_norm(self, subscript: str, end: int) -> None:
        """Records the subscript, which ends at `end`, of the norm bars that have just been closed."""
        self.list[-1].end_pos = end
        depth = 0
        for place in range(len(self.list) - 1, -1, -1):
            type_ = self.list[place].type
            depth += (type_ == "RPAR") - (type_ == "LPAR")
            if not depth:
                name = self.list[place - 1]
                self.list[place - 1] = Token("NAME", "‖" + subscript, name.start_pos, end_pos=name.end_pos)
                return

    def finish(self) -> list[Token]:
        """The tokens. Raises ParseError when a bracket is still open."""
        if self.stack:
            opened = self.stack[-1]
            self.fail(f"this {self.text[opened.start : opened.end]} is never closed", opened.start, opened.end)
        return self.list

    def fail(self, message: str, start: int, end: int, hint: str | None = None) -> NoReturn:
        raise ParseError(message, text=self.text, start=start, end=end, hint=hint)
