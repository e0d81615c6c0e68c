"""Sizes to test at: all different, none below 3, in more than one order.

Mistakes hide where sizes agree (a transpose on square data), where they are tiny ([[A,B]^2,C] = 0 at n = 2), and where one
size is always the larger one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import permutations
from random import Random

from tensordiff.evaluate.paths import path_cost
from tensordiff.tensor import Apply, Einsum, Node, Symbol, Tensor, bottom_up, postorder

SMALLEST = 3
_ALL_ORDERS = 4
_SOME_ORDERS = 40
_HIGHEST_DEGREE = 16


def size_names(tensors: Sequence[Tensor]) -> tuple[str, ...]:
    """The named sizes that occur, those of the results' axes first, for they cost most."""
    found: dict[str, None] = {}
    for tensor in tensors:
        for dim in tensor.dims:
            found.update(dict.fromkeys(dim.names()))
    inner: set[str] = set()
    for node in postorder(tensors):
        for dim in node.index_dims if isinstance(node, Einsum) else node.dims:
            inner.update(dim.names())
    return (*found, *sorted(inner - set(found)))


def literal_sizes(tensors: Sequence[Tensor]) -> set[int]:
    """The sizes that are given as numbers."""
    return {dim.value for node in postorder(tensors) for dim in node.dims if dim.value is not None}


def even_names(tensors: Sequence[Tensor]) -> set[str]:
    """Sizes that had better be even: those of skew matrices, which are singular otherwise."""
    symbols = [node for node in postorder(tensors) if isinstance(node, Symbol)]
    return {name for s in symbols if s.structure.mirror < 0 for dim in s.dims for name in dim.names()}


def assignments(
    names: Sequence[str], start: int, avoid: Collection[int] = (), even: Collection[str] = ()
) -> Iterator[dict[str, int]]:
    """Numbers from `start` on for the named sizes, all different, in many orders of size; the first name gets the
    smallest number first, then the largest.

    No size takes a number in `avoid`; names in `even` get even numbers.
    """
    pool: list[int] = []
    number = start
    while len(pool) < len(names):
        if number not in avoid:
            pool.append(number)
        number += 1
    for order in _orders(len(names)):
        chosen: dict[str, int] = {}
        for name, place in zip(names, order, strict=True):
            number = pool[place]
            while number in chosen.values() or number in avoid or (name in even and number % 2):
                number += 1
            chosen[name] = number
        yield chosen


def lattice(
    names: Sequence[str],
    degrees: Mapping[str, int],
    most: int,
    start: int,
    avoid: Collection[int] = (),
    even: Collection[str] = (),
) -> Iterator[dict[str, int]]:
    """Sizes at which no polynomial in them vanishes whose degrees in each are at most `degrees`, in all together `most`.

    They are the grid of steps k with k_j <= d_j and k_1 + k_2 + ... <= most: as many points as such polynomials have
    coefficients. Exponents and steps are the same lower set, and there interpolation is unique (Dyn and Floater,
    Multivariate polynomial interpolation on lower sets, J. Approx. Theory 177, 2014). Other names keep their smallest number.
    """
    values = {name: _from(start, degrees.get(name, 0) + 1, avoid, 2 if name in even else 1) for name in names}
    for total in range(min(most, sum(degrees.values())) + 1):
        for steps in _steps([len(values[name]) - 1 for name in names], total):
            yield {name: values[name][k] for name, k in zip(names, steps, strict=True)}


def _steps(bounds: Sequence[int], total: int) -> Iterator[tuple[int, ...]]:
    """Whole numbers up to these bounds whose sum is the total."""
    if not bounds:
        yield from [()] if not total else []
        return
    for first in range(min(bounds[0], total) + 1):
        for rest in _steps(bounds[1:], total - first) if total - first <= sum(bounds[1:]) else ():
            yield (first, *rest)


def _from(start: int, count: int, avoid: Collection[int], stride: int) -> list[int]:
    found: list[int] = []
    number = start + start % stride
    while len(found) < count:
        if number not in avoid:
            found.append(number)
        number += stride
    return found


def _orders(count: int) -> Iterator[tuple[int, ...]]:
    """Permutations: the straight one, the reverse, then all others (some, where there are many)."""
    straight = tuple(range(count))
    yield straight
    if count < 2:
        return
    yield straight[::-1]
    if count <= _ALL_ORDERS:
        yield from (order for order in permutations(straight) if order not in (straight, straight[::-1]))
        return
    random = Random(count)
    for _ in range(_SOME_ORDERS):
        yield tuple(random.sample(straight, count))


def matrix_degree(tensor: Tensor) -> int:
    """A bound on how many matrices are multiplied with each other in one term; an inverse counts as one.

    No polynomial identity of degree below 2n holds for all n-by-n matrices (Amitsur and Levitzki 1950), so sizes above
    half the degree tell all polynomials apart.
    """

    def visit(node: Node, children: tuple[int, ...]) -> int:
        if isinstance(node, Symbol):
            return 1 if node.rank >= 2 else 0
        if isinstance(node, Einsum):
            return min(sum(children), _HIGHEST_DEGREE)
        if isinstance(node, Apply) and node.function.exponent_argument is not None:
            return min(2 * max(children), _HIGHEST_DEGREE)
        return max(children, default=0)

    return bottom_up(tensor, visit)


def expanded_size(tensor: Tensor) -> int:
    """About how many factors there are when all products of sums are multiplied out, arguments of functions too."""
    inner: dict[Node, int] = {}

    def visit(node: Node, children: tuple[tuple[int, int], ...]) -> tuple[int, int]:
        """(terms, factors)"""
        if isinstance(node, Symbol) or not children:
            return 1, 1
        if isinstance(node, Einsum):
            terms = 1
            for count, _ in children:
                terms = min(terms * count, _UNTOLD)
            return terms, min(sum(factors * terms // count for count, factors in children), _UNTOLD)
        if isinstance(node, Apply):
            inner[node] = sum(factors for _, factors in children)
            return 1, 1
        return min(sum(t for t, _ in children), _UNTOLD), min(sum(f for _, f in children), _UNTOLD)

    _, factors = bottom_up(tensor, visit)
    return factors + sum(inner.values())


_UNTOLD = 10**9


_MANY = 5
"""Products of fewer factors take no more steps than a few times the entries of what is made on the way."""
_STEPS_PER_ENTRY = 200


def _steps_of(node: Einsum, sizes: Mapping[str, int]) -> float:
    lengths = {index: dim.size(sizes) for index, dim in enumerate(node.index_dims)}
    return path_cost([frozenset(indices) for _, indices in node.factors], frozenset(node.output), lengths, 10**9)


def fits(sizes: Mapping[str, int], tensors: Sequence[Tensor], most: int) -> bool:
    """Whether every array on the way has at most `most` entries at these sizes, and no product takes far more steps."""
    for node in postorder(tensors):
        if isinstance(node, Einsum) and len(node.factors) >= _MANY and _steps_of(node, sizes) > _STEPS_PER_ENTRY * most:
            return False
        count = 1
        for dim in node.dims:
            count *= dim.size(sizes)
            if count > most:
                return False
    return True
