"""A contraction of a derivative in two stages: what does not depend on the directions is computed beforehand and kept.

Where the parts of the derivative itself are small, these are kept (`preparation`). Else the sweep that never forms the
derivative is: what is kept are then the values that the sweep meets at the point, each no larger than an array of the
function's own evaluation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from tensordiff.compile.plan.effort import cost, elements
from tensordiff.compile.plan.opening import is_outer, open_products
from tensordiff.compile.plan.properties import Memo, properties
from tensordiff.evaluate.paths import contraction_path
from tensordiff.tensor import (
    Dim,
    Einsum,
    Structure,
    Sum,
    Symbol,
    Tensor,
    add,
    einsum,
    postorder,
    rebuild,
    scale,
    split_coefficient,
)

Placed = tuple[Tensor, tuple[int, ...]]


class Split(NamedTuple):
    """A contraction taken apart: `parts` do not depend on the directions; `result` is made of symbols for them and for the
    directions."""

    parts: dict[Tensor, Symbol]
    directions: tuple[Symbol, ...]
    result: Tensor

    def room(self, sizes: Mapping[str, int]) -> int:
        """Entries of the parts that are not inputs."""
        return sum(elements(node.dims, sizes) for node in self.parts if not isinstance(node, Symbol))

    def time(self, sizes: Mapping[str, int]) -> float:
        """The estimated time of one contraction, its parts given."""
        (node,), _ = open_products([self.result], sizes)
        return sum(cost(part, sizes) for part in postorder([node]) if isinstance(part, Einsum | Sum))


def staged(node: Tensor, directions: Mapping[Symbol, Symbol], sizes: Mapping[str, int]) -> Split:
    """The two stages of a tensor that is linear in each of the `directions`; the symbols by which they are called in the
    result are the values."""
    (root,), _ = open_products([node], sizes)
    return _Stages(root, directions, sizes).split()


class _Stages:
    def __init__(self, root: Tensor, directions: Mapping[Symbol, Symbol], sizes: Mapping[str, int]) -> None:
        self.root = root
        self.directions = directions
        self.sizes = sizes
        self.memo: Memo = {}
        self.parts: dict[Tensor, Symbol] = {}
        self.moving: set[Tensor] = set()
        for part in postorder([root]):
            if part in directions or any(child in self.moving for child in part.children):
                self.moving.add(part)
        self.new: dict[Tensor, Tensor] = dict(directions.items())

    def split(self) -> Split:
        if self.root not in self.moving:  # the derivative is zero, or a number of directions
            return Split(self.parts, tuple(self.directions.values()), self._standing(self.root))
        for node in postorder([self.root]):
            if node in self.moving and node not in self.new:
                self.new[node] = self._second(node)
        return Split(self.parts, tuple(self.directions.values()), self.new[self.root])

    def _standing(self, node: Tensor) -> Tensor:
        """The symbol for a value of the first stage."""
        if isinstance(node, Sum) and not node.children:
            return node
        if node not in self.parts:
            structure = Structure.SYMMETRIC if properties(node, self.memo).symmetric else Structure.GENERAL
            self.parts[node] = Symbol.make(f"part{len(self.parts) + 1}", node.dims, structure)
        return self.parts[node]

    def _second(self, node: Tensor) -> Tensor:
        """A node of the second stage, made of symbols."""
        if isinstance(node, Einsum):
            return self._product(node)
        children = tuple(self.new[child] if child in self.moving else self._standing(child) for child in node.children)
        if isinstance(node, Sum):
            return add(zip(node.coefficients, children, strict=True), node.dims)
        return rebuild(node, children)

    def _product(self, node: Einsum) -> Tensor:
        """The product, with outer products of the first stage taken apart and what its order of contraction multiplies
        without a direction multiplied beforehand."""
        coefficient = Fraction(1)
        while outer := {child for child in node.children if self._is_apart(child)}:
            flat = einsum(node.factors, node.output, dict(enumerate(node.index_dims)), flatten=outer)
            inner, core = split_coefficient(flat)
            assert isinstance(core, Einsum)
            coefficient, node = coefficient * inner, core
        factors = self._multiplied(node)
        placed = [(self.new[part] if part in self.moving else self._standing(part), labels) for part, labels in factors]
        summed = {label for _, labels in node.factors for label in labels} - set(node.output)
        loose = {label: dim for label, dim in enumerate(node.index_dims) if label not in summed}
        return scale(coefficient, einsum(placed, node.output, loose))

    def _is_apart(self, node: Tensor) -> bool:
        return isinstance(node, Einsum) and node not in self.moving and is_outer(node, self.sizes)

    def _multiplied(self, node: Einsum) -> list[Placed]:
        lengths = {label: dim.size(self.sizes) for label, dim in enumerate(node.index_dims)}
        operands: list[Placed] = list(node.factors)
        whole = frozenset(node.output)
        waiting: list[Placed | None] = list(operands)
        for i, j in contraction_path([frozenset(labels) for _, labels in operands], whole, lengths):
            second, first = waiting.pop(max(i, j)), waiting.pop(min(i, j))
            made: Placed | None = None
            if first is not None and second is not None and not {first[0], second[0]} & self.moving:
                others = [placed for placed in operands if placed is not first and placed is not second]
                needed = whole.union(*(labels for _, labels in others))
                labels = tuple(x for x in dict.fromkeys((*first[1], *second[1])) if x in needed)
                dims = [node.index_dims[x] for x in labels]
                if self._fits(dims, first[0], second[0]):
                    product = einsum([first, second], labels)
                    made = (product, labels)
                    operands = [*others, made]
            waiting.append(made)
        return operands

    def _fits(self, dims: Sequence[Dim], *factors: Tensor) -> bool:
        """Whether an array is no larger than the larger one of those that it is made of."""
        return elements(dims, self.sizes) <= max(elements(factor.dims, self.sizes) for factor in factors)


Sweep = Callable[[Sequence[Tensor | None]], Tensor | None]
"""The derivative contracted with what is given for f and for each variable, by sweeps; None where that is not defined."""
