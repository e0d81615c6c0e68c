"""Factors of a product in matrix form: symbols, names, constants, and functions of folded arguments."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import permutations

from tensordiff.errors import FoldError
from tensordiff.fold.flat.factors import repeated
from tensordiff.fold.flat.flat import Flat
from tensordiff.fold.frechet import jacobian
from tensordiff.fold.network.network import Letter, Vertices
from tensordiff.functions import (
    INVERSE,
    MATRIX_POWER,
    POWER,
    AlongAxes,
    Duplication,
    Elimination,
    Frechet,
    Inclusion,
    LowerMask,
    MatrixFunction,
    Pi,
    SkewDuplication,
    Unit,
    UpperMask,
    WholeMatrix,
    is_primary,
    keeps_symmetry,
)
from tensordiff.functions.radical import rational_power
from tensordiff.functions.symmetric_map import SymmetricSlope
from tensordiff.matrix import Matrix, build
from tensordiff.matrix.build import call, number, transpose
from tensordiff.matrix.calls import FORM
from tensordiff.simplify.along import Along
from tensordiff.tensor import Apply, Function, Named, Symbol, Tensor, as_number

Job = tuple[Tensor, Vertices, Vertices]
"""A tensor to be folded, with the axes that are its rows and those that are its columns."""

_MAX_AXES = 3

Axes = tuple[Vertices, Vertices]
"""Which axes of a factor are rows and which are columns."""


def groupings(node: Tensor, written: Mapping[str, Matrix], rows: Vertices, columns: Vertices) -> Iterator[list[Axes]]:
    """The ways in which the axes of a factor may be grouped, better ones in earlier lists. `rows` and `columns` are its
    axes in the order of the open indices, where all of them lie on such."""
    rank = node.rank
    axes = tuple(range(rank))
    half = (rank + 1) // 2
    if isinstance(node, Symbol | Named) and node.name in written:
        shape = written[node.name].shape
        if len(shape) <= 2:
            cut = len(shape[0]) if shape else 0
            yield [(axes[:cut], axes[cut:])]
        return
    function = node.function if isinstance(node, Apply) else None
    if isinstance(function, Duplication | SkewDuplication | Elimination):
        cut = 1 if isinstance(function, Elimination) else 2
        yield [(axes[:cut], axes[cut:])]
        return
    if isinstance(function, Frechet):
        yield [((1, 0), (3, 2))]
        return
    if isinstance(function, Inclusion):
        yield [(axes[:1], axes[1:])]
        return
    if isinstance(function, AlongAxes):
        whole = rank == node.children[0].rank
        cut = function.count if whole else rank
        entries = cut == rank and rows and columns  # every entry of a matrix over the sum of all
        yield [(rows, columns)] if whole and entries and len(rows) + len(columns) == rank else [(axes[:cut], axes[cut:])]
        return
    if rank <= 2 or isinstance(function, MatrixFunction):
        yield [(axes[:half], axes[half:])]
    if rank < 2 or isinstance(node, Symbol):
        return
    if rank > 2 and len(rows) + len(columns) == rank:
        yield [(rows, columns)]
    if rank > 2:
        yield [(axes[:cut], axes[cut:]) for cut in sorted(range(1, rank), key=lambda cut: abs(cut - half))]
    yield [(order, ()) for order in (permutations(axes) if rank <= _MAX_AXES else [axes, axes[::-1]])]


def arguments(node: Tensor, axes: Axes, written: Mapping[str, Matrix]) -> list[Job]:
    """What has to be folded before a factor can be written."""
    if isinstance(node, Symbol) or (isinstance(node, Named) and node.name in written):
        return []
    if isinstance(node, Named):
        return [(node.definition, *axes)]
    if isinstance(node, Apply) and isinstance(node.function, AlongAxes):
        places, count = tuple(range(node.children[0].rank)), node.function.count
        spread = node.rank == count and axes[1]
        return [(node.children[0], *(axes if spread else (places[:count], places[count:])))]
    if isinstance(node, Apply):
        return [(argument, *(axes if argument.rank == node.rank else _halves(argument))) for argument in node.children]
    return [(node, *axes)]


def _halves(node: Tensor) -> Axes:
    half = (node.rank + 1) // 2
    return tuple(range(half)), tuple(range(half, node.rank))


def letter(
    node: Tensor,
    axes: Axes,
    folded: Sequence[Matrix],
    written: Mapping[str, Matrix],
    symmetric: Callable[[Tensor], bool],
    flat: Flat,
) -> Letter:
    """A factor in matrix form; `folded` are its arguments, `symmetric` tells whether a tensor equals its transpose.
    Raises FoldError for functions without a spelling."""
    if isinstance(node, Symbol | Named):
        matrix = written.get(node.name)
        if matrix is None:
            matrix = build.symbol(node) if isinstance(node, Symbol) else build.named(node.name, folded[0])
        compound = isinstance(node, Symbol) and node.rank > 2 and node.structure.symmetric
        if len(matrix.shape) == 2 and matrix.rows == matrix.cols and (compound or symmetric(node)):
            flat.mark_symmetric(matrix)
        if isinstance(node, Symbol) and node.structure.is_diagonal:
            flat.mark_diagonal(matrix)
        return Letter(matrix, *axes)
    if not isinstance(node, Apply):
        return Letter(folded[0], *axes)
    if node.function == POWER:
        return _power(node, axes, folded, flat)
    if isinstance(node.function, AlongAxes):
        return Letter(_along_axes(node.function, folded[0], flat), *axes)
    if isinstance(node.function, Frechet):
        return Letter(jacobian(node.function, folded[0], flat), *axes)
    if isinstance(node.function, SymmetricSlope):
        raise FoldError("a whole derivative of a function of a matrix is no formula in matrices")
    matrix = _value(node.function, folded)
    known = bool(folded) and keeps_symmetry(node.function) and all(x.is_scalar or flat.is_symmetric(x) for x in folded)
    if len(matrix.shape) == 2 and known:
        flat.mark_symmetric(matrix)
    primary = is_primary(node.function) or node.function in (INVERSE, MATRIX_POWER)
    if primary and folded and flat.is_diagonal(folded[0]):
        flat.mark_diagonal(matrix)
    return Letter(matrix, *axes)


def _along_axes(function: AlongAxes, argument: Matrix, flat: Flat) -> Matrix:
    """The function of every column of the argument; of every row of its transpose where that is shorter."""
    if function.count == len(argument.dims):
        if len(argument.shape) < 2 or function.name != "softmax":
            return call(function.name, argument)
        raised = call("exp", argument)
        return build.divide(raised, call("sum", raised))
    turned = flat.flip(argument)
    ways = call(function.name, argument, number(1)), call(function.name, turned, number(2))
    usual = [way in flat.habits for way in ways]
    by_rows = usual[1] if any(usual) else flat.length(turned) < flat.length(argument)
    made = ways[by_rows]
    reduced = len(made.shape) == 1 or not made.rows
    return made if by_rows == reduced else transpose(made)


def _power(node: Apply, axes: Axes, folded: Sequence[Matrix], flat: Flat) -> Letter:
    base, exponent = folded
    value = as_number(node.children[1])
    if value is None:
        constant = repeated(base)
        matrix = build.dot_power(base if constant is None else constant, exponent)
    elif not node.dims:
        return Letter(base, exponent=value)
    elif value.denominator == 1 and (power := rational_power(build.split_coefficient(base)[0], value)) is not None:
        sign, core = flat.signed(build.split_coefficient(base)[1])
        entries = flat.from_entry_factors([(core, value)], core)
        matrix = build.product(number(power[0] * (sign if value % 2 else 1)), entries)
    else:
        matrix = flat.from_entry_factors([(base, value)], base)
    if flat.is_symmetric(base) and (exponent.is_scalar or flat.is_symmetric(exponent)):
        flat.mark_symmetric(matrix)
    return Letter(matrix, *axes)


def _value(function: Function, folded: Sequence[Matrix]) -> Matrix:
    match function:
        case Pi():
            return build.pi()
        case Duplication():
            return build.duplication(function.dim)
        case SkewDuplication():
            return build.skew_duplication(function.dim)
        case Elimination():
            return build.elimination(function.dim)
        case LowerMask():
            return build.tril(function.dim)
        case UpperMask():
            return build.triu(function.dim)
        case Inclusion():
            return build.inclusion(function.whole, function.start, function.part)
        case Unit():
            return build.unit(function.dim, function.k)
    if function == MATRIX_POWER:
        return build.power(*folded)
    if function == INVERSE:
        return build.inverse(folded[0])
    if isinstance(function, WholeMatrix) and (made := function.printed(FORM, *folded)) is not None:
        return made  # type: ignore[no-any-return]
    if not folded or not (function.elementwise or function.name in build.known_calls()):
        if isinstance(function, Along):
            raise FoldError("a derivative of a function of a matrix with a direction left open is no formula in matrices")
        raise FoldError(f"{function.name} has no matrix form")
    return call(function, *folded)
