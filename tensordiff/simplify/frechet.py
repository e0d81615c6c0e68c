"""Frechet derivatives that close: in a trace, and in a direction that commutes with the argument."""

from __future__ import annotations

from collections.abc import Callable

from tensordiff.functions import Frechet, is_primary, transpose
from tensordiff.functions.eigen import EIGVALS
from tensordiff.functions.singular import SINGVALS
from tensordiff.functions.spectrum import of_spectrum
from tensordiff.functions.symmetric_map import SymmetricMap, SymmetricSlope
from tensordiff.functions.views import split_scalars
from tensordiff.simplify.product import Product
from tensordiff.simplify.rule import Context, Step
from tensordiff.tensor import Apply, Einsum, Node, Tensor, bits, bottom_up, einsum, rebuild, scale, split_coefficient


def close_frechet(product: Product, context: Context) -> Step:
    """Rewrite every Frechet derivative of the product that closes, and turn its value to what is open.

    In a trace: sum_i D f(A)_ii,kl = f'(A)_lk, and for higher orders the derivatives of that. In a direction that is a
    function of A, or the identity, which commutes with A: D f(A)[E] = f'(A) E; likewise tr(A D f(A)[E]) = tr(A f'(A) E).
    """
    return Step.OPENED if _close(product, context.symmetric) else Step.NONE


Symmetric = Callable[[Tensor], bool]


def _close(product: Product, symmetric: Symmetric) -> bool:
    closed = False
    for name in list(product.factors):
        rules = (_in_trace, _in_own_direction, _beside_own, _turned_out)
        if name in product.factors and any(rule(product, name, symmetric) for rule in rules):
            closed = True
    return closed


_SLOPE = bits("slope")


def close_frechet_in(node: Tensor) -> Tensor:
    """The graph with the Frechet derivatives closed that close within one product of it; nothing else is changed."""
    if not node.heads & _SLOPE:
        return node

    def visit(old: Tensor, children: tuple[Tensor, ...]) -> Tensor:
        made = rebuild(old, children)
        coefficient, core = split_coefficient(made)
        if not isinstance(core, Einsum) or not any(_is_frechet(factor) for factor in core.children):
            return made
        product = Product(coefficient, core.factors, core.output, enumerate(core.index_dims))
        if not _close(product, _never):
            return made
        return scale(coefficient, einsum(product.factors.values(), product.output, product.dims))

    return bottom_up(node, visit)


def close_spectrum(node: Tensor) -> Tensor:
    """The graph with sums over the eigenvalues or the singular values of a matrix as traces of functions of a matrix, which
    have derivatives at repeated values too."""
    if not node.heads & (EIGVALS.bit | SINGVALS.bit):
        return node

    def visit(old: Tensor, children: tuple[Tensor, ...]) -> Tensor:
        made = rebuild(old, children)
        return of_spectrum(made) or made

    return bottom_up(node, visit)


def _never(matrix: Tensor) -> bool:
    """Before structure is put back, no matrix is known to be symmetric."""
    return False


def _is_frechet(node: Node) -> bool:
    return isinstance(node, Apply) and isinstance(node.function, Frechet | SymmetricSlope)


def _in_trace(product: Product, name: int, symmetric: Symmetric) -> bool:
    """The first two groups of axes are summed with each other."""
    node, indices = product.factors[name]
    if not isinstance(node, Apply) or not isinstance(node.function, Frechet | SymmetricSlope):
        return False
    half = node.children[0].rank // 2
    rows, columns = indices[:half], indices[half : 2 * half]
    if rows != columns or not _summed_alone(product, rows, 2):
        return False
    product.remove(name)
    for index in rows:
        product.drop(index)
    product.insert(node.function.trace_rule(*node.children), indices[2 * half :])
    return True


def _in_own_direction(product: Product, name: int, symmetric: Symmetric) -> bool:
    """The direction of a first derivative of f(A) is a function of A, or the identity."""
    node, indices = product.factors[name]
    if not isinstance(node, Apply) or not isinstance(node.function, Frechet | SymmetricSlope) or node.function.order != 1:
        return False
    argument = node.children[0]
    half = argument.rank // 2
    (rows, columns), direction = (indices[:half], indices[half : 2 * half]), indices[2 * half :]
    if direction[:half] == direction[half:] and _summed_alone(product, direction[:half], 2):
        product.remove(name)
        for index in direction[:half]:
            product.drop(index)
        product.insert(_slope(node), rows + columns)
        return True
    if not _summed_alone(product, direction, 2):
        return False
    others = {number for index in direction for number, _ in product.places[index]} - {name}
    if len(others) != 1:
        return False
    (other,) = others
    matrix, along = product.factors[other]
    turned = along == direction[half:] + direction[:half] and symmetric(matrix)
    if not (along == direction or turned) or not _commutes(matrix, argument):
        return False
    product.remove(name)
    product.remove(other)
    for index in direction:
        product.drop(index)
    between = tuple(product.fresh(dim) for dim in argument.dims[:half])
    product.insert(_slope(node), rows + between)
    product.insert(matrix, between + columns)
    return True


def _beside_own(product: Product, name: int, symmetric: Symmetric) -> bool:
    """The value of a first derivative of f(A) is multiplied by a function G of A and the trace taken: sum_ij G_ji D f(A)_ij,kl
    = (G f'(A))_lk, for the adjoint of D f(A) is D f(A')."""
    node, indices = product.factors[name]
    if not isinstance(node, Apply) or not isinstance(node.function, Frechet | SymmetricSlope) or node.function.order != 1:
        return False
    argument = node.children[0]
    half = argument.rank // 2
    rows, columns, direction = indices[:half], indices[half : 2 * half], indices[2 * half :]
    others = {number for index in rows + columns for number, _ in product.places[index]} - {name}
    if len(others) != 1 or not _summed_alone(product, rows + columns, 2):
        return False
    (other,) = others
    matrix, along = product.factors[other]
    turned = along == rows + columns and symmetric(matrix)
    if not (along == columns + rows or turned) or not _commutes(matrix, argument):
        return False
    product.remove(name)
    product.remove(other)
    for index in rows + columns:
        product.drop(index)
    between = tuple(product.fresh(dim) for dim in argument.dims[:half])
    product.insert(matrix, direction[half:] + between)
    product.insert(_slope(node), between + direction[:half])
    return True


def _turned_out(product: Product, name: int, symmetric: Symmetric) -> bool:
    """The value is summed and a direction is open: they change places, D f(A)_ij,kl = D f(A)_lk,ji, for f is a power series."""
    node, indices = product.factors[name]
    if not isinstance(node, Apply) or not isinstance(node.function, Frechet | SymmetricSlope):
        return False
    half = node.children[0].rank // 2
    groups = [indices[start : start + half] for start in range(0, len(indices), half)]
    if any(index in product.output for index in groups[0] + groups[1]):
        return False
    for place in range(2, len(groups), 2):
        if all(index in product.output for index in groups[place] + groups[place + 1]):
            groups[0], groups[1], groups[place], groups[place + 1] = groups[place + 1], groups[place], groups[1], groups[0]
            product.remove(name)
            product.insert(node, tuple(index for group in groups for index in group))
            return True
    return False


def _commutes(matrix: Tensor, argument: Tensor) -> bool:
    """Whether a matrix is A up to a scalar factor, or a function of A that is a polynomial in it, for the argument A."""
    if isinstance(matrix, Apply) and (is_primary(matrix.function) or isinstance(matrix.function, SymmetricMap)):
        matrix = matrix.children[0]
    return _bare(matrix) is _bare(argument)


def _bare(matrix: Tensor) -> Tensor:
    return split_scalars(split_coefficient(matrix)[1])[1]


def _slope(node: Apply) -> Tensor:
    """f'(A) for the Frechet derivative of f at A, from the derivative of the trace."""
    assert isinstance(node.function, Frechet | SymmetricSlope)
    return transpose(node.function.trace_rule(*node.children))


def _summed_alone(product: Product, indices: tuple[int, ...], places: int) -> bool:
    """Whether the indices are different, summed, and have just so many places each."""
    return len(set(indices)) == len(indices) and all(
        i not in product.output and len(product.places[i]) == places for i in indices
    )
