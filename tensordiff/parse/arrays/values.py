"""Arrays as code means them: any number of axes, some of length one, on top of the matrix form.

The core of an array is the matrix form of its axes longer than one, so that an array of shape (n,), (n, 1) or (1, n) has the
same column as its core, and broadcasting repeats the core along the axes that it lacks.
"""

from __future__ import annotations

from collections.abc import Sequence

from tensordiff.errors import ShapeError
from tensordiff.matrix import Matrix, Shape, build, text
from tensordiff.matrix.shape import read_group, same_size
from tensordiff.parse.languages.code import Align
from tensordiff.records import record
from tensordiff.tensor import Group, group_text


@record
class Array:
    """An array. `core` has the axes of `shape` that are longer than one, in order; an axis of length one is ()."""

    core: Matrix
    shape: Shape

    @property
    def rank(self) -> int:
        return len(self.shape)

    @property
    def is_scalar(self) -> bool:
        """Whether it has one entry."""
        return not self.core.shape

    def letters(self) -> list[str]:
        """A letter for each axis."""
        return [f"i{place}" for place in range(self.rank)]

    def entry(self, letters: Sequence[str]) -> Matrix:
        """The entry with a letter for each axis; axes of length one need none."""
        used = tuple(letter for letter, group in zip(letters, self.shape, strict=True) if group)
        return build.entry(self.core, used) if used else self.core

    def matrix(self) -> Matrix:
        """The value in matrix form: a row where the one long axis is the last of two."""
        turned = self.rank == 2 and not self.shape[0] and self.core.shape
        return build.transpose(self.core) if turned else self.core


def scalar(node: Matrix) -> Array:
    return Array(node, ())


def of_matrix(node: Matrix, rank: int | None = None) -> Array:
    """A value of the matrix form as an array; `rank` 2 keeps columns and scalars as matrices."""
    shape = node.shape
    if len(shape) == 2 and not shape[0]:
        return Array(build.transpose(node), shape)
    if rank is not None:
        shape += ((),) * (rank - len(shape))
    return Array(node, shape)


def shape_of(array: Array) -> str:
    """The shape as code writes it: (n, m), (n,), ()."""
    sizes = [group_text(group) if group else "1" for group in array.shape]
    return f"({sizes[0]},)" if len(sizes) == 1 else f"({', '.join(sizes)})"


def closed(body: Matrix, letters: Sequence[str], shape: Shape) -> Array:
    """The array with these axes of an expression with open indices; all other indices are summed."""
    return Array(build.contract(body, [x for x, group in zip(letters, shape, strict=True) if group]), shape)


def joint_shape(a: Array, b: Array, align: Align) -> Shape:
    """The shape of an operation entry by entry, in which axes of length one are repeated. Raises ShapeError."""
    rank = max(a.rank, b.rank)
    groups = []
    for first, second in zip(_padded(a.shape, rank, align), _padded(b.shape, rank, align), strict=True):
        if first and second and not same_size(first, second):
            which = "last" if align == "right" else "first"
            raise ShapeError(
                f"arrays of shapes {shape_of(a)} and {shape_of(b)} cannot be combined entry by entry",
                hint=f"the {which} axes are put beside each other; lengths must be equal, or one of them 1",
            )
        groups.append(first or second)
    return tuple(groups)


def spread(array: Array, shape: Shape, align: Align) -> Matrix:
    """The core of an array repeated to a shape; one number is left as it is, since it goes with every entry."""
    if array.is_scalar:
        return array.core
    own = _padded(array.shape, len(shape), align)
    missing = [place for place, group in enumerate(shape) if group and not own[place]]
    if not missing:
        return array.core
    long = [place for place, group in enumerate(shape) if group]
    if len(long) == 2:
        first, second = long
        if own[first]:
            return build.product(array.core, build.ones((), shape[second]))
        return build.product(build.ones(shape[first]), build.transpose(array.core))
    letters = [f"i{place}" for place in range(len(shape))]
    entries = [Array(array.core, own).entry(letters), *(build.entry(build.ones(shape[k]), (letters[k],)) for k in missing)]
    return build.contract(build.product(*entries), [x for x, group in zip(letters, shape, strict=True) if group])


def permuted(array: Array, order: Sequence[int]) -> Array:
    """The axes in another order."""
    shape = tuple(array.shape[axis] for axis in order)
    long = [axis for axis in order if array.shape[axis]]
    if long == sorted(long):
        return Array(array.core, shape)
    if len(array.core.shape) == 2:
        return Array(build.transpose(array.core), shape)
    letters = array.letters()
    return closed(array.entry(letters), [letters[axis] for axis in order], shape)


def summed(array: Array, axes: Sequence[int], keep: bool = False) -> Array:
    """The sums along some axes, which stay with length one where they are kept."""
    left = [axis for axis in range(array.rank) if axis not in axes]
    shape = tuple(array.shape[axis] if axis in left else () for axis in range(array.rank) if keep or axis in left)
    long = [axis for axis in range(array.rank) if array.shape[axis]]
    if all(axis in left for axis in long):
        return Array(array.core, shape)
    if not any(axis in left for axis in long):
        return Array(build.call("sum", array.core), shape)
    if len(long) == 2:
        by_column = long[0] not in left
        core = build.transpose(array.core) if by_column else array.core
        return Array(build.product(core, build.ones(core.cols)), shape)
    letters = array.letters()
    core = build.contract(array.entry(letters), [letters[axis] for axis in long if axis in left])
    return Array(core, shape)


def _padded(shape: Shape, rank: int, align: Align) -> Shape:
    more: Shape = ((),) * (rank - len(shape))
    return more + shape if align == "right" else shape + more


def group_of(node: Matrix) -> Group | None:
    """The size that a scalar made of sizes and whole numbers stands for; None for anything else."""
    pending = [node]
    while pending:
        part = pending.pop()
        if part.op not in ("size", "number", "add", "product", "power") or part.shape:
            return None
        pending.extend(part.children)
    try:
        return read_group(text(node))
    except ShapeError:
        return None
