"""Triangles of matrices as they are written: A.*tril(n) is tril(A)."""

from __future__ import annotations

from tensordiff.matrix.node import Matrix

MASKS = ("tril", "triu")


def triangle_of(node: Matrix) -> tuple[str, Matrix] | None:
    """(word, the matrix of which it is a triangle) of a product entry by entry with a mask at its end; None for others."""
    if node.op != "hadamard":
        return None
    *others, mask = node.children
    if mask.op not in MASKS or any(x.shape != node.shape or x.op in ("hadamard", *MASKS) for x in others):
        return None
    return mask.op, others[0] if len(others) == 1 else Matrix.make("hadamard", node.shape, (), tuple(others), node.free)
