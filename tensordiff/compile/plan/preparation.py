"""Which parts of a derivative are computed beforehand, so that it is applied to a direction in the fewest steps.

A derivative is a sum of products. A product is contracted with a direction factor by factor; a part of it, or all of it, is
multiplied out beforehand where that pays within a few applications.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import sqrt
from typing import NamedTuple

from tensordiff.compile.plan.effort import cost, elements
from tensordiff.compile.plan.opening import open_products
from tensordiff.compile.plan.properties import Memo, properties
from tensordiff.compile.plan.stages import Split, staged
from tensordiff.functions import INVERSE
from tensordiff.tensor import (
    Apply,
    Dim,
    Einsum,
    Structure,
    Sum,
    Symbol,
    Tensor,
    add,
    einsum,
    multiply,
    permute,
    postorder,
    scale,
    split_coefficient,
)

Axes = tuple[int, ...]
Swept = Callable[[Sequence[Symbol]], Tensor | None]
"""The tensor contracted with symbols over the groups of axes that are asked for, by sweeps; None where there are none."""
Placed = tuple[Tensor, Axes]

_CALLS = 10
"""How many applications the work that is done beforehand is weighed against."""
_APART = 0.5
"""A part that the derivative has as one is left unformed where that takes less than this share of the time."""
_STEP = 300.0
"""Cost of an operation besides that of its entries, as in `order`."""
_SMALL = 10_000
"""Parts of so many entries may always be kept."""
_FASTER = 0.7
"""A sweep is chosen for its time where it takes less than this share."""
_INVERSE, _SOLVE = 0.5, 0.1
"""Cost of forming an inverse, and of factorising to solve with it, in units of n^3."""


class _Term(NamedTuple):
    """coefficient * product of the factors. Labels are numbered so that equal terms look equal: by the axes of the output,
    then as they come."""

    coefficient: Fraction
    factors: tuple[Placed, ...]
    output: Axes
    dims: tuple[Dim, ...]


_KEPT = 256
"""Preparations are remembered for so many contractions."""
_known: dict[tuple[Tensor, tuple[Axes, ...], str, tuple[tuple[str, int], ...]], Split] = {}


def prepared(
    tensor: Tensor,
    groups: tuple[Axes, ...],
    name: str,
    sizes: Mapping[str, int],
    sweep: Swept,
) -> Split:
    """How to contract groups of axes of the tensor with arrays: by parts of the derivative, or where these are larger than
    all that goes in and comes out, or slower, by the sweep with directions for the groups."""
    key = tensor, groups, name, tuple(sorted(sizes.items()))
    found = _known.get(key)
    if found is None:
        if len(_known) >= _KEPT:
            _known.clear()
        found = _known[key] = _chosen(tensor, groups, name, Defaults(sizes), sweep)
    return found


def _chosen(
    tensor: Tensor,
    groups: tuple[Axes, ...],
    name: str,
    sizes: Mapping[str, int],
    sweep: Swept,
) -> Split:
    apart = _Splitter(tensor, groups, name, sizes).split()
    room = apart.room(sizes)
    inputs = {node for node in postorder([tensor]) if isinstance(node, Symbol)}
    outside = sum(elements(node.dims, sizes) for node in (*inputs, *apart.directions)) + elements(apart.result.dims, sizes)
    functions = any(_is_widened(part) for part in postorder(list(apart.parts)))
    if not functions and room <= _SMALL + outside / 4 and apart.time(sizes) <= _STEP * _CALLS:
        return apart
    fresh = [Symbol.make(f"{symbol.name}'", symbol.dims) for symbol in apart.directions]
    swept = sweep(fresh)
    if swept is None:
        return apart
    whole = staged(swept, dict(zip(fresh, apart.directions, strict=True)), sizes)
    if functions or room > _SMALL + outside + whole.room(sizes):
        return whole
    return whole if whole.time(sizes) < _FASTER * apart.time(sizes) else apart


def opened(tensor: Tensor, sizes: Mapping[str, int]) -> list[tuple[Fraction, Tensor]]:
    """The sum of products that the tensor is, each with its coefficient: nothing in it is larger than it must be."""
    (node,), _ = open_products([tensor], sizes)
    found: list[tuple[Fraction, Tensor]] = []
    for coefficient, term in node.terms if isinstance(node, Sum) else ((Fraction(1), node),):
        inner, core = split_coefficient(term)
        found.append((coefficient * inner, core))
    return found


def flat(core: Tensor) -> Einsum:
    """A node as a product, of itself alone if it is none."""
    return core if isinstance(core, Einsum) else _whole(core)


def _whole(core: Tensor) -> Einsum:
    axes = tuple(range(core.rank))
    return Einsum.make(((core, axes),), axes, core.dims)


class Defaults(dict[str, int]):
    """Sizes, where unknown ones count as typical."""

    def __missing__(self, name: str) -> int:
        return 100


def _is_widened(node: Tensor) -> bool:
    """Whether a function has more axes than its argument: the derivative of a function of a matrix, entry by entry."""
    return isinstance(node, Apply) and bool(node.children) and node.rank > node.children[0].rank > 0


class _Splitter:
    def __init__(self, tensor: Tensor, groups: tuple[Axes, ...], name: str, sizes: Mapping[str, int]) -> None:
        self.tensor = tensor
        self.groups = groups
        self.sizes = sizes
        taken = {axis for group in groups for axis in group}
        self.kept = [axis for axis in range(tensor.rank) if axis not in taken]
        self.directions = tuple(
            Symbol.make(name if len(groups) == 1 else f"{name}{number}", tuple(tensor.dims[axis] for axis in group))
            for number, group in enumerate(groups, start=1)
        )
        self.parts: dict[Tensor, Symbol] = {}
        self.memo: Memo = {}

    def split(self) -> Split:
        terms = [_term(coefficient, self._chosen(core)) for coefficient, core in opened(self.tensor, self.sizes)]
        return Split(self.parts, self.directions, self._sum(_merged(terms)))

    def _sum(self, terms: Sequence[_Term]) -> Tensor:
        """The sum of the terms, each with its directions; a vector that all have on one axis of the result stands once:
        s .* d - s*(s'*d) is s .* (d - s'*d)."""
        dims = [self.tensor.dims[axis] for axis in self.kept]
        for place, axis in enumerate(self.kept if len(terms) > 1 else ()):
            on_axis = [[node for node, labels in term.factors if labels == (term.output[axis],)] for term in terms]
            common = next((node for node in on_axis[0] if all(node in nodes for nodes in on_axis[1:])), None)
            if common is not None:
                rest = [_without(term, (common, (term.output[axis],))) for term in terms]
                vector, labels = self._symbol(common, (place,), set())
                inner = add([self._contracted(term) for term in rest], dims)
                return einsum([(vector, labels), (inner, range(len(dims)))], range(len(dims)))
        return add([self._contracted(term) for term in terms], dims)

    def _contracted(self, term: _Term) -> tuple[Fraction, Tensor]:
        """The term with its directions, in symbols for its factors."""
        coefficient, factors = self._scaled(term)
        # A repeated label of the output joins axes.
        given = [(direction, [term.output[x] for x in group]) for direction, group in self._placed()]
        output = [term.output[axis] for axis in self.kept]
        loops = {x for _, labels in given for x in labels} & set(output)
        placed = [self._symbol(node, labels, loops) for node, labels in factors]
        return coefficient, einsum([*placed, *given], output, dict(enumerate(term.dims)))

    def _placed(self) -> list[tuple[Symbol, Axes]]:
        return list(zip(self.directions, self.groups, strict=True))

    def _scaled(self, term: _Term) -> tuple[Fraction, Sequence[Placed]]:
        """The coefficient moved to the smallest factor that is computed anyway, if there is one. One that the term has twice
        would be there twice, and must be no larger than the result."""
        nodes = [node for node, _ in term.factors]
        room = elements([self.tensor.dims[axis] for axis in self.kept], self.sizes)
        free = [
            p
            for p, (node, labels) in enumerate(term.factors)
            if (not isinstance(node, Symbol) or len(labels) < 2)
            and (nodes.count(node) == 1 or elements(node.dims, self.sizes) <= room)
        ]
        if term.coefficient == 1 or not free:
            return term.coefficient, term.factors
        place = min(free, key=lambda p: (elements(term.factors[p][0].dims, self.sizes), p))
        node, labels = term.factors[place]
        return Fraction(1), (*term.factors[:place], (scale(term.coefficient, node), labels), *term.factors[place + 1 :])

    def _symbol(self, node: Tensor, labels: Axes, loops: set[int]) -> Placed:
        """What stands for a factor. One that is multiplied with the direction entry by entry over some axes (`loops`) has
        these first, as matrix products for each want it."""
        first = sorted(range(len(labels)), key=lambda axis: (labels[axis] not in loops, axis))
        if node.rank > 2 and first != list(range(len(labels))) and len(set(labels)) == len(labels):
            node, labels = permute(node, first), tuple(labels[axis] for axis in first)
        if node not in self.parts:
            structure = Structure.SYMMETRIC if properties(node, self.memo).symmetric else Structure.GENERAL
            self.parts[node] = Symbol.make(f"part{len(self.parts) + 1}", node.dims, structure)
        return self.parts[node], labels

    def _chosen(self, core: Tensor) -> Einsum:
        """A term as a product of factors that are computed beforehand, as few applications are fastest with."""
        whole = _whole(core)
        if not isinstance(core, Einsum):
            return whole
        current, best = core, self._weighted(core)
        for block in core.children:
            if isinstance(block, Einsum):
                apart = einsum(current.factors, current.output, dict(enumerate(current.index_dims)), flatten={block})
                if not isinstance(apart, Einsum):
                    continue
                if self._is_copy(block, current) or self._time(self._weighted(apart)) < _APART * self._time(best):
                    current, best = apart, self._weighted(apart)
        return whole if len(set(core.output)) == core.rank and self._time(whole) < self._time(best) else best

    def _is_copy(self, block: Einsum, term: Einsum) -> bool:
        """Whether a part is a large matrix with weights that the term has without them too: it is read from memory once if
        it is the same array in both places."""
        matrices = [node for node, labels in block.factors if len(labels) > 1]
        if len(matrices) != 1 or block.rank != matrices[0].rank:
            return False
        large = 2 * elements(block.dims, self.sizes) > _CALLS * (_STEP + 2 * max(d.size(self.sizes) for d in block.dims))
        return large and any(node is matrices[0] for node, _ in term.factors)

    def _time(self, term: Einsum) -> float:
        """The estimated time of some applications with what is computed beforehand for them."""
        given = [(direction, [term.output[axis] for axis in group]) for direction, group in self._placed()]
        output = [term.output[axis] for axis in self.kept]
        call = cost(einsum([*term.factors, *given], output, dict(enumerate(term.index_dims))), self.sizes)
        return _CALLS * call + self._forming(term.children)

    def _forming(self, nodes: Sequence[Tensor]) -> float:
        """The estimated time of computing the nodes from functions and variables."""
        total = 0.0
        inverted: set[Tensor] = {node for node in nodes if _is_inverse(node)}
        total += sum(_INVERSE * self._cube(node) for node in inverted)
        stack, seen = [node for node in nodes if isinstance(node, Einsum | Sum)], set(nodes)
        while stack:
            node = stack.pop()
            if isinstance(node, Einsum):
                total += cost(node, self.sizes)
            for child in node.children:
                if child in seen:
                    continue
                seen.add(child)
                if isinstance(child, Einsum | Sum):
                    stack.append(child)
                elif _is_inverse(child):
                    total += _SOLVE * self._cube(child)
        return total

    def _cube(self, matrix: Tensor) -> float:
        entries = float(elements(matrix.dims, self.sizes))
        return entries * sqrt(entries)

    def _weighted(self, node: Einsum) -> Einsum:
        """The product with vectors on one index made one vector, and that a part of a matrix which is small and computed
        anyway."""
        vectors: dict[int, list[Tensor]] = {}
        rest: list[Placed] = []
        for part, labels in node.factors:
            if len(labels) == 1:
                vectors.setdefault(labels[0], []).append(part)
            else:
                rest.append((part, labels))
        for label, parts in vectors.items():
            vector = multiply(*parts) if len(parts) > 1 else parts[0]
            length = elements(vector.dims, self.sizes)
            for place, (matrix, labels) in enumerate(rest):
                small = 2 * elements(matrix.dims, self.sizes) < _CALLS * (_STEP + 2 * length)
                if labels.count(label) == 1 and small and isinstance(matrix, Einsum | Sum):
                    made = einsum([(matrix, labels), (vector, (label,))], labels)
                    rest[place] = (made, labels)
                    break
            else:
                rest.append((vector, (label,)))
        return Einsum.make(tuple(rest), node.output, node.index_dims)


def _is_inverse(node: Tensor) -> bool:
    return isinstance(node, Apply) and node.function == INVERSE


def _term(coefficient: Fraction, node: Einsum) -> _Term:
    order = dict.fromkeys(node.output)
    for _, labels in node.factors:
        order.update(dict.fromkeys(labels))
    order.update(dict.fromkeys(range(len(node.index_dims))))
    number = {label: place for place, label in enumerate(order)}
    factors = tuple((part, tuple(number[x] for x in labels)) for part, labels in node.factors)
    output = tuple(number[x] for x in node.output)
    return _Term(coefficient, factors, output, tuple(node.index_dims[label] for label in order))


def _without(term: _Term, factor: Placed) -> _Term:
    """The term with one such factor fewer."""
    place = term.factors.index(factor)
    return term._replace(factors=(*term.factors[:place], *term.factors[place + 1 :]))


def _merged(terms: Sequence[_Term]) -> list[_Term]:
    """c A B + d A C as A (c B + d C): terms that differ in one factor are one."""
    result: list[_Term] = []
    waiting = list(terms)
    while waiting:
        term = waiting.pop(0)
        for place, other in enumerate(waiting):
            both = _both(term, other)
            if both is not None:
                waiting[place] = both
                break
        else:
            result.append(term)
    return result


def _both(one: _Term, other: _Term) -> _Term | None:
    """The sum of two terms that differ in one factor on the same labels."""
    if one.output != other.output or one.dims != other.dims or len(one.factors) != len(other.factors):
        return None
    rest = list(other.factors)
    alone: list[int] = []
    for place, factor in enumerate(one.factors):
        if factor in rest:
            rest.remove(factor)
        else:
            alone.append(place)
    if not alone:
        return one._replace(coefficient=one.coefficient + other.coefficient)
    if len(alone) > 1:
        return None
    (place,), ((right, names),) = alone, rest
    left, labels = one.factors[place]
    if sorted(names) != sorted(labels) or len(set(labels)) != len(labels):
        return None
    turned = permute(right, [names.index(label) for label in labels])
    made = add([(one.coefficient, left), (other.coefficient, turned)], left.dims)
    factors = (*one.factors[:place], (made, labels), *one.factors[place + 1 :])
    return one._replace(coefficient=Fraction(1), factors=factors)
