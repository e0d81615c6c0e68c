"""Products of arrays."""

from __future__ import annotations

from typing import Any

from tensordiff.errors import ParseError, ShapeError
from tensordiff.matrix import build, same_size
from tensordiff.parse.arrays.einstein import einsum
from tensordiff.parse.arrays.entrywise import multiply
from tensordiff.parse.arrays.matrices import inv, row, square, transpose
from tensordiff.parse.arrays.registry import axis_of, known, whole
from tensordiff.parse.arrays.values import (
    Array,
    of_matrix,
    shape_of,
)
from tensordiff.parse.languages.code import Habits
from tensordiff.tensor import Group


def _inner(a: Array, b: Array) -> tuple[Group, Group]:
    return a.shape[-1], b.shape[-2] if b.rank > 1 else b.shape[0]


@known
def matmul(habits: Habits, a: Array, b: Array) -> Array:
    """NumPy's @: the last axis of a with the last but one of b, the axes before them side by side."""
    if not a.rank or not b.rank:
        raise ShapeError("a matrix product needs two arrays with axes, and one is a number", hint="write * to multiply by it")
    left, right = _inner(a, b)
    if not same_size(left, right):
        raise ShapeError(
            f"cannot multiply arrays of shapes {shape_of(a)} and {shape_of(b)}: the inner lengths differ",
            hint="a vector has one axis, and its transpose is itself: np.outer(x, y) is the outer product"
            if b.rank == 1
            else None,
        )
    if a.rank > 2 or b.rank > 2:
        return _stacked(habits, a, b)
    shape = (a.shape[:-1] if a.rank > 1 else ()) + (b.shape[1:] if b.rank > 1 else ())
    first = build.transpose(a.core) if a.rank == 1 else a.matrix()
    made = build.product(first, b.core if b.rank == 1 else b.matrix())
    row = len(made.shape) == 2 and not made.shape[0]
    return Array(build.transpose(made) if row else made, shape)


def _stacked(habits: Habits, a: Array, b: Array) -> Array:
    """Products of the matrices in the last two axes of arrays."""
    rank = max(a.rank, b.rank, 2) - 2
    outer = [f"b{place}" for place in range(rank)]
    first = [*outer[rank - max(a.rank - 2, 0) :], "i", "k"] if a.rank > 1 else ["k"]
    second = [*outer[rank - max(b.rank - 2, 0) :], "k", "j"] if b.rank > 1 else ["k"]
    output = [*outer, *(["i"] if a.rank > 1 else []), *(["j"] if b.rank > 1 else [])]
    return einsum([first, second], output, [a, b])


def turned_product(a: Array, b: Array) -> Array:
    """x times y transposed as columns: the outer product."""
    return Array(build.product(a.core, build.transpose(b.core)), (a.shape[0], b.shape[0]))


@known
def dot(habits: Habits, a: Array, b: Array) -> Array:
    return matmul(habits, a, b) if a.rank and b.rank else multiply(habits, a, b)


@known
def matrix_product(habits: Habits, a: Array, b: Array) -> Array:
    """The product of matrices, or with a number: * of MATLAB and Julia, %*% of R."""
    if a.is_scalar or b.is_scalar:
        shape = a.shape if b.is_scalar else b.shape
        if a.is_scalar and b.is_scalar:
            shape = a.shape if a.rank > b.rank else b.shape
        return Array(build.product(a.core, b.core), shape)
    if a.rank == 1 and b.rank == 2 and not b.shape[0]:
        return turned_product(a, Array(b.core, b.shape[1:]))
    return matmul(habits, a, b)


@known
def outer(habits: Habits, a: Array, b: Array) -> Array:
    letters = [f"i{k}" for k in range(a.rank + b.rank)]
    return einsum([letters[: a.rank], letters[a.rank :]], letters, [a, b])


@known
def inner(habits: Habits, a: Array, b: Array) -> Array:
    """The last axis of each, summed."""
    if not a.rank or not b.rank:
        return multiply(habits, a, b)
    letters = [f"i{k}" for k in range(a.rank + b.rank - 1)]
    first, second = letters[: a.rank], [*letters[a.rank :], letters[a.rank - 1]]
    return einsum([first, second], [x for x in letters if x != letters[a.rank - 1]], [a, b])


@known
def vdot(habits: Habits, a: Array, b: Array) -> Array:
    if a.shape != b.shape:
        raise ShapeError(f"the inner product of arrays of shapes {shape_of(a)} and {shape_of(b)}")
    return einsum([a.letters(), b.letters()], [], [a, b])


@known
def tensordot(habits: Habits, a: Array, b: Array, axes: Any = 2) -> Array:
    if isinstance(axes, tuple):
        pairs = [part if isinstance(part, tuple) else (part,) for part in axes]
        if len(pairs) != 2 or len(pairs[0]) != len(pairs[1]):
            raise ShapeError("tensordot takes a number of axes, or two lists of axes of equal length")
        left, right = ([axis_of(habits, x, place) for place in part] for x, part in zip((a, b), pairs, strict=True))
    else:
        count = whole(axes)
        if not 0 <= count <= min(a.rank, b.rank):
            raise ShapeError(f"tensordot over {count} axes of arrays of shapes {shape_of(a)} and {shape_of(b)}")
        left, right = list(range(a.rank - count, a.rank)), list(range(count))
    first = [f"a{k}" for k in range(a.rank)]
    second = [f"b{k}" for k in range(b.rank)]
    for i, j in zip(left, right, strict=True):
        second[j] = first[i]
    output = [x for x in first if x not in second] + [x for x in second if x not in first]
    return einsum([first, second], output, [a, b])


@known
def kron(habits: Habits, a: Array, b: Array) -> Array:
    if max(a.rank, b.rank) > 2:
        raise ShapeError(f"kron of arrays of shapes {shape_of(a)} and {shape_of(b)} is not read")
    rank = max(a.rank, b.rank)
    made = build.kron(a.matrix(), b.matrix())
    found = of_matrix(made, rank)
    return Array(found.core, found.shape[:rank])


@known
def solve(habits: Habits, a: Array, b: Array | None = None) -> Array:
    return inv(habits, a) if b is None else matmul(habits, inv(habits, a), b)


@known
def solve_right(habits: Habits, a: Array, b: Array) -> Array:
    """a / b of matrices: a inv(b)."""
    if b.is_scalar:
        return Array(build.divide(a.core, b.core), a.shape)
    return matrix_product(habits, a, inv(habits, b))


@known
def matrix_power(habits: Habits, x: Array, n: Array) -> Array:
    if x.is_scalar:
        return Array(build.power(x.core, n.core), x.shape)
    return Array(build.power(square("the power", x), n.core), x.shape)


@known
def crossprod(habits: Habits, x: Array, y: Array | None = None) -> Array:
    return matmul(habits, transpose(habits, x), x if y is None else y)


@known
def tcrossprod(habits: Habits, x: Array, y: Array | None = None) -> Array:
    return matrix_product(habits, x, row(habits, x if y is None else y))


@known
def einsum_(habits: Habits, subscripts: Any, *operands: Any) -> Array:
    if not isinstance(subscripts, str):
        raise ParseError("einsum is read with a string of subscripts", hint="np.einsum('ij,j->i', A, x)")
    left, arrow, right = subscripts.replace(" ", "").partition("->")
    inputs = [list(part) for part in left.split(",")]
    if "." in subscripts or any(not x.isalpha() for part in [*inputs, list(right)] for x in part):
        raise ParseError(f"the subscripts {subscripts} are not read", hint="letters, commas and -> alone: 'ij,jk->ik'")
    everything = [x for part in inputs for x in part]
    output = list(right) if arrow else sorted(x for x in set(everything) if everything.count(x) == 1)
    return einsum(inputs, output, list(operands))
