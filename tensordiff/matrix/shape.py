"""Sizes as people write them, and equality of compound sizes whatever their grouping."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from numbers import Integral
from typing import NamedTuple, Protocol, runtime_checkable

from tensordiff.errors import ShapeError
from tensordiff.matrix.node import Shape, normalise
from tensordiff.tensor import Dim, Extent, Group, direct_sum


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
        return _parse(size.replace(" ", ""))
    except MalformedSizeError:
        hint = 'a size is a whole number above zero, a name, a product such as "n*m", or a sum such as "n+m"'
        raise ShapeError(f"cannot read the size {size!r}", hint=hint) from None


def read_shape(shape: ShapeLike) -> Shape:
    """The shape that a declaration stands for: ("n", "m"), "n m", "n*m", 3, (), (2, "k").

    A tensor of three axes or more keeps an axis of size 1 as it is; a matrix with one column is a column.
    """
    groups = _groups(shape)
    if len(groups) > 2:
        return tuple(group or (Dim.fixed(1),) for group in groups)
    return normalise(groups)


def is_column(shape: ShapeLike) -> bool:
    """Whether a declaration has a second size, of one: ("n", 1), "n 1"."""
    groups = _groups(shape)
    return len(groups) == 2 and bool(groups[0]) and not groups[1]


def _groups(shape: ShapeLike) -> tuple[Group, ...]:
    if isinstance(shape, str):
        text = re.sub(r"\s*([*/+^])\s*", r"\1", shape.replace(",", " "))
        return tuple(read_group(part) for part in text.split())
    if type(shape) is not tuple and isinstance(shape, int | float | Dim | Sized):
        return (read_group(shape),)
    return tuple(read_group(part) for part in shape)


def total_size(group: Group) -> Extent:
    """The size of a group as a polynomial: equal for (n, m) and (m, n), for (6,) and (2, 3), for n+m and m+n."""
    return Extent.of(*group)


def fixed_size(dim: Dim) -> int | None:
    """The number that a dimension is, where it is one."""
    return dim.value if not dim.is_compound else None if dim.names() else dim.size({})


def same_sizes(left: Shape, right: Shape) -> bool:
    """Whether two shapes have equal sizes axis by axis, whatever the grouping."""
    return left == right or (len(left) == len(right) and all(map(same_size, left, right)))


def same_size(left: Group, right: Group) -> bool:
    """Whether two groups have the same size, whatever they are made of."""
    return left == right or total_size(left) == total_size(right)


# The algebra of sizes, for every reader of them: this file's, and that of text.


class MalformedSizeError(Exception):
    """This is no size."""


class SizeValue(NamedTuple):
    """What a part of a size stands for: a compound axis (None for a difference, which is none), and its length."""

    group: Group | None
    length: Extent

    @staticmethod
    def of(group: Group) -> SizeValue:
        return SizeValue(group, Extent.of(*group))

    @staticmethod
    def number(value: int) -> SizeValue:
        """Raises ShapeError below 1."""
        if value < 1:
            raise ShapeError(f"a size must be positive, got {value}")
        return SizeValue.of(() if value == 1 else (Dim.fixed(value),))

    @property
    def axis(self) -> Group:
        """The compound axis. Raises MalformedSizeError for what is none."""
        if self.group is None:
            raise MalformedSizeError
        return self.group


_LONGEST = 64
"""The most factors of one size."""


def multiplied(factors: Sequence[SizeValue]) -> SizeValue:
    """The product, a compound axis. Raises MalformedSizeError where it has too many factors."""
    group: Group | None = ()
    length = Extent.number(1)
    for factor in factors:
        group = None if group is None or factor.group is None else group + factor.group
        length = length * factor.length
        if group is not None and len(group) > _LONGEST:
            raise MalformedSizeError
    return SizeValue(group, length)


def raised(base: SizeValue, exponent: int) -> SizeValue:
    """n^2 and the like."""
    if not 0 <= exponent <= _LONGEST:
        raise MalformedSizeError
    return multiplied([base] * exponent)


def added(terms: Sequence[tuple[int, SizeValue]]) -> SizeValue:
    """The sum of (sign, size) pairs: one axis, or with a minus a length alone."""
    if len(terms) == 1 and terms[0][0] == 1:
        return terms[0][1]
    length = Extent(())
    for sign, term in terms:
        length = length + term.length if sign > 0 else length - term.length
    groups = [term.group for sign, term in terms if sign > 0 and term.group is not None]
    return SizeValue(direct_sum(groups) if len(groups) == len(terms) else None, length)


def halved(factors: Sequence[SizeValue]) -> list[SizeValue]:
    """The factors over 2: the last two must be n and n+1 or n-1, in either order, and become one triangular size."""
    if len(factors) < 2:
        raise MalformedSizeError
    pair = factors[-2:]
    for step in (1, -1):
        for (group, length), (_, other) in (pair[::-1], pair):
            if group is not None and len(group) == 1 and (other - length).constant == step:
                return [*factors[:-2], SizeValue.of((Dim.triangular(group[0], strict=step == -1),))]
    raise MalformedSizeError


_TOKEN = re.compile(r"(?P<atom>\w+)(?:\^(?P<power>\d+))?|(?P<half>/2(?!\w))|(?P<sign>[*+\-()])")


@lru_cache(maxsize=1024)
def _parse(text: str) -> Group:
    """The group that a text without spaces stands for: a product is a compound axis, a sum one axis. Raises
    MalformedSizeError, and ShapeError for a number below 1."""
    terms: list[tuple[int, SizeValue]] = []
    sign, factors = 1, list[SizeValue]()
    outside: list[tuple[list[tuple[int, SizeValue]], int, list[SizeValue]]] = []
    place, wanted = 0, True  # whether an operand comes next
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None or (match["half"] is not None or match["sign"] in tuple("*+-)")) == wanted:
            raise MalformedSizeError
        place = match.end()
        if match["atom"] is not None:
            factors.append(raised(_atom(match["atom"]), int(match["power"] or 1)))
            wanted = False
        elif match["half"] is not None:
            factors = halved(factors)
        elif match["sign"] == "(":
            outside.append((terms, sign, factors))
            terms, sign, factors = [], 1, []
        elif match["sign"] == ")":
            if not outside:
                raise MalformedSizeError
            value = added([*terms, (sign, multiplied(factors))])
            terms, sign, factors = outside.pop()
            factors.append(value)
        else:
            wanted = True
            if match["sign"] != "*":
                terms.append((sign, multiplied(factors)))
                sign, factors = (1 if match["sign"] == "+" else -1), []
    if wanted or outside:
        raise MalformedSizeError
    return added([*terms, (sign, multiplied(factors))]).axis


def _atom(text: str) -> SizeValue:
    if text.isdigit():
        return SizeValue.number(int(text))
    if not text.isidentifier():
        raise MalformedSizeError
    return SizeValue.of((Dim.named(text),))
