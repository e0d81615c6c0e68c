"""Re-splitting of compound axes: eye(n*m) beside a kron with rows (m, n) is meant with that order."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from itertools import product

from tensordiff.errors import GroupingError, ShapeError
from tensordiff.matrix.block import grid, resplit_blocks
from tensordiff.matrix.leaves import eye, ones, unit, zeros
from tensordiff.matrix.node import Matrix, Shape, normalise, shape_text
from tensordiff.matrix.regroup import regroupings
from tensordiff.matrix.shape import same_size, same_sizes, total_size
from tensordiff.matrix.text import brief
from tensordiff.tensor import Dim, Extent, Group, group_text

_REACH = 4
"""How deep `resplit` looks into sums, transposes and products for flexible parts (each level costs a factor)."""


_ENTRYWISE = ("hadamard", "dot_divide", "dot_power", "apply")


def resplit(node: Matrix, axis: int, group: Group, reach: int = _REACH) -> Matrix | None:
    """The node with compound axis `axis` split as `group` (same size, other dimensions or order), where the node is
    flexible: eye, ones, zeros, unit vectors, block matrices, their transposes, sums, quotients, Kronecker products, what is
    made of them entry by entry, and products that end in them. None where it is not.

    The identity keeps its rows and columns alike, so both change.
    """
    if node.is_scalar or len(node.shape) > 2 or not reach:
        return None
    rows, cols = node.rows, node.cols
    current = cols if axis else rows
    if current == group:
        return node
    if not same_size(current, group):
        return None
    if _is_identity(node, reach):
        return eye(group)
    if node.op in ("ones", "zeros"):
        make = ones if node.op == "ones" else zeros
        return make(rows, group) if axis else make(group, cols)
    if node.op == "unit":
        return _resplit_unit(node, group)
    if node.op == "transpose":
        inner = resplit(node.children[0], 1 - axis, group, reach - 1)
        return None if inner is None else Matrix.make("transpose", normalise((inner.cols, inner.rows)), (), (inner,))
    if node.op == "add":
        return _resplit_sum(node, axis, group, reach - 1)
    if node.op == "divide":
        above = resplit(node.children[0], axis, group, reach - 1)
        return None if above is None else Matrix.make("divide", above.shape, (), (above, node.children[1]))
    if node.op in _ENTRYWISE:
        return _resplit_entrywise(node, axis, group, reach - 1)
    if node.op == "diag" and len(node.shape) == 2:  # like the identity, which it may be
        inner = resplit(node.children[0], 0, group, reach - 1)
        return None if inner is None else Matrix.make("diag", (group, group), (), (inner,))
    if node.op == "product":
        return _resplit_product(node, axis, group, reach - 1)
    if node.op == "kron":
        return _resplit_kron(node, axis, group, reach - 1)
    if node.op == "block":
        return resplit_blocks(node, axis, group, lambda block, side, part: resplit(block, side, part, reach - 1))
    return None


def _is_identity(node: Matrix, reach: int) -> bool:
    """Whether a node is made of identities alone, so that it is one on any axis of its size: kron(eye(m), eye(n)) is."""
    if node.op == "eye" or not reach:
        return node.op == "eye"
    return node.op in ("kron", "product", "transpose") and all(_is_identity(part, reach - 1) for part in node.children)


def _resplit_unit(node: Matrix, group: Group) -> Matrix | None:
    """A unit vector whose length is a number on the dimensions of a compound axis, the last one running fastest."""
    dim, place = node.data
    lengths = [total_size((part,)).constant for part in group]
    if total_size((dim,)).constant is None or None in lengths:
        return None
    parts: list[Matrix] = []
    rest = place - 1
    for part, length in zip(reversed(group), reversed(lengths), strict=True):
        assert length is not None
        rest, here = divmod(rest, length)
        parts.insert(0, unit(part, here + 1))
    return reduce(lambda left, right: Matrix.make("kron", normalise((left.rows + right.rows, ())), (), (left, right)), parts)


def _resplit_kron(node: Matrix, axis: int, group: Group, reach: int) -> Matrix | None:
    """The first dimensions go to the left factor, the others to the right one."""
    left, right = node.children
    wanted = total_size(left.cols if axis else left.rows)
    for count in range(len(group) + 1):
        if total_size(group[:count]) != wanted:
            continue
        first, second = resplit(left, axis, group[:count], reach), resplit(right, axis, group[count:], reach)
        if first is not None and second is not None:
            shape = normalise((first.rows + second.rows, first.cols + second.cols))
            return Matrix.make("kron", shape, (), (first, second))
    return None


def _resplit_sum(node: Matrix, axis: int, group: Group, reach: int) -> Matrix | None:
    """An identity among the terms changes on both axes, and the other terms with it."""
    changed = normalise((node.rows, group) if axis else (group, node.cols))
    for shape in (changed, (group, group)):
        terms = [term if term.is_scalar else fit(term, shape, reach) for term in node.children]
        if None not in terms:
            return Matrix.make("add", shape, node.data, tuple(term for term in terms if term is not None))
    return None


def _resplit_entrywise(node: Matrix, axis: int, group: Group, reach: int) -> Matrix | None:
    """All operands change alike."""
    changed = normalise((node.rows, group) if axis else (group, node.cols))
    for shape in (changed, (group, group)):
        factors = [factor if factor.is_scalar else fit(factor, shape, reach) for factor in node.children]
        if None not in factors:
            return Matrix.make(node.op, shape, node.data, tuple(factor for factor in factors if factor is not None))
    return None


def _resplit_product(node: Matrix, axis: int, group: Group, reach: int) -> Matrix | None:
    places = [place for place, factor in enumerate(node.children) if not factor.is_scalar]
    place = places[-1 if axis else 0]
    end = resplit(node.children[place], axis, group, reach)
    if end is None:
        return None
    children = (*node.children[:place], end, *node.children[place + 1 :])
    if len(places) == 1:
        return Matrix.make("product", end.shape, (), children)
    kept = (end.rows, node.children[place].rows) if axis else (end.cols, node.children[place].cols)
    if kept[0] != kept[1]:
        return None  # an identity changed on the inner side too
    shape = normalise((node.rows, group) if axis else (group, node.cols))
    return Matrix.make("product", shape, (), children)


def block(rows: Sequence[Sequence[Matrix]]) -> Matrix:
    """The block matrix of rows of blocks; the number 0 is a block of zeros of the size that its neighbours have.

    The size of each axis is the sum of those of its parts. Raises BlockError (a ShapeError), which says the block.
    """
    return grid(rows, resplit)


def inclusion(whole: Dim, start: Extent, part: Group) -> Matrix:
    """The block column [zeros(k,n); eye(n); zeros(m,n)] that puts a part of an axis in its place, k = `start` from the
    beginning."""
    rest = Extent.of(whole) - start - Extent.of(*part)
    around = [zeros(length.group(), part) if length.terms else None for length in (start, rest)]
    return block([[node] for node in (around[0], eye(part), around[1]) if node is not None])


def fit(node: Matrix, shape: Shape, reach: int = _REACH) -> Matrix | None:
    """The node re-split to `shape`, or None where its groups are not flexible."""
    if node.shape == shape:
        return node
    if len(shape) > 2 or not same_sizes(node.shape, shape):
        return None
    found: Matrix | None = node
    for axis, group in enumerate(shape):
        found = None if found is None else resplit(found, axis, group, reach)
    return found if found is not None and found.shape == shape else None


def alike(operation: str, nodes: list[Matrix]) -> list[Matrix]:
    """The nodes re-split to one shape, scalars left as they are. Raises ShapeError naming both sizes."""
    full = [node for node in nodes if not node.is_scalar]
    shapes = {node.shape for node in full}
    if len(shapes) <= 1:
        return nodes
    for other in full[1:]:
        if not same_sizes(full[0].shape, other.shape):
            raise size_mismatch(operation, full[0], other)
    for shape in _common_shapes(full):
        fitted = [node if node.is_scalar else fit(node, shape) for node in nodes]
        if None not in fitted:
            return [node for node in fitted if node is not None]
    other = next(node for node in full if node.shape != full[0].shape)
    raise grouping_mismatch(operation, full[0], other)


def _common_shapes(nodes: list[Matrix]) -> list[Shape]:
    """Shapes that operands of equal sizes may have in common: those that they have, then every way of grouping rows and
    columns as some operand groups one of its axes (an identity has its rows and columns grouped alike)."""
    shapes = dict.fromkeys(node.shape for node in nodes)
    groups = dict.fromkeys(group for shape in shapes for group in shape)
    fitting = [[g for g in groups if same_size(g, axis)] for axis in nodes[0].shape]
    return list(dict.fromkeys([*shapes, *product(*fitting)]))


def square(operation: str, node: Matrix, hint: str | None = None) -> Matrix:
    """The node with equal groups of rows and columns. Raises ShapeError where it is not square."""
    if len(node.shape) != 2 or not same_size(node.rows, node.cols):
        raise ShapeError(f"{operation} needs a square matrix, got {describe(node)}", hint=hint)
    if node.rows == node.cols:
        return node
    fitted = resplit(node, 1, node.rows) or resplit(node, 0, node.cols)
    if fitted is None or fitted.rows != fitted.cols:
        error = GroupingError(
            f"{operation} needs rows and columns grouped alike, but those of {brief(node)} are grouped {_groups(node)}",
            hint="a commutation matrix K(m,n) changes the order of a compound axis",
        )
        error.regroupings = regroupings((node, 1, node.rows), (node, 0, node.cols))
        raise error
    return fitted


def size_mismatch(operation: str, left: Matrix, right: Matrix, hint: str | None = None) -> ShapeError:
    """The error that both operands and their sizes are in."""
    if operation == "subtract":
        return ShapeError(f"cannot subtract {describe(right)} from {describe(left)}", hint=hint)
    return ShapeError(f"cannot {operation} {describe(left)} and {describe(right)}", hint=hint)


def grouping_mismatch(operation: str, left: Matrix, right: Matrix) -> GroupingError:
    """The error for equal sizes whose compound axes are made of their dimensions in another order."""
    error = GroupingError(
        f"cannot {operation} {brief(left)} (axes grouped {_groups(left)}) and {brief(right)} (axes grouped {_groups(right)}):"
        " the sizes agree, but the compound axes are made of their dimensions in another order",
        hint="a commutation matrix K(m,n) changes the order; eye, ones and zeros adapt by themselves",
    )
    if operation == "multiply":
        error.regroupings = regroupings((right, 0, left.cols), (left, 1, right.rows))
    elif len(left.shape) <= 2 and len(right.shape) <= 2:
        pairs = ((0, left.rows, right.rows), (1, left.cols, right.cols))
        error.regroupings = regroupings(
            *((right, axis, group) for axis, group, other in pairs if group != other),
            *((left, axis, other) for axis, group, other in pairs if group != other),
        )
    return error


def describe(node: Matrix) -> str:
    """A node and its size for a message: "A*x (n-by-1)"."""
    return f"{brief(node)} ({shape_text(node.shape)})"


def _groups(node: Matrix) -> str:
    return " by ".join(f"({group_text(group)})" for group in node.shape)
