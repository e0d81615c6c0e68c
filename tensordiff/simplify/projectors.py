"""Products of a matrix A with its pseudo-inverse P: A P and P A are symmetric projectors (Penrose 1955).

A P is the projector on the columns of A, P A on its rows; each is a pair of factors joined by an inner index, with two ends.
"""

from __future__ import annotations

from tensordiff.functions import PINV
from tensordiff.records import record
from tensordiff.simplify.product import Product
from tensordiff.simplify.rule import Context
from tensordiff.tensor import Apply, Tensor

Link = tuple[int, int, int, int]
_MAX_CONTEXT = 16


@record
class _Pair:
    """A and P joined by an index; `matrix_end` is the open index of A, `inverse_end` that of P."""

    matrix: int
    inverse: int
    inner: int
    slot: int
    """The slot of A at the inner index."""
    matrix_end: int
    inverse_end: int


def _pair(product: Product, link: Link) -> _Pair | None:
    for a, slot, p, other in (link, link[2:] + link[:2]):
        node, indices = product.factors[p]
        if not isinstance(node, Apply) or node.function != PINV or node.children[0] is not product.factors[a][0]:
            continue
        if other == 1 - slot:
            own = product.factors[a][1]
            return _Pair(a, p, own[slot], slot, own[1 - slot], indices[1 - other])
    return None


def project(product: Product, link: Link, context: Context) -> bool:
    """A P A = A and P A P = P, with their transposes A' A P = A' and P' P A = P'. Removes two factors."""
    pair = _pair(product, link)
    if pair is None:
        return False
    matrix, inverse = product.factors[pair.matrix][0], product.factors[pair.inverse][0]
    for end in (pair.matrix_end, pair.inverse_end):
        beyond = product.link(end)
        if beyond is None:
            continue
        number, slot = beyond[2:] if beyond[0] in (pair.matrix, pair.inverse) else beyond[:2]
        node = product.factors[number][0]
        if number in (pair.matrix, pair.inverse):
            return False
        if (node is matrix and slot == 1 - pair.slot) or (node is inverse and slot == pair.slot):
            product.remove(pair.matrix)
            product.remove(pair.inverse)
            product.drop(pair.inner)
            product.unite([pair.matrix_end], [pair.inverse_end])
            return True
    return False


def turn_projector(product: Product, link: Link, context: Context) -> bool:
    """A P = P' A' and P A = A' P': of the two readings the one that begins at the first open index, or at the neighbours of
    least key. What it is compared by does not change when it or another pair is turned, so each pair is turned once."""
    pair = _pair(product, link)
    if pair is None:
        return False
    matrix_end, inverse_end = (_context(product, end, pair) for end in (pair.matrix_end, pair.inverse_end))
    forward = matrix_end <= inverse_end if pair.slot else inverse_end <= matrix_end
    if forward:
        return False
    matrix, inverse = product.remove(pair.matrix)[0], product.remove(pair.inverse)[0]
    for node, slot, end in ((matrix, pair.slot, pair.inverse_end), (inverse, 1 - pair.slot, pair.matrix_end)):
        product.insert(node, (end, pair.inner) if slot else (pair.inner, end))
    return True


_Beyond = tuple[tuple[int, tuple[bytes, ...]], ...]


def _context(product: Product, index: int, pair: _Pair) -> _Beyond:
    """What is beyond an end, along the chain of factors that begins there: at every index the place among the open ones
    and the factors, a pseudo-inverse counting as its matrix."""
    found: list[tuple[int, tuple[bytes, ...]]] = []
    passed = {pair.matrix, pair.inverse}
    while len(found) < _MAX_CONTEXT:
        place = product.output.index(index) if index in product.output else len(product.output)
        beyond = [number for number, _ in product.places[index] if number not in passed]
        found.append((place, tuple(sorted(_base(product.factors[number][0]).key for number in beyond))))
        if len(beyond) != 1 or len(product.factors[beyond[0]][1]) != 2:
            break
        passed.add(beyond[0])
        first, second = product.factors[beyond[0]][1]
        index = second if first == index else first
    return tuple(found)


def _base(node: Tensor) -> Tensor:
    return node.children[0] if isinstance(node, Apply) and node.function == PINV else node
