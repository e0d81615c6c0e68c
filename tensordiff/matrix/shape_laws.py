"""The shape laws, by name; `matrix.operands` says what a law is and how it is read."""

from __future__ import annotations

from collections.abc import Callable

from tensordiff.matrix.operands import Operands, Place, Size, Sizes, is_vector, normal, remainder, rows_and_columns
from tensordiff.tensor import Dim

Law = Callable[[Operands], Sizes]

# Laws of functions.


def _to_scalar(x: Operands) -> Sizes:
    return ()


def _square_to_scalar(x: Operands) -> Sizes:
    x.square(0)
    return ()


def _over_matrices(x: Operands) -> Sizes:
    """Of a square matrix, or of those on the last two axes of a tensor."""
    sizes = x.sizes(0)
    if len(sizes) < 3:
        return _square_to_square(x)
    if sizes[-1] != sizes[-2]:
        x.refuse(0, "square matrices on the last two axes")
    return sizes


def _numbers_of_matrices(x: Operands) -> Sizes:
    return normal(*_over_matrices(x)[:-2])


def _first_to_scalar(x: Operands) -> Sizes:
    for place in range(1, len(x)):
        if x.sizes(place):
            x.refuse(place, "a number")
    return ()


def _rows(x: Operands) -> Sizes:
    x.single(0)
    return normal(rows_and_columns(x.sizes(0))[0])


def _columns(x: Operands) -> Sizes:
    x.single(0)
    return normal(rows_and_columns(x.sizes(0))[1])


def _shorter(x: Operands) -> Sizes:
    """The shorter side of a matrix, where the sizes tell."""
    x.single(0)
    rows, columns = rows_and_columns(x.sizes(0))
    if rows == columns:
        return normal(rows)
    try:
        return normal(min(rows, columns, key=lambda size: size[0].value if size else 1))
    except (AttributeError, TypeError):
        x.refuse(0, "sizes that tell whether its rows or its columns are fewer", "give the sizes as numbers")
        return normal(columns)


def _square_to_square(x: Operands) -> Sizes:
    size = x.square(0)
    return (size, size)


def _single_square(x: Operands) -> Sizes:
    x.single(0)
    return _square_to_square(x)


def _pseudo_inverse(x: Operands) -> Sizes:
    """Of a vector, or of a matrix with single axes; a square one may have any."""
    rows, columns = rows_and_columns(x.sizes(0))
    if rows and columns and rows != columns:
        x.single(0)
    return _transposed(x)


def _square_to_column(x: Operands) -> Sizes:
    return normal(x.square(0))


def _entries(x: Operands) -> Sizes:
    return x.alike(range(len(x)))


def _transposed(x: Operands) -> Sizes:
    sizes = x.sizes(0)
    if len(sizes) > 2:
        x.refuse(0, "a matrix")
        return sizes
    rows, columns = rows_and_columns(sizes)
    return normal(columns, rows)


def _reduced(x: Operands) -> Sizes:
    """Of all entries; down the columns (axis 1), or along the rows (axis 2)."""
    return _without_axis(x) if len(x) > 1 else ()


def _along(x: Operands) -> Sizes:
    """Of a vector, or of every column (axis 1) or row (axis 2)."""
    _needs_vector(x)
    if len(x) > 1:
        _without_axis(x)
    return x.sizes(0)


def _anywhere(x: Operands) -> Sizes:
    """Of all entries, or of every column (axis 1) or row (axis 2)."""
    if len(x) > 1:
        _without_axis(x)
    return x.sizes(0)


def _reduced_along(x: Operands) -> Sizes:
    _needs_vector(x)
    return _without_axis(x) if len(x) > 1 else ()


def _needs_vector(x: Operands) -> None:
    if len(x) == 1 and x.sizes(0) and not is_vector(x.sizes(0)):
        x.refuse(0, "a vector", "{name}(X,1) is of every column, {name}(X,2) of every row")


def _without_axis(x: Operands) -> Sizes:
    """The shape without one axis, counted from 1; of a matrix what is left is a row (axis 1) or a column (axis 2)."""
    sizes, axis = x.sizes(0), x.number(1)
    if axis is None or not 1 <= axis <= max(len(sizes), 2):
        x.refuse(1, "(X, axis): the axis is 1 (down the columns) or 2 (along the rows)")
        return ()
    if len(sizes) > 2:
        return (*sizes[: axis - 1], *sizes[axis:])
    rows, columns = rows_and_columns(sizes)
    return normal((), columns) if axis == 1 else normal(rows)


def _diagonal(x: Operands) -> Sizes:
    """The diagonal matrix of a vector, the diagonal of a square matrix."""
    sizes = x.sizes(0)
    if is_vector(sizes):
        return (sizes[-1], sizes[-1])
    return normal(x.square(0))


def _stacked(x: Operands) -> Sizes:
    sizes = x.sizes(0)
    if len(sizes) > 2:
        x.refuse(0, "a matrix")
    rows, columns = rows_and_columns(sizes)
    return normal(columns + rows)


def _half_stacked(x: Operands) -> Sizes:
    x.single(0)
    return (x.triangular(x.square(0)),)


def _kron(x: Operands) -> Sizes:
    rows: Size = ()
    columns: Size = ()
    for place in range(len(x)):
        if len(x.sizes(place)) > 2:
            x.refuse(place, "matrices")
        down, across = rows_and_columns(x.sizes(place))
        rows, columns = rows + down, columns + across
    return normal(rows, columns)


def _outer(x: Operands) -> Sizes:
    _needs_vectors(x)
    return normal(_length(x, 0), _length(x, 1))


def _dot(x: Operands) -> Sizes:
    _needs_vectors(x)
    if x.sizes(0) and x.sizes(1):
        x.equal((0, _along_axis(x, 0)), (1, _along_axis(x, 1)))
    return ()


def _needs_vectors(x: Operands) -> None:
    for place in range(2):
        if x.sizes(place) and not is_vector(x.sizes(place)):
            x.refuse(place, "vectors")


def _along_axis(x: Operands, place: int) -> int:
    """The axis along which a column or row runs."""
    return len(x.sizes(place)) - 1


def _length(x: Operands, place: int) -> Size:
    return x.sizes(place)[-1] if x.sizes(place) else ()


def _solve(x: Operands) -> Sizes:
    if not x.sizes(0):
        return x.sizes(1)
    x.square(0)
    return _product(x)


def _column_products(x: Operands) -> Sizes:
    if len(x.sizes(0)) > 2 or len(x.sizes(1)) > 2:
        x.refuse(0 if len(x.sizes(0)) > 2 else 1, "matrices")
    columns = x.equal((0, 1), (1, 1))
    return normal(rows_and_columns(x.sizes(0))[0] + rows_and_columns(x.sizes(1))[0], columns)


def _kron_sum(x: Operands) -> Sizes:
    size = (x.square(0) if x.sizes(0) else ()) + (x.square(1) if x.sizes(1) else ())
    return normal(size, size)


def _cumulated(x: Operands) -> Sizes:
    _needs_vector(x)
    x.single(0)
    return x.sizes(0)


def _unstacked(x: Operands) -> Sizes:
    """The matrix of these sizes with these columns one below the other."""
    if not is_vector(x.sizes(0)):
        x.refuse(0, "a vector")
    rows, columns = x.size(1), x.size(2)
    x.have((0, _along_axis(x, 0)), columns + rows)
    return normal(rows, columns)


def _partial_trace(x: Operands) -> Sizes:
    """Of a matrix of n rows of blocks, m rows each: the traces of square blocks, or (with a 1) the sum of those on the
    diagonal of as many columns of blocks."""
    first, second = x.size(1), x.size(2)
    x.have((0, 0), first + second)
    summed, kept = (first, second) if len(x) > 3 else (second, first)
    across = x.beside((0, 1), summed, kept, ahead=len(x) > 3)
    x.have((0, 1), summed + across if len(x) > 3 else across + summed)
    return normal(kept, across)


_THREE: Size = (Dim.fixed(3),)


def _hat(x: Operands) -> Sizes:
    """The skew matrix of a vector of size 3."""
    if not is_vector(x.sizes(0)):
        x.refuse(0, "a vector of size 3")
    x.have((0, _along_axis(x, 0)), _THREE)
    return (_THREE, _THREE)


def _cross(x: Operands) -> Sizes:
    _needs_vectors(x)
    for place in range(2):
        if not x.sizes(place):
            x.refuse(place, "vectors of size 3")
        x.have((place, _along_axis(x, place)), _THREE)
    return (_THREE,)


def _skew(x: Operands) -> Sizes:
    return _hat(x) if is_vector(x.sizes(0)) else _square_to_square(x)


# Laws of operators.


def _product(x: Operands) -> Sizes:
    """Two factors; a scalar multiplies anything."""
    left, right = x.sizes(0), x.sizes(1)
    if not left or not right:
        return left or right
    if len(left) > 2 or len(right) > 2:
        x.refuse(0 if len(left) > 2 else 1, "matrices")
        return left
    x.equal((0, 1), (1, 0))
    return normal(rows_and_columns(x.sizes(0))[0], rows_and_columns(x.sizes(1))[1])


def _quotient(x: Operands) -> Sizes:
    if x.sizes(1):
        x.refuse(1, "a scalar")
    return x.sizes(0)


def _power(x: Operands) -> Sizes:
    if x.sizes(1):
        x.refuse(1, "a scalar")
    if not x.sizes(0):
        return ()
    size = x.square(0)
    return (size, size)


# Laws of constants, whose operands are sizes.


def _filled(x: Operands) -> Sizes:
    return normal(*(x.size(place) for place in range(len(x))))


def _square_of_size(x: Operands) -> Sizes:
    return normal(x.size(0), x.size(0))


def _unit(x: Operands) -> Sizes:
    return normal(x.size(0))


def _commutation(x: Operands) -> Sizes:
    first, last = x.size(0), x.size(len(x) - 1)
    return normal(first + last, last + first)


def _duplication(x: Operands) -> Sizes:
    return normal(x.size(0) * 2, x.triangular(x.size(0)))


def _skew_duplication(x: Operands) -> Sizes:
    return normal(x.size(0) * 2, x.triangular(x.size(0), strict=True))


def _elimination(x: Operands) -> Sizes:
    return normal(x.triangular(x.size(0)), x.size(0) * 2)


LAWS: dict[str, Law] = {
    "to-scalar": _to_scalar,
    "square-to-scalar": _square_to_scalar,
    "first-to-scalar": _first_to_scalar,
    "rows": _rows,
    "columns": _columns,
    "shorter": _shorter,
    "square-to-square": _square_to_square,
    "over-matrices": _over_matrices,
    "numbers-of-matrices": _numbers_of_matrices,
    "single-square": _single_square,
    "pseudo-inverse": _pseudo_inverse,
    "square-to-column": _square_to_column,
    "entries": _entries,
    "transposed": _transposed,
    "reduced": _reduced,
    "along": _along,
    "anywhere": _anywhere,
    "reduced-along": _reduced_along,
    "diagonal": _diagonal,
    "stacked": _stacked,
    "half-stacked": _half_stacked,
    "kron": _kron,
    "outer": _outer,
    "dot": _dot,
    "solve": _solve,
    "column-products": _column_products,
    "kron-sum": _kron_sum,
    "cumulated": _cumulated,
    "hat": _hat,
    "cross": _cross,
    "skew": _skew,
    "unstacked": _unstacked,
    "partial-trace": _partial_trace,
    "product": _product,
    "quotient": _quotient,
    "power": _power,
    "filled": _filled,
    "square-of-size": _square_of_size,
    "unit": _unit,
    "commutation": _commutation,
    "duplication": _duplication,
    "skew-duplication": _skew_duplication,
    "elimination": _elimination,
}
"""By name; a function of functions/ names its law so."""

OF_SQUARE = frozenset(
    {"square-to-scalar", "square-to-square", "square-to-column", "single-square", "over-matrices", "numbers-of-matrices"}
)
"""The laws of operations on square matrices."""

__all__ = [
    "LAWS",
    "OF_SQUARE",
    "Law",
    "Operands",
    "Place",
    "Size",
    "Sizes",
    "is_vector",
    "normal",
    "remainder",
    "rows_and_columns",
]
