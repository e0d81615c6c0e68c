"""The untyped syntax tree: what was written, and where. Every language is read into it; it knows no shapes."""

from __future__ import annotations

from typing import Any, NamedTuple


class Range(NamedTuple):
    """One index of a sum: `low` and `high` are what was written, None for the full range; `without` are letters that it
    skips (k != i), `above` letters that it stays above (i < j)."""

    letter: str
    low: str | None = None
    high: str | None = None
    without: tuple[str, ...] = ()
    above: tuple[str, ...] = ()

    @property
    def limit(self) -> str | None:
        """The name at the upper end of a full range: n of i = 1..n and of i = 0..n-1."""
        high = (self.high or "").strip("{} ")
        if self.low == "0":
            high, _, one = high.partition("-")
            if one.strip() != "1":
                return None
        return high.strip() if self.low in ("0", "1") and high.strip().isalpha() else None


class Syntax:
    """One operation as written. `start` and `end` are its place in the user's text (0-based, end exclusive).

    op and data:
        number (Fraction)   name (str)          call (str), children the arguments
        negative            power ("^" or ".^"), children base and exponent
        transpose           the mark as written where it may be a prime, "'", else "T"
        add                 one (sign, start, end) for each term after the first; signs are "+" and "-"
        product             one (operator, start, end) for each factor after the first; operators are
                            * / .* ./ kron kronsum, "·" (inner product of two vectors, else the product), ":" (the sum of
                            products of entries) and "" for a product written by juxtaposition
        index               the letters (str) and 1-based places (int) as tokens; Slice for rows, columns and blocks
        contract            the letters on the right of the arrow
        block               the number of entries in each row, children row by row
        sum                 the ranges (Range, ...), the child is what is summed
        differential        the order (int), the child is what d is of
        derivative          (sign, order); children: what is differentiated, then the variables (none for a bare nabla)
        constant            "eye" or "ones", of a size that its neighbours have
    Calls have the names of the functions of the language, "|" for bars, "‖" with the subscript for norms.
    `closed` says that brackets stand around the operation.
    """

    __slots__ = ("children", "closed", "data", "end", "op", "start")

    def __init__(self, op: str, start: int, end: int, children: tuple[Syntax, ...] = (), data: Any = None) -> None:
        self.op = op
        self.start = start
        self.end = end
        self.children = children
        self.data = data
        self.closed = False

    def __repr__(self) -> str:
        return f"<Syntax {self.op} {self.data!r} at {self.start}:{self.end}>"


def is_member(node: Syntax) -> bool:
    """Whether an index may pick a member of a family: one letter, written below the name."""
    return node.op == "index" and len(node.data) == 1 and node.data[0].type == "NAME" and node.data[0].mark == "below"


class Tree:
    """A parsed text: its nodes in postorder, so that a pass over the tree is one loop and nothing recurses."""

    __slots__ = ("nodes", "notes", "text")

    def __init__(self, text: str, root: Syntax) -> None:
        self.text = text
        self.nodes: list[Syntax] = []
        self.notes: tuple[str, ...] = ()
        """What the language assumed."""
        stack = [root]
        while stack:
            node = stack.pop()
            self.nodes.append(node)
            stack.extend(node.children)
        self.nodes.reverse()

    @property
    def root(self) -> Syntax:
        return self.nodes[-1]

    def source(self, node: Syntax) -> str:
        """The text that a node was written as."""
        return self.text[node.start : node.end]

    def names(self) -> list[str]:
        """Every name that stands as a value, in order of appearance, once."""
        return list(dict.fromkeys(node.data for node in self.nodes if node.op == "name"))
