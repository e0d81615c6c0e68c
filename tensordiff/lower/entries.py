"""Index notation: entries, what is made of them, and the contraction that closes them.

The value of an open node has the axes of its letters, in the order of `node.free`. A letter over a compound axis stands
for several labels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tensordiff.functions import Unit, constant, power
from tensordiff.matrix import Matrix
from tensordiff.tensor import Apply, Dim, Group, Tensor, add, apply, einsum

Label = tuple[object, int]
Values = Sequence[Tensor]
Placed = tuple[Tensor, list[Label]]


def _labels(node: Matrix) -> list[Label]:
    """The labels of the axes of an open node."""
    return [(letter, p) for letter, group in node.free for p in range(len(group))]


def _sizes(node: Matrix) -> dict[Label, Dim]:
    return {(letter, p): dim for letter, group in node.free for p, dim in enumerate(group)}


def entry(node: Matrix, values: Values) -> Tensor:
    """A value with letters for axes; a literal place is a product with a unit vector."""
    letters, groups = node.data
    labels: list[Label] = []
    units: list[Placed] = []
    for axis, (letter, group) in enumerate(zip(letters, groups, strict=True)):
        own: object = ("place", axis) if isinstance(letter, int) else letter
        labels.extend((own, p) for p in range(len(group)))
        if isinstance(letter, int):
            units.extend((unit, [(own, p)]) for p, unit in enumerate(_units(letter, group)))
    return einsum([(values[0], labels), *units], _labels(node))


def _units(place: int, group: Group) -> list[Apply]:
    """The unit vectors, one for each axis of a group, that pick a place counted from 1 (the last axis is the fastest)."""
    rest = place - 1
    units: list[Apply] = []
    for position in reversed(range(len(group))):
        dim = group[position]
        digit = rest
        if position and rest:
            rest, digit = divmod(rest, dim.size({}))
        elif position:
            digit = 0
        units.append(constant(Unit(dim, digit + 1)))
    return units[::-1]


def _product(children: Sequence[Matrix], values: Values, output: Sequence[Label], sizes: Mapping[Label, Dim]) -> Tensor:
    """The product of open values; products of entries among them are opened, so that a sum is one flat contraction."""
    opened = {value for child, value in zip(children, values, strict=True) if child.free and child.op in ("product", "divide")}
    factors = [(value, _labels(child)) for child, value in zip(children, values, strict=True)]
    return einsum(factors, output, sizes, flatten=opened)


def multiply_entries(node: Matrix, values: Values) -> Tensor:
    return _product(node.children, values, _labels(node), _sizes(node))


def divide_entries(node: Matrix, values: Values) -> Tensor:
    return _product(node.children, (values[0], power(values[1], -1)), _labels(node), _sizes(node))


def add_entries(node: Matrix, values: Values) -> Tensor:
    spread = _spread(node, values)
    return add(zip(node.data, spread, strict=True))


def raise_entries(node: Matrix, values: Values) -> Tensor:
    base, exponent = values
    return power(*(_spread(node, values) if exponent.dims else (*_spread(node, (base,)), exponent)))


def apply_entries(node: Matrix, values: Values) -> Tensor:
    return apply(node.data[0], *_spread(node, values))


def _spread(node: Matrix, values: Values) -> list[Tensor]:
    """Operands repeated along the open letters that they lack."""
    labels, sizes = _labels(node), _sizes(node)
    children = node.children[: len(values)]
    return [einsum([(value, _labels(child))], labels, sizes) for child, value in zip(children, values, strict=True)]


def contract(node: Matrix, values: Values) -> Tensor:
    """Each term summed over its own letters that are not on the right, and repeated along those that it lacks."""
    output, coefficients = node.data
    group_of: dict[str, Group] = {letter: group for child in node.children for letter, group in child.free}
    labels: list[Label] = [(letter, p) for letter in output for p in range(len(group_of[letter]))]
    sizes: dict[Label, Dim] = {(letter, p): dim for letter in output for p, dim in enumerate(group_of[letter])}
    terms = [
        _product([child], [value], labels, {**sizes, **_sizes(child)})
        for child, value in zip(node.children, values, strict=True)
    ]
    return add(zip(coefficients, terms, strict=True), tuple(sizes[label] for label in labels))
