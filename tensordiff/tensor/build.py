"""Smart constructors: the only way that passes make index-form nodes.

They pull out coefficients, unify indices through identities and permutations (delta elimination), drop zeros and
collect equal terms. They never expand a product of sums and never open a shared product.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from tensordiff.errors import ShapeError
from tensordiff.tensor.dim import Dim
from tensordiff.tensor.function import Function, dims_text
from tensordiff.tensor.nodes import Apply, Einsum, Sum, Tensor

Label = Hashable
Number = int | Fraction

ONE = Einsum.make((), (), ())
"""The scalar 1, the empty product."""

_UNIT = Fraction(1)
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
    return Fraction(0) if is_zero(node) and not node.dims else None


def split_coefficient(node: Tensor) -> tuple[Fraction, Tensor]:
    """node as coefficient * rest; the coefficient is 1 unless the node is a multiple of one term."""
    if isinstance(node, Sum) and len(node.children) == 1:
        return node.coefficients[0], node.children[0]
    return Fraction(1), node


def scale(coefficient: Number, node: Tensor) -> Tensor:
    """coefficient * node."""
    if coefficient == 1:
        return node
    return add([(Fraction(coefficient), node)], node.dims)


def add(terms: Iterable[tuple[Number, Tensor]], dims: Sequence[Dim] | None = None) -> Tensor:
    """The linear combination of (coefficient, tensor) pairs; `dims` is needed only where there may be no term."""
    collected: dict[Tensor, Fraction] = {}
    for coefficient, node in terms:
        if dims is None:
            dims = node.dims
        if node.dims != tuple(dims):
            raise ShapeError(f"cannot add tensors of sizes {dims_text(tuple(dims))} and {dims_text(node.dims)}")
        factor = _UNIT if coefficient == 1 else Fraction(coefficient)
        if not factor:
            continue
        inner = node.terms if isinstance(node, Sum) and len(node.children) <= _SMALL_SUM else ((_UNIT, node),)
        for inner_coefficient, part in inner:
            value = (
                inner_coefficient if factor is _UNIT else factor if inner_coefficient is _UNIT else factor * inner_coefficient
            )
            known = collected.get(part)
            collected[part] = value if known is None else known + value
    assert dims is not None, "an empty sum needs dims"
    kept = tuple((c, node) for node, c in collected.items() if c)
    if len(kept) == 1 and kept[0][0] == 1:
        return kept[0][1]
    return Sum.make(kept, tuple(dims))


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
    parent: dict[Label, Label] = {}
    dim_of: dict[Label, Dim] = dict(sizes or {})

    def find(label: Label) -> Label:
        while (up := parent.get(label)) is not None:
            label = up
        return label

    coefficient: Number = 1
    flat: list[tuple[Tensor, Sequence[Label]]] = []
    # A stack of what is still to be placed, in order; opened products push their own factors.
    pending: list[tuple[Tensor, Sequence[Label]]] = []
    pending.extend((node, tuple(labels)) for node, labels in factors)
    pending.reverse()
    fresh = 0
    while pending:
        node, labels = pending.pop()
        assert len(labels) == len(node.dims), "one label per axis"
        if isinstance(node, Sum):
            if not node.children:
                coefficient = Fraction(0)
                _record(dim_of, labels, node)
                continue
            if len(node.children) == 1:
                coefficient *= node.coefficients[0]
                pending.append((node.children[0], labels))
                continue
        elif isinstance(node, Einsum) and (len(node.factors) <= 1 or flatten is True or (flatten and node in flatten)):
            _record(dim_of, labels, node)
            names: dict[int, Label] = {}
            for index, label in zip(node.output, labels, strict=True):
                if index in names:
                    first, second = find(names[index]), find(label)
                    if first != second:
                        parent[second] = first
                else:
                    names[index] = label
            for index, dim in enumerate(node.index_dims):
                if index not in names:
                    names[index] = (_INNER, fresh)
                    fresh += 1
                    dim_of[names[index]] = dim
            pending.extend([(inner, tuple(names[i] for i in indices)) for inner, indices in node.factors][::-1])
            continue
        _record(dim_of, labels, node)
        flat.append((node, labels))
    for label in output:
        assert label in dim_of, f"index {label!r} has no size"
    if coefficient == 0:
        return zero([dim_of[label] for label in output])
    return scale(coefficient, _numbered(flat, output, dim_of, find))


def _record(dim_of: dict[Label, Dim], labels: Sequence[Label], node: Tensor) -> None:
    for label, dim in zip(labels, node.dims, strict=True):
        known = dim_of.setdefault(label, dim)
        if known is not dim:
            raise ShapeError(f"one index runs over {known} and over {dim}")


def _numbered(
    factors: Sequence[tuple[Tensor, Sequence[Label]]], output: Sequence[Label], dim_of: Mapping[Label, Dim], find: Any
) -> Tensor:
    """The Einsum with labels unified and numbered by first appearance; a bare factor stays itself."""
    numbers: dict[Label, int] = {}
    dims: list[Dim] = []

    def index(label: Label) -> int:
        root = find(label)
        found = numbers.get(root)
        if found is None:
            found = numbers[root] = len(dims)
            dims.append(dim_of[root])
        elif dims[found] is not dim_of[label]:
            raise ShapeError(f"one index runs over {dims[found]} and over {dim_of[label]}")
        return found

    out = tuple(index(label) for label in output)
    placed = tuple((node, tuple(index(label) for label in labels)) for node, labels in factors)
    for label in dim_of:
        index(label)
    if len(placed) == 1 and placed[0][1] == out == tuple(range(len(dims))):
        return placed[0][0]
    return Einsum.make(placed, out, tuple(dims))


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
    """A dimension as a scalar: a number, n, n(n+1)/2 or n(n-1)/2."""
    if dim.value is not None:
        return number(dim.value)
    if dim.base is not None:
        n = size(dim.base)
        return scale(Fraction(1, 2), add([(1, multiply(n, n)), (-1 if dim.strict else 1, n)]))
    return einsum([], (), {0: dim})


def total(node: Tensor) -> Tensor:
    """The sum of all entries."""
    return einsum([(node, range(node.rank))], ())
