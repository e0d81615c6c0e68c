"""The array libraries that programs run on; each is imported when a program for it is first made."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, NamedTuple

from tensordiff.compile.write.library import ArrayLibrary
from tensordiff.compile.write.writer import Backend
from tensordiff.errors import EvaluationError, TensordiffError


class _Entry(NamedTuple):
    file: str
    """The module in `compile/write` that has the class."""
    backend: str
    """The class that writes programs, which needs no library."""
    library: str
    """The class that meets the library's arrays; it takes whether results are laid out in rows."""
    arrays: tuple[str, ...]
    """The packages that the classes of its arrays come from."""


LIBRARIES: dict[str, _Entry] = {
    "numpy": _Entry("tensordiff.compile.write.numpy_backend", "NumpyBackend", "NumpyLibrary", ()),
    "jax": _Entry("tensordiff.compile.write.jax_backend", "JaxBackend", "JaxLibrary", ("jax", "jaxlib")),
    "torch": _Entry("tensordiff.compile.write.torch_backend", "TorchBackend", "TorchLibrary", ("torch",)),
    "dask": _Entry("tensordiff.compile.write.dask_backend", "DaskBackend", "DaskLibrary", ("dask",)),
}
BACKENDS = tuple(LIBRARIES)


def backend_called(name: str, *, rows: bool = False) -> Backend:
    """What writes programs for the library called `name`, with results laid out in `rows` if asked for; the library need not
    be installed. Raises TensordiffError for an unknown name."""
    entry = _entry(name)
    backend: type[Backend] = getattr(import_module(entry.file), entry.backend)
    return backend(rows)


def _entry(name: str) -> _Entry:
    entry = LIBRARIES.get(name)
    if entry is None:
        raise TensordiffError(f"there is no backend {name!r}", hint=f"the backends are {', '.join(LIBRARIES)}")
    return entry


def library(name: str, *, rows: bool = False) -> ArrayLibrary:
    """The library called `name`, with results laid out in `rows` if asked for. Raises TensordiffError for an unknown name, or
    one that is not installed."""
    entry = _entry(name)
    try:
        made: ArrayLibrary = getattr(import_module(entry.file), entry.library)(rows)
    except ImportError:
        raise TensordiffError(f"the backend {name} is not installed", hint=f"pip install {name}") from None
    return made


def backend_of(arrays: Mapping[str, Any]) -> str:
    """The backend whose arrays these are; "numpy" where they are plain numbers and lists. Raises EvaluationError for
    arrays of several libraries."""
    found: dict[str, str] = {}
    for name, value in arrays.items():
        packages = {kind.__module__.partition(".")[0] for kind in type(value).__mro__}
        for backend, entry in LIBRARIES.items():
            if not packages.isdisjoint(entry.arrays):
                found.setdefault(backend, name)
    if len(found) > 1:
        first, second = found.items()
        raise EvaluationError(f"{first[1]} is an array of {first[0]} and {second[1]} one of {second[0]}")
    return next(iter(found), "numpy")
