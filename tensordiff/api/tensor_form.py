"""What every index-form result can do: be read, evaluated, compiled, and compared."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from tensordiff.api.expression import Expression, expression
from tensordiff.api.value import Value
from tensordiff.canonical import Canonicaliser, with_names
from tensordiff.derive import Manner, by_entries, named_parts
from tensordiff.derive.layouts import MatrixAxes
from tensordiff.errors import BudgetError, FoldError, ShapeError
from tensordiff.matrix import Matrix, Scope, Shape, shape_text
from tensordiff.render import index_latex, index_notation
from tensordiff.tensor import Tensor, add, broadcast, einsum, postorder

if TYPE_CHECKING:
    from tensordiff.interop.to_einsum import EinsumTerms
    from tensordiff.show.svg import Picture


class TensorForm(Value):
    """A tensor in its scope. Nothing is expanded until a form is asked for."""

    def __init__(self, tensor: Tensor, scope: Scope) -> None:
        self._tensor = tensor
        self.scope = scope

    @property
    def tensor(self) -> Tensor:
        return self._tensor

    @property
    def size(self) -> int:
        """The number of nodes of the unexpanded graph."""
        return len(postorder([self.tensor]))

    @property
    def formulas(self) -> tuple[Matrix, ...]:
        return ()

    @property
    def array_shape(self) -> Shape:
        return tuple((dim,) for dim in self.tensor.dims)

    @property
    def _like(self) -> Matrix | None:
        """The expression in whose manner the matrix form is written."""
        return None

    @property
    def _manner(self) -> Manner:
        return Manner(self.scope, self._like)

    @cached_property
    def _readings(self) -> list[Tensor]:
        return self._manner.readings(self.tensor)

    def _folded(self, axes: MatrixAxes) -> Expression:
        """The shortest matrix form on these rows and columns."""
        try:
            return Expression(self._manner.matrix(self._readings, axes), self.scope)
        except FoldError as failure:
            raise self._no_form(failure) from None

    def _no_form(self, failure: FoldError) -> FoldError:
        return FoldError(f"there is no matrix form here: {failure}", hint=f"in index notation: {self}")

    def _in_shape(self, shape: Shape) -> Expression:
        """The matrix formula of this shape."""
        if len(shape) > 2:
            raise self._no_form(FoldError("a matrix has two axes"))
        rows = sum(len(group) for group in shape[:1])
        return self._folded(MatrixAxes(tuple(range(rows)), tuple(range(rows, self.tensor.rank))))

    def _by_entries(self) -> Expression:
        """The formula in index notation."""
        if any(len(group) != 1 for group in self.array_shape):
            raise self._no_form(FoldError("index notation has no axis that is a product of sizes"))
        failure = FoldError("the tensor has no reading")
        for reading in self._readings:
            try:
                return Expression(by_entries(reading, {**self.scope.symbols, **self.scope.where}), self.scope)
            except FoldError as error:
                failure = error
        raise self._no_form(failure)

    def expression(self) -> Expression:
        """The array as an expression of its shape: a matrix formula, or index notation for three axes and more. It can be
        differentiated, multiplied, named and substituted into as any other. Raises FoldError where it has no formula.

            >>> import tensordiff as td
            >>> H = td.hessian(td.parse("1/norm2(x)", shapes={"x": "n"}), "x")
            >>> bool(td.equal(td.tr(H), td.parse("(3 - n)/norm2(x)^3", shapes={"x": "n"})))
            True
        """
        try:
            return self._in_shape(self.array_shape)
        except FoldError:
            return self._by_entries()

    # Arithmetic: sums and multiples stay unexpanded, anything else is that of the formula.

    def _added(self, other: TensorForm, sign: int) -> TensorForm:
        if other.array_shape != self.array_shape:
            raise ShapeError(f"a sum of {_sizes(self)} and {_sizes(other)}")
        tensor = add([(1, self.tensor), (sign, other.tensor)])
        return Product(tensor, self.scope.merge(other.scope), self.array_shape, (*self.formulas, *other.formulas))

    def _scaled(self, factor: Expression) -> TensorForm:
        axes = tuple(range(self.tensor.rank))
        tensor = einsum([(factor.tensor, ()), (self.tensor, axes)], axes)
        return Product(tensor, self.scope.merge(factor.scope), self.array_shape, (*self.formulas, factor.matrix))

    def _form_of(self, other: Any) -> TensorForm:
        """Another operand of a sum: a scalar stands for all entries."""
        if isinstance(other, TensorForm):
            return other
        found = expression(other)
        if found.matrix.is_scalar:
            return Product(broadcast(found.tensor, self.tensor.dims), found.scope, self.array_shape, found.formulas)
        return Product(found.tensor, found.scope, tuple(group for group in found.array_shape if group), found.formulas)

    def __add__(self, other: Any) -> TensorForm:
        return self._added(self._form_of(other), 1)

    def __radd__(self, other: Any) -> TensorForm:
        return self if isinstance(other, int) and other == 0 else self + other  # 0 is where Python's own sum starts

    def __sub__(self, other: Any) -> TensorForm:
        return self._added(self._form_of(other), -1)

    def __rsub__(self, other: Any) -> TensorForm:
        return (-self)._added(self._form_of(other), 1)

    def __neg__(self) -> TensorForm:
        return self._scaled(expression(-1))

    def __pos__(self) -> TensorForm:
        return self

    def __mul__(self, other: Any) -> TensorForm | Expression:
        factor = expression(other)
        if factor.matrix.is_scalar:
            return self._scaled(factor)
        product: Expression = self.expression() * factor
        return product

    def __rmul__(self, other: Any) -> TensorForm | Expression:
        return self.__mul__(other)

    def __truediv__(self, other: Any) -> TensorForm | Expression:
        divisor = expression(other)
        if divisor.matrix.is_scalar:
            return self._scaled(1 / divisor)
        quotient: Expression = self.expression() / divisor
        return quotient

    def __matmul__(self, other: Any) -> Expression:
        return self.expression() @ expression(other)

    def __rmatmul__(self, other: Any) -> Expression:
        return expression(other) @ self.expression()

    @property
    def T(self) -> Expression:
        """The transpose of the formula."""
        return self.expression().T

    def canonical(self) -> Tensor:
        """The canonical form of the tensor: equal tensors give the same node. Raises BudgetError."""
        return Canonicaliser().tensor(self.tensor)

    def einsum(self) -> EinsumTerms:
        """The tensor as einsum strings: terms with .coefficient, .subscripts, .operands and .arrays(**values), .path(**sizes)
        for the cheapest order and its cost, and .evaluate(**values) on the terms and on their sum. Identities become eye
        operands, free indices ones operands; over 52 indices `subscripts` is a sequence of pairwise strings. Compound axes
        are taken apart in the strings; the sum's `evaluate` joins them. `.source` is NumPy code that runs as it stands,
        `.source_for("opt_einsum")`, "jax", "torch" that of other libraries."""
        from tensordiff.api.programs import join_axes, operand_arrays, operand_source, operand_text  # see Value
        from tensordiff.interop.to_einsum import terms_of

        return terms_of(
            self._products,
            operand_text(self.scope),
            operand_arrays(self.scope),
            lambda array: join_axes(array, self.array_shape, self.tensor.dims),
            operand_source(self.scope),
            [len(group) for group in self.array_shape],
        )

    def svg(self) -> str:
        """The contraction networks of the terms as SVG: tensors as nodes, indices as wires with their sizes, free indices
        as open wires. At most six terms are drawn, and the others counted. Raises BudgetError.

            >>> import tensordiff as td
            >>> td.diff(td.parse("A*V*A'", shapes={"A": "m n", "V": "n n"}), "V").svg()[:4]
            '<svg'
        """
        from tensordiff.show.svg import terms_svg  # pictures

        return terms_svg(self.einsum(), str(self))

    def plot(self) -> Picture:
        """The contraction networks (`svg`) as a picture that notebooks show and `save(path)` writes."""
        from tensordiff.show.svg import Picture

        return Picture(self.svg())

    @property
    def _products(self) -> Tensor:
        """The tensor as a sum of products with the user's names; sums stay factors where there are too many products."""
        try:
            forms = Canonicaliser(define=False)
            return with_names(forms.tensor(self.tensor), named_parts(self.scope), forms)
        except BudgetError:
            return self._readings[0]

    def index_form(self) -> str:
        """The tensor in index notation, with free indices i j k l in order."""
        return min((index_notation(reading) for reading in self._readings), key=len)

    def __str__(self) -> str:
        return self.index_form()

    def __repr__(self) -> str:
        return f"<tensor of shape ({', '.join(map(str, self.shape))})>"

    def latex(self) -> str:
        """LaTeX of the index form."""
        return index_latex(self._readings[0])

    def _repr_latex_(self) -> str:
        return f"${self.latex()}$"


class Product(TensorForm):
    """A product with a derivative, or a sum of these: an array of the shape of an expression, a variable or a derivative."""

    def __init__(self, tensor: Tensor, scope: Scope, shape: Shape, formulas: tuple[Matrix, ...] = ()) -> None:
        super().__init__(tensor, scope)
        self._shape = shape
        self._formulas = formulas

    @property
    def formulas(self) -> tuple[Matrix, ...]:
        return self._formulas

    @property
    def array_shape(self) -> Shape:
        return self._shape

    def matrix_form(self) -> Expression:
        """The product as a matrix formula. Raises FoldError where there is none."""
        return self._in_shape(self._shape)


def _sizes(form: TensorForm) -> str:
    return shape_text(form.array_shape) if len(form.array_shape) < 3 else f"({', '.join(map(str, form.shape))})"
