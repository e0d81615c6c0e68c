"""Every function by its name."""

from __future__ import annotations

from tensordiff.functions import table
from tensordiff.functions.cholesky import CHOL
from tensordiff.functions.determinant import ADJUGATE, DET, LOGDET
from tensordiff.functions.inverse import INVERSE
from tensordiff.functions.spectral import EXPM, LOGM, SQRTM
from tensordiff.functions.table import Extremum
from tensordiff.functions.univariate import Univariate
from tensordiff.tensor import Function

ELEMENTWISE: dict[str, Univariate | Extremum] = {
    function.name: function for function in vars(table).values() if isinstance(function, Univariate | Extremum)
}
"""Elementwise functions: of one argument, but max and min."""

SYMPY: dict[str, Univariate | Extremum] = {f.sympy: f for f in ELEMENTWISE.values() if isinstance(f.sympy, str)}
"""Those that SymPy has a class of, by its name."""

MATRIX: dict[str, Function] = {
    function.name: function for function in (INVERSE, DET, LOGDET, ADJUGATE, EXPM, LOGM, SQRTM, CHOL)
}
"""Functions of one square matrix."""

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
