"""Block matrices in programs: parts of an axis are slices, sums of placed blocks are one array put together, as a person
writes them; no matrix of zeros and ones is multiplied by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tensordiff.canonical.block_functions import Cell, Grid
from tensordiff.functions import Inclusion, Place, inclusion
from tensordiff.tensor import (
    Apply,
    Dim,
    Einsum,
    Extent,
    Function,
    Group,
    Named,
    Node,
    Sum,
    Tensor,
    add,
    bottom_up,
    einsum,
    postorder,
    zero,
)


class Part(Function):
    """The part of an axis from `start` on, its place taken by the axes of the part (none for a part of one place)."""

    name = "part"

    def __init__(self, axis: int, start: Extent, part: Group) -> None:
        self.axis = axis
        self.start = start
        self.part = part

    @property
    def parameters(self) -> tuple[bytes | str | int, ...]:
        return (self.axis, str(self.start.terms), *(dim.key for dim in self.part))

    def result_dims(self, arguments: Sequence[Tensor]) -> tuple[Dim, ...]:
        dims = arguments[0].dims
        return dims[: self.axis] + self.part + dims[self.axis + 1 :]

    def evaluate(self, ops: Any, *arguments: Any) -> Any:
        return ops.part(arguments[0], self.axis, self.start, self.part)


class Assembly(Function):
    """An array put together from blocks: `parts` are the groups along each axis, `cells` the places of the arguments; what is
    at no place is zero."""

    name = "assembly"

    def __init__(self, whole: Sequence[Dim], parts: Sequence[Sequence[Group]], cells: Sequence[Cell]) -> None:
        self.whole = tuple(whole)
        self.parts = tuple(tuple(side) for side in parts)
        self.cells = tuple(cells)

    @property
    def parameters(self) -> tuple[bytes | str | int, ...]:
        lengths = [len(self.parts), *(len(side) for side in self.parts), *(len(group) for side in self.parts for group in side)]
        keys = [dim.key for dim in self.whole] + [dim.key for side in self.parts for group in side for dim in group]
        return (*lengths, *keys, repr(self.cells))

    def result_dims(self, arguments: Sequence[Tensor]) -> tuple[Dim, ...]:
        return self.whole

    def evaluate(self, ops: Any, *arguments: Any) -> Any:
        return ops.assemble(self.parts, dict(zip(self.cells, arguments, strict=True)))


def without_inclusions(outputs: Sequence[Tensor]) -> list[Tensor]:
    """The tensors with slices and assemblies in the place of inclusions, wherever these are no result by themselves."""
    if not any(isinstance(node, Apply) and isinstance(node.function, Inclusion) for node in postorder(outputs)):
        return list(outputs)
    memo: dict[Node, Tensor] = {}
    return [_assembled(bottom_up(node, _visit, memo)) for node in outputs]


def _visit(node: Node, children: tuple[Tensor, ...]) -> Tensor:
    if isinstance(node, Einsum):
        return _sliced(node, children)
    if isinstance(node, Sum):
        made = add(zip(node.coefficients, children, strict=True), node.dims)
        whole = _assembled(made)
        if whole is not made or not isinstance(made, Sum):
            return whole
        return add(((c, _assembled(child)) for c, child in made.terms), node.dims)
    if isinstance(node, Apply) and children:
        return Apply.make(node.function, tuple(_assembled(child) for child in children))
    if isinstance(node, Named):
        return Named.make(node.name, _assembled(children[0]))
    assert isinstance(node, Tensor)
    return node


def _assembled(node: Tensor) -> Tensor:
    """A tensor with placed blocks as an assembly; any other as it is."""
    if not isinstance(node, Einsum | Sum):
        return node
    grid = Grid.of(node, square=False)
    if grid is None:
        return node
    cells = {cell: _assembled(content) for cell, content in grid.cells.items()}
    return _assembly(node.dims, [[part.group for part in side] for side in grid.parts], cells)


def _assembly(whole: Sequence[Dim], parts: Sequence[Sequence[Group]], cells: dict[Cell, Tensor]) -> Tensor:
    if not cells:
        return zero(whole)
    if all(len(side) == 1 for side in parts):
        return next(iter(cells.values()))
    return Apply.make(Assembly(whole, parts, list(cells)), tuple(cells.values()))


def _place(node: Tensor) -> Place | None:
    """The place of an inclusion; of a unit vector only where its axis is that of a block matrix."""
    place = Place.of(node)
    return place if (place is not None and place.whole.terms) or isinstance(_function(node), Inclusion) else None


def _function(node: Tensor) -> Function | None:
    return node.function if isinstance(node, Apply) else None


def _sliced(node: Einsum, children: Sequence[Tensor]) -> Tensor:
    """The product with the factors beside an inclusion sliced; inclusions on output indices stay."""
    factors, sizes = _opened(node, children)
    done: list[tuple[Tensor, list[Any]]] = []
    waiting = list(factors)
    while waiting:
        first, slots = waiting.pop(0)
        place = _place(first)
        if place is None:
            done.append((first, slots))
            continue
        index, *inner = slots
        beside = [factor for factor, labels in (*done, *waiting) if index in labels]
        if index in node.output and any(_place(factor) is not None for factor in beside):
            done.append((first, slots))
            continue
        done = [_cut(factor, labels, index, inner, place) for factor, labels in done]
        waiting = [_cut(factor, labels, index, inner, place) for factor, labels in waiting]
        sizes.update(zip(inner, place.part, strict=True))
        if index in node.output:
            done.append((first, slots))
        else:
            sizes.pop(index, None)
    return einsum(done, node.output, sizes)


def _opened(node: Einsum, children: Sequence[Tensor]) -> tuple[list[tuple[Tensor, list[Any]]], dict[Any, Dim]]:
    """The factors with the inclusions of products among them apart, the rest of each such product as one factor."""
    sizes: dict[Any, Dim] = dict(enumerate(node.index_dims))
    factors: list[tuple[Tensor, list[Any]]] = []
    for position, (child, (_, labels)) in enumerate(zip(children, node.factors, strict=True)):
        placed = []
        if isinstance(child, Einsum) and len(set(child.output)) == len(child.output):
            placed = [p for p, (factor, slots) in enumerate(child.factors) if _place(factor) and slots[0] in child.output]
        if not placed or not isinstance(child, Einsum):
            factors.append((child, list(labels)))
            continue
        names: dict[int, Any] = dict(zip(child.output, labels, strict=True))
        rest = [factor for p, factor in enumerate(child.factors) if p not in placed]
        inner = [i for p in placed for i in child.factors[p][1][1:]]
        used = {i for _, slots in rest for i in slots}
        loose = set(range(len(child.index_dims))) - used - {child.factors[p][1][0] for p in placed}
        for i in inner:
            names.setdefault(i, ("inner", position, i))
            sizes[names[i]] = child.index_dims[i]
        kept = [i for i in dict.fromkeys((*child.output, *inner)) if i in used]
        dims = dict(enumerate(child.index_dims))
        summed = {i: dims[i] for i in loose if i not in child.output and i not in inner}
        core = einsum(rest, kept, {**{i: dims[i] for i in used}, **summed})
        factors += [(child.factors[p][0], [names[i] for i in child.factors[p][1]]) for p in placed]
        factors.append((core, [names[i] for i in kept]))
    return factors, sizes


def _cut(factor: Tensor, labels: list[Any], index: Any, inner: list[Any], place: Place) -> tuple[Tensor, list[Any]]:
    """The factor with the part in the place of an axis."""
    outer = _place(factor)
    if outer is not None and labels[1:] == [index]:
        return inclusion(outer.whole, outer.start + place.start, place.part), [labels[0], *inner]
    while index in labels:
        axis = labels.index(index)
        factor = _part(factor, axis, place)
        labels = [*labels[:axis], *inner, *labels[axis + 1 :]]
    return factor, labels


def _part(node: Tensor, axis: int, place: Place) -> Tensor:
    """A part of a tensor along an axis; of an assembly the blocks that are there."""
    if isinstance(node, Apply) and isinstance(node.function, Assembly):
        found = _part_of_assembly(node, node.function, axis, place)
        if found is not None:
            return found
    if isinstance(node, Einsum) and node.output.count(node.output[axis]) == 1:
        return _part_of_product(node, axis, place)
    return Apply.make(Part(axis, place.start, place.part), (node,))


def _part_of_product(node: Einsum, axis: int, place: Place) -> Tensor:
    """A part of a product, from the parts of its factors."""
    index = node.output[axis]
    inner: list[Any] = [("part", p) for p in range(len(place.part))]
    sizes: dict[Any, Dim] = {i: dim for i, dim in enumerate(node.index_dims) if i != index}
    sizes.update(zip(inner, place.part, strict=True))
    factors = [_cut(factor, list(slots), index, inner, place) for factor, slots in node.factors]
    return einsum(factors, [*node.output[:axis], *inner, *node.output[axis + 1 :]], sizes)


def _part_of_assembly(node: Apply, assembly: Assembly, axis: int, place: Place) -> Tensor | None:
    start = Extent(())
    for k, group in enumerate(assembly.parts[axis]):
        if start == place.start and group == place.part:
            rank = len(assembly.whole)
            cells = {
                cell[:axis] + cell[axis + 1 :]: content
                for cell, content in zip(assembly.cells, node.children, strict=True)
                if cell[axis] == k
            }
            others = [other for other in range(rank) if other != axis]
            if any(len(assembly.parts[other]) > 1 for other in others) and len(group) != 1:
                return None
            whole = tuple(d for a, dim in enumerate(assembly.whole) for d in (group if a == axis else (dim,)))
            kept = {(*cell[:axis], 0, *cell[axis:]): content for cell, content in cells.items()}
            sides = [[group] if a == axis else list(side) for a, side in enumerate(assembly.parts)]
            return _assembly(whole, sides, kept)
        start += Extent.of(*group)
    return None
