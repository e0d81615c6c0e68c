"""Contractions as primitive operations: matrix products, broadcast multiplications and views, np.einsum only last."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from math import prod

from tensordiff.compile.plan.graph import Graph, Value
from tensordiff.evaluate.paths import contraction_path
from tensordiff.records import record
from tensordiff.tensor.extent import Extent

Labels = tuple[int, ...]

_GRAM_FROM = 100_000
"""Weighted Gram matrices that take fewer multiplications are computed as they stand."""


@record
class Operand:
    """A value whose axes carry labels, one each, all different."""

    value: Value
    labels: Labels


def operand(graph: Graph, value: Value, labels: Sequence[int], kept: Collection[int]) -> Operand:
    """A factor with its repeated labels made a diagonal, and those that nothing else has (not in `kept`) summed."""
    distinct = tuple(dict.fromkeys(labels))
    if len(labels) == 2 and len(distinct) == 1 and distinct[0] not in kept:
        return Operand(graph.emit("trace", (value,), shape=()), ())
    value = graph.diagonal(value, [distinct.index(label) for label in labels])
    summed = [axis for axis, label in enumerate(distinct) if label not in kept]
    return Operand(graph.sum(value, summed), tuple(label for label in distinct if label in kept))


def contract(
    graph: Graph,
    factors: Sequence[tuple[Value, Sequence[int]]],
    output: Sequence[int],
    sizes: Mapping[int, int],
) -> list[Operand]:
    """The product of the factors summed over every label that is not in `output`: an operand whose labels are those of
    `output` in any order, or two that are still to be multiplied entry by entry. Every label of `output` is in some
    factor."""
    count: dict[int, int] = {}
    for _, labels in factors:
        for label in set(labels):
            count[label] = count.get(label, 0) + 1
    wanted = set(output)
    operands = [operand(graph, value, labels, {x for x in labels if x in wanted or count[x] > 1}) for value, labels in factors]
    if (gram := _weighted_gram(graph, operands, wanted, sizes)) is not None:
        return [gram]
    uses = dict.fromkeys(count, 0)
    for item in operands:
        for label in item.labels:
            uses[label] += 1
    identities = [item.value.number for item in operands]
    path = contraction_path([item.labels for item in operands], frozenset(output), sizes, identities)
    for step, (i, j) in enumerate(path):
        b, a = operands.pop(max(i, j)), operands.pop(min(i, j))
        for label in (*a.labels, *b.labels):
            uses[label] -= 1
        kept = {x for x in (*a.labels, *b.labels) if x in wanted or uses[x]}
        if step == len(path) - 1 and kept.issuperset((*a.labels, *b.labels)) and a.labels and b.labels:
            return [a, b]
        result = pairwise(graph, a, b, kept, tuple(output) if step == len(path) - 1 else None, sizes)
        for label in result.labels:
            uses[label] += 1
        operands.append(result)
    return operands


def pairwise(
    graph: Graph, a: Operand, b: Operand, kept: Collection[int], target: Labels | None, sizes: Mapping[int, int]
) -> Operand:
    """a times b, summed over the labels not in `kept`; `target` is an order of axes that is welcome."""
    if a.value.number > b.value.number:  # the same product whatever order the factors came in
        a, b = b, a
    summed = [label for label in a.labels if label not in kept]
    if not summed:
        return multiply(graph, a, b, target, sizes)
    for x, y in ((a, b), (b, a)):
        if (solved := _inverse_times(graph, x, y, summed)) is not None:
            return solved
    a, b = _settle_symmetric(graph, a, summed), _settle_symmetric(graph, b, summed)
    shared = set(a.labels) & set(b.labels)
    batch = tuple(label for label in a.labels if label in shared and label in kept)
    left = tuple(label for label in a.labels if label not in shared)
    right = tuple(label for label in b.labels if label not in shared)
    if not left and not right:
        return _inner(graph, a, b, batch, tuple(summed))
    return _matmul(graph, a, b, batch, left, right, target)


def multiply(graph: Graph, a: Operand, b: Operand, target: Labels | None, sizes: Mapping[int, int]) -> Operand:
    """The product entry by entry, over the labels of both, by broadcasting."""
    labels = set(a.labels) | set(b.labels)
    if target is None or set(target) != labels:
        large, small = (a, b) if _elements(a.labels, sizes) >= _elements(b.labels, sizes) else (b, a)
        target = large.labels + tuple(label for label in small.labels if label not in large.labels)
    return Operand(graph.elementwise("multiply", aligned(graph, a, target), aligned(graph, b, target)), target)


def aligned(graph: Graph, item: Operand, target: Labels) -> Value:
    """The operand's value with its axes in the order of `target`, and axes of length one for labels it lacks."""
    present = [label for label in target if label in item.labels]
    value = graph.transpose(item.value, [item.labels.index(label) for label in present])
    return graph.expand(value, [label in item.labels for label in target])


def ordered(graph: Graph, item: Operand, target: Labels) -> Value:
    """The operand's value with its axes in this order."""
    return graph.transpose(item.value, [item.labels.index(label) for label in target])


def _elements(labels: Sequence[int], sizes: Mapping[int, int]) -> int:
    return prod(sizes[label] for label in labels)


def _inner(graph: Graph, a: Operand, b: Operand, batch: Labels, summed: Labels) -> Operand:
    """Every label is in both: an inner product, or one for each batch index."""
    order = tuple(label for label in b.labels if label in batch) + tuple(label for label in b.labels if label in summed)
    if not batch and a.value is b.value and a.labels != b.labels:
        order = a.labels
    x, y = ordered(graph, a, order), ordered(graph, b, order)
    if not batch and len(summed) == 1:
        return Operand(graph.matmul(x, y), ())
    if not batch:
        return Operand(graph.emit("inner", (x, y), shape=()), ())
    shape = x.shape[: len(batch)]
    return Operand(graph.emit("inner_last", (x, y), (len(summed),), shape=shape), order[: len(batch)])


def _matmul(graph: Graph, a: Operand, b: Operand, batch: Labels, left: Labels, right: Labels, target: Labels | None) -> Operand:
    """A matrix product, one for each batch index, with groups of labels as rows and columns."""
    summed = tuple(label for label in a.labels if label not in batch and label not in left)
    if not left or (right and _swaps(a, b, left, right, batch, summed, target)):
        a, b, left, right = b, a, right, left
    # The summed labels in the order in which the operand that has more than one of them, side by side, holds them.
    summed = tuple(label for label in (b if len(right) > 1 else a).labels if label in summed)
    x = _grouped(graph, a, batch, left, summed)
    y = _grouped(graph, b, batch, summed, right)
    if batch and not right:
        y = graph.expand(y, [True] * y.rank + [False])
        x = graph.matmul(x, y)
        product = graph.reshape(x, x.shape[:-1])
    else:
        product = graph.matmul(x, y)
    labels = batch + left + right
    lengths = _lengths(a, b)
    return Operand(graph.reshape(product, tuple(lengths[label] for label in labels)), labels)


def _swaps(a: Operand, b: Operand, left: Labels, right: Labels, batch: Labels, summed: Labels, target: Labels | None) -> bool:
    """Whether b @ a needs fewer transpositions than a @ b, or gives the order that is wanted."""
    if target is not None:
        for order, swap in ((batch + left + right, False), (batch + right + left, True)):
            if target == order:
                return swap
    straight = (a.labels != batch + left + summed) + (b.labels != batch + summed + right)
    swapped = (b.labels != batch + right + summed) + (a.labels != batch + summed + left)
    return swapped < straight


def _grouped(graph: Graph, item: Operand, batch: Labels, first: Labels, second: Labels) -> Value:
    """The value with axes batch.., first (one axis), second (one axis); an empty group has no axis."""
    value = ordered(graph, item, batch + first + second)
    return graph.merge(value, [1] * len(batch) + [len(group) for group in (first, second) if group])


def _weighted_gram(
    graph: Graph, operands: Sequence[Operand], wanted: Collection[int], sizes: Mapping[int, int]
) -> Operand | None:
    """X' diag(w) X for w >= 0 as S' S with S = diag(sqrt(w)) X: half the work, as BLAS sees that both factors are one."""
    matrices = [item for item in operands if len(item.labels) == 2]
    weights = [item for item in operands if len(item.labels) == 1]
    if len(matrices) != 2 or not weights or len(matrices) + len(weights) < len(operands):
        return None
    a, b = matrices
    summed = set(a.labels) & set(b.labels)
    if a.value is not b.value or len(summed) != 1 or summed & set(wanted):
        return None
    (label,) = summed
    if a.labels.index(label) != b.labels.index(label) or any(item.labels != (label,) for item in weights):
        return None
    if any(item.value not in graph.nonnegative for item in weights) or _elements((*a.labels, *b.labels), sizes) < _GRAM_FROM:
        return None
    weight = weights[0]
    for other in weights[1:]:
        weight = multiply(graph, weight, other, (label,), sizes)
    root = Operand(graph.elementwise("sqrt", weight.value), (label,))
    scaled = multiply(graph, a, root, a.labels, sizes)
    other = Operand(scaled.value, b.labels)
    left, right = (scaled, other) if a.labels[1] == label else (other, scaled)
    return pairwise(graph, left, right, wanted, None, sizes)


def _lengths(*items: Operand) -> dict[int, Extent]:
    return {label: extent for item in items for label, extent in zip(item.labels, item.value.shape, strict=True)}


def _inverse_times(graph: Graph, a: Operand, b: Operand, summed: Sequence[int]) -> Operand | None:
    """inv(M) times b, left as such so that a later pass may solve instead of inverting; None where `a` is no inverse that
    is contracted over just its rows or just its columns."""
    source = a.value.operands[0] if a.value.operation == "reshape" else a.value
    half = len(a.labels) // 2
    if source.operation != "inv" or len(a.labels) != 2 * half:
        return None
    rows, columns = a.labels[:half], a.labels[half:]
    if set(rows) & set(b.labels) and set(columns) & set(b.labels):
        return None
    if set(summed) == set(columns):
        transposed = False
    elif set(summed) == set(rows):
        transposed, rows, columns = True, columns, rows
    else:
        return None
    rest = tuple(label for label in b.labels if label not in columns)
    matrix = source.operands[0]
    if matrix in graph.symmetric:
        transposed = False
    right = graph.merge(ordered(graph, b, columns + rest), [half, len(rest)] if rest else [half])
    shape = (source.shape[0], *right.shape[1:])
    solved = graph.emit("inverse_times", (matrix, right), (transposed,), shape=shape)
    lengths = _lengths(a, b)
    return Operand(graph.reshape(solved, tuple(lengths[label] for label in rows + rest)), rows + rest)


def _settle_symmetric(graph: Graph, item: Operand, summed: Sequence[int]) -> Operand:
    """A symmetric matrix contracted over its rows is contracted over its columns instead: one product for P x and x' P."""
    half = len(item.labels) // 2
    if item.value in graph.symmetric and set(item.labels[:half]) == set(summed):
        return Operand(item.value, item.labels[half:] + item.labels[:half])
    return item
