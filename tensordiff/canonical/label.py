"""Canonical labelling of one connected network of factors.

The network is a coloured graph: factor vertices (coloured by their key), index vertices (by dimension and output
positions), and slots between them (coloured by position, up to the factor's symmetry). Colour refinement splits the
vertices by their surroundings; where it leaves equals, one is individualised and the search branches, keeping the
smallest certificate. Branches that an automorphism maps to one already seen are skipped. (McKay and Piperno, Practical
graph isomorphism II, 2014, without their refinements for graphs far larger than ours.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tensordiff.errors import BudgetError

_LEAVES = 4000
"""How many complete labellings one network may cost before BudgetError."""


@dataclass(frozen=True, slots=True)
class Vertex:
    """A factor of the network: its colour, an index per slot, and the symmetry class of each slot."""

    colour: bytes
    slots: tuple[int, ...]
    classes: tuple[int, ...]


Certificate = tuple[tuple[bytes, ...], tuple[tuple[bytes, tuple[int, ...]], ...]]


@dataclass(frozen=True, slots=True)
class Labelling:
    certificate: Certificate
    """Equal for two networks exactly when one is a relabelling of the other."""
    order: tuple[int, ...]
    """The factors in canonical order."""
    index_order: tuple[int, ...]
    """The indices in canonical order."""


def label(vertices: Sequence[Vertex], index_colours: Sequence[bytes]) -> Labelling:
    """The canonical labelling of a network; indices are 0..len(index_colours)-1."""
    return _Search(vertices, index_colours).run()


class _Search:
    def __init__(self, vertices: Sequence[Vertex], index_colours: Sequence[bytes]) -> None:
        self.vertices = vertices
        self.index_colours = index_colours
        self.incident: list[list[tuple[int, int]]] = [[] for _ in index_colours]
        for number, vertex in enumerate(vertices):
            for index, kind in zip(vertex.slots, vertex.classes, strict=True):
                self.incident[index].append((number, kind))
        self.leaves = 0

    def run(self) -> Labelling:
        factors = _ranks([v.colour for v in self.vertices])
        indices = _ranks(list(self.index_colours))
        return self._search(*self._refine(factors, indices))

    def _refine(self, factors: list[int], indices: list[int]) -> tuple[list[int], list[int]]:
        """Split colours by surroundings until stable; the colours stay ranks, so their order is canonical."""
        count = len(set(factors)) + len(set(indices))
        while True:
            factors = _ranks(
                [
                    (factors[number], tuple(sorted((k, indices[i]) for i, k in zip(v.slots, v.classes, strict=True))))
                    for number, v in enumerate(self.vertices)
                ]
            )
            indices = _ranks(
                [(indices[i], tuple(sorted((factors[f], k) for f, k in around))) for i, around in enumerate(self.incident)]
            )
            new_count = len(set(factors)) + len(set(indices))
            if new_count == count:
                return factors, indices
            count = new_count

    def _cell(self, factors: list[int], indices: list[int]) -> tuple[bool, list[int]] | None:
        """The first smallest set of vertices that still look alike: (is it of indices, members)."""
        best: tuple[int, int, bool, list[int]] | None = None
        for of_indices, colours in ((True, indices), (False, factors)):
            members: dict[int, list[int]] = {}
            for vertex, colour in enumerate(colours):
                members.setdefault(colour, []).append(vertex)
            for colour in sorted(members):
                cell = members[colour]
                if len(cell) > 1 and (best is None or len(cell) < best[0]):
                    best = (len(cell), colour, of_indices, cell)
        return None if best is None else (best[2], best[3])

    def _individualise(
        self, factors: list[int], indices: list[int], of_indices: bool, vertex: int
    ) -> tuple[list[int], list[int]]:
        colours = indices if of_indices else factors
        # Doubled colours leave room for the chosen vertex just before its former equals.
        split = [2 * c + (1 if v != vertex else 0) if c == colours[vertex] else 2 * c for v, c in enumerate(colours)]
        return self._refine(factors, _ranks(split)) if of_indices else self._refine(_ranks(split), indices)

    def _search(self, factors: list[int], indices: list[int]) -> Labelling:
        cell = self._cell(factors, indices)
        if cell is None:
            return self._leaf(factors, indices)
        of_indices, members = cell
        best: Labelling | None = None
        seen: set[Certificate] = set()
        for vertex in members:
            child = self._individualise(factors, indices, of_indices, vertex)
            # Equal first leaves of two branches are an automorphism between them: the second holds nothing new.
            probe = self._first_leaf(*child).certificate
            if probe in seen:
                continue
            seen.add(probe)
            found = self._search(*child)
            if best is None or found.certificate < best.certificate:
                best = found
        assert best is not None
        return best

    def _first_leaf(self, factors: list[int], indices: list[int]) -> Labelling:
        while (cell := self._cell(factors, indices)) is not None:
            factors, indices = self._individualise(factors, indices, cell[0], cell[1][0])
        return self._leaf(factors, indices)

    def _leaf(self, factors: list[int], indices: list[int]) -> Labelling:
        self.leaves += 1
        if self.leaves > _LEAVES:
            raise BudgetError(
                f"a product of {len(self.vertices)} factors is too symmetric to be brought to canonical form",
                hint="compare it numerically, or name its parts",
            )
        order = sorted(range(len(factors)), key=factors.__getitem__)
        index_order = sorted(range(len(indices)), key=indices.__getitem__)
        place = {index: p for p, index in enumerate(index_order)}
        edges = tuple(
            (
                self.vertices[f].colour,
                tuple(
                    place
                    for _, place in sorted(
                        (kind, place[i]) for i, kind in zip(self.vertices[f].slots, self.vertices[f].classes, strict=True)
                    )
                ),
            )
            for f in order
        )
        certificate = (tuple(self.index_colours[i] for i in index_order), edges)
        return Labelling(certificate, tuple(order), tuple(index_order))


def _ranks(signatures: Sequence[object]) -> list[int]:
    """Each signature replaced by its rank among the distinct ones."""
    rank = {signature: number for number, signature in enumerate(sorted(set(signatures)))}  # type: ignore[type-var]
    return [rank[signature] for signature in signatures]
