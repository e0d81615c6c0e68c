"""What expressions and derivatives have in common: a tensor in a scope, which has values and programs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tensordiff.matrix import Matrix, Scope, Shape
from tensordiff.tensor import Dim, Size, Tensor

if TYPE_CHECKING:
    from tensordiff.compile import Program


class Value(ABC):
    """A tensor in its scope of declared names."""

    __slots__ = ()

    scope: Scope

    @property
    @abstractmethod
    def tensor(self) -> Tensor:
        """The index form; its axes are the dimensions of `shape`, compound axes taken apart."""

    @property
    @abstractmethod
    def formulas(self) -> tuple[Matrix, ...]:
        """The matrix forms that the tensor was made from."""

    @abstractmethod
    def expression(self) -> Any:
        """The value as an `Expression`. Raises FoldError where it has no formula."""

    @property
    @abstractmethod
    def array_shape(self) -> Shape:
        """The groups of dimensions that the axes of the value's array are made of."""

    @property
    def shape(self) -> tuple[Dim | Size, ...]:
        """The sizes of the array's axes, () for a scalar; a compound axis is a product of sizes."""
        return tuple(group[0] if len(group) == 1 else Size(group) if group else Dim.fixed(1) for group in self.array_shape)

    def evaluate(self, /, *, validate: Any = True, **values: Any) -> Any:
        """The value for given arrays (nested lists are read too), on the arrays' own namespace.

        Every symbol that is needed must have a value; values for other names of the scope are accepted. A size may be
        given by its name where no array has it. Raises EvaluationError for missing or unknown names, wrong shapes,
        singular matrices, and data that break a declared structure or assumption beyond rounding (validate=False does not
        look at them).

        Any array may have more axes in front of the declared ones, a batch: these broadcast against each other as in
        NumPy, and come first in the result. What has none is shared by all points, and what depends on it alone is
        computed once. Errors name the first element of the batch (counted from 1) that has one.

            >>> import numpy as np, tensordiff as td
            >>> f = td.parse("x'*A*x", shapes={"A": "n n", "x": "n"})
            >>> f.evaluate(A=np.eye(2), x=np.array([[1.0, 2.0], [3.0, 4.0], [0.0, 1.0]]))
            array([ 5., 25.,  1.])
        """
        return self._value_of(self.array_shape, self.tensor, values, validate)

    def _value_of(self, shape: Shape, tensor: Tensor, values: Mapping[str, Any], validate: Any) -> Any:
        """The value of the tensor, its axes joined to the groups of a shape."""
        from tensordiff.api.programs import evaluate  # programs are planned, written and run: no formula needs that

        return evaluate(shape, tensor, self.scope, values, validate, self.formulas)

    def compile(self, backend: str = "numpy", sizes: Mapping[str, int] | None = None, validate: bool = True) -> Program:
        """A program that computes the value; see `tensordiff.compile`."""
        from tensordiff.api.programs import compile

        return compile(self, backend=backend, sizes=sizes, validate=validate)
