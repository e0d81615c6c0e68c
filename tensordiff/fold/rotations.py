"""Cross products as matrices: epsilon_ijk v_k is -hat(v)_ij."""

from __future__ import annotations

from typing import Any

from tensordiff.fold.hanging import hanging
from tensordiff.functions import HAT, LEVI
from tensordiff.tensor import Apply, Einsum, Node, Tensor, apply, bottom_up, einsum, rebuild, scale


def with_hats(tensor: Tensor) -> Tensor:
    """The tensor with every Levi-Civita symbol that is contracted with a vector as the skew matrix of the vector."""
    if not tensor.heads & LEVI.bit:
        return tensor

    def visit(node: Node, children: tuple[Any, ...]) -> Any:
        assert isinstance(node, Tensor)
        made = node if children == node.children else rebuild(node, children)
        while isinstance(made, Einsum) and (found := _joined(made)) is not None:
            made = found
        return made

    result: Tensor = bottom_up(tensor, visit)
    return result


def _is_levi(node: Node) -> bool:
    return isinstance(node, Apply) and node.function == LEVI


def _joined(node: Einsum) -> Tensor | None:
    """The product with one symbol and the vector on one of its axes put together, or None."""
    for place, (factor, slots) in enumerate(node.factors):
        if not _is_levi(factor):
            continue
        for at, index in enumerate(slots):
            parts = hanging(node, place, (index,))
            if parts is None or slots.count(index) > 1:
                continue
            vector = einsum([node.factors[p] for p in parts], (index,))
            rest = [pair for number, pair in enumerate(node.factors) if number != place and number not in parts]
            hat = (apply(HAT, vector), (slots[(at + 1) % 3], slots[(at + 2) % 3]))
            kept = {i for _, indices in (*rest, hat) for i in indices} | set(node.output)
            unused = set(range(len(node.index_dims))) - {i for _, indices in node.factors for i in indices}
            sizes = {i: dim for i, dim in enumerate(node.index_dims) if i in kept or i in unused}
            return scale(-1, einsum([*rest, hat], node.output, sizes))
    return None
