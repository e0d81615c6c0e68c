"""Functions of one matrix commute: expm(A) A = A expm(A). Of the two orders always the same one is taken."""

from __future__ import annotations

from tensordiff.functions import INVERSE, MATRIX_POWER, is_primary
from tensordiff.functions.views import split_scalars
from tensordiff.simplify.product import Product
from tensordiff.simplify.rule import Context
from tensordiff.tensor import Apply, Tensor, split_coefficient

Link = tuple[int, int, int, int]


def commute(product: Product, link: Link, context: Context) -> bool:
    """Exchange two neighbours where the first comes after the second in the order of their names: each exchange leaves one
    pair less in the wrong order. Of symmetric matrices, which have no first side, those that have no third one beside them
    are exchanged, by what is beyond their ends, which stays."""
    first, slot_first, second, slot_second = link
    (a, indices_a), (b, indices_b) = product.factors[first], product.factors[second]
    if a.rank != 2 or b.rank != 2 or a is b or a.dims[0] is not a.dims[1] or argument(a) is not argument(b):
        return False
    if a is argument(a) and b is argument(b):
        return False
    ends = indices_a[1 - slot_first], indices_b[1 - slot_second]
    if _closes(product, first, ends[0], second):
        return False
    if context.symmetric(a) and context.symmetric(b):
        beyond = [_beyond(product, end, (first, second)) for end in ends]
        if any(argument(node) is argument(a) for _, nodes in beyond for node in nodes):
            return False
        before, after = ((place, [node.key for node in nodes]) for place, nodes in beyond)
        wrong = before != after and (before < after) != (_order(a) < _order(b))
    elif slot_first == slot_second:
        return False
    else:
        left, right = (a, b) if slot_first else (b, a)
        wrong = _order(right) < _order(left)
    if not wrong:
        return False
    inner = indices_a[slot_first]
    product.remove(first)
    product.remove(second)
    for node, slot, outer in ((b, slot_first, ends[0]), (a, slot_second, ends[1])):
        product.insert(node, (outer, inner) if slot else (inner, outer))
    return True


def _closes(product: Product, start: int, end: int, other: int) -> bool:
    """Whether the chain of functions of the same matrix, from one factor away from another, comes back to that: in a trace
    there is no first one."""
    current, index = start, end
    base = argument(product.factors[start][0])
    while (link := product.link(index)) is not None:
        following = link[2] if link[0] == current else link[0]
        if following == other:
            return True
        node, indices = product.factors[following]
        if following == start or node.rank != 2 or argument(node) is not base:
            return False
        current, index = following, indices[1] if indices[0] == index else indices[0]
    return False


def argument(node: Tensor) -> Tensor:
    """A for a function of A that commutes with it, also of several in turn and without scalar factors; another matrix for
    itself."""
    while True:
        node = split_scalars(split_coefficient(node)[1])[1]
        if not isinstance(node, Apply) or not (is_primary(node.function) or node.function in (INVERSE, MATRIX_POWER)):
            return node
        node = node.children[0]


def _order(node: Tensor) -> tuple[str, bytes]:
    """Powers come before other functions, these by name."""
    plain = not isinstance(node, Apply) or (node.children[0] is argument(node) and node.function in (INVERSE, MATRIX_POWER))
    return "" if plain or not isinstance(node, Apply) else node.function.name, node.key


def _beyond(product: Product, index: int, passed: tuple[int, int]) -> tuple[int, list[Tensor]]:
    """The place of an end among the open indices, and the other factors on it."""
    place = product.output.index(index) if index in product.output else len(product.output)
    others = [number for number, _ in product.places[index] if number not in passed]
    return place, sorted((product.factors[number][0] for number in others), key=lambda node: node.key)
