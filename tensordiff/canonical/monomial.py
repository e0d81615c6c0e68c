"""One product of atoms in canonical form: powers collected, links reduced, components labelled and ordered."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Protocol

from tensordiff.canonical.label import Vertex, label
from tensordiff.canonical.words import find_words
from tensordiff.functions import POWER
from tensordiff.simplify import (
    Product,
    close_frechet,
    cut_at_places,
    divide_out,
    place_parts,
    reduce_links,
    settle_cofactors,
    split_indicator,
    sum_beside_power,
    sum_probabilities,
    unite_parts,
)
from tensordiff.tensor import (
    ONE,
    Apply,
    Dim,
    Einsum,
    Factor,
    Indices,
    Tensor,
    add,
    apply,
    as_number,
    digest,
    einsum,
    multiply,
    number,
    size,
)


class Context(Protocol):
    """What the normal form of a product asks of the whole: sub-expressions in canonical form."""

    define: bool

    def tensor(self, node: Tensor) -> Tensor: ...
    def symmetric(self, node: Tensor) -> bool: ...
    def is_atom(self, node: Tensor) -> bool: ...


def normalise(product: Product, context: Context) -> tuple[Fraction, Tensor, bool]:
    """(coefficient, node, done): the canonical Einsum, or a node that has to be expanded again."""
    while True:
        if not place_parts(product) or not cut_at_places(product):
            return Fraction(0), _as_tensor(product), True
        if context.define and unite_parts(product):
            continue
        if not _collect(product, context):
            return product.coefficient, _as_tensor(product), False
        if sum_beside_power(product) or (not context.define and settle_cofactors(product)):
            return product.coefficient, _as_tensor(product), False
        sum_probabilities(product)
        before = len(product)
        reduce_links(product, context.symmetric, context.tensor)
        if len(product) == before:
            break
        if any(not context.is_atom(node) for node, _ in product.factors.values()):
            return product.coefficient, _as_tensor(product), False
    if context.define and (parted := split_indicator(product)) is not None:
        return product.coefficient, parted, False
    if context.define and (quotient := divide_out(product)) is not None:
        return product.coefficient, quotient, False
    if close_frechet(product):
        return product.coefficient, _as_tensor(product), False
    return _assemble(product, context)


def _as_tensor(product: Product) -> Tensor:
    return einsum(product.factors.values(), product.output, product.dims)


def power_parts(node: Tensor) -> tuple[Tensor, Tensor]:
    """(base, exponent) of an entrywise power with a scalar exponent; (node, 1) for anything else."""
    if isinstance(node, Apply) and node.function == POWER and not node.children[1].dims:
        return node.children[0], node.children[1]
    return node, number(1)


def _collect(product: Product, context: Context) -> bool:
    """Equal bases on equal indices add exponents: x_i x_i^-1 = 1. False where a power has to be expanded again."""
    groups: dict[tuple[Tensor, tuple[int, ...]], list[tuple[int, Tensor]]] = {}
    for name, (node, indices) in list(product.factors.items()):
        base, exponent = power_parts(node)
        if base.rank == 2 and indices[0] > indices[1] and context.symmetric(base):
            product.remove(name)
            indices = indices[::-1]
            name = product.insert(node, indices)
        groups.setdefault((base, indices), []).append((name, exponent))
    settled = True
    for (base, indices), members in groups.items():
        if len(members) == 1:
            continue
        for name, _ in members:
            product.remove(name)
        node = power_of(base, add([(1, exponent) for _, exponent in members]), context)
        if node is ONE:
            continue
        settled = settled and context.is_atom(node) and power_parts(node)[0] is base
        product.insert(node, indices)
    return settled


def power_of(base: Tensor, exponent: Tensor, context: Context) -> Tensor:
    """base^exponent, with the exponent in canonical form."""
    return apply(POWER, base, exponent if as_number(exponent) is not None else context.tensor(exponent))


def _assemble(product: Product, context: Context) -> tuple[Fraction, Tensor, bool]:
    """Components labelled one by one; equal closed ones (scalars) add exponents."""
    coefficient = product.coefficient
    scalars: dict[Tensor, Tensor] = {}

    def scalar(base: Tensor, exponent: Tensor) -> None:
        scalars[base] = add([(1, scalars[base]), (1, exponent)]) if base in scalars else exponent

    for index in [i for i, places in product.places.items() if not places and i not in product.output]:
        dim = product.dims[index]
        if dim.value is not None:
            coefficient *= dim.value
        elif dim.is_compound:
            return coefficient, multiply(size(dim), _as_tensor(_without(product, index))), False
        else:
            scalar(size(dim), number(1))
    opened: list[tuple[object, list[Factor]]] = []
    for factors in _components(product):
        indices = sorted({i for _, slots in factors for i in slots})
        if len(factors) == 1 and not indices:
            scalar(*power_parts(factors[0][0]))
            continue
        certificate, ordered = _labelled(factors, product, context)
        if any(i in product.output for i in indices):
            opened.append((certificate, ordered))
        else:
            scalar(einsum(ordered, (), {i: product.dims[i] for i in indices}), number(1))
    factors_out: list[Factor] = []
    for base in sorted(scalars, key=lambda node: node.key):
        node = power_of(base, scalars[base], context)
        if node is not base and not context.is_atom(node):
            if (value := as_number(node)) is not None:
                coefficient *= value
                continue
            others = [power_of(b, e, context) for b, e in scalars.items() if b is not base]
            rest = [factor for _, ordered in opened for factor in ordered]
            dims = {i: d for i, d in product.dims.items() if product.places[i] or i in product.output}
            return coefficient, multiply_into([node, *others], einsum(rest, product.output, _only(dims, rest, product))), False
        factors_out.append((node, ()))
    for _, ordered in sorted(opened, key=lambda pair: pair[0]):  # type: ignore[arg-type, return-value]
        factors_out.extend(ordered)
    return coefficient, _build(factors_out, product), True


def multiply_into(scalars: Sequence[Tensor], node: Tensor) -> Tensor:
    labels = tuple(range(node.rank))
    return einsum([*((s, ()) for s in scalars), (node, labels)], labels)


def _without(product: Product, index: int) -> Product:
    dims = [(i, d) for i, d in product.dims.items() if i != index]
    return Product(Fraction(1), product.factors.values(), product.output, dims)


def _only(dims: dict[int, Dim], factors: Sequence[Factor], product: Product) -> dict[int, Dim]:
    used = {i for _, indices in factors for i in indices} | set(product.output)
    return {i: d for i, d in dims.items() if i in used}


def _build(factors: Sequence[Factor], product: Product) -> Tensor:
    """The canonical Einsum; closed scalar components stand among the factors as products of their own and are opened."""
    sizes = {i: product.dims[i] for i in product.output}
    flat: list[tuple[Tensor, tuple[object, ...]]] = []
    dims: dict[object, Dim] = dict(sizes.items())
    for number_, (node, indices) in enumerate(factors):
        if isinstance(node, Einsum):
            assert not node.output
            flat.extend((inner, tuple((number_, i) for i in slots)) for inner, slots in node.factors)
            dims.update({(number_, i): d for i, d in enumerate(node.index_dims)})
        else:
            flat.append((node, indices))
    return einsum(flat, product.output, dims)


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


def _labelled(factors: list[Factor], product: Product, context: Context) -> tuple[object, list[Factor]]:
    """(certificate, factors in canonical order) of one component."""
    inner = {i for _, slots in factors for i in slots if i not in product.output}
    words, rest = find_words(factors, inner, context.symmetric)
    if len(words) == 1 and words[0].ends[0] == words[0].ends[1] and words[0].ends[0] in inner and not rest:
        word = words[0]
        if len(word.steps) == len(factors) and len(inner) == len(factors):  # one closed path: its reading is its certificate
            key = digest("cycle", *(part for code in word.code for part in code))
            path = [factors[step.factor] for step in word.steps]
            joints = [slots[step.slot] for (_, slots), step in zip(path, word.steps, strict=True)]
            return ((key,), ()), _orient(path, (), {index: p for p, index in enumerate(joints)}, context)
    vertices: list[Vertex] = []
    content: list[list[int]] = []
    for word in words:
        colour = digest("word", *(part for code in word.code for part in code))
        vertices.append(Vertex(colour, word.ends, (0, 0) if word.palindrome else (0, 1)))
        content.append([step.factor for step in word.steps])
    for name in rest:
        node, slots = factors[name]
        vertices.append(Vertex(digest("factor", node.key), slots, _slot_classes(node, context)))
        content.append([name])
    used = sorted({i for vertex in vertices for i in vertex.slots})
    place = {index: p for p, index in enumerate(used)}
    colours = [digest(product.dims[i].key, repr([p for p, out in enumerate(product.output) if out == i])) for i in used]
    local = [Vertex(v.colour, tuple(place[i] for i in v.slots), v.classes) for v in vertices]
    labelling = label(local, colours)
    rank = {used[p]: r for r, p in enumerate(labelling.index_order)}
    ordered: list[Factor] = []
    for vertex in labelling.order:
        names = content[vertex]
        if vertex < len(words) and words[vertex].palindrome:
            start, end = words[vertex].ends
            names = names if rank[start] <= rank[end] else names[::-1]
        ordered.extend(factors[name] for name in names)
    return labelling.certificate, _orient(ordered, product.output, rank, context)


def _slot_classes(node: Tensor, context: Context) -> tuple[int, ...]:
    """Slots of one class may be exchanged: both of a symmetric matrix, the pair of a duplication matrix."""
    from tensordiff.functions import Duplication

    if node.rank == 2 and context.symmetric(node):
        return (0, 0)
    if isinstance(node, Apply) and isinstance(node.function, Duplication):
        return (0, 0, 1)
    return tuple(range(node.rank))


def _orient(factors: list[Factor], output: Indices, rank: dict[int, int], context: Context) -> list[Factor]:
    """Symmetric slots in the order in which the indices come first in the result, so that equal products are one."""
    seen: dict[int, int] = {index: -place for place, index in enumerate(reversed(output), start=1)}
    result: list[Factor] = []
    far = len(rank)
    for node, slots in factors:
        classes = _slot_classes(node, context)
        if len(slots) > 1 and classes[0] == classes[1]:
            first, second = sorted(slots[:2], key=lambda i: (i not in seen, seen.get(i, 0), rank.get(i, far)))
            slots = (first, second, *slots[2:])
        for index in slots:
            seen.setdefault(index, len(seen))
        result.append((node, slots))
    return result
