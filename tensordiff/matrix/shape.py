"""Sizes as people write them, and equality of compound sizes whatever their grouping."""

from __future__ import annotations

import re
from collections.abc import Sequence
from numbers import Integral

from tensordiff.errors import ShapeError
from tensordiff.matrix.node import Shape, normalise
from tensordiff.tensor import Dim, Group

SizeLike = int | str | Dim | Group
"""One size: a number, a name, a product such as "n*m" or "n^2", a triangular size "n*(n+1)/2" or "n*(n-1)/2", or a group."""

ShapeLike = SizeLike | Sequence[SizeLike]

_TRIANGULAR = re.compile(r"\(?(\w+)\*\((\w+)([+-])1\)/2\)?")
_POWER = re.compile(r"(\w+)(?:\^(\d+))?")


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
    if not isinstance(size, str):
        raise ShapeError(f"cannot read the size {size}", hint='a size is a number, a name, or a product such as "n*m"')
    if not isinstance(size, str):
        raise ShapeError(f"cannot read the size {size!r}", hint='a size is a whole number, a name, or a product such as "n*m"')
    text = size.replace(" ", "")
    triangular: list[Dim] = []

    def keep(match: re.Match[str]) -> str:
        if match[1] != match[2]:
            return match[0]
        triangular.append(Dim.triangular(_one(match[1]), strict=match[3] == "-"))
        return f"_triangular_{len(triangular) - 1}_"

    group: list[Dim] = []
    for part in _TRIANGULAR.sub(keep, text).split("*"):
        if part.startswith("_triangular_"):
            group.append(triangular[int(part.split("_")[2])])
            continue
        found = _POWER.fullmatch(part)
        if not found:
            raise ShapeError(f"cannot read the size {size!r}", hint='a size is a number, a name, or a product such as "n*m"')
        group.extend(read_group(_one(found[1])) * int(found[2] or 1))
    return tuple(group)


def _one(text: str) -> Dim:
    if not text.isdigit() and not text.isidentifier():
        raise ShapeError(f"cannot read the size {text!r}", hint="a size is a number or a name")
    if text.isdigit() and int(text) < 1:
        raise ShapeError(f"a size must be positive, got {text}")
    return Dim.fixed(int(text)) if text.isdigit() else Dim.named(text)


def read_shape(shape: ShapeLike) -> Shape:
    """The shape that a declaration stands for: ("n", "m"), "n m", "n*m", 3, (), (2, "k").

    A tensor of three axes or more keeps an axis of size 1 as it is; a matrix with one column is a column.
    """
    if isinstance(shape, str):
        text = re.sub(r"\s*([*/+^])\s*", r"\1", shape.replace(",", " "))
        groups = tuple(read_group(part) for part in text.split())
    elif isinstance(shape, int | float | Dim):
        groups = (read_group(shape),)
    else:
        groups = tuple(read_group(part) for part in shape)
    if len(groups) > 2:
        return tuple(group or (Dim.fixed(1),) for group in groups)
    return normalise(groups)


def total_size(group: Group) -> tuple[int, tuple[bytes, ...]]:
    """The size of a group as a formal product: equal for (n, m) and (m, n), and for (6,) and (2, 3)."""
    factor = 1
    names: list[bytes] = []
    for dim in group:
        value = fixed_size(dim)
        if value is None:
            names.append(dim.key)
        else:
            factor *= value
    return factor, tuple(sorted(names))


def fixed_size(dim: Dim) -> int | None:
    """The number that a dimension is, where it is one."""
    return dim.value if dim.base is None else None if dim.names() else dim.size({})


def same_sizes(left: Shape, right: Shape) -> bool:
    """Whether two shapes have equal sizes axis by axis, whatever the grouping."""
    return len(left) == len(right) and all(total_size(a) == total_size(b) for a, b in zip(left, right, strict=True))
