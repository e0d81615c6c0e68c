"""The array libraries that programs run on; each is imported when a program for it is first made."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from tensordiff.compile.write.library import ArrayLibrary
from tensordiff.errors import EvaluationError, TensordiffError

BACKENDS = ("numpy", "jax", "torch")


def library(name: str, *, rows: bool = False) -> ArrayLibrary:
    """The library called `name`, with results laid out in `rows` if asked for. Raises TensordiffError for an unknown name, or
    one that is not installed."""
    try:
        if name == "numpy":
            from tensordiff.compile.write.numpy_backend import NumpyLibrary

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
