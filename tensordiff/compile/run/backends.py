"""The array libraries that programs run on; each is imported when a program for it is first made."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from tensordiff.compile.write.writer import Backend
from tensordiff.errors import EvaluationError, TensordiffError

BACKENDS = ("numpy", "jax", "torch")
FEW = 1 << 14
"""Arrays of so many entries are copied from a device to look at them."""


class ArrayLibrary(Protocol):
    """How programs meet the arrays of one library."""

    @property
    def backend(self) -> Backend: ...
    @property
    def failures(self) -> tuple[type[Exception], ...]:
        """What the library raises for singular matrices and values outside a domain."""

    def array(self, name: str, value: Any) -> Any:
        """The value as an array with inexact entries. Raises EvaluationError where it is none."""

    def shape(self, array: Any) -> Sequence[int]: ...

    @property
    def namespace(self) -> Any:
        """The module of the library's functions."""

    def is_traced(self, array: Any) -> bool:
        """Whether the array stands for entries that are not known yet."""

    def host(self, array: Any, always: bool = False) -> Any:
        """The entries as NumPy sees them; None for many that are on a device, unless `always`."""

    def number(self, value: Any, dtype: Any) -> Any:
        """A plain number as an array."""

    def alike(self, arrays: Sequence[Any], weak: Sequence[bool]) -> list[Any]:
        """The arrays with entries of one type, that of the most precise; plain numbers, which are `weak`, take that of the
        others."""

    def wrap(self, function: Callable[..., Any]) -> Callable[..., Any]: ...

    def errors(self) -> AbstractContextManager[Any]: ...


def library(name: str, *, rows: bool = False) -> ArrayLibrary:
    """The library called `name`, with results laid out in `rows` if asked for. Raises TensordiffError for an unknown name, or
    one that is not installed."""
    try:
        if name == "numpy":
            return NumpyLibrary(rows)
        if name == "jax":
            from tensordiff.compile.write.jax_backend import JaxLibrary

            return JaxLibrary()
        if name == "torch":
            from tensordiff.compile.write.torch_backend import TorchLibrary

            return TorchLibrary(rows)
    except ImportError:
        raise TensordiffError(f"the backend {name} is not installed", hint=f"pip install 'tensordiff[{name}]'") from None
    raise TensordiffError(f"there is no backend {name!r}", hint=f"the backends are {', '.join(BACKENDS)}")


def backend_of(arrays: Mapping[str, Any]) -> str:
    """The backend whose arrays these are; "numpy" where they are plain numbers and lists. Raises EvaluationError for
    arrays of several libraries."""
    found: dict[str, str] = {}
    for name, value in arrays.items():
        module = type(value).__module__.partition(".")[0]
        if module in ("jax", "jaxlib"):
            found.setdefault("jax", name)
        elif (torch := sys.modules.get("torch")) is not None and isinstance(value, torch.Tensor):
            found.setdefault("torch", name)
    if len(found) > 1:
        first, second = found.items()
        raise EvaluationError(f"{first[1]} is an array of {first[0]} and {second[1]} one of {second[0]}")
    return next(iter(found), "numpy")


class NumpyLibrary:
    """NumPy arrays, numbers, lists."""

    def __init__(self, rows: bool = False) -> None:
        import numpy as np

        from tensordiff.compile.write.numpy_backend import NumpyBackend

        self.np = np
        backend = NumpyBackend()
        backend.rows = rows
        self.backend: Backend = backend
        self.failures: tuple[type[Exception], ...] = (np.linalg.LinAlgError, FloatingPointError, ValueError, ZeroDivisionError)

    def array(self, name: str, value: Any) -> Any:
        np = self.np
        if isinstance(value, np.inexact):
            return value
        if type(value) is not np.ndarray:
            try:
                value = np.asarray(value)
            except (ValueError, TypeError) as error:
                raise EvaluationError(f"{name}: not an array of numbers ({error})") from None
        kind = value.dtype.kind
        if kind in "fc":
            return value
        if kind in "biu":
            return value.astype(np.float64)
        if kind == "O":
            try:
                return value.astype(np.float64)
            except (TypeError, ValueError):
                pass
        raise EvaluationError(f"{name}: entries of type {value.dtype} are not numbers")

    def shape(self, array: Any) -> Sequence[int]:
        return tuple(array.shape)

    @property
    def namespace(self) -> Any:
        return self.np

    def is_traced(self, array: Any) -> bool:
        return False

    def host(self, array: Any, always: bool = False) -> Any:
        return array

    def number(self, value: Any, dtype: Any) -> Any:
        return self.np.asarray(value, dtype)

    def alike(self, arrays: Sequence[Any], weak: Sequence[bool]) -> list[Any]:
        types = {array.dtype for array in arrays if hasattr(array, "dtype")}
        if len(types) < 2:
            return list(arrays)
        strong = {array.dtype for array, soft in zip(arrays, weak, strict=True) if hasattr(array, "dtype") and not soft}
        common = self.np.result_type(*sorted(strong, key=str), *(complex(1) if t.kind == "c" else 1.0 for t in types - strong))
        return [array.astype(common, copy=False) if hasattr(array, "dtype") else array for array in arrays]

    def wrap(self, function: Callable[..., Any]) -> Callable[..., Any]:
        return function

    def errors(self) -> AbstractContextManager[Any]:
        return self.np.errstate(invalid="raise", divide="raise", over="ignore", under="ignore")
