"""Reading infix languages without recursion: a table of operators for each language, and one loop over the tokens.

Every open bracket has a frame with its own operands and waiting operators, so that neither long nor deep texts recurse.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import NoReturn

from tensordiff.errors import ParseError
from tensordiff.parse.languages.code import Assignment, Code, Habits
from tensordiff.parse.names import normalise
from tensordiff.parse.syntax import Syntax
from tensordiff.records import field, record

_LONGEST_NUMBER = 300


@record
class Operator:
    """`binding`: the larger the tighter. `meaning`: the function of two arrays."""

    binding: int
    meaning: str
    right: bool = False
    """Whether it binds to the right."""


@record
class Table:
    """A language: its tokens, operators and calls."""

    name: str
    tokens: re.Pattern[str]
    """Groups number, name, string, postfix, infix, open, close, comma, space, and more that `call` knows."""
    infix: Mapping[str, Operator]
    postfix: Mapping[str, str]
    """What stands behind an operand: the function of arrays that it is."""
    negative: int
    """How tight a minus sign binds."""
    call: Callable[[Reader, Syntax, list[Syntax], list[str]], Syntax]
    """A name with arguments, some of them with keywords."""
    index: Callable[[Reader, Syntax, list[Syntax]], Syntax] | None
    """An operand with arguments in square brackets."""
    habits: Habits
    side_by_side: Operator | None = None
    """What two operands in a row are; None where that is an error."""
    number_first: bool = False
    """Whether a number in front of an operand binds before everything (Julia's 1/2x)."""
    calls: str = "("
    """The bracket of a call."""
    function: re.Pattern[str] | None = None
    """What stands before the value of a function without a name: @(x), x ->, function(x)."""


@record(frozen=False)
class Frame:
    """An open bracket."""

    start: int
    end: int
    bracket: str
    head: Syntax | None = None
    """What is called, or indexed."""
    arguments: list[Syntax] = field(default_factory=list)
    keywords: list[str] = field(default_factory=list)
    operands: list[Syntax] = field(default_factory=list)
    waiting: list[tuple[str, int, Operator | None]] = field(default_factory=list)
    """Operators; a sign in front of an operand has no Operator."""
    operand_last: bool = False


_ASSIGNED = re.compile(r"\s*([^\W\d]\w*)\s*(?:\([\w\s,]*\)\s*)?(?:<-|:=|=(?!=))")
"""A name, or a function with its parameters, that is assigned to."""
_CLOSER = {"(": ")", "[": "]", "{": "}"}


def read_infix(text: str, table: Table, known: frozenset[str] = frozenset()) -> Code:
    """The code of a text: assignments, then a value. Raises ParseError with the place."""
    statements = list(_statements(text, table))
    if not statements:
        raise ParseError("the code has no value", text=text, start=0, end=len(text))
    assignments: list[Assignment] = []
    result: Syntax | None = None
    for start, end in statements:
        match = _ASSIGNED.match(text, start, end)
        begin = match.end() if match else start
        if table.function is not None and (function := table.function.match(text, begin, end)):
            begin = function.end()
        result = Reader(text, table, known).read(begin, end)
        if match and (start, end) != statements[-1]:
            assignments.append(Assignment((normalise(match[1]),), result))
    assert result is not None
    return Code(text, result, table.habits, tuple(assignments))


def _statements(text: str, table: Table) -> list[tuple[int, int]]:
    """Where the statements are: lines, or what semicolons separate, outside of brackets and without comments."""
    found: list[tuple[int, int]] = []
    start = place = depth = 0
    comment = {"matlab": "%", "julia": "#", "r": "#"}.get(table.name, "")
    while place <= len(text):
        character = text[place : place + 1]
        depth += (character in ("(", "[", "{") and 1) or (-1 if character in (")", "]", "}") else 0)
        skipped = comment and character == comment and not re.match(r"%[*ox]%", text[place:])
        if not character or (character in ";\n" and depth <= 0) or skipped:
            if text[start:place].strip(" ;\n\t"):
                found.append((start, place))
            if skipped:
                place = text.find("\n", place)
                place = len(text) if place < 0 else place
            start = place + 1
        place += 1
    return found


class Reader:
    """One statement."""

    def __init__(self, text: str, table: Table, known: frozenset[str]) -> None:
        self.text = text
        self.table = table
        self.known = known
        self.frames: list[Frame] = []

    def refuse(self, message: str, start: int, end: int, hint: str | None = None) -> NoReturn:
        length = len(self.text)  # what is missing at the end is shown at the last character
        start, end = (max(length - 1, 0), length) if start >= length else (start, min(end, length))
        raise ParseError(message, text=self.text, start=start, end=end, hint=hint)

    @property
    def frame(self) -> Frame:
        return self.frames[-1]

    def read(self, start: int, end: int) -> Syntax:
        self.frames = [Frame(start, start, "")]
        place = start
        while place < end:
            match = self.table.tokens.match(self.text, place, end)
            if match is None:
                self.refuse(f"unexpected character {self.text[place]!r}", place, place + 1, self.foreign())
            kind = match.lastgroup or ""
            if kind == "string" and self.frame.operand_last and match[0][0] == "'":  # a transpose
                match = re.compile("'").match(self.text, place, end)
                assert match is not None
                kind = "postfix"
            place = match.end()
            if kind != "space":
                self.token(kind, match[0], match.start(), place)
        if len(self.frames) > 1:
            opened = self.frame
            self.refuse(f"this {self.text[opened.start : opened.end]} is never closed", opened.start, opened.end)
        return self.finished(end)

    def foreign(self) -> str:
        return f"the text is read as {self.table.name}; language= says otherwise"

    def token(self, kind: str, value: str, start: int, end: int) -> None:
        frame = self.frame
        if kind == "number":
            if len(value) > _LONGEST_NUMBER:
                self.refuse("this number is too long", start, end)
            self.operand(Syntax("number", start, end, (), Fraction(value)))
        elif kind == "name":
            self.operand(Syntax("name", start, end, (), normalise(value)))
        elif kind == "string":
            self.operand(Syntax("string", start, end, (), value[1:-1]))
        elif kind == "colon":
            self.operand(Syntax("slice", start, end))
        elif kind == "dotcall":
            self.open(start, end, "(", dotted=True)
        elif kind == "open":
            self.open(start, end, value)
        elif kind == "close":
            self.close(value, start, end)
        elif kind == "comma":
            if not frame.bracket:
                self.refuse("a comma cannot stand here", start, end)
            frame.arguments.append(self.finished(start))
            frame.operands, frame.waiting, frame.operand_last = [], [], False
        elif kind == "keyword":
            self.keyword(start, end)
        elif kind == "postfix":
            if not frame.operand_last:
                self.refuse(f"an operand is missing before {value}", start, end)
            operand = frame.operands.pop()
            frame.operands.append(Syntax("transpose", operand.start, end, (operand,), self.table.postfix[value]))
        else:
            self.infix(value, start, end)

    def keyword(self, start: int, end: int) -> None:
        frame = self.frame
        if frame.head is None or len(frame.operands) != 1 or frame.waiting or frame.operands[0].op != "name":
            self.refuse("= cannot stand here", start, end, "an assignment is a line of its own: grad = ...")
        if len(frame.keywords) <= len(frame.arguments):
            frame.keywords += [""] * (len(frame.arguments) - len(frame.keywords))
            frame.keywords.append(str(frame.operands.pop().data))
        frame.operand_last = False

    def operand(self, node: Syntax) -> None:
        frame = self.frame
        if frame.operand_last:
            before = frame.operands[-1]
            if self.table.number_first and before.op == "number":
                frame.waiting.append(("", node.start, Operator(90, "multiply")))
            elif self.table.number_first and before.op == "transpose":  # X'y
                self.push(("", node.start, Operator(90, "matrix_product")))
            elif self.table.side_by_side is not None:
                self.push(("", node.start, self.table.side_by_side))
            else:
                shown = self.text[before.start : before.end], self.text[node.start : node.end]
                self.refuse(f"an operator is missing between {shown[0]} and {shown[1]}", node.start, node.end)
        frame.operands.append(node)
        frame.operand_last = True

    def infix(self, value: str, start: int, end: int) -> None:
        frame = self.frame
        if not frame.operand_last:
            if value in ("-", "−", "+"):
                frame.waiting.append(("" if value == "+" else "-", start, None))
                return
            self.refuse(f"an operand is missing before {value}", start, end)
        operator = self.table.infix.get(value)
        if operator is None:
            self.refuse(f"{value} is not read", start, end, self.foreign())
        self.push((value, start, operator))

    def push(self, operator: tuple[str, int, Operator]) -> None:
        frame = self.frame
        binding, right = operator[2].binding, operator[2].right
        while frame.waiting:
            waiting = frame.waiting[-1][2]
            top = self.table.negative if waiting is None else waiting.binding
            if top < binding or (top == binding and right and waiting is not None):
                break
            self.reduce()
        frame.waiting.append(operator)
        frame.operand_last = False

    def reduce(self) -> None:
        frame = self.frame
        value, start, operator = frame.waiting.pop()
        second = frame.operands.pop()
        if operator is None:
            if value == "-":
                second = Syntax("negative", start, second.end, (second,))
            frame.operands.append(second)
            return
        first = frame.operands.pop()
        frame.operands.append(Syntax("operate", first.start, second.end, (first, second), operator.meaning))

    def finished(self, end: int) -> Syntax:
        """The value of the innermost frame."""
        frame = self.frame
        if not frame.operand_last:
            place = frame.waiting[-1][1] if frame.waiting else frame.start
            self.refuse("an operand is missing", place, max(place + 1, end))
        while frame.waiting:
            self.reduce()
        if len(frame.operands) != 1:
            self.refuse("an operator is missing", frame.operands[1].start, frame.operands[1].end)
        return frame.operands[0]

    def open(self, start: int, end: int, bracket: str, *, dotted: bool = False) -> None:
        frame = self.frame
        head = None
        if frame.operand_last:
            before = frame.operands[-1]
            calls = bracket == self.table.calls and before.op == "name" and (before.end == start or dotted)
            indexes = bracket in ("[", "[[") and self.table.index is not None
            if calls or (indexes and bracket != self.table.calls):
                head = frame.operands.pop()
                frame.operand_last = False
        if head is None and bracket != "(":
            self.refuse(f"{bracket} is not read here", start, end, "block matrices are read in plain text: [A B; C D]")
        if head is None and frame.operand_last:  # a product by standing side by side, or an error
            self.operand(Syntax("name", start, end, (), "("))
            frame.operands.pop()
            frame.operand_last = False
        self.frames.append(Frame(start, end, bracket, head))

    def close(self, closer: str, start: int, end: int) -> None:
        if len(self.frames) == 1:
            self.refuse(f"this {closer} closes nothing", start, end)
        frame = self.frame
        if _CLOSER[frame.bracket[0]] != closer[0]:
            self.refuse(f"{closer} does not close the {self.text[frame.start : frame.end]}", start, end)
        if frame.head is None or frame.operand_last or frame.arguments or frame.waiting:
            frame.arguments.append(self.finished(start))
        self.frames.pop()
        if frame.head is None:
            if len(frame.arguments) > 1:
                self.refuse("a comma cannot stand here", frame.start, end)
            (node,) = frame.arguments
            node.start, node.end = frame.start, end
        elif frame.bracket == self.table.calls:
            keywords = [*frame.keywords, *[""] * (len(frame.arguments) - len(frame.keywords))]
            node = self.table.call(self, frame.head, frame.arguments, keywords)
            node.end = end
        else:
            assert self.table.index is not None
            node = self.table.index(self, frame.head, frame.arguments)
            node.end = end
        self.frame.operands.append(node)
        self.frame.operand_last = True
