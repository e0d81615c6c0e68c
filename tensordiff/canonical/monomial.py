"""One product of atoms in canonical form: powers collected, links reduced, components labelled and ordered."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from fractions import Fraction
from functools import lru_cache
from operator import itemgetter

from tensordiff.canonical.label import Vertex, label
from tensordiff.canonical.words import Word, find_words
from tensordiff.functions import Duplication
from tensordiff.simplify import RULES, Context, Product, Rule, Step, power_of, power_parts
from tensordiff.tensor import (
    ONE,
    UNIT,
    Apply,
    Dim,
    Einsum,
    Factor,
    Indices,
    Permutations,
    Symbol,
    Tensor,
    add,
    as_number,
    einsum,
    multiply,
    product_as_is,
    size,
    zero,
)


def normalise(product: Product, context: Context) -> tuple[Fraction, Tensor, bool]:
    """(coefficient, node, done): the canonical Einsum, or a node that has to be expanded again."""
    outcome: Step | Tensor = Step.REDUCED
    while outcome is Step.REDUCED:
        outcome = _reduce(product, context)
    if outcome is Step.ZERO:
        return UNIT, zero([product.dims[i] for i in product.output]), True
    if outcome is Step.OPENED:
        return product.coefficient, _as_tensor(product), False
    if isinstance(outcome, Tensor):
        return product.coefficient, outcome, False
    return _assemble(product, context)


def _reduce(product: Product, context: Context) -> Step | Tensor:
    """What the first rule does that applies."""
    for rule in _rules(frozenset(product.heads()), context.define):
        if len(product) >= rule.least and (outcome := rule.rule(product, context)) is not Step.NONE:
            return outcome
    return Step.NONE


@lru_cache(maxsize=1024)
def _rules(heads: frozenset[type], define: bool) -> tuple[Rule, ...]:
    """The rules that are tried on products of these functions, in canonical forms of this kind."""
    return tuple([rule for rule in RULES if rule.is_about(heads, define)])


def _as_tensor(product: Product) -> Tensor:
    return einsum(product.factors.values(), product.output, product.dims)


def _assemble(product: Product, context: Context) -> tuple[Fraction, Tensor, bool]:
    """Components labelled one by one; equal closed ones (scalars) add exponents."""
    coefficient = product.coefficient
    scalars: dict[Tensor, Tensor] = {}

    def scalar(base: Tensor, exponent: Tensor) -> None:
        scalars[base] = add([(1, scalars[base]), (1, exponent)]) if base in scalars else exponent

    for index, places in product.places.items():
        if places or index in product.output:
            continue
        dim = product.dims[index]
        if dim.value is not None:
            coefficient *= dim.value
        elif dim.is_compound:
            return coefficient, multiply(size(dim), _as_tensor(_without(product, index))), False
        else:
            scalar(size(dim), ONE)
    opened: list[tuple[int, list[Factor]]] = []
    for factors in _components(product):
        if len(factors) == 1 and not factors[0][1]:
            scalar(*power_parts(factors[0][0]))
            continue
        ordered = _ordered(factors, product, context)
        indices = {i for _, slots in factors for i in slots}
        first = next((p for p, i in enumerate(product.output) if i in indices), None)
        if first is not None:
            opened.append((first, ordered))
        else:
            scalar(product_as_is(ordered, (), product.dims), ONE)
    factors_out: list[Factor] = []
    for base in sorted(scalars, key=_key) if len(scalars) > 1 else scalars:
        exponent = scalars[base]
        node = base if exponent is ONE else power_of(base, exponent, context)
        if node is not base and not context.is_atom(node):
            if (value := as_number(node)) is not None:
                coefficient *= value
                continue
            others = [power_of(b, e, context) for b, e in scalars.items() if b is not base]
            rest = [factor for _, ordered in opened for factor in ordered]
            return coefficient, multiply_into([node, *others], product_as_is(rest, product.output, product.dims)), False
        factors_out.append((node, ()))
    opened.sort(key=itemgetter(0))
    for _, ordered in opened:
        factors_out.extend(ordered)
    if scalars:
        return coefficient, _build(factors_out, product), True
    return coefficient, product_as_is(factors_out, product.output, product.dims), True


def _key(node: Tensor) -> bytes:
    return node.key


def multiply_into(scalars: Sequence[Tensor], node: Tensor) -> Tensor:
    labels = tuple(range(node.rank))
    return einsum([*((s, ()) for s in scalars), (node, labels)], labels)


def _without(product: Product, index: int) -> Product:
    dims = [(i, d) for i, d in product.dims.items() if i != index]
    return Product(Fraction(1), product.factors.values(), product.output, dims)


def _build(factors: Sequence[Factor], product: Product) -> Tensor:
    """The canonical Einsum; closed scalar components stand among the factors as products of their own and are opened."""
    if not any(isinstance(node, Einsum) for node, _ in factors):
        return product_as_is(factors, product.output, product.dims)
    flat: list[tuple[Tensor, Sequence[Hashable]]] = []
    inner: dict[Hashable, Dim] = {}
    for number_, (node, indices) in enumerate(factors):
        if isinstance(node, Einsum):
            assert not node.output
            flat.extend([(factor, tuple([(number_, i) for i in slots])) for factor, slots in node.factors])
            inner.update({(number_, i): dim for i, dim in enumerate(node.index_dims)})
        else:
            flat.append((node, indices))
    return product_as_is(flat, product.output, {**product.dims, **inner}, inner)


def _components(product: Product) -> list[list[Factor]]:
    """The factors grouped by connection through shared indices."""
    found: list[list[Factor]] = []
    left = dict.fromkeys(product.factors)
    while left:
        first = next(iter(left))
        del left[first]
        members, stack = [], [first]
        while stack:
            name = stack.pop()
            members.append(product.factors[name])
            for index in product.factors[name][1]:
                for other, _ in product.places[index]:
                    if other in left:
                        del left[other]
                        stack.append(other)
        found.append(members)
    return found


def _ordered(factors: list[Factor], product: Product, context: Context) -> list[Factor]:
    """The factors of one component in canonical order."""
    output = product.output
    if len(factors) == 1 and not symmetries_of(factors[0][0]):
        return _orient(factors, output, {}, context)
    inner = {i for _, slots in factors for i in slots if i not in output}
    words, rest = find_words(factors, inner, context.symmetric)
    if len(words) == 1 and not rest:
        return _written(factors, words[0], output, context)
    # A word and a factor are never of one colour: the slots of a word's letters are 0 and 1.
    vertices: list[Vertex] = [Vertex(word.code, word.ends, (0, 0) if word.palindrome else (0, 1)) for word in words]
    content = [[step.factor for step in word.steps] for word in words]
    for name in rest:
        node, slots = factors[name]
        vertices.append(Vertex(((node.key, 2),), slots, _slot_classes(node, context), symmetries_of(node)))
        content.append([name])
    used = list(dict.fromkeys([i for vertex in vertices for i in vertex.slots]))
    place = {index: p for p, index in enumerate(used)}
    positions: dict[int, list[int]] = {}
    for position, index in enumerate(output):
        positions.setdefault(index, []).append(position)
    colours = [(product.dims[i].key, positions.get(i, [])) for i in used]
    local = [v._replace(slots=tuple([place[i] for i in v.slots])) for v in vertices]
    labelling = label(local, colours)
    rank = {used[p]: r for r, p in enumerate(labelling.index_order)}
    ordered: list[Factor] = []
    for vertex in labelling.order:
        names = content[vertex]
        if vertex < len(words) and words[vertex].palindrome:
            start, end = words[vertex].ends
            names = names if rank[start] <= rank[end] else names[::-1]
        ordered.extend([factors[name] for name in names])
    return _orient(ordered, output, rank, context)


def _written(factors: list[Factor], word: Word, output: Indices, context: Context) -> list[Factor]:
    """A component that is one word, as it is read: a palindrome from its first output index on."""
    start, end = word.ends
    path = [factors[step.factor] for step in word.steps]
    if start == end:
        return _orient(
            path,
            output,
            {slots[step.slot]: p for p, ((_, slots), step) in enumerate(zip(path, word.steps, strict=True))},
            context,
        )
    if word.palindrome and end in output and (start not in output or output.index(end) < output.index(start)):
        start, end = end, start
        path.reverse()
    return _orient(path, output, {start: 0, end: 1}, context)


def _slot_classes(node: Tensor, context: Context) -> tuple[int, ...]:
    """Slots of one class may be exchanged: both of a symmetric matrix, the pair of a duplication matrix."""
    if _exchangeable(node, context):
        return (0, 0, 1) if node.rank == 3 else (0, 0)
    return tuple(range(node.rank))


def symmetries_of(node: Tensor) -> Permutations:
    """The group of permutations of axes that leave a tensor of more than two axes as it is: of a symbol, and of what is made of
    one entry by entry."""
    while isinstance(node, Apply) and node.function.elementwise and not any(a.dims for a in node.children[1:]):
        node = node.children[0]
    return node.structure.symmetries if isinstance(node, Symbol) else ()


def _exchangeable(node: Tensor, context: Context) -> bool:
    """Whether the first two slots may be exchanged."""
    rank = len(node.dims)
    return (rank == 2 and context.symmetric(node)) or (
        rank == 3 and isinstance(node, Apply) and isinstance(node.function, Duplication)
    )


def _orient(factors: list[Factor], output: Indices, rank: dict[int, int], context: Context) -> list[Factor]:
    """Symmetric slots in the order in which the indices come first in the result, so that equal products are one."""
    seen: dict[int, int] = {index: -place for place, index in enumerate(reversed(output), start=1)}
    result: list[Factor] = []
    far = len(rank)
    for node, slots in factors:
        if _exchangeable(node, context):
            first, second = sorted(slots[:2], key=lambda i: (i not in seen, seen.get(i, 0), rank.get(i, far)))
            slots = (first, second, *slots[2:])
        elif symmetries := symmetries_of(node):
            ways = [tuple([slots[p] for p in axes]) for axes in symmetries]
            slots = min(ways, key=lambda way: [(i not in seen, seen.get(i, 0), rank.get(i, far)) for i in way])
        for index in slots:
            seen.setdefault(index, len(seen))
        result.append((node, slots))
    return result
