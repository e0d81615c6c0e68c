"""Bounds on the degrees of tensors as rational functions of the entries of their symbols.

They turn agreement at random points modulo a prime into a bound on the chance of error: a polynomial of degree d that is
not zero vanishes at a random point of a field of p elements with probability at most d/p (Schwartz 1980, Zippel 1979).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from fractions import Fraction
from math import prod

from tensordiff.functions import ADJUGATE, DET, INVERSE, MATRIX_POWER, PINV, POWER, Frechet
from tensordiff.tensor import Apply, Einsum, Node, Sum, Symbol, Tensor, as_number, bottom_up, ones, postorder

Degree = tuple[int, int] | None
"""Degrees of the numerators and of one denominator that all entries share; None where it is no rational function."""


def degree(tensor: Tensor, sizes: Mapping[str, int], names: Collection[str] | None = None) -> Degree:
    """The bound for a tensor at these sizes; as a function of the symbols with these names alone, where they are given."""

    def entries(node: Tensor) -> int:
        return prod(dim.size(sizes) for dim in node.dims)

    def visit(node: Node, children: tuple[Degree, ...]) -> Degree:
        known = [child for child in children if child is not None]
        if len(known) < len(children):
            return None
        if isinstance(node, Symbol):
            if names is not None:
                return int(node.name in names), 0
            rows = prod(dim.size(sizes) for dim in node.dims[: node.rank // 2])
            return (rows, rows) if not node.structure.is_linear else (1, 0)
        if isinstance(node, Einsum):
            return sum(top for top, _ in known), sum(bottom for _, bottom in known)
        if isinstance(node, Sum):
            shared = sum(bottom for _, bottom in known)
            return max((top + shared - bottom for top, bottom in known), default=0), shared
        if isinstance(node, Apply):
            return _of_function(node, known, entries)
        return known[0]

    return bottom_up(tensor, visit)


def _of_function(node: Apply, known: list[tuple[int, int]], entries: Callable[[Tensor], int]) -> Degree:
    if not node.children:
        return 0, 0
    top, bottom = known[0]
    function = node.function
    count = entries(node.children[0])
    size = round(count**0.5)
    if function == INVERSE:
        return _inverse(top, bottom, size)
    if function == PINV:  # inv(A'A) A'
        square = _inverse(2 * top, 2 * bottom, min(entries(ones((dim,))) for dim in node.dims))
        return square[0] + top, square[1] + bottom
    if function == DET:
        return size * top, size * bottom
    if function == ADJUGATE:
        return (size - 1) * top, (size - 1) * bottom
    if function in (POWER, MATRIX_POWER):
        exponent = as_number(node.children[1])
        if exponent is None:
            exponent = Fraction(size)  # a size, or a polynomial in sizes; a guess at its magnitude
        if exponent.denominator != 1:
            return None
        times = abs(int(exponent))
        if exponent < 0:
            reciprocal = (bottom + (count - 1) * top, count * top)
            top, bottom = _inverse(top, bottom, size) if function == MATRIX_POWER else reciprocal
        return times * top, times * bottom
    return None


def is_rational(tensor: Tensor) -> bool:
    """Whether every entry is a rational function of the entries of the symbols (pi counts as one more variable)."""
    return all(_is_rational(node) for node in postorder([tensor]) if isinstance(node, Apply) and node.children)


def _is_rational(node: Apply) -> bool:
    function = node.function
    if function in (INVERSE, PINV, DET, ADJUGATE):
        return True
    power = isinstance(function, Frechet) and function.base in (INVERSE, MATRIX_POWER)
    return (power or function in (POWER, MATRIX_POWER)) and all(map(_is_whole, node.children[1:]))


def _is_whole(exponent: Tensor) -> bool:
    """Whether an exponent is a whole number, or made of sizes by sums and products."""
    if exponent.dims:
        return False
    for node in postorder([exponent]):
        fraction = isinstance(node, Sum) and any(c.denominator != 1 for c in node.coefficients)
        if fraction or isinstance(node, Symbol | Apply):
            return False
    return True


def _inverse(top: int, bottom: int, size: int) -> tuple[int, int]:
    """inv(N/d) = d adj(N)/det(N)."""
    return bottom + (size - 1) * top, size * top


def sign_degree(tensors: Sequence[Tensor], names: Collection[str], sizes: Mapping[str, int]) -> int | None:
    """The degree of the difference of two tensors in symbols whose entries are signs: the square of a sign is 1, so it is
    that of a polynomial with each sign once, at most. None where it is no polynomial in them."""
    found = [bound for tensor in tensors if (bound := degree(tensor, sizes, names)) is not None]
    if len(found) < len(tensors):
        return None
    return max((top for top, _ in found), default=0) + max((bottom for _, bottom in found), default=0)


def difference_degree(a: Tensor, b: Tensor, sizes: Mapping[str, int]) -> int | None:
    """The degree of the polynomial that is zero where a = b."""
    first, second = degree(a, sizes), degree(b, sizes)
    if first is None or second is None:
        return None
    return max(first[0] + second[1], second[0] + first[1])
