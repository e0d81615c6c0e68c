"""Products and Kronecker products of whole matrices."""

from __future__ import annotations

from tensordiff.matrix import Matrix
from tensordiff.tensor import Tensor, einsum, multiply

Part = tuple[Tensor, int]
"""A matrix with the number of its row axes; the rest are column axes."""


def product(node: Matrix, values: tuple[Tensor, ...]) -> Tensor:
    """A product from left to right, two by two, but vectors take their neighbours first: A*B*x is A*(B*x).

    Every scalar factor, a finished inner product too, is multiplied in at the end.
    """
    scalars: list[Tensor] = []
    stack: list[Part] = []
    for child, value in zip(node.children, values, strict=True):
        if child.is_scalar:
            scalars.append(value)
            continue
        part = (value, len(child.rows) if len(child.shape) <= 2 else value.rank)  # a tensor stands beside scalars alone
        while stack and part[0].rank and (_is_row(stack[-1]) or (_is_column(part) and not _is_column(stack[-1]))):
            part = _join(stack.pop(), part)
        if part[0].rank:
            stack.append(part)
        else:
            scalars.append(part[0])
    if not stack:
        return multiply(*scalars)
    joined = stack[0]
    for part in stack[1:]:
        joined = _join(joined, part)
    return multiply(*scalars, joined[0]) if scalars else joined[0]


def _is_row(part: Part) -> bool:
    return part[1] == 0


def _is_column(part: Part) -> bool:
    return part[1] == part[0].rank


def _join(left: Part, right: Part) -> Part:
    """left * right, contracting the column axes of the one with the row axes of the other."""
    a, rows = left
    b, inner = right
    k = a.rank - rows
    assert k == inner
    labels = range(rows, a.rank)
    cols = range(a.rank, a.rank + b.rank - inner)
    return einsum([(a, range(a.rank)), (b, (*labels, *cols))], (*range(rows), *cols)), rows


def kron(node: Matrix, values: tuple[Tensor, ...]) -> Tensor:
    """kron(A, B)_(i,k),(j,l) = A_ij B_kl: rows of the first are slower."""
    a, b = values
    rows_a, rows_b = (len(child.rows) for child in node.children)
    first = [("a", p) for p in range(a.rank)]
    second = [("b", p) for p in range(b.rank)]
    return einsum([(a, first), (b, second)], first[:rows_a] + second[:rows_b] + first[rows_a:] + second[rows_b:])
