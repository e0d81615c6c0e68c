"""Expressions that differ from a given one in one place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from tensordiff.errors import TensordiffError
from tensordiff.matrix import Matrix, build
from tensordiff.tensor import postorder

_PLACES = 60
_NODES = 1500


Attempt = Callable[[], Matrix]
"""A part that may not conform: making it may raise."""


def variants(matrix: Matrix, change: Callable[[Matrix], Iterable[Attempt]]) -> Iterator[tuple[Matrix, Matrix, Matrix]]:
    """(expression, old part, new part) for every part and every change of it that conforms; outermost parts first.

    Named parts are left as they are: the names are the user's.
    """
    places: list[tuple[Matrix, tuple[tuple[Matrix, int], ...]]] = [(matrix, ())]
    for node, path in places:
        for attempt in change(node) if len(node.shape) <= 2 and not _is_literal(node) else ():
            try:
                new = attempt()
                made = _rebuilt(path, new)
            except TensordiffError:
                continue
            if made is not matrix:
                yield made, node, new
        if node.op != "named" and len(places) < _PLACES:
            places.extend((child, (*path, (node, p))) for p, child in enumerate(node.children))


def _is_literal(node: Matrix) -> bool:
    """Whether a block of numbers: what becomes of it when it is changed may be right for these numbers alone."""
    return node.op in ("block", "transpose") and all(part.op in ("block", "number", "transpose") for part in postorder([node]))


def _rebuilt(path: tuple[tuple[Matrix, int], ...], new: Matrix) -> Matrix:
    for parent, place in reversed(path):
        new = build.rebuild(parent, (*parent.children[:place], new, *parent.children[place + 1 :]))
    return new


def separated(matrix: Matrix, wanted: Matrix, make: Callable[[int], Matrix]) -> tuple[Matrix, int] | None:
    """The expression with its occurrences of `wanted` replaced by make(0), make(1), ... from left to right, each on its
    own, and their number; None where the expression is too long when it is written out."""
    count = visited = 0
    stack: list[tuple[Matrix, bool]] = [(matrix, False)]
    values: list[Matrix] = []
    while stack:
        node, expanded = stack.pop()
        visited += 1
        if visited > _NODES:
            return None
        if node is wanted:
            values.append(make(count))
            count += 1
        elif not node.children:
            values.append(node)
        elif expanded:
            start = len(values) - len(node.children)
            children = tuple(values[start:])
            del values[start:]
            values.append(node if children == node.children else build.rebuild(node, children))
        else:
            stack.append((node, True))
            stack.extend((child, False) for child in reversed(node.children))
    return values[0], count
