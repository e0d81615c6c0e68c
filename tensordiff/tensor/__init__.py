"""The index form: dimensions, structures, nodes, smart constructors, traversal."""

from tensordiff.tensor.build import (
    ONE,
    add,
    apply,
    as_number,
    broadcast,
    einsum,
    identity,
    is_zero,
    multiply,
    number,
    ones,
    permute,
    scale,
    size,
    split_coefficient,
    total,
    zero,
)
from tensordiff.tensor.dim import Countable, Dim, Group, Size, group_text
from tensordiff.tensor.extent import Extent, direct_sum
from tensordiff.tensor.function import Function, dims_text, split_square
from tensordiff.tensor.node import Node, bottom_up, digest, hash_of, postorder, replace
from tensordiff.tensor.nodes import Apply, Einsum, Factor, Indices, Named, Sum, Symbol, Tensor, Term
from tensordiff.tensor.structure import Assumption, Structure

__all__ = [
    "ONE", "Apply", "Assumption", "Countable", "Dim", "Einsum", "Extent", "Factor", "Function", "Group", "Indices",
    "Named", "Node", "Size", "Structure", "Sum", "Symbol", "Tensor", "Term", "add", "apply", "as_number", "bottom_up",
    "broadcast", "digest", "dims_text", "direct_sum", "einsum", "group_text", "hash_of", "identity", "is_zero",
    "multiply", "number", "ones", "permute", "postorder", "replace", "scale", "size", "split_coefficient",
    "split_square", "total", "zero",
]  # fmt: skip
