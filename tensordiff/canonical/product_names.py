"""Names of products, found as parts of a larger product: M = X'*P*X inside a word, y = A*x, weights, hubs.

A product is a network of factors joined by indices. A name's network is found where the same factors are joined in the
same way, and its inner indices touch nothing else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

from tensordiff.canonical.scalar_names import is_size
from tensordiff.functions import power
from tensordiff.records import record
from tensordiff.simplify import power_parts
from tensordiff.tensor import Einsum, Factor, Indices, Named, Tensor, einsum, number, scale, size

Symmetric = Callable[[Tensor], bool]


@record
class ProductName:
    """A name whose definition is coefficient * powers of sizes * a connected product of two or more factors."""

    named: Named
    coefficient: Fraction
    factors: tuple[Factor, ...]
    """In an order in which each factor shares an index with an earlier one."""
    output: Indices
    below: tuple[Tensor, ...] = ()
    """The powers of sizes, inverted."""

    @staticmethod
    def of(named: Named, coefficient: Fraction, core: Einsum) -> ProductName | None:
        """The name as such a product; None where its definition is something else."""
        if len(set(core.output)) < len(core.output):
            return None
        around: dict[int, list[int]] = {}
        below: list[Tensor] = []
        factors: list[Factor] = []
        for node, indices in core.factors:
            base, exponent = power_parts(node)
            if not indices and is_size(base):
                below.append(power(base, scale(-1, exponent)))
                continue
            for index in indices:
                around.setdefault(index, []).append(len(factors))
            factors.append((node, indices))
        idle = [index for index in range(len(core.index_dims)) if index not in around]
        if len(factors) < 2 or any(index in core.output for index in idle):
            return None
        below += [power(size(core.index_dims[index]), number(-1)) for index in idle]
        reached: dict[int, None] = {}
        pending = [0]
        while pending:
            place = pending.pop()
            if place not in reached:
                reached[place] = None
                pending.extend(other for index in reversed(factors[place][1]) for other in around[index])
        if len(reached) < len(factors):
            return None
        return ProductName(named, coefficient, tuple(factors[place] for place in reached), core.output, tuple(below))


def put_product_names(core: Einsum, names: Sequence[ProductName], symmetric: Symmetric) -> Tensor:
    """The product with names in the place of the parts that they stand for; itself where there are none."""
    coefficient = Fraction(1)
    factors = list(core.factors)
    for name in names:
        while (found := _find(core.output, factors, name, symmetric)) is not None:
            members, indices = found
            factors = [factor for place, factor in enumerate(factors) if place not in members]
            factors += [(name.named, indices), *((scalar, ()) for scalar in name.below)]
            coefficient /= name.coefficient
    if factors == list(core.factors):
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
