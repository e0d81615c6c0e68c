"""Functions of numbers as scalar tensors of one symbol: their slopes, and their values at arrays."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

from tensordiff.tensor import Apply, Einsum, Sum, Symbol, Tensor, add, as_number, is_zero, multiply, number, postorder, zero

T = Symbol.make("eigenvalue", ())
"""The argument of the function of numbers."""
PARAMETERS = tuple(Symbol.make(f"parameter {place}", ()) for place in range(1, 9))
"""Further scalars, the arguments of the matrix function after the matrix."""


def slope(scalar: Tensor, by: Symbol) -> Tensor:
    """The derivative of a function of numbers, made of sums, products and elementwise functions."""
    tangents: dict[Tensor, Tensor] = {}
    for node in postorder([scalar]):
        if node is by:
            tangents[node] = number(1)
        elif isinstance(node, Sum):
            tangents[node] = add([(c, tangents[child]) for c, child in node.terms], ())
        elif isinstance(node, Einsum):
            factors = [factor for factor, _ in node.factors]
            rest = [multiply(tangents[x], *factors[:k], *factors[k + 1 :]) for k, x in enumerate(factors)]
            tangents[node] = add([(1, term) for term in rest], ())
        elif isinstance(node, Apply):
            parts = [(x, k) for k, x in enumerate(node.children) if not is_zero(tangents[x])]
            tangents[node] = add([(1, multiply(node.function.derivative(node.children, k), tangents[x])) for x, k in parts], ())
        else:
            tangents[node] = zero(())
    return tangents[scalar]


def at_numbers(scalar: Tensor, ops: Any, x: Any, parameters: Sequence[Any]) -> Any:
    """The function of numbers at an array, entry by entry."""
    values: dict[Tensor, Any] = {T: x, **dict(zip(PARAMETERS, parameters, strict=False))}
    for node in postorder([scalar]):
        if node in values:
            continue
        children = [values[child] for child in node.children]
        if isinstance(node, Sum):
            terms = [v if c == 1 else ops.multiply(ops.constant(c), v) for (c, _), v in zip(node.terms, children, strict=True)]
            values[node] = reduce(ops.add, terms) if terms else ops.constant(0)
        elif isinstance(node, Einsum):
            values[node] = reduce(ops.multiply, children) if children else ops.constant(1)
        else:
            assert isinstance(node, Apply)
            place = node.function.exponent_argument
            if place is not None and (exact := as_number(node.children[place])) is not None:
                children[place] = ops.constant(exact)
            values[node] = node.function.evaluate(ops, *children)
    return ops.add(values[scalar], ops.multiply(ops.constant(0), x))  # a constant has a value for every entry too
