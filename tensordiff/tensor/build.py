"""Smart constructors: the only way that passes make index-form nodes.

They pull out coefficients, unify indices through identities and permutations (delta elimination), drop zeros and
collect equal terms. They never expand a product of sums and never open a shared product.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import chain, count
from typing import Any

from tensordiff.errors import ShapeError
from tensordiff.tensor.base import Tensor, dims_text
from tensordiff.tensor.dim import Dim
from tensordiff.tensor.function import Function
from tensordiff.tensor.node import Node, bottom_up
from tensordiff.tensor.nodes import Apply, Einsum, Named, Sum

Label = Hashable
Number = int | Fraction

ONE = Einsum.make((), (), ())
"""The scalar 1, the empty product."""

UNIT = Fraction(1)
"""The coefficient of most terms; `times` knows it."""
_ZERO = Fraction(0)
_INNER = object()
"""Marks the labels of inner indices, so that they are like no label of a caller."""

_SMALL_SUM = 12
"""Sums of at most so many terms are merged into an outer sum; longer ones stay shared."""


def zero(dims: Sequence[Dim] = ()) -> Tensor:
    """The zero tensor with these axes."""
    return Sum.make((), tuple(dims))


def number(value: Number) -> Tensor:
    """The scalar with this exact value."""
    return scale(value, ONE)


def is_zero(node: Tensor) -> bool:
    return isinstance(node, Sum) and not node.children


def as_number(node: Tensor) -> Fraction | None:
    """The value of a scalar that is a plain number, else None."""
    coefficient, core = split_coefficient(node)
    if core is ONE:
        return coefficient
    return _ZERO if is_zero(node) and not node.dims else None


def split_coefficient(node: Tensor) -> tuple[Fraction, Tensor]:
    """node as coefficient * rest; the coefficient is 1 unless the node is a multiple of one term."""
    if isinstance(node, Sum) and len(node.children) == 1:
        return node.coefficients[0], node.children[0]
    return UNIT, node


def scale(coefficient: Number, node: Tensor) -> Tensor:
    """coefficient * node."""
    if coefficient is UNIT or coefficient == 1:
        return node
    return add([(coefficient, node)], node.dims)


def add(terms: Iterable[tuple[Number, Tensor]], dims: Sequence[Dim] | None = None) -> Tensor:
    """The linear combination of (coefficient, tensor) pairs; `dims` is needed only where there may be no term."""
    collected: dict[Tensor, Fraction] = {}
    if dims is not None:
        dims = tuple(dims)
    for coefficient, node in terms:
        if dims is None:
            dims = node.dims
        elif node.dims != dims:
            raise ShapeError(f"cannot add tensors of sizes {dims_text(tuple(dims))} and {dims_text(node.dims)}")
        if coefficient is UNIT or coefficient == 1:
            factor = UNIT
        elif not coefficient:
            continue
        else:
            factor = coefficient if isinstance(coefficient, Fraction) else Fraction(coefficient)
        inner = node.terms if isinstance(node, Sum) and len(node.children) <= _SMALL_SUM else ((UNIT, node),)
        for own, part in inner:
            value = times(factor, own)
            known = collected.get(part)
            collected[part] = value if known is None else known + value
    assert dims is not None, "an empty sum needs dims"
    return combination(collected, tuple(dims))


def combination(collected: Mapping[Tensor, Fraction], dims: tuple[Dim, ...]) -> Tensor:
    """The sum of tensors by their coefficients, in the order given; none of them is opened."""
    kept = tuple([(c, node) for node, c in collected.items() if c is UNIT or c])
    if len(kept) == 1 and (kept[0][0] is UNIT or kept[0][0] == 1):
        return kept[0][1]
    return Sum.make(kept, dims)


def times(first: Fraction, second: Fraction) -> Fraction:
    """The product of two coefficients, most of which are UNIT itself."""
    return second if first is UNIT else first if second is UNIT else first * second


def einsum(
    factors: Iterable[tuple[Tensor, Sequence[Label]]],
    output: Sequence[Label],
    sizes: Mapping[Any, Dim] | None = None,
    *,
    flatten: bool | Collection[Tensor] = False,
) -> Tensor:
    """The product of the factors, summed over the labels that are not in `output`.

    Labels are any hashable values, one per axis (a string gives one label per letter). `sizes` gives the dimension of
    labels that are in no factor: in the output they broadcast, outside they count as a scalar factor n. Permutations,
    diagonals and identities among the factors are unified away; with `flatten`, products among them are opened too
    (all of them, or only the nodes given).

        >>> from tensordiff.tensor import Dim, Symbol
        >>> n, m = Dim.named("n"), Dim.named("m")
        >>> A = Symbol.make("A", (n, m))
        >>> einsum([(A, "ik"), (A, "jk")], "ij").dims  # A @ A.T
        (Dim(n), Dim(n))
    """
    coefficient = UNIT
    dim_of: dict[Label, Dim] = dict(sizes) if sizes else {}
    united: list[tuple[Label, Label]] = []
    flat: list[tuple[Tensor, Sequence[Label]]] = []
    # A stack of what is still to be placed, in order; opened products push their own factors.
    pending = list(factors)
    pending.reverse()
    fresh = 0
    while pending:
        node, labels = pending.pop()
        for label, dim in zip(labels, node.dims, strict=True):
            if dim_of.setdefault(label, dim) is not dim:
                raise ShapeError(f"one index runs over {dim_of[label]} and over {dim}")
        if isinstance(node, Sum) and len(node.children) <= 1:
            if not node.children:
                coefficient = _ZERO
                continue
            coefficient = times(coefficient, node.coefficients[0])
            pending.append((node.children[0], labels))
        elif isinstance(node, Einsum) and (len(node.factors) <= 1 or flatten is True or (flatten and node in flatten)):
            names: dict[int, Label] = {}
            for index, label in zip(node.output, labels, strict=True):
                if names.setdefault(index, label) != label:
                    united.append((names[index], label))
            for index, dim in enumerate(node.index_dims):
                if index not in names:
                    names[index] = label = (_INNER, fresh)
                    dim_of[label] = dim
                    fresh += 1
            pending.extend([(inner, [names[i] for i in indices]) for inner, indices in reversed(node.factors)])
        else:
            flat.append((node, labels))
    if coefficient is not UNIT and not coefficient:
        return zero([dim_of[label] for label in output])
    if united:
        root = _roots(dim_of, united)
        dim_of = {root[label]: dim for label, dim in dim_of.items()}
        output = [root[label] for label in output]
        flat = [(node, [root[label] for label in labels]) for node, labels in flat]
    return scale(coefficient, product_as_is(flat, output, dim_of, dim_of))


def _roots(dim_of: Mapping[Label, Dim], united: Sequence[tuple[Label, Label]]) -> dict[Label, Label]:
    """The label that stands for each, where pairs of labels are one index."""
    parent: dict[Label, Label] = {}

    def find(label: Label) -> Label:
        while (up := parent.get(label)) is not None:
            label = up
        return label

    for first, second in united:
        a, b = find(first), find(second)
        if a != b:
            if dim_of[a] is not dim_of[b]:
                raise ShapeError(f"one index runs over {dim_of[a]} and over {dim_of[b]}")
            parent[b] = a
    return {label: find(label) for label in dim_of}


def product_as_is(
    factors: Sequence[tuple[Tensor, Sequence[Label]]],
    output: Sequence[Label],
    dim_of: Mapping[Any, Dim],
    others: Iterable[Label] = (),
) -> Tensor:
    """The Einsum of factors of which none is to be opened, with labels numbered by first appearance; a bare factor stays
    itself. `dim_of` gives the size of every label, `others` are summed labels in no factor."""
    order = dict.fromkeys(chain(output, *[labels for _, labels in factors], others))
    number_of = dict(zip(order, count())).__getitem__
    out = tuple(map(number_of, output))
    placed = tuple([(node, tuple(map(number_of, labels))) for node, labels in factors])
    if len(placed) == 1 and placed[0][1] == out == tuple(range(len(order))):
        return placed[0][0]
    return Einsum.make(placed, out, tuple([dim_of[label] for label in order]))


def apply(function: Function, *arguments: Tensor) -> Tensor:
    """The function of the arguments, simplified where that is certain and cheap."""
    simpler = function.simplify(arguments)
    return Apply.make(function, arguments) if simpler is None else simpler


def permute(node: Tensor, axes: Sequence[int]) -> Tensor:
    """The tensor whose axis p is the node's axis axes[p]."""
    return einsum([(node, range(node.rank))], tuple(axes))


def multiply(*nodes: Tensor) -> Tensor:
    """Entry-by-entry product of tensors with equal axes; scalars multiply every entry."""
    rank = max(node.rank for node in nodes)
    return einsum([(node, tuple(range(node.rank))) for node in nodes], tuple(range(rank)))


def identity(dims: Sequence[Dim]) -> Tensor:
    """The identity on a group of axes: axes dims + dims, 1 where the two multi-indices agree."""
    labels = tuple(range(len(dims)))
    return einsum([], labels + labels, dict(enumerate(dims)))


def ones(dims: Sequence[Dim]) -> Tensor:
    """The tensor whose entries are all 1."""
    return einsum([], tuple(range(len(dims))), dict(enumerate(dims)))


def broadcast(node: Tensor, dims: Sequence[Dim]) -> Tensor:
    """A scalar repeated over the given axes."""
    assert not node.dims
    return einsum([(node, ())], tuple(range(len(dims))), dict(enumerate(dims)))


def size(dim: Dim) -> Tensor:
    """A dimension as a scalar: a number, n, n(n+1)/2 or n(n-1)/2, n + m."""
    if dim.value is not None:
        return number(dim.value)
    if dim.base is not None:
        n = size(dim.base)
        return scale(Fraction(1, 2), add([(1, multiply(n, n)), (-1 if dim.strict else 1, n)]))
    if dim.terms:
        return add((count, multiply(ONE, *map(size, product))) for product, count in dim.terms)
    return einsum([], (), {0: dim})


def total(node: Tensor) -> Tensor:
    """The sum of all entries."""
    return einsum([(node, range(node.rank))], ())


def rebuild(node: Tensor, children: tuple[Tensor, ...]) -> Tensor:
    """The same operation on other children, simplified as when it is made; on its own children the node as it is.

    Raises TypeError for a node whose children cannot be exchanged: a kind that is missing here would drop them.
    """
    if children == node.children:
        return node
    if isinstance(node, Einsum):
        factors = [(child, indices) for child, (_, indices) in zip(children, node.factors, strict=True)]
        return einsum(factors, node.output, dict(enumerate(node.index_dims)))
    if isinstance(node, Sum):
        return add(zip(node.coefficients, children, strict=True), node.dims)
    if isinstance(node, Apply):
        return apply(node.function, *children)
    if isinstance(node, Named):
        return Named.make(node.name, *children)
    raise TypeError(f"{node!r} cannot be made of other children")


def replace(root: Tensor, substitution: Mapping[Any, Tensor]) -> Tensor:
    """The graph with some nodes replaced; what holds none of them is kept as it is."""
    known: dict[Node, Tensor] = dict(substitution)
    return bottom_up(root, rebuild, known)
