"""Calls by name: the functions of text syntax that act on whole matrices, and every function of the registry."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tensordiff.errors import ShapeError, UnknownNameError, nearest
from tensordiff.functions import ELEMENTWISE, MATRIX, Extremum, lookup
from tensordiff.matrix.leaves import as_number, number, ones, size
from tensordiff.matrix.linear import transpose
from tensordiff.matrix.node import Matrix, normalise
from tensordiff.matrix.open_letters import merge_free, refuse_open
from tensordiff.matrix.products import divide, inverse, product
from tensordiff.matrix.resplit import alike, describe, square
from tensordiff.tensor import Dim, Function, Group


def call(function: str | Function, *operands: Matrix) -> Matrix:
    """The function of the operands: inv tr det logdet adj expm logm sqrtm sum mean norm1 norm2 diag vec vech softmax
    logsumexp, or any function of the registry, entry by entry.

    Raises UnknownNameError for an unknown name, ShapeError where the operands do not fit.
    """
    name = function if isinstance(function, str) else function.name
    special = _SPECIAL.get(name)
    if special is not None:
        low, high, build = special
        _count(name, operands, low, high)
        refuse_open(name, operands)
        return build(*operands)
    if isinstance(function, str):
        found = lookup(function)
        if found is None:
            raise UnknownNameError(f"unknown function {function}", hint=suggestion(function, known_calls()))
        function = found
    return _apply(function, operands)


_ELSEWHERE: Mapping[str, str] = {
    "trace": "tr(A)",
    "inverse": "inv(A)",
    "transpose": "A'",
    "norm": "norm2(A), the Euclidean or Frobenius norm, or norm1(A)",
    "dot": "x'*y for vectors, A*B for matrices",
    "vdot": "x'*y",
    "inner": "x'*y for vectors, tr(A'*B) for matrices",
    "outer": "x*y'",
    "matmul": "A*B",
    "solve": "inv(A)*B",
    "hadamard": "A.*B",
    "multiply": "A.*B",
    "lndet": "logdet(A)",
    "slogdet": "logdet(A)",
    "cumsum": "tril(n)*x",
    "var": "mean((x - mean(x)).^2)",
    "prod": "exp(sum(log(x))) for positive x",
    "identity": "eye(n)",
    "matpow": "A^k",
}
"""What other systems call something, and how it is written here."""


def suggestion(name: str, known: list[str]) -> str | None:
    """What to write in place of an unknown function; None where nothing comes near."""
    if written := _ELSEWHERE.get(name.lower()):
        return f"write {written}"
    near = nearest(name, known)
    return f"did you mean {near}?" if near else None


def known_calls() -> list[str]:
    """The names that `call` understands, in order."""
    return sorted({*_SPECIAL, *ELEMENTWISE, *MATRIX})


def _apply(function: Function, operands: tuple[Matrix, ...]) -> Matrix:
    """A function of the registry, entry by entry unless it is a function of square matrices."""
    arguments = 2 if isinstance(function, Extremum) else 1
    if len(operands) > arguments == 2:  # the largest of several numbers, two by two
        return _apply(function, (_apply(function, operands[:-1]), operands[-1]))
    _count(function.name, operands, arguments, arguments)
    if function.elementwise:
        free = merge_free(function.name, operands)
        fitted = alike(f"apply {function.name} to", list(operands))
        shape = next((x.shape for x in fitted if x.shape), ())
        return Matrix.make("apply", shape, (function,), tuple(fitted), free)
    refuse_open(function.name, operands)
    fitted = [square(function.name, x) for x in operands]
    return Matrix.make("apply", fitted[0].shape, (function,), tuple(fitted))


def _count(name: str, operands: tuple[Matrix, ...], low: int, high: int) -> None:
    if not low <= len(operands) <= high:
        wanted = "one argument" if high == 1 else f"{high} arguments" if low == high else f"{low} to {high} arguments"
        raise ShapeError(f"{name} takes {wanted}, got {len(operands)}")


def _matrix_function(name: str, of_scalar: Callable[[Matrix], Matrix]) -> Callable[[Matrix], Matrix]:
    """A function of a square matrix, with what it is for a scalar."""

    def build(x: Matrix) -> Matrix:
        if x.is_scalar:
            return of_scalar(x)
        x = square(name, x)
        shape = () if name in ("tr", "det", "logdet") else x.shape
        return Matrix.make(name, shape, (), (x,))

    return build


def _pinv(x: Matrix) -> Matrix:
    """The pseudo-inverse of a matrix of full rank."""
    if x.is_scalar:
        return divide(number(1), x)
    if len(x.shape) > 2 or (not x.is_vector and x.rows != x.cols and any(len(group) != 1 for group in x.shape)):
        raise ShapeError(f"pinv needs a matrix with single axes, got {describe(x)}")
    return Matrix.make("pinv", normalise((x.cols, x.rows)), (), (x,))


def _sum(x: Matrix, axis: Matrix | None = None) -> Matrix:
    """sum(X) of all entries; sum(X,1) the row of column sums; sum(X,2) the column of row sums."""
    if axis is None:
        return x if x.is_scalar else Matrix.make("sum", (), (), (x,))
    if _axis("sum", x, axis) == 1:
        return product(transpose(ones(x.rows)), x)
    return product(x, ones(x.cols))


def _mean(x: Matrix, axis: Matrix | None = None) -> Matrix:
    groups: tuple[Group, ...] = x.shape if axis is None else (x.shape[_axis("mean", x, axis) - 1 :][:1] or ((),))
    dims: list[Dim] = [dim for group in groups for dim in group]
    return divide(_sum(x) if axis is None else _sum(x, axis), product(*(size(dim) for dim in dims)))


def _axis(name: str, x: Matrix, axis: Matrix) -> int:
    value = as_number(axis)
    if value not in (1, 2) or len(x.shape) > 2:
        raise ShapeError(f"{name}(X, axis): the axis is 1 (down the columns) or 2 (along the rows)")
    return int(value)


def _norm(name: str) -> Callable[[Matrix], Matrix]:
    def build(x: Matrix) -> Matrix:
        return Matrix.make(name, (), (), (x,))

    return build


def _diag(x: Matrix) -> Matrix:
    """The diagonal matrix of a vector, or the diagonal of a square matrix as a column."""
    if x.is_scalar:
        return x
    if x.is_vector:
        group = x.rows or x.cols
        return Matrix.make("diag", (group, group), (), (x,))
    x = square("diag", x)
    return Matrix.make("diag", (x.rows,), (), (x,))


def _vec(x: Matrix) -> Matrix:
    """The columns one below the other."""
    if len(x.shape) > 2:
        raise ShapeError(f"vec needs a matrix, got {describe(x)}")
    if len(x.shape) < 2:
        return x
    return Matrix.make("vec", (x.cols + x.rows,), (), (x,))


def _vech(x: Matrix) -> Matrix:
    """The columns of the lower triangle one below the other (Magnus and Neudecker 1980)."""
    if x.is_scalar:
        return x
    x = square("vech", x)
    if len(x.rows) != 1:
        raise ShapeError(f"vech needs a matrix of one dimension, got {describe(x)}")
    return Matrix.make("vech", ((Dim.triangular(x.rows[0]),),), (), (x,))


def _along(name: str, reduces: bool) -> Callable[..., Matrix]:
    """A function of a vector, or of every column (axis 1) or row (axis 2) of a matrix."""

    def build(x: Matrix, axis: Matrix | None = None) -> Matrix:
        if axis is None:
            if not x.is_vector and not x.is_scalar:
                hint = f"{name}(X,1) is of every column, {name}(X,2) of every row"
                raise ShapeError(f"{name} needs a vector, got {describe(x)}", hint=hint)
            return Matrix.make(name, () if reduces else normalise(x.shape), (), (x,))
        left = ((), x.cols) if _axis(name, x, axis) == 1 else (x.rows,)
        return Matrix.make(name, normalise(left if reduces else x.shape), (), (x, axis))

    return build


_SPECIAL: dict[str, tuple[int, int, Callable[..., Matrix]]] = {
    "inv": (1, 1, inverse),
    "pinv": (1, 1, _pinv),
    "tr": (1, 1, _matrix_function("tr", lambda x: x)),
    "det": (1, 1, _matrix_function("det", lambda x: x)),
    "logdet": (1, 1, _matrix_function("logdet", lambda x: call("log", call("abs", x)))),
    "adj": (1, 1, _matrix_function("adj", lambda x: number(1))),
    "expm": (1, 1, _matrix_function("expm", lambda x: call("exp", x))),
    "logm": (1, 1, _matrix_function("logm", lambda x: call("log", x))),
    "sqrtm": (1, 1, _matrix_function("sqrtm", lambda x: call("sqrt", x))),
    "sum": (1, 2, _sum),
    "mean": (1, 2, _mean),
    "norm1": (1, 1, _norm("norm1")),
    "norm2": (1, 1, _norm("norm2")),
    "diag": (1, 1, _diag),
    "vec": (1, 1, _vec),
    "vech": (1, 1, _vech),
    "softmax": (1, 2, _along("softmax", False)),
    "logsumexp": (1, 2, _along("logsumexp", True)),
    "transpose": (1, 1, transpose),
}
