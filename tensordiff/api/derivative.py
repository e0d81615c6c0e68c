"""Derivatives: a tensor with axes (f, first variable, second variable, ...), and the forms in which it can be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tensordiff.api.declare import parse
from tensordiff.api.expression import Expression, expression
from tensordiff.api.tensor_form import TensorForm
from tensordiff.api.variables import Variable, display_name, read_variable
from tensordiff.derive import contracted, derivative_form, differential, free_derivative, own_form
from tensordiff.derive.layouts import DerivativeAxes, MatrixAxes, read_entries
from tensordiff.differentiate import Entries, constrain
from tensordiff.errors import DomainError, FoldError, TensordiffError, UnknownNameError
from tensordiff.lower import lower
from tensordiff.matrix import Matrix, Shape, build, sized_text
from tensordiff.render import PLAIN, Spelling, derivative_notation, index_latex, index_notation
from tensordiff.tensor import Structure, Symbol, Tensor, add, einsum, permute, postorder

if TYPE_CHECKING:
    from tensordiff.check.differences import Verification
    from tensordiff.compile import LinearMap


class Derivative(TensorForm):
    """The derivative of an expression; `diff` makes it.

    `shape` is f's shape followed by that of each variable (vectors have one axis), NumPy's and JAX's order. Nothing is
    expanded until a form is asked for: `str` (index notation), `matrix_form`, `latex`, `einsum`, `evaluate`, `compile`.
    """

    def __init__(self, f: Expression, variables: Sequence[Matrix], entries: Entries, tensor: Tensor) -> None:
        super().__init__(tensor, f.scope)
        self.f = f
        self._nodes = variables
        self.axes = DerivativeAxes.of(f.matrix.shape, variables, entries)
        """Which axes of the tensor are f's and which are each variable's."""

    @property
    def nodes(self) -> tuple[Matrix, ...]:
        """What f was differentiated by, in matrix form."""
        return tuple(self._nodes)

    @property
    def variables(self) -> tuple[Symbol, ...]:
        """What f was differentiated by."""
        return self.axes.symbols

    @property
    def entries(self) -> Entries:
        """The meaning of the variables' entries."""
        return self.axes.entries

    @property
    def _like(self) -> Matrix:
        return self.f.matrix

    @property
    def formulas(self) -> tuple[Matrix, ...]:
        """What was differentiated."""
        return (self.f.matrix,)

    @property
    def order(self) -> int:
        """How many variables f was differentiated by."""
        return len(self.variables)

    def matrix_form(self, layout: str | None = None) -> Expression:
        """The derivative as a matrix or Kronecker formula; its `str` parses back in the same scope.

        Layouts: "gradient" (the shape of the variable, for scalar f), "numerator" (dy_i/dx_j), "denominator" (its
        transpose), "vec-column" (d vec f / d vec X' with column stacking), "vec-row" (row stacking). By default gradient
        for scalar f, numerator for vector by vector and for anything by a scalar, else vec-column, as for every second
        derivative. Raises FoldError where the tensor has no matrix form in the layout; the message has its index form.

            >>> import tensordiff as td
            >>> n, m = td.dims("n m")
            >>> A, V = td.matrix("A", m, n), td.matrix("V", n, n)
            >>> print(td.diff(A @ V @ A.T, V).matrix_form())
            kron(A, A)
        """
        layout = layout or self.default_layout
        self.axes.in_layout(layout)  # where the layout is at fault
        try:
            return Expression(
                derivative_form(self._readings, self.axes, layout, self._manner, self._by_other_entries), self.scope
            )
        except FoldError as failure:
            raise self._no_form(failure) from None

    def expression(self) -> Expression:
        try:
            return Expression(own_form(self._readings, self.axes, self._manner, self._by_other_entries), self.scope)
        except FoldError as failure:
            raise self._no_form(failure) from None

    def _no_form(self, failure: FoldError) -> FoldError:
        """What has no form as a whole may have one along a direction."""
        told = super()._no_form(failure)
        if self.order > 2 or not self.f.matrix.shape:
            return told
        try:
            along = differential(self.f.matrix, self._nodes, self.scope, sized_text)
        except TensordiffError:
            return told
        return FoldError(f"{told.message}; along a direction: {along}", hint=told.hint)

    def _added(self, other: TensorForm, sign: int) -> TensorForm:
        """Derivatives by the same variables add to the derivative of the sum."""
        if isinstance(other, Derivative) and (self.axes, self._nodes) == (other.axes, other._nodes):
            f = self.f + sign * other.f
            return self._remade(f, add([(1, self.tensor), (sign, other.tensor)]))
        return super()._added(other, sign)

    def _scaled(self, factor: Expression) -> TensorForm:
        """A constant times a derivative is the derivative of the multiple."""
        product = super()._scaled(factor)
        if any(node in postorder([factor.matrix]) for node in self._nodes):
            return product
        return self._remade(factor * self.f, product.tensor)

    def _remade(self, f: Expression, tensor: Tensor) -> Derivative:
        """The derivative of another function by the same variables."""
        return Derivative(f, self._nodes, self.entries, tensor)

    def _before(self, nodes: Sequence[Matrix], entries: str | None) -> tuple[list[Matrix], Expression]:
        """What to differentiate, and by what, for the derivative of this one by further variables."""
        plain = all(v.structure is Structure.GENERAL for v in self.variables)
        if plain or read_entries(entries, nodes) is self.entries:
            return [*self._nodes, *nodes], self.f
        return list(nodes), self.expression()

    def _by_other_entries(self, entries: Entries) -> Tensor:
        """The derivative for another meaning of the entries."""
        free = free_derivative(self.f.matrix, self._nodes)
        return constrain(free, self.f.tensor.rank, self.variables, entries)

    def to_sympy(self, layout: str | None = None, symbols: Mapping[str, Any] | None = None) -> Any:
        """SymPy's expression of the matrix form in a layout; see `matrix_form` and `Expression.to_sympy`."""
        return self.matrix_form(layout).to_sympy(symbols)

    @property
    def default_layout(self) -> str:
        """The layout that `matrix_form` takes by itself."""
        return self.axes.default_layout

    def evaluate(self, /, *, layout: str | None = None, validate: Any = True, **values: Any) -> Any:
        """The derivative's array for given arrays, of shape f.shape + variable shapes, on the arrays' own namespace.

        With a `layout` the matrix of that layout, always with two axes ("index" is the array as without). Axes before the
        declared ones are a batch, as for `Expression.evaluate`: a stack of V gives a stack of derivatives. Every symbol in
        the derivative needs a value; other names of the scope are accepted. Raises EvaluationError for missing or unknown
        names, wrong shapes, singular matrices, and data that break a declared structure or assumption beyond rounding
        (validate=False does not look at them).
        """
        if layout in (None, "index"):
            return self._value_of(self.array_shape, self.tensor, values, validate)
        return self._value_of(*_laid_out(self.tensor, self.axes.in_layout(layout)), values, validate)

    @property
    def array_shape(self) -> Shape:
        """f's shape then the variables', where a row or column has one axis."""
        return self.axes.groups

    def at(self, /, *, validate: Any = True, **values: Any) -> LinearMap:
        """The derivative at a point as a linear map, which costs a few matrix products instead of all entries.

        `apply(dX)` contracts a direction with the last variable (`apply(dX, dY)` directions with both of a second
        derivative), `adjoint(G)` an array of f's shape with f, `to_linear_operator(order="F")` is SciPy's linear
        operator on stacked columns, `factors` are the products that it is the sum of, `dense()` is the array. Raises
        EvaluationError as `evaluate` does.

            >>> import numpy as np, tensordiff as td
            >>> J = td.diff(td.parse("A*V*A'", shapes={"A": "m n", "V": "n n"}), "V")
            >>> L = J.at(A=np.array([[1.0, 2.0]]), V=np.eye(2))
            >>> L.apply(np.ones((2, 2)))
            array([[9.]])
        """
        from tensordiff.api.programs import at  # see Value

        return at(self, self.axes.ranks, values, validate, self._contracted)

    def _contracted(self, given: Sequence[Tensor | None]) -> Tensor | None:
        """The derivative contracted with what is given for f and for each variable, by sweeps that never form it."""
        return contracted(self.f.matrix, self._nodes, self.entries, given)

    def __str__(self) -> str:
        return self.equation(PLAIN)

    def equation(self, spelling: Spelling) -> str:
        """dF_ij/dV_kl = ..., an entry of the derivative in index notation, in a spelling (plain text, LaTeX)."""
        shortest = min(self._readings, key=lambda reading: len(index_notation(reading)))
        name = display_name(self.f, self.scope)
        return derivative_notation(shortest, name, self.f.tensor.rank, self._variables_read(), spelling)

    def _variables_read(self) -> list[tuple[str, int]]:
        """Name and number of axes of each variable."""
        return [
            (v.name if axes == v.rank else f"vech({v.name})", axes)
            for v, axes in zip(self.variables, self.axes.ranks, strict=True)
        ]

    def named(self, layout: str | None = None) -> Expression:
        """The matrix form with names for the parts that it repeats; `.where` of the result says what they stand for."""
        return self.matrix_form(layout).named()

    def differential(self) -> str:
        """The derivative in differentials: df = tr(G'*dX), dF = A*dV*B, d2f = dx'*H*dx; `check` reads it.

        For a structured variable dX is a change that the structure admits. Raises FoldError where there is no such form,
        DomainError for third derivatives.

        >>> import tensordiff as td
        >>> print(td.diff(td.parse("A*V*A'", shapes={"A": "m n", "V": "n n"}), "V").differential())
        dF = A*dV*A'
        >>> print(td.diff(td.parse("x'*A*x", shapes={"A": "n n", "x": "n"}), "x").differential())
        df = x'*(A + A')*dx
        """
        return differential(self.f.matrix, self._nodes, self.scope)

    def latex(self, layout: str | None = None) -> str:
        """LaTeX of the matrix form, with names for repeated parts; of the index form where there is no matrix form, or
        for layout="index"."""
        if layout != "index":
            try:
                return self.named(layout).latex()
            except FoldError:
                if layout is not None:
                    raise
        return index_latex(self._readings[0])

    def unicode(self, layout: str | None = None) -> str:
        """The matrix form in Unicode; see `matrix_form`."""
        return self.matrix_form(layout).unicode()

    def verify(self, points: int = 3, seed: int = 0) -> Verification:
        """Compares the derivative with central differences of f, with 50 digits, at random points whose sizes are all
        different. Raises VerificationError where they disagree, EvaluationError where f has no values.

            >>> import tensordiff as td
            >>> n, m = td.dims("n m")
            >>> X, V = td.matrix("X", n, m), td.matrix("V", n, n, structure="positive-definite")
            >>> bool(td.diff(td.logdet(X.T @ td.inv(V) @ X), V).verify())
            True
        """
        from tensordiff.check.differences import verify  # NumPy

        return verify(self.f.matrix, self.tensor, self.axes, points, seed)

    def __repr__(self) -> str:
        sizes = ", ".join(str(dim) for dim in self.shape)
        return f"<derivative of {self.f} by {', '.join(v.name for v in self.variables)}, shape ({sizes})>"


class EntryDerivative(Derivative):
    """A derivative by entries of variables: the entries of that by the whole variables, in the meaning which it has."""

    def __init__(self, whole: Derivative, variables: Sequence[Variable]) -> None:
        if whole.entries is Entries.VECH and any(v.places and not v.node.data[0].structure.general for v in variables):
            raise DomainError("an entry is no free entry", hint='entries="tied" varies the entries that are tied to it')
        nodes = [build.symbol(Symbol.make(v.name, ()), ()) if v.places else v.node for v in variables]
        super().__init__(whole.f, nodes, whole.entries, _picked(whole.tensor, whole.axes, variables))
        self._whole = whole
        self._read = tuple(variables)

    def _remade(self, f: Expression, tensor: Tensor) -> Derivative:
        whole = diff(f, *(v.node.data[0].name for v in self._read), entries=str(self.entries))
        return EntryDerivative(whole, self._read)

    def _before(self, nodes: Sequence[Matrix], entries: str | None) -> tuple[list[Matrix], Expression]:
        return list(nodes), self.expression()

    def _by_other_entries(self, entries: Entries) -> Tensor:
        if entries is Entries.VECH:
            raise DomainError("an entry is no free entry")
        return _picked(self._whole._by_other_entries(entries), self._whole.axes, self._read)

    def _contracted(self, given: Sequence[Tensor | None]) -> Tensor | None:
        return None

    def differential(self) -> str:
        raise DomainError("a differential is that of whole variables", hint=f"see {self._whole!r}")

    def verify(self, points: int = 3, seed: int = 0) -> Verification:
        return self._whole.verify(points, seed)


def _laid_out(tensor: Tensor, axes: MatrixAxes) -> tuple[Shape, Tensor]:
    """The tensor with its axes in the order of a matrix, and that matrix's shape (two groups, empty ones of size 1)."""
    permuted = permute(tensor, axes.rows + axes.columns)
    split = len(axes.rows)
    return (permuted.dims[:split], permuted.dims[split:]), permuted


def _picked(tensor: Tensor, axes: DerivativeAxes, variables: Sequence[Variable]) -> Tensor:
    """The derivative at the entries that the variables name, which lose their axes."""
    place = tensor.rank - sum(axes.ranks)
    kept = list(range(place))
    factors: list[tuple[Tensor, Sequence[int]]] = [(tensor, range(tensor.rank))]
    for variable, rank in zip(variables, axes.ranks, strict=True):
        own = range(place, place + rank)
        place += rank
        if not variable.places:
            kept += own
            continue
        for axis, number in zip(own, variable.places, strict=True):
            factors.append((lower(build.unit(tensor.dims[axis], number)), (axis,)))
    return einsum(factors, kept)


def formula(f: str | Expression | TensorForm, declarations: Mapping[str, Any]) -> Expression | TensorForm:
    """f; a text is read with `declarations` as in `parse`. Raises TypeError for what is neither text nor expression, and for
    declarations beside an expression, which has its own."""
    if isinstance(f, str):
        return parse(f, **declarations)
    if not isinstance(f, Expression | TensorForm):
        raise TypeError(f"not a text or an expression: {f!r} ({type(f).__name__})")
    if declarations:
        raise TypeError(f"{', '.join(declarations)}: declarations are for a text; an expression brings its own")
    return f


def diff(
    f: str | Expression | TensorForm, *variables: Expression | str, entries: str | None = None, **declarations: Any
) -> Derivative:
    """The derivative of f by one or several variables (the order of derivative is their number).

    diff(f, X)[i.., k..] = d f_i.. / d X_k..; a further variable adds its axes at the end. Variables are declared symbols
    or their names; a declared symbol that f does not contain gives the typed zero. An entry of one is a scalar variable:
    diff(f, "X[1,2]"), places counted from 1.

    `entries` says what is varied where a variable has a structure: "projected" (the default: the derivative within the
    structure), "free" (all entries independent), "tied" (equal entries are one variable), "vech" (the free entries as
    one axis). It has no effect on unstructured variables.

    f may be a text, read with `shapes`, `structures`, `where` ... as in `parse`: diff("x'*A*x", "x").

    A derivative of a derivative, where its entries have the same meaning, is one of higher order of the same function.

    Raises UnknownNameError for a name that is not a declared symbol, MissingRuleError where a function has no rule,
    DomainError where a structure has no such derivative.

        >>> import tensordiff as td
        >>> n = td.dims("n")
        >>> A, x = td.matrix("A", n, n), td.vector("x", n)
        >>> print(td.diff(x.T @ A @ x, x).matrix_form())
        (A + A')*x
    """
    f = formula(f, declarations)
    if not variables:
        raise UnknownNameError("diff needs a variable", hint='diff(f, X), or diff(f, "X")')
    try:
        read = [read_variable(f.scope, variable) for variable in variables]
    except UnknownNameError as error:
        if list(f.scope.symbols) != [str(f)]:
            raise
        hint = f"{f} is a name alone, of which nothing is known: give its formula, such as inv(X'*V*X)"
        raise UnknownNameError(error.message, hint=hint) from None
    if any(variable.places for variable in read):
        whole = diff(f, *(variable.name.partition("[")[0] for variable in read), entries=entries)
        return EntryDerivative(whole, [Variable(node) for node in whole._nodes[: -len(read)]] + read)
    nodes = [variable.node for variable in read]
    if isinstance(f, Derivative):
        nodes, f = f._before(nodes, entries)
    f = expression(f)
    scope = f.scope
    for variable in variables:
        if isinstance(variable, Expression):
            scope = scope.merge(variable.scope)
    meaning = read_entries(entries, nodes)
    symbols = [node.data[0] for node in nodes]
    derivative = free_derivative(f.matrix, nodes)
    derivative = constrain(derivative, len(f.matrix.dims), symbols, meaning)
    return Derivative(Expression(f.matrix, scope), nodes, meaning, derivative)
