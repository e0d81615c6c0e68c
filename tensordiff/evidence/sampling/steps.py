"""The work of evaluating tensors, counted in steps, so that every machine finds the same evidence.

A step is about what takes a microsecond: starting an array operation takes some, an entry of an array of machine numbers
far less than one, an entry that is a Python number (a Fraction, or one of many digits) about one.
"""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt

from tensordiff.evaluate.paths import path_cost
from tensordiff.tensor import Apply, Dim, Einsum, Node, Sum, Tensor

_START = 20.0
"""Steps of starting an operation on arrays."""
_MACHINE = 0.004
"""Steps of an entry that is a machine number."""
_EXACT = 1.5
"""Steps of one that is a Python number."""
_FUNCTION = 20.0
"""How many times that an entry of a function of Python numbers takes (a matrix function iterates)."""
_BUILT = 60.0
"""Steps of making a node, as lowering, differentiating and canonical forms do."""


class Steps:
    """How many steps were taken, by all that share this count."""

    def __init__(self) -> None:
        self.taken = 0.0

    def evaluated(self, node: Node, length: Callable[[Dim], int], *, machine: bool) -> None:
        """Counts the evaluation of one node."""
        if isinstance(node, Tensor):
            each = _MACHINE if machine else _EXACT * (_FUNCTION if isinstance(node, Apply) else 1)
            self.taken += _START + each * _entries(node, length)

    def built(self, nodes: int) -> None:
        """Counts the making of so many nodes."""
        self.taken += _BUILT * nodes


class Budget:
    """So many steps from now on."""

    def __init__(self, steps: Steps, most: float) -> None:
        self._steps = steps
        self._end = steps.taken + most

    @property
    def spent(self) -> bool:
        return self._steps.taken > self._end


def _entries(node: Tensor, length: Callable[[Dim], int]) -> float:
    """How many entries are worked on: those of the sums on the way in a product, n^3 for a function of an n-by-n matrix."""
    if isinstance(node, Einsum):
        sizes = {index: length(dim) for index, dim in enumerate(node.index_dims)}
        return path_cost([frozenset(indices) for _, indices in node.factors], frozenset(node.output), sizes, 10**9)
    count = 1
    for dim in node.dims:
        count *= length(dim)
    if isinstance(node, Sum):
        return float(count * len(node.terms))
    if isinstance(node, Apply) and not node.function.elementwise and node.children:
        inner = 1
        for dim in node.children[0].dims:
            inner *= length(dim)
        return count + inner * sqrt(inner)
    return float(count)
