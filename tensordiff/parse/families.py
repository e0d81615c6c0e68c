"""Members of families: x_i, a vector for each i, and what is made of them under a sum sign.

Such a value is held by its entries: one scalar with an index letter for each axis beside those of the family. Matrix
operations on it are sums over entries; when the sum over the family closes, the value is a matrix again.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

from tensordiff.errors import ShapeError
from tensordiff.functions import ELEMENTWISE, SYNONYMS
from tensordiff.matrix import Matrix, build
from tensordiff.parse.sums import closed_over, completed
from tensordiff.parse.syntax import Syntax
from tensordiff.records import record

NORMS = {"‖": 2, "‖n": 2, "‖2": 2, "‖F": 2, "norm2": 2, "‖1": 1, "norm1": 1}


@record
class Member:
    """A value that depends on the index of a family. `rows` and `columns` are the letters of its axes, None for one row or
    one column; `body` is its entry."""

    rows: str | None
    columns: str | None
    body: Matrix

    @property
    def is_scalar(self) -> bool:
        return self.rows is None and self.columns is None

    @property
    def axes(self) -> tuple[str, ...]:
        return tuple(letter for letter in (self.rows, self.columns) if letter is not None)

    def transposed(self) -> Member:
        return Member(self.columns, self.rows, self.body)


Value = Matrix | Member


class Families:
    """Operations on members; letters that the text does not use stand for their axes."""

    def __init__(self, used: set[str]) -> None:
        self._names = (name for name in (f"a{number}" for number in count(1)) if name not in used)

    def member(self, matrix: Matrix, letter: str) -> Member:
        """x_i of data whose rows are the members."""
        axis = next(self._names)
        return Member(axis, None, build.entry(matrix, (letter, axis)))

    def slice(self, matrix: Matrix, places: Sequence[str | int | None]) -> Member:
        """A[i,:], the i-th row, or A[:,j], the j-th column: None is the whole axis."""
        letters = [next(self._names) if place is None else place for place in places]
        rows, columns = [str(letter) if place is None else None for letter, place in zip(letters, places, strict=True)]
        return Member(rows, columns, build.entry(matrix, tuple(letters)))

    def spread(self, value: Value) -> Member:
        """Any value by its entries."""
        if isinstance(value, Member):
            return value
        if value.is_scalar:
            return Member(None, None, value)
        if len(value.shape) > 2:
            raise ShapeError("a tensor does not stand beside members of a family")
        rows = next(self._names) if value.rows else None
        columns = next(self._names) if value.cols else None
        letters = tuple(letter for letter in (rows, columns) if letter is not None)
        return Member(rows, columns, build.entry(value, letters))

    def gathered(self, member: Member) -> Value:
        """The value as a matrix, where no index of a family is left open."""
        open_letters = {letter for letter, _ in member.body.free} - set(member.axes)
        if open_letters:
            return member
        if member.is_scalar:
            return member.body
        whole = build.contract(member.body, list(member.axes))
        return build.transpose(whole) if member.rows is None else whole

    def summed(self, value: Member, letters: Sequence[str]) -> Value:
        """The sum over indices."""
        rest = [letter for letter, _ in value.body.free if letter not in letters]
        if all(letter in value.axes for letter in rest):
            body = completed(value.body, [*letters, *value.axes])
            if value.is_scalar:
                return build.contract(body, [])
            whole = build.contract(body, list(value.axes))
            return build.transpose(whole) if value.rows is None else whole
        return Member(value.rows, value.columns, closed_over(value.body, letters))

    # Operations.

    def visit(self, node: Syntax, values: Sequence[Value]) -> Value:
        """The value of an operation one of whose operands is a member."""
        members = [self.spread(value) for value in values]
        match node.op:
            case "negative":
                return Member(members[0].rows, members[0].columns, build.scale(-1, members[0].body))
            case "transpose":
                return members[0].transposed()
            case "add":
                signs = [1, *(-1 if sign == "-" else 1 for sign, _, _ in node.data)]
                alike = self.alike(members)
                return Member(*self.frame(alike), build.add([(s, m.body) for s, m in zip(signs, alike, strict=True)]))
            case "product":
                return self.product(node, members)
            case "power":
                base, exponent = members
                if node.data == "^" and not (base.is_scalar and exponent.is_scalar):
                    raise ShapeError("a power of a vector has no meaning", hint="write the square of its norm, or x.^2")
                return Member(base.rows, base.columns, build.power(base.body, exponent.body))
            case "call":
                return self.call(node, members)
        raise ShapeError(f"{node.op} of a member of a family is not read")

    def alike(self, members: Sequence[Member]) -> list[Member]:
        """The members with the same letters for their axes; scalars are left as they are."""
        first = next((member for member in members if not member.is_scalar), None)
        found = []
        for member in members:
            if first is None or member.is_scalar:
                found.append(member)
                continue
            if (member.rows is None, member.columns is None) != (first.rows is None, first.columns is None):
                raise ShapeError("a column and a row, or a vector and a matrix, do not fit together here")
            body = member.body
            for old, new in zip(member.axes, first.axes, strict=True):
                body = relabelled(body, old, new)
            found.append(Member(first.rows, first.columns, body))
        return found

    @staticmethod
    def frame(members: Sequence[Member]) -> tuple[str | None, str | None]:
        first = next((member for member in members if not member.is_scalar), members[0])
        return first.rows, first.columns

    def product(self, node: Syntax, members: Sequence[Member]) -> Member:
        value = members[0]
        for (operator, _, _), factor in zip(node.data, members[1:], strict=True):
            value = self.multiplied(operator, value, factor)
        return value

    def multiplied(self, operator: str, left: Member, right: Member) -> Member:
        if operator == "/":
            if not right.is_scalar:
                raise ShapeError("a divisor is a scalar")
            return Member(left.rows, left.columns, build.divide(left.body, right.body))
        if left.is_scalar or right.is_scalar:
            return Member(*self.frame([left, right]), build.product(left.body, right.body))
        columns = left.columns is None and right.columns is None
        if operator in (".*", ":") or (operator == "·" and columns):
            left, right = self.alike([left, right])
            body = build.product(left.body, right.body)
            return Member(left.rows, left.columns, body) if operator == ".*" else self.total(body, left.axes)
        if operator not in ("*", "", "·"):
            raise ShapeError(f"the product {operator} of members of a family is not read")
        if (left.columns is None) != (right.rows is None):
            raise ShapeError("the factors do not conform", hint="x_i^T y is the inner product, x_i y^T the outer product")
        if left.columns is None or right.rows is None:
            return Member(left.rows, right.columns, build.product(left.body, right.body))
        body = build.product(left.body, relabelled(right.body, right.rows, left.columns))
        return Member(left.rows, right.columns, closed_over(body, [left.columns]))

    @staticmethod
    def total(body: Matrix, letters: Sequence[str]) -> Member:
        return Member(None, None, closed_over(body, letters) if letters else body)

    def call(self, node: Syntax, members: Sequence[Member]) -> Member:
        name: str = node.data
        (first, *others) = members
        if name in NORMS:
            power = build.product(first.body, first.body) if NORMS[name] == 2 else build.call("abs", first.body)
            length = self.total(power, first.axes)
            return Member(None, None, build.call("sqrt", length.body)) if NORMS[name] == 2 else length
        if name == "sum" and not others:
            return self.total(first.body, first.axes)
        if name == "⟨":
            return self.multiplied(":", first, others[0])
        if name == "tr" and first.rows is not None and first.columns is not None:
            return self.total(relabelled(first.body, first.columns, first.rows), [first.rows])
        if name == "tr" and first.is_scalar:
            return first
        if name == "e^":
            name = "exp"
        if name == "|" and first.is_scalar:
            name = "abs"
        if not first.is_scalar and SYNONYMS.get(name, name) not in ELEMENTWISE:
            raise ShapeError(f"{name} of a member of a family is not read", hint="write it for a single vector")
        return Member(first.rows, first.columns, build.call(name, *(member.body for member in members)))


def relabelled(node: Matrix, old: str, new: str) -> Matrix:
    """An open entry with another letter for one of its indices."""
    if old == new or old not in dict(node.free):
        return node
    if node.op == "entry":
        letters = tuple(new if letter == old else letter for letter in node.data[0])
        return build.entry(node.children[0], letters)
    return build.rebuild(node, tuple(relabelled(child, old, new) for child in node.children))
