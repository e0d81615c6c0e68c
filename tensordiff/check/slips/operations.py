"""Slips of operation: another product than was meant, a trace or a diagonal dropped, a commutation matrix missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from functools import partial

from tensordiff.check.slips.case import Case
from tensordiff.check.slips.variants import Attempt, variants
from tensordiff.check.words import instead
from tensordiff.matrix import Matrix, build, text
from tensordiff.tensor import Group

_HALF = Fraction(1, 2)


def other_product(case: Case) -> Iterator[str]:
    """A product entry by entry for a matrix product, or a Kronecker product, or the other way round."""
    if case.claim is None:
        return
    found = (
        (f"The wrong kind of product: {instead(new, old, made)}", made)
        for made, old, new in variants(case.claim.matrix, _other_products)
    )
    yield from case.first_right(found)


def _other_products(node: Matrix) -> Iterable[Attempt]:
    kinds: dict[str, Callable[..., Matrix]] = {"product": build.product, "hadamard": build.hadamard, "kron": build.kron}
    if node.op not in kinds or len(node.children) < 2:
        return
    for op, make in kinds.items():
        if op != node.op:
            yield partial(make, *node.children)
    for place in range(len(node.children) - 1):
        if len(node.children) == 2:
            return
        for op, make in kinds.items():
            if op != node.op:
                yield partial(_joined, node, make, place)


def _joined(node: Matrix, make: Callable[..., Matrix], place: int) -> Matrix:
    """A product with two neighbours joined by another kind of product."""
    first, second = node.children[place : place + 2]
    inner = make(first, second)
    return build.rebuild(node, (*node.children[:place], inner, *node.children[place + 2 :]))


def dropped_trace(case: Case) -> Iterator[str]:
    """A trace, or a restriction to the diagonal, is missing."""
    if case.claim is None:
        return
    found = (
        (f"{'A trace' if 'tr(' in text(new) else 'A diagonal part'} is missing: {instead(new, old, made)}", made)
        for made, old, new in variants(case.claim.matrix, _traced)
    )
    yield from case.first_right(found)


def _traced(node: Matrix) -> Iterable[Attempt]:
    if len(node.shape) == 2 and node.rows == node.cols and node.op != "eye":
        eye = build.eye(node.rows)
        yield lambda: build.product(build.call("tr", node), eye)
        yield lambda: build.hadamard(node, eye)
    if len(node.shape) == 1 and not node.free:
        yield lambda: build.call("diag", node)


def square_of_denominator(case: Case) -> Iterator[str]:
    """A denominator is to be squared, or is squared and should not be."""
    if case.claim is None:
        return
    found = (
        (f"The square of the denominator is missing or too much: {instead(new, old, made)}", made)
        for made, old, new in variants(case.claim.matrix, _other_denominators)
    )
    yield from case.first_right(found)


def _other_denominators(node: Matrix) -> Iterable[Attempt]:
    if node.op not in ("divide", "dot_divide"):
        return
    make = build.divide if node.op == "divide" else build.dot_divide
    above, below = node.children
    raise_to = build.power if below.is_scalar else build.dot_power
    yield lambda: make(above, raise_to(below, build.number(2)))
    if below.op in ("power", "dot_power") and below.children[1].op == "number":
        exponent = below.children[1].data[0]
        yield lambda: make(above, raise_to(below.children[0], build.number(exponent / 2)))


def missing_inverse(case: Case) -> Iterator[str]:
    """An inverse is missing, or too many."""
    if case.claim is None:
        return
    found = (
        (f"An inverse is missing or too many: {instead(new, old, made)}", made)
        for made, old, new in variants(case.claim.matrix, _inverted)
    )
    yield from case.first_right(found)


def _inverted(node: Matrix) -> Iterable[Attempt]:
    if node.op == "inv":
        yield lambda: node.children[0]
    elif len(node.shape) == 2 and node.rows == node.cols and node.op in ("symbol", "named", "add", "product"):
        yield lambda: build.inverse(node)


def missing_factor(case: Case) -> Iterator[str]:
    """A matrix factor is missing, or one too many is there."""
    if case.claim is None or case.claim.by_entries:
        return
    symbols = [node for node in case.scope.symbols.values() if len(node.shape) == 2]
    factors = [part for node in symbols[:_MOST_FACTORS] for part in (node, build.transpose(node))]

    def change(node: Matrix) -> Iterable[Attempt]:
        if node.op == "product" and len(node.children) > 1:
            for place in range(len(node.children)):
                yield partial(build.product, *node.children[:place], *node.children[place + 1 :])
        if node.op in ("eye", "number", "size") or node.is_scalar or node.free:
            return
        for factor in factors:
            if factor.cols == node.rows:
                yield partial(build.product, factor, node)
            if factor.rows == node.cols:
                yield partial(build.product, node, factor)

    found = (
        (f"A factor is missing or too many: {instead(new, old, made)}", made)
        for made, old, new in variants(case.claim.matrix, change)
    )
    yield from case.first_right(found)


_MOST_FACTORS = 5


def duplication_for_elimination(case: Case) -> Iterator[str]:
    """L(n) where D(n)' is right: the entries off the diagonal count twice."""
    if case.claim is None:
        return
    found = (
        (f"The wrong matrix for vech: {instead(new, old, made)}", made)
        for made, old, new in variants(case.claim.matrix, _other_vech)
    )
    yield from case.first_right(found)


def _other_vech(node: Matrix) -> Iterable[Attempt]:
    if node.op == "elimination":
        yield lambda: build.transpose(build.duplication(node.data[0]))
    if node.op == "duplication":
        yield lambda: build.transpose(build.elimination(node.data[0]))


def missing_commutation(case: Case) -> Iterator[str]:
    """A commutation matrix K is missing, on the left or the right, of the whole or of a term."""
    if case.claim is None or case.claim.by_entries:
        return
    whole = ((made, made) for made in _commuted(case.claim.matrix))
    yield from case.first_right((f"A commutation matrix is missing: {text(new)} is right.", made) for new, made in whole)
    terms = build.terms_of(case.claim.matrix)
    if len(terms) > 1:
        found = (
            (f"A commutation matrix is missing in one term: {text(made)} is right.", made) for made in _with_one_commuted(terms)
        )
        yield from case.first_right(found)


def _commuted(matrix: Matrix) -> Iterator[Matrix]:
    """K M, M K, and the symmetrised forms (I + K) M / 2 and (I + K) M."""
    if len(matrix.shape) > 2 or not matrix.shape:
        return
    for left, group in ((True, matrix.rows), (False, matrix.cols)):
        if len(group) != 2:
            continue
        k = _commutation(group, left)
        yield build.product(k, matrix) if left else build.product(matrix, k)
        if group[0] is group[1]:
            both = build.add([(1, build.eye(group)), (1, k)])
            yield build.product(both, build.scale(_HALF, matrix)) if left else build.product(build.scale(_HALF, matrix), both)
            yield build.product(both, matrix) if left else build.product(matrix, both)


def _commutation(group: Group, left: bool) -> Matrix:
    first, second = group
    return build.commutation((second,), (first,)) if left else build.commutation((first,), (second,))


def _with_one_commuted(terms: list[tuple[Fraction, Matrix]]) -> Iterator[Matrix]:
    for place, (coefficient, term) in enumerate(terms):
        for made in list(_commuted(term)):
            if made.shape == term.shape:
                yield build.add([*terms[:place], (coefficient, made), *terms[place + 1 :]])
