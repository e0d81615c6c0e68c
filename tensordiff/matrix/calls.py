"""Calls by name: the words of the text syntax for whole matrices, and every elementwise function."""

from __future__ import annotations

from types import SimpleNamespace

from tensordiff.errors import ShapeError, UnknownNameError, nearest
from tensordiff.functions import COMPARISONS, ELEMENTWISE, SYNONYMS, UserFunction, UserMap, WholeMatrix, lookup
from tensordiff.matrix.block import grid
from tensordiff.matrix.fitted import Fitted
from tensordiff.matrix.leaves import as_number, eye, number, ones, size, tril, triu, zeros
from tensordiff.matrix.linear import add, scale, transpose
from tensordiff.matrix.node import Matrix
from tensordiff.matrix.open_letters import merge_free, refuse_open
from tensordiff.matrix.operation import Operation
from tensordiff.matrix.operations import ELSEWHERE, OPERATIONS, WORDS, called
from tensordiff.matrix.products import divide, dot_divide, dot_power, hadamard, inverse, kron, power, product, real_power
from tensordiff.matrix.resplit import describe, resplit
from tensordiff.matrix.shape import fixed_size, read_group
from tensordiff.tensor import Dim, Function, Group


def call(function: str | Function, *operands: Matrix) -> Matrix:
    """The function of the operands: a word of `matrix.operations`, or any elementwise function, entry by entry.

    Raises UnknownNameError for an unknown name, ShapeError where the operands do not fit.
    """
    name = function if isinstance(function, str) else function.name
    if isinstance(function, str) or not function.elementwise:
        record = called(SYNONYMS.get(name, name), len(operands))
        if record is not None and not record.is_constant:
            return _word(record, operands)
        if isinstance(function, WholeMatrix):
            return _mapped(function, operands)
    if isinstance(function, str):
        found = lookup(function)
        if found is None:
            raise UnknownNameError(f"unknown function {function}", hint=suggestion(function, known_calls()))
        function = found
    return _entrywise(function, operands)


def _word(record: Operation, operands: tuple[Matrix, ...]) -> Matrix:
    """A word of the language, by its record."""
    assert record.arguments is not None
    _count(record.word, operands, record.arguments)
    refuse_open(record.word, operands)
    if record.name in _CONSTRUCTORS:
        return _CONSTRUCTORS[record.name](*operands)
    if record.of_scalar is not None and len(operands) == 1 and operands[0].is_scalar:
        return record.of_scalar(FORM, *operands)  # type: ignore[no-any-return]
    fitted = Fitted(record.word, operands)
    shape = record.law(fitted)
    if record.written is not None and (written := record.written(FORM, *fitted.operands)) is not None:
        return written  # type: ignore[no-any-return]
    return Matrix.make(record.name, shape, (), tuple(fitted.operands))


def _mapped(function: WholeMatrix, operands: tuple[Matrix, ...]) -> Matrix:
    """A user's function of a whole matrix; of a scalar it is the function of numbers."""
    _count(function.name, operands, function.arguments)
    refuse_open(function.name, operands)
    if operands[0].is_scalar:
        return function.of_scalar(FORM, *operands)  # type: ignore[no-any-return]
    fitted = Fitted(function.name, operands)
    return Matrix.make("map", OPERATIONS["map"].law(fitted), (function,), tuple(fitted.operands))


def suggestion(name: str, known: list[str]) -> str | None:
    """What to write in place of an unknown function; None where nothing comes near."""
    if written := ELSEWHERE.get(name.lower()):
        return f"write {written}"
    near = nearest(name, known)
    return f"did you mean {near}?" if near else None


def known_calls() -> list[str]:
    """The names that `call` understands, in order."""
    return sorted({*(word for word, record in WORDS.items() if not record.is_constant), *ELEMENTWISE})


def _entrywise(function: Function, operands: tuple[Matrix, ...]) -> Matrix:
    """An elementwise function."""
    assert function.elementwise, f"{function.name} is no function of entries"
    low, high = function.arguments
    if high is None and len(operands) > low:  # the largest of several numbers, two by two
        return _entrywise(function, (_entrywise(function, operands[:-1]), operands[-1]))
    _count(function.name, operands, (low, high or low))
    if function.name == "where":
        operands = (_compared(operands[0]), *operands[1:])
    free = merge_free(function.name, operands)
    fitted = Fitted(function.name, operands)
    shape = OPERATIONS["apply"].law(fitted)
    return Matrix.make("apply", shape, (function,), tuple(fitted.operands), free)


def condition(x: Matrix) -> Matrix:
    """What a user writes as a condition. Raises ShapeError where it is no comparison."""
    if not is_comparison(x):
        raise ShapeError(f"where needs a comparison, got {describe(x)}", hint="where(x > 0, a, b)")
    return x


def is_comparison(x: Matrix) -> bool:
    """Whether a value is 1 where a comparison holds and 0 elsewhere, written as one."""
    return x.op == "apply" and x.data[0].name in COMPARISONS


def _compared(x: Matrix) -> Matrix:
    """A condition as a comparison: transposed side by side; what is not written as one is compared with 0."""
    if x.op == "transpose" and is_comparison(x.children[0]):
        (inner,) = x.children
        return call(inner.data[0], *(side if side.is_scalar else transpose(side) for side in inner.children))
    return x if is_comparison(x) else call("greater", x, number(0))


def _count(name: str, operands: tuple[Matrix, ...], arguments: tuple[int, int | None]) -> None:
    low, high = arguments
    if low <= len(operands) <= (len(operands) if high is None else high):
        return
    wanted = "one argument" if high == 1 else f"{high} arguments" if low == high else f"{low} to {high} arguments"
    if high is None:
        wanted = f"{low} arguments or more"
    raise ShapeError(f"{name} takes {wanted}, got {len(operands)}")


def triangle(word: str, x: Matrix) -> Matrix:
    """tril(A) or triu(A): the entries of a matrix on and below, or on and above, its diagonal. Raises ShapeError."""
    refuse_open(word, [x])
    if x.is_scalar:
        return x
    if len(x.shape) > 2 or len(x.rows) > 1 or len(x.cols) > 1:
        raise ShapeError(f"{word} needs a matrix with single axes, got {describe(x)}")
    return hadamard(x, _mask(word, x))


def _mask(word: str, x: Matrix) -> Matrix:
    make = tril if word == "tril" else triu
    if x.rows == x.cols:
        return make(x.rows[0])
    n, m = (fixed_size(group[0]) if group else 1 for group in (x.rows, x.cols))
    if n is None or m is None:
        raise ShapeError(
            f"{word} of {describe(x)}: whether it is higher or wider is not known", hint="give its sizes as numbers"
        )
    full = ones if (word == "triu") == (n < m) else zeros
    square = make(Dim.fixed(min(n, m)))
    rest = full(read_group(n), read_group(m - n)) if n < m else full(read_group(n - m), read_group(m))
    return grid([[square, rest]], resplit) if n < m else grid([[square], [rest]], resplit)


_CONSTRUCTORS = {"inv": inverse, "transpose": transpose, "kron": kron}
"""Operators that have a word too: their constructors normalise more than a shape law says."""


def _of_matrix(function: Function, x: Matrix) -> Matrix | None:
    """A user's function of numbers at a matrix; None for others."""
    return call(UserMap(function), x) if isinstance(function, UserFunction) else None


def _axis(x: Matrix, axis: Matrix) -> Group:
    """The group along an axis that is counted from 1."""
    groups = x.shape if len(x.shape) > 2 else (x.rows, x.cols)
    value = as_number(axis)
    assert value is not None
    return groups[int(value) - 1]


FORM = SimpleNamespace(
    add=add, axis=_axis, as_number=as_number, call=call, divide=divide, dot_divide=dot_divide, dot_power=dot_power, eye=eye,
    hadamard=hadamard, inverse=inverse, kron=kron, map=_of_matrix, number=number, ones=ones, power=power, product=product,
    real_power=real_power, scale=scale,
    size=size, transpose=transpose, tril=tril, zeros=zeros,
)  # fmt: skip
"""The constructors of the matrix form, for the words that stand for something longer."""
