"""Expressions: matrix formulas with symbolic sizes, and the scope that says what their names mean."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from numbers import Rational, Real
from typing import Any

from tensordiff.api.naming import name_repeats
from tensordiff.api.substitution import substituted
from tensordiff.api.value import Value
from tensordiff.errors import ShapeError, TensordiffError
from tensordiff.lower import lower
from tensordiff.matrix import Matrix, Scope, Shape, build, read_group, shape_text, text
from tensordiff.matrix.operations import OPERATIONS
from tensordiff.parse import parse_answer
from tensordiff.render import latex, unicode
from tensordiff.tensor import Countable, Dim, Group, Size, Tensor, postorder


class Expression(Value):
    """A matrix expression in its scope: symbols, sizes, structures and `where` names.

    NumPy's habits, with columns for vectors: `@` is the matrix product, `*` the entrywise or scalar product, `**` the
    entrywise power, `.T` the transpose, `.inv` the inverse; `x.T @ y` is the inner product, `x @ y.T` the outer one.
    `str` gives text that `parse` reads back in the same scope.

        >>> import tensordiff as td
        >>> n, m = td.dims("n m")
        >>> X, V = td.matrix("X", n, m), td.matrix("V", n, n)
        >>> print(td.inv(X.T @ td.inv(V) @ X))
        inv(X'*inv(V)*X)
    """

    __slots__ = ("matrix", "scope")
    __array_ufunc__ = None
    """NumPy arrays leave arithmetic with expressions to the expression, which refuses it with a clear error."""

    matrix: Matrix
    """The matrix form."""
    scope: Scope

    def __init__(self, matrix: Matrix, scope: Scope) -> None:
        object.__setattr__(self, "matrix", matrix)
        object.__setattr__(self, "scope", scope)

    @property
    def assumed(self) -> tuple[str, ...]:
        """How its text was read where nobody declared it: one short sentence for each kind, size or meaning.

        >>> import tensordiff as td
        >>> td.parse("A*x - b").assumed
        ('x read as a vector of size m', 'b read as a vector of size n')
        """
        return self.scope.assumed

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("expressions are immutable")

    def __delattr__(self, name: str) -> None:
        raise AttributeError("expressions are immutable")

    def __copy__(self) -> Expression:
        return self

    def __deepcopy__(self, memo: object) -> Expression:
        return self

    @property
    def tensor(self) -> Tensor:
        """The index form; its axes are the dimensions of `shape`, compound axes taken apart."""
        return lower(self.matrix)

    @property
    def formulas(self) -> tuple[Matrix, ...]:
        return (self.matrix,)

    def expression(self) -> Expression:
        return self

    @property
    def array_shape(self) -> Shape:
        """The groups of dimensions that the axes of the value's array are made of."""
        return self.matrix.shape

    @property
    def ndim(self) -> int:
        """How many axes the value's array has."""
        return len(self.matrix.shape)

    @property
    def T(self) -> Expression:
        """The transpose; a column becomes a row."""
        return self._with(build.transpose(self.matrix))

    @property
    def inv(self) -> Expression:
        """The inverse. Raises ShapeError unless the matrix is square."""
        return self._with(build.inverse(self.matrix))

    def __add__(self, other: Any) -> Expression:
        return self._combine(other, lambda a, b: build.add([(Fraction(1), a), (Fraction(1), b)]))

    def __radd__(self, other: Any) -> Expression:
        if isinstance(other, int) and other == 0:
            return self  # where Python's own sum starts
        return self._combine(other, lambda a, b: build.add([(Fraction(1), b), (Fraction(1), a)]))

    def __sub__(self, other: Any) -> Expression:
        return self._combine(other, lambda a, b: build.add([(Fraction(1), a), (Fraction(-1), b)]))

    def __rsub__(self, other: Any) -> Expression:
        return self._combine(other, lambda a, b: build.add([(Fraction(1), b), (Fraction(-1), a)]))

    def __neg__(self) -> Expression:
        return self._with(build.scale(Fraction(-1), self.matrix))

    def __pos__(self) -> Expression:
        return self

    def __abs__(self) -> Expression:
        return self._with(build.call("abs", self.matrix))

    def __matmul__(self, other: Any) -> Expression:
        return self._combine(other, _matmul)

    def __rmatmul__(self, other: Any) -> Expression:
        return self._combine(other, lambda a, b: _matmul(b, a))

    def __mul__(self, other: Any) -> Expression:
        return self._combine(other, build.hadamard)

    def __rmul__(self, other: Any) -> Expression:
        return self._combine(other, lambda a, b: build.hadamard(b, a))

    def __truediv__(self, other: Any) -> Expression:
        return self._combine(other, _divide)

    def __rtruediv__(self, other: Any) -> Expression:
        return self._combine(other, lambda a, b: _divide(b, a))

    def __pow__(self, exponent: Any) -> Expression:
        return self._combine(exponent, build.dot_power)

    def __rpow__(self, base: Any) -> Expression:
        return self._combine(base, lambda a, b: build.dot_power(b, a))

    def __gt__(self, other: Any) -> Expression:
        """1 where it holds, 0 elsewhere; the comparisons are for td.where."""
        return self._combine(other, lambda a, b: build.call("greater", a, b))

    def __ge__(self, other: Any) -> Expression:
        return self._combine(other, lambda a, b: build.call("greater_equal", a, b))

    def __lt__(self, other: Any) -> Expression:
        return self._combine(other, lambda a, b: build.call("less", a, b))

    def __le__(self, other: Any) -> Expression:
        return self._combine(other, lambda a, b: build.call("less_equal", a, b))

    def __bool__(self) -> bool:
        raise TypeError("an expression has no truth value; compare with td.equal(a, b)")

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("an expression is no array; give it values with .evaluate(...)")

    @property
    def where(self) -> dict[str, Expression]:
        """What the names in the expression stand for, in the order in which they are defined."""
        present = [node for node in postorder([self.matrix]) if node.op == "named" and node is not self.matrix]
        return {str(node.data[0]): self._with(node.children[0]) for node in present}

    def named(self) -> Expression:
        """The same expression with names for the parts that it repeats; `where` says what they stand for.

        >>> import tensordiff as td
        >>> short = td.parse("inv(X'*X)*A*inv(X'*X)").named()
        >>> print(short, {name: str(part) for name, part in short.where.items()})
        F*A*F {'F': "inv(X'*X)"}
        """
        return Expression(*name_repeats(self.matrix, self.scope))

    def latex(self) -> str:
        """LaTeX of the formula, and of what its names stand for."""
        formula = latex(self.matrix)
        if self.matrix.op == "named" or not self.where:
            return formula
        parts = ",\\; ".join(f"{latex(self.scope.where[name])} = {latex(part.matrix)}" for name, part in self.where.items())
        return f"{formula} \\quad\\text{{where }} {parts}"

    def unicode(self) -> str:
        """The formula in Unicode, which `parse` reads back.

        >>> import tensordiff as td
        >>> print(td.parse("inv(X'*inv(V)*X)").unicode())
        (Xᵀ·V⁻¹·X)⁻¹
        """
        return unicode(self.matrix)

    def to_sympy(self, symbols: Mapping[str, Any] | None = None) -> Any:
        """SymPy's expression: a scalar for a scalar, else a matrix expression with an n-by-1 matrix for a column.

        Sizes and scalars are Symbol(name), the others MatrixSymbol(name, rows, columns); `symbols` gives SymPy objects of
        your own for some names. Raises MissingRuleError for what SymPy's matrix expressions cannot say.
        """
        from tensordiff.interop.to_sympy import to_sympy  # SymPy

        return to_sympy(self.matrix, symbols)

    def _repr_latex_(self) -> str:
        return f"${self.latex()}$"

    def __str__(self) -> str:
        return text(self.matrix)

    def __repr__(self) -> str:
        return f"<{shape_text(self.matrix.shape)} expression {self}>"

    def subs(self, /, **values: Any) -> Expression:
        """The expression with other things in place of some of its names, all at once: texts in its scope, expressions,
        derivatives or numbers. A name that is replaced leaves the scope unless what is put in has it.

        Raises UnknownNameError for a name that is neither a symbol nor a `where` name, ShapeError for another shape.

        >>> import tensordiff as td
        >>> f = td.parse("tr(inv(V)*Z)", shapes={"V": "n n", "Z": "n n", "a": ()})
        >>> print(f.subs(Z="a*V"), f.subs(V="Z", Z="V"))
        tr(inv(V)*a*V) tr(inv(Z)*V)
        """
        put: dict[str, tuple[Matrix, Scope]] = {}
        for name, value in values.items():
            given = parse_answer(value, self.scope) if isinstance(value, str) else None
            made = expression(value) if given is None else None
            put[name] = given if given is not None else (made.matrix, made.scope)  # type: ignore[union-attr]
        return Expression(*substituted(self.matrix, self.scope, put))

    def as_size(self) -> Group:
        """The size that a scalar made of sizes is: n + m as the size of an axis. Raises ShapeError for anything else."""
        nodes: list[Matrix] = postorder([self.matrix])
        if not all(x.is_scalar and OPERATIONS[x.op].integral and x.op not in ("symbol", "named") for x in nodes):
            raise ShapeError(f"{text(self.matrix)} is not a size", hint="a size is made of sizes and whole numbers by + and *")
        return read_group(text(self.matrix))

    def _with(self, matrix: Matrix) -> Expression:
        return Expression(matrix, self.scope)

    def _combine(self, other: Any, operation: Any) -> Expression:
        if isinstance(other, Value) and not isinstance(other, Expression):
            return NotImplemented  # type: ignore[no-any-return]  # a derivative, whose own operation decides
        right = as_expression(other)
        if right is None:
            _refuse_array(other)
            return NotImplemented  # type: ignore[no-any-return]
        return Expression(operation(self.matrix, right.matrix), self.scope.merge(right.scope))


def as_expression(value: object) -> Expression | None:
    """An expression of what may stand beside one: a derivative, a number (exact; a float by its shortest decimal), a size."""
    if isinstance(value, Value):
        found: Expression = value.expression()
        return found
    if isinstance(value, bool):
        return None
    if isinstance(value, Rational):
        return Expression(build.number(Fraction(int(value.numerator), int(value.denominator))), Scope())
    if isinstance(value, Real):
        return Expression(build.number(_exact(value)), Scope())
    if isinstance(value, Dim):
        return Expression(build.size(value), Scope().with_dim(value) if value.names() else Scope())
    if isinstance(value, Size):
        scope = Scope()
        for dim in value:
            scope = scope.with_dim(dim) if dim.names() else scope
        return Expression(build.product(*(build.size(dim) for dim in value)), scope)
    return None


def _exact(value: Real) -> Fraction:
    """A float by its shortest decimal: 0.1 is 1/10."""
    try:
        return Fraction(str(value))
    except ValueError:
        raise TensordiffError(f"{value} is not a finite number, so it cannot stand in an expression") from None


def _refuse_array(value: object) -> None:
    if hasattr(value, "__array__") or hasattr(value, "__dlpack__"):
        raise TypeError("an array cannot stand in an expression: declare a symbol for it, and give its value to .evaluate(...)")


def expression(value: object) -> Expression:
    """`as_expression`, or TypeError."""
    found = as_expression(value)
    if found is None:
        _refuse_array(value)
        raise TypeError(f"not an expression, a number or a size: {value!r} ({type(value).__name__})")
    return found


Countable.to_scalar = expression


def _matmul(left: Matrix, right: Matrix) -> Matrix:
    for operand in (left, right):
        if operand.is_scalar:
            raise ShapeError(f"@ multiplies matrices, and {text(operand)} is a scalar", hint="use * for scalar multiples")
    if left.is_vector and right.is_vector and left.shape == right.shape:
        raise ShapeError(
            f"{text(left)} @ {text(right)}: both are columns of size {shape_text(left.shape)}",
            hint=f"the inner product is {text(left)}.T @ {text(right)}, the outer one {text(left)} @ {text(right)}.T",
        )
    return build.product(left, right)


def _divide(left: Matrix, right: Matrix) -> Matrix:
    return build.divide(left, right) if right.is_scalar else build.dot_divide(left, right)
