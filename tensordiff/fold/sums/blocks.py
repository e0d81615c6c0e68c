"""Block matrices put together from sums of placed terms: E_1*A*F_1' + E_2*B*F_1' = [A 0; B 0], where E_p and F_q put a part
of the rows, or of the columns, in its place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction

from tensordiff.fold.flat.flat import Flat
from tensordiff.fold.sums.terms import Powers, Term
from tensordiff.matrix import Matrix, Shape, normalise
from tensordiff.matrix.build import block, eye, ones, rows_of, zeros
from tensordiff.records import record
from tensordiff.tensor import Extent, Group

Collect = Callable[[Iterable[Term], Shape], Matrix]
"""The sum of terms as a flat expression."""
Content = Callable[[Sequence[Term]], tuple[Fraction, Powers, list[Term]]]
"""What stands in front of a sum."""


@record
class _Span:
    """A part of an axis, from `start` to `end`."""

    whole: Group
    start: Extent
    end: Extent
    part: Group


@record
class _Placed:
    """A term with the parts of the rows and of the columns that it is on (None: on all of them), and what stands there."""

    term: Term
    rows: _Span | None
    columns: _Span | None
    letters: tuple[Matrix, ...]


def stacked(terms: Sequence[Term], flat: Flat, collect: Collect, content: Content) -> list[Term]:
    """The terms with those that are placed on parts of the rows or columns put together to block matrices."""
    kept: list[Term] = []
    groups: dict[tuple[Group | None, Group | None], list[_Placed]] = {}
    for term in terms:
        item = _read(term, flat)
        if item.rows is None and item.columns is None:
            kept.append(term)
        else:
            key = (item.rows.whole if item.rows else None, item.columns.whole if item.columns else None)
            groups.setdefault(key, []).append(item)
    for group in groups.values():
        made = _assembled(group, collect, content)
        kept += [item.term for item in group] if made is None else [made]
    return kept


def _read(term: Term, flat: Flat) -> _Placed:
    letters = term.letters
    rows = _span(letters[0]) if letters else None
    if rows is not None:
        letters = letters[1:] or (eye(rows.part),)
    columns = _span(flat.flip(letters[-1])) if letters and len(letters[-1].shape) == 2 else None
    if columns is not None:
        letters = letters[:-1] or (eye(columns.part),)
    return _Placed(term, rows, columns, letters)


def _span(letter: Matrix) -> _Span | None:
    """The part of the rows where a block column [zeros; eye; zeros] has its identity."""
    if letter.op == "unit":
        dim, place = letter.data
        end = Extent.number(place)
        return _Span((dim,), Extent.number(place - 1), end, ()) if (Extent.of(dim) - end).is_certain else None
    if letter.op != "block" or letter.data != (1,) or len(letter.rows) != 1:
        return None
    start, found = Extent(()), None
    for child in letter.children:
        length = Extent.of(*child.rows)
        if child.op == "eye" or (child.op == "number" and child.data[0] == 1):
            if found is not None:
                return None
            found = _Span(letter.rows, start, start + length, child.rows)
        elif child.op != "zeros" and not (child.op == "number" and not child.data[0]):
            return None
        start += length
    return found


def _assembled(group: Sequence[_Placed], collect: Collect, content: Content) -> Term | None:
    """The placed terms as one block matrix; None where their parts overlap."""
    down = _parts([item.rows for item in group])
    across = _parts([item.columns for item in group])
    if down is None or across is None or any(_is_sparse(parts, group) for parts in (down, across)):
        return None
    coefficient, scalars, terms = content([Term(x.term.coefficient, x.term.scalars, x.letters) for x in group])
    front, back = _shared([term.letters for term in terms], group)
    cells: dict[tuple[int, int], list[Term]] = {}
    for term, item in zip(terms, group, strict=True):
        inner = term.letters[len(front) : len(term.letters) - len(back)]
        place = _place(item.rows, down), _place(item.columns, across)
        cells.setdefault(place, []).append(Term(term.coefficient, term.scalars, inner))
    first = group[0].letters[len(front) : len(group[0].letters) - len(back)]
    heights = [span.part for span in down] if down else [first[0].rows]
    widths = [span.part for span in across] if across else [first[-1].cols]
    rows = [
        [
            collect(cells[r, c], normalise((height, width))) if (r, c) in cells else zeros(height, width)
            for c, width in enumerate(widths)
        ]
        for r, height in enumerate(heights)
    ]
    return Term(coefficient, scalars, (*front, _block(rows), *back))


def _is_sparse(parts: Sequence[_Span], group: Sequence[_Placed]) -> bool:
    """Whether unit vectors of a length that is a number leave a place free: unit(4,2)*x' is not written out."""
    used = {(span.start, span.end) for item in group for span in (item.rows, item.columns) if span is not None}
    return any(span.whole[0].value is not None and (span.start, span.end) not in used for span in parts)


def _block(rows: list[list[Matrix]]) -> Matrix:
    """The block matrix; an identity or ones where the blocks are those of one."""
    made = block(_opened(rows))
    if made.op != "block":
        return made
    entries = [(r, c, entry) for r, row in enumerate(rows) for c, entry in enumerate(row)]
    if all(entry.op == "ones" or _is_number(entry, 1) for _, _, entry in entries):
        return ones(made.rows, made.cols)
    diagonal = all(entry.op == "eye" or _is_number(entry, 1) if r == c else _is_zero(entry) for r, c, entry in entries)
    return eye(made.rows) if diagonal and made.rows == made.cols else made


def _opened(rows: list[list[Matrix]]) -> list[list[Matrix]]:
    """[[A B]; [C D]] as [A B; C D], and [[A; C] [B; D]] too."""
    lines = [row[0] for row in rows] if len(rows[0]) == 1 else rows[0] if len(rows) == 1 else []
    if len(lines) < 2 or any(line.op != "block" for line in lines):
        return rows
    inner = [rows_of(line) for line in lines]
    if len(rows) > 1:
        widths = {tuple(entry.cols for entry in found[0]) for found in inner}
        return [list(row) for found in inner for row in found] if len(widths) == 1 else rows
    heights = {tuple(row[0].rows for row in found) for found in inner}
    return [[x for row in line for x in row] for line in zip(*inner, strict=True)] if len(heights) == 1 else rows


def _is_number(node: Matrix, value: int) -> bool:
    return node.op == "number" and node.data[0] == value


def _is_zero(node: Matrix) -> bool:
    return node.op == "zeros" or _is_number(node, 0)


def _shared(words: Sequence[tuple[Matrix, ...]], group: Sequence[_Placed]) -> tuple[tuple[Matrix, ...], tuple[Matrix, ...]]:
    """The factors in front that all blocks of a row share, [X*A X*B] = X*[A B], or those behind of a column."""
    if len(words) < 2 or (group[0].rows is None) == (group[0].columns is None):
        return (), ()
    room = min(len(word) for word in words) - 1
    at_end = group[0].rows is not None
    count = 0
    while count < room and len({word[-1 - count] if at_end else word[count] for word in words}) == 1:
        count += 1
    if not count:
        return (), ()
    return ((), words[0][-count:]) if at_end else (words[0][:count], ())


def _place(span: _Span | None, parts: Sequence[_Span]) -> int:
    return 0 if span is None else next(k for k, part in enumerate(parts) if part.start == span.start)


def _parts(spans: Sequence[_Span | None]) -> list[_Span] | None:
    """The parts in order, with what lies between them; none where the axis is whole, None where two of them overlap or
    their order is not known."""
    found = {(span.start, span.end): span for span in spans if span is not None}
    ordered: list[_Span] = []
    for span in found.values():
        place = sum((span.start - other.end).is_certain for other in ordered)
        if any(not (other.start - span.end).is_certain for other in ordered[place:]):
            return None
        ordered.insert(place, span)
    if not ordered:
        return []
    if any(span is not None and span.part != found[span.start, span.end].part for span in spans):
        return None
    whole = ordered[0].whole
    made: list[_Span] = []
    reached = Extent(())
    for span in ordered:
        made += [*_gap(whole, reached, span.start), span]
        reached = span.end
    return [*made, *_gap(whole, reached, Extent.of(*whole))]


def _gap(whole: Group, start: Extent, end: Extent) -> list[_Span]:
    return [_Span(whole, start, end, (end - start).group())] if end != start else []
