"""Sums, multiples and transposes."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from tensordiff.errors import ShapeError
from tensordiff.matrix.leaves import as_number, eye, number, ones, zeros
from tensordiff.matrix.node import Free, Matrix, normalise
from tensordiff.matrix.open_letters import merge_free, refuse_open
from tensordiff.matrix.resplit import alike, describe
from tensordiff.tensor import UNIT, times

CHUNK = 64
"""The most operands in one n-ary node. Longer sums and products nest to the left, chunk by chunk, so that making one
operand by operand takes linear time; the nesting depends on the sequence of operands alone."""

Terms = list[tuple[Fraction, Matrix]]


def add(terms: Iterable[tuple[Fraction | int, Matrix]]) -> Matrix:
    """The linear combination of (coefficient, matrix) pairs; scalar terms are added to every entry.

    Sums among the terms are opened, numbers are collected. Raises ShapeError where sizes differ.
    """
    pending = [(c if isinstance(c, Fraction) else Fraction(c), node) for c, node in terms]
    assert pending, "an empty sum has no shape; use zeros"
    nodes = [node for _, node in pending]
    free = merge_free("add", nodes)
    operation = "subtract" if len(pending) == 2 and pending[1][0] < 0 else "add"
    acc: Terms = []
    for (coefficient, _), whole in zip(pending, alike(operation, nodes), strict=True):
        inner, node = split_coefficient(whole)
        coefficient = times(coefficient, inner)
        if node.op == "add" and coefficient == 1 and (not acc or len(node.children) < CHUNK):
            for term in zip(node.data, node.children, strict=True):
                acc = _append(acc, *term)
        else:
            acc = _append(acc, coefficient, node)
    return _close(acc, free)


def _append(acc: Terms, coefficient: Fraction, node: Matrix) -> Terms:
    """One more term; a number joins the number that is there, a full chunk becomes the first term of a new one."""
    value = as_number(node)
    if value is not None:
        coefficient, node = coefficient * value, number(1)
        for place, (other, core) in enumerate(acc):
            if core is node:
                total = other + coefficient
                return [*acc[:place], *([(total, node)] if total else []), *acc[place + 1 :]]
        if not coefficient and acc:
            return acc
    if len(acc) == CHUNK:
        acc = [(Fraction(1), _close(acc, merge_free("add", [x for _, x in acc])))]
    acc.append((coefficient, node))
    return acc


def _close(acc: Terms, free: Free) -> Matrix:
    if not acc:
        return number(0)
    if len(acc) == 1:
        coefficient, node = acc[0]
        value = as_number(node)
        if value is not None:
            return number(coefficient * value)
        if coefficient == 1:
            return node
    nodes = tuple(x for _, x in acc)
    shape = next((x.shape for x in nodes if x.shape), ())
    return Matrix.make("add", shape, tuple(c for c, _ in acc), nodes, free)


def scale(coefficient: Fraction | int, node: Matrix) -> Matrix:
    """coefficient * node."""
    if coefficient is UNIT or coefficient == 1:
        return node
    return add([(coefficient, node)])


def split_coefficient(node: Matrix) -> tuple[Fraction, Matrix]:
    """The node as coefficient * rest; a plain number is a multiple of 1."""
    value = as_number(node)
    if value is not None:
        return value, number(1)
    if node.op == "add" and len(node.children) == 1:
        return node.data[0], node.children[0]
    return UNIT, node


def terms_of(node: Matrix) -> Terms:
    """The flat list of (coefficient, term) of a sum; a node that is no sum is its one term."""
    parts: list[Terms] = []
    while node.op == "add":
        pairs = list(zip(node.data, node.children, strict=True))
        first, inner = pairs[0]
        if first != 1 or inner.op != "add":
            parts.append(pairs)
            break
        parts.append(pairs[1:])
        node = inner
    else:
        parts.append([(Fraction(1), node)])
    return [term for pairs in reversed(parts) for term in pairs]


def transpose(node: Matrix) -> Matrix:
    """The transpose (never the conjugate); that of a scalar is itself. Raises ShapeError for three axes and more."""
    if len(node.shape) > 2:
        raise ShapeError(
            f"cannot transpose {describe(node)}: it has {len(node.shape)} axes",
            hint="say the order of the axes in index notation, e.g. T[i,j,k] -> [k,j,i]",
        )
    refuse_open("transpose", [node])
    if node.is_scalar:
        return node
    if node.op == "transpose":
        return node.children[0]
    if node.op == "eye":
        return eye(node.rows)
    if node.op == "hat":
        return scale(-1, node)
    if node.op in ("ones", "zeros"):
        return (ones if node.op == "ones" else zeros)(node.cols, node.rows)
    coefficient, core = split_coefficient(node)
    if core is not node:
        return scale(coefficient, transpose(core))
    return Matrix.make("transpose", normalise((node.cols, node.rows)), (), (node,))
