"""The tokens that plain text and LaTeX are read into, and the stream that both write them to.

A token keeps its place in the user's own text, so that every later error can show it. The stream matches brackets, puts the
product between operands that stand side by side, and ends the arguments of functions that are written without brackets.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple, NoReturn

from tensordiff.errors import ParseError
from tensordiff.parse.names import normalise


class Token(str):
    """A word of a text with its kind and place; `mark` is what else it carries (the ranges of a sum, the order of d)."""

    __slots__ = ("end", "mark", "start", "type")

    type: str
    start: int
    end: int
    mark: Any

    @staticmethod
    def of(type_: str, value: str, start: int, end: int, mark: Any = None) -> Token:
        token = Token(value)
        token.type, token.start, token.end, token.mark = type_, start, end, mark
        return token


ENDS_OPERAND = frozenset({"NUMBER", "NAME", "CONSTANT", "RPAR", "RINDEX", "RBLOCK", "TRANSPOSE", "SUM"})
WIDE = frozenset(("tr", "vec"))
"""Functions whose argument, written without brackets, reaches to the next + or -."""
ALONG = {"max": "largest", "min": "smallest"}
"""Functions that are others with an axis: max(x, y) is of entries, max(X, axis=1) along an axis."""
_LONGEST_NUMBER = 1000
_CLOSER = {"(": ")", "[": "]", "index": "]", "{": "}", "|": "|", "‖": "‖", "begin": "\\end", "<": ">"}


class Open(NamedTuple):
    """A bracket that waits for its end: its kind, its place, and the place of its first token in the list."""

    kind: str
    start: int
    end: int
    first: int


class Level:
    """What is going on inside one bracket: the functions whose arguments, written without brackets, are not complete, each
    with the number of tokens before its argument; and what follows when the bracket closes."""

    __slots__ = ("pending", "steps")

    def __init__(self, steps: tuple[Callable[[int], None], ...] = ()) -> None:
        self.pending: list[tuple[str, int]] = []
        self.steps = steps


class Stream:
    """A list of tokens under construction."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.list: list[Token] = []
        self.stack: list[Open] = []
        self.levels = [Level()]
        self.calling = False
        """Whether a function has been read whose bracket comes next."""

    # What is there.

    @property
    def last(self) -> str:
        """The type of the last token; "" at the start."""
        return self.list[-1].type if self.list else ""

    @property
    def after_operand(self) -> bool:
        """Whether an operand has just ended, so that an operator or the end may follow."""
        return self.last in ENDS_OPERAND and not self.calling

    @property
    def behind_sign(self) -> bool:
        """Whether a sum sign or a derivative sign comes just before, which is no factor."""
        if self.last == "RPAR":
            opening = self.opening()
            return opening > 0 and self.list[opening - 1].type == "OPERATOR"
        return self.last == "SUM"

    @property
    def inside(self) -> str:
        """The kind of the innermost open bracket; "" outside all."""
        return self.stack[-1].kind if self.stack else ""

    def within(self, word: str) -> bool:
        """Whether one of the open brackets holds the arguments of this function."""
        return any(self._called(opened) == word for opened in self.stack)

    def _called(self, opened: Open) -> str:
        """The function whose arguments a bracket holds; "" where it holds none."""
        head = self.list[opened.first - 1] if opened.kind == "(" and opened.first else None
        return str(head) if head is not None and head.type == "NAME" else ""

    def name_axis(self) -> bool:
        """The argument that comes next is an axis; False where it cannot be one."""
        if not self.stack or self.last != "_COMMA" or not self._called(self.stack[-1]):
            return False
        place = self.stack[-1].first - 1
        head = self.list[place]
        self.list[place] = Token.of("NAME", ALONG.get(head, head), head.start, head.end)
        return True

    # Operands.

    def put(self, type_: str, value: str, start: int, end: int, mark: Any = None) -> None:
        self.list.append(Token.of(type_, value, start, end, mark))

    def operand(self, start: int) -> None:
        """An operand begins: where one has just ended, this is a product."""
        if self.after_operand:
            self._end_bracketed(start)
            self.put("JUXT", "", start, start)
        self.calling = False

    def name(self, value: str, start: int, end: int) -> None:
        """A name. Raises ParseError where it is no identifier."""
        found = normalise(value)
        if not found.rstrip("'").isidentifier():
            self.fail(f"cannot read {value}", start, end, "names are letters, digits and underscores")
        self.operand(start)
        self.put("NAME", found, start, end)

    def constant(self, value: str, start: int, end: int) -> None:
        self.operand(start)
        self.put("CONSTANT", value, start, end)

    def number(self, value: str, start: int, end: int) -> None:
        """A number; read exactly, so it may not be astronomically long."""
        exponent = value.lower().partition("e")[2].lstrip("+-")
        if len(value) > _LONGEST_NUMBER or len(exponent) > 3:
            self.fail("this number is too long to be read exactly", start, end)
        if self.after_operand and not self.behind_sign:
            self.fail("a number follows an operand", start, end, "write * for a product, ^ for a power")
        self.operand(start)
        self.put("NUMBER", value, start, end)

    def function(self, name: str, start: int, end: int, *, bracket: bool) -> None:
        """The name of a function; `bracket` says whether its argument stands in brackets behind it."""
        level = self.levels[-1]
        while self.after_operand and level.pending and level.pending[-1][0] == "near":
            self._end(start)
        self.operand(start)
        # \log\det A is written for log|det A|, as \log|A| is.
        after_log = level.pending and level.pending[-1][1] == len(self.list) and self.list[-2] == "log"
        self.put("NAME", "|" if name == "det" and after_log else name, start, end)
        if bracket:
            self.calling = True
        else:
            self.open("(", "LPAR", end, end, implicit=True)
            level.pending.append(("wide" if name in WIDE else "near", len(self.list)))

    def _end_bracketed(self, place: int) -> None:
        """A bracket directly behind ends the argument: \\log\\det(A) B is the logarithm times B."""
        level = self.levels[-1]
        while level.pending and level.pending[-1][0] == "near" and self.last in ("RPAR", "TRANSPOSE", "NUMBER"):
            first = self.list[level.pending[-1][1]]
            if first.type not in ("LPAR", "DERIV") and first != "|" and not self._is_call(level.pending[-1][1]):
                return
            self._end(place)

    def _is_call(self, place: int) -> bool:
        return self.list[place].type == "NAME" and place + 1 < len(self.list) and self.list[place + 1].type == "LPAR"

    # Operators.

    def operator(self, type_: str, value: str, start: int, end: int) -> None:
        """An operator between operands. A sign ends every argument, another operator may not follow one unclearly."""
        level = self.levels[-1]
        if self.after_operand:
            self._end_bracketed(start)
            if type_ in ("PLUS", "MINUS", "ARROW", "COLON", "COMPARE"):
                self.end_arguments(start)
            elif level.pending and level.pending[-1][0] == "near":
                self.fail(
                    "it is not clear where the argument of the function ends", start, end, "put the argument in parentheses"
                )
        self.put(type_, value, start, end)

    def end_arguments(self, place: int) -> None:
        """Ends all arguments that are written without brackets. Raises ParseError for one that is missing."""
        level = self.levels[-1]
        while level.pending:
            if not self.after_operand:
                place = min(place, max(len(self.text) - 1, 0))
                self.fail("an argument is missing here", place, place + 1)
            self._end(place)

    def _end(self, place: int) -> None:
        self.levels[-1].pending.pop()
        self._close(place, place)

    # Brackets.

    def open(self, kind: str, type_: str, start: int, end: int, *, implicit: bool = False) -> None:
        self.stack.append(Open(kind, start, end, len(self.list)))
        self.put(type_, "(", start, end)
        self.calling = False
        if not implicit:
            self.levels.append(Level())

    def then(self, *steps: Callable[[int], None]) -> None:
        """What is to be done when the bracket that was just opened closes."""
        self.levels[-1].steps = steps

    def close(self, closer: str, start: int, end: int) -> None:
        """Ends the innermost bracket. Raises ParseError when it is of another kind, or when none is open."""
        self.end_arguments(start)
        if not self.stack:
            self.fail(f"this {closer} closes nothing", start, end)
        opened = self.stack[-1]
        if _CLOSER[opened.kind] != closer:
            was = self.text[opened.start : opened.end]
            self.fail(f"{closer} does not close the {was} at character {opened.start + 1}", start, end)
        steps = self.levels.pop().steps
        self._close(start, end)
        for step in steps:
            step(end)

    def shut(self, place: int) -> None:
        """Ends a bracket that was opened without being written."""
        self._close(place, place)

    def _close(self, start: int, end: int) -> None:
        opened = self.stack.pop()
        self.put("R" + self.list[opened.first].type[1:], ")", start, end)

    def closes_bar(self, kind: str) -> bool:
        """Whether a bar | or norm bar ‖ closes one that is open: the innermost is of its kind, and an operand has ended."""
        place = len(self.stack) - 1
        for _ in self.levels[-1].pending:
            place -= 1
        return self.after_operand and place >= 0 and self.stack[place].kind == kind

    def rename_norm(self, subscript: str, end: int) -> None:
        """Records the subscript, which ends at `end`, of the norm bars that have just been closed."""
        self.list[-1].end = end
        name = self.list[self.opening() - 1]
        self.list[self.opening() - 1] = Token.of("NAME", "‖" + subscript, name.start, name.end)

    def opening(self) -> int:
        """The place of the bracket that the last token closes."""
        depth = 0
        for place in range(len(self.list) - 1, -1, -1):
            type_ = self.list[place].type
            depth += (type_ in ("RPAR", "RINDEX", "RBLOCK")) - (type_ in ("LPAR", "LINDEX", "LBLOCK"))
            if not depth:
                return place
        return 0

    def finish(self) -> list[Token]:
        """The tokens. Raises ParseError when a bracket is still open."""
        explicit = [opened for opened in self.stack if opened.end > opened.start]
        if explicit and len(self.levels) > 1:
            opened = explicit[-1]
            self.fail(f"this {self.text[opened.start : opened.end]} is never closed", opened.start, opened.end)
        self.end_arguments(len(self.text))
        return self.list

    def fail(self, message: str, start: int, end: int, hint: str | None = None) -> NoReturn:
        raise ParseError(message, text=self.text, start=start, end=end, hint=hint)


_NORM_SUBSCRIPT = re.compile(r"([₁₂])|_(?:([12F])|\{\s*([12F])\s*\}|\{?\s*\\(?:math|text)\w+\s*\{\s*(F)\s*\}\s*\}?)")


def norm_subscript(tokens: Stream, place: int) -> int:
    """Reads the subscript of norm bars that have just closed, if there is one: ‖X‖_F, ‖x‖₁. Returns the place after it."""
    match = _NORM_SUBSCRIPT.match(tokens.text, place)
    if match is None:
        return place
    assert match.lastindex is not None
    tokens.rename_norm(normalise(match[match.lastindex]), match.end())
    return match.end()
