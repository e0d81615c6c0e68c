"""Literal arrays are sums of a term for each entry, which rules understand; to be evaluated, such a sum is one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from tensordiff.functions import Constant, Unit, constant
from tensordiff.tensor import Apply, Dim, Einsum, Node, Sum, Tensor, add, bottom_up, postorder, rebuild

_FEWEST = 4
"""Sums of fewer entries are as well evaluated as they are."""

Place = tuple[int, ...]


class Table(Constant):
    """The array with given numbers at given places (counted from 1), and zeros elsewhere."""

    name = "table"

    def __init__(self, axes: Sequence[Dim], entries: Mapping[Place, Fraction]) -> None:
        self.axes = tuple(axes)
        self.entries = dict(sorted(entries.items()))

    @property
    def parameters(self) -> tuple[bytes | str | int, ...]:
        return (*super().parameters, str(list(self.entries.items())))

    def evaluate(self, ops: Any, *args: Any) -> Any:
        made = np.zeros([ops.size(dim) for dim in self.axes], dtype=object)
        for place, value in self.entries.items():
            made[tuple(k - 1 for k in place)] = value
        return ops.literal(made)


def tabulated(tensor: Tensor) -> Tensor:
    """The tensor with a table for the numbers at single places among the terms of each sum."""
    if not any(isinstance(node, Sum) and len(node.children) >= _FEWEST for node in postorder([tensor])):
        return tensor

    def visit(node: Node, children: tuple[Tensor, ...]) -> Tensor:
        assert isinstance(node, Tensor)
        made = rebuild(node, children)
        return _gathered(made) if isinstance(made, Sum) and len(made.children) >= _FEWEST else made

    return bottom_up(tensor, visit)


def _gathered(node: Sum) -> Tensor:
    entries: dict[Place, Fraction] = {}
    rest: list[tuple[Fraction, Tensor]] = []
    for coefficient, term in node.terms:
        place = _place(term)
        if place is None:
            rest.append((coefficient, term))
        else:
            entries[place] = coefficient
    if len(entries) < _FEWEST:
        return node
    return add([(1, constant(Table(node.dims, entries))), *rest])


def _place(term: Tensor) -> Place | None:
    """Where a tensor that is zero elsewhere is 1; None where it is none, or where sizes are not known."""
    if isinstance(term, Apply) and isinstance(term.function, Unit):
        return (term.function.k,) if term.dims[0].value is not None else None
    if not isinstance(term, Einsum) or len(term.factors) != len(term.output):
        return None
    found: dict[int, int] = {}
    for factor, indices in term.factors:
        if not isinstance(factor, Apply) or not isinstance(factor.function, Unit) or factor.dims[0].value is None:
            return None
        found[indices[0]] = factor.function.k
    alone = len(found) == len(term.output) == len(set(term.output)) and found.keys() == set(term.output)
    return tuple(found[index] for index in term.output) if alone else None
