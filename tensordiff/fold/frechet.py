"""Derivatives of functions of a matrix as functions of a block matrix (Mathias 1996; Higham 2008, theorem 3.6).

D f(A)[E] is the top right block of f([A E; 0 A]), and D2 f(A)[E, F] that of f of such a matrix nested once more. Where
matrices stand on all axes of a derivative but those of its value, or of one direction, the product is such a block. A
derivative on its own has a formula where the function knows one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import factorial
from typing import Any

from tensordiff.errors import FoldError
from tensordiff.fold.flat.flat import Flat
from tensordiff.functions import Frechet, inclusion, transpose
from tensordiff.functions.symmetric_map import SymmetricMap, SymmetricSlope
from tensordiff.matrix import Matrix
from tensordiff.matrix.calls import FORM
from tensordiff.simplify.along import Along, contracted
from tensordiff.tensor import (
    Apply,
    Dim,
    Einsum,
    Extent,
    Node,
    Sum,
    Symbol,
    Tensor,
    add,
    apply,
    bits,
    bottom_up,
    direct_sum,
    einsum,
    rebuild,
    scale,
    split_coefficient,
)

Symmetric = Callable[[Tensor], bool]


def with_frechets(tensor: Tensor, symmetric: Symmetric) -> Tensor:
    """The tensor with every derivative of a function of a matrix whose directions are given as a block of a function.
    `symmetric` tells whether a matrix equals its transpose."""
    if not tensor.heads & bits("slope"):
        return tensor

    def along(node: Node, children: tuple[Any, ...]) -> Any:
        assert isinstance(node, Tensor)
        made = node if children == node.children else rebuild(node, children)
        if isinstance(made, Sum):
            return _together(made, symmetric)
        return contracted(made, (Frechet, SymmetricSlope)) if isinstance(made, Einsum) else made

    def opened(node: Node, children: tuple[Any, ...]) -> Any:
        assert isinstance(node, Tensor)
        if isinstance(node, Einsum) and children != node.children:
            labels = [_upright(node, position, symmetric) for position in range(len(children))]
            return einsum(list(zip(children, labels, strict=True)), node.output, dict(enumerate(node.index_dims)))
        made = node if children == node.children else rebuild(node, children)
        return _corner(made, symmetric) if _is_whole(made) else made

    found: Tensor = bottom_up(tensor, along)
    result: Tensor = bottom_up(found, opened)
    return result


def _is_slope(node: Node) -> bool:
    return isinstance(node, Apply) and isinstance(node.function, Frechet | SymmetricSlope)


def _is_whole(node: Node) -> bool:
    """Whether it is a derivative along given directions, a matrix."""
    return isinstance(node, Apply) and isinstance(node.function, Along) and node.rank == 2 == node.children[0].rank


def _upright(node: Einsum, position: int, symmetric: Symmetric) -> Sequence[int]:
    """The indices of a factor; where it is a derivative that is a symmetric matrix, in the order of the open indices."""
    factor, labels = node.factors[position]
    if not _is_whole(factor) or len(set(labels)) < 2 or not set(labels) <= set(node.output):
        return labels
    assert isinstance(factor, Apply) and isinstance(factor.function, Along)
    if isinstance(factor.function.derivative_of, SymmetricSlope):
        return sorted(labels, key=node.output.index)
    _, *rest = factor.children
    directions = rest[len(rest) - factor.function.given :]
    if symmetric(factor.children[0]) and all(symmetric(direction) for direction in directions):
        return sorted(labels, key=node.output.index)
    return labels


def _together(node: Sum, symmetric: Symmetric) -> Tensor:
    """A sum of products with derivatives of the first order at one matrix as one derivative along the sum of directions. At
    a symmetric A, D f(A)[E]' = D f(A)[E']."""
    found: dict[Tensor, list[tuple[Fraction, Tensor]]] = {}
    first: dict[Tensor, Apply] = {}
    terms: list[tuple[Fraction, Tensor]] = []
    for coefficient, term in node.terms:
        read = _one_along(term)
        if read is None:
            terms.append((coefficient, term))
            continue
        inner, part, whole, turned = read
        direction = part.children[-1]
        if turned in found and whole not in found and symmetric(part.children[0]):
            whole, direction = turned, transpose(direction)
        first.setdefault(whole, part)
        found.setdefault(whole, []).append((coefficient * inner, direction))
    for whole, directions in found.items():
        part = first[whole]
        (content, summed), (own, _) = split_coefficient(add(directions)), directions[0]
        if len(directions) > 1 and content:
            content, summed = content * own / abs(own), scale(abs(content) / content * own / abs(own), summed)
        made = apply(part.function, *part.children[:-1], summed)
        terms.append((content, _filled(whole, made)))
    return add(terms, node.dims)


_PLACE = "the derivative along a direction"


def _one_along(term: Tensor) -> tuple[Fraction, Apply, Tensor, Tensor] | None:
    """A product with one derivative of the first order along a direction: its number, the derivative, and the product with
    a symbol of the argument in its place, and with the transpose of that."""
    coefficient, core = split_coefficient(term)
    factors = core.factors if isinstance(core, Einsum) else ((core, tuple(range(core.rank))),)
    places = [p for p, (factor, _) in enumerate(factors) if _is_whole(factor)]
    if len(places) != 1:
        return None
    (place,) = places
    part, labels = factors[place]
    assert isinstance(part, Apply) and isinstance(part.function, Along)
    if part.function.derivative_of.order != 1:
        return None
    symbol = apply(part.function, *part.children[:-1], Symbol.make(_PLACE, part.dims))
    dims = core.index_dims if isinstance(core, Einsum) else core.dims
    output = core.output if isinstance(core, Einsum) else labels

    def with_labels(own: tuple[int, ...]) -> Tensor:
        placed = [*factors[:place], (symbol, own), *factors[place + 1 :]]
        return einsum(placed, output, dict(enumerate(dims)))

    return coefficient, part, with_labels(labels), with_labels(labels[::-1])


def _filled(whole: Tensor, made: Tensor) -> Tensor:
    def visit(node: Node, children: tuple[Any, ...]) -> Any:
        assert isinstance(node, Tensor)
        if isinstance(node, Apply) and isinstance(node.function, Along) and _is_place(node.children[-1]):
            return made
        return node if children == node.children else rebuild(node, children)

    result: Tensor = bottom_up(whole, visit)
    return result


def _is_place(node: Node) -> bool:
    return isinstance(node, Symbol) and node.name == _PLACE


def _corner(node: Tensor, symmetric: Symmetric) -> Tensor:
    """D^r f(A)[E_1, ..., E_r] as the top right block of f at a nested matrix, with r + 1 blocks a side where all directions
    are the same."""
    assert isinstance(node, Apply) and isinstance(node.function, Along)
    slope, given = node.function.derivative_of, node.function.given
    argument, *parameters = node.children[: len(node.children) - given]
    directions = list(node.children[len(node.children) - given :])
    if isinstance(slope, SymmetricSlope):
        directions = [e if symmetric(e) else add([(Fraction(1, 2), e), (Fraction(1, 2), transpose(e))]) for e in directions]
    base = SymmetricMap(slope.formula) if isinstance(slope, SymmetricSlope) else slope.base
    if len(set(directions)) == 1:
        count, weight = given + 1, factorial(given)
        entries = {(p, p + 1): directions[0] for p in range(given)}
    else:
        count, weight = 2**given, 1
        steps = [(p, p | 1 << bit, bit) for p in range(count) for bit in range(given) if not p >> bit & 1]
        entries = {(p, q): directions[bit] for p, q, bit in steps}
    return scale(weight, _top_right(base, argument, parameters, entries, count))


def _top_right(
    base: Any, argument: Tensor, parameters: Sequence[Tensor], above: dict[tuple[int, int], Tensor], count: int
) -> Tensor:
    """The top right block of the function of a matrix with the argument on its diagonal, and these blocks above it."""
    size: tuple[Dim, ...] = argument.dims[:1]
    (whole,) = direct_sum((size,) * count)
    starts = [Extent(())]
    for _ in range(count - 1):
        starts.append(starts[-1] + Extent.of(*size))
    places = [inclusion(whole, start, size) for start in starts]
    blocks = {**{(p, p): argument for p in range(count)}, **above}
    parts = [einsum([(places[p], "ia"), (part, "ab"), (places[q], "jb")], "ij") for (p, q), part in blocks.items()]
    large = apply(base, add((1, part) for part in parts), *parameters)
    return einsum([(places[0], "ia"), (large, "ij"), (places[-1], "jb")], "ab")


def jacobian(function: Frechet, argument: Matrix, flat: Flat) -> Matrix:
    """d vec f(A) / d vec A. Raises FoldError for functions without a formula for it, and for derivatives of higher order."""
    found: Matrix | None = None if function.order > 1 else function.base.jacobian(FORM, argument, flat.flip(argument))
    if found is None:
        what = "derivative" if function.order == 1 else f"derivative of order {function.order}"
        raise FoldError(f"the whole {what} of {function.base.name} is no formula in matrices")
    return found
