"""Which products are formed, and which are only parts of larger ones.

A product whose array would be larger than what it is made of (an outer product, an identity, a broadcast) is never formed
on the way: what uses it takes its parts. A sum of such products is distributed over the product that contracts it where
that is estimated to be cheaper. Products used once join the product that uses them, so that the best order of contraction
is sought over all factors; shared ones stay shared unless each user is better off without.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import prod

from tensordiff.compile.plan.distances import by_products
from tensordiff.compile.plan.effort import cost, elements
from tensordiff.compile.plan.low_rank import updated
from tensordiff.compile.plan.norms import in_unit_vectors
from tensordiff.compile.plan.powers import chained, split_diagonals, thin
from tensordiff.compile.plan.properties import Memo, properties
from tensordiff.compile.plan.sharing import settled
from tensordiff.compile.plan.weights import together
from tensordiff.functions import MATRIX_POWER
from tensordiff.simplify.along import contracted
from tensordiff.tensor import (
    Apply,
    Einsum,
    Named,
    Sum,
    Tensor,
    add,
    einsum,
    postorder,
    scale,
    split_coefficient,
)

Placed = tuple[Tensor, Sequence[int]]

_MOST_TERMS = 24
"""A product is distributed over sums up to so many terms."""
_GAIN = 0.7
"""Distribution must cost less than this part of forming the sum."""
_SHARED_FACTORS = 16
"""Whether a shared product is formed is estimated for products of at most so many factors ..."""
_SHARED_USERS = 6
"""... used at most so often; else it is formed."""


def open_products(
    outputs: Sequence[Tensor], sizes: Mapping[str, int], points: int = 1, *, low_rank: bool = False
) -> tuple[list[Tensor], dict[Tensor, str]]:
    """The tensors rewritten so that outer products, identities and broadcasts stand only where they are needed as arrays;
    and the names that named subexpressions gave to nodes of the result. `points` of a batch are computed together. With
    `low_rank`, inverses of low-rank updates are computed by small matrices, which ask to be bounded."""
    rewriter = _Rewriter(outputs, sizes, points, low_rank)
    for node in postorder(outputs):
        rewriter.visit(node)
    names = {
        rewriter.new[node]: node.name
        for node in postorder(outputs)
        if isinstance(node, Named) and not isinstance(rewriter.new[node], Named)
    }
    return [rewriter.new[node] for node in outputs], names


class _Rewriter:
    def __init__(self, outputs: Sequence[Tensor], sizes: Mapping[str, int], points: int, low_rank: bool) -> None:
        self.low_rank = low_rank
        self.sizes = sizes
        self.points = points
        self.uses = _uses(outputs)
        self.new: dict[Tensor, Tensor] = {}
        self.new_uses: dict[Tensor, int] = {}
        self.known: Memo = {}
        powers = (node for node in postorder(outputs) if isinstance(node, Apply) and node.function == MATRIX_POWER)
        self.bases = frozenset(node.children[0] for node in powers)

    def _settled(self, node: Tensor) -> Tensor:
        return settled(node, lambda part: properties(part, self.known).symmetric, self.bases)

    def visit(self, node: Tensor) -> None:
        children = tuple(self.new[child] for child in node.children)
        if isinstance(node, Named):
            made = children[0]
        elif isinstance(node, Sum):
            made = together(add(zip(node.coefficients, children, strict=True), node.dims))
        elif isinstance(node, Apply):
            made = Apply.make(node.function, children)
            if made.function == MATRIX_POWER:
                made = self._settled(thin(made, self.sizes, self.points))
            elif self.low_rank:
                made = updated(made, self.sizes)
        elif isinstance(node, Einsum):
            content = prod((common_coefficient(child) for child in children), start=Fraction(1))
            children = tuple(scale(1 / common_coefficient(child), child) for child in children)
            placed = [(child, labels) for child, (_, labels) in zip(children, node.factors, strict=True)]
            factors = split_diagonals(placed, len(node.index_dims))
            opened = self._opened(node, children)
            same = not opened and tuple(factors) == node.factors
            flat = node if same else einsum(factors, node.output, dict(enumerate(node.index_dims)), flatten=opened)
            flat = self._with_chains(flat)
            made = self._distributed(scale(content, flat), self.uses.get(node, 1))
        else:
            made = node
        self.new[node] = made
        self.new_uses[made] = self.new_uses.get(made, 0) + self.uses[node]

    def _with_chains(self, node: Tensor) -> Tensor:
        content, core = split_coefficient(node)
        if not isinstance(core, Einsum):
            return node
        if self.points == 1:
            inner, core = split_coefficient(in_unit_vectors(core))
            content *= inner
            if not isinstance(core, Einsum):
                return scale(content, core)
            inner, core = split_coefficient(by_products(core, self.sizes))
            content *= inner
            if not isinstance(core, Einsum):
                return scale(content, core)
        return contracted(scale(content, chained(core, self.sizes, self.new_uses, self.points)))

    def _opened(self, node: Einsum, children: Sequence[Tensor]) -> set[Tensor]:
        """The products among the children that join this one: those that are not to be formed; and those used once, where
        there are sums, so that these are seen together with all that they are multiplied with."""
        room = _SHARED_FACTORS - len(children)
        sums = any(isinstance(child, Sum) and child.rank for child in children)
        opened: set[Tensor] = set()
        for old, child in zip(node.children, children, strict=True):
            if not isinstance(child, Einsum):
                continue
            once = self.uses[old] == 1 and len(child.factors) <= room
            if self._is_open(child) or (once and (sums or any(isinstance(f, Sum) and f.rank for f in child.children))):
                opened.add(child)
                room -= len(child.factors) - 1
        return opened

    def _is_open(self, node: Einsum) -> bool:
        """Whether what uses the product takes its parts: it is larger than they are, or one array times numbers."""
        arrays = [labels for _, labels in node.factors if labels]
        scaled = len(arrays) == 1 and set(arrays[0]) == set(node.output) and len(arrays[0]) == len(node.output)
        return scaled or is_outer(node, self.sizes)

    def _distributed(self, node: Tensor, uses: int) -> Tensor:
        """The product with sums of outer products multiplied out where that is cheaper, every term split into blocks."""
        done: list[tuple[Fraction, Tensor]] = []
        waiting: list[tuple[Fraction, Tensor]] = [(Fraction(1), node)]
        while waiting:
            coefficient, term = waiting.pop()
            inner, core = split_coefficient(term)
            coefficient *= inner
            if isinstance(core, Sum):
                waiting += [(coefficient * c, part) for c, part in reversed(core.terms)]
                continue
            room = _MOST_TERMS - len(done) - len(waiting)
            expanded = self._expand(core, uses, room) if isinstance(core, Einsum) else None
            if expanded is None:
                part = split_blocks(core, lambda block: self._block(block, uses)) if isinstance(core, Einsum) else core
                done.append((coefficient, self._settled(part)))
            else:
                waiting += [(coefficient * c, part) for c, part in reversed(expanded)]
        return add(done, node.dims)

    def _block(self, node: Tensor, uses: int) -> Tensor:
        """A block of a product: distributed by itself where it contracts a sum of matrices."""
        matrices = any(isinstance(part, Sum) and part.rank > 1 for part in node.children)
        return self._distributed(node, uses) if matrices else self._settled(node)

    def _expand(self, node: Einsum, uses: int, room: int) -> list[tuple[Fraction, Tensor]] | None:
        """node as a sum over the terms of one of its factors, or None where no factor is worth it."""
        for position, (factor, labels) in enumerate(node.factors):
            if not isinstance(factor, Sum) or not factor.rank:
                continue
            # A broadcast vector is worth it only inside a matrix product: 1 - s is left as it is.
            strict = factor.rank < 2 or set(labels) <= set(node.output)
            products = [(c, part) for c, part in factor.terms if isinstance(part, Einsum)]
            outer = [(c, part) for c, part in products if is_outer(part, self.sizes, strict)]
            formed = sum(cost(part, self.sizes, self.points) + 2 * elements(part.dims, self.sizes) for _, part in factor.terms)
            shared = max(uses, self.uses.get(factor, 1), self.new_uses.get(factor, 1))
            best, least = None, _GAIN * (cost(node, self.sizes, self.points) + formed / shared)
            for apart in (outer, products) if len(outer) < len(products) else (outer,):
                found = self._apart(node, position, apart, room)
                if found is not None and found[1] < least:
                    best, least = found
            if best is not None:
                return best
        return None

    def _apart(
        self, node: Einsum, position: int, apart: Sequence[tuple[Fraction, Tensor]], room: int
    ) -> tuple[list[tuple[Fraction, Tensor]], float] | None:
        """node distributed over some terms of the sum at a position, the others kept together; and the estimated time."""
        factor, labels = node.factors[position]
        assert isinstance(factor, Sum)
        rest = [term for term in factor.terms if term not in apart]
        if not apart or len(apart) + bool(rest) > room:
            return None
        parts = [*apart, *(rest if len(rest) < 2 else [(Fraction(1), add(rest, factor.dims))])]
        opened = {part for _, part in parts if isinstance(part, Einsum)}
        made: list[tuple[Fraction, Tensor]] = []
        time = 0.0
        for c, part in parts:
            factors = [*node.factors[:position], (part, labels), *node.factors[position + 1 :]]
            made.append((c, einsum(factors, node.output, dict(enumerate(node.index_dims)), flatten=opened)))
            time += cost(made[-1][1], self.sizes, self.points)
        if len(rest) > 1:
            time += cost(parts[-1][1], self.sizes, self.points)
        return made, time


def common_coefficient(node: Tensor) -> Fraction:
    """What every term of a sum of arrays is multiplied by, up to signs after the first: to be multiplied once, not in every
    term."""
    if not isinstance(node, Sum) or not node.rank or len({abs(c) for c in node.coefficients}) != 1:
        return Fraction(1)
    return abs(node.coefficients[0])


def is_outer(node: Einsum, sizes: Mapping[str, int], strict: bool = False) -> bool:
    """Whether the product's array is larger than the arrays of its blocks together: an outer product, or one with an
    identity or (unless `strict`) broadcast indices."""
    if len(set(node.output)) < len(node.output):
        return True
    blocks = [block for block in _blocks(node) if block[1]]
    if len(blocks) < 2 and strict:
        return False
    inside = sum(prod(node.index_dims[x].size(sizes) for x in labels) for _, labels in blocks)
    return elements(node.dims, sizes) > inside


def split_blocks(node: Einsum, settle: Callable[[Tensor], Tensor]) -> Tensor:
    """A product of several blocks (factors that hang together by summed indices) with each block a settled product of its
    own, so that it is computed once wherever it occurs."""
    blocks = _blocks(node)
    whole = len(blocks) == 1 and len(set(node.output)) == len(node.output) == len(blocks[0][1])
    if whole or all(len(block) == 1 for block, _ in blocks):
        return node
    sizes = dict(enumerate(node.index_dims))
    inside = set(node.output).union(*(node.factors[p][1] for block, _ in blocks for p in block))
    factors: list[tuple[Tensor, Sequence[int]]] = []
    for block, labels in blocks:
        made = settle(einsum([node.factors[p] for p in block], labels, {x: sizes[x] for x in labels}))
        factors.append((made, labels))
    loose = {x: dim for x, dim in sizes.items() if x not in inside}
    kept = {x: sizes[x] for x in node.output}
    return einsum(factors, node.output, {**kept, **loose})


def _blocks(node: Einsum) -> list[tuple[list[int], tuple[int, ...]]]:
    """(positions of factors, output labels among their indices) for the groups that summed indices hold together; groups
    on the same output labels, and numbers, are one."""
    kept = set(node.output)
    home: dict[int, int] = {}
    groups: dict[int, list[int]] = {}
    for position, (_, labels) in enumerate(node.factors):
        summed = {label for label in labels if label not in kept}
        joined = {home[label] for label in summed if label in home}
        if not labels:
            joined = {-1} & set(groups)
            target = -1
        else:
            target = min(joined, default=position)
        members = groups.setdefault(target, [])
        for other in sorted(joined - {target}):
            for member in groups.pop(other):
                members.append(member)
                home.update({label: target for label in node.factors[member][1] if label not in kept})
        members.append(position)
        home.update(dict.fromkeys(summed, target))
    alike: dict[frozenset[int], list[int]] = {}
    for members in groups.values():
        alike.setdefault(frozenset(x for p in members for x in node.factors[p][1] if x in kept), []).extend(members)
    result = []
    for members in alike.values():
        outer = dict.fromkeys(x for p in sorted(members) for x in node.factors[p][1] if x in kept)
        result.append((sorted(members), tuple(outer)))
    return result


def opened_products(outputs: Sequence[Tensor], sizes: Mapping[str, int], points: int = 1) -> set[Tensor]:
    """The products that are not formed by themselves but join every product or sum that uses them."""
    uses = _uses(outputs)
    users: dict[Tensor, list[Tensor]] = {}
    for node in postorder(outputs):
        for child in node.children:
            users.setdefault(child, []).append(node)
    kept = set(outputs)
    opened: set[Tensor] = set()
    for node in postorder(outputs):
        if not isinstance(node, Einsum) or node in kept:
            continue
        inside = [user for user in users.get(node, []) if isinstance(user, Einsum | Sum)]
        if len(inside) < len(users.get(node, [])):
            continue  # a function needs its array
        if uses[node] == 1 or is_outer(node, sizes) or _better_opened(node, inside, opened, sizes, points):
            opened.add(node)
    return opened


def _better_opened(node: Einsum, users: Sequence[Tensor], opened: set[Tensor], sizes: Mapping[str, int], points: int) -> bool:
    """Whether all users of a shared product are cheaper without its array."""
    if len(users) > _SHARED_USERS or len(node.factors) > _SHARED_FACTORS:
        return False
    formed, apart = cost(_flattened(node, opened), sizes, points), 0.0
    for user in users:
        if not isinstance(user, Einsum) or len(user.factors) + len(node.factors) > _SHARED_FACTORS:
            return False
        formed += cost(_flattened(user, opened), sizes, points)
        apart += cost(_flattened(user, opened | {node}), sizes, points)
    return apart < formed


def _flattened(node: Einsum, opened: set[Tensor]) -> Tensor:
    return einsum(node.factors, node.output, dict(enumerate(node.index_dims)), flatten=opened)


def _uses(outputs: Sequence[Tensor]) -> dict[Tensor, int]:
    """How often each node is used, as a child or as an output."""
    uses: dict[Tensor, int] = {}
    for node in postorder(outputs):
        for child in node.children:
            uses[child] = uses.get(child, 0) + 1
    for node in outputs:
        uses[node] = uses.get(node, 0) + 1
    return uses
