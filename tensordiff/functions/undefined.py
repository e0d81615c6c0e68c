"""An undefined function f of one variable: only its derivatives f', f'' ... are known, by name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tensordiff.errors import EvaluationError
from tensordiff.functions.views import elementwise_view
from tensordiff.tensor import Function, Tensor, apply


class Undefined(Function):
    """f^(order), applied to every entry; the derivative is f^(order + 1). It has no value: evaluation raises."""

    elementwise = True

    def __init__(self, base: str, order: int = 0) -> None:
        self.base = base
        self.order = order
        self.name = base + "'" * order
        self.latex_name = base + ("'" * order if order < 4 else f"^{{({order})}}")

    @property
    def primed(self) -> Undefined:
        """The derivative, f^(order + 1)."""
        return Undefined(self.base, self.order + 1)

    def derivative(self, arguments: Sequence[Tensor], position: int) -> Tensor:
        return apply(self.primed, arguments[0])

    def simplify(self, arguments: Sequence[Tensor]) -> Tensor | None:
        if (view := elementwise_view(arguments[0])) is None:
            return None
        core, restore = view
        return restore(apply(self, core))

    def to_sympy(self, sympy: Any, *arguments: Any) -> Any:
        (argument,) = arguments
        head = sympy.Function(self.base)
        if not self.order:
            return head(argument)
        variable = argument if argument.is_Symbol else sympy.Dummy("x")
        slope = sympy.Derivative(head(variable), (variable, self.order))
        return slope if variable is argument else sympy.Subs(slope, variable, argument)

    def evaluate(self, ops: Any, *args: Any) -> Any:
        raise EvaluationError(
            f"{self.base} is an undefined function: it has no values", hint="define it, e.g. with elementwise(...)"
        )
