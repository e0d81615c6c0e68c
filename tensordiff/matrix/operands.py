"""Shape laws: what the sizes of an operation's operands have in common, and the sizes of its value.

Each law is written once and read in two ways: by the constructors, which know every size and refuse what does not fit
(`matrix/fitted.py`), and by inference, where sizes are unknowns that the laws equate (`parse/kinds/infer.py`). A reader is an
`Operands`: it holds the operands of one operation and answers what the law asks. To read shapes in another way, write the
methods of `Operands` over sizes of your own and call `law(operation.shape)(operands)`: the value is the shape.

    sizes(k)            the shape of operand k, () for a scalar, (g,) a column, (rows, columns) a matrix, ((), g) a row
    square(k)           makes rows and columns of operand k equal, and gives that size
    alike(places)       makes the operands of one shape, scalars left out, and gives that shape
    equal(a, b)         makes two axes (operand, axis) equal, and gives that size
    have(a, size)       makes an axis of this size
    beside(a, s, usual) what an axis has besides the size s behind it (with `ahead`, before it): `usual` where that is not seen
    single(k)           refuses an operand whose axes are compound
    refuse(k, needs)    operand k does not fit; a reader that only guesses may return, and the law then goes on
    number(k), size(k)  an operand that is a plain number (an axis), or a size (as in eye(n*m))
    triangular          the size n(n+1)/2 of n; sizes are joined by +, since a size is a tuple, slowest dimension first
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

Size = tuple[Any, ...]
"""A compound size, slowest dimension first; () is 1. What a dimension is, known or not, is the reader's."""

Sizes = tuple[Size, ...]
"""A shape: () a scalar, (g,) a column, (rows, columns) a matrix, more a tensor."""

Place = tuple[int, int]
"""An operand and its axis, 0 the rows and 1 the columns."""


class Operands(Protocol):
    """The operands of one operation, as a shape law sees them."""

    def __len__(self) -> int: ...
    def sizes(self, place: int) -> Sizes: ...
    def number(self, place: int) -> int | None: ...
    def size(self, place: int) -> Size: ...
    def square(self, place: int) -> Size: ...
    def alike(self, places: Sequence[int]) -> Sizes: ...
    def equal(self, left: Place, right: Place) -> Size: ...
    def have(self, place: Place, size: Size) -> None: ...
    def beside(self, place: Place, size: Size, usual: Size, *, ahead: bool) -> Size: ...
    def single(self, place: int) -> None: ...
    def refuse(self, place: int, needs: str, hint: str | None = None) -> None: ...
    def triangular(self, base: Size, strict: bool = False) -> Size: ...


def remainder(whole: Size, part: Size, usual: Size, *, ahead: bool) -> Size:
    """What a compound size has besides a part at its end, or at its beginning; `usual` where it has no such part."""
    count = len(whole) - len(part)
    if ahead:
        return whole[len(part) :] if whole[: len(part)] == part else usual
    return whole[:count] if count >= 0 and whole[count:] == part else usual


def normal(*sizes: Size) -> Sizes:
    """Matrices with one column are columns, those with one entry scalars."""
    if len(sizes) == 2 and not sizes[1]:
        sizes = sizes[:1]
    return () if sizes == ((),) else sizes


def rows_and_columns(sizes: Sizes) -> tuple[Size, Size]:
    """The rows and columns of a scalar, column, row or matrix."""
    return (sizes[0] if sizes else (), sizes[1] if len(sizes) > 1 else ())


def is_vector(sizes: Sizes) -> bool:
    """A column or a row."""
    return len(sizes) == 1 or (len(sizes) == 2 and not sizes[0])
