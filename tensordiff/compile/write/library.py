"""How programs meet the arrays of a library."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from tensordiff.compile.write.writer import Backend

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

    def errors(self, special: bool) -> AbstractContextManager[Any]:
        """While it is entered, values outside the domain of a function are errors; of special functions too where asked."""
