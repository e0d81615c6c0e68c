"""Looking into an argument: coefficients, scalar factors, views (permutations and broadcasts).

Everything here is cheap: it looks at a bounded neighbourhood of the node and builds nothing large.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from math import gcd, lcm

from tensordiff.tensor import Dim, Einsum, Sum, Tensor, add, einsum, multiply, size


def elementwise_view(node: Tensor) -> tuple[Tensor, Callable[[Tensor], Tensor]] | None:
    """node as a permutation or broadcast of a smaller tensor: (core, the same view of another core), or None.

    Elementwise functions commute with views: exp(A') = exp(A)', exp(broadcast(s)) = broadcast(exp(s)). Diagonals are
    left out on purpose: a function of the whole matrix costs more and has another domain.
    """
    if not isinstance(node, Einsum) or not node.output or len(set(node.output)) != len(node.output):
        return None
    used = {index for _, indices in node.factors for index in indices}
    if not used.issuperset(set(range(len(node.index_dims))) - set(node.output)):
        return None  # a summed index in no factor: a scalar factor n, better kept inside
    inner = tuple(index for index in node.output if index in used)
    single = len(node.factors) == 1 and len(set(node.factors[0][1])) == len(node.factors[0][1]) == len(inner)
    if single and set(node.factors[0][1]) == set(inner):
        core, inner = node.factors[0]
    elif len(inner) == len(node.output):
        return None
    else:
        core = einsum(node.factors, inner, {index: node.index_dims[index] for index in inner})
    sizes = {index: node.index_dims[index] for index in node.output}  # not the summed ones: they would count as n
    output, labels = node.output, inner
    return core, lambda other: einsum([(other, labels)], output, sizes)


def matrix_view(node: Tensor) -> tuple[Tensor, tuple[int, ...]] | None:
    """node as the transpose, or a simultaneous reordering of row and column axes, of another tensor, or None.

    Returns (core, axes): axis a of the core is axis axes[a] of the node. A matrix function f commutes with these:
    f(A') = f(A)', f(P A P') = P f(A) P' for a permutation P.
    """
    if not isinstance(node, Einsum) or len(node.factors) != 1:
        return None
    core, indices = node.factors[0]
    place = {index: position for position, index in enumerate(node.output)}
    if len(place) != len(node.output) or len(indices) != len(node.output) or set(indices) != set(place):
        return None
    half = len(indices) // 2
    axes = tuple(place[index] for index in indices)
    shifts = {column - row for row, column in zip(axes[:half], axes[half:], strict=True)}
    return (core, axes) if shifts in ({half}, {-half}) else None


def diagonal_part(node: Tensor) -> tuple[Tensor, Callable[[Tensor], Tensor]] | None:
    """node = diag(v) on groups of axes: (v, how to make diag of another v), or None."""
    if not isinstance(node, Einsum):
        return None
    half = len(node.output) // 2
    rows = node.output[:half]
    if rows != node.output[half:] or len(set(rows)) != half or not half:
        return None
    sizes = dict(enumerate(node.index_dims))
    output = node.output
    return einsum(node.factors, rows, sizes), lambda other: einsum([(other, rows)], output)


def split_scalars(node: Tensor) -> tuple[Tensor | None, Tensor]:
    """(s, rest) with node = s * rest, s the product of the scalar factors of an Einsum and of n for summed indices in
    no factor; s is None where there is none. The coefficient of a multiple stays with `rest`: split it off first."""
    if not isinstance(node, Einsum) or not node.dims:
        return None, node
    scalars = [factor for factor, indices in node.factors if not indices]
    used = {index for _, indices in node.factors for index in indices} | set(node.output)
    scalars.extend(size(dim) for index, dim in enumerate(node.index_dims) if index not in used)
    if not scalars:
        return None, node
    rest = [(factor, indices) for factor, indices in node.factors if indices]
    sizes = {index: dim for index, dim in enumerate(node.index_dims) if index in used}
    return multiply(*scalars), einsum(rest, node.output, sizes)


def is_identity(node: Tensor) -> bool:
    """Whether node is the identity on a group of axes."""
    return (
        isinstance(node, Einsum)
        and not node.factors
        and len(node.output) == 2 * len(node.index_dims)
        and node.output == tuple(range(len(node.index_dims))) * 2
    )


def is_mask(node: Tensor) -> bool:
    """Whether node has no factors and no summed index: its entries are 0 and 1 (ones, identities)."""
    return isinstance(node, Einsum) and not node.factors and set(node.output) == set(range(len(node.index_dims)))


def is_ones(node: Tensor) -> bool:
    """Whether every entry is 1."""
    return isinstance(node, Einsum) and is_mask(node) and len(set(node.output)) == len(node.output)


def content(node: Tensor) -> Fraction:
    """The rational c with which every coefficient of the sum node / c is an integer, with no common divisor and the
    first one positive; 1 for anything that is not a sum."""
    if not isinstance(node, Sum) or not node.children:
        return Fraction(1)
    common = Fraction(gcd(*(c.numerator for c in node.coefficients)), lcm(*(c.denominator for c in node.coefficients)))
    return -common if node.coefficients[0] < 0 else common


@lru_cache(maxsize=1024)
def without_content(node: Tensor) -> tuple[Fraction, Tensor]:
    """(content, node / content)."""
    c = content(node)
    if c == 1 or not isinstance(node, Sum):
        return c, node
    return c, add(((k / c, term) for k, term in node.terms), node.dims)  # one sum, however long


def group_size(dims: tuple[Dim, ...]) -> Tensor:
    """The number of multi-indices of a group of axes, as a scalar."""
    return multiply(*(size(dim) for dim in dims))
