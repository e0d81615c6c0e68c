"""Python spellings: constants, and the functions of the text syntax as Python functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tensordiff.api import words
from tensordiff.api.calls import Operand, applied, called
from tensordiff.api.expression import Expression
from tensordiff.errors import ShapeError
from tensordiff.functions import COMPARISONS, ELEMENTWISE
from tensordiff.matrix import Matrix, Scope, build, read_group
from tensordiff.matrix.operations import WORDS
from tensordiff.matrix.symmetric import refuse_unsymmetric
from tensordiff.tensor import Dim


def eye(size: Any) -> Expression:
    """The identity; `size` may be a product such as n*m. Raises ShapeError for what is no size.

    >>> import tensordiff as td
    >>> print(td.eye("n*m"))
    eye(n*m)
    """
    return _constant(build.eye(read_group(size)))


def ones(rows: Any, columns: Any = 1) -> Expression:
    """All entries 1: a column, or a matrix of two sizes. Raises ShapeError for what is no size.

    >>> import tensordiff as td
    >>> print(td.ones("n").T @ td.vector("x", "n"), td.ones("n", "m"))
    ones(n)'*x ones(n,m)
    """
    return _constant(build.ones(read_group(rows), read_group(columns)))


def zeros(rows: Any, columns: Any = 1) -> Expression:
    """All entries 0: a column, or a matrix of two sizes. Raises ShapeError for what is no size.

    >>> import tensordiff as td
    >>> print(td.zeros("n", "m"), td.zeros("n").shape)
    zeros(n,m) (Dim(n),)
    """
    return _constant(build.zeros(read_group(rows), read_group(columns)))


def unit(size: Any, place: int) -> Expression:
    """The column of a size with a 1 at `place`, counted from 1, and zeros elsewhere. Raises ShapeError for what is no size, and
    for a place beyond a known size.

        >>> import tensordiff as td
        >>> print(td.diff(td.unit("n", 2).T @ td.vector("x", "n"), "x").matrix_form())
        unit(n,2)
    """
    (dim,) = read_group(size) or (Dim.fixed(1),)
    return _constant(build.unit(dim, place))


def tril(argument: Any) -> Expression:
    """The lower triangle of a square matrix; of a size, the mask of ones on and below the diagonal. Raises ShapeError for other
    shapes.

        >>> import tensordiff as td
        >>> print(td.tril("n"), td.tril(td.matrix("A", "n", "n")))
        tril(n) tril(A)
    """
    return _triangle("tril", argument)


def triu(argument: Any) -> Expression:
    """The upper triangle of a square matrix; of a size, the mask of ones on and above the diagonal. Raises ShapeError for other
    shapes.

        >>> import tensordiff as td
        >>> print(td.triu("n"), td.triu(td.matrix("A", "n", "n")))
        triu(n) triu(A)
    """
    return _triangle("triu", argument)


def _triangle(word: str, argument: Any) -> Expression:
    if isinstance(argument, Expression) and not argument.matrix.is_scalar:
        return applied(lambda x: build.triangle(word, x), (argument,))
    (dim,) = read_group(argument) or (Dim.fixed(1),)
    return _constant((build.tril if word == "tril" else build.triu)(dim))


def commutation(m: Any, n: Any) -> Expression:
    """K(m,n), of size m*n: K(m,n) vec(A) = vec(A') for A m-by-n (Magnus and Neudecker 1979). Raises ShapeError for what is no
    size.

        >>> import tensordiff as td
        >>> m, n = td.dims("m n")
        >>> print(td.commutation(m, n) @ td.vec(td.matrix("A", m, n)))
        K(m,n)*vec(A)
    """
    return _constant(build.commutation(read_group(m), read_group(n)))


def _constant(node: Matrix) -> Expression:
    scope = Scope()
    for dim in node.dims:
        scope = scope.with_dim(dim) if dim.names() else scope
    return Expression(node, scope)


def matrix_power(matrix: Any, exponent: Any) -> Expression:
    """A^p: any whole number or size for a square matrix, 1/2 and -1/2 (the principal root), and any number or scalar for a
    symmetric positive definite one; of A's shape. Raises ShapeError for another exponent.

        >>> import tensordiff as td
        >>> A = td.matrix("A", "n", "n")
        >>> print(td.matrix_power(A, 3), td.diff(td.tr(td.matrix_power(A, 3)), A).matrix_form())
        A^3 3*(A^2)'
    """
    return applied(lambda base, power: refuse_unsymmetric(build.power(base, power)), (matrix, exponent))


def kron(*factors: Any) -> Expression:
    """The Kronecker product; kron(A, B) has rows (i_A, i_B) with i_A slowest: n*p-by-m*q for A n-by-m and B p-by-q. Raises
    ShapeError for what has more than two axes.

        >>> import tensordiff as td
        >>> print(td.kron(td.matrix("A", "n", "m"), td.matrix("B", "p", "q")).shape)
        (Size(n*p), Size(m*q))
    """
    return applied(build.kron, factors)


def block(rows: Sequence[Any]) -> Expression:
    """The block matrix of rows of blocks, as np.block takes them; the number 0 is a block of zeros of the size that its
    neighbours have, and a list of blocks alone is one row. Blocks beside each other have the same number of rows, those below
    each other the same number of columns. Raises ShapeError.

        >>> import tensordiff as td
        >>> n, m = td.dims("n m")
        >>> A, B, D = td.matrix("A", n, n), td.matrix("B", n, m), td.matrix("D", m, m)
        >>> M = td.block([[A, B], [0, D]])
        >>> print(M, M.shape)
        [A B; 0 D] (Dim(n+m), Dim(n+m))
        >>> print(td.diff(td.tr(M @ M), B).matrix_form(), td.diff(td.logdet(M), D).matrix_form())
        zeros(n,m) inv(D)'
    """
    grid = [list(row) if isinstance(row, list | tuple) else None for row in rows]
    if all(row is None for row in grid):
        grid = [list(rows)]
    lines = [[x] if row is None else row for x, row in zip(rows, grid, strict=False)]
    if not lines or not lines[0] or any(len(line) != len(lines[0]) for line in lines):
        raise ShapeError("the rows of the block matrix have different lengths", hint="block([[A, B], [C, D]])")
    across = len(lines[0])
    return applied(
        lambda *blocks: build.block([blocks[start : start + across] for start in range(0, len(blocks), across)]),
        tuple(x for line in lines for x in line),
    )


def pi() -> Expression:
    """The number pi, a scalar. Raises nothing.

    >>> import tensordiff as td
    >>> print(td.sin(td.pi() / 2))
    sin(pi/2)
    """
    return _constant(build.pi())


OWN = {
    **{f.__name__: f for f in (eye, ones, zeros, unit, tril, triu, commutation, matrix_power, kron, block, pi)},
    "transpose": None,
    **dict.fromkeys(("where", "largest", "smallest", *COMPARISONS)),
}
"""What has a function here or among the declarations, or an operator in Python."""


def _function(name: str) -> Callable[..., Expression]:
    def function(*arguments: Operand) -> Expression:
        return called(name, *arguments)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = WORDS[name].doc if name in WORDS else f"{name} of every entry."
    return function


_REGISTERED = dict.fromkeys([*(word for word, record in WORDS.items() if not record.is_constant), *ELEMENTWISE])

NAMED: dict[str, Callable[..., Expression]] = {
    name: getattr(words, name, None) or _function(name) for name in _REGISTERED if name not in OWN
}
"""The functions of the text syntax, by name; the package exports each."""


def described() -> dict[str, Callable[..., Expression]]:
    """Every function and constant that expressions are made with, by its name in Python."""
    return {**NAMED, **{name: function for name, function in OWN.items() if function is not None}}
