"""Dimensions: a number, a named symbol, or the triangular size n(n+1)/2 of a dimension.

Every other size (n*m) is a group of dimensions, slowest first: the axes that a compound axis of a matrix is made of.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
    """One dimension; exactly one of `name`, `value`, `base` is set. `Dim.named`, `Dim.fixed` and `Dim.triangular` make it."""

    __slots__ = ("base", "name", "strict", "value")

    name: str | None
    value: int | None
    base: Dim | None
    strict: bool
    """Whether a triangular size leaves out the diagonal."""

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
        key: bytes, name: str | None = None, value: int | None = None, base: Dim | None = None, strict: bool = False
    ) -> Dim:
        found = Dim._known(key)
        if found is not None:
            return found
        return Dim._interned(key, (), hash_of(key), key, name=name, value=value, base=base, strict=strict)

    def size(self, sizes: Mapping[str, int]) -> int:
        """The number that this dimension stands for, given numbers for the names."""
        if self.value is not None:
            return self.value
        if self.base is not None:
            n = self.base.size(sizes)
            return n * (n - 1 if self.strict else n + 1) // 2
        assert self.name is not None
        try:
            return sizes[self.name]
        except KeyError:
            raise EvaluationError(
                f"the size {self.name} is not known from the arrays given",
                hint=f"give an array that has it, or {self.name}=...",
            ) from None

    def names(self) -> tuple[str, ...]:
        if self.base is not None:
            return self.base.names()
        return () if self.name is None else (self.name,)

    def __mul__(self, other: object) -> Size:
        if isinstance(other, Dim | Size) or _is_size(other):
            return Size((self,)) * other
        return self._scalar() * other if isinstance(other, Real) else NotImplemented

    __rmul__ = __mul__

    def __pow__(self, exponent: int) -> Size:
        return Size((self,) * exponent)

    def rebuild(self, children: tuple[Any, ...]) -> Dim:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickled by what it is, and interned again when read."""
        if self.base is not None:
            return Dim.triangular, (self.base, self.strict)
        return (Dim.fixed, (self.value,)) if self.name is None else (Dim.named, (self.name,))

    def __str__(self) -> str:
        if self.base is not None:
            return f"{self.base}*({self.base}{'-' if self.strict else '+'}1)/2"
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


Group = tuple[Dim, ...]
"""A compound axis: the dimensions it is made of, slowest first. The empty group has size 1."""


def group_text(group: Group) -> str:
    """How a compound axis prints: "n*m"; "1" for the empty one."""
    return "*".join(f"({d})" if d.base is not None and len(group) > 1 else str(d) for d in group) or "1"
