"""What every node of the index form is: a value with ordered axes."""

from __future__ import annotations

from collections.abc import Sequence

from tensordiff.errors import ShapeError
from tensordiff.tensor.dim import Dim
from tensordiff.tensor.node import Node


class Tensor(Node):
    """A node of the index form; `dims` are its axes in order, empty for a scalar."""

    __slots__ = ("dims", "heads")

    dims: tuple[Dim, ...]
    heads: int
    """The functions that occur in it, a bit each (`bits`), so that what looks for some of them need not walk where none is."""
    children: tuple[Tensor, ...]

    @property
    def rank(self) -> int:
        return len(self.dims)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {dims_text(self.dims)} {self.key.hex()[:8]}>"


_BITS: dict[str, int] = {}


def bits(*heads: str) -> int:
    """The bits of functions in `Tensor.heads`."""
    found = 0
    for head in heads:
        found |= _BITS.setdefault(head, 1 << len(_BITS))
    return found


def dims_text(dims: Sequence[Dim]) -> str:
    """How sizes print in messages: "n-by-m", "n" for a vector, "scalar"."""
    return "-by-".join(f"({d})" if d.terms else str(d) for d in dims) if dims else "scalar"


def split_square(name: str, argument: Tensor) -> int:
    """The number of row axes of a square argument (rows and columns are equal groups). Raises ShapeError."""
    half, odd = divmod(len(argument.dims), 2)
    if odd or not half or argument.dims[:half] != argument.dims[half:]:
        raise ShapeError(f"{name} needs a square matrix, got {dims_text(argument.dims)}")
    return half
