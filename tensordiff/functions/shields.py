"""Values where a choice does not take them: sqrt(x) in where(x > 0, sqrt(x), 0) is computed of 1 where x is not positive.

Libraries compute both sides of a choice. A side that has no value where the other one is taken is given one there, so that no
NaN is made which a product with 0 keeps.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from typing import Any

from tensordiff.evaluate.primitives import PRIMITIVES
from tensordiff.functions.power import POWER
from tensordiff.tensor import Apply, Einsum, Function, Node, Sum, Tensor, add, apply, as_number, bottom_up, einsum, number

Choose = Callable[[Tensor, Tensor], Tensor]
"""The first of two values where a side is taken, the second elsewhere."""


def shield(value: Tensor, choose: Choose) -> Tensor:
    """The same value where a side is taken, and some value elsewhere."""

    def visit(node: Node, children: tuple[Tensor, ...]) -> Tensor:
        assert isinstance(node, Tensor)
        if isinstance(node, Sum) and node.dims == value.dims:
            return add([(c, child) for c, child in zip(node.coefficients, children, strict=True)], node.dims)
        if isinstance(node, Einsum) and _is_entrywise(node):
            factors = [(child, indices) for child, (_, indices) in zip(children, node.factors, strict=True)]
            return einsum(factors, node.output, dict(enumerate(node.index_dims)))
        if not isinstance(node, Apply) or not node.function.elementwise or node.dims != value.dims:
            return node
        if _is_partial(node):
            children = tuple(choose(x, number(_SAFE.get(node.function.name, 1))) if x.dims else x for x in children)
        return apply(node.function, *children)

    return bottom_up(value, visit)


_SAFE = {name: Fraction(1, 2) for name in ("arctanh", "artanh", "logit", "erfinv")}
"""Where functions have a value that have none at 1."""


def _is_entrywise(node: Einsum) -> bool:
    """Whether a product is entry by entry, scalars left out."""
    return len(set(node.output)) == node.rank and all(indices in ((), node.output) for _, indices in node.factors)


def _is_partial(node: Apply) -> bool:
    if node.function == POWER:
        exponent = as_number(node.children[1])
        return exponent is None or exponent < 0 or exponent.denominator != 1
    return _has_gaps(node.function, len(node.children))


@lru_cache(maxsize=512)
def _has_gaps(function: Function, count: int) -> bool:
    """Whether a function is computed by operations that have no value for some numbers."""
    used = _Used()
    function.evaluate(used, *[None] * count)
    return used.guarded


class _Used:
    """Operations that only note what they are."""

    def __init__(self) -> None:
        self.guarded = False

    def __getattr__(self, name: str) -> Callable[..., Any]:
        self.guarded |= name in PRIMITIVES and PRIMITIVES[name].guarded
        return lambda *operands: None


__all__ = ["Choose", "shield"]
