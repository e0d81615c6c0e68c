"""What a program takes: which inputs it needs, and what the shapes of given arrays say about sizes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tensordiff.compile.plan.lengths import Joined, axes_of, decided, solvable, solve
from tensordiff.compile.write.writer import Parameter
from tensordiff.errors import EvaluationError, nearest
from tensordiff.functions import Constant
from tensordiff.tensor import Apply, Dim, Einsum, Symbol, Tensor, dims_text, postorder
from tensordiff.tensor.extent import Extent


def parameters(outputs: Sequence[Tensor], declared: Sequence[Symbol], joined: Joined) -> tuple[Parameter, ...]:
    """The inputs that the outputs need, in the order of `declared`, else of first appearance: their symbols; for a size
    that none of these has, a declared symbol that has it, else the size itself."""

    def lengths_of(symbols: Iterable[Symbol]) -> list[Extent]:
        return [Extent.of(dim) for symbol in symbols for dim in axes_of(symbol, joined)]

    symbols: dict[str, Symbol] = {}
    sizes: dict[str, None] = {}
    for node in postorder(outputs):
        if isinstance(node, Symbol):
            _record(symbols, node)
        sizes.update(dict.fromkeys(name for dim in _dims(node) for name in dim.names()))
    covered = decided(lengths_of(symbols.values()))
    bare: list[str] = []
    for name in sizes:
        if name not in covered:
            bearers = [s for s in declared if any(name in dim.names() for dim in s.dims)]
            lengths = [(s, decided(lengths_of([*symbols.values(), s]), bare)) for s in bearers]
            found_with = next(((s, names) for s, names in lengths if name in names), None)
            if found_with is None:
                bare.append(name)
            else:
                _record(symbols, found_with[0])
            covered = decided(lengths_of(symbols.values()), bare)
    place = {symbol.name: number for number, symbol in enumerate(declared)}
    ordered = sorted(symbols.values(), key=lambda symbol: place.get(symbol.name, len(place)))
    found = [Parameter(symbol.name, tuple(Extent.of(dim) for dim in axes_of(symbol, joined))) for symbol in ordered]
    return (*found, *(Parameter(name, None) for name in bare))


def as_declared(array: Any, counts: Sequence[int]) -> Any:
    """The array with axes of length one where it is declared as a row or column and given as a vector; `counts` are the
    dimensions of each of its axes, where some are compound."""
    shape = tuple(array.shape)
    declared = declared_shape(shape, counts)
    return array if declared == shape else array.reshape(declared)


def declared_shape(shape: Sequence[int], counts: Sequence[int]) -> tuple[int, ...]:
    """The shape that `as_declared` gives an array."""
    if len(shape) < len(counts) and len(shape) == sum(count > 0 for count in counts):
        lengths = iter(shape)
        return tuple(next(lengths) if count else 1 for count in counts)
    return tuple(shape)


def real_inputs(outputs: Sequence[Tensor]) -> dict[str, str]:
    """The inputs that must be real, each with a function that takes real arguments alone."""
    found: dict[str, str] = {}
    seen: set[Tensor] = set()
    for node in postorder(outputs):
        if isinstance(node, Apply) and node.function.real_only:
            stack: list[Tensor] = [node]
            while stack:
                part = stack.pop()
                if part not in seen:
                    seen.add(part)
                    stack.extend(part.children)
                    if isinstance(part, Symbol):
                        found.setdefault(part.name, node.function.name)
    return found


def complex_entries(name: str, function: str) -> EvaluationError:
    """What is said of complex entries where a function takes none."""
    return EvaluationError(
        f"{name} has complex entries, and {function} takes real arguments alone: it has no complex derivative here",
        hint=f"give {name} real entries, or write {function} in functions that are holomorphic",
    )


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
        self.bearers: dict[str, set[str]] = {}
        """What says the number of each size: names of arrays, and the size itself where it is given."""
        self._waiting: list[tuple[str, Sequence[Dim], Dim, int]] = []
        self.batches: dict[str, tuple[int, ...]] = {}
        """Lengths of the axes before the declared ones, of inputs that have such."""
        self.shapes: dict[str, tuple[int, ...]] = {}
        self.dims: dict[str, Sequence[Dim]] = {}

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
        """What the shape of the array for `name` says; axes before those declared are a batch."""
        self.shapes[name], self.dims[name] = tuple(shape), dims
        if len(shape) > len(dims):
            self.batches[name] = tuple(int(length) for length in shape[: len(shape) - len(dims)])
            shape = shape[len(shape) - len(dims) :]
        if len(shape) < len(dims):
            raise EvaluationError(
                f"{name} is {_declared(dims)}, but the array given has shape {tuple(shape)}",
                hint=f"{name} takes an array with {_axes(dims)}, and more in front for a batch",
            )
        for dim, length in zip(dims, shape, strict=True):
            self._axis(name, dims, dim, int(length), shape)

    def _axis(self, name: str, dims: Sequence[Dim], dim: Dim, length: int, shape: Sequence[int]) -> None:
        if dim.name is not None:
            self._set(dim.name, length, name)
            return
        if dim.names():
            self._waiting.append((name, dims, dim, length))
            return
        if dim.size({}) != length:
            raise EvaluationError(
                f"{name} is {dims_text(dims)}, but the array given has shape {self.shapes[name]}", hint=self._hint(name)
            )

    def _hint(self, *names: str) -> str | None:
        """Which axes were taken for a batch."""
        name = next((name for name in names if name in self.batches), None)
        if name is None:
            return None
        declared = f"{_declared(self.dims[name])}, and has shape {self.shapes[name]}"
        return f"{name} is {declared}: what comes before its {_axes(self.dims[name])} is a batch, here {self.batches[name]}"

    def settle(self) -> None:
        """What axes of compound sizes (n+m, n(n+1)/2) say, after all others. Raises EvaluationError."""
        self._refuse_columns()
        while self._waiting:
            waiting, self._waiting = self._waiting, []
            for name, dims, dim, length in waiting:
                extent = Extent.of(dim)
                if solvable(extent, self.values) is None:
                    if extent.names() <= self.values.keys():
                        self._compare(name, dims, dim, length)
                    else:
                        self._waiting.append((name, dims, dim, length))
                    continue
                value = solve(extent, length, self.values)
                if value is None:
                    known = ", ".join(f"{n} = {self.values[n]}" for n in dim.names() if n in self.values)
                    fit = f"no integer makes {dim} equal to {length}{f' where {known}' if known else ''}"
                    raise EvaluationError(f"{name} is {_declared(dims)}, but {fit}")
                (found,) = (n for n in dim.names() if n not in self.values)
                self._set(found, value, name)
            if len(self._waiting) == len(waiting):
                return  # what is left decides nothing: the program has these sizes given, or needs none of them

    def _refuse_columns(self) -> None:
        """A column for a vector could be a batch of vectors of size 1: only where something else says that size."""
        for name, batch in self.batches.items():
            dims, shape = self.dims[name], self.shapes[name]
            alone = len(dims) == 1 and dims[0].name is not None and self.bearers[dims[0].name] == {name}
            if alone and shape[-1] == 1 and batch[-1] != 1:
                length, size = batch[-1], dims[0]
                raise EvaluationError(
                    f"{name} is {_declared(dims)}, but the array given has shape {shape}: a column of {length} entries, or a "
                    f"batch of {length} vectors of size 1",
                    hint=f'give the vector with shape {(*batch[:-1], length)}, or declare it "{size} 1"; for the batch give '
                    f"{size}=1 as well",
                )

    def number(self, size: str) -> int:
        """The number of a size. Raises EvaluationError where nothing says it."""
        if size in self.values:
            return self.values[size]
        for name, dims, dim, _ in self._waiting:
            if size in dim.names():
                raise EvaluationError(
                    f"{name} is {_declared(dims)}, and the shape {self.shapes[name]} of its array does not decide {size}",
                    hint=f"add {size}=..., or arrays that have it",
                )
        raise EvaluationError(f"no value given for {size}", hint=f"add {size}=...")

    def _compare(self, name: str, dims: Sequence[Dim], dim: Dim, length: int) -> None:
        expected = dim.size(self.values)
        if expected != length:
            known = ", ".join(f"{n} = {self.values[n]}" for n in dim.names())
            raise EvaluationError(f"{name} is {_declared(dims)} with {dim} = {expected} ({known}), but has {length} there")

    def _set(self, size: str, value: int, origin: str) -> None:
        self.bearers.setdefault(size, set()).add(origin)
        known = self.values.setdefault(size, value)
        first = self.origin.setdefault(size, origin)
        if known != value:
            if first == origin:
                raise EvaluationError(
                    f"{size} is both {known} and {value} in {origin}", hint=self._hint(origin) or "these axes must be equal"
                )
            raise EvaluationError(f"{size} is {known} in {first} but {value} in {origin}", hint=self._hint(first, origin))


def read_sizes(symbols: Mapping[str, Symbol], arrays: Mapping[str, Any], compound: Joined) -> Sizes:
    """What given arrays and numbers say about sizes; names that are no symbol's are sizes. Raises EvaluationError."""
    import numpy as np

    sizes = Sizes()
    for name, array in arrays.items():
        if (symbol := symbols.get(name)) is None:
            sizes.give(name, array)
            continue
        shape = array.shape if hasattr(array, "shape") else np.shape(array)
        sizes.add(name, axes_of(symbol, compound), declared_shape(shape, compound.get(name, ())))
    sizes.settle()
    return sizes


def _declared(dims: Sequence[Dim]) -> str:
    return dims_text(dims) if len(dims) > 1 else f"a vector of size {dims[0]}" if dims else "a scalar"


def _axes(dims: Sequence[Dim]) -> str:
    return "1 axis" if len(dims) == 1 else f"{len(dims)} axes"


def check_names(given: Mapping[str, Any], needed: Sequence[Parameter], known: Iterable[str]) -> None:
    """Raises EvaluationError for arrays that are missing, and for unknown names."""
    missing = [parameter.name for parameter in needed if parameter.name not in given and parameter.shape is not None]
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
