"""The untyped syntax tree: what was written, and where."""

from __future__ import annotations

from typing import Any


class Syntax:
    """One operation as written. `start` and `end` are its place in the user's text (0-based, end exclusive).

    op and data:
        number (Fraction)   name (str)          call (str), children the arguments
        negative            transpose           power ("^" or ".^"), children base and exponent
        add                 one (sign, start, end) for each term after the first; signs are "+" and "-"
        product             one (operator, start, end) for each factor after the first; operators are
                            * / .* ./ kron, and "" for a product written by juxtaposition
        index               the letters (str) and 1-based places (int)
        contract            the letters on the right of the arrow
        block               the number of entries in each row, children row by row
    """

    __slots__ = ("children", "data", "end", "op", "start")

    def __init__(self, op: str, start: int, end: int, children: tuple[Syntax, ...] = (), data: Any = None) -> None:
        self.op = op
        self.start = start
        self.end = end
        self.children = children
        self.data = data

    def __repr__(self) -> str:
        return f"<Syntax {self.op} {self.data!r} at {self.start}:{self.end}>"


class Tree:
    """A parsed text: its nodes in postorder, so that a pass over the tree is one loop and nothing recurses."""

    __slots__ = ("nodes", "text")

    def __init__(self, text: str, root: Syntax) -> None:
        self.text = text
        self.nodes: list[Syntax] = []
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
