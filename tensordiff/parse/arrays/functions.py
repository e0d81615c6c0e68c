"""The functions of arrays that code calls, by one name each; a language's own table says what it calls them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from inspect import Parameter, signature
from typing import Any

from tensordiff.errors import DomainError, ParseError, ShapeError
from tensordiff.matrix import Matrix, build, total_size
from tensordiff.matrix.leaves import as_number
from tensordiff.parse.arrays.einstein import einsum
from tensordiff.parse.arrays.values import (
    Align,
    Array,
    group_of,
    joint_shape,
    of_matrix,
    permuted,
    scalar,
    shape_of,
    spread,
    summed,
)
from tensordiff.tensor import Group


@dataclass(frozen=True)
class Habits:
    """What a language means by an array."""

    align: Align = "right"
    columns: bool = False
    """Whether vectors are matrices with one column (MATLAB, Julia), or have one axis (NumPy, R)."""
    base: int = 0
    """Where axes and places are counted from."""


@dataclass(frozen=True)
class Known:
    """A function and its parameters."""

    function: Callable[..., Any]
    parameters: tuple[str, ...]
    required: int


FUNCTIONS: dict[str, Known] = {}


def known(function: Callable[..., Any]) -> Callable[..., Any]:
    """Enters a function under its name, without the underscore at its end."""
    parameters = list(signature(function).parameters.values())[1:]
    required = sum(parameter.default is Parameter.empty for parameter in parameters)
    FUNCTIONS[function.__name__.rstrip("_")] = Known(function, tuple(p.name for p in parameters), required)
    return function


# Entry by entry.


def entrywise(operation: Callable[..., Matrix], habits: Habits, a: Array, b: Array) -> Array:
    """An operation of two arrays entry by entry, with broadcasting. Raises ShapeError."""
    shape = joint_shape(a, b, habits.align)
    return Array(operation(spread(a, shape, habits.align), spread(b, shape, habits.align)), shape)


def plus(a: Matrix, b: Matrix) -> Matrix:
    return build.add([(1, a), (1, b)])


def minus(a: Matrix, b: Matrix) -> Matrix:
    return build.add([(1, a), (-1, b)])


def each(function: Any, *arrays: Array) -> Array:
    """A function of one argument, on every entry."""
    (x,) = arrays
    return Array(build.call(function, x.core), x.shape)


@known
def add(habits: Habits, a: Array, b: Array) -> Array:
    return entrywise(plus, habits, a, b)


@known
def subtract(habits: Habits, a: Array, b: Array) -> Array:
    return entrywise(minus, habits, a, b)


@known
def multiply(habits: Habits, a: Array, b: Array) -> Array:
    return entrywise(build.hadamard, habits, a, b)


@known
def divide(habits: Habits, a: Array, b: Array) -> Array:
    return entrywise(build.dot_divide, habits, a, b)


@known
def power(habits: Habits, a: Array, b: Array) -> Array:
    return entrywise(build.dot_power, habits, a, b)


@known
def negative(habits: Habits, x: Array) -> Array:
    return Array(build.scale(-1, x.core), x.shape)


@known
def above(habits: Habits, a: Array, b: Array) -> Array:
    """1 where a is larger, 0 where b is."""
    found = subtract(habits, a, b)
    return Array(build.call("step", found.core), found.shape)


@known
def maximum(habits: Habits, a: Array, b: Array) -> Array:
    return entrywise(lambda x, y: build.call("max", x, y), habits, a, b)


@known
def minimum(habits: Habits, a: Array, b: Array) -> Array:
    return entrywise(lambda x, y: build.call("min", x, y), habits, a, b)


@known
def same(habits: Habits, x: Array) -> Array:
    """A change of the type of the entries alone."""
    return x


# Products.


def _inner(a: Array, b: Array) -> tuple[Group, Group]:
    return a.shape[-1], b.shape[-2] if b.rank > 1 else b.shape[0]


@known
def matmul(habits: Habits, a: Array, b: Array) -> Array:
    """NumPy's @: the last axis of a with the last but one of b, the axes before them side by side."""
    if not a.rank or not b.rank:
        raise ShapeError("a matrix product needs two arrays with axes, and one is a number", hint="write * to multiply by it")
    left, right = _inner(a, b)
    if total_size(left) != total_size(right):
        raise ShapeError(
            f"cannot multiply arrays of shapes {shape_of(a)} and {shape_of(b)}: the inner lengths differ",
            hint="a vector has one axis, and its transpose is itself: np.outer(x, y) is the outer product" if b.rank == 1 else None,
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
        left, right = ([_axis_of(habits, x, place) for place in part] for x, part in zip((a, b), pairs, strict=True))
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
    return Array(build.power(_square("the power", x), n.core), x.shape)


@known
def crossprod(habits: Habits, x: Array, y: Array | None = None) -> Array:
    return matmul(habits, transpose(habits, x), x if y is None else y)


@known
def tcrossprod(habits: Habits, x: Array, y: Array | None = None) -> Array:
    return matmul(habits, x, transpose(habits, x if y is None else y))


# Of matrices.


def _matrix(name: str, x: Array) -> Matrix:
    if x.rank != 2:
        raise ShapeError(f"{name} needs a matrix, and this array has the shape {shape_of(x)}")
    return x.matrix()


def _square(name: str, x: Array) -> Matrix:
    found = _matrix(name, x)
    if total_size(x.shape[0]) != total_size(x.shape[1]):
        raise ShapeError(f"{name} needs a square matrix, and this array has the shape {shape_of(x)}")
    return found


def _of_square(name: str, word: str | None = None) -> None:
    """Enters a function of one square matrix that the matrix form has."""

    def function(habits: Habits, x: Array) -> Array:
        made = build.call(word or name, _square(name, x))
        return Array(made, x.shape if made.shape or name in ("expm", "logm", "sqrtm", "adjugate") else ())

    function.__name__ = name
    known(function)


for _name in ("det", "logdet", "trace", "expm", "logm", "sqrtm", "adjugate"):
    _of_square(_name, {"trace": "tr", "adjugate": "adj"}.get(_name))


@known
def inv(habits: Habits, x: Array) -> Array:
    if not x.rank:
        return Array(build.inverse(x.core), ())
    return Array(build.inverse(_square("inv", x)), x.shape)


@known
def pinv(habits: Habits, x: Array) -> Array:
    return Array(build.call("pinv", _matrix("pinv", x)), x.shape[::-1])


@known
def cholesky(habits: Habits, x: Array) -> Array:
    return Array(build.call("chol", _square("cholesky", x)), x.shape)


@known
def slogdet(habits: Habits, x: Array) -> tuple[Array, Array]:
    a = _square("slogdet", x)
    return scalar(build.call("sign", build.call("det", a))), scalar(build.call("logdet", a))


@known
def transpose(habits: Habits, x: Array, axes: Any = None) -> Array:
    """The axes in reverse, or as given; of a vector with one axis it is the vector."""
    if axes is not None:
        order = [_axis_of(habits, x, place) for place in (axes if isinstance(axes, tuple) else (axes,))]
        if sorted(order) != list(range(x.rank)):
            raise ShapeError(f"these are not all axes of an array of shape {shape_of(x)}")
        return permuted(x, order)
    return permuted(x, range(x.rank)[::-1])


@known
def row(habits: Habits, x: Array) -> Array:
    """R's t: a vector becomes a row."""
    return Array(x.core, ((), *x.shape)) if x.rank == 1 else transpose(habits, x)


@known
def swapaxes(habits: Habits, x: Array, a: Any = 0, b: Any = 1) -> Array:
    order = list(range(x.rank))
    i, j = _axis_of(habits, x, a), _axis_of(habits, x, b)
    order[i], order[j] = order[j], order[i]
    return permuted(x, order)


@known
def turned(habits: Habits, x: Array) -> Array:
    """The last two axes exchanged."""
    if x.rank < 2:
        raise ShapeError(f".mT needs two axes, and this array has the shape {shape_of(x)}")
    return permuted(x, [*range(x.rank - 2), x.rank - 1, x.rank - 2])


@known
def diag(habits: Habits, x: Array) -> Array:
    """The diagonal matrix of a vector, or the diagonal of a matrix."""
    if x.rank == 1 or (habits.columns and () in x.shape and not x.is_scalar):
        group = next((group for group in x.shape if group), ())
        return Array(build.call("diag", x.core), (group, group))
    found = build.call("diag", _square("diag", x))
    return Array(found, (x.shape[0], ()) if habits.columns else x.shape[:1])


@known
def diag_or_eye(habits: Habits, x: Array) -> Array:
    """R's diag: of a size it is the identity."""
    return eye(habits, x) if not x.rank else diag(habits, x)


@known
def norm(habits: Habits, x: Array, ord: Any = None, axis: Any = None, keepdims: Any = False) -> Array:
    """The Euclidean or Frobenius norm, or the sum of absolute values of a vector."""
    number = ord if isinstance(ord, str) or ord is None else as_number(ord.core)
    vector = axis is not None or x.rank < 2 or (habits.columns and () in x.shape)
    if number == "fro" or (number is None and (vector or not habits.columns)) or (number == 2 and vector):
        if axis is None:
            return scalar(build.call("norm2", x.core))
        squares = sum_(habits, power(habits, x, scalar(build.number(2))), axis, keepdims)
        return each("sqrt", squares)
    if number == 1 and vector and axis is None:
        return scalar(build.call("norm1", x.core))
    raise DomainError("operator norms and other norms are not read here", hint='norm(x) of a vector, norm(X, "fro") of a matrix')


# Sums and shapes.


def whole(value: Any) -> int:
    """A whole number that stands in code. Raises ShapeError."""
    found = as_number(value.core) if isinstance(value, Array) else Fraction(value) if isinstance(value, int) else None
    if found is None or found.denominator != 1:
        raise ShapeError("a whole number is needed here")
    return int(found)


def _axis_of(habits: Habits, x: Array, axis: Any) -> int:
    place = whole(axis)
    place = place + x.rank if place < 0 else place - habits.base
    if not 0 <= place < x.rank:
        raise ShapeError(f"an array of shape {shape_of(x)} has no axis {whole(axis)}")
    return place


def _axes(habits: Habits, x: Array, axis: Any) -> list[int]:
    if axis is None:
        return list(range(x.rank))
    return [_axis_of(habits, x, place) for place in (axis if isinstance(axis, tuple) else (axis,))]


@known
def sum_(habits: Habits, x: Array, axis: Any = None, keepdims: Any = False) -> Array:
    if axis is None and habits.columns and not x.is_scalar:
        long = [place for place, group in enumerate(x.shape) if group]
        if len(long) > 1:
            raise ShapeError(
                "sum of a matrix without an axis sums its columns, not all entries", hint='write sum(A, 1), or sum(A, "all")'
            )
    if axis == "all":
        axis = None
    return summed(x, _axes(habits, x, axis), keep=keepdims is True or habits.columns)


@known
def total(habits: Habits, x: Array) -> Array:
    """The sum of all entries."""
    return summed(x, range(x.rank))


@known
def mean(habits: Habits, x: Array, axis: Any = None, keepdims: Any = False) -> Array:
    found = sum_(habits, x, axis, keepdims)
    lengths = [build.size(dim) for place in _axes(habits, x, None if axis == "all" else axis) for dim in x.shape[place]]
    return Array(build.divide(found.core, build.product(*lengths)) if lengths else found.core, found.shape)


@known
def softmax(habits: Habits, x: Array, axis: Any = None) -> Array:
    return _along("softmax", habits, x, axis, reduces=False)


@known
def logsumexp(habits: Habits, x: Array, axis: Any = None) -> Array:
    return _along("logsumexp", habits, x, axis, reduces=True)


def _along(name: str, habits: Habits, x: Array, axis: Any, *, reduces: bool) -> Array:
    place = None if axis is None else _axis_of(habits, x, axis)
    if x.rank == 1 or x.is_scalar:
        made = build.call(name, x.core)
        return Array(made, () if reduces else x.shape)
    if place is None or len(x.core.shape) != 2 or x.rank != 2:
        raise ShapeError(f"{name} of an array of shape {shape_of(x)} needs an axis")
    made = build.call(name, x.core, build.number(place + 1))
    if not reduces:
        return Array(made, x.shape)
    return Array(build.transpose(made) if place == 0 else made, (x.shape[1 - place],))


@known
def ravel(habits: Habits, x: Array, order: Any = "C") -> Array:
    """All entries in one axis, the rows one after another; order="F" is by columns."""
    if x.rank > 2:
        raise ShapeError(f"an array of shape {shape_of(x)} is not flattened here")
    core = build.call("vec", x.core if order == "F" else build.transpose(x.core)) if len(x.core.shape) == 2 else x.core
    return Array(core, core.shape if core.shape else ((),))


@known
def stack(habits: Habits, x: Array) -> Array:
    """The columns one below the other."""
    core = build.call("vec", x.core)
    return of_matrix(core, 2) if habits.columns else Array(core, core.shape)


@known
def reshape(habits: Habits, x: Array, *sizes: Any) -> Array:
    wanted = sizes[0] if len(sizes) == 1 and isinstance(sizes[0], tuple) else sizes
    numbers = [as_number(size.core) if isinstance(size, Array) else None for size in wanted]
    if numbers == [-1]:
        return ravel(habits, x)
    if len(x.core.shape) < 2:
        known_ones = [number == 1 for number in numbers]
        if known_ones.count(False) == 1:
            group = next((group for group in x.shape if group), ())
            return Array(x.core, tuple(() if one else group for one in known_ones))
    groups = tuple(group_of(size.core) if isinstance(size, Array) else None for size in wanted)
    if groups == x.shape:
        return x
    raise ShapeError("this reshape is not read", hint="x[:, None] adds an axis, X.reshape(-1) is one of all entries")


@known
def squeeze(habits: Habits, x: Array, axis: Any = None) -> Array:
    return Array(x.core, tuple(group for group in x.shape if group))


@known
def unsqueeze(habits: Habits, x: Array, axis: Any) -> Array:
    place = whole(axis)
    place = place + x.rank + 1 if place < 0 else place
    if not 0 <= place <= x.rank:
        raise ShapeError(f"an array of shape {shape_of(x)} gets no axis at {whole(axis)}")
    return Array(x.core, (*x.shape[:place], (), *x.shape[place:]))


def _sizes(sizes: Sequence[Any]) -> tuple[Group, ...]:
    found: list[Group] = []
    for size in sizes[0] if len(sizes) == 1 and isinstance(sizes[0], tuple) else sizes:
        group = group_of(size.core) if isinstance(size, Array) and not size.rank else None
        if group is None:
            raise ShapeError("this is no size", hint="a size is a number, a declared size, or X.shape[0]")
        found.append(group)
    return tuple(found)


@known
def eye(habits: Habits, n: Any, m: Any = None) -> Array:
    groups = _sizes([n] if m is None else [n, m])
    if groups[0] != groups[-1]:
        raise ShapeError("this identity is not square")
    return Array(build.eye(groups[0]), (groups[0], groups[0]))


@known
def ones(habits: Habits, *sizes: Any) -> Array:
    return _filled(build.number(1), habits, sizes)


@known
def zeros(habits: Habits, *sizes: Any) -> Array:
    return _filled(build.number(0), habits, sizes)


def _filled(value: Matrix, habits: Habits, sizes: Sequence[Any]) -> Array:
    shape = _sizes(sizes)
    if habits.columns and len(shape) < 2:
        shape = (*shape, ()) if len(shape) == 1 else ((), ())
    return full(habits, shape, scalar(value))


@known
def full(habits: Habits, shape: Any, value: Array) -> Array:
    groups = shape if isinstance(shape, tuple) and not any(isinstance(x, Array) for x in shape) else _sizes([shape])
    long = [group for group in groups if group]
    if not long:
        return Array(value.core, tuple(groups))
    if len(long) <= 2:
        return Array(build.product(value.core, build.ones(*long)), tuple(groups))
    letters = [f"i{k}" for k in range(len(long))]
    body = build.product(value.core, *(build.entry(build.ones(g), (x,)) for g, x in zip(long, letters, strict=True)))
    return Array(build.contract(body, letters), tuple(groups))


@known
def ones_like(habits: Habits, x: Array) -> Array:
    return full(habits, x.shape, scalar(build.number(1)))


@known
def zeros_like(habits: Habits, x: Array) -> Array:
    return full(habits, x.shape, scalar(build.number(0)))


@known
def tril(habits: Habits, x: Array) -> Array:
    return _masked(build.tril, x)


@known
def triu(habits: Habits, x: Array) -> Array:
    return _masked(build.triu, x)


def _masked(mask: Callable[..., Matrix], x: Array) -> Array:
    core = _square("this mask", x)
    if len(core.shape) != 2 or len(core.shape[0]) != 1:
        raise ShapeError(f"a triangle of an array of shape {shape_of(x)} is not read")
    return Array(build.hadamard(mask(core.shape[0][0]), core), x.shape)


@known
def length(habits: Habits, x: Array) -> Array:
    if not x.rank:
        raise ShapeError("a number has no length")
    return _count(x.shape[0])


@known
def size(habits: Habits, x: Array, axis: Any = None) -> Any:
    if axis is not None:
        return _count(x.shape[_axis_of(habits, x, axis)])
    return shape(habits, x)


@known
def shape(habits: Habits, x: Array) -> tuple[Array, ...]:
    return tuple(_count(group) for group in x.shape)


@known
def count(habits: Habits, x: Array) -> Array:
    """The number of entries."""
    return _count(tuple(dim for group in x.shape for dim in group))


def _count(group: Group) -> Array:
    return scalar(build.product(*map(build.size, group)) if group else build.number(1))


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


def call(habits: Habits, name: str, arguments: Sequence[Any], keywords: Mapping[str, Any]) -> Any:
    """The value of a function; arguments as they stand, keywords by name. Raises ParseError for those it lacks."""
    function = FUNCTIONS[name]
    variable = function.parameters[-1:] in (("sizes",), ("operands",))
    if len(arguments) > len(function.parameters) and not variable:
        raise ParseError(f"{name} is read with at most {len(function.parameters)} arguments, and here it has {len(arguments)}")
    taken = set(function.parameters[: len(arguments)])
    for keyword in keywords:
        if keyword in taken or keyword not in function.parameters or variable:
            raise ParseError(f"{name} is not read with the argument {keyword}=")
    missing = [p for p in function.parameters[len(arguments) : function.required] if p not in keywords]
    if missing and not variable:
        raise ParseError(f"{name} lacks its argument {missing[0]}")
    given = [*arguments, *keywords.values()]
    names = [*function.parameters, *[""] * len(arguments)][: len(arguments)] + list(keywords)
    for parameter, value in zip(names, given, strict=True):
        if parameter in ("x", "a", "b", "y", "n", "value") and not isinstance(value, Array) and value is not None:
            raise ParseError(f"{name} needs an array here")
    return function.function(habits, *arguments, **keywords)

