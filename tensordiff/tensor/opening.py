"""Functions that stand for something longer, opened before values are computed; factors without a value where another factor
is 0 get one there."""

from __future__ import annotations

from tensordiff.tensor.base import Tensor
from tensordiff.tensor.build import rebuild
from tensordiff.tensor.node import Node, bottom_up
from tensordiff.tensor.nodes import Apply, Einsum


def opened(tensor: Tensor, memo: dict[Node, Tensor] | None = None) -> Tensor:
    """The tensor with every such function written out (`Function.opened`); `memo` keeps what was opened."""
    memo = {} if memo is None else memo

    def visit(node: Node, children: tuple[Tensor, ...]) -> Tensor:
        assert isinstance(node, Tensor)
        if isinstance(node, Apply) and (longer := node.function.opened(children)) is not None:
            return opened(longer, memo)
        if isinstance(node, Einsum):
            children = _shielded(node, children)
        return node if children == node.children else rebuild(node, children)

    return bottom_up(tensor, visit, memo)


def _shielded(node: Einsum, children: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """The factors, each as it may be beside the others (`Function.shielded`)."""
    made = list(children)
    for place, factor in enumerate(children):
        if isinstance(factor, Apply) and factor.children:
            indices = node.factors[place][1]
            for other, value in enumerate(made):
                if other != place and node.factors[other][1] == indices:
                    made[other] = factor.function.shielded(factor.children, value)
    return tuple(made)
