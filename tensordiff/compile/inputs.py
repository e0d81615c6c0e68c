"""What a program takes: which inputs it needs, and what the shapes of given arrays say about sizes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import isqrt
from typing import Any

from tensordiff.compile.extent import Extent
from tensordiff.compile.source import Parameter
from tensordiff.errors import EvaluationError, nearest
from tensordiff.functions import Constant
from tensordiff.tensor import Apply, Dim, Einsum, Symbol, Tensor, dims_text, postorder


def parameters(outputs: Sequence[Tensor], declared: Sequence[Symbol]) -> tuple[Parameter, ...]:
    """The inputs that the outputs need, in the order of `declared`, else of first appearance: their symbols; for a size
    that none of these has, a declared symbol that has it, else the size itself."""
    symbols: dict[str, Symbol] = {}
    sizes: dict[str, None] = {}
    for node in postorder(outputs):
        if isinstance(node, Symbol):
            _record(symbols, node)
        sizes.update(dict.fromkeys(name for dim in _dims(node) for name in dim.names()))
    covered = {name for symbol in symbols.values() for dim in symbol.dims for name in dim.names()}
    bare: list[str] = []
    for name in sizes:
        if name not in covered:
            bearer = next((s for s in declared if any(name in dim.names() for dim in s.dims)), None)
            if bearer is None:
                bare.append(name)
            else:
                _record(symbols, bearer)
                covered |= {n for dim in bearer.dims for n in dim.names()}
    place = {symbol.name: number for number, symbol in enumerate(declared)}
    ordered = sorted(symbols.values(), key=lambda symbol: place.get(symbol.name, len(place)))
    found = [Parameter(symbol.name, tuple(Extent.of(dim) for dim in symbol.dims)) for symbol in ordered]
    return (*found, *(Parameter(name, None) for name in bare))


def _record(symbols: dict[str, Symbol], node: Symbol) -> None:
    known = symbols.setdefault(node.name, node)
    if known.dims != node.dims:
        raise EvaluationError(
            f"two variables are called {node.name}, of sizes {dims_text(known.dims)} and {dims_text(node.dims)}",
            hint="give one of them another name",
        )


def _dims(node: Tensor) -> Iterable[Dim]:
    """The dimensions that a node mentions."""
    if isinstance(node, Einsum):
        return node.index_dims
    if isinstance(node, Apply) and isinstance(node.function, Constant):
        return node.function.axes
    return node.dims


class Sizes:
    """Numbers for named dimensions as arrays come in; conflicts are errors that name both places."""

    def __init__(self) -> None:
        self.values: dict[str, int] = {}
        self.origin: dict[str, str] = {}

    def give(self, name: str, value: Any) -> None:
        """A size given by its own name."""
        try:
            number = value.__index__()
        except (AttributeError, TypeError):
            raise EvaluationError(f"the size {name} must be an integer, got {value!r}") from None
        if number < 0:
            raise EvaluationError(f"the size {name} must not be negative, got {number}")
        self._set(name, number, f"{name}={number}")

    def add(self, name: str, dims: Sequence[Dim], shape: Sequence[int]) -> None:
        """What the shape of the array for `name` says."""
        if len(shape) != len(dims):
            wanted = dims_text(dims) if len(dims) > 1 else f"a vector of size {dims[0]}" if dims else "a scalar"
            axes = "1 axis" if len(dims) == 1 else f"{len(dims)} axes"
            raise EvaluationError(
                f"{name} is {wanted}, but the array given has shape {tuple(shape)}",
                hint=f"{name} takes an array with {axes}" if dims else f"{name} takes a number",
            )
        for dim, length in zip(dims, shape, strict=True):
            self._axis(name, dims, dim, int(length), shape)

    def _axis(self, name: str, dims: Sequence[Dim], dim: Dim, length: int, shape: Sequence[int]) -> None:
        if dim.name is not None:
            self._set(dim.name, length, name)
            return
        if dim.base is not None and dim.names():
            n = (isqrt(8 * length + 1) + (1 if dim.strict else -1)) // 2
            if n * (n - 1 if dim.strict else n + 1) // 2 != length:
                raise EvaluationError(f"{name} is {dims_text(dims)}, but no integer makes {dim} equal to {length}")
            self._axis(name, dims, dim.base, n, shape)
            return
        if dim.size({}) != length:
            raise EvaluationError(f"{name} is {dims_text(dims)}, but the array given has shape {tuple(shape)}")

    def _set(self, size: str, value: int, origin: str) -> None:
        known = self.values.setdefault(size, value)
        first = self.origin.setdefault(size, origin)
        if known != value:
            if first == origin:
                raise EvaluationError(f"{size} is both {known} and {value} in {origin}", hint="these axes must be equal")
            raise EvaluationError(f"{size} is {known} in {first} but {value} in {origin}")


def check_names(given: Mapping[str, Any], needed: Sequence[Parameter], known: Iterable[str]) -> None:
    """Raises EvaluationError for inputs that are missing, or unknown."""
    missing = [parameter.name for parameter in needed if parameter.name not in given]
    if missing:
        values = ", ".join(f"{name}=..." for name in missing)
        plural = "values" if len(missing) > 1 else "value"
        raise EvaluationError(f"no {plural} given for {', '.join(missing)}", hint=f"add {values}")
    known = {*known, *(parameter.name for parameter in needed)}
    for name in given:
        if name not in known:
            close = nearest(name, sorted(known))
            raise EvaluationError(
                f"{name} is no input of this program; its inputs are {', '.join(p.name for p in needed) or 'none'}",
                hint=f"did you mean {close}?" if close else None,
            )
