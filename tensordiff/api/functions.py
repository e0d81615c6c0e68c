"""Python spellings: declarations, constants, and the functions of the text syntax as Python functions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from tensordiff.api.expression import Expression, expression, sizes_of, symbol
from tensordiff.errors import ShapeError, UnknownNameError
from tensordiff.functions import ELEMENTWISE, Undefined, UserFunction
from tensordiff.matrix import Matrix, Scope, build, read_group
from tensordiff.parse import check_name
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
    functions: Iterable[OwnFunction] | Mapping[str, Any] = (),
) -> Expression:
    """The expression of a text, in the syntax of matrixcalculus.org and more (docs/syntax.md).

    `shapes` declares every variable: {"X": ("n", "m"), "x": "n", "a": ()}; without it shapes are inferred, capitals
    being matrices, a-g scalars, h-z vectors unless their use says otherwise. `structures` and `assume` as in `matrix`;
    `where` names parts: {"P": "inv(V)"}. `functions` are functions of your own (`elementwise`, `function`), in a list, or by
    name: {"softsign": "s/(1 + Abs(s))"}. Raises ParseError and ShapeError with a caret under the place.

        >>> import tensordiff as td
        >>> print(td.parse("(X'*inv(V)*X)^-1", shapes={"X": "n m", "V": "n n"}))
        inv(X'*inv(V)*X)
    """
    return Expression(*parse_text(text, shapes, structures, where, assume, _own_functions(functions)))


def eye(size: Any) -> Expression:
    """The identity; `size` may be a product such as n*m."""
    return _constant(build.eye(read_group(size)))


def ones(rows: Any, columns: Any = 1) -> Expression:
    """All entries 1: a column, or a matrix."""
    return _constant(build.ones(read_group(rows), read_group(columns)))


def zeros(rows: Any, columns: Any = 1) -> Expression:
    """All entries 0: a column, or a matrix."""
    return _constant(build.zeros(read_group(rows), read_group(columns)))


def unit(size: Any, place: int) -> Expression:
    """The column of a length with a 1 at `place`, counted from 1, and zeros elsewhere."""
    (dim,) = read_group(size) or (Dim.fixed(1),)
    return _constant(build.unit(dim, place))


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
    return _apply(
        lambda *blocks: build.block([blocks[start : start + across] for start in range(0, len(blocks), across)]),
        tuple(x for line in lines for x in line),
    )


def _apply(constructor: Callable[..., Matrix], arguments: tuple[Any, ...]) -> Expression:
    operands = [expression(argument) for argument in arguments]
    scope = Scope()
    for operand in operands:
        scope = scope.merge(operand.scope)
    return Expression(constructor(*(operand.matrix for operand in operands)), scope)


_STRUCTURAL = {
    "inv": "The inverse of a square matrix.",
    "pinv": "The pseudo-inverse of a matrix of full rank.",
    "tr": "The trace of a square matrix.",
    "det": "The determinant of a square matrix.",
    "logdet": "log|det| of a square matrix.",
    "adj": "The adjugate of a square matrix.",
    "expm": "The matrix exponential.",
    "logm": "The principal matrix logarithm.",
    "sqrtm": "The principal matrix square root.",
    "sum": "The sum of all entries, of every column (sum(X, 1)) or of every row (sum(X, 2)).",
    "mean": "The mean of all entries, of every column (axis 1) or of every row (axis 2).",
    "norm1": "The sum of the absolute values of all entries.",
    "norm2": "The Euclidean (Frobenius) norm.",
    "diag": "A vector as a diagonal matrix, or the diagonal of a square matrix.",
    "vec": "The columns stacked.",
    "vech": "The columns of the lower triangle stacked.",
    "softmax": "exp(x)/sum(exp(x)) of a vector, of every column (softmax(X, 1)) or of every row (softmax(X, 2)) of a matrix.",
    "logsumexp": "log(sum(exp(x))) of a vector, of every column (axis 1) or of every row (axis 2) of a matrix.",
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


class OwnFunction:
    """A function of the user's own, entry by entry: call it with an expression, or give it to `parse(functions=[...])` and
    call it by its name in text."""

    def __init__(self, head: Function) -> None:
        self.head = head
        self.__name__ = head.name

    def __call__(self, argument: Any) -> Expression:
        value = expression(argument)
        return Expression(build.call(self.head, value.matrix), value.scope.with_function(self.head))

    def __repr__(self) -> str:
        return f"<elementwise function {self.head.name}>"


def function(name: str) -> OwnFunction:
    """An undefined elementwise function f: its derivative is f', written with a prime."""
    return OwnFunction(Undefined(_own_name(name)))


def elementwise(name: str, expression: Any, latex: str | None = None) -> OwnFunction:
    """A function of every entry, given as a SymPy expression in one symbol (or its text); SymPy differentiates it.

    The derivative is written in functions that have a name here where that is possible, otherwise it is called f'.
    Raises UnknownNameError for an expression in several symbols, or a name that is no identifier or is taken by the
    language.

        >>> import sympy
        >>> import tensordiff as td
        >>> s = sympy.Symbol("s")
        >>> softsign = td.elementwise("softsign", s / (1 + abs(s)))
        >>> n = td.dims("n")
        >>> A, x = td.matrix("A", n, n), td.vector("x", n)
        >>> print(td.diff(td.sum(softsign(A @ x)), x).matrix_form())
        A'*(1./(1 + abs(A*x)).^2)
    """
    return OwnFunction(UserFunction(_own_name(name), expression, latex))


def _own_name(name: str) -> str:
    if name in ("K", "D", "Dskew", "L", "unit"):
        raise UnknownNameError(f"{name} cannot be a function: {name}(...) is a matrix of the language", hint="use another name")
    if check_name(name) != name:
        raise UnknownNameError(f"{name!r} is not written in the usual way", hint=f"write {check_name(name)!r}")
    return name


def _own_functions(functions: Any) -> list[Function]:
    """The functions given to parse: a list of them, or a mapping from names to functions or SymPy expressions."""
    if isinstance(functions, Mapping):
        found = [f if isinstance(f, OwnFunction) else elementwise(name, f) for name, f in functions.items()]
        for name, own in zip(functions, found, strict=True):
            if own.head.name != name:
                raise UnknownNameError(f"the function given as {name} is called {own.head.name}")
    else:
        found = list(functions)
    for own in found:
        if not isinstance(own, OwnFunction):
            raise TypeError(f"not a function made by td.elementwise or td.function: {own!r}")
    return [own.head for own in found]


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
