"""Sums of products as arrays: broadcast products into the final order, low-rank sums as one matrix product, identities as
writes to a diagonal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import prod
from typing import NamedTuple

from tensordiff.compile.plan.contract import Labels, Operand, aligned, multiply, ordered
from tensordiff.compile.plan.graph import Graph, Value, number_of
from tensordiff.records import record
from tensordiff.tensor.extent import Extent

_LOW_RANK_FROM = 2048
"""Results of fewer entries are summed by broadcasting: one matrix product costs less only past that."""


@record
class _Pair:
    """coefficient * the outer product of two sides."""

    coefficient: Fraction
    sides: tuple[Operand, Operand]


class _Term(NamedTuple):
    """sign * an array that is broadcast over the axes that it lacks: those beside `labels`."""

    sign: int
    value: Value
    labels: frozenset[int]


@record
class Product:
    """coefficient * product of numbers * product of parts that share no summed label, on the labels `output`: a repeated
    label is a diagonal, one in no part is broadcast."""

    coefficient: Fraction
    numbers: tuple[Value, ...]
    parts: tuple[Operand, ...]
    output: Labels


def dense(
    graph: Graph,
    products: Sequence[Product],
    shape: tuple[Extent, ...],
    sizes: Sequence[int],
    points: int = 1,
    *,
    free: bool = False,
) -> Value:
    """The sum of the products as one array of this shape; `sizes` are the numbers planned for, for so many `points` of a
    batch at once. Where the order of its axes in memory is `free`, an outer product is written with one factor innermost, and
    turned into place as a view."""
    patterns: dict[Labels, list[Product]] = {}
    for item in products:
        distinct = tuple(dict.fromkeys(item.output))
        place = {label: number for number, label in enumerate(distinct)}
        parts = tuple(Operand(part.value, tuple(place[x] for x in part.labels)) for part in item.parts)
        pattern = tuple(place[label] for label in item.output)
        patterns.setdefault(pattern, []).append(Product(item.coefficient, item.numbers, parts, tuple(range(len(distinct)))))
    straight = tuple(range(len(shape)))
    total: Value | None = None
    if straight in patterns:
        total = _sum(graph, patterns.pop(straight), dict(enumerate(sizes)), points, free)
    for pattern, group in patterns.items():
        numbers = {label: sizes[pattern.index(label)] for label in set(pattern)}
        if total is not None:
            total = graph.broadcast_to(total, shape)
        total = graph.add_diagonal(total, _sum(graph, group, numbers, points), pattern, shape)
    if total is None:
        return graph.emit("zeros", shape=shape)
    return graph.broadcast_to(total, shape)


def _sum(graph: Graph, products: Sequence[Product], sizes: Mapping[int, int], points: int = 1, free: bool = False) -> Value:
    """The sum of products on labels 0, 1, ...; axes that every product lacks may have length one, or be left out."""
    rest: list[Product] = []
    splits: dict[tuple[Labels, Labels], list[Product]] = {}
    large = prod(sizes.values()) >= _LOW_RANK_FROM
    for item in products:
        split = _split(item) if (large or points > 1) and len(products) > 1 else None
        if split is None:
            rest.append(item)
        else:
            splits.setdefault(split, []).append(item)
    terms: list[_Term] = []
    every = frozenset(sizes)
    for split, group in splits.items():
        if len(group) == 1:
            rest.append(group[0])
            continue
        pairs = _merged(graph, [_pair(graph, item, split) for item in (group if points == 1 else _collected(graph, group))])
        if len(pairs) == 1 or not large:
            rest += [Product(pair.coefficient, (), pair.sides, products[0].output) for pair in pairs]
        elif pairs:
            terms.append(_Term(1, _low_rank(graph, pairs, tuple(sorted(sizes))), every))
    # The order of the terms is the one in which they came, but for low-rank sums, which are largest and go first.
    position = {id(item): number for number, item in enumerate(products)}
    rest.sort(key=lambda item: position.get(id(item), -1))
    for item in rest:
        sign = -1 if item.coefficient < 0 and terms else 1
        made = _product(graph, item, sign, sizes, free and len(rest) == 1 and not terms)
        terms.append(_Term(sign, made, frozenset(x for part in item.parts for x in part.labels)))
    if not terms:
        return graph.constant(0)
    return _total(graph, _small_first(graph, terms, every))


def _small_first(graph: Graph, terms: Sequence[_Term], every: frozenset[int]) -> list[_Term]:
    """The terms with those that are broadcast (vectors, numbers beside matrices) added to each other first: a pass over the
    whole result less for each of them."""
    groups: dict[frozenset[int], list[_Term]] = {}
    small = [term.labels for term in terms if term.labels != every]
    for place, term in enumerate(terms):
        home = next((labels for labels in small if term.labels <= labels and term.labels != every), None)
        largest = max((labels for labels in small if home is not None and home <= labels), key=len, default=home)
        groups.setdefault(frozenset({-1 - place}) if largest is None else largest, []).append(term)
    made: list[_Term] = []
    for group in groups.values():
        first = group[0]
        same = [term._replace(sign=term.sign * first.sign) for term in group]
        made.append(_Term(first.sign, _total(graph, same), first.labels))
    return made


def _total(graph: Graph, terms: Sequence[_Term]) -> Value:
    """The sum of terms, of which the first is positive."""
    result = terms[0].value
    for term in terms[1:]:
        result = graph.elementwise("add" if term.sign > 0 else "subtract", result, term.value)
    return result


def factor(graph: Graph, coefficient: Fraction, numbers: Sequence[Value]) -> Value | None:
    """The scalar factor of a product, None for one."""
    result: Value | None = None
    for value in numbers:
        known = number_of(value)
        if known is not None:
            coefficient *= known
        elif result is None:
            result = value
        else:
            result = graph.elementwise("multiply", result, value)
    if coefficient == 1:
        return result
    constant = graph.constant(coefficient)
    if result is None:
        return constant
    if coefficient == -1:
        return graph.elementwise("negative", result)
    return graph.elementwise("multiply", constant, result)


def _product(graph: Graph, item: Product, sign: int, sizes: Mapping[int, int], free: bool = False) -> Value:
    """sign * one product as an array on labels 0, 1, ..., aligned for broadcasting."""
    scalar = factor(graph, item.coefficient * sign, item.numbers)
    if not item.parts:
        return graph.constant(1) if scalar is None else scalar
    parts = sorted(item.parts, key=lambda part: prod(sizes[x] for x in part.labels))
    first = parts[0]
    if scalar is not None:
        if number_of(scalar) == -1:
            first = Operand(graph.elementwise("negative", first.value), first.labels)
        else:
            first = Operand(graph.elementwise("multiply", scalar, first.value), first.labels)
    target = tuple(sorted(sizes))
    for number, part in enumerate(parts[1:], start=2):
        last = number == len(parts)
        if last and free and (order := _outer_order(first, part, target)) is not None:
            first = multiply(graph, first, part, order, sizes)
        else:
            first = multiply(graph, first, part, target if last else None, sizes)
    return aligned(graph, first, target)


def _outer_order(small: Operand, large: Operand, target: Labels) -> Labels | None:
    """The labels of an outer product with those of the larger factor last, as its memory has them: loops over entries that
    are side by side are then as long as can be. None where this is no outer product, or `target` is as good."""
    if set(small.labels) & set(large.labels) or len(large.labels) < 2 or len(small.labels) + len(large.labels) < len(target):
        return None
    inner, axes = large.value, large.labels
    if inner.operation == "transpose":
        order: tuple[int, ...] = inner.attributes[0]
        axes = tuple(axes[order.index(axis)] for axis in range(len(order)))
    outer = tuple(label for label in target if label in small.labels)
    return None if target[len(outer) :] == axes else outer + axes


def _split(item: Product) -> tuple[Labels, Labels] | None:
    """The two sets of labels of an outer product of two parts that cover every label."""
    if len(item.parts) != 2:
        return None
    a, b = (tuple(sorted(part.labels)) for part in item.parts)
    if not a or not b or set(a) & set(b) or len(a) + len(b) != len(item.output):
        return None
    return (a, b) if a < b else (b, a)


def _collected(graph: Graph, products: Sequence[Product]) -> list[Product]:
    """Products that differ in numbers alone made one: at each point of a batch a number costs less than an array."""
    found: dict[frozenset[Operand], list[Product]] = {}
    for item in products:
        numbers = list(item.numbers)
        parts: list[Operand] = []
        for part in item.parts:
            labels = tuple(sorted(part.labels))
            number, rest = _scaled(graph, ordered(graph, part, labels))
            numbers += [] if number is None else [number]
            parts.append(Operand(rest, labels))
        found.setdefault(frozenset(parts), []).append(Product(item.coefficient, tuple(numbers), tuple(parts), item.output))
    made: list[Product] = []
    for group in found.values():
        if len(group) > 1:
            terms = [(item.coefficient, factor(graph, Fraction(1), item.numbers) or graph.constant(1)) for item in group]
            group = [Product(Fraction(1), (combination(graph, terms),), group[0].parts, group[0].output)]
        made += group
    return made


def _scaled(graph: Graph, value: Value, depth: int = 6) -> tuple[Value | None, Value]:
    """An array as a number (None: one) times an array, looked for a few operations deep."""
    operands = value.operands
    if depth and value.operation in ("transpose", "negative"):
        number, rest = _scaled(graph, operands[0], depth - 1)
        if value.operation == "transpose":
            return number, graph.transpose(rest, value.attributes[0])
        return graph.constant(-1) if number is None else graph.elementwise("negative", number), rest
    if depth and value.operation == "multiply" and any(not v.rank for v in operands):
        scalar, other = operands if not operands[0].rank else operands[::-1]
        number, rest = _scaled(graph, other, depth - 1)
        return scalar if number is None else graph.elementwise("multiply", scalar, number), rest
    if depth and value.operation in ("add", "subtract") and operands[0].rank == operands[1].rank:
        (a, first), (b, second) = (_scaled(graph, operand, depth - 1) for operand in operands)
        if first is second:
            one = graph.constant(1)
            return graph.elementwise(value.operation, one if a is None else a, one if b is None else b), first
    return None, value


def _pair(graph: Graph, item: Product, split: tuple[Labels, Labels]) -> _Pair:
    """The two parts in the order of the split, numbers multiplied into the second."""
    first, second = item.parts if tuple(sorted(item.parts[0].labels)) == split[0] else item.parts[::-1]
    scalar = factor(graph, Fraction(1), item.numbers)
    if scalar is not None:
        second = Operand(graph.elementwise("multiply", scalar, second.value), second.labels)
    return _Pair(item.coefficient, (first, second))


def _merged(graph: Graph, pairs: list[_Pair]) -> list[_Pair]:
    """a x b + a x c = a x (b + c) as long as a part occurs twice: fewer outer products."""
    while True:
        groups: dict[tuple[int, Operand], list[_Pair]] = {}
        for pair in pairs:
            for side in (0, 1):
                groups.setdefault((side, pair.sides[side]), []).append(pair)
        (side, common), group = max(groups.items(), key=lambda entry: len(entry[1]))
        if len(group) == 1:
            return pairs
        labels = group[0].sides[1 - side].labels
        collected: dict[Value, Fraction] = {}
        for pair in group:
            value = ordered(graph, pair.sides[1 - side], labels)
            collected[value] = collected.get(value, Fraction(0)) + pair.coefficient
        pairs = [pair for pair in pairs if pair not in group]
        if any(collected.values()):
            other = Operand(combination(graph, [(c, value) for value, c in collected.items() if c]), labels)
            pairs.append(_Pair(Fraction(1), (common, other) if side == 0 else (other, common)))
        if not pairs:
            return pairs


def combination(graph: Graph, terms: Sequence[tuple[Fraction, Value]]) -> Value:
    """The linear combination of values of one shape; the constant 0 where there is none."""
    total: Value | None = None
    for coefficient, value in terms:
        sign = "subtract" if coefficient < 0 and total is not None else "add"
        scalar = abs(coefficient) if sign == "subtract" else coefficient
        if scalar == -1:
            value = graph.elementwise("negative", value)
        elif scalar != 1:
            value = graph.elementwise("multiply", graph.constant(scalar), value)
        total = value if total is None else graph.elementwise(sign, total, value)
    return graph.constant(0) if total is None else total


def _low_rank(graph: Graph, pairs: Sequence[_Pair], target: Labels) -> Value:
    """The sum of outer products as one matrix product whose inner dimension is their number."""
    sides: list[Value] = []
    labels: Labels = ()
    for side in (0, 1):
        order = pairs[0].sides[side].labels
        values = [ordered(graph, pair.sides[side], order) for pair in pairs]
        if side == 1:
            values = [combination(graph, [(pair.coefficient, value)]) for pair, value in zip(pairs, values, strict=True)]
        stacked = graph.emit("stack", values, shape=(Extent.number(len(values)), *values[0].shape))
        sides.append(graph.merge(stacked, [1, len(order)]))
        labels += order
    lengths = [extent for part in pairs[0].sides for extent in part.value.shape]
    flat = graph.matmul(graph.transpose(sides[0], (1, 0)), sides[1])
    return ordered(graph, Operand(graph.reshape(flat, tuple(lengths)), labels), target)
