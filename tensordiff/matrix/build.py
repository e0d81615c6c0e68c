"""Every constructor of the matrix form. They check shapes and normalise lightly; passes make nodes with them only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tensordiff.errors import ShapeError
from tensordiff.matrix.block import rows_of
from tensordiff.matrix.calls import FORM, call, condition, known_calls, triangle
from tensordiff.matrix.indexing import contract, entry
from tensordiff.matrix.leaves import (
    as_number,
    commutation,
    duplication,
    elimination,
    eye,
    levi,
    named,
    number,
    ones,
    pi,
    size,
    skew_duplication,
    symbol,
    tril,
    triu,
    unit,
    zeros,
)
from tensordiff.matrix.linear import add, scale, split_coefficient, terms_of, transpose
from tensordiff.matrix.node import Matrix
from tensordiff.matrix.operations import OPERATIONS, WORDS
from tensordiff.matrix.products import (
    divide,
    dot_divide,
    dot_power,
    factors_of,
    hadamard,
    inverse,
    kron,
    power,
    product,
    real_power,
)
from tensordiff.matrix.resplit import block, fit, inclusion, resplit
from tensordiff.tensor import Node, bottom_up

_PLAIN: dict[str, Callable[..., Matrix]] = {
    "product": product,
    "hadamard": hadamard,
    "divide": divide,
    "dot_divide": dot_divide,
    "power": power,
    "dot_power": dot_power,
    "transpose": transpose,
    "kron": kron,
    "inv": inverse,
}


def rebuild(node: Matrix, children: tuple[Any, ...]) -> Matrix:
    """The node's operation on other operands, with all its checks."""
    if not node.children:
        return node
    if node.op == "power" and node.data:
        return real_power(*children)
    if node.op in _PLAIN:
        return _PLAIN[node.op](*children)
    match node.op:
        case "named":
            return named(node.data[0], children[0])
        case "add":
            return add(zip(node.data, children, strict=True))
        case "contract":
            letters, coefficients = node.data
            return contract(add(zip(coefficients, children, strict=True)), letters)
        case "entry":
            return entry(children[0], node.data[0])
        case "apply" | "map":
            return call(node.data[0], *children)
        case "block":
            return _rebuild_block(node, children)
    return call(node.op if node.op in WORDS else OPERATIONS[node.op].word, *children)


def of_size_one(node: Matrix) -> Matrix:
    """A leaf where every size is 1: a number for a constant matrix. Raises ShapeError where it has no such value."""
    record = OPERATIONS[node.op]
    if record.of_scalar is not None:
        return record.of_scalar(FORM)  # type: ignore[no-any-return]
    if record.is_constant:
        raise ShapeError(f"there is no {record.doc} where every size is 1")
    return node


def replace(root: Matrix, substitution: Mapping[Matrix, Matrix]) -> Matrix:
    """The expression with some nodes replaced, and the operations above them made again with all their checks."""

    def visit(node: Matrix, children: tuple[Matrix, ...]) -> Matrix:
        return node if children == node.children else rebuild(node, children)

    known: dict[Node, Matrix] = dict(substitution.items())
    return bottom_up(root, visit, known)


def _rebuild_block(node: Matrix, children: tuple[Matrix, ...]) -> Matrix:
    """The same arrangement of other blocks; an axis that was split as a compound one stays so."""
    across: int = node.data[0]
    made = block([children[start : start + across] for start in range(0, len(children), across)])
    for axis, (group, count) in enumerate(((node.rows, len(children) // across), (node.cols, across))):
        if len(group) > 1 and count > 1:
            made = resplit(made, axis, group) or made
    return made


__all__ = [
    "add", "as_number", "block", "call", "commutation", "condition", "contract", "divide", "dot_divide", "dot_power",
    "duplication", "elimination", "entry", "eye", "factors_of", "fit", "hadamard", "inclusion", "inverse", "known_calls",
    "kron", "levi", "named", "number", "of_size_one", "ones", "pi", "power", "product", "real_power", "rebuild", "replace",
    "resplit", "rows_of", "scale", "size", "skew_duplication", "split_coefficient", "symbol", "terms_of", "transpose",
    "triangle", "tril", "triu", "unit", "zeros",
]  # fmt: skip
