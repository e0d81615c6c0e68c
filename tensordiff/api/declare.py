"""Declarations: sizes, variables, texts, functions of the user's own, names for parts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from tensordiff.api.claims import shown_in
from tensordiff.api.expression import Expression, expression
from tensordiff.errors import ShapeError, UnknownNameError
from tensordiff.functions import SYMPY, Undefined, UserFunction, UserMap
from tensordiff.matrix import Scope, ShapeLike, build, is_column, read_shape
from tensordiff.parse import check_name
from tensordiff.parse import parse as parse_text
from tensordiff.parse.claims import read_definition
from tensordiff.parse.declare import ASSUMPTIONS, read_choices, read_structures, with_symmetries
from tensordiff.parse.names import is_function, normalise
from tensordiff.tensor import Dim, Function, Size, Structure, Symbol, masked


def dims(names: str) -> Any:
    """Named sizes: dims("n m") is a pair, dims("n") one size. Raises UnknownNameError for what cannot be a name.

    >>> import tensordiff as td
    >>> n, m = td.dims("n m")
    >>> td.matrix("X", n * m, n + 1).shape
    (Size(n*m), Dim(n+1))
    """
    found = tuple(Dim.named(check_name(name)) for name in names.replace(",", " ").split())
    return found[0] if len(found) == 1 else found


def scalar(name: str, *, assume: str = "none") -> Expression:
    """A scalar variable. Raises UnknownNameError for what cannot be a name.

    >>> import tensordiff as td
    >>> a = td.scalar("a", assume="positive")
    >>> print(td.diff(td.log(a) * a, a).matrix_form())
    1 + log(a)
    """
    return declared(name, (), "general", assume)


def vector(name: str, size: Any, *, assume: str = "none") -> Expression:
    """A column vector; `size` is a Dim, a name or a number. Raises ShapeError for what is no size, UnknownNameError for what
    cannot be a name.

        >>> import tensordiff as td
        >>> x = td.vector("x", "n")
        >>> print(td.diff(x.T @ x, x).matrix_form())
        2*x
    """
    return declared(name, (size,), "general", assume)


def matrix(name: str, *sizes: Any, structure: str | Structure = "general", assume: str = "none") -> Expression:
    """A matrix: matrix("X", n, m), sizes as Dims, names or numbers.

    structure: symmetric, skew, diagonal, lower-triangular, upper-triangular, unit-lower-triangular,
    unit-upper-triangular, orthogonal, positive-definite, correlation, toeplitz, stiefel (rectangular, X'X = I).
    assume: positive, nonzero, binary (entries +1 or -1), probability (positive, sums to one), near-identity.
    Raises ShapeError for a structure on a matrix that is not square, or unless there are two sizes.

        >>> import tensordiff as td
        >>> V = td.matrix("V", "n", "n", structure="symmetric")
        >>> print(td.diff(td.logdet(V), V).matrix_form())
        inv(V)
    """
    shape = _sizes_of(*sizes)
    if len(shape) != 2:
        raise ShapeError(f"the matrix {name} needs two sizes, got {len(shape)}", hint="vector and tensor take others")
    return declared(name, tuple(shape), structure, assume)


def tensor(
    name: str,
    *sizes: Any,
    structure: str | Structure = "general",
    assume: str = "none",
    symmetries: Iterable[Sequence[int]] = (),
) -> Expression:
    """A variable with any number of axes, to be used by index notation and entrywise operations. `symmetries` are permutations
    of axes, counted from 0, that leave it as it is, and generate all that do: (1, 0, 2) says T[i,j,k] = T[j,i,k]. Raises
    ShapeError for what is no size and a permutation that does not fit the sizes, UnknownNameError for what cannot be a name.

        >>> import tensordiff as td
        >>> T = td.tensor("T", "n", "n", "m")
        >>> td.diff(td.sum(td.exp(T)), T).shape
        (Dim(n), Dim(n), Dim(m))
        >>> T, A = td.tensor("T", "n", "n", "m", symmetries=[(1, 0, 2)]), td.matrix("A", "n", "n")
        >>> print(td.equal(td.from_einsum("ijk,ij->k", T, A), td.from_einsum("ijk,ji->k", T, A)))
        Equal: both sides have the same canonical form, for all sizes and values.
    """
    known = with_symmetries({name: structure} if structure != "general" else None, {name: symmetries})
    return declared(name, tuple(_sizes_of(*sizes)), (known or {}).get(name, "general"), assume)


def parse(
    text: str,
    shapes: Mapping[str, Any] | None = None,
    structures: Mapping[str, str] | None = None,
    where: Mapping[str, str] | None = None,
    assume: Mapping[str, str] | None = None,
    functions: Iterable[OwnFunction] | Mapping[str, Any] = (),
    language: str | None = None,
    *,
    sizes: str | Sequence[str] = (),
    beside: Sequence[str] = (),
    symmetries: Mapping[str, Iterable[Sequence[int]]] | None = None,
) -> Expression:
    """The expression of a text, in the syntax of matrixcalculus.org and more (docs/syntax.md), or of code with declared
    shapes (`language` says which language it is where its marks do not).

    `shapes` declares every variable: {"X": ("n", "m"), "x": "n", "a": ()}; without it shapes are inferred, capitals
    being matrices, a-g scalars, h-z vectors unless their use says otherwise. `structures` and `assume` as in `matrix`,
    `symmetries` as in `tensor`;
    `where` names parts: {"P": "inv(V)"}. `functions` are functions of your own (`elementwise`, `function`), in a list, or by
    name: {"softsign": "s/(1 + abs(s))"}. `sizes` ("n m") are sizes that no variable has; `beside` are texts that are read
    together with this one, which say what words mean. `F = ...` and `f(x) = ...` are read as their right sides. `.assumed`
    says how the text was read where nobody declared it. Raises ParseError and ShapeError with a caret under the place.

        >>> import tensordiff as td
        >>> print(td.parse("(X'*inv(V)*X)^-1", shapes={"X": "n m", "V": "n n"}))
        inv(X'*inv(V)*X)
    """
    own = _own_functions(functions)
    structures = with_symmetries(structures, symmetries)
    further = sizes if isinstance(sizes, str) else " ".join(sizes)
    with shown_in(text):
        right = _defined(text, {*shapes, *(where or ())} if shapes is not None else set(where or ()), language)
        read = parse_text(right, shapes, structures, where, assume, own, language, sizes=further, beside=beside)
    return Expression(*read)


def _defined(text: str, known: set[str], language: str | None) -> str:
    """The right side of a definition, F = ... or f(x) = ..., at its place; any other text as it is."""
    if language is not None:
        return text
    name, _, right = read_definition(text)
    return text if name is None or name in known else right


def declared(name: str, shape: ShapeLike, structure: str | Structure, assume: str) -> Expression:
    """A declared variable as an expression."""
    kind = read_structures({name: structure})[check_name(name)]
    assumption = read_choices("assumption", {name: assume}, ASSUMPTIONS)[check_name(name)]
    name, groups = check_name(name), read_shape(shape)
    for size in {size for group in groups for dim in group for size in dim.names()}:
        check_name(size)
    variable = Symbol.make(name, tuple(dim for group in groups for dim in group), kind, assumption)
    node = build.symbol(variable, groups)
    scope = Scope().with_symbol(node)
    return Expression(node, scope.with_column(name) if is_column(shape) else scope)


def _sizes_of(*sizes: Any) -> Sequence[Any]:
    """Sizes given one by one or as one tuple or text."""
    if len(sizes) == 1 and isinstance(sizes[0], tuple | list | str) and not isinstance(sizes[0], Size):
        return read_shape(sizes[0])
    return sizes


def where(*arguments: Any, **parts: Expression) -> Expression:
    """where(x > 0, a, b): a where the comparison holds, b elsewhere, entry by entry. With one expression and names, the same
    expression with names for parts, which come back in derivatives; its shape stays. Raises ShapeError where the shapes differ,
    UnknownNameError for what cannot be a name.

        >>> import tensordiff as td
        >>> x = td.vector("x", "n")
        >>> f = td.sum(td.where(x > 1, x**2, 2 * x))
        >>> print(td.gradient(f, x).matrix_form())
        where(x > 1, 2*x, 2)
        >>> X, V = td.matrix("X", "n", "m"), td.matrix("V", "n", "n")
        >>> F = td.where(X.T @ td.inv(V) @ X, P=td.inv(V))
        >>> print(td.diff(F, V).matrix_form())
        -kron(X'*P', X'*P)
    """
    if len(arguments) == 3 and not parts:
        condition, a, b = map(expression, arguments)
        node = build.call("where", build.condition(condition.matrix), a.matrix, b.matrix)
        return Expression(node, condition.scope.merge(a.scope).merge(b.scope))
    if len(arguments) != 1:
        raise ShapeError(f"where takes a comparison and two values, got {len(arguments)}", hint="where(x > 0, a, b)")
    (named_in,) = arguments
    scope = named_in.scope
    for name, part in parts.items():
        scope = scope.merge(part.scope).with_where(check_name(name), part.matrix)
    return Expression(named_in.matrix, scope)


def named(name: str, value: Expression) -> Expression:
    """The expression, of any shape, under a name of the user's, which derivatives show in its place. Raises UnknownNameError
    for what cannot be a name.

        >>> import tensordiff as td
        >>> P = td.named("P", td.inv(td.matrix("V", "n", "n")))
        >>> print(td.diff(P, "V").matrix_form())
        -kron(P', P)
    """
    name = check_name(name)
    scope = value.scope.with_where(name, value.matrix)
    return Expression(scope.where[name], scope)


def number(value: int | float | Fraction | str) -> Expression:
    """An exact number as a scalar: a float by its shortest decimal. Raises ValueError for a text that is no number.

    >>> import tensordiff as td
    >>> print(td.number("1/3"), td.number(0.1))
    1/3 0.1
    """
    return expression(Fraction(str(value)) if isinstance(value, float | str) else value)


class OwnFunction:
    """A function of the user's own, entry by entry or of a symmetric matrix: call it with an expression, or give it to
    `parse(functions=[...])` and call it by its name in text."""

    def __init__(self, head: Function) -> None:
        self.head = head
        self.__name__ = head.name

    def __call__(self, argument: Any) -> Expression:
        value = expression(argument)
        return Expression(build.call(self.head, value.matrix), value.scope.with_function(self.head))

    def __repr__(self) -> str:
        return f"<{'elementwise function' if self.head.elementwise else 'function of a matrix'} {self.head.name}>"


def function(name: str) -> OwnFunction:
    """An undefined elementwise function f, of any shape: its derivative is f', written with a prime. Raises UnknownNameError
    for a name that is no identifier or is taken by the language.

        >>> import tensordiff as td
        >>> f, x = td.function("f"), td.vector("x", "n")
        >>> print(td.diff(td.sum(f(x)), x).matrix_form())
        f'(x)
    """
    return OwnFunction(Undefined(_own_name(name)))


def elementwise(name: str, expression: Any, latex: str | None = None) -> OwnFunction:
    """A function of every entry, given as a SymPy expression in one symbol, or as text in the language of `parse` (only
    read, never run), "s/(1 + abs(s))"; SymPy differentiates it.

    The derivative is written in functions that have a name here where that is possible, otherwise it is called f'.
    The value has the shape of the argument. Raises UnknownNameError for an expression in several symbols, or a name that is no
    identifier or is taken by the language.

        >>> import sympy
        >>> import tensordiff as td
        >>> s = sympy.Symbol("s")
        >>> softsign = td.elementwise("softsign", s / (1 + abs(s)))
        >>> n = td.dims("n")
        >>> A, x = td.matrix("A", n, n), td.vector("x", n)
        >>> print(td.diff(td.sum(softsign(A @ x)), x).matrix_form())
        A'*(1./(1 + abs(A*x)).^2)
    """
    return OwnFunction(_own(name, expression, latex))


def _own(name: str, expression: Any, latex: str | None) -> UserFunction:
    name = _own_name(name)
    return UserFunction(name, _formula_of(name, expression) if isinstance(expression, str) else expression, latex)


def matrix_function(name: str, expression: Any, latex: str | None = None) -> OwnFunction:
    """A function of a symmetric matrix, f(A) = U diag(f(lambda)) U' with A = U diag(lambda) U', given by the function of
    numbers as in `elementwise`: a SymPy expression in one symbol, or text.

    It takes symmetric matrices n-by-n (by structure or by form, as X'*X is) and gives one. Its derivatives use divided
    differences of the eigenvalues, which are exact where these repeat (Higham, Functions of Matrices, theorem 3.11). Raises
    UnknownNameError as `elementwise` does; the function raises ShapeError and DomainError for other matrices.

        >>> import tensordiff as td
        >>> g = td.matrix_function("g", "s*exp(s)")
        >>> f = td.parse("tr(g(A))", shapes={"A": "n n"}, structures={"A": "symmetric"}, functions=[g])
        >>> print(td.gradient(f, "A").matrix_form())
        (eye(n) + A)*expm(A)
    """
    return OwnFunction(UserMap(_own(name, expression, latex)))


def _formula_of(name: str, source: str) -> Any:
    """A function of one scalar, given as text, as a SymPy expression. The text is read as any other: it cannot run."""
    words = dict.fromkeys(normalise(word) for word in _VARIABLE.findall(source))
    variables = [word for word in words if word not in ("pi", "π") and not is_function(word)]
    if len(variables) > 1:
        raise UnknownNameError(f"{name} is a function of one variable, but its expression has {', '.join(variables)}")
    spelled = _CALLED.sub(lambda call: SYMPY[call[0]].name if call[0] in SYMPY else call[0], source.replace("**", "^"))
    return Expression(*parse_text(spelled, dict.fromkeys(variables, ()))).to_sympy()


_VARIABLE = re.compile(r"\b(?!\d)\w+\b(?!\s*\()")
"""A word that is not called."""
_CALLED = re.compile(r"\b(?!\d)\w+\b(?=\s*\()")


def pattern(mask: Any) -> Structure:
    """The structure of matrices that are zero where a mask is: an array or nested list of zeros and ones (or truth values). It
    stands where the name of a structure stands, for a matrix of the mask's sizes, which are numbers.

    The projected and the tied derivative are the mask times the free one, entry by entry. Raises ShapeError for what is no
    matrix of zeros and ones.

        >>> import tensordiff as td
        >>> A = td.matrix("A", 2, 2, structure=td.pattern([[1, 1], [0, 1]]))
        >>> B = td.matrix("B", 2, 2)
        >>> print(td.gradient(td.tr(A @ B), A).einsum().evaluate(B=[[1, 2], [3, 4]]))
        [[1. 3.]
         [0. 4.]]
    """
    rows = [list(row) for row in (mask.tolist() if hasattr(mask, "tolist") else mask)]
    if (
        not rows
        or len({len(row) for row in rows}) != 1
        or not rows[0]
        or any(entry not in (0, 1) for row in rows for entry in row)
    ):
        raise ShapeError("a pattern is a matrix of zeros and ones", hint="for example td.pattern([[1, 1, 0], [0, 1, 1]])")
    return masked(tuple(tuple(int(entry) for entry in row) for row in rows))


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
            raise TypeError(f"not a function made by td.elementwise, td.function or td.matrix_function: {own!r}")
    return [own.head for own in found]
