"""Both sides of every branch: relu, abs or a Piecewise agree with something smooth on one side, where mistakes hide."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from fractions import Fraction
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
_MOST_BRANCHES = 8
_MOST_TOGETHER = 60
_LINES = 2
_HALVINGS = 40
_STEPS = tuple(Fraction(1, 2**k) for k in (3, 6, 10, 16, 30))
"""So far from the place where a branch changes sides, as parts of a line, points are looked at."""


class Kinks:
    """The branches of the functions in some tensors, and on which sides of them there were points.

    A branch whose tensor has one sign for all values that are declared is none.
    """

    def __init__(self, tensors: Sequence[Tensor]) -> None:
        self._names: dict[Tensor, str] = {}
        self._seen: dict[Tensor, set[int]] = {}
        self._ties: list[Tensor] = []
        """What is compared, less the other side."""
        self._together: set[tuple[bytes, ...]] = set()
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

    def beside(self, points: Sequence[Point], samples: Samples) -> Iterator[Point]:
        """Points close to the places where branches change sides, on both sides of each: relu(x - 5)*relu(6 - x) is zero but
        between two kinks, both sides of which are seen elsewhere. The places are searched for on lines between points of equal
        sizes on different sides."""
        movable = samples.convex
        for branch in list(self._seen)[:_MOST_BRANCHES]:
            for first, second in islice(_apart(branch, points), _LINES):
                line = _Line(first, second, movable)
                root = line.root(branch)
                for place in [] if root is None else [root + sign * step for step in _STEPS for sign in (-1, 1)]:
                    if 0 <= place <= 1 and (point := line.at(place)).defines(samples.tensors):
                        yield point

    def is_new(self, point: Point) -> bool:
        """Whether the branches are together on sides on which they were together at none of the points asked about before."""
        try:
            signs = tuple(np.sign(point.value(branch)).astype(np.int8).tobytes() for branch in self._seen)
        except EvaluationError:
            return False
        if signs in self._together or len(self._together) >= _MOST_TOGETHER:
            return False
        self._together.add(signs)
        return True

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


def _apart(branch: Tensor, points: Sequence[Point]) -> Iterator[tuple[Point, Point]]:
    """Pairs of points of equal sizes at which an entry of a branch has different signs."""
    by_sizes: dict[tuple[tuple[str, int], ...], list[tuple[Point, Array]]] = {}
    for point in points:
        try:
            signs = np.sign(point.value(branch))
        except EvaluationError:
            continue
        known = by_sizes.setdefault(tuple(sorted(point.sizes.items())), [])
        other = next((other for other, theirs in reversed(known) if np.any(signs * theirs < 0)), None)
        known.append((point, signs))
        if other is not None:
            yield other, point


class _Line:
    """The points between two points; what may have other values than those between is as it is at the first one."""

    def __init__(self, first: Point, second: Point, movable: Collection[str]) -> None:
        self._first = first
        self._moves = {name: second.exact[name] - value for name, value in first.exact.items() if name in movable}

    def at(self, place: Fraction) -> Point:
        first = self._first
        moved = {name: np.asarray(first.exact[name] + place * move, dtype=object) for name, move in self._moves.items()}
        return Point({**first.exact, **moved}, first.sizes, first.ops, first.steps)

    def root(self, branch: Tensor) -> Fraction | None:
        """Where an entry of the branch changes its sign, found by halving."""
        low, high = Fraction(0), Fraction(1)
        try:
            start = self.at(low).value(branch)
            entry = np.argmax(np.sign(start) * np.sign(self.at(high).value(branch)) < 0)
            sign = np.sign(start.flat[entry])
            if np.sign(self.at(high).value(branch).flat[entry]) != -sign:
                return None
            for _ in range(_HALVINGS):
                middle = (low + high) / 2
                if np.sign(self.at(middle).value(branch).flat[entry]) == sign:
                    low = middle
                else:
                    high = middle
        except EvaluationError:
            return None
        return (low + high) / 2


def _sides(value: Array) -> set[int]:
    """The signs of the entries that are not zero."""
    return _values(value) - {0}


def _values(value: Array) -> set[int]:
    """The signs of the entries."""
    return set(np.unique(np.sign(value)).astype(int).tolist())
