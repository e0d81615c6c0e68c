"""Whether a choice of kinds conforms, by ranks alone, and what it costs.

A rank is 0 for a scalar, 1 for a column, -1 for a row, 2 for a matrix; None where it is not known. The costs are those of
the order of preferences: a name that is transposed or stands under tr, det, inv or a norm and is a scalar; a scalar name to
the right of a matrix, vector or row; a scalar that is broadcast over + or -.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tensordiff.functions import SYNONYMS
from tensordiff.matrix.operations import WORDS, called
from tensordiff.matrix.shape_laws import Place, Size, Sizes, rows_and_columns
from tensordiff.parse.kinds.infer import BARS
from tensordiff.parse.names import UNSIZED
from tensordiff.parse.syntax import Syntax, Tree, is_member

Rank = int | None
Cost = tuple[int, int, int]
_AXIS: Size = ("n",)
"""Every axis is as good as another here."""


class _MisfitError(Exception):
    """Ranks that no sizes can reconcile."""


def cost(trees: Sequence[tuple[str, Tree]], ranks: Mapping[str, int]) -> Cost | None:
    """What a choice costs; None where it does not conform."""
    reading = _Reading(ranks)
    try:
        for name, tree in trees:
            for node in tree.nodes:
                reading.values[node] = reading.visit(node)
            reading.defined[name] = reading.values[tree.root]
    except _MisfitError:
        return None
    return reading.on_scalars, reading.right, reading.broadcast


_OF_MANY = frozenset(("to-scalar", "reduced", "reduced-along", "along"))
"""The laws of functions that take many entries together."""


class _Reading:
    def __init__(self, ranks: Mapping[str, int]) -> None:
        self.ranks = ranks
        self.values: dict[Syntax, Rank] = {}
        self.defined: dict[str, Rank] = {}
        self.on_scalars = self.right = self.broadcast = 0

    def visit(self, node: Syntax) -> Rank:
        children = [self.values[child] for child in node.children]
        match node.op:
            case "number":
                return 0
            case "index":
                return self.index(node)
            case "name":
                return self.defined[node.data] if node.data in self.defined else self.ranks.get(node.data, 0)
            case "constant":
                return 2 if node.data == "eye" else 1
            case "negative" | "sum" | "differential":
                return children[0]
            case "add":
                return self.add(node, children)
            case "product":
                return self.product(node, children)
            case "power":
                return self.power(node, *children)
            case "transpose":
                self.refuse_scalar_name(node.children[0], children[0])
                return -children[0] if children[0] in (1, -1) else children[0]
            case "contract":
                return (0, 1, 2)[len(node.data)] if len(node.data) < 3 else None
            case "block":
                return self.block(node, children)
            case "call":
                return self.call(node, children)
        return None

    def index(self, node: Syntax) -> Rank:
        """A member of a family is a vector, any other entry a number."""
        (child,) = node.children
        if any(label.type == "SLICE" for label in node.data):
            single = [label.type != "SLICE" for label in node.data]
            return 1 if len(single) == 1 else {(True, False): -1, (False, True): 1, (False, False): 2}.get(tuple(single[:2]))
        return 1 if is_member(node) and child.op == "name" and self.ranks.get(child.data) == 2 else 0

    def is_name(self, node: Syntax) -> bool:
        """Whether this is a name, or one with an index below it, that might be larger than a scalar."""
        if is_member(node):
            (node,) = node.children
        return node.op == "name" and node.data in self.ranks

    def refuse_scalar_name(self, node: Syntax, rank: Rank) -> None:
        if rank == 0 and self.is_name(node):
            self.on_scalars += 1

    def add(self, node: Syntax, ranks: Sequence[Rank]) -> Rank:
        found: Rank = 0
        for rank in ranks:
            if rank is None:
                return None
            if rank:
                if found and found != rank:
                    raise _MisfitError
                found = rank
        if found:
            self.broadcast += sum(rank == 0 and not _is_number(child) for rank, child in zip(ranks, node.children, strict=True))
        return found

    def product(self, node: Syntax, ranks: Sequence[Rank]) -> Rank:
        left = ranks[0]
        for (operator, _, _), factor, rank in zip(node.data, node.children[1:], ranks[1:], strict=True):
            if operator in ("*", "", "·") and left and rank == 0 and self.is_name(factor):
                self.right += 1
            left = _multiplied(operator, left, rank)
        return left

    def power(self, node: Syntax, base: Rank, exponent: Rank) -> Rank:
        if node.data == ".^":
            return _together(base, exponent)
        if exponent or base in (1, -1):
            raise _MisfitError
        return base

    def block(self, node: Syntax, ranks: Sequence[Rank]) -> Rank:
        if node.data[0] > 1:
            return 2 if len(node.data) > 1 or any(rank in (1, 2) for rank in ranks) else -1
        if any(rank in (2, -1) for rank in ranks):
            return 2
        if any(rank == 1 for rank in ranks):
            self.broadcast += sum(
                rank == 0 and child.op == "name" and child.data in self.ranks
                for rank, child in zip(ranks, node.children, strict=True)
            )
        return 1 if len(ranks) > 1 else ranks[0]

    def call(self, node: Syntax, ranks: Sequence[Rank]) -> Rank:
        name, first = node.data, ranks[0] if ranks else 0
        if name in UNSIZED:
            return 1 if name == "vector" else 2
        if name == "e^":
            return first
        if name == "⟨":
            return 0
        record = called(BARS.get(name) or SYNONYMS.get(name, name), len(node.children))
        if record is None or not record.shape:
            for rank in ranks[1:]:
                first = _together(first, rank)
            return first
        if name in ("tril", "triu") and first:
            return first
        if record.is_constant:
            return _rank(record.law(_Operands(node, ranks)))
        if not record.meets_scalars or name[0] == "‖" or record.shape in _OF_MANY:
            self.refuse_scalar_name(node.children[0], first)
        if name == "|" and first in (1, -1):
            raise _MisfitError
        if any(rank is None for rank in ranks):
            return None
        if not first and record.of_scalar is not None:
            return 0
        return _rank(record.law(_Operands(node, ranks)))


class _Operands:
    """The operands of a function to its shape law (`matrix.shape_laws.Operands`): sizes are there or not, no more."""

    def __init__(self, node: Syntax, ranks: Sequence[Rank]) -> None:
        self.node = node
        self.ranks = ranks

    def __len__(self) -> int:
        return len(self.ranks)

    def sizes(self, place: int) -> Sizes:
        return _SIZES[self.ranks[place] or 0]

    def number(self, place: int) -> int | None:
        argument = self.node.children[place]
        return int(argument.data) if argument.op == "number" and argument.data.denominator == 1 else None

    def size(self, place: int) -> Size:
        return _AXIS

    def square(self, place: int) -> Size:
        if self.ranks[place] != 2:
            raise _MisfitError
        return _AXIS

    def alike(self, places: Sequence[int]) -> Sizes:
        found: Rank = 0
        for place in places:
            found = _together(found, self.ranks[place])
        return _SIZES[found or 0]

    def equal(self, left: Place, right: Place) -> Size:
        first, second = (rows_and_columns(self.sizes(place))[axis] for place, axis in (left, right))
        if bool(first) != bool(second):
            raise _MisfitError
        return first

    def have(self, place: Place, size: Size) -> None:
        operand, axis = place
        if not rows_and_columns(self.sizes(operand))[axis]:
            raise _MisfitError

    def beside(self, place: Place, size: Size, usual: Size, *, ahead: bool) -> Size:
        return usual

    def single(self, place: int) -> None:
        """Any axis is one dimension here."""

    def refuse(self, place: int, needs: str, hint: str | None = None) -> None:
        raise _MisfitError

    def triangular(self, base: Size, strict: bool = False) -> Size:
        return _AXIS


_SIZES: dict[int, Sizes] = {0: (), 1: (_AXIS,), -1: ((), _AXIS), 2: (_AXIS, _AXIS)}


def _rank(sizes: Sizes) -> Rank:
    if len(sizes) == 2:
        return 2 if sizes[0] and sizes[1] else -1 if sizes[1] else 1
    return len(sizes) if len(sizes) < 2 else None


def of_square(name: str) -> bool:
    """Whether a function is of square matrices alone."""
    record = WORDS.get(BARS.get(name) or SYNONYMS.get(name, name))
    return (record is not None and record.needs_square) or name == "|"


def _is_number(node: Syntax) -> bool:
    """Whether nothing but numbers stands in a term."""
    pending = [node]
    while pending:
        inner = pending.pop()
        if inner.op not in ("number", "negative", "product", "power", "add") and not (
            inner.op == "name" and inner.data == "pi"
        ):
            return False
        pending.extend(inner.children)
    return True


def _together(one: Rank, other: Rank) -> Rank:
    if one is None or other is None:
        return None
    if one and other and one != other:
        raise _MisfitError
    return one or other


def _multiplied(operator: str, left: Rank, right: Rank) -> Rank:
    if left is None or right is None:
        return 0 if operator == ":" else None
    if operator in (".*", "./"):
        return _together(left, right)
    if operator == ":":
        if left != right and left and right:
            raise _MisfitError
        return 0
    if operator == "/":
        if right:
            raise _MisfitError
        return left
    if not left or not right:
        return left or right
    if operator in ("kron", "kronsum"):
        return left if left == right else 2
    if operator == "·" and left == right == 1:
        return 0
    found = {(1, -1): 2, (-1, 1): 0, (-1, 2): -1, (2, 1): 1, (2, 2): 2}.get((left, right))
    if found is None:
        raise _MisfitError
    return found
