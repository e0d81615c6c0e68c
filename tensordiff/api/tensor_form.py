"""What every index-form result can do: be read, evaluated, compiled, and compared."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tensordiff.api.expression import Expression, sizes_of_axes
from tensordiff.canonical import Canonicaliser, readings, with_names
from tensordiff.derive import named_parts
from tensordiff.derive.layouts import MatrixAxes
from tensordiff.errors import BudgetError, FoldError
from tensordiff.matrix import Matrix, Scope, Shape
from tensordiff.tensor import Dim, Size, Tensor, postorder

if TYPE_CHECKING:
    from tensordiff.interop.to_einsum import EinsumTerms
    from tensordiff.show.svg import Picture


class TensorForm:
    """A tensor in its scope. Nothing is expanded until a form is asked for."""

    def __init__(self, tensor: Tensor, scope: Scope) -> None:
        self.tensor = tensor
        self.scope = scope

    @property
    def shape(self) -> tuple[Dim | Size, ...]:
        """The sizes of the array's axes; a compound axis is a product of sizes."""
        return sizes_of_axes(self.array_shape)

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
    def _like_tensor(self) -> Tensor | None:
        return None

    @cached_property
    def _readings(self) -> list[Tensor]:
        return list(readings(self.tensor, named_parts(self.scope), like=self._like_tensor))

    def _folded(self, axes: MatrixAxes) -> Expression:
        """The shortest matrix form on these rows and columns."""
        from tensordiff.fold import fold_best

        written = {**self.scope.symbols, **self.scope.where}
        try:
            return Expression(fold_best(self._readings, axes.rows, axes.columns, written, self._like), self.scope)
        except FoldError as failure:
            raise FoldError(f"there is no matrix form here: {failure}", hint=f"in index notation: {self}") from None

    def canonical(self) -> Tensor:
        """The canonical form of the tensor: equal tensors give the same node. Raises BudgetError."""
        return Canonicaliser().tensor(self.tensor)

    def evaluate(self, *, validate: Any = True, **values: Any) -> Any:
        """The array for given arrays, on their own namespace. Every symbol in the tensor needs a value; other names of
        the scope are accepted. Raises EvaluationError for missing or unknown names, wrong shapes, singular matrices, and
        data that break a declared structure or assumption beyond rounding (validate=False does not look at them).
        Axes before the declared ones are a batch, as for `Expression.evaluate`."""
        from tensordiff.api.programs import evaluate

        return evaluate(self.array_shape, self.tensor, self.scope, values, validate, self.formula)

    def compile(self, backend: str = "numpy", sizes: Mapping[str, int] | None = None, validate: bool = True) -> Any:
        """A program that computes the array; see `tensordiff.compile`."""
        from tensordiff.api.programs import compile_expressions

        return compile_expressions(self, backend=backend, sizes=sizes, validate=validate)

    def einsum(self) -> EinsumTerms:
        """The tensor as einsum strings: terms with .coefficient, .subscripts, .operands and .arrays(**values), and
        .evaluate(**values) on the terms and on their sum. Identities become eye operands, free indices ones operands;
        over 52 indices `subscripts` is a sequence of pairwise strings. Compound axes are taken apart in the strings; the
        sum's `evaluate` joins them."""
        from tensordiff.api.programs import join_axes, operand_arrays, operand_text
        from tensordiff.interop.to_einsum import terms_of

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
        from tensordiff.show.svg import terms_svg

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
        from tensordiff.render import index_notation

        return min((index_notation(reading) for reading in self._readings), key=len)

    def __str__(self) -> str:
        return self.index_form()

    def latex(self) -> str:
        """LaTeX of the index form."""
        from tensordiff.render import index_latex

        return index_latex(self._readings[0])

    def _repr_latex_(self) -> str:
        return f"${self.latex()}$"
