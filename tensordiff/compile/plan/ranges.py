"""Bounds on the entries of tensors that hold for every input: what lets a program take the square root of a weight."""

from __future__ import annotations

from math import inf

from tensordiff.functions.signs import is_nonnegative
from tensordiff.tensor import Apply, Assumption, Bounds, Einsum, Named, Node, Sum, Symbol, Tensor, bottom_up

Memo = dict[Node, Bounds]


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
        return known if node.structure.general else Bounds()
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
    known = node.function.bounds(children, node.children)
    return Bounds(max(known.low, 0), known.high) if is_nonnegative(node) else known


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
