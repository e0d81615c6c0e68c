"""Comparisons of entries, and the choice that depends on one: where(x > 0, a, b)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tensordiff.functions.multivariate import Multivariate
from tensordiff.functions.shields import Choose, shield
from tensordiff.functions.univariate import like
from tensordiff.tensor import Apply, Bounds, Tensor, add, apply, as_number, is_zero, multiply, number, ones, scale, zero

SIGNS = {"greater": ">", "greater_equal": ">=", "less": "<", "less_equal": "<="}
"""How comparisons are written."""
_MIRRORED = {"less": "greater", "less_equal": "greater_equal"}


def _none(*arguments: Tensor) -> Tensor:
    """The derivative of a value that jumps: 0 on both sides."""
    return zero(arguments[0].dims)


def _difference(a: Tensor, b: Tensor) -> Tensor:
    return add([(1, a), (-1, b)])


class _Comparison(Multivariate):
    """A comparison of two values; a factor beside it needs a value only where it holds."""

    def shielded(self, arguments: Sequence[Tensor], factor: Tensor) -> Tensor:
        condition = apply(self, *arguments)
        return shield(factor, _taken(condition))


def _comparison(name: str) -> Multivariate:
    strict = name in ("greater", "less")

    def value(ops: Any, a: Any, b: Any) -> Any:
        left, right = (b, a) if name in _MIRRORED else (a, b)
        holds = (ops.greater if strict else ops.greater_equal)(left, right)
        return ops.where(holds, ops.constant(1), ops.constant(0))

    def definition(a: Tensor, b: Tensor) -> Tensor | None:
        """a > b as a - b > 0, what is not strict as the opposite of what is."""
        above = _difference(b, a) if name in _MIRRORED else _difference(a, b)
        if strict:
            return None if name == "greater" and is_zero(b) else like(GREATER(above, number(0)), above)
        return add([(1, ones(above.dims)), (-1, like(GREATER(scale(-1, above), number(0)), above))])

    def to_sympy(sympy: Any, a: Any, b: Any) -> Any:
        relation = {"greater": sympy.Gt, "greater_equal": sympy.Ge, "less": sympy.Lt, "less_equal": sympy.Le}[name]
        return sympy.Piecewise((1, relation(a, b)), (0, True))

    return _Comparison(
        name, (_none, _none), value, definition=definition, range=Bounds(0, 1), sympy=to_sympy,
        branch=lambda a, b: [_difference(a, b)],
    )  # fmt: skip


GREATER = _comparison("greater")
GREATER_EQUAL = _comparison("greater_equal")
LESS = _comparison("less")
LESS_EQUAL = _comparison("less_equal")


def is_comparison(node: Tensor) -> bool:
    """Whether a value is 1 where a comparison holds and 0 elsewhere."""
    return isinstance(node, Apply) and node.function.name in SIGNS


def _reduced(c: Tensor, a: Tensor, b: Tensor) -> Tensor | None:
    """The same on both sides; 1 and 0 are the comparison itself."""
    if a is b and a.dims == c.dims:
        return a
    return c if is_comparison(c) and a in (number(1), ones(c.dims)) and is_zero(b) and b.dims in ((), c.dims) else None


def _chosen(ops: Any, c: Any, a: Any, b: Any) -> Any:
    return ops.where(ops.greater(c, ops.constant(0)), a, b)


def _piecewise(sympy: Any, c: Any, a: Any, b: Any) -> Any:
    condition = c.args[0][1] if isinstance(c, sympy.Piecewise) else sympy.Gt(c, 0)
    return sympy.Piecewise((a, condition), (b, True))


def _part(side: int) -> Callable[..., Tensor]:
    """1 where this side is chosen, 0 elsewhere."""

    def slope(c: Tensor, a: Tensor, b: Tensor) -> Tensor:
        return WHERE(c, number(side), number(1 - side))

    return slope


class _Where(Multivariate):
    """A choice between two values by a comparison."""

    def opened(self, arguments: Sequence[Tensor]) -> Tensor | None:
        """Each side with some value where it is not taken."""
        condition, first, second = arguments
        if not is_comparison(condition):
            return None
        sides = shield(first, _taken(condition)), shield(second, _left(condition))
        return None if sides == (first, second) else self(condition, *sides)

    def shielded(self, arguments: Sequence[Tensor], factor: Tensor) -> Tensor:
        condition, first, second = arguments
        if is_zero(second):
            return shield(factor, _taken(condition))
        return shield(factor, _left(condition)) if is_zero(first) else factor


def _taken(condition: Tensor) -> Choose:
    """A value where a comparison holds; what is chosen by it already stays as it is."""
    return lambda value, other: value if _is_chosen(value, condition, 1) else WHERE(condition, value, other)


def _left(condition: Tensor) -> Choose:
    return lambda value, other: value if _is_chosen(value, condition, 2) else WHERE(condition, other, value)


def _is_chosen(value: Tensor, condition: Tensor, side: int) -> bool:
    if not isinstance(value, Apply) or value.function != WHERE or value.children[0] is not condition:
        return False
    return as_number(value.children[3 - side]) is not None


WHERE = _Where(
    "where", (_none, _part(1), _part(0)), _chosen, reduce=_reduced, sympy=_piecewise,
    definition=lambda c, a, b: add([(1, b), (1, multiply(c, a)), (-1, multiply(c, b))]) if is_comparison(c) else None,
)  # fmt: skip
"""a where a comparison holds, b elsewhere; of a and b, only the one that is chosen has to be defined there."""

__all__ = ["GREATER", "GREATER_EQUAL", "LESS", "LESS_EQUAL", "SIGNS", "WHERE", "is_comparison"]
