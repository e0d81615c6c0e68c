"""Bounds on the entries of tensors that hold for every input: what lets a program take the square root of a weight."""

from __future__ import annotations

from math import exp, inf
from typing import NamedTuple

from tensordiff.functions import EXP, POWER, lookup
from tensordiff.functions.views import is_nonnegative
from tensordiff.tensor import Apply, Assumption, Einsum, Named, Node, Structure, Sum, Symbol, Tensor, as_number, bottom_up


class Bounds(NamedTuple):
    """Every entry lies in [low, high]."""

    low: float = -inf
    high: float = inf


Memo = dict[Node, Bounds]

_FIXED = {
    "sigmoid": Bounds(0, 1), "step": Bounds(0, 1), "tanh": Bounds(-1, 1), "sin": Bounds(-1, 1), "cos": Bounds(-1, 1),
    "erf": Bounds(-1, 1), "sign": Bounds(-1, 1), "softplus": Bounds(0), "cosh": Bounds(1),
}  # fmt: skip


def bounds(node: Tensor, memo: Memo) -> Bounds:
    """Bounds on the entries of a node; `memo` keeps those of the nodes below it."""
    return bottom_up(node, _visit, memo)


def _visit(node: Tensor, children: tuple[Bounds, ...]) -> Bounds:
    if isinstance(node, Symbol):
        known = {
            Assumption.POSITIVE: Bounds(0),
            Assumption.PROBABILITY: Bounds(0, 1),
            Assumption.BINARY: Bounds(-1, 1),
        }.get(node.assumption, Bounds())
        return known if node.structure is Structure.GENERAL else Bounds()
    if isinstance(node, Named):
        return children[0]
    if isinstance(node, Sum):
        low = high = 0.0
        for coefficient, child in zip(node.coefficients, children, strict=True):
            ends = sorted((_times(float(coefficient), child.low), _times(float(coefficient), child.high)))
            low, high = low + ends[0], high + ends[1]
        return Bounds(low, high)
    if isinstance(node, Einsum):
        return _product(node, children)
    assert isinstance(node, Apply)
    return _function(node, children)


def _function(node: Apply, children: tuple[Bounds, ...]) -> Bounds:
    function = node.function
    if function == EXP:
        return Bounds(*(exp(x) if x < 700 else inf for x in children[0]))
    if function == lookup("abs"):
        return Bounds(0, max(map(abs, children[0])))
    if function == lookup("relu"):
        return Bounds(*(max(x, 0.0) for x in children[0]))
    if function == POWER:
        exponent = as_number(node.children[1])
        if exponent is not None and exponent > 0 and (exponent.numerator % 2 == 0 or children[0].low >= 0):
            largest = max(map(abs, children[0]))
            return Bounds(0, largest ** float(exponent) if largest < 1e100 else inf)
        return Bounds(0) if is_nonnegative(node) else Bounds()
    if function.elementwise and function.name in _FIXED and lookup(function.name) == function:
        return _FIXED[function.name]
    return Bounds(0) if is_nonnegative(node) else Bounds()


def _product(node: Einsum, children: tuple[Bounds, ...]) -> Bounds:
    result = Bounds(1, 1)
    left = dict(zip(node.factors, children, strict=True))
    for placed, known in left.items():
        times = node.factors.count(placed)
        if times % 2 == 0:
            largest = max(map(abs, known)) ** 2
            known = Bounds(0, largest)
        for _ in range(max(times // 2, 1) if times % 2 == 0 else times):
            ends = [_times(x, y) for x in result for y in known]
            result = Bounds(min(ends), max(ends))
    if any(label not in node.output for label in range(len(node.index_dims))):
        result = Bounds(0 if result.low >= 0 else -inf, 0 if result.high <= 0 else inf)
    if len(set(node.output)) < len(node.output):
        result = Bounds(min(result.low, 0), max(result.high, 0))
    return result


def _times(x: float, y: float) -> float:
    return 0.0 if x == 0 or y == 0 else x * y
