"""Names of products, found as parts of a larger product: M = X'*P*X inside a word, y = A*x, weights, hubs.

A product is a network of factors joined by indices. A name's network is found where the same factors are joined in the
same way, and its inner indices touch nothing else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from tensordiff.tensor import Einsum, Factor, Indices, Named, Tensor, einsum, scale

Symmetric = Callable[[Tensor], bool]


@dataclass(frozen=True, slots=True)
class ProductName:
    """A name whose definition is coefficient * a connected product of two or more factors."""

    named: Named
    coefficient: Fraction
    factors: tuple[Factor, ...]
    """In an order in which each factor shares an index with an earlier one."""
    output: Indices

    @staticmethod
    def of(named: Named, coefficient: Fraction, core: Einsum) -> ProductName | None:
        """The name as such a product; None where its definition is something else."""
        if len(core.factors) < 2 or len(set(core.output)) < len(core.output):
            return None
        around: dict[int, list[int]] = {}
        for place, (_, indices) in enumerate(core.factors):
            for index in indices:
                around.setdefault(index, []).append(place)
        if len(around) < len(core.index_dims):
            return None
        reached: dict[int, None] = {}
        pending = [0]
        while pending:
            place = pending.pop()
            if place not in reached:
                reached[place] = None
                pending.extend(other for index in reversed(core.factors[place][1]) for other in around[index])
        if len(reached) < len(core.factors):
            return None
        return ProductName(named, coefficient, tuple(core.factors[place] for place in reached), core.output)


def put_product_names(core: Einsum, names: Sequence[ProductName], symmetric: Symmetric) -> Tensor:
    """The product with names in the place of the parts that they stand for; itself where there are none."""
    coefficient = Fraction(1)
    factors = list(core.factors)
    for name in names:
        while (found := _find(core.output, factors, name, symmetric)) is not None:
            members, indices = found
            factors = [factor for place, factor in enumerate(factors) if place not in members]
            factors.append((name.named, indices))
            coefficient /= name.coefficient
    if len(factors) == len(core.factors):
        return core
    used = {i for _, indices in factors for i in indices} | set(core.output)
    joined = {i for _, indices in core.factors for i in indices}
    sizes = {i: d for i, d in enumerate(core.index_dims) if i in used or i not in joined}
    return scale(coefficient, einsum(factors, core.output, sizes))


def _find(
    output: Indices, factors: Sequence[Factor], name: ProductName, symmetric: Symmetric
) -> tuple[set[int], Indices] | None:
    """The places of factors that are the name's product, and the indices that it has there."""
    at: dict[int, list[int]] = {}
    for place, (_, indices) in enumerate(factors):
        for index in indices:
            at.setdefault(index, []).append(place)
    wanted = Counter(index for _, indices in name.factors for index in indices)
    outside = set(name.output)

    def fits(index: int, target: int) -> bool:
        """Whether an index of the name may stand for an index here."""
        return index in outside or (target not in output and len(at[target]) == wanted[index])

    def steps(depth: int, image: dict[int, int], used: tuple[int, ...]) -> Iterator[tuple[dict[int, int], tuple[int, ...]]]:
        """The ways to place the next factor."""
        node, indices = name.factors[depth]
        known = next((image[i] for i in indices if i in image), None)
        for place in dict.fromkeys(range(len(factors)) if known is None else at[known]):
            other, targets = factors[place]
            if other is not node or place in used:
                continue
            turned = [targets, targets[::-1]] if len(targets) == 2 and symmetric(node) else [targets]
            for order in dict.fromkeys(turned):
                extended = dict(image)
                if all(extended.setdefault(i, t) == t and fits(i, t) for i, t in zip(indices, order, strict=True)):
                    yield extended, (*used, place)

    stack = [steps(0, {}, ())]
    while stack:
        found = next(stack[-1], None)
        if found is None:
            stack.pop()
            continue
        image, used = found
        if len(used) == len(name.factors):
            return set(used), tuple(image[i] for i in name.output)
        stack.append(steps(len(used), image, used))
    return None
