"""The engine of the printers: a node prints as pieces, which are strings and operands with the least binding level."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from tensordiff.errors import BudgetError
from tensordiff.matrix.node import Matrix


class Operand(NamedTuple):
    """An operand to be printed, in brackets where it binds less tightly than `level`."""

    node: Matrix
    level: int


Piece = str | Operand

CONTRACTION, SUM, PRODUCT, UNARY, POSTFIX, ATOM = range(6)
"""Binding levels, loosest first."""

_BUDGET = 1_000_000


def write(
    root: Matrix,
    pieces: Callable[[Matrix], Sequence[Piece]],
    level: Callable[[Matrix], int],
    *,
    brackets: tuple[str, str] = ("(", ")"),
    limit: int | None = None,
) -> str:
    """The text of a node, made from left to right without recursion; past `limit` characters it ends in "...".

    Raises BudgetError past a million characters (a graph that shares its parts may print much larger than it is).
    """
    out: list[str] = []
    length = 0
    stack: list[Piece] = [Operand(root, CONTRACTION)]
    while stack:
        piece = stack.pop()
        if isinstance(piece, str):
            out.append(piece)
            length += len(piece)
            if limit is not None and length > limit:
                return "".join(out)[:limit] + "..."
            if length > _BUDGET:
                raise BudgetError(
                    f"the expression is over {_BUDGET} characters long when it is written out",
                    hint="name its parts with where, or evaluate it",
                )
            continue
        inner = pieces(piece.node)
        if level(piece.node) < piece.level:
            inner = [brackets[0], *inner, brackets[1]]
        stack.extend(reversed(inner))
    return "".join(out)
