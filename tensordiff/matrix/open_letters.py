"""Open index letters: what may hold them, and how those of several operands join."""

from __future__ import annotations

from collections.abc import Sequence

from tensordiff.errors import ShapeError
from tensordiff.matrix.node import Free, Matrix, shape_text
from tensordiff.matrix.text import brief
from tensordiff.tensor import Group, group_text


def merge_free(operation: str, nodes: Sequence[Matrix]) -> Free:
    """The open letters of the operands together, in order of appearance.

    Raises ShapeError where one letter runs over two sizes, or where entries meet a whole matrix.
    """
    for node in nodes:
        if node.free:
            break
    else:
        return ()
    merged: dict[str, tuple[Group, Matrix]] = {}
    for node in nodes:
        if not node.is_scalar:
            raise ShapeError(
                f"cannot {operation} entries and the whole of {brief(node)} ({shape_text(node.shape)})",
                hint=f"give {brief(node)} its indices, e.g. {brief(node)}[{','.join('ijklmnpq'[: len(node.shape)])}]",
            )
        for letter, group in node.free:
            known, other = merged.setdefault(letter, (group, node))
            if known != group:
                raise ShapeError(
                    f"the index {letter} runs over {group_text(known)} in {brief(other)}"
                    f" and over {group_text(group)} in {brief(node)}"
                )
    return tuple((letter, group) for letter, (group, _) in merged.items())


def refuse_open(operation: str, nodes: Sequence[Matrix]) -> None:
    """Raises ShapeError where a matrix operation is given an entry with open indices."""
    for node in nodes:
        if node.free:
            letters = ",".join(letter for letter, _ in node.free)
            raise ShapeError(
                f"{operation} needs a whole matrix, but {brief(node)} is one entry with the open indices {letters}",
                hint=f"apply it before indexing: {operation}(...)[{letters}]",
            )
