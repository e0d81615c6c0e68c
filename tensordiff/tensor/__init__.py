"""The index form: dimensions, structures, nodes, smart constructors, traversal."""

from tensordiff.tensor.base import Tensor, bits, dims_text, split_square
from tensordiff.tensor.build import (
    ONE,
    UNIT,
    add,
    apply,
    as_number,
    broadcast,
    combination,
    einsum,
    identity,
    is_zero,
    multiply,
    number,
    ones,
    permute,
    product_as_is,
    rebuild,
    replace,
    scale,
    size,
    split_coefficient,
    times,
    total,
    zero,
)
from tensordiff.tensor.dim import Countable, Dim, Group, Size, group_text
from tensordiff.tensor.extent import Extent, direct_sum
from tensordiff.tensor.function import UNBOUNDED, Bounds, Function
from tensordiff.tensor.matrices import Draws, Mask, Matrices
from tensordiff.tensor.node import Node, bottom_up, digest, hash_of, postorder
from tensordiff.tensor.nodes import Apply, Einsum, Factor, Indices, Named, Sum, Symbol, Term
from tensordiff.tensor.opening import opened
from tensordiff.tensor.permutations import Permutations
from tensordiff.tensor.structure import STRUCTURES, Assumption, Structure, is_told, masked, symmetric_under

__all__ = [
    "ONE", "STRUCTURES", "UNBOUNDED", "UNIT", "Apply", "Assumption", "Bounds", "Countable", "Dim", "Draws", "Einsum",
    "Extent", "Factor", "Function", "Group", "Indices", "Mask", "Matrices", "Named", "Node", "Permutations", "Size",
    "Structure", "Sum", "Symbol", "Tensor", "Term", "add", "apply", "as_number", "bits", "bottom_up", "broadcast",
    "combination", "digest", "dims_text", "direct_sum", "einsum", "group_text", "hash_of", "identity", "is_told", "is_zero",
    "masked", "multiply", "number", "ones", "opened", "permute", "postorder", "product_as_is", "rebuild", "replace", "scale",
    "size", "split_coefficient", "split_square", "symmetric_under", "times", "total", "zero",
]  # fmt: skip
