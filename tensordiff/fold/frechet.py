"""Derivatives of functions of a matrix as functions of a block matrix (Mathias 1996; Higham 2008, theorem 3.6).

D f(A)[E] is the top right block of f([A E; 0 A]). Where a matrix G stands on the direction, or on the value, of a Frechet
derivative in a product, the product is such a block; elsewhere, with E = I on a Kronecker product,
d vec f(A) / d vec A is the top right block of f([kron(I,A) I; 0 kron(A',I)]) (Van Loan 1978 for expm), unless the function
knows a shorter formula.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tensordiff.errors import FoldError
from tensordiff.fold.flat.flat import Flat
from tensordiff.fold.hanging import hanging
from tensordiff.functions import MATRIX_POWER, Frechet, inclusion
from tensordiff.matrix import Matrix
from tensordiff.matrix.build import block, call, eye, kron, power, zeros
from tensordiff.matrix.calls import FORM
from tensordiff.tensor import Apply, Einsum, Extent, Node, Tensor, add, apply, bottom_up, direct_sum, einsum, postorder, rebuild


def with_frechets(tensor: Tensor) -> Tensor:
    """The tensor with every first Frechet derivative as a block of a function that has a matrix on its direction, or on its
    value: sum_ij G_ij D f(A)_ij,kl = D f(A)[G']_lk."""
    if not any(_is_first(node) for node in postorder([tensor])):
        return tensor

    def visit(node: Node, children: tuple[Any, ...]) -> Any:
        assert isinstance(node, Tensor)
        made = node if children == node.children else rebuild(node, children)
        while isinstance(made, Einsum) and (found := _joined(made)) is not None:
            made = found
        return made

    result: Tensor = bottom_up(tensor, visit)
    return result


def _is_first(node: Node) -> bool:
    return isinstance(node, Apply) and isinstance(node.function, Frechet) and node.function.order == 1 and node.rank == 4


def _joined(node: Einsum) -> Tensor | None:
    """The product with one Frechet derivative and the matrix on two of its axes put together, or None."""
    for place, (factor, slots) in enumerate(node.factors):
        if not _is_first(factor) or len(set(slots)) < 4:
            continue
        for pair, others in ((slots[2:], slots[:2]), (slots[:2], slots[2:])):
            parts = hanging(node, place, pair)
            if parts is None:
                continue
            along = pair == slots[2:]
            dims = {i: node.index_dims[i] for i in pair}
            direction = einsum([node.factors[p] for p in parts], pair if along else pair[::-1], dims)
            value = (_top_right(factor, direction), others if along else others[::-1])
            rest = [f for number, f in enumerate(node.factors) if number != place and number not in parts]
            kept = {i for _, indices in (*rest, value) for i in indices} | set(node.output)
            used = {i for _, indices in node.factors for i in indices}
            sizes = {i: dim for i, dim in enumerate(node.index_dims) if i in kept or i not in used}
            return einsum([*rest, value], node.output, sizes)
    return None


def _top_right(node: Tensor, direction: Tensor) -> Tensor:
    """The block of f([A E; 0 A])."""
    assert isinstance(node, Apply) and isinstance(node.function, Frechet)
    argument, *parameters = node.children
    size = argument.dims[:1]
    (whole,) = direct_sum((size, size))
    first, second = inclusion(whole, Extent(()), size), inclusion(whole, Extent.of(*size), size)
    parts = [(first, argument, first), (first, direction, second), (second, argument, second)]
    large = add([(1, einsum([(up, "ia"), (part, "ab"), (across, "jb")], "ij")) for up, part, across in parts])
    return einsum([(first, "ia"), (apply(node.function.base, large, *parameters), "ij"), (second, "jb")], "ab")


def jacobian(function: Frechet, argument: Matrix, parameters: Sequence[Matrix], flat: Flat) -> Matrix:
    """d vec f(A) / d vec A. Raises FoldError for derivatives of higher order."""
    if function.order > 1:
        raise FoldError(f"derivatives of {function.base.name} of order {function.order} are no formulas in matrices")
    turned = flat.flip(argument)
    found: Matrix | None = function.base.jacobian(FORM, argument, turned)
    if found is not None:
        return found
    unit = eye(argument.rows)
    square = eye(argument.rows * 2)
    none = zeros(square.rows, square.rows)
    large = block([[kron(unit, argument), square], [none, kron(turned, unit)]])
    value = power(large, *parameters) if function.base == MATRIX_POWER else call(function.base.name, large, *parameters)
    return flat.product([block([[square, none]]), value, block([[none], [square]])])
