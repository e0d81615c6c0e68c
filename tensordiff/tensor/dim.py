"""Dimensions: a number, a named symbol, the triangular size n(n+1)/2 of a dimension, or a sum of sizes (n+m).

A product of sizes (n*m) is a group of dimensions, slowest first: the axes that a compound axis of a matrix is made of. A
sum is one axis, that of a block matrix; sums with equal terms are one dimension, in whatever order they are written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import prod
from numbers import Real
from typing import Any, ClassVar, TypeGuard

from tensordiff.errors import EvaluationError
from tensordiff.tensor.node import Node, digest, hash_of


class Countable:
    """Sizes are numbers too: n/2, n + 1 and 1/n are scalars, which `to_scalar` makes (the public API sets it)."""

    __slots__ = ()

    to_scalar: ClassVar[Callable[[Any], Any] | None] = None

    def _scalar(self) -> Any:
        assert Countable.to_scalar is not None, "scalars are made by the public API"
        return Countable.to_scalar(self)

    def __add__(self, other: Any) -> Any:
        return self._scalar() + other

    def __radd__(self, other: Any) -> Any:
        return other + self._scalar()

    def __sub__(self, other: Any) -> Any:
        return self._scalar() - other

    def __rsub__(self, other: Any) -> Any:
        return other - self._scalar()

    def __truediv__(self, other: Any) -> Any:
        return self._scalar() / other

    def __rtruediv__(self, other: Any) -> Any:
        return other / self._scalar()

    def __neg__(self) -> Any:
        return -self._scalar()


def _is_size(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and value > 0


class Dim(Countable, Node):
    """One dimension; exactly one of `name`, `value`, `base`, `terms` is set. `Dim.named`, `Dim.fixed`, `Dim.triangular` and
    `Extent.dim` make it."""

    __slots__ = ("base", "name", "strict", "terms", "value")

    name: str | None
    value: int | None
    base: Dim | None
    strict: bool
    """Whether a triangular size leaves out the diagonal."""
    terms: Terms
    """Of a sum of sizes: products of dimensions, each with the number of times that it is there."""

    @staticmethod
    def named(name: str) -> Dim:
        return Dim._made(digest("dim", name), name=name)

    @staticmethod
    def fixed(value: int) -> Dim:
        return Dim._made(digest("dim", value), value=value)

    @staticmethod
    def triangular(base: Dim, strict: bool = False) -> Dim:
        """The number n(n+1)/2 of entries on and below the diagonal of a matrix of size `base`; where `strict`, the number
        n(n-1)/2 of those below it."""
        return Dim._made(digest("strict tri" if strict else "tri", base.key), base=base, strict=strict)

    @staticmethod
    def _made(
        key: bytes,
        name: str | None = None,
        value: int | None = None,
        base: Dim | None = None,
        strict: bool = False,
        terms: Terms = (),
    ) -> Dim:
        found = Dim._known(key)
        if found is not None:
            return found
        return Dim._interned(key, (), hash_of(key), key, name=name, value=value, base=base, strict=strict, terms=terms)

    @staticmethod
    def sum(terms: Terms) -> Dim:
        """The sum of sizes with these terms, in the order of `Extent`, which makes them."""
        parts: list[bytes | int] = []
        for product, count in terms:
            parts += [count, len(product), *(dim.key for dim in product)]
        return Dim._made(digest("dim sum", *parts), terms=terms)

    def size(self, sizes: Mapping[str, int]) -> int:
        """The number that this dimension stands for, given numbers for the names."""
        if self.value is not None:
            return self.value
        if self.base is not None:
            n = self.base.size(sizes)
            return n * (n - 1 if self.strict else n + 1) // 2
        if self.terms:
            return sum(count * prod(dim.size(sizes) for dim in product) for product, count in self.terms)
        assert self.name is not None
        try:
            return sizes[self.name]
        except KeyError:
            raise EvaluationError(
                f"the size {self.name} is not known from the arrays given",
                hint=f"give an array that has it, or {self.name}=...",
            ) from None

    @property
    def is_compound(self) -> bool:
        """Whether this is made of other dimensions, as a triangular size and a sum are."""
        return self.base is not None or bool(self.terms)

    def names(self) -> tuple[str, ...]:
        if self.base is not None:
            return self.base.names()
        if self.terms:
            return tuple(dict.fromkeys(name for product, _ in self.terms for dim in product for name in dim.names()))
        return () if self.name is None else (self.name,)

    def __mul__(self, other: object) -> Size:
        if isinstance(other, Dim | Size) or _is_size(other):
            return Size((self,)) * other
        return self._scalar() * other if isinstance(other, Real) else NotImplemented

    __rmul__ = __mul__

    def __pow__(self, exponent: int) -> Size:
        return Size((self,) * exponent)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickled by what it is, and interned again when read."""
        if self.base is not None:
            return Dim.triangular, (self.base, self.strict)
        if self.terms:
            return Dim.sum, (self.terms,)
        return (Dim.fixed, (self.value,)) if self.name is None else (Dim.named, (self.name,))

    def __str__(self) -> str:
        if self.base is not None:
            base = f"({self.base})" if self.base.terms else str(self.base)
            return f"{base}*({self.base}{'-' if self.strict else '+'}1)/2"
        if self.terms:
            return _sum_text(self.terms)
        return str(self.value) if self.name is None else self.name

    def __repr__(self) -> str:
        return f"Dim({self})"


class Size(Countable, tuple["Dim", ...]):
    """A product of dimensions, as in eye(n*m): a compound axis, slowest first."""

    __slots__ = ()

    def __add__(self, other: Any) -> Any:
        return tuple(self) + other if isinstance(other, tuple) else super().__add__(other)

    def __radd__(self, other: Any) -> Any:
        return other + tuple(self) if isinstance(other, tuple) else super().__radd__(other)

    def __mul__(self, other: object) -> Size:
        if isinstance(other, Dim):
            return Size((*self, other))
        if _is_size(other):
            return Size((*self, Dim.fixed(other)))
        if isinstance(other, Size):
            return Size((*self, *other))
        return self._scalar() * other if isinstance(other, Real) else NotImplemented

    __rmul__ = __mul__

    def __str__(self) -> str:
        return group_text(self)

    def __repr__(self) -> str:
        return f"Size({self})"


Terms = tuple[tuple[tuple[Dim, ...], int], ...]
"""Products of dimensions, each with a whole number in front."""

Group = tuple[Dim, ...]
"""A compound axis: the dimensions it is made of, slowest first. The empty group has size 1."""


def group_text(group: Group) -> str:
    """How a compound axis prints: "n*m"; "1" for the empty one."""
    return "*".join(f"({d})" if d.is_compound and len(group) > 1 else str(d) for d in group) or "1"


def _sum_text(terms: Terms) -> str:
    """n+m, 2*n+1; n+n where that is all, for 2*n is a compound axis."""
    if len(terms) == 1:
        ((product, count),) = terms
        return "+".join([group_text(product)] * count)
    shown = []
    for product, count in terms:
        shown.append(group_text(product) if count == 1 else f"{count}*{group_text(product)}" if product else str(count))
    return "+".join(shown)
