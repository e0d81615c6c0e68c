"""Index notation: entries, what is made of them, and the contraction that closes them.

The value of an open node has the axes of its letters, in the order of `node.free`. A letter over a compound axis stands
for several labels.
"""

from __future__ import annotations

from tensordiff.functions import Unit, constant, power
from tensordiff.matrix import Matrix
from tensordiff.tensor import Apply, Dim, Einsum, Group, Tensor, add, apply, einsum

Label = tuple[object, int]
Values = tuple[Tensor, ...]
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


def _placed(node: Matrix, value: Tensor) -> list[Placed]:
    """The factors of an open value: a product of entries is opened, so that a sum over it is one flat contraction."""
    labels = _labels(node)
    if not (node.free and node.op in ("product", "divide") and isinstance(value, Einsum)):
        return [(value, labels)]
    names: dict[int, Label] = {}
    for index, label in zip(value.output, labels, strict=True):
        if names.setdefault(index, label) != label:
            return [(value, labels)]
    for index in range(len(value.index_dims)):
        names.setdefault(index, ((node.key, value.key), index))
    return [(factor, [names[i] for i in indices]) for factor, indices in value.factors]


def multiply_entries(node: Matrix, values: Values) -> Tensor:
    factors = [placed for child, value in zip(node.children, values, strict=True) for placed in _placed(child, value)]
    return einsum(factors, _labels(node), _sizes(node))


def divide_entries(node: Matrix, values: Values) -> Tensor:
    above, below = node.children
    factors = [*_placed(above, values[0]), (power(values[1], -1), _labels(below))]
    return einsum(factors, _labels(node), _sizes(node))


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
        einsum(_placed(child, value), labels, {**sizes, **_sizes(child)})
        for child, value in zip(node.children, values, strict=True)
    ]
    return add(zip(coefficients, terms, strict=True), tuple(sizes[label] for label in labels))
