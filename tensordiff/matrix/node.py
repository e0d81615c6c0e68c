"""The matrix form: what people write and read. One node class, whose op names the operation."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import Any

from tensordiff.tensor import Dim, Function, Group, Node, Symbol, digest, group_text, hash_of

Shape = tuple[Group, ...]
"""Compound axes of a value: () a scalar, (g,) a column, (rows, columns) a matrix, three or more groups a tensor.

A row has the empty group as its rows. The index form of a value has the concatenation of the groups as its axes."""

Free = tuple[tuple[str, Group], ...]
"""The open index letters of an expression in index notation, each with the group that it runs over."""


class Matrix(Node):
    """A node of the matrix form, made by the constructors of `matrix.build`.

    `op` names the operation, `data` holds what is not a child (numbers, dimensions, a function), `shape` the groups of
    axes. `free` is empty but inside index notation, where a node stands for one entry and `free` lists its open letters.
    """

    __slots__ = ("data", "free", "op", "shape")

    op: str
    data: tuple[Any, ...]
    shape: Shape
    free: Free
    children: tuple[Matrix, ...]

    @staticmethod
    def make(
        op: str,
        shape: Shape,
        data: tuple[Any, ...] = (),
        children: tuple[Matrix, ...] = (),
        free: Free = (),
    ) -> Matrix:
        parts = tuple(_parts(data)) if data else ()
        identity = (Matrix, op, parts, shape, children, free)
        if (found := Matrix._known(identity)) is not None:
            return found
        hash_value = hash((_number_of(op), hash_of(digest(*parts)) if parts else 0, shape, children))
        return Matrix._interned(identity, children, hash_value, None, op=op, data=data, shape=shape, free=free)

    def _digest(self) -> bytes:
        parts: list[bytes | str | int] = ["matrix", self.op, *_parts(self.data), len(self.shape)]
        for group in self.shape:
            parts.append(len(group))
            parts.extend([dim.key for dim in group])
        parts.extend(_parts(self.free))
        parts.extend([child.key for child in self.children])
        return digest(*parts)

    @property
    def rows(self) -> Group:
        """The row group of a scalar, column, row or matrix."""
        assert len(self.shape) <= 2, "a tensor has no rows"
        return self.shape[0] if self.shape else ()

    @property
    def cols(self) -> Group:
        """The column group of a scalar, column, row or matrix."""
        assert len(self.shape) <= 2, "a tensor has no columns"
        return self.shape[1] if len(self.shape) == 2 else ()

    @property
    def is_scalar(self) -> bool:
        """Whether this is one number (or one entry, inside index notation)."""
        return not self.shape

    @property
    def is_vector(self) -> bool:
        """Whether this is a column or a row."""
        return len(self.shape) == 1 or (len(self.shape) == 2 and not self.shape[0])

    @property
    def dims(self) -> tuple[Dim, ...]:
        """The axes of the index form of a closed value."""
        return tuple(dim for group in self.shape for dim in group)

    def __repr__(self) -> str:
        return f"<Matrix {self.op} {shape_text(self.shape)}>"


@cache
def _number_of(op: str) -> int:
    """The hash of an operation's name, the same in every process."""
    return hash_of(digest(op))


def _parts(data: tuple[Any, ...]) -> list[bytes | str | int]:
    """What identifies the data of a node, as parts of a digest."""
    parts: list[bytes | str | int] = [len(data)]
    for item in data:
        if isinstance(item, tuple):
            parts.extend(_parts(item))
        elif isinstance(item, Dim | Symbol | Function):
            parts.append(item.key)
        elif isinstance(item, Fraction):
            parts.append(f"q{item}")
        else:
            assert isinstance(item, str | int), f"cannot digest {item!r}"
            parts.append(item)
    return parts


def normalise(groups: Shape) -> Shape:
    """Matrices with one column are columns, those with one entry scalars."""
    if len(groups) == 2 and not groups[1]:
        groups = groups[:1]
    return () if groups == ((),) else groups


def shape_text(shape: Shape) -> str:
    """How sizes print in messages: "scalar", "n-by-1", "1-by-n", "n-by-(m*p)"."""
    if not shape:
        return "scalar"
    groups = (*shape, ()) if len(shape) == 1 else shape
    return "-by-".join(f"({group_text(g)})" if len(g) > 1 or (g and g[0].terms) else group_text(g) for g in groups)
