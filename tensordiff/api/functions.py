"""Python spellings: declarations, constants, and the functions of the text syntax as Python functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from tensordiff.api.expression import Expression, expression, sizes_of, symbol
from tensordiff.errors import ShapeError
from tensordiff.functions import ELEMENTWISE
from tensordiff.functions.undefined import Undefined
from tensordiff.matrix import Matrix, Scope, build, read_group
from tensordiff.parse import parse as parse_text
from tensordiff.tensor import Dim, Function


def dims(names: str) -> Any:
    """Named sizes: dims("n m") is a pair, dims("n") one size."""
    found = tuple(Dim.named(name) for name in names.replace(",", " ").split())
    return found[0] if len(found) == 1 else found


def scalar(name: str, *, assume: str = "none") -> Expression:
    """A scalar variable."""
    return symbol(name, (), "general", assume)


def vector(name: str, size: Any, *, assume: str = "none") -> Expression:
    """A column vector; `size` is a Dim, a name or a number."""
    return symbol(name, (size,), "general", assume)


def matrix(name: str, *sizes: Any, structure: str = "general", assume: str = "none") -> Expression:
    """A matrix: matrix("X", n, m), sizes as Dims, names or numbers.

    structure: symmetric, skew, diagonal, lower-triangular, upper-triangular, orthogonal, positive-definite.
    assume: positive, nonzero, binary (entries +1 or -1), probability (positive, sums to one), near-identity.
    Raises ShapeError for a structure on a matrix that is not square, or unless there are two sizes.
    """
    shape = sizes_of(*sizes)
    if len(shape) != 2:
        raise ShapeError(f"the matrix {name} needs two sizes, got {len(shape)}", hint="vector and tensor take others")
    return symbol(name, tuple(shape), structure, assume)


def tensor(name: str, *sizes: Any, structure: str = "general", assume: str = "none") -> Expression:
    """A variable with any number of axes, to be used by index notation and entrywise operations."""
    return symbol(name, tuple(sizes_of(*sizes)), structure, assume)


def parse(
    text: str,
    shapes: Mapping[str, Any] | None = None,
    structures: Mapping[str, str] | None = None,
    where: Mapping[str, str] | None = None,
    assume: Mapping[str, str] | None = None,
) -> Expression:
    """The expression of a text, in the syntax of matrixcalculus.org and more (docs/syntax.md).

    `shapes` declares every variable: {"X": ("n", "m"), "x": "n", "a": ()}; without it shapes are inferred, capitals
    being matrices, a-g scalars, h-z vectors unless their use says otherwise. `structures` and `assume` as in `matrix`;
    `where` names parts: {"P": "inv(V)"}. Raises ParseError and ShapeError with a caret under the place.

        >>> import tensordiff as td
        >>> print(td.parse("(X'*inv(V)*X)^-1", shapes={"X": "n m", "V": "n n"}))
        inv(X'*inv(V)*X)
    """
    return Expression(*parse_text(text, shapes, structures, where, assume))


def eye(size: Any) -> Expression:
    """The identity; `size` may be a product such as n*m."""
    return _constant(build.eye(read_group(size)))


def ones(rows: Any, columns: Any = 1) -> Expression:
    """All entries 1: a column, or a matrix."""
    return _constant(build.ones(read_group(rows), read_group(columns)))


def zeros(rows: Any, columns: Any = 1) -> Expression:
    """All entries 0: a column, or a matrix."""
    return _constant(build.zeros(read_group(rows), read_group(columns)))


def commutation(m: Any, n: Any) -> Expression:
    """K(m,n): K(m,n) vec(A) = vec(A') for A m-by-n (Magnus and Neudecker 1979)."""
    return _constant(build.commutation(read_group(m), read_group(n)))


def _constant(node: Matrix) -> Expression:
    scope = Scope()
    for dim in node.dims:
        scope = scope.with_dim(dim) if dim.names() else scope
    return Expression(node, scope)


def kron(*factors: Any) -> Expression:
    """The Kronecker product; kron(A, B) has rows (i_A, i_B) with i_A slowest."""
    return _apply(build.kron, factors)


def _apply(constructor: Callable[..., Matrix], arguments: tuple[Any, ...]) -> Expression:
    operands = [expression(argument) for argument in arguments]
    scope = Scope()
    for operand in operands:
        scope = scope.merge(operand.scope)
    return Expression(constructor(*(operand.matrix for operand in operands)), scope)


_STRUCTURAL = {
    "inv": "The inverse of a square matrix.",
    "tr": "The trace of a square matrix.",
    "det": "The determinant of a square matrix.",
    "logdet": "log|det| of a square matrix.",
    "adj": "The adjugate of a square matrix.",
    "expm": "The matrix exponential.",
    "logm": "The principal matrix logarithm.",
    "sqrtm": "The principal matrix square root.",
    "sum": "The sum of all entries.",
    "norm1": "The sum of the absolute values of all entries.",
    "norm2": "The Euclidean (Frobenius) norm.",
    "diag": "A vector as a diagonal matrix, or the diagonal of a square matrix.",
    "vec": "The columns stacked.",
    "vech": "The columns of the lower triangle stacked.",
    "softmax": "exp(x)/sum(exp(x)) of a vector.",
    "logsumexp": "log(sum(exp(x))) of a vector.",
}


def _function(name: str, doc: str) -> Callable[..., Expression]:
    def function(*arguments: Any) -> Expression:
        return _apply(lambda *operands: build.call(name, *operands), arguments)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = doc
    return function


NAMED: dict[str, Callable[..., Expression]] = {
    **{name: _function(name, doc) for name, doc in _STRUCTURAL.items()},
    **{name: _function(name, f"{name} of every entry.") for name in ELEMENTWISE},
}
"""The functions of the text syntax, by name; the package exports each."""


def function(name: str) -> Callable[[Any], Expression]:
    """An undefined elementwise function f: its derivative is f', written with a prime."""
    return applied(Undefined(name))


def applied(head: Function) -> Callable[[Any], Expression]:
    """A function of the index form as a Python function of expressions."""

    def call(*arguments: Any) -> Expression:
        return _apply(lambda *operands: build.call(head, *operands), arguments)

    call.__name__ = head.name
    return call


def where(expression: Expression, **parts: Expression) -> Expression:
    """The same expression with names for parts, which come back in derivatives: where(F, P=inv(V))."""
    scope = expression.scope
    for name, part in parts.items():
        scope = scope.merge(part.scope).with_where(name, part.matrix)
    return Expression(expression.matrix, scope)


def named(name: str, value: Expression) -> Expression:
    """The expression under a name of the user's, which derivatives show in its place."""
    scope = value.scope.with_where(name, value.matrix)
    return Expression(scope.where[name], scope)


def pi() -> Expression:
    """The number pi."""
    return _constant(build.pi())


def number(value: int | float | Fraction | str) -> Expression:
    """An exact number: number("1/3"), number(0.1) is 1/10."""
    return expression(Fraction(str(value)) if isinstance(value, float | str) else value)
