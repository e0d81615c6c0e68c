"""What every index-form result can do: be read, evaluated, compiled, and compared."""

from __future__ import annotations

from functools import cached_property

from tensordiff.api.expression import Expression
from tensordiff.api.programs import join_axes, operand_arrays, operand_text
from tensordiff.api.value import Value
from tensordiff.canonical import Canonicaliser, with_names
from tensordiff.derive import Manner, named_parts
from tensordiff.derive.layouts import MatrixAxes
from tensordiff.errors import BudgetError, FoldError
from tensordiff.interop.to_einsum import EinsumTerms, terms_of
from tensordiff.matrix import Matrix, Scope, Shape
from tensordiff.render import index_latex, index_notation
from tensordiff.show.svg import Picture, terms_svg
from tensordiff.tensor import Tensor, postorder


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
    def formula(self) -> Matrix | None:
        """The expression that the tensor was made from, if one."""
        return None

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

    def canonical(self) -> Tensor:
        """The canonical form of the tensor: equal tensors give the same node. Raises BudgetError."""
        return Canonicaliser().tensor(self.tensor)

    def einsum(self) -> EinsumTerms:
        """The tensor as einsum strings: terms with .coefficient, .subscripts, .operands and .arrays(**values), and
        .evaluate(**values) on the terms and on their sum. Identities become eye operands, free indices ones operands;
        over 52 indices `subscripts` is a sequence of pairwise strings. Compound axes are taken apart in the strings; the
        sum's `evaluate` joins them."""
        return terms_of(
            self._products,
            operand_text(self.scope),
            operand_arrays(self.scope),
            lambda array: join_axes(array, self.array_shape, self.tensor.dims),
        )

    def svg(self) -> str:
        """The contraction networks of the terms as SVG: tensors as nodes, indices as wires with their sizes, free indices
        as open wires. At most six terms are drawn, and the others counted. Raises BudgetError.

            >>> import tensordiff as td
            >>> td.diff(td.parse("A*V*A'", shapes={"A": "m n", "V": "n n"}), "V").svg()[:4]
            '<svg'
        """
        return terms_svg(self.einsum(), str(self))

    def plot(self) -> Picture:
        """The contraction networks (`svg`) as a picture that notebooks show and `save(path)` writes."""
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

    def latex(self) -> str:
        """LaTeX of the index form."""
        return index_latex(self._readings[0])

    def _repr_latex_(self) -> str:
        return f"${self.latex()}$"


class Product(TensorForm):
    """A product with a derivative: an array of the shape of an expression or a variable."""

    def __init__(self, tensor: Tensor, scope: Scope, shape: Shape, formula: Matrix | None = None) -> None:
        super().__init__(tensor, scope)
        self._shape = shape
        self._formula = formula

    @property
    def formula(self) -> Matrix | None:
        return self._formula

    @property
    def array_shape(self) -> Shape:
        return self._shape

    def matrix_form(self) -> Expression:
        """The product as a matrix formula. Raises FoldError where there is none."""
        sizes = [len(group) for group in (*self._shape, (), ())]
        rows = tuple(range(sizes[0]))
        return self._folded(MatrixAxes(rows, tuple(range(sizes[0], self.tensor.rank))))
