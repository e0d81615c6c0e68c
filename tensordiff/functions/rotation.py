"""The cross product in three dimensions: the Levi-Civita symbol, and the skew matrix of a vector."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations
from typing import Any

from tensordiff.errors import ShapeError
from tensordiff.functions.constants import Constant, constant
from tensordiff.tensor import Dim, Function, Tensor, apply, dims_text, einsum, is_zero, scale, split_coefficient, zero

_THREE = Dim.fixed(3)
_SIGNS = dict(zip(permutations(range(3)), (1, -1, -1, 1, 1, -1), strict=True))
"""The sign of each permutation, in lexicographic order."""


class LeviCivita(Constant):
    """epsilon_ijk: 1 for an even permutation ijk of 1, 2, 3, -1 for an odd one, else 0."""

    name = "levi"
    latex_name = r"\epsilon"
    axes = (_THREE, _THREE, _THREE)

    def evaluate(self, ops: Any, *args: Any) -> Any:
        three = ops.size(_THREE)
        units = [ops.unit(three, k) for k in (1, 2, 3)]
        total = None
        for order, sign in _SIGNS.items():
            shapes = ((_THREE, 1, 1), (1, _THREE, 1), (1, 1, _THREE))
            parts = [ops.reshape(units[k], _sizes(ops, shape)) for k, shape in zip(order, shapes, strict=True)]
            term = ops.multiply(ops.multiply(parts[0], parts[1]), parts[2])
            total = term if total is None else ops.add(total, term) if sign > 0 else ops.subtract(total, term)
        return total


def _sizes(ops: Any, shape: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(3 if length is _THREE else 1 for length in shape)


LEVI = LeviCivita()


class Hat(Function):
    """hat(w), the skew matrix with hat(w) p = w x p: hat(w)_ij = -epsilon_ijk w_k."""

    name = "hat"

    def result_dims(self, arguments: Sequence[Tensor]) -> tuple[Dim, ...]:
        if arguments[0].dims != (_THREE,):
            raise ShapeError(f"hat needs a vector of size 3, got {dims_text(arguments[0].dims)}")
        return (_THREE, _THREE)

    def derivative(self, arguments: Sequence[Tensor], position: int) -> Tensor:
        return scale(-1, constant(LEVI))

    def simplify(self, arguments: Sequence[Tensor]) -> Tensor | None:
        (argument,) = arguments
        if is_zero(argument):
            return zero((_THREE, _THREE))
        coefficient, core = split_coefficient(argument)
        return scale(coefficient, apply(self, core)) if coefficient != 1 else None

    def rewrite(self, arguments: Sequence[Tensor]) -> Tensor | None:
        return scale(-1, einsum([(constant(LEVI), "ijk"), (arguments[0], "k")], "ij"))

    def evaluate(self, ops: Any, *args: Any) -> Any:
        along = ops.transpose(constant(LEVI).function.evaluate(ops), (2, 0, 1))
        return ops.negative(ops.total(ops.multiply(ops.reshape(args[0], (3, 1, 1)), along), 1))


HAT = Hat()
