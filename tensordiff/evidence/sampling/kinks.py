"""Both sides of every branch: relu, abs or a Piecewise agree with something smooth on one side, where mistakes hide."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

import numpy as np

from tensordiff.compile.plan import ranges
from tensordiff.errors import EvaluationError
from tensordiff.evidence.sampling.points import Point, Samples
from tensordiff.evidence.sampling.sizes import SMALLEST
from tensordiff.evidence.sampling.values import Array
from tensordiff.functions import COMPARISONS
from tensordiff.tensor import Apply, Tensor, postorder, split_coefficient

_LOOSE = 8
"""So many draws look at the other side of a branch."""
_ENOUGH = 4


class Kinks:
    """The branches of the functions in some tensors, and on which sides of them there were points.

    A branch whose tensor has one sign for all values that are declared is none.
    """

    def __init__(self, tensors: Sequence[Tensor]) -> None:
        self._names: dict[Tensor, str] = {}
        self._seen: dict[Tensor, set[int]] = {}
        self._ties: list[Tensor] = []
        """What is compared, less the other side."""
        memo: ranges.Memo = {}
        for node in postorder(tensors):
            for branch in node.function.branches(node.children) if isinstance(node, Apply) else ():
                core = split_coefficient(branch)[1]
                low, high = ranges.bounds(core, memo)
                if low < 0 < high and core not in self._seen:
                    self._seen[core] = set()
                    self._names[core] = node.function.name
                    self._ties += [core] if node.function.name in COMPARISONS else []

    @property
    def any(self) -> bool:
        return bool(self._seen)

    @property
    def branches(self) -> list[Tensor]:
        """The tensors whose signs tell the branches apart."""
        return list(self._seen)

    @property
    def unseen(self) -> list[str]:
        """The names of functions of which some branch was always on one side."""
        return list(dict.fromkeys(self._names[branch] for branch, sides in self._seen.items() if len(sides) < 2))

    def exclude(self, samples: Samples) -> None:
        """Takes a side as seen on which the tensors of the samples have no value, as log(a) has none where log(a^2) has its
        other branch: points are drawn there without asking for one."""
        for branch, sides in self._seen.items():
            if len(sides) == 2:
                continue
            loose = samples.loosened([branch])
            drawn = [point for number in range(_LOOSE) for point in islice(loose.real(SMALLEST, number), 2)]
            beyond = [point for point in drawn if not set(_sides(point.value(branch))) <= sides]
            if len(beyond) >= _ENOUGH and not any(point.defines(samples.tensors) for point in beyond):
                sides.update((-1, 1))

    def is_tied(self, point: Point) -> bool:
        """Whether two sides that are compared are equal there, as they are in single points only."""
        try:
            return any(0 in _values(point.value(core)) for core in self._ties)
        except EvaluationError:
            return False

    def see(self, point: Point) -> bool:
        """Take note of where the branches are at a point: whether a side was not seen before."""
        before = sum(map(len, self._seen.values()))
        for branch, sides in self._seen.items():
            try:
                value = point.value(branch)
            except EvaluationError:
                continue
            sides.update(_sides(value))
        return sum(map(len, self._seen.values())) > before


def _sides(value: Array) -> set[int]:
    """The signs of the entries that are not zero."""
    return _values(value) - {0}


def _values(value: Array) -> set[int]:
    """The signs of the entries."""
    return set(np.unique(np.sign(value)).astype(int).tolist())
