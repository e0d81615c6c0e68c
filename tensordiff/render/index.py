"""Index notation of the index form: dF_ij/dV_kl = F_ia X_ba inv(V)_bk inv(V)_lc X_cd F_dj.

Letters that are not on the left-hand side are summed, one sum for each term. Inside a function, a power or a parenthesis
a sum is written out (sum_a ...) or as a matrix product with indices, (X W)_ij, so that its place leaves no doubt.
"""

from __future__ import annotations

from collections.abc import Sequence

from tensordiff.errors import BudgetError
from tensordiff.matrix.writer import SUM
from tensordiff.render.entries import entry_pieces
from tensordiff.render.pieces import Entry, Piece, Printed, Style
from tensordiff.render.spelling import PLAIN, TEX, Spelling
from tensordiff.render.whole import word_pieces
from tensordiff.tensor import Tensor

_FREE = "ijklpqrstuvw"
_BUDGET = 1_000_000


def free_letters(count: int) -> tuple[str, ...]:
    """Letters for free indices: i j k l p q ..., and i1 i2 ... where they run out."""
    return tuple(_FREE[:count]) if count <= len(_FREE) else tuple(f"i{place + 1}" for place in range(count))


def index_notation(tensor: Tensor, letters: Sequence[str] | None = None, spelling: Spelling = PLAIN) -> str:
    """One entry of the tensor, with these letters for its axes (by default i, j, k, l, p, ...).

    Works for every tensor; a canonical one reads best. Raises BudgetError past a million characters.
    """
    given = free_letters(tensor.rank) if letters is None else tuple(letters)
    assert len(given) == tensor.rank, "one letter for each axis"
    return _write(Style(spelling, given), Entry(tensor, given, 0, SUM, False))


def index_latex(tensor: Tensor, letters: Sequence[str] | None = None) -> str:
    """One entry of the tensor in LaTeX, see `index_notation`."""
    return index_notation(tensor, letters, TEX)


def derivative_notation(
    tensor: Tensor, of: str, rank: int, variables: Sequence[tuple[str, int]], spelling: Spelling = PLAIN
) -> str:
    """The equation for an entry of a derivative: "dF_ij/dV_kl = ...".

    `of` and `rank` are the name and number of axes of what is differentiated, `variables` those of each variable; the axes
    of `tensor` are those of f, then those of each variable.
    """
    letters = free_letters(tensor.rank)
    names: list[str] = []
    place = 0
    for name, axes in ((of, rank), *variables):
        names.append(spelling.name(name) + spelling.lowered(letters[place : place + axes]))
        place += axes
    left = spelling.derivative(names[0], names[1:])
    return f"{left} = {index_notation(tensor, letters, spelling)}"


def _write(style: Style, root: Piece) -> str:
    """From left to right, without recursion."""
    out: list[str] = []
    length = 0
    stack: list[Piece] = [root]
    printed: dict[Piece, Printed] = {}
    while stack:
        piece = stack.pop()
        if isinstance(piece, str):
            out.append(piece)
            length += len(piece)
            if length > _BUDGET:
                raise BudgetError(
                    f"the index notation is over {_BUDGET} characters long", hint="name parts with where, or evaluate it"
                )
            continue
        if piece not in printed:
            printed[piece] = entry_pieces(style, piece) if isinstance(piece, Entry) else word_pieces(style, piece)
        pieces, level = printed[piece]
        if level < piece.level:
            pieces = [style.open, *pieces, style.close]
        stack.extend(reversed(pieces))
    return "".join(out)
