"""Layouts: how a derivative tensor with axes (f, first variable, second variable, ...) is laid out as a matrix.

gradient     the shape of the variable, for scalar f
numerator    rows f, columns x for vectors (dy_i/dx_j); the gradient's transpose for scalar f; f's shape for a scalar variable
denominator  the transpose of numerator
vec-column   d vec f / d vec X' with column stacking (Magnus and Neudecker 2019, chapter 5.4); a second derivative is
             the derivative of that matrix, so for scalar f its rows are the first variable and its columns the second
vec-row      the same with row stacking, NumPy's reshape
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from tensordiff.differentiate import Entries, constrained_dims
from tensordiff.errors import DomainError, FoldError
from tensordiff.matrix import Matrix, Shape
from tensordiff.records import record
from tensordiff.tensor import Symbol

LAYOUTS = ("gradient", "numerator", "denominator", "vec-column", "vec-row")
DIFFERENTIAL = "differential"
"""The layout of a claim in differentials: df = tr(G'*dX), which is none of the derivative's own."""


STACKED = ("vec-column", "vec-row")
"""The layouts that stack entries: those of a derivative by the free entries of a structure (vech)."""


class MatrixAxes(NamedTuple):
    """Which axes of the derivative tensor make up the rows and the columns, slowest first."""

    rows: tuple[int, ...]
    columns: tuple[int, ...]


def default_layout(f: Shape, variables: Sequence[Shape]) -> str:
    """gradient for scalar f; numerator for vector by vector and for anything by a scalar; else vec-column, as for every
    second derivative and where there are tensors of more than two axes."""
    if len(variables) > 1 or len(f) > 2 or len(variables[0]) > 2:
        return "vec-column"
    if not f:
        return "gradient"
    if not variables[0] or (_is_vector(f) and _is_vector(variables[0])):
        return "numerator"
    return "vec-column"


def matrix_axes(layout: str, f: Shape, variables: Sequence[Shape]) -> MatrixAxes:
    """The axes of rows and columns in a layout. Raises FoldError where the layout does not apply to these shapes."""
    blocks = _blocks([f, *variables])
    if layout == "vec-column":
        *earlier, last = [_column_stack(block) for block in blocks]
        return MatrixAxes(tuple(axis for block in reversed(earlier) for axis in block), last)
    if layout == "vec-row":
        *earlier, last = [_row_stack(block) for block in blocks]
        return MatrixAxes(tuple(axis for block in earlier for axis in block), last)
    if layout == "gradient":
        if f or len(variables) != 1 or len(variables[0]) > 2:
            raise _unfit(layout, "needs a scalar function, differentiated once by a scalar, vector or matrix")
        return _as_matrix(blocks[1])
    if layout == "numerator":
        return _numerator(f, variables, blocks)
    if layout == "denominator":
        rows, columns = _numerator(f, variables, blocks)
        return MatrixAxes(columns, rows)
    raise FoldError(
        f"unknown layout {layout!r}", hint=f"layouts are {', '.join(LAYOUTS)}; claims may also be index or differential"
    )


@record
class DerivativeAxes:
    """The axes of a derivative: those of f, then those of each variable, by a meaning of the variables' entries."""

    f: Shape
    symbols: tuple[Symbol, ...]
    declared: tuple[Shape, ...]
    """The shapes of the variables."""
    entries: Entries

    @staticmethod
    def of(f: Shape, variables: Sequence[Matrix], entries: Entries) -> DerivativeAxes:
        """The axes of a derivative by declared symbols, or by parts under a name."""
        return DerivativeAxes(f, tuple(map(symbol_of, variables)), tuple(v.shape for v in variables), entries)

    @cached_property
    def variables(self) -> tuple[Shape, ...]:
        """The shape of each variable's part of the derivative: one axis for the free entries of a structure."""
        dims = [constrained_dims(symbol, self.entries) for symbol in self.symbols]
        return tuple(
            shape if d == symbol.dims else (d,) for symbol, shape, d in zip(self.symbols, self.declared, dims, strict=True)
        )

    @property
    def groups(self) -> Shape:
        """f's shape, then the variables', where a row or column has one axis: the shape of the derivative's array."""
        return tuple(group for shape in (self.f, *self.variables) for group in shape if group)

    @property
    def ranks(self) -> tuple[int, ...]:
        """The number of axes of each variable."""
        return tuple(sum(len(group) for group in shape) for shape in self.variables)

    @property
    def _packed(self) -> list[str]:
        """The variables of which the derivative has the free entries."""
        if self.entries is not Entries.VECH:
            return []
        return [symbol.name for symbol in self.symbols if not symbol.structure.general]

    @property
    def default_layout(self) -> str:
        return "vec-column" if self._packed else default_layout(self.f, self.variables)

    def in_layout(self, layout: str | None = None) -> MatrixAxes:
        """The axes of rows and columns in a layout, by default in that which a derivative has by itself. Raises FoldError
        where the layout does not apply."""
        if self._packed and layout not in (None, *STACKED):
            raise FoldError(
                f"the derivative by the free entries of {', '.join(self._packed)} has no {layout} layout",
                hint='entries="vech" goes with vec-column and vec-row',
            )
        return matrix_axes(layout or self.default_layout, self.f, self.variables)

    def laid_out(self) -> Iterator[tuple[str, MatrixAxes]]:
        """Every layout that applies, with its rows and columns."""
        for layout in LAYOUTS:
            try:
                yield layout, self.in_layout(layout)
            except FoldError:
                continue


def symbol_of(variable: Matrix) -> Symbol:
    """A declared symbol, or one that stands for a named part."""
    if variable.op == "symbol":
        symbol: Symbol = variable.data[0]
        return symbol
    return Symbol.make(str(variable.data[0]), variable.dims)


def read_entries(entries: str | None, variables: Sequence[Matrix]) -> Entries:
    """What a user calls the meaning of entries; by default the derivative within the structure, where there is one. Raises
    DomainError for another word."""
    if entries is None:
        return Entries.PROJECTED if any(not v.data[0].structure.general for v in variables) else Entries.FREE
    try:
        return Entries(entries)
    except ValueError:
        raise DomainError(f"unknown entries={entries!r}", hint=f"known are {', '.join(Entries)}") from None


Block = tuple[tuple[int, ...], ...]
"""The axes of one value: a tuple of axis numbers per group of its shape."""


def _numerator(f: Shape, variables: Sequence[Shape], blocks: Sequence[Block]) -> MatrixAxes:
    if all(not shape for shape in variables) and len(f) <= 2:
        return _as_matrix(blocks[0])
    if not f and len(variables) == 1 and len(variables[0]) <= 2:
        rows, columns = _as_matrix(blocks[1])
        return MatrixAxes(columns, rows)
    values = [(shape, block) for shape, block in zip([f, *variables], blocks, strict=True) if shape]
    if len(values) == 2 and all(_is_vector(shape) for shape, _ in values):
        return MatrixAxes(_row_stack(values[0][1]), _row_stack(values[1][1]))
    raise _unfit("numerator or denominator", "needs vectors, a scalar function or a scalar variable")


def _unfit(layout: str, needs: str) -> FoldError:
    return FoldError(f"the {layout} layout {needs}", hint="vec-column and vec-row lay out any derivative")


def _is_vector(shape: Shape) -> bool:
    return len(shape) == 1 or (len(shape) == 2 and () in shape)


def _blocks(shapes: Sequence[Shape]) -> list[Block]:
    start, blocks = 0, []
    for shape in shapes:
        block = []
        for group in shape:
            block.append(tuple(range(start, start + len(group))))
            start += len(group)
        blocks.append(tuple(block))
    return blocks


def _as_matrix(block: Block) -> MatrixAxes:
    rows, columns = (*block, (), ())[:2]
    return MatrixAxes(rows, columns)


def _column_stack(block: Block) -> tuple[int, ...]:
    return tuple(axis for group in reversed(block) for axis in group)


def _row_stack(block: Block) -> tuple[int, ...]:
    return tuple(axis for group in block for axis in group)
