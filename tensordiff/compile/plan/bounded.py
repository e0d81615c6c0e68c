"""Matrices whose entries must not be large: what the programs of low-rank updates look at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tensordiff.tensor import Dim, Function, Tensor


class Bounded(Function):
    """A matrix whose entries must not be large; programs that meet a large one compute in another way."""

    name = "bounded"

    def result_dims(self, arguments: Sequence[Tensor]) -> tuple[Dim, ...]:
        return arguments[0].dims

    def evaluate(self, ops: Any, *args: Any) -> Any:
        return ops.bounded(args[0])


BOUNDED = Bounded()
