"""Functions of block matrices block by block: exp([x; y]) = [exp(x); exp(y)], det of a block triangular matrix, inv of it.

Each rule gives functions of smaller arguments, so repeated use ends.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from fractions import Fraction
from itertools import pairwise, product

from tensordiff.errors import DomainError
from tensordiff.functions import ABS, DET, INVERSE, LOG, LOGDET, Place, inclusion, power
from tensordiff.records import record
from tensordiff.tensor import (
    Apply,
    Dim,
    Einsum,
    Extent,
    Factor,
    Function,
    Group,
    Sum,
    Tensor,
    add,
    apply,
    einsum,
    identity,
    is_zero,
    multiply,
    scale,
    split_coefficient,
    zero,
)

_MAX_CELLS = 64
_MAX_TRIANGULAR = 4
"""The most blocks along the diagonal of a triangular matrix whose inverse is written out; for reading, two."""

Label = Hashable
Cell = tuple[int, ...]


def by_blocks(node: Apply, written_out: bool) -> Tensor | None:
    """A function of a block matrix in functions of its blocks, or None. `written_out`: also where that is much longer."""
    argument = node.children[0] if node.children else None
    if argument is None or not 1 <= argument.rank <= 2 or any(other.dims for other in node.children[1:]):
        return None
    if node.function.elementwise:
        grid = Grid.of(argument, square=False)
        return None if grid is None else _entrywise(node, grid)
    if node.function not in (DET, LOGDET, INVERSE):
        return None
    grid = Grid.of(argument, square=True)
    if grid is None or len(grid.parts[0]) < 2:
        return None
    count = len(grid.parts[0])
    lower = any(r > c for r, c in grid.cells)
    if lower and any(r < c for r, c in grid.cells):
        return None
    if any((k, k) not in grid.cells for k in range(count)):
        return zero() if node.function == DET else None
    if node.function == INVERSE:
        diagonal = all(r == c for r, c in grid.cells)
        return _inverse(grid, lower) if diagonal or count <= (_MAX_TRIANGULAR if written_out else 2) else None
    values = [_of_block(node.function, grid.cells[k, k]) for k in range(count)]
    return multiply(*values) if node.function == DET else add([(1, value) for value in values])


def _of_block(function: Function, block: Tensor) -> Tensor:
    """det, logdet or inv of a square block, which may be one number."""
    if block.dims:
        return apply(function, block)
    return block if function == DET else LOG(ABS(block)) if function == LOGDET else power(block, -1)


def _entrywise(node: Apply, grid: Grid) -> Tensor | None:
    made: dict[Cell, Tensor] = {}
    for cell in product(*(range(len(side)) for side in grid.parts)):
        argument = grid.cells.get(cell) or zero(grid.dims(cell))
        try:
            made[cell] = apply(node.function, argument, *node.children[1:])
        except DomainError:
            return None
    return grid.assembled(made)


def _inverse(grid: Grid, lower: bool) -> Tensor:
    """The inverse X of a block triangular T, column by column: X_kk = inv(T_kk), T_rr X_rc = -sum_k T_rk X_kc."""
    count = len(grid.parts[0])
    made: dict[Cell, Tensor] = {(k, k): _of_block(INVERSE, grid.cells[k, k]) for k in range(count)}
    for c in range(count):
        for r in range(c + 1, count) if lower else range(c - 1, -1, -1):
            between = range(c, r) if lower else range(r + 1, c + 1)
            terms = [grid.cells[r, k] for k in between if (r, k) in grid.cells and (k, c) in made]
            others = [made[k, c] for k in between if (r, k) in grid.cells and (k, c) in made]
            widths = [len(grid.parts[0][k].group) for k in between if (r, k) in grid.cells and (k, c) in made]
            if terms:
                summed = add((1, _times(*parts)) for parts in zip(terms, others, widths, strict=True))
                made[r, c] = scale(-1, _times(made[r, r], summed, len(grid.parts[0][r].group)))
    return grid.assembled(made)


def _times(left: Tensor, right: Tensor, inner: int) -> Tensor:
    """The matrix product of blocks, over so many axes."""
    rows = [("row", p) for p in range(left.rank - inner)]
    along = [("inner", p) for p in range(inner)]
    columns = [("column", p) for p in range(right.rank - inner)]
    return einsum([(left, rows + along), (right, along + columns)], rows + columns)


@record
class Part:
    """An interval of an axis between two neighbouring cuts."""

    start: Extent
    end: Extent
    group: Group


@record(frozen=False)
class _Term:
    """A term of a block matrix: on each axis where it is placed (None: on the whole axis), and what kind of content it has
    there. `loose`: repeated along the axis; `tied`: an identity between the two axes."""

    coefficient: Fraction
    factors: list[Factor]
    output: tuple[int, ...]
    dims: tuple[Dim, ...]
    places: list[Place | None]
    inner: list[tuple[int, ...]]
    loose: list[bool]
    tied: bool

    @property
    def hidden(self) -> set[int]:
        """The indices that belong to the axes and their places, not to the content."""
        return {*self.output, *(i for own in self.inner for i in own)}


class Grid:
    """A tensor as blocks on the parts of its axes."""

    def __init__(self, whole: tuple[Dim, ...], parts: list[list[Part]]) -> None:
        self.whole = whole
        self.parts = parts
        self.cells: dict[Cell, Tensor] = {}

    @staticmethod
    def of(node: Tensor, *, square: bool) -> Grid | None:
        """The blocks of a sum of placed terms; None where it is no such sum. `square`: rows and columns have the same parts."""
        pairs = node.terms if isinstance(node, Sum) else (split_coefficient(node),)
        if not any(Place.of(factor) is not None for _, core in pairs for factor in (core, *core.children)):
            return None
        terms: list[_Term] = []
        for coefficient, core in pairs:
            term = _read(coefficient, core)
            if term is None:
                return None
            terms.append(term)
        if not any(place is not None for term in terms for place in term.places):
            return None
        same = node.rank == 2 and node.dims[0] is node.dims[1]
        if square and not same:
            return None
        together = same and (square or any(term.tied for term in terms))
        parts = _parts(terms, node.dims, together)
        if parts is None:
            return None
        grid = Grid(node.dims, parts)
        found: dict[Cell, list[tuple[Fraction, Tensor]]] = {}
        for term in terms:
            cells = grid._cells_of(term)
            if cells is None:
                return None
            for cell in cells:
                found.setdefault(cell, []).append((term.coefficient, grid._content(term, cell)))
        if len(found) > _MAX_CELLS:
            return None
        summed = {cell: add(contents) for cell, contents in found.items()}
        grid.cells = {cell: value for cell, value in summed.items() if not is_zero(value)}
        return grid

    def dims(self, cell: Cell) -> tuple[Dim, ...]:
        """The axes of a block."""
        return tuple(dim for side, k in zip(self.parts, cell, strict=True) for dim in side[k].group)

    def _cells_of(self, term: _Term) -> list[Cell] | None:
        """The cells in which a term has something."""
        spans: list[list[int]] = []
        for axis, place in enumerate(term.places):
            start, end = (place.start, place.end) if place else (Extent(()), Extent.of(self.whole[axis]))
            span = [k for k, part in enumerate(self.parts[axis]) if _within(part, start, end)]
            group = self.parts[axis][span[0]].group
            lone = len(span) == 1 and group == (place.part if place else (self.whole[axis],))
            if not lone and not term.loose[axis] and not term.tied:
                return None
            spans.append(span)
        if term.tied:
            return [(k, k) for k in spans[0]]
        return list(product(*spans))

    def _content(self, term: _Term, cell: Cell) -> Tensor:
        if term.tied:
            half = self.parts[0][cell[0]].group
            scalar = einsum(term.factors, (), {i: d for i, d in enumerate(term.dims) if i not in term.hidden})
            return multiply(scalar, identity(half))
        output: list[Label] = []
        sizes: dict[Label, Dim] = dict(enumerate(term.dims))
        used = {i for _, indices in term.factors for i in indices}
        for axis, k in enumerate(cell):
            if term.loose[axis]:
                labels: list[Label] = [("loose", axis, p) for p in range(len(self.parts[axis][k].group))]
                sizes.update(zip(labels, self.parts[axis][k].group, strict=True))
            else:
                labels = list(term.inner[axis])
            output += labels
        kept = {label: dim for label, dim in sizes.items() if label not in term.hidden or label in used or label in output}
        return einsum(term.factors, output, kept)

    def assembled(self, blocks: dict[Cell, Tensor]) -> Tensor:
        """The tensor with these blocks, zero elsewhere."""
        terms: list[tuple[int, Tensor]] = []
        for cell, block in blocks.items():
            if is_zero(block):
                continue
            factors: list[tuple[Tensor, Sequence[Label]]] = []
            inner: list[Label] = []
            for axis, k in enumerate(cell):
                part = self.parts[axis][k]
                labels: list[Label] = [("inner", axis, p) for p in range(len(part.group))]
                whole = self.whole[axis]
                factors.append((inclusion(whole, part.start, part.group), [("whole", axis), *labels]))
                inner += labels
            output = [("whole", axis) for axis in range(len(cell))]
            terms.append((1, einsum([(block, inner), *factors], output)))
        return add(terms, self.whole)


def _within(part: Part, start: Extent, end: Extent) -> bool:
    return (part.start - start).is_certain and (end - part.end).is_certain


def _read(coefficient: Fraction, core: Tensor) -> _Term | None:
    """A product with the inclusions of its axes apart; None where an axis is neither placed nor free."""
    output = core.output if isinstance(core, Einsum) else tuple(range(core.rank))
    placed = core.factors if isinstance(core, Einsum) else ((core, output),)
    dims = core.index_dims if isinstance(core, Einsum) else core.dims
    at: dict[int, list[int]] = {}
    for position, (_, indices) in enumerate(placed):
        for index in indices:
            at.setdefault(index, []).append(position)
    if len(set(output)) < len(output) > 2:
        return None
    if len(output) == 2 and output[0] == output[1]:
        assert isinstance(core, Einsum)
        return _diagonal(coefficient, core, at.get(output[0], []))
    places: list[Place | None] = []
    inner: list[tuple[int, ...]] = []
    taken: list[int] = []
    for index in output:
        here = at.get(index, [])
        if not here:
            places.append(None)
            inner.append(())
            continue
        place = Place.of(placed[here[0]][0]) if len(here) == 1 else None
        if place is None or placed[here[0]][1][0] != index:
            places.append(None)
            inner.append((index,))
            continue
        places.append(place)
        inner.append(placed[here[0]][1][1:])
        taken.append(here[0])
    factors = [factor for position, factor in enumerate(placed) if position not in taken]
    used = {index for _, indices in factors for index in indices}
    count = Counter(index for own in inner for index in own)
    loose = [
        not own if place is None else bool(own) and not any(index in used or count[index] > 1 for index in own)
        for place, own in zip(places, inner, strict=True)
    ]
    rows, columns = places if len(places) == 2 else (None, None)
    alike = rows is not None and columns is not None and bool(rows.part) and rows.node is columns.node
    tied = alike and inner[0] == inner[1] and not used.intersection(inner[0])
    return _Term(coefficient, factors, output, dims, places, inner, loose, tied)


def _diagonal(coefficient: Fraction, core: Einsum, here: Sequence[int]) -> _Term | None:
    """A term on the diagonal: an identity, or a vector there that is placed."""
    if not here:
        if any(indices for _, indices in core.factors):
            return None
        return _Term(coefficient, list(core.factors), core.output, core.index_dims, [None, None], [(), ()], [False] * 2, True)
    place = Place.of(core.factors[here[0]][0])
    if len(here) > 1 or place is None or core.factors[here[0]][1][0] != core.output[0]:
        return None
    inner = core.factors[here[0]][1][1:]
    factors = [factor for position, factor in enumerate(core.factors) if position != here[0]]
    tied = bool(inner) and not any(set(inner).intersection(indices) for _, indices in factors)
    return _Term(coefficient, factors, core.output, core.index_dims, [place] * 2, [inner] * 2, [False] * 2, tied)


def _parts(terms: Sequence[_Term], whole: tuple[Dim, ...], together: bool) -> list[list[Part]] | None:
    """The intervals between the cuts of each axis; None where their order is not known."""
    axes = [tuple(range(len(whole)))] if together else [(axis,) for axis in range(len(whole))]
    found: dict[int, list[Part]] = {}
    for group in axes:
        placed = [term.places[axis] for term in terms for axis in group]
        dim = whole[group[0]]
        if not any(placed) and not together:
            found[group[0]] = [Part(Extent(()), Extent.of(dim), (dim,))]
            continue
        cuts = _sorted([Extent(()), Extent.of(dim), *(e for place in placed if place for e in (place.start, place.end))])
        if cuts is None:
            return None
        parts: list[Part] = []
        for start, end in pairwise(cuts):
            own = dict.fromkeys(place.part for place in placed if place and (place.start, place.end) == (start, end))
            if len(own) > 1:
                return None
            parts.append(Part(start, end, next(iter(own)) if own else (end - start).group()))
        found.update(dict.fromkeys(group, parts))
    return [found[axis] for axis in range(len(whole))]


def _sorted(cuts: Sequence[Extent]) -> list[Extent] | None:
    """Different lengths in order of size; None where that is not certain."""
    ordered: list[Extent] = []
    for cut in dict.fromkeys(cuts):
        place = sum((cut - other).is_certain for other in ordered)
        if any(not (other - cut).is_certain for other in ordered[place:]):
            return None
        if any(not (cut - other).is_certain for other in ordered[:place]):
            return None
        ordered.insert(place, cut)
    return ordered
