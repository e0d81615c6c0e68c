"""Functions that stand for something longer, opened before values are computed."""

from __future__ import annotations

from tensordiff.tensor.base import Tensor
from tensordiff.tensor.build import rebuild
from tensordiff.tensor.node import Node, bottom_up
from tensordiff.tensor.nodes import Apply


def opened(tensor: Tensor, memo: dict[Node, Tensor] | None = None) -> Tensor:
    """The tensor with every such function written out (`Function.opened`); `memo` keeps what was opened."""
    memo = {} if memo is None else memo

    def visit(node: Node, children: tuple[Tensor, ...]) -> Tensor:
        assert isinstance(node, Tensor)
        if isinstance(node, Apply) and (longer := node.function.opened(children)) is not None:
            return opened(longer, memo)
        return node if children == node.children else rebuild(node, children)

    return bottom_up(tensor, visit, memo)
