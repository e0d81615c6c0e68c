"""Constructors of what has no operands: symbols, names, numbers, sizes, and the constant matrices."""

from __future__ import annotations

from fractions import Fraction

from tensordiff.errors import ShapeError
from tensordiff.matrix.node import Matrix, Shape, normalise
from tensordiff.matrix.shape import fixed_size, read_group
from tensordiff.tensor import Dim, Group, Symbol


def symbol(variable: Symbol, groups: Shape | None = None) -> Matrix:
    """A declared variable; `groups` are its compound axes, by default one for each axis."""
    shape = tuple((dim,) for dim in variable.dims) if groups is None else normalise(groups)
    node = Matrix.make("symbol", shape, (variable,))
    assert node.dims == variable.dims, "the groups of a symbol are its axes"
    return node


def named(name: str, definition: Matrix) -> Matrix:
    """The user's name for a part (a `where` name). Raises ShapeError inside index notation, where parts have no shape."""
    if definition.free:
        letters = ", ".join(letter for letter, _ in definition.free)
        raise ShapeError(f"{name} has open indices {letters}", hint="close them: ... -> [i,j]")
    return Matrix.make("named", definition.shape, (name,), (definition,))


def number(value: Fraction | int) -> Matrix:
    """An exact number."""
    return Matrix.make("number", (), (Fraction(value),))


def as_number(node: Matrix) -> Fraction | None:
    """The value of a plain number, else None."""
    return node.data[0] if node.op == "number" else None


def size(dim: Dim) -> Matrix:
    """A dimension as a scalar."""
    value = fixed_size(dim)
    return Matrix.make("size", (), (dim,)) if value is None else number(value)


def pi() -> Matrix:
    """The number pi."""
    return Matrix.make("pi", ())


def levi() -> Matrix:
    """The Levi-Civita symbol of three dimensions: 1 for an even permutation of 1, 2, 3, -1 for an odd one, else 0."""
    three = (Dim.fixed(3),)
    return Matrix.make("levi", (three, three, three))


def eye(group: Group) -> Matrix:
    """The identity of this size; the scalar 1 for the empty group."""
    group = read_group(group)
    return Matrix.make("eye", (group, group)) if group else number(1)


def ones(rows: Group, cols: Group = ()) -> Matrix:
    """All entries 1: a column, or a matrix (a row where `rows` is empty)."""
    shape = normalise((read_group(rows), read_group(cols)))
    return Matrix.make("ones", shape) if shape else number(1)


def zeros(*groups: Group) -> Matrix:
    """All entries 0, of any number of axes."""
    shape = normalise(groups if len(groups) > 2 else tuple(read_group(g) for g in groups))
    return Matrix.make("zeros", shape) if shape else number(0)


def commutation(first: Group, second: Group) -> Matrix:
    """K(m,n): K(m,n) * vec(A) = vec(A') for A m-by-n (Magnus and Neudecker 1979). Rows (m,n), columns (n,m)."""
    first, second = read_group(first), read_group(second)
    if not first or not second:
        return eye(first + second)
    return Matrix.make("commutation", (first + second, second + first), (first, second))


def duplication(dim: Dim) -> Matrix:
    """D(n): D(n) * vech(A) = vec(A) for symmetric A (Magnus and Neudecker 1980). n*n rows, n(n+1)/2 columns."""
    return Matrix.make("duplication", ((dim, dim), (Dim.triangular(dim),)), (dim,)) if dim.value != 1 else number(1)


def skew_duplication(dim: Dim) -> Matrix:
    """Dskew(n): vec(A) for skew A from the entries below its diagonal, column by column (Magnus 1988, chapter 6). n*n
    rows, n(n-1)/2 columns: 1 at the place of an entry below the diagonal, -1 at that of its mirror image."""
    shape = ((dim, dim), (Dim.triangular(dim, strict=True),))
    return Matrix.make("skew_duplication", shape, (dim,)) if dim.value != 1 else zeros((), shape[1])


def elimination(dim: Dim) -> Matrix:
    """L(n): L(n) * vec(A) = vech(A) for every square A (Magnus and Neudecker 1980). n(n+1)/2 rows, n*n columns."""
    return Matrix.make("elimination", ((Dim.triangular(dim),), (dim, dim)), (dim,)) if dim.value != 1 else number(1)


def tril(dim: Dim) -> Matrix:
    """The mask of the lower triangle: 1 on and below the diagonal."""
    return Matrix.make("tril", ((dim,), (dim,)), (dim,)) if dim.value != 1 else number(1)


def triu(dim: Dim) -> Matrix:
    """The mask of the upper triangle: 1 on and above the diagonal."""
    return Matrix.make("triu", ((dim,), (dim,)), (dim,)) if dim.value != 1 else number(1)


def unit(dim: Dim, place: int) -> Matrix:
    """The column of length `dim` with a 1 at `place`, counted from 1, and zeros elsewhere. Raises ShapeError."""
    length = fixed_size(dim)
    if place < 1 or (length is not None and place > length):
        raise ShapeError(f"unit({dim},{place}): place {place} is outside 1..{dim}", hint="places are counted from 1")
    return Matrix.make("unit", ((dim,),), (dim, place)) if dim.value != 1 else number(1)
