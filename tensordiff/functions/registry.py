"""Every function by its name."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from os import listdir
from os.path import dirname
from typing import TypeGuard, TypeVar

from tensordiff.functions.matrix_function import WholeMatrix
from tensordiff.functions.multivariate import Multivariate
from tensordiff.functions.table import Extremum
from tensordiff.functions.univariate import Univariate
from tensordiff.tensor import Function

_ABOVE = frozenset({"registry", "user", "user_map"})
"""The modules of this package that read the registry."""

_NAMES = sorted(
    {file.partition(".")[0] for file in listdir(dirname(__file__))} - _ABOVE, key=lambda name: (name != "table", name)
)
_MODULES = [import_module(f"tensordiff.functions.{name}") for name in _NAMES if name[:1] not in ("_", "")]
Found = TypeVar("Found", bound=Function)


def _defined(kind: Callable[[object], TypeGuard[Found]]) -> dict[str, Found]:
    """The functions of a kind that the modules of this package define, by name, those of the table first."""
    found: dict[str, Found] = {}
    for module in _MODULES:
        for value in vars(module).values():
            if kind(value):
                found.setdefault(value.name, value)
    return found


def _is_elementwise(value: object) -> TypeGuard[Univariate | Multivariate | Extremum]:
    return isinstance(value, Univariate | Multivariate | Extremum)


def _is_whole(value: object) -> TypeGuard[WholeMatrix]:
    return isinstance(value, WholeMatrix) and bool(value.doc)


ELEMENTWISE: dict[str, Univariate | Multivariate | Extremum] = _defined(_is_elementwise)
"""Elementwise functions: of one argument, and of several."""

SYMPY: dict[str, Univariate | Multivariate | Extremum] = {
    **{f.sympy: f for f in ELEMENTWISE.values() if isinstance(f.sympy, str)},
    **{name: f for f in ELEMENTWISE.values() if isinstance(f, Univariate) for name in f.sympy_names},
}
"""Those that SymPy has a class of, by its name."""

MATRIX: dict[str, WholeMatrix] = _defined(_is_whole)
"""Functions of one whole matrix that are called by name."""

SYNONYMS: dict[str, str] = {
    "asin": "arcsin", "acos": "arccos", "atan": "arctan",
    "asinh": "arsinh", "acosh": "arcosh", "atanh": "artanh",
    "arcsinh": "arsinh", "arccosh": "arcosh", "arctanh": "artanh",
    "ln": "log", "heaviside": "step", "logistic": "sigmoid", "expit": "sigmoid", "swish": "silu",
    "adjugate": "adj", "inverse": "inv", "lgamma": "gammaln", "loggamma": "gammaln", "arctan2": "atan2",
}  # fmt: skip
"""Other spellings that are read."""


def lookup(name: str) -> Function | None:
    """The function of this name or synonym, None where there is none."""
    name = SYNONYMS.get(name, name)
    return ELEMENTWISE.get(name) or MATRIX.get(name)
