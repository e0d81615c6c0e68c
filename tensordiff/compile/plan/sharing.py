"""Making equal work look equal: products in a settled order, powers of one matrix merged, pairs of factors that several
products contract computed once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from fractions import Fraction
from itertools import combinations, product

from tensordiff.evaluate.paths import path_cost
from tensordiff.functions import INVERSE, MATRIX_POWER, matrix_power
from tensordiff.tensor import Apply, Einsum, Tensor, as_number, einsum

Symmetric = Callable[[Tensor], bool]
Placed = tuple[Tensor, tuple[int, ...]]

_FACTORS = 12
"""Pairs are sought in products of at most so many factors ..."""
_PRODUCTS = 64
"""... and in programs of at most so many products."""
_ROUNDS = 40


def settled(node: Tensor, symmetric: Symmetric, bases: Collection[Tensor] = ()) -> Tensor:
    """An Einsum with its factors in the order of their keys and symmetric factors turned one way, so that equal products
    are mostly the same node; a chain of powers of one matrix becomes one power, and so does one of a matrix of `bases`; a
    symmetric matrix turned is the matrix."""
    if not isinstance(node, Einsum) or not 0 < len(node.factors) <= _FACTORS:
        return node
    if len(node.factors) == 1:
        part, labels = node.factors[0]
        half = len(labels) // 2
        turned_back = labels[half:] + labels[:half] == node.output and len(set(labels)) == len(labels) == len(node.index_dims)
        return part if half and turned_back and symmetric(part) else node
    power = _one_power(node, bases)
    if power is not None:
        return power
    outer = set(node.output)
    last = len(node.index_dims)
    factors = sorted(node.factors, key=lambda placed: (placed[0].key, [x if x in outer else last for x in placed[1]]))
    order: dict[int, int] = {label: number for number, label in enumerate(dict.fromkeys(node.output))}
    turned: list[Placed] = []
    for part, labels in factors:
        half = len(labels) // 2
        swapped = labels[half:] + labels[:half]
        if half and symmetric(part) and [order.get(x, last) for x in swapped] < [order.get(x, last) for x in labels]:
            labels = swapped
        for label in labels:
            order.setdefault(label, len(order))
        turned.append((part, labels))
    if tuple(turned) == node.factors:
        return node
    return einsum(turned, node.output, dict(enumerate(node.index_dims)))


def _one_power(node: Einsum, bases: Collection[Tensor]) -> Tensor | None:
    """The power of a matrix that a chain of powers of it is."""
    ends = node.output
    if len(ends) != 2 or ends[0] == ends[1] or any(len(labels) != 2 for _, labels in node.factors):
        return None
    if not any(isinstance(part, Apply) or part in bases for part, _ in node.factors):
        return None  # A A x is better left to the order of contraction
    links = {labels[0]: (part, labels[1]) for part, labels in node.factors}
    if len(links) < len(node.factors):
        return None
    for start, end in (ends, ends[::-1]):
        base: Tensor | None = None
        total, here, seen = Fraction(0), start, 0
        while here in links and seen < len(node.factors):
            part, here = links[here]
            matrix, exponent = _power_of(part)
            if base is not None and matrix is not base:
                return None
            base, total, seen = matrix, total + exponent, seen + 1
        if seen == len(node.factors) and here == end and base is not None:
            return einsum([(matrix_power(base, total), (start, end))], ends)
    return None


def _power_of(node: Tensor) -> tuple[Tensor, Fraction]:
    if isinstance(node, Apply):
        if node.function == INVERSE:
            return node.children[0], Fraction(-1)
        if node.function == MATRIX_POWER and (k := as_number(node.children[1])) is not None:
            return node.children[0], k
    return node, Fraction(1)


def share_pairs(
    products: Mapping[Tensor, Einsum], sizes: Mapping[str, int], symmetric: Symmetric, points: int = 1
) -> dict[Tensor, Einsum]:
    """The products (by the node that each is the flat form of) with pairs of factors that several of them contract made one
    factor, where the estimated time of all together (for so many `points` at once) falls; the pairs are among the result, by
    themselves."""
    result = dict(products)
    if len(result) > _PRODUCTS:
        return result
    costs: dict[Einsum, float] = {}

    def cost(node: Einsum) -> float:
        if node not in costs:
            numbers = {label: dim.size(sizes) for label, dim in enumerate(node.index_dims)}
            inputs = [frozenset(labels) for _, labels in node.factors]
            output = frozenset(node.output) & frozenset().union(*inputs)
            costs[node] = path_cost(inputs, output, numbers, points) if inputs else 0.0
        return costs[node]

    for _ in range(_ROUNDS):
        places: dict[Einsum, dict[Tensor, list[_Place]]] = {}
        for owner, node in result.items():
            for place in _pairs(node, symmetric):
                places.setdefault(place.pair, {}).setdefault(owner, []).append(place)
        best: tuple[float, Einsum, dict[Tensor, Einsum]] | None = None
        for pair, found in places.items():
            if sum(len(each) for each in found.values()) < 2:
                continue
            made: dict[Tensor, Einsum] = {}
            gain = -cost(pair) if pair not in result else 0.0
            for owner, each in found.items():
                node = result[owner]
                if len(node.factors) == 2:
                    gain += cost(node)  # the pair itself, perhaps with other output
                    continue
                replaced = _with_pair(node, each)
                gain += cost(node) - cost(replaced)
                made[owner] = replaced
            if made and gain > 1e-9 and (best is None or gain > best[0]):
                best = (gain, pair, made)
        if best is None:
            break
        _, pair, made = best
        result.update(made)
        result.setdefault(pair, pair)
    return result


class _Place:
    """A pair of factors in a product: their positions, the product of the two, and the labels of its axes."""

    __slots__ = ("labels", "pair", "positions")

    def __init__(self, positions: tuple[int, int], pair: Einsum, labels: tuple[int, ...]) -> None:
        self.positions = positions
        self.pair = pair
        self.labels = labels


def _pairs(node: Einsum, symmetric: Symmetric) -> list[_Place]:
    if not 2 <= len(node.factors) <= _FACTORS:
        return []
    count: dict[int, int] = {}
    for _, labels in node.factors:
        for label in set(labels):
            count[label] = count.get(label, 0) + 1
    found: list[_Place] = []
    for p, q in combinations(range(len(node.factors)), 2):
        (a, la), (b, lb) = node.factors[p], node.factors[q]
        summed = {x for x in set(la) & set(lb) if count[x] == 2 and x not in node.output}
        if not summed:
            continue
        kept = {x for x in (*la, *lb) if x in node.output or count[x] > (x in la) + (x in lb)}
        best: tuple[bytes, Einsum, tuple[int, ...]] | None = None
        orders = [((a, la), (b, lb))] if a.key < b.key else [((b, lb), (a, la))]
        if a is b:
            orders.append(orders[0][::-1])
        for first, second in orders:
            for one, two in product(_turns(first, symmetric), _turns(second, symmetric)):
                labels = tuple(dict.fromkeys(x for x in (*one[1], *two[1]) if x in kept))
                made = einsum([one, two], labels)
                if isinstance(made, Einsum) and (best is None or made.key < best[0]):
                    best = (made.key, made, labels)
        if best is not None:
            found.append(_Place((p, q), best[1], best[2]))
    return found


def _turns(placed: Placed, symmetric: Symmetric) -> list[Placed]:
    part, labels = placed
    half = len(labels) // 2
    if not half or len(labels) % 2 or not symmetric(part):
        return [placed]
    return [placed, (part, labels[half:] + labels[:half])]


def _with_pair(node: Einsum, places: Sequence[_Place]) -> Einsum:
    """The product with the pairs at these places, as far as they do not overlap, as factors."""
    taken: set[int] = set()
    made: list[Placed] = []
    for place in places:
        if not taken & set(place.positions):
            taken |= set(place.positions)
            made.append((place.pair, place.labels))
    rest = [placed for position, placed in enumerate(node.factors) if position not in taken]
    used = {x for _, labels in (*rest, *made) for x in labels} | set(node.output)
    inside = {x for position in taken for x in node.factors[position][1]}
    sizes = {x: dim for x, dim in enumerate(node.index_dims) if x in used or x not in inside}
    result = einsum([*rest, *made], node.output, sizes)
    assert isinstance(result, Einsum)
    return result
