"""The estimated time of computing products and sums of index form, by which all passes of the planner decide.

The unit is one entry read from or written to memory, as in `evaluate.paths`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod

from tensordiff.evaluate.paths import FLOP, STEP, path_cost
from tensordiff.functions import MATRIX_POWER
from tensordiff.tensor import Apply, Dim, Einsum, Sum, Tensor, as_number, split_coefficient

_GRAM = 0.6
"""Time of a product of a matrix with its own transpose, of that of any two."""


def elements(dims: Sequence[Dim], sizes: Mapping[str, int]) -> int:
    return prod(dim.size(sizes) for dim in dims)


def cost(node: Tensor, sizes: Mapping[str, int], points: int = 1) -> float:
    """An estimate of the time of computing one node from its children, at one of `points` that are computed together."""
    _, core = split_coefficient(node)
    if isinstance(core, Sum):
        return sum(
            (cost(child, sizes, points) for child in core.children if isinstance(child, Einsum)), elements(core.dims, sizes)
        )
    if not isinstance(core, Einsum):
        return 0.0
    numbers = {label: dim.size(sizes) for label, dim in enumerate(core.index_dims)}
    output = frozenset(core.output)
    inputs, total = _collapsed(core, numbers)
    covered = frozenset().union(*inputs)
    total += path_cost(inputs, output & covered, numbers, points) if inputs else 0.0
    if _is_gram(core):
        total *= _GRAM
    if len(core.output) > len(output) or output - covered:
        total += elements(core.dims, sizes)
    return total


def _is_gram(node: Einsum) -> bool:
    """X' X, perhaps with weights between: BLAS computes half of it."""
    matrices = [placed for placed in node.factors if len(placed[1]) > 1]
    if len(matrices) != 2 or matrices[0][0] is not matrices[1][0]:
        return False
    shared = [x for x, y in zip(matrices[0][1], matrices[1][1], strict=True) if x == y]
    return len(shared) == 1 and shared[0] not in node.output and len(matrices[0][1]) == 2


def _collapsed(node: Einsum, numbers: Mapping[int, int]) -> tuple[list[frozenset[int]], float]:
    """The labels of each factor once those that nothing else has are summed, and the time of these sums."""
    count: dict[int, int] = {}
    for _, labels in node.factors:
        for label in set(labels):
            count[label] = count.get(label, 0) + 1
    kept = {label for label, times in count.items() if times > 1} | set(node.output)
    inputs: list[frozenset[int]] = []
    total = 0.0
    for _, labels in node.factors:
        rest = frozenset(labels) & kept
        if len(rest) < len(set(labels)):
            total += STEP + prod(numbers[label] for label in set(labels))
        inputs.append(rest)
    return inputs, total


def power_cost(node: Apply, sizes: Mapping[str, int]) -> float:
    """The time of an integer power of a matrix by squaring."""
    k = as_number(node.children[1])
    assert node.function == MATRIX_POWER and k is not None and k.denominator == 1
    entries = elements(node.dims, sizes)
    count = abs(int(k))
    products = count.bit_length() - 1 + count.bit_count() - 1 + (3 if k < 0 else 0)
    time: float = products * (STEP + entries**1.5 * FLOP + 3 * entries)
    return time
