"""What is certain of the signs of entries: positive, nonnegative, +1 or -1. Looks at a bounded neighbourhood of a node."""

from __future__ import annotations

from tensordiff.tensor import Apply, Assumption, Einsum, Named, Structure, Sum, Symbol, Tensor

_DEPTH = 4
_TERMS = 12


def is_positive(node: Tensor, depth: int = _DEPTH) -> bool:
    """Whether every entry is certainly positive (on the domain where the expression is defined)."""
    return _sign(node, depth) == 2


def is_nonnegative(node: Tensor, depth: int = _DEPTH) -> bool:
    """Whether every entry is certainly at least zero (on the domain where the expression is defined)."""
    return _sign(node, depth) >= 1


def is_binary(node: Tensor) -> bool:
    """Whether every entry is +1 or -1."""
    return isinstance(node, Symbol) and node.assumption is Assumption.BINARY and not node.structure.has_zeros


def _sign(node: Tensor, depth: int) -> int:
    """2: certainly positive, 1: certainly nonnegative, 0: not known. Looks a few levels deep only."""
    if depth == 0 or len(node.children) > _TERMS:
        return 0
    if isinstance(node, Symbol):
        return (1 if node.structure.has_zeros else 2) if node.assumption.positive else 0
    if isinstance(node, Named):
        return _sign(node.definition, depth)
    if isinstance(node, Sum):
        if not node.children or any(c < 0 for c in node.coefficients):
            return 0 if node.children else 1
        signs = [_sign(child, depth - 1) for child in node.children]
        return max(signs) if min(signs) >= 1 else 0
    if isinstance(node, Einsum):
        return _product_sign(node, depth)
    assert isinstance(node, Apply)
    return node.function.sign([_sign(argument, depth - 1) for argument in node.children], node.children)


def _form(node: Einsum) -> int | None:
    """The sign of x'*P*x, of tr(X'*P*X) and of tr(P) for a positive definite P; None for anything else."""
    for place, (matrix, (*ends,)) in enumerate(node.factors):
        if not isinstance(matrix, Symbol) or matrix.structure is not Structure.POSITIVE_DEFINITE or len(ends) != 2:
            continue
        first, second = ends
        if first == second and len(node.factors) == 1:
            return 2
        others = [factor for p, factor in enumerate(node.factors) if p != place]
        left = {(x, tuple(_END if i == first else i for i in indices)) for x, indices in others if first in indices}
        right = {(x, tuple(_END if i == second else i for i in indices)) for x, indices in others if second in indices}
        if first != second and len(others) == 2 and left == right and len(left) == 1:
            return 1
    return None


_END = -1
"""Stands for the index of a form that is summed with P."""


def _product_sign(node: Einsum, depth: int) -> int:
    """The sign of a product: known factors, and pairs of one factor on the same indices (squares)."""
    odd: set[tuple[Tensor, tuple[int, ...]]] = set()
    squared = False
    for pair in node.factors:
        squared = squared or pair in odd
        odd ^= {pair}
    if not node.output and (form := _form(node)) is not None:
        return form
    diagonal = len(set(node.output)) != len(node.output)
    sign = 1 if squared or diagonal else 2
    for factor, _ in odd:
        sign = min(sign, _sign(factor, depth - 1))
    return sign
