"""Whether a matrix form equals its transpose whatever its symbols are, as X'*X, S + S' and functions of such do."""

from __future__ import annotations

from typing import Any

from tensordiff.errors import DomainError
from tensordiff.functions.symmetric_map import SymmetricMap
from tensordiff.matrix.jets import jet_block
from tensordiff.matrix.leaves import as_number
from tensordiff.matrix.node import Matrix
from tensordiff.matrix.operations import OPERATIONS
from tensordiff.matrix.text import brief
from tensordiff.tensor import bottom_up

Forms = tuple[int, int]
"""What tells a node from others, and what tells its transpose."""


def is_symmetric(matrix: Matrix) -> bool:
    """Whether it can be seen to equal its transpose by how it is written."""
    known: dict[Any, int] = {}

    def form(*parts: Any) -> int:
        return known.setdefault(parts, len(known))

    def both(head: Any, plain: Any, turned: Any) -> Forms:
        return form(head, plain), form(head, turned)

    def visit(node: Matrix, children: tuple[Forms, ...]) -> Forms:
        plain, turned = tuple(p for p, _ in children), tuple(t for _, t in children)
        if node.is_scalar:
            return (form(node),) * 2
        match node.op:
            case "transpose":
                return children[0][::-1]
            case "named":
                return children[0]
            case "symbol" if node.data[0].structure.symmetric:
                return (form(node),) * 2
            case "add":
                return both("add", *(tuple(sorted(zip(node.data, side, strict=True))) for side in (plain, turned)))
            case "product" | "hadamard":
                scalars = tuple(sorted(p for child, p in zip(node.children, plain, strict=True) if child.is_scalar))
                rest = [pair for child, pair in zip(node.children, children, strict=True) if not child.is_scalar]
                if node.op == "hadamard":
                    return both(("hadamard", scalars), *(tuple(sorted(side)) for side in zip(*rest, strict=True)))
                return both(("product", scalars), tuple(p for p, _ in rest), tuple(t for _, t in reversed(rest)))
            case "block":
                across: int = node.data[0]
                rows = [turned[start : start + across] for start in range(0, len(turned), across)]
                return both(
                    "block", (across, plain), (len(rows), tuple(x for column in zip(*rows, strict=True) for x in column))
                )
            case "diag" | "eye":
                return (form(node),) * 2 if len(node.shape) == 2 else both(node.op, ("of", *plain), ("row", *plain))
            case "ones" | "zeros":
                return form(node.op, node.rows, node.cols), form(node.op, node.cols, node.rows)
        if OPERATIONS[node.op].transposes in ("outside", "operands"):
            return both((node.op, node.data), plain, turned)
        return form(node), form("transpose", node)

    if len(matrix.shape) != 2 or matrix.rows != matrix.cols:
        return matrix.is_scalar
    first, second = bottom_up(matrix, visit)
    return first == second


def _is_jet(matrix: Matrix) -> bool:
    """Whether it is [A E; 0 A], or has more blocks, all of them symmetric."""
    block = jet_block(matrix, _is_symmetric_or_jet)
    return block is not None and _is_symmetric_or_jet(block)


def _is_symmetric_or_jet(matrix: Matrix) -> bool:
    return is_symmetric(matrix) or _is_jet(matrix)


def refuse_unsymmetric(matrix: Matrix) -> Matrix:
    """The matrix. Raises DomainError where it is a function of symmetric matrices, of one that is not seen to be so."""
    record = OPERATIONS[matrix.op]
    if record.domain == "symmetric" and not is_symmetric(matrix.children[0]):
        if isinstance(record.function, SymmetricMap) and _is_jet(matrix.children[0]):
            return matrix
        raise DomainError(
            f"{matrix.op} is of a symmetric matrix, and {brief(matrix.children[0])} is not known to be one",
            hint='declare structure="symmetric", or write the symmetric part, (A + A\')/2',
        )
    if matrix.op == "power" and matrix.data and not is_symmetric(matrix.children[0]) and not _is_jet(matrix.children[0]):
        base, exponent = matrix.children
        value = as_number(exponent)
        shown = brief(exponent) if value is None else str(value)
        raise DomainError(
            f"cannot raise the matrix {brief(base)} to the power {shown}: the exponent must be an integer or a size, "
            "unless the matrix is symmetric positive definite",
            hint="sqrtm(A) is the square root of a matrix, A.^p the power entry by entry",
        )
    return matrix
