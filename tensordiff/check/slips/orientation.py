"""Slips of orientation: transposes, and factors in the wrong order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import permutations

from tensordiff.check.slips.case import Case
from tensordiff.check.slips.variants import Attempt, variants
from tensordiff.check.words import instead
from tensordiff.matrix import Matrix, build, text

_MAX_INDEX_AXES = 4


def transposed(case: Case) -> Iterator[str]:
    """The whole claim is the transpose of the derivative."""
    if case.claim is None or len(case.claim.matrix.shape) > 2 or case.claim.by_entries:
        return
    turned = build.transpose(case.claim.matrix)
    if case.is_right(turned):
        yield f"The claim is the transpose of the derivative: {text(turned)} is right."


def missing_transpose(case: Case) -> Iterator[str]:
    """One part needs a transpose, or has one too many."""
    if case.claim is None:
        return
    found = (
        (f"A transpose is missing or too many: {instead(new, old, made)}", made)
        for made, old, new in variants(case.claim.matrix, _turned)
    )
    yield from case.first_right(found)


def _turned(node: Matrix) -> Iterable[Attempt]:
    if len(node.shape) in (1, 2) and not node.free and node.op not in ("eye", "ones", "zeros", "transpose"):
        yield lambda: build.transpose(node)
    if node.op == "transpose":
        yield lambda: node.children[0]


def swapped_kronecker(case: Case) -> Iterator[str]:
    """The factors of a Kronecker product are swapped."""
    yield from _swapped(case, "The factors of a Kronecker product are swapped", _swapped_kron)


def swapped_kronecker_transposed(case: Case) -> Iterator[str]:
    """The factors of a Kronecker product are swapped, and a transpose is missing too."""
    said = "The factors of a Kronecker product are swapped, and a transpose is missing or too many"
    yield from _swapped(case, said, _swapped_kron_transposed)


def _swapped(case: Case, said: str, change: Callable[[Matrix], Iterable[Attempt]]) -> Iterator[str]:
    if case.claim is None:
        return
    found = ((f"{said}: {instead(new, old, made)}", made) for made, old, new in variants(case.claim.matrix, change))
    yield from case.first_right(found)


def _swapped_kron(node: Matrix) -> Iterable[Attempt]:
    if node.op == "kron":
        yield partial(build.kron, *reversed(node.children))


def _swapped_kron_transposed(node: Matrix) -> Iterable[Attempt]:
    if node.op != "kron":
        return
    first, second = node.children
    turned_first, turned_second = build.transpose(first), build.transpose(second)
    yield partial(build.kron, second, turned_first)
    yield partial(build.kron, turned_second, first)
    yield partial(build.kron, turned_second, turned_first)


def swapped_product(case: Case) -> Iterator[str]:
    """The factors of a matrix product are in the wrong order."""
    if case.claim is None:
        return
    found = (
        (f"The factors of a product are in the wrong order: {instead(new, old, made)}", made)
        for made, old, new in variants(case.claim.matrix, _reordered)
    )
    yield from case.first_right(found)


def _reordered(node: Matrix) -> Iterable[Attempt]:
    if node.op != "product":
        return
    factors = node.children
    for place in range(len(factors) - 1):
        swapped = (*factors[:place], factors[place + 1], factors[place], *factors[place + 2 :])
        yield partial(build.product, *swapped)
    if len(factors) > 2:
        yield lambda: build.product(*reversed(factors))


def exchanged_indices(case: Case) -> Iterator[str]:
    """In index notation: the letters on the right are in another order."""
    if case.claim is None or not case.claim.by_entries:
        return
    matrix = case.claim.matrix
    letters, coefficients = matrix.data
    if len(letters) > _MAX_INDEX_AXES:
        return
    body = build.add(list(zip(coefficients, matrix.children, strict=True)))
    orders = (order for order in permutations(letters) if order != letters)
    found = (
        (f"The indices are exchanged: with -> [{','.join(order)}] for -> [{','.join(letters)}] it is right.", order)
        for order in orders
    )
    yield from case.first_right((sentence, build.contract(body, order)) for sentence, order in found)
