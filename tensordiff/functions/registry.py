"""Every function by its name."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from tensordiff.functions import table
from tensordiff.functions.matrix_function import WholeMatrix
from tensordiff.functions.table import Extremum
from tensordiff.functions.univariate import Univariate
from tensordiff.tensor import Function

ELEMENTWISE: dict[str, Univariate | Extremum] = {
    function.name: function for function in vars(table).values() if isinstance(function, Univariate | Extremum)
}
"""Elementwise functions: of one argument, but max and min."""

SYMPY: dict[str, Univariate | Extremum] = {f.sympy: f for f in ELEMENTWISE.values() if isinstance(f.sympy, str)}
"""Those that SymPy has a class of, by its name."""

_ABOVE = frozenset({"registry", "user"})
"""The modules of this package that read the registry."""


def _whole_matrix_functions() -> dict[str, WholeMatrix]:
    """The functions of whole matrices that the modules of this package define, in the order of their files."""
    found: dict[str, WholeMatrix] = {}
    for module in sorted(module.name for module in iter_modules([str(Path(__file__).parent)])):
        if module in _ABOVE:
            continue
        for value in vars(import_module(f"tensordiff.functions.{module}")).values():
            if isinstance(value, WholeMatrix) and value.doc:
                found.setdefault(value.name, value)
    return found


MATRIX: dict[str, WholeMatrix] = _whole_matrix_functions()
"""Functions of one whole matrix that are called by name."""

SYNONYMS: dict[str, str] = {
    "asin": "arcsin", "acos": "arccos", "atan": "arctan",
    "asinh": "arsinh", "acosh": "arcosh", "atanh": "artanh",
    "arcsinh": "arsinh", "arccosh": "arcosh", "arctanh": "artanh",
    "ln": "log", "heaviside": "step", "logistic": "sigmoid", "expit": "sigmoid", "swish": "silu",
    "adjugate": "adj", "inverse": "inv",
}  # fmt: skip
"""Other spellings that are read."""


def lookup(name: str) -> Function | None:
    """The function of this name or synonym, None where there is none."""
    name = SYNONYMS.get(name, name)
    return ELEMENTWISE.get(name) or MATRIX.get(name)
