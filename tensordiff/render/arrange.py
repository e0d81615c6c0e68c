"""The order in which a product prints: along its contractions, from free index to free index.

A factor is its indices, one for each slot; `symmetric` factors may be read in either direction.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

Slots = tuple[int, ...]


class Step(NamedTuple):
    """One factor of a path, and whether the path enters it by its last slot; a vector on the way is a weight."""

    place: int
    backward: bool
    weight: bool = False

    def turned(self) -> Step:
        return self._replace(backward=not self.backward)


class Chain(NamedTuple):
    """Two-slot factors one after the other, perhaps with a vector at either end, as a matrix product reads.

    `ends` are the open indices at its ends. A closed chain without vectors at its ends is a trace.
    """

    steps: list[Step]
    ends: tuple[int, ...]


def contraction_order(factors: Sequence[Slots], output: Sequence[int]) -> tuple[list[Step], list[Step]]:
    """Every factor once: scalars and what is closed, and paths that start at the output indices in order."""
    return _Walk(factors, output).order()


class _Walk:
    def __init__(self, factors: Sequence[Slots], output: Sequence[int]) -> None:
        self.factors = factors
        self.output = list(dict.fromkeys(output))
        self.at: dict[int, list[int]] = {}
        for place, slots in enumerate(factors):
            for index in dict.fromkeys(slots):
                self.at.setdefault(index, []).append(place)
        self.placed = [False] * len(factors)

    def order(self) -> tuple[list[Step], list[Step]]:
        scalars = [Step(place, False) for place, slots in enumerate(self.factors) if not slots]
        for step in scalars:
            self.placed[step.place] = True
        open_steps: list[Step] = []
        for index in self.output:
            open_steps.extend(self.component(index))
        closed: list[Step] = []
        vectors = [place for place, slots in enumerate(self.factors) if len(set(slots)) == 1]
        for place in [*vectors, *range(len(self.factors))]:
            if not self.placed[place]:
                closed.extend(self.component(self.factors[place][0]))
        return scalars + closed, open_steps

    def component(self, start: int) -> list[Step]:
        """Paths from `start`, then from the inner indices that they passed, as long as something is left there."""
        steps: list[Step] = []
        pending = [start]
        done: set[int] = set()
        while pending:
            index = pending.pop(0)
            while path := self.path(index):
                backward = sum(step.backward for step in path if len(self.factors[step.place]) > 1)
                if 2 * backward > sum(len(self.factors[step.place]) > 1 for step in path):
                    path = [step.turned() for step in reversed(path)]
                steps.extend(path)
                for step in path:
                    inner = [i for i in self.factors[step.place] if i not in self.output and i not in done]
                    done.update(inner)
                    pending.extend(dict.fromkeys(inner))
        return steps

    def path(self, index: int) -> list[Step]:
        """What is met on the way from an index: its vectors, then a factor that leads on."""
        path: list[Step] = []
        while True:
            here = self.left(index)
            path.extend(self.put(place, False) for place in here if len(set(self.factors[place])) == 1)
            onward = [place for place in here if not self.placed[place]]
            if not onward:
                return path
            # An entrance by the first slot reads naturally.
            place = min(onward, key=lambda p: (self.factors[p][0] != index, p))
            path.append(self.put(place, self.factors[place][-1] == index))
            others = [i for i in dict.fromkeys(self.factors[place]) if i != index]
            inner = [i for i in others if i not in self.output and self.left(i)]
            if not inner:
                return path
            index = inner[0]

    def left(self, index: int) -> list[int]:
        found = [place for place in self.at.get(index, ()) if not self.placed[place]]
        self.at[index] = found
        return found

    def put(self, place: int, backward: bool) -> Step:
        self.placed[place] = True
        return Step(place, backward)


def components(factors: Sequence[Slots], output: Sequence[int]) -> list[list[int]]:
    """The places of factors that are joined by inner indices, each group in order, groups by their first factor."""
    group_of: dict[int, int] = {}
    parent = list(range(len(factors)))

    def find(place: int) -> int:
        while parent[place] != place:
            parent[place] = parent[parent[place]]
            place = parent[place]
        return place

    outside = set(output)
    for place, slots in enumerate(factors):
        for index in slots:
            if index in outside:
                continue
            first, second = find(group_of.setdefault(index, place)), find(place)
            parent[max(first, second)] = min(first, second)
    groups: dict[int, list[int]] = {}
    for place in range(len(factors)):
        groups.setdefault(find(place), []).append(place)
    return list(groups.values())


def chain_of(factors: Sequence[Slots], symmetric: Sequence[bool], output: Sequence[int]) -> Chain | None:
    """The factors, which are joined to each other, as one matrix product; None where they are none."""
    if any(not 1 <= len(slots) <= 2 or (len(slots) == 2 and slots[0] == slots[1] and len(factors) > 1) for slots in factors):
        return None
    edges: dict[int, list[int]] = {}
    vectors: dict[int, list[int]] = {}
    for place, slots in enumerate(factors):
        for index in slots:
            (edges if len(slots) == 2 else vectors).setdefault(index, []).append(place)
    ends = [index for index in dict.fromkeys(output) if index in edges or index in vectors]
    tips: list[int] = []
    for index in [*edges, *(index for index in vectors if index not in edges)]:
        joined, loose = len(edges.get(index, ())), len(vectors.get(index, ()))
        if index in ends:
            if joined > 1 or (not joined and loose > 1):
                return None
        elif joined == 1 and loose == 1:
            tips.append(index)
        elif joined != 2 and (joined, loose) != (0, 2):
            return None
    if len(ends) + len(tips) not in (0, 2) and not (len(ends) == 1 and len(factors) == 1):
        return None
    steps = _follow(factors, edges, vectors, ends, tips)
    if len(steps) != len(factors):
        return None
    directed = [step for step in steps if len(factors[step.place]) == 2 and not symmetric[step.place]]
    backward = sum(step.backward for step in directed)
    if ends and tips:
        turn = len(factors[steps[0].place]) == 1 and not steps[0].weight
    else:
        turn = 2 * backward > len(directed)
    if turn:
        steps, ends = [step.turned() for step in reversed(steps)], ends[::-1]
    return Chain(steps, tuple(ends))


def _follow(
    factors: Sequence[Slots],
    edges: dict[int, list[int]],
    vectors: dict[int, list[int]],
    ends: list[int],
    tips: list[int],
) -> list[Step]:
    """The path from the first open end, else from a vector at a tip, else round a cycle."""
    steps: list[Step] = []
    used: set[int] = set()
    index = ends[0] if ends else tips[0] if tips else factors[0][0]
    while True:
        tip = index in tips or (index not in edges and not ends)
        for place in vectors.get(index, ()):
            if place not in used:
                used.add(place)
                steps.append(Step(place, False, weight=not tip and index in edges))
        onward = [place for place in edges.get(index, ()) if place not in used]
        if not onward:
            return steps
        place = onward[0]
        used.add(place)
        steps.append(Step(place, factors[place][1] == index))
        index = factors[place][0] if factors[place][1] == index else factors[place][1]
