"""Sizes that were inferred and do not fit, told in the words of the user."""

from __future__ import annotations

from collections.abc import Sequence

from tensordiff.errors import ShapeError
from tensordiff.parse.kinds.sizes import Naming, Sizes
from tensordiff.parse.syntax import Syntax, Tree


class ConflictError(Exception):
    """Two operands whose sizes cannot be reconciled: the operation, and the two places with what is there."""

    def __init__(self, node: Syntax, verb: str, places: Sequence[tuple[int, int, Sizes]]) -> None:
        super().__init__(verb)
        self.node = node
        self.verb = verb
        self.places = places
        self.tree: Tree
        self.progress = 0

    def error(self, naming: Naming) -> ShapeError:
        """The error in the user's words, both places and both sizes."""
        text = self.tree.text
        described = [f"{text[start:end]} ({naming.text(sizes)})" for start, end, sizes in self.places]
        start, end = self._operation()
        return ShapeError(
            f"cannot {self.verb} {' and '.join(described)}",
            text=text, start=start, end=end,
            hint="shapes were inferred (capitals are matrices, a to g scalars, h to z vectors); declare them to say otherwise",
        )  # fmt: skip

    def _operation(self) -> tuple[int, int]:
        """The place of the operator between the two operands, of the whole operation where there is none."""
        if self.node.op in ("add", "product") and len(self.places) == 2:
            for (_, start, end), operand in zip(self.node.data, self.node.children[1:], strict=True):
                if operand.start == self.places[1][0] and end > start:
                    return start, end
        return self.node.start, self.node.end
