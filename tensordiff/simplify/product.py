"""A product under simplification: factors on indices, with the places of every index at hand.

Passes that normalise a monomial work on this mutable form; it lives only inside one call and is never shared.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from tensordiff.tensor import Apply, Dim, Factor, Indices, Tensor


class Product:
    """coefficient * product of factors (node, indices), summed over the indices that are not in the output.

    `factors` maps a number to each factor; `places[i]` lists (factor number, slot) for every occurrence of index i.
    An index with no place and not in the output is a scalar factor n; `indices` are all that count, in order.
    """

    def __init__(
        self, coefficient: Fraction, factors: Iterable[Factor], output: Indices, dims: Iterable[tuple[int, Dim]]
    ) -> None:
        self.coefficient = coefficient
        self.output = output
        self.dims: dict[int, Dim] = dict(dims)
        self.places: dict[int, list[tuple[int, int]]] = {i: [] for i in self.dims}
        self.factors: dict[int, Factor] = dict(enumerate(factors))
        self._next_factor = len(self.factors)
        self._next_index = max(self.dims, default=-1) + 1
        for number, (_, indices) in self.factors.items():
            for slot, index in enumerate(indices):
                self.places[index].append((number, slot))

    def insert(self, node: Tensor, indices: Sequence[int]) -> int:
        """Add a factor; its number."""
        number = self._next_factor
        self._next_factor += 1
        self.factors[number] = (node, tuple(indices))
        for slot, index in enumerate(indices):
            self.places[index].append((number, slot))
        return number

    def remove(self, number: int) -> Factor:
        """Take a factor out; its indices stay."""
        node, indices = self.factors.pop(number)
        for slot, index in enumerate(indices):
            self.places[index].remove((number, slot))
        return node, indices

    def fresh(self, dim: Dim) -> int:
        """A new index."""
        index = self._next_index
        self._next_index += 1
        self.dims[index] = dim
        self.places[index] = []
        return index

    def drop(self, index: int) -> None:
        """Forget an index that occurs nowhere: a sum that has been carried out."""
        assert not self.places[index] and index not in self.output
        del self.places[index], self.dims[index]

    def unite(self, first: Sequence[int], second: Sequence[int]) -> None:
        """Make the indices equal, one by one: multiplication by identities. Earlier names stay valid in `output`."""
        first, second = list(first), list(second)
        for p in range(len(first)):
            keep, gone = first[p], second[p]
            if keep == gone:
                continue
            assert self.dims[keep] is self.dims[gone]
            if len(self.places[keep]) < len(self.places[gone]):
                keep, gone = gone, keep
            for number in {number for number, _ in self.places[gone]}:
                node, indices = self.factors[number]
                self.factors[number] = (node, tuple(keep if i == gone else i for i in indices))
            self.places[keep].extend(self.places.pop(gone))
            del self.dims[gone]
            if gone in self.output:
                self.output = tuple(keep if i == gone else i for i in self.output)
            first = [keep if i == gone else i for i in first]
            second = [keep if i == gone else i for i in second]

    def link(self, index: int) -> tuple[int, int, int, int] | None:
        """(factor, slot, factor, slot) for an inner index that joins two different factors and nothing else."""
        around = self.places.get(index, ())
        if len(around) != 2 or index in self.output:
            return None
        (a, slot_a), (b, slot_b) = around
        return None if a == b else (a, slot_a, b, slot_b)

    def heads(self) -> set[type]:
        """The kinds of functions among the factors; rules about other functions need not be tried."""
        return {type(node.function) for node, _ in self.factors.values() if isinstance(node, Apply)}

    def __len__(self) -> int:
        return len(self.factors)
