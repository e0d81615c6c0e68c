"""Rows, columns and blocks: A[2,:] is a row, A[:,2] a column, A[1:2,:] and x[2:4] are blocks. Places count from 1, and both
ends are in."""

from __future__ import annotations

from collections.abc import Sequence

from tensordiff.errors import ShapeError
from tensordiff.matrix import Matrix, build, describe
from tensordiff.parse.families import Families, Member
from tensordiff.parse.languages.tokens import Token
from tensordiff.tensor import Extent, Group, group_text

_MOST = 60
"""The most rows and columns that a block by places has."""

Place = int | str
Part = Place | Sequence[int] | None
"""What a label picks of an axis: a place, the places of a range, None for the whole."""


def is_slice(labels: Sequence[Token]) -> bool:
    return any(label.type == "SLICE" for label in labels)


def sliced(value: Matrix, labels: Sequence[Token], families: Families) -> Matrix | Member:
    """The rows, columns or blocks of a value; with a letter among the labels, a member of a family. Raises ShapeError."""
    shape = tuple(group for group in value.shape if group) if value.is_vector and len(labels) == 1 else value.shape
    if len(shape) != len(labels) or len(shape) > 2:
        raise ShapeError(
            f"{describe(value)} with {len(labels)} indices", hint="give an index or : for each axis: A[i,:], x[2:4]"
        )
    parts = [_part(label, group) for label, group in zip(labels, shape, strict=True)]
    if any(isinstance(part, str) for part in parts):
        if any(not isinstance(part, str | int) and part is not None for part in parts):
            raise ShapeError(
                "a block of a member of a family is not read", hint="give the other index as a letter, a place or :"
            )
        return families.slice(value, [part if isinstance(part, str | int) else None for part in parts])
    if len(parts) == 1:
        (places,) = parts
        if places is None:
            return value
        assert not isinstance(places, int | str)
        picked = build.block([[build.entry(value, (place,))] for place in places])
        return build.transpose(picked) if len(value.shape) == 2 and not value.shape[0] else picked
    rows, columns = parts
    table = [[_piece(value, row, column) for column in _list(columns)] for row in _list(rows)]
    return table[0][0] if len(table) == len(table[0]) == 1 else build.block(table)


def _list(part: Part) -> Sequence[int | None]:
    if isinstance(part, int) or part is None:
        return [part]
    assert not isinstance(part, str)
    return part


def _piece(value: Matrix, row: int | None, column: int | None) -> Matrix:
    """One row, one column, one entry, or all."""
    if row is None and column is None:
        return value
    if row is not None and column is not None:
        return build.entry(value, (row, column))
    if column is not None:
        return build.contract(build.entry(value, ("i", column)), ["i"])
    assert row is not None
    return build.transpose(build.contract(build.entry(value, (row, "j")), ["j"]))


def _part(label: Token, group: Group) -> Part:
    """What a label picks of an axis."""
    if label.type == "NAME":
        return str(label)
    if label.type == "NUMBER":
        return int(label)
    low, _, high = str(label).partition(":")
    if low in ("", "1") and high in ("", "end", group_text(group)):
        return None
    size = Extent.of(*group)
    last = size if high in ("", "end") else Extent.number(int(high)) if high.isdigit() else None
    if last is None or last.constant is None or not (low.isdigit() or not low):
        raise ShapeError(
            f"the places {label} of an axis of size {group_text(group)} are not known",
            hint="blocks are read between numbers: A[1:2,:]; [eye(k) zeros(k,m)]*A is the first k rows of A",
        )
    first, end = int(low or 1), int(last.constant)
    if first < 1 or end < first or (size.constant is not None and end > size.constant):
        raise ShapeError(f"the places {label} are not in an axis of size {group_text(group)}", hint="places count from 1")
    if end - first >= _MOST:
        raise ShapeError(f"a block of {end - first + 1} places is too large to be read")
    return range(first, end + 1)
