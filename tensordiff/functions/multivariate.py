"""A function of several variables, applied to every entry, described by data: partial derivatives, evaluation, definition."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from tensordiff.functions.univariate import like
from tensordiff.records import KW_ONLY, record
from tensordiff.tensor import UNBOUNDED, Bounds, Dim, Function, Tensor, apply

Rule = Callable[..., Tensor]
"""A tensor from the arguments, which have been made alike."""


@record(eq=False, repr=False)
class Multivariate(Function):
    """An elementwise function of a fixed number of arguments, with all its facts; a scalar stands beside any.

    It is its name: no two have the same."""

    name: str
    slopes: tuple[Rule | None, ...]
    """The derivative by each argument; None where there is none."""
    value: Callable[..., Any]
    """The value of the arguments, in primitive operations: (ops, *arguments)."""
    _: KW_ONLY
    latex_name: str = ""
    range: Bounds = UNBOUNDED
    real_only: bool = True
    reduce: Callable[..., Tensor | None] | None = None
    """A simpler form for special arguments, or None."""
    definition: Callable[..., Tensor | None] | None = None
    """The same in more basic functions, for equality."""
    branch: Callable[..., Sequence[Tensor]] | None = None
    """The tensors whose signs say which formula holds."""
    sympy: str | Callable[..., Any] | None = None
    """SymPy's class of this function, by name, which is then read too; or SymPy's expression from (sympy, *arguments)."""
    exponent_argument: int | None = None
    reserved: bool = False

    elementwise: ClassVar[bool] = True

    @property
    def arguments(self) -> tuple[int, int]:  # type: ignore[override]
        """As many as there are slopes."""
        return len(self.slopes), len(self.slopes)

    def __call__(self, *arguments: Tensor) -> Tensor:
        return apply(self, *arguments)

    def result_dims(self, arguments: Sequence[Tensor]) -> tuple[Dim, ...]:
        """The axes of the arguments that have some."""
        full = [argument for argument in arguments if argument.dims]
        return super().result_dims(full) if full else ()

    def derivative(self, arguments: Sequence[Tensor], position: int) -> Tensor:
        slope = self.slopes[position]
        if slope is None:
            return super().derivative(arguments, position)
        return self._made(slope, arguments)

    def _made(self, rule: Rule, arguments: Sequence[Tensor]) -> Tensor:
        """A rule of the arguments, all with the axes of the value but for an exponent."""
        whole = next((argument for argument in arguments if argument.dims), arguments[0])
        spread = [x if place == self.exponent_argument else like(x, whole) for place, x in enumerate(arguments)]
        return like(rule(*spread), whole)

    def simplify(self, arguments: Sequence[Tensor]) -> Tensor | None:
        return None if self.reduce is None else self.reduce(*arguments)

    def rewrite(self, arguments: Sequence[Tensor]) -> Tensor | None:
        if self.definition is None:
            return None
        whole = next((argument for argument in arguments if argument.dims), arguments[0])
        made = self.definition(*(x if place == self.exponent_argument else like(x, whole) for place, x in enumerate(arguments)))
        return None if made is None else like(made, whole)

    def branches(self, arguments: Sequence[Tensor]) -> Sequence[Tensor]:
        if self.branch is None:
            return ()
        whole = next((argument for argument in arguments if argument.dims), arguments[0])
        return self.branch(*(like(x, whole) for x in arguments))

    def bounds(self, known: Sequence[Bounds], arguments: Sequence[Tensor]) -> Bounds:
        return self.range

    def sign(self, signs: Sequence[int], arguments: Sequence[Tensor]) -> int:
        return 0 if self.range.low < 0 else 2 if self.range.low > 0 else 1

    def to_sympy(self, sympy: Any, *arguments: Any) -> Any:
        if self.sympy is None:
            return super().to_sympy(sympy, *arguments)
        return getattr(sympy, self.sympy)(*arguments) if isinstance(self.sympy, str) else self.sympy(sympy, *arguments)

    def evaluate(self, ops: Any, *args: Any) -> Any:
        return self.value(ops, *args)
