"""Canonical labelling of one connected network of factors.

The network is a coloured graph: factor vertices (coloured by what they are), index vertices (by dimension and output
positions), and slots between them (coloured by position, up to the factor's symmetry). Colour refinement splits the
vertices by their surroundings; where it leaves equals, one is individualised and the search branches, keeping the
smallest certificate. Branches that an automorphism maps to one already seen are skipped. (McKay and Piperno, Practical
graph isomorphism II, 2014, without their refinements for graphs far larger than ours.)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from tensordiff.errors import BudgetError

_LEAVES = 4000
"""How many complete labellings one network may cost before BudgetError."""

Colour = tuple[Any, ...]
"""Anything that can be ordered and hashed; all colours of a network can be compared with each other."""


class Vertex(NamedTuple):
    """A factor of the network: its colour, an index per slot, and the symmetry class of each slot."""

    colour: Colour
    slots: tuple[int, ...]
    classes: tuple[int, ...]
    symmetries: tuple[tuple[int, ...], ...] = ()
    """A group of permutations of the slots that leave the factor as it is, where that is more than `classes` say."""

    def written(self, names: Sequence[int]) -> tuple[int, ...]:
        """The first of the ways to write it, with these names of indices."""
        slots = [names[i] for i in self.slots]
        if self.symmetries:
            return min(tuple([slots[p] for p in axes]) for axes in self.symmetries)
        return tuple([i for _, i in sorted(zip(self.classes, slots, strict=True))])


class Labelling(NamedTuple):
    order: list[int]
    """The factors in canonical order: networks that differ by a relabelling are equal when written in this order."""
    index_order: list[int]
    """The indices in canonical order."""


Certificate = tuple[tuple[int, ...], ...]
"""The indices of each factor, by their canonical numbers: equal for two labellings that an automorphism maps to each other."""


def label(vertices: Sequence[Vertex], index_colours: Sequence[Colour]) -> Labelling:
    """The canonical labelling of a network; indices are 0..len(index_colours)-1."""
    return _Search(vertices, len(index_colours)).run(index_colours)


class _Search:
    def __init__(self, vertices: Sequence[Vertex], count: int) -> None:
        self.vertices = vertices
        self.places = [tuple(zip(vertex.classes, vertex.slots, strict=True)) for vertex in vertices]
        self.grouped = {number for number, vertex in enumerate(vertices) if vertex.symmetries}
        self.incident: list[list[tuple[int, int]]] = [[] for _ in range(count)]
        for number, places in enumerate(self.places):
            for kind, index in places:
                self.incident[index].append((number, kind if number not in self.grouped else 0))
        self.factor_colours = [vertex.colour for vertex in vertices]
        self.leaves = 0

    def run(self, index_colours: Sequence[Colour]) -> Labelling:
        factors, indices = self._refine(_ranks(self.factor_colours), _ranks(index_colours))
        if self._cell(factors, indices) is not None:
            _, factors, indices = self._search(factors, indices)
        return Labelling(_in_order(factors), _in_order(indices))

    def _refine(self, factors: list[int], indices: list[int]) -> tuple[list[int], list[int]]:
        """Split colours by surroundings until stable; the colours stay ranks, so their order is canonical."""
        count = _distinct(factors) + _distinct(indices)
        while count < len(factors) + len(indices):
            factors = _ranks(
                [
                    (own, self._around(number, places, indices))
                    for number, (own, places) in enumerate(zip(factors, self.places, strict=True))
                ]
            )
            indices = _ranks(
                [
                    (own, sorted([(factors[f], kind) for f, kind in around]), self._views(index, around, factors, indices))
                    for index, (own, around) in enumerate(zip(indices, self.incident, strict=True))
                ]
            )
            split = _distinct(factors) + _distinct(indices)
            if split == count:
                break
            count = split
        return factors, indices

    def _around(self, number: int, places: Sequence[tuple[int, int]], indices: list[int]) -> Any:
        if number in self.grouped:
            return self.vertices[number].written(indices)
        return sorted([(kind, indices[i]) for kind, i in places])

    def _views(self, index: int, around: Sequence[tuple[int, int]], factors: list[int], indices: list[int]) -> Any:
        """How an index stands among those of the factors around it that a group of permutations leaves as they are: those at
        its own slots in all the ways to write such a factor."""
        found = []
        for f in dict.fromkeys(f for f, _ in around if f in self.grouped):
            slots = self.vertices[f].slots
            ways = [tuple([(indices[slots[p]], slots[p] == index) for p in axes]) for axes in self.vertices[f].symmetries]
            found.append((factors[f], min(ways)))
        return sorted(found)

    def _cell(self, factors: list[int], indices: list[int]) -> tuple[bool, list[int]] | None:
        """The first smallest set of vertices that still look alike: (is it of indices, members)."""
        if _distinct(factors) + _distinct(indices) == len(factors) + len(indices):
            return None
        best: tuple[int, bool, list[int]] | None = None
        for of_indices, colours in ((True, indices), (False, factors)):
            members: dict[int, list[int]] = {}
            for vertex, colour in enumerate(colours):
                members.setdefault(colour, []).append(vertex)
            for colour in sorted(members):
                cell = members[colour]
                if len(cell) > 1 and (best is None or len(cell) < best[0]):
                    best = (len(cell), of_indices, cell)
        return None if best is None else best[1:]

    def _individualise(
        self, factors: list[int], indices: list[int], of_indices: bool, vertex: int
    ) -> tuple[list[int], list[int]]:
        colours = indices if of_indices else factors
        # Doubled colours leave room for the chosen vertex just before its former equals.
        split = [2 * c + (1 if v != vertex else 0) if c == colours[vertex] else 2 * c for v, c in enumerate(colours)]
        return self._refine(factors, _ranks(split)) if of_indices else self._refine(_ranks(split), indices)

    def _search(self, factors: list[int], indices: list[int]) -> tuple[Certificate, list[int], list[int]]:
        """The labelling of least certificate among those that split these colours: (certificate, factors, indices)."""
        cell = self._cell(factors, indices)
        if cell is None:
            return self._certificate(factors, indices), factors, indices
        of_indices, members = cell
        best: tuple[Certificate, list[int], list[int]] | None = None
        seen: set[Certificate] = set()
        for vertex in members:
            child = self._individualise(factors, indices, of_indices, vertex)
            # Equal first leaves of two branches are an automorphism between them: the second holds nothing new.
            probe = self._certificate(*self._first_leaf(*child))
            if probe in seen:
                continue
            seen.add(probe)
            found = self._search(*child)
            if best is None or found[0] < best[0]:
                best = found
        assert best is not None
        return best

    def _first_leaf(self, factors: list[int], indices: list[int]) -> tuple[list[int], list[int]]:
        while (cell := self._cell(factors, indices)) is not None:
            factors, indices = self._individualise(factors, indices, cell[0], cell[1][0])
        return factors, indices

    def _certificate(self, factors: list[int], indices: list[int]) -> Certificate:
        """The network as this labelling writes it. Factors and indices of one colour are in the same places in every
        labelling, so that colours need not be written."""
        self.leaves += 1
        if self.leaves > _LEAVES:
            raise BudgetError(
                f"a product of {len(self.places)} factors is too symmetric to be brought to canonical form",
                hint="compare it numerically, or name its parts",
            )
        return tuple([self.vertices[f].written(indices) for f in _in_order(factors)])


def _ranks(signatures: Sequence[Any]) -> list[int]:
    """Each signature replaced by its rank among the distinct ones."""
    order = sorted(range(len(signatures)), key=signatures.__getitem__)
    ranks = [0] * len(signatures)
    rank, last = -1, None
    for place in order:
        if signatures[place] != last:
            rank, last = rank + 1, signatures[place]
        ranks[place] = rank
    return ranks


def _distinct(ranks: list[int]) -> int:
    return max(ranks, default=-1) + 1


def _in_order(ranks: list[int]) -> list[int]:
    """Places in the order of their ranks, which are all different."""
    return sorted(range(len(ranks)), key=ranks.__getitem__)
