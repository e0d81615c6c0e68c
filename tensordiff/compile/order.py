"""The order in which the factors of a product are contracted, and what that costs.

opt_einsum searches small products (Smith and Gray, J. Open Source Softw. 3(26), 2018); chains of matrices, where the
optimum is classical, are ordered here, in linear time when they are long.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from math import prod

Labels = frozenset[int]
Pair = tuple[int, int]

_CHAIN_OPTIMUM = 24
"""Longer chains are associated from their thinner end; up to here the order is the optimum (cubic time)."""
_SEARCH = 10
"""Products of more factors are ordered greedily."""
_FLOP = 0.25
"""Cost of a multiply-add inside a contraction, in units of one element read from or written to memory."""
_STEP = 300.0
"""Cost of starting an operation, in the same unit."""


def contraction_path(inputs: Sequence[Labels], output: Labels, sizes: Mapping[int, int]) -> list[Pair]:
    """Positions to contract pair by pair; each result is appended at the end, as in opt_einsum."""
    if len(inputs) < 3:
        return [(0, 1)] if len(inputs) == 2 else []
    used = sorted(frozenset().union(*inputs, output))
    rename = {label: number for number, label in enumerate(used)}
    return _path(
        tuple(tuple(sorted(rename[x] for x in labels)) for labels in inputs),
        tuple(sorted(rename[x] for x in output)),
        tuple(sizes[label] for label in used),
    )


@lru_cache(maxsize=4096)
def _path(inputs: tuple[tuple[int, ...], ...], output: tuple[int, ...], sizes: tuple[int, ...]) -> list[Pair]:
    chain = _chain(inputs, output)
    if chain is not None:
        return _chain_path(chain, inputs, sizes)
    from opt_einsum import paths

    search = paths.auto if len(inputs) <= _SEARCH else paths.greedy
    found = search([frozenset(x) for x in inputs], frozenset(output), dict(enumerate(sizes)))
    return _pairs(found, len(inputs))


def _pairs(path: Sequence[Sequence[int]], count: int) -> list[Pair]:
    """A path whose steps take any number of operands as one of pairs."""
    result: list[Pair] = []
    for step in path:
        step = sorted(step)
        if len(step) == 1:  # opt_einsum's way to say that one operand is summed: nothing to pair; it moves to the end
            raise AssertionError("a path step of one operand")
        while len(step) > 2:
            last, before = step.pop(), step.pop()
            result.append((before, last))
            count -= 1
            step.append(count - 1)
        result.append((step[0], step[1]))
        count -= 1
    return result


def path_cost(inputs: Sequence[Labels], output: Labels, sizes: Mapping[int, int]) -> float:
    """An estimate of the time of contracting the factors in the best order found."""

    def elements(labels: Labels) -> int:
        return prod(sizes[label] for label in labels)

    remaining = list(inputs)
    if len(remaining) == 1 and remaining[0] != output:
        return _STEP + elements(remaining[0])
    cost = 0.0
    for i, j in contraction_path(inputs, output, sizes):
        b, a = remaining.pop(max(i, j)), remaining.pop(min(i, j))
        kept = (a | b) & output.union(*remaining)
        work = elements(a | b)
        cost += _STEP + (elements(kept) if work == elements(kept) else work * _FLOP + elements(kept))
        cost += elements(a) + elements(b)
        remaining.append(kept)
    return cost


def _chain(inputs: Sequence[Sequence[int]], output: Sequence[int]) -> list[int] | None:
    """Positions of the factors along a chain of matrices (a vector may stand at either end, or the ends may meet), or None
    where the product is none."""
    places: dict[int, list[int]] = {}
    for position, labels in enumerate(inputs):
        if not 1 <= len(labels) <= 2:
            return None
        for label in labels:
            places.setdefault(label, []).append(position)
    if any(len(found) > 2 for found in places.values()):
        return None
    if any((len(found) == 2) == (label in output) for label, found in places.items()):
        return None  # an open index shared by two factors, or a summed one that only one has
    ends = [position for label, found in places.items() if len(found) == 1 for position in found]
    ends += [position for position, labels in enumerate(inputs) if len(labels) == 1]
    start = min(ends, default=0)
    order, seen = [start], {start}
    while True:
        here = order[-1]
        onward = [p for label in inputs[here] for p in places[label] if p not in seen]
        if not onward:
            return order if len(order) == len(inputs) else None
        order.append(onward[0])
        seen.add(onward[0])


def _chain_path(order: list[int], inputs: Sequence[Sequence[int]], sizes: Sequence[int]) -> list[Pair]:
    """The order of multiplication along a chain: the classical optimum where it is short, else from the thinner end."""
    links = [set(inputs[a]) & set(inputs[b]) for a, b in zip(order, order[1:], strict=False)]
    inner = [prod(sizes[x] for x in link) for link in links]

    def end_size(position: int, link: set[int]) -> int:
        return prod(sizes[x] for x in inputs[position] if x not in link)

    bounds = [end_size(order[0], links[0]), *inner, end_size(order[-1], links[-1])]
    if len(order) <= _CHAIN_OPTIMUM:
        return _numbered(order, _optimal_splits(bounds))
    positions = order if bounds[0] <= bounds[-1] else order[::-1]
    return _linear(positions, len(inputs))


def _optimal_splits(bounds: Sequence[int]) -> list[tuple[int, int, int]]:
    """The multiplications (first, split, last) of the best association of a chain of matrices, inner ones first
    (Godbole, IEEE Trans. Comput. C-22, 1973). Ties go to the left-to-right product."""
    count = len(bounds) - 1
    cost = [[0] * count for _ in range(count)]
    split = [[0] * count for _ in range(count)]
    for length in range(2, count + 1):
        for i in range(count - length + 1):
            j = i + length - 1
            best, at = min(
                (cost[i][k] + cost[k + 1][j] + bounds[i] * bounds[k + 1] * bounds[j + 1], -k) for k in range(i, j)
            )
            cost[i][j], split[i][j] = best, -at
    steps: list[tuple[int, int, int]] = []
    stack = [(0, count - 1)]
    while stack:
        i, j = stack.pop()
        if i < j:
            k = split[i][j]
            steps.append((i, k, j))
            stack += [(i, k), (k + 1, j)]
    return steps[::-1]


def _numbered(order: Sequence[int], steps: Sequence[tuple[int, int, int]]) -> list[Pair]:
    """Multiplications of ranges of the chain as positions in the shrinking list of operands."""
    identity = {(p, p): position for p, position in enumerate(order)}
    listed = list(range(len(order)))
    fresh = len(order)
    path: list[Pair] = []
    for i, k, j in steps:
        a, b = listed.index(identity[i, k]), listed.index(identity[k + 1, j])
        path.append((min(a, b), max(a, b)))
        for position in sorted((a, b), reverse=True):
            listed.pop(position)
        listed.append(fresh)
        identity[i, j] = fresh
        fresh += 1
    return path


def _linear(positions: Sequence[int], count: int) -> list[Pair]:
    """One factor after the other. The running product is always the last operand; the place of the next factor is its own
    less the number of factors before it that are gone, kept in a Fenwick tree."""
    tree = [0] * (count + 1)

    def remove(position: int) -> None:
        position += 1
        while position <= count:
            tree[position] += 1
            position += position & -position

    def place(position: int) -> int:
        gone, p = 0, position
        while p:
            gone += tree[p]
            p -= p & -p
        return position - gone

    first, second = positions[0], positions[1]
    path = [(min(first, second), max(first, second))]
    remove(first)
    remove(second)
    for step, position in enumerate(positions[2:], start=1):
        path.append((place(position), count - step - 1))
        remove(position)
    return path
