"""Declared variables with compound axes: which other split of an axis would make an operation fit.

A variable of shape "n*m" says how long it is, not in which order its places run over n and m; its neighbours do.
"""

from __future__ import annotations

from tensordiff.matrix.node import Matrix, Shape, normalise
from tensordiff.matrix.operations import OPERATIONS
from tensordiff.matrix.shape import same_size
from tensordiff.tensor import Group

Regrouping = tuple[str, Shape]
"""A symbol's name and the shape that it should have."""


def regroupings(*wanted: tuple[Matrix, int, Group]) -> tuple[Regrouping, ...]:
    """For each (operand, compound axis, wanted group), the declaration of the symbol at that axis that would give it."""
    found: dict[Regrouping, None] = {}
    for node, axis, group in wanted:
        place = _symbol_at(node, axis)
        if place is None:
            continue
        symbol, own = place
        old = (symbol.cols if own else symbol.rows) if len(symbol.shape) <= 2 else ()
        if old != group and old and same_size(old, group):
            # Axes of the same size run in the same order, so that a square variable stays square.
            shape = normalise(tuple(group if current == old else current for current in symbol.shape))
            found[symbol.data[0].name, shape] = None
    return tuple(found)


def _symbol_at(node: Matrix, axis: int) -> tuple[Matrix, int] | None:
    """The symbol whose axis is this compound axis of a value, and which of its axes that is."""
    while node.op != "symbol":
        if node.op == "transpose":
            node, axis = node.children[0], 1 - axis
        elif node.op == "product":
            factors = [x for x in node.children if not x.is_scalar]
            node = factors[-1 if axis else 0]
        elif OPERATIONS[node.op].shape in ("entries", "quotient", "along"):
            node = next(x for x in node.children if not x.is_scalar)
        elif node.op == "diag" and len(node.shape) == 2:
            node = node.children[0]
            axis = 1 if len(node.shape) == 2 else 0
        elif OPERATIONS[node.op].shape in ("square-to-square", "over-matrices", "power"):
            node = node.children[0]
        else:
            return None
    return node, axis
