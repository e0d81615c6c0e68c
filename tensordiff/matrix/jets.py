"""Block triangular matrices with the same block along the diagonal, of which every function of the block is defined too."""

from __future__ import annotations

from collections.abc import Callable

from tensordiff.matrix.block import rows_of
from tensordiff.matrix.node import Matrix


def jet_block(matrix: Matrix, may_stand_beside: Callable[[Matrix], bool]) -> Matrix | None:
    """The block A of [A E; 0 A], of [A 0; E A], and of such matrices with more blocks; None of any other. Whether E
    `may_stand_beside` is asked."""
    if matrix.op != "block" or len(matrix.shape) != 2:
        return None
    rows = rows_of(matrix)
    count = len(rows)
    if count < 2 or any(len(row) != count for row in rows):
        return None
    block = rows[0][0]
    if any(rows[k][k] is not block for k in range(count)):
        return None
    places = [(r, c) for r in range(count) for c in range(count) if r != c and rows[r][c].op != "zeros"]
    triangular = all(r < c for r, c in places) or all(r > c for r, c in places)
    return block if triangular and all(may_stand_beside(rows[r][c]) for r, c in places) else None
