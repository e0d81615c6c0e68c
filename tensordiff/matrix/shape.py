"""Sizes as people write them, and equality of compound sizes whatever their grouping."""

from __future__ import annotations

import re
from collections.abc import Sequence
from numbers import Integral
from typing import Protocol, runtime_checkable

from tensordiff.errors import ShapeError
from tensordiff.matrix.node import Shape, normalise
from tensordiff.matrix.size_text import MalformedSizeError, parse_size
from tensordiff.tensor import Dim, Extent, Group


@runtime_checkable
class Sized(Protocol):
    """Whatever can say which size it is: the scalar n + 1 of the Python interface."""

    def as_size(self) -> Group: ...


SizeLike = int | str | Dim | Group | Sized
"""One size: a number, a name, a product such as "n*m" or "n^2", a sum such as "n+m", a triangular size "n*(n+1)/2" or
"n*(n-1)/2", or a group."""

ShapeLike = SizeLike | Sequence[SizeLike]


def read_group(size: SizeLike) -> Group:
    """The group of dimensions that a size stands for; the size 1 is the empty group. Raises ShapeError.

    >>> read_group("n*m")
    (Dim(n), Dim(m))
    """
    if isinstance(size, Dim):
        return () if size.value == 1 else (size,)
    if isinstance(size, tuple):
        return tuple(dim for part in size for dim in read_group(part))
    if isinstance(size, Integral):
        size = int(size)
        if size < 1:
            raise ShapeError(f"a size must be positive, got {size}")
        return () if size == 1 else (Dim.fixed(size),)
    if not isinstance(size, str) and isinstance(size, Sized):
        return size.as_size()
    if not isinstance(size, str):
        raise ShapeError(f"cannot read the size {size!r}", hint='a size is a whole number, a name, or a product such as "n*m"')
    try:
        return parse_size(size.replace(" ", ""))
    except MalformedSizeError:
        hint = 'a size is a whole number above zero, a name, a product such as "n*m", or a sum such as "n+m"'
        raise ShapeError(f"cannot read the size {size!r}", hint=hint) from None


def read_shape(shape: ShapeLike) -> Shape:
    """The shape that a declaration stands for: ("n", "m"), "n m", "n*m", 3, (), (2, "k").

    A tensor of three axes or more keeps an axis of size 1 as it is; a matrix with one column is a column.
    """
    if isinstance(shape, str):
        text = re.sub(r"\s*([*/+^])\s*", r"\1", shape.replace(",", " "))
        groups = tuple(read_group(part) for part in text.split())
    elif isinstance(shape, int | float | Dim | Sized):
        groups = (read_group(shape),)
    else:
        groups = tuple(read_group(part) for part in shape)
    if len(groups) > 2:
        return tuple(group or (Dim.fixed(1),) for group in groups)
    return normalise(groups)


def total_size(group: Group) -> Extent:
    """The size of a group as a polynomial: equal for (n, m) and (m, n), for (6,) and (2, 3), for n+m and m+n."""
    return Extent.of(*group)


def fixed_size(dim: Dim) -> int | None:
    """The number that a dimension is, where it is one."""
    return dim.value if not dim.is_compound else None if dim.names() else dim.size({})


def same_sizes(left: Shape, right: Shape) -> bool:
    """Whether two shapes have equal sizes axis by axis, whatever the grouping."""
    return len(left) == len(right) and all(total_size(a) == total_size(b) for a, b in zip(left, right, strict=True))
