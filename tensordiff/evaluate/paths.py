"""The order in which the factors of a product are contracted, and what that costs.

opt_einsum searches small products (Smith and Gray, J. Open Source Softw. 3(26), 2018); chains of matrices, where the
optimum is classical, are ordered here, in linear time when they are long.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from math import prod

Labels = frozenset[int]
Pair = tuple[int, int]

_CHAIN_OPTIMUM = 24
"""Longer chains are associated from their thinner end; up to here the order is the optimum (cubic time)."""
_SEARCH = 10
"""Products of more factors are ordered greedily."""
FLOP = 0.25
"""Cost of a multiply-add inside a contraction, in units of one element read from or written to memory."""
STEP = 300.0
"""Cost of starting an operation, in the same unit."""


def contraction_path(
    inputs: Sequence[Collection[int]],
    output: Labels,
    sizes: Mapping[int, int],
    identities: Sequence[int] | None = None,
) -> list[Pair]:
    """Positions to contract pair by pair; each result is appended at the end, as in opt_einsum.

    `identities` says which inputs are the same array, with the labels of every input in the order of its axes: a product
    that reads the same from both ends (A' B' C B A) is then contracted so that equal halves are equal steps.
    """
    if len(inputs) < 3:
        return [(0, 1)] if len(inputs) == 2 else []
    used = sorted(output.union(*inputs))
    rename = {label: number for number, label in enumerate(used)}
    found = _path(
        tuple(tuple((sorted if identities is None else list)(rename[x] for x in labels)) for labels in inputs),
        tuple(sorted(rename[x] for x in output)),
        tuple(sizes[label] for label in used),
        tuple(range(len(inputs))) if identities is None else tuple(identities),
    )
    return _linear(found, len(inputs))


@lru_cache(maxsize=4096)
def _path(
    inputs: tuple[tuple[int, ...], ...], output: tuple[int, ...], sizes: tuple[int, ...], identities: tuple[int, ...]
) -> list[Pair]:
    """Pairs of numbers: 0, 1, ... are the inputs, and each result gets the next number."""
    places: dict[int, list[int]] = {}
    for position, labels in enumerate(inputs):
        for label in labels:
            places.setdefault(label, []).append(position)
    # A vector on an index that others have as well only scales them: it waits until the index is summed.
    weights = {
        p
        for p, labels in enumerate(inputs)
        if len(labels) == 1
        and len(places[labels[0]]) > 1 + (labels[0] not in output)
        and any(len(inputs[other]) > 1 for other in places[labels[0]])
    }
    rest = [p for p in range(len(inputs)) if p not in weights]
    core = _core_path([inputs[p] for p in rest], output, sizes, [identities[p] for p in rest])
    if not weights:
        return core
    return _with_weights(core, rest, sorted(weights), inputs, frozenset(output), sizes, identities)


def _core_path(
    inputs: Sequence[Sequence[int]], output: Sequence[int], sizes: Sequence[int], identities: Sequence[int]
) -> list[Pair]:
    if len(inputs) < 3:
        return [(0, 1)] if len(inputs) == 2 else []
    chain = _chain(inputs, output)
    if chain is not None:
        return _chain_path(_from_rows(chain, inputs, output), inputs, sizes, identities)
    from opt_einsum import paths

    # Not paths.optimal or branch, which remember the cost of a pair without regard to what else has its indices.
    search = paths.DynamicProgramming() if len(inputs) <= _SEARCH else paths.greedy
    return _numbered(search([frozenset(x) for x in inputs], frozenset(output), dict(enumerate(sizes))), len(inputs))


def _with_weights(
    core: Sequence[Pair],
    rest: Sequence[int],
    weights: Sequence[int],
    inputs: Sequence[Sequence[int]],
    output: Labels,
    sizes: Sequence[int],
    identities: Sequence[int],
) -> list[Pair]:
    """The path of the other factors with the weights multiplied in: each just before its index is summed, or before the
    operand that has it outgrows the result, into the smaller operand."""
    number = dict(enumerate(rest))  # the core's numbers to those of the whole path
    labels = {p: frozenset(inputs[p]) for p in range(len(inputs))}
    waiting: dict[int, int] = {}
    path: list[Pair] = []
    fresh = len(inputs)

    def join(a: int, b: int, kept: Labels) -> int:
        nonlocal fresh
        path.append((a, b))
        labels[fresh] = kept
        fresh += 1
        return fresh - 1

    def elements(p: int) -> int:
        return prod(sizes[x] for x in labels[p])

    for p in weights:
        (label,) = inputs[p]
        waiting[label] = join(waiting[label], p, labels[p]) if label in waiting else p
    alive = dict.fromkeys(number.values())
    for step, (i, j) in enumerate(core):
        a, b = number[i], number[j]
        del alive[a], alive[b]
        kept = (labels[a] | labels[b]) & output.union(*(labels[p] for p in alive))
        # Ties go the same way in both halves of a product that reads the same from both ends.
        small, large = sorted((a, b), key=lambda p: (elements(p), p >= len(inputs), identities[p] if p < len(inputs) else 0))
        for label in sorted(waiting):
            bearer = small if label in labels[small] else large
            if label not in labels[bearer] or (label in kept and prod(sizes[x] for x in kept) < elements(bearer)):
                continue
            joined = join(bearer, waiting.pop(label), labels[bearer])
            small, large = (joined, large) if bearer == small else (small, joined)
        a, b = small, large
        number[len(rest) + step] = join(a, b, kept)
        alive[fresh - 1] = None
    for part in sorted(waiting.values()):
        (last,) = alive
        del alive[last]
        alive[join(last, part, labels[last] | labels[part])] = None
    return path


def _numbered(path: Sequence[Sequence[int]], count: int) -> list[Pair]:
    """A path by positions (opt_einsum's), steps of any number of operands, as pairs of numbers."""
    listed = list(range(count))
    result: list[Pair] = []
    for step in path:
        taken = [listed.pop(position) for position in sorted(step, reverse=True)][::-1]
        current = taken[0]  # alone where it says that an operand is summed over indices of its own
        for other in taken[1:]:
            result.append((current, other))
            current = count + len(result) - 1
        listed.append(current)
    return result


def _linear(path: Sequence[Pair], count: int) -> list[Pair]:
    """Pairs of numbers as positions in the shrinking list: a number's position is itself less the number of smaller ones
    that are gone, kept in a Fenwick tree."""
    total = count + len(path)
    tree = [0] * (total + 1)

    def position(number: int) -> int:
        gone, p = 0, number
        while p:
            gone += tree[p]
            p -= p & -p
        return number - gone

    def remove(number: int) -> None:
        p = number + 1
        while p <= total:
            tree[p] += 1
            p += p & -p

    result: list[Pair] = []
    for a, b in path:
        places = sorted((position(a), position(b)))
        result.append((places[0], places[1]))
        remove(a)
        remove(b)
    return result


def path_cost(inputs: Sequence[Labels], output: Labels, sizes: Mapping[int, int], points: int = 1) -> float:
    """An estimate of the time of contracting the factors in the best order found; that of one of so many `points` that are
    computed together."""
    step = STEP / points

    def elements(labels: Labels) -> int:
        return prod(sizes[label] for label in labels)

    remaining = list(inputs)
    if len(remaining) == 1 and remaining[0] != output:
        return step + elements(remaining[0])
    cost = 0.0
    for i, j in contraction_path(inputs, output, sizes):
        b, a = remaining.pop(max(i, j)), remaining.pop(min(i, j))
        kept = (a | b) & output.union(*remaining)
        work = elements(a | b)
        cost += step + (elements(kept) if work == elements(kept) else work * FLOP + elements(kept))
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


def _from_rows(order: list[int], inputs: Sequence[Sequence[int]], output: Sequence[int]) -> list[int]:
    """The chain from the end that has the first index of the result: of products of equal cost, that with a matrix of few
    rows on the left is faster than that with one of few columns on the right."""
    first, last = ([x for x in inputs[p] if x in output] for p in (order[0], order[-1]))
    return order[::-1] if first and last and last < first else order


def _chain_path(
    order: list[int], inputs: Sequence[Sequence[int]], sizes: Sequence[int], identities: Sequence[int]
) -> list[Pair]:
    """The order of multiplication along a chain: the classical optimum where it is short, else from the thinner end."""
    links = [set(inputs[a]) & set(inputs[b]) for a, b in pairwise(order)]
    inner = [prod(sizes[x] for x in link) for link in links]

    def end_size(position: int, link: set[int]) -> int:
        return prod(sizes[x] for x in inputs[position] if x not in link)

    bounds = [end_size(order[0], links[0]), *inner, end_size(order[-1], links[-1])]
    count = len(order)
    if _is_mirrored(order, links, inputs, identities):
        return _mirrored_path(order, bounds)
    if count <= _CHAIN_OPTIMUM:
        path: list[Pair] = []
        _multiply(order, _optimal_splits(bounds), path, count)
        return path
    return _one_by_one(order if bounds[0] <= bounds[-1] else order[::-1], [], count)


def _multiply(order: Sequence[int], splits: Sequence[tuple[int, int, int]], path: list[Pair], count: int) -> int:
    """Appends the multiplications of ranges of `order` to the path; the number of the last result."""
    made = {(p, p): position for p, position in enumerate(order)}
    result = order[0]
    for i, k, j in splits:
        path.append((made[i, k], made[k + 1, j]))
        made[i, j] = result = count + len(path) - 1
    return result


def _one_by_one(order: Sequence[int], path: list[Pair], count: int) -> list[Pair]:
    running = order[0]
    for other in order[1:]:
        path.append((running, other))
        running = count + len(path) - 1
    return path


def _is_mirrored(
    order: Sequence[int], links: Sequence[set[int]], inputs: Sequence[Sequence[int]], identities: Sequence[int]
) -> bool:
    """Whether the chain is that of A' B' C B A: the same arrays from both ends, turned round."""
    count = len(order)
    if count < 4:
        return False
    for p in range(count // 2):
        a, b = order[p], order[-1 - p]
        if identities[a] != identities[b] or a == b:
            return False
        inward, other = links[p], links[-1 - p]
        if [x in inward for x in inputs[a]] != [x in other for x in inputs[b]]:
            return False
    return True


def _mirrored_path(order: Sequence[int], bounds: Sequence[int]) -> list[Pair]:
    """Both halves in the same way, and then the middle."""
    count, half = len(order), len(order) // 2
    path: list[Pair] = []
    ends: list[int] = []
    for side in (order[:half], order[::-1][:half]):
        if half <= _CHAIN_OPTIMUM:
            ends.append(_multiply(side, _optimal_splits(bounds[: half + 1]), path, count))
        else:
            thin = side if bounds[0] <= bounds[half] else side[::-1]
            _one_by_one(thin, path, count)
            ends.append(count + len(path) - 1)
    if count % 2:
        path.append((ends[0], order[half]))
        ends[0] = count + len(path) - 1
    path.append((ends[0], ends[1]))
    return path


def _optimal_splits(bounds: Sequence[int]) -> list[tuple[int, int, int]]:
    """The multiplications (first, split, last) of the best association of a chain of matrices, inner ones first
    (Godbole, IEEE Trans. Comput. C-22, 1973). Ties go to the left-to-right product."""
    count = len(bounds) - 1
    cost = [[0] * count for _ in range(count)]
    split = [[0] * count for _ in range(count)]
    for length in range(2, count + 1):
        for i in range(count - length + 1):
            j = i + length - 1
            best, at = min((cost[i][k] + cost[k + 1][j] + bounds[i] * bounds[k + 1] * bounds[j + 1], -k) for k in range(i, j))
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
