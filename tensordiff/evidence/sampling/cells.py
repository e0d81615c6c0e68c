"""The cells into which kinks cut the space: relu(x - 5)*relu(6 - x) is zero but in one of three, whose neighbours tell nothing.

A cell is known by the signs that all branches have in it. Cells are looked for on lines: between two points the signs of the
branches change one by one, and where several change, the middle is looked at, until each change stands alone. What is found
is where further lines begin, on which all symbols move, or those of one branch, or one entry: so the cell in which four
branches of two symbols are positive is found, although no line between two random points meets it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from fractions import Fraction
from itertools import chain

import numpy as np

from tensordiff.errors import EvaluationError
from tensordiff.evidence.sampling.points import Point, Samples
from tensordiff.evidence.sampling.precision import kink_scales
from tensordiff.evidence.sampling.values import Array
from tensordiff.tensor import Symbol, Tensor, postorder

_MOST_BRANCHES = 12
_MOST_CELLS = 250
_MOST_LOOKS = 6000
"""So many points of lines are looked at."""
_MOST_ON_A_LINE = 300
_STARTS = 6
"""Lines begin at so many of the points that are given; at every one in a cell that is found."""
_ENTRIES = 3
"""So many entries of a symbol are moved alone."""
_ALONE = (30, 8)
"""So many times an interval is halved in which one branch changes, on lines from what is given and from what is found: beside
the change another cell may begin, as that of 1 - abs(x - 5) does at the kink of abs."""
_TOGETHER = 45
"""So many times, one in which several do: in double precision, beyond which those change together."""
_DIGITS = 60
_DEEPEST = 180
"""And so many times with these digits, where constants are so large that double precision cannot tell them apart."""
_LARGE = 10
"""Powers of ten from which on they may be."""

Signs = tuple[Array, ...]
"""Of the entries of each branch."""


class Cells:
    """The cells in which there were points."""

    def __init__(self, branches: Sequence[Tensor]) -> None:
        self._branches = list(branches)[:_MOST_BRANCHES]
        self._symbols = [{s.name for s in postorder([b]) if isinstance(s, Symbol)} for b in self._branches]
        self._known: set[object] = set()
        self._looks = 0
        self._deepest = _DEEPEST if max(map(abs, kink_scales(branches)), default=0) >= _LARGE else _TOGETHER
        self.complete = len(branches) <= _MOST_BRANCHES or any(branch.dims for branch in branches)
        """Whether lines led on from every cell that was found. Entries of arrays are never all told apart."""

    def is_new(self, point: Point) -> bool:
        """Whether a point is in a cell in which none was that was asked about before."""
        signs = self._signs(point)
        return signs is not None and self._is_new(signs)

    def _is_new(self, signs: Signs) -> bool:
        cell = _cell(signs)
        if cell in self._known or len(self._known) >= _MOST_CELLS:
            return False
        self._known.add(cell)
        return True

    def _signs(self, point: Point) -> Signs | None:
        try:
            return tuple(np.asarray(np.sign(point.value(branch))).astype(np.int8) for branch in self._branches)
        except EvaluationError:
            return None

    def beyond(self, points: Sequence[Point], samples: Samples) -> Iterator[Point]:
        """A point in each cell that is found on lines between these points, and those between what was found."""
        known = self._one_of_each(points)
        found: list[tuple[Point, Signs]] = []
        for number, source in enumerate(chain(known[:_STARTS], found)):
            alone = _ALONE[number >= _STARTS]
            peers = [other for other in known + found if other is not source and other[0].sizes == source[0].sizes]
            for line in self._lines(*source, peers, samples.convex, given=number < _STARTS):
                if self._looks >= _MOST_LOOKS:
                    self.complete = any(branch.dims for branch in self._branches)
                    return
                for point, signs in self._along(line, alone):
                    if self._is_new(signs) and point.defines(samples.tensors):
                        found.append((point, signs))
                        yield point
        if len(self._known) >= _MOST_CELLS:
            self.complete = any(branch.dims for branch in self._branches)

    def _one_of_each(self, points: Sequence[Point]) -> list[tuple[Point, Signs]]:
        """The first point in each cell, for each assignment of sizes."""
        found: dict[object, tuple[Point, Signs]] = {}
        for point in points:
            if (signs := self._signs(point)) is not None:
                found.setdefault((_cell(signs), *sorted(point.sizes.items())), (point, signs))
        return list(found.values())

    def _lines(
        self, source: Point, signs: Signs, peers: Sequence[tuple[Point, Signs]], movable: Collection[str], *, given: bool
    ) -> Iterator[_Line]:
        """From a point, to others on the other side of each branch; all symbols move on those from a point that was given."""
        names = frozenset(movable)
        lines: dict[tuple[int, object], _Line] = {}
        for number, symbols in enumerate(self._symbols):
            there = [at for at, (_, theirs) in enumerate(peers) if np.any(signs[number] * theirs[number] < 0)]
            for at in dict.fromkeys(there[:1] + there[-1:]) if given else ():
                lines.setdefault((at, names), _Line(source, peers[at][0], names))
            for at in there[-1:]:
                own = names & symbols
                lines.setdefault((at, own), _Line(source, peers[at][0], own))
                if not signs[number].ndim:
                    for name in sorted(own):
                        for entry in range(min(_ENTRIES, source.exact[name].size) if source.exact[name].size > 1 else 0):
                            lines.setdefault((at, (name, entry)), _Line(source, peers[at][0], {name}, entry))
        yield from lines.values()

    def _along(self, line: _Line, alone: int) -> Iterator[tuple[Point, Signs]]:
        """Points in the cells that a line meets, with the signs there."""
        looked = self._looks
        ends = [(place, self._look(line, place)) for place in (Fraction(0), Fraction(1))]
        intervals = [(ends[0], ends[1], 0)]
        while intervals and self._looks - looked < _MOST_ON_A_LINE:
            (low, before), (high, after), depth = intervals.pop()
            if before is None or after is None:
                continue
            changes = sum(int(np.sum(a != b)) for a, b in zip(before[1], after[1], strict=True))
            if not changes or depth >= (alone if changes == 1 else self._deepest):
                continue
            place = (low + high) / 2
            middle = self._look(line, place, precise=depth >= _TOGETHER)
            if middle is not None:
                yield middle
            intervals += [((place, middle), (high, after), depth + 1), ((low, before), (place, middle), depth + 1)]

    def _look(self, line: _Line, place: Fraction, *, precise: bool = False) -> tuple[Point, Signs] | None:
        self._looks += 1
        point = line.at(place)
        point = point.with_digits(_DIGITS) if precise else point
        signs = self._signs(point)
        return None if signs is None else (point, signs)


def _cell(signs: Signs) -> object:
    """What is the same for all points of a cell. Of branches with equal axes, the entries are taken together, in any order."""
    together: dict[tuple[int, ...], list[Array]] = {}
    for sign in signs:
        together.setdefault(sign.shape, []).append(sign.reshape(-1))
    return tuple(frozenset(zip(*(part.tolist() for part in parts), strict=True)) for parts in together.values())


class _Line:
    """The points between two points; what may not have other values than those between is as it is at the first one."""

    def __init__(self, first: Point, second: Point, movable: Collection[str], entry: int | None = None) -> None:
        self._first = first
        self._moves: dict[str, Array] = {}
        for name, value in first.exact.items():
            if name in movable:
                move = second.exact[name] - value
                if entry is not None:
                    move = np.where(np.arange(move.size).reshape(move.shape) == entry, move, 0)
                self._moves[name] = move

    def at(self, place: Fraction) -> Point:
        first = self._first
        moved = {name: np.asarray(first.exact[name] + place * move, dtype=object) for name, move in self._moves.items()}
        return Point({**first.exact, **moved}, first.sizes, first.ops)
