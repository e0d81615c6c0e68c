"""Block matrices `[A B; C D]`: blocks side by side and one below the other, of any sizes that fit."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tensordiff.errors import BlockError
from tensordiff.matrix.leaves import as_number, zeros
from tensordiff.matrix.node import Matrix, normalise, shape_text
from tensordiff.matrix.open_letters import refuse_open
from tensordiff.matrix.shape import same_size, total_size
from tensordiff.matrix.text import brief
from tensordiff.tensor import Extent, Group, direct_sum

Fit = Callable[[Matrix, int, Group], Matrix | None]
"""A node with compound axis 0 or 1 made of other dimensions of the same size, None where it is not flexible."""


def grid(rows: Sequence[Sequence[Matrix]], fit: Fit) -> Matrix:
    """The matrix of these blocks; the number 0 is a block of zeros of the size that its neighbours have.

    The size of each axis is the sum of those of the parts: one axis, n+m. Raises BlockError, which says the block.
    """
    across = len(rows[0])
    entries = [entry for row in rows for entry in row]
    refuse_open("put into a block matrix", entries)
    for place, entry in enumerate(entries):
        if len(entry.shape) > 2:
            raise BlockError(f"cannot put {_describe(entry)} into a block matrix: it has {len(entry.shape)} axes", place)
    down = len(rows)
    if down == across == 1:
        return entries[0]
    heights = [_common(entries, range(r * across, (r + 1) * across), 0) for r in range(down)]
    widths = [_common(entries, range(c, len(entries), across), 1) for c in range(across)]
    _refuse_unsized(entries, heights, widths)
    made: list[Matrix] = []
    for place, entry in enumerate(entries):
        height, width = heights[place // across], widths[place % across]
        block = zeros(height, width) if as_number(entry) == 0 else _fitted(entry, height, width, fit)
        if block is None:
            raise BlockError(
                f"the block {brief(entry)} has its axes grouped otherwise than its neighbours in the block matrix", place,
                hint="a commutation matrix K(m,n) changes the order of a compound axis",
            )  # fmt: skip
        made.append(block)
    rows_group, columns_group = (sides[0] if len(sides) == 1 else direct_sum(sides) for sides in (heights, widths))
    if all(block.op == "zeros" or as_number(block) == 0 for block in made):
        return zeros(rows_group, columns_group)
    shape = normalise((rows_group, columns_group))
    return Matrix.make("block", shape, (across,), tuple(made))


def _refuse_unsized(entries: Sequence[Matrix], heights: Sequence[Group], widths: Sequence[Group]) -> None:
    """Raises BlockError for a row or column of zeros of which nothing says how large they are."""
    across = len(widths)
    for axis, lines in enumerate((range(len(heights)), range(across))):
        for line in lines:
            places = range(line, len(entries), across) if axis else range(line * across, (line + 1) * across)
            others = [heights[place // across] if axis else widths[place % across] for place in places]
            if all(as_number(entries[place]) == 0 for place in places) and any(others):
                place = next(place for place, other in zip(places, others, strict=True) if other)
                raise BlockError(
                    f"nothing says how many {'columns' if axis else 'rows'} of zeros this is", place,
                    hint="write their size: zeros(n,m), zeros(n) for a column, zeros(m)' for a row",
                )  # fmt: skip


def _common(entries: Sequence[Matrix], places: Sequence[int], axis: int) -> Group:
    """The group that the blocks of one row have as rows, or those of one column as columns."""
    first: Matrix | None = None
    group: Group = ()
    for place in places:
        entry = entries[place]
        if as_number(entry) == 0:
            continue
        own = entry.cols if axis else entry.rows
        if first is None:
            first, group = entry, own
        elif not same_size(own, group):
            side, number = ("one below the other", "columns") if axis else ("side by side", "rows")
            hint = "a block of one number repeated is 2*ones(n,m)" if entry.is_scalar or first.is_scalar else None
            raise BlockError(
                f"{_describe(first)} and {_describe(entry)} stand {side} in a block matrix, but differ in their {number}",
                place, hint=hint,
            )  # fmt: skip
    return group


def _fitted(entry: Matrix, height: Group, width: Group, fit: Fit) -> Matrix | None:
    found: Matrix | None = entry
    for axis, group in enumerate((height, width)):
        if found is not None and (found.cols if axis else found.rows) != group:
            found = fit(found, axis, group)
    return found if found is not None and (found.rows, found.cols) == (height, width) else None


def _describe(node: Matrix) -> str:
    return f"{brief(node)} ({shape_text(node.shape)})"


def rows_of(node: Matrix) -> list[tuple[Matrix, ...]]:
    """The rows of blocks of a block matrix."""
    across: int = node.data[0]
    return [node.children[start : start + across] for start in range(0, len(node.children), across)]


def resplit_blocks(node: Matrix, axis: int, group: Group, fit: Fit) -> Matrix | None:
    """A block matrix with an axis as a sum beside what all parts share, as kron([A B],C) has: of k equal parts n as (k, n),
    of parts (n, p) and (m, p) as (n+m, p); or, where all sizes are numbers, with its places in order as any compound or
    triangular axis has them: vec(A) = [a; c; b; d] for A 2-by-2. None where the parts are not such."""
    return _resplit_sharing(node, axis, group, fit) or _resplit_places(node, axis, group)


def _resplit_places(node: Matrix, axis: int, group: Group) -> Matrix | None:
    length = total_size(group).constant
    parts = [block.cols if axis else block.rows for block in node.children]
    if length is None or length > _MOST_PLACES or any(total_size(part).constant is None for part in parts):
        return None
    if len(rows_of(node)[0] if axis else rows_of(node)) == 1:
        return None  # the axis of one block
    return Matrix.make("block", normalise((node.rows, group) if axis else (group, node.cols)), node.data, node.children)


_MOST_PLACES = 64
"""An axis of so many places is taken apart to single ones: each is a term of its own."""


def is_sharing(whole: Group, parts: Sequence[Group]) -> bool:
    """Whether a compound axis is the sum of the first dimensions of its parts beside the other ones, which all parts share."""
    shared = whole[1:]
    before = [part[: len(part) - len(shared)] for part in parts]
    alike = all(part == (*first, *shared) for part, first in zip(parts, before, strict=True))
    return alike and Extent.of(*whole[:1]) == Extent.of(*direct_sum(before))


def _resplit_sharing(node: Matrix, axis: int, group: Group, fit: Fit) -> Matrix | None:
    rows = rows_of(node)
    count = len(rows[0]) if axis else len(rows)
    whole, shared = group[:1], group[1:]
    if count < 2 or not shared:
        return None
    fitted: list[Matrix] = []
    for block in node.children:
        own = block.cols if axis else block.rows
        if own[max(len(own) - len(shared), 0) :] != shared:
            found = fit(block, axis, shared)
            if found is None or (found.rows if axis else found.cols) != (block.rows if axis else block.cols):
                return None  # an identity changes on its other side too
            block = found
        fitted.append(block)
    line = fitted[:count] if axis else fitted[:: len(rows[0])]
    if Extent.of(*whole) != Extent.of(*direct_sum([_before(block, axis, shared) for block in line])):
        return None
    shape = normalise((node.rows, group) if axis else (group, node.cols))
    return Matrix.make("block", shape, node.data, tuple(fitted))


def _before(block: Matrix, axis: int, shared: Group) -> Group:
    """The part of a block's axis that stands before what all blocks share."""
    own = block.cols if axis else block.rows
    return own[: len(own) - len(shared)]
