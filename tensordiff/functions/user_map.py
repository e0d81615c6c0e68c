"""Functions of a symmetric matrix given by a user's function of numbers: f(A) = U diag(f(lambda)) U'."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from tensordiff.functions.formula import T
from tensordiff.functions.symmetric_map import SymmetricMap
from tensordiff.functions.user import UserFunction, to_tensor
from tensordiff.tensor import Tensor, apply


class UserMap(SymmetricMap):
    """A user's function of numbers, applied to the eigenvalues. Its derivatives are written in functions that have a name where
    all parts have one, else in f' of the same kind."""

    def __init__(self, function: UserFunction) -> None:
        super().__init__(apply(function, T), function.name)
        self.function = function
        self.latex_name = function.latex_name

    def __reduce__(self) -> tuple[Any, ...]:
        return UserMap, (self.function,)

    @cached_property
    def primed(self) -> UserMap:
        """f' of a matrix."""
        return UserMap(self.function.primed)

    def of_scalar(self, form: Any, x: Any) -> Any:
        return form.call(self.function, x)

    def rewrite(self, arguments: Sequence[Tensor]) -> Tensor | None:
        written = to_tensor(self.function.expression, T)
        return None if written is None else apply(SymmetricMap(written), *arguments)

    def printed(self, form: Any, *operands: Any) -> Any:
        return form.call(self, *operands)
