"""Every function by its name."""

from __future__ import annotations

from tensordiff.functions import table
from tensordiff.functions.cholesky import CHOL
from tensordiff.functions.determinant import ADJUGATE, DET, LOGDET
from tensordiff.functions.inverse import INVERSE
from tensordiff.functions.power import ABS, EXP, LOG, SIGN
from tensordiff.functions.spectral import EXPM, LOGM, SQRTM
from tensordiff.tensor import Function

ELEMENTWISE: dict[str, Function] = {
    function.name: function
    for function in (
        EXP, LOG, ABS, SIGN,
        table.SIN, table.COS, table.TAN, table.ARCSIN, table.ARCCOS, table.ARCTAN,
        table.SINH, table.COSH, table.TANH, table.ARSINH, table.ARCOSH, table.ARTANH,
        table.LOG1P, table.EXPM1, table.CBRT, table.RELU, table.STEP, table.SIGMOID, table.SOFTPLUS, table.ERF, table.GELU,
        table.SQRT, table.SQUARE, table.RECIPROCAL, table.LOG2, table.LOG10, table.SILU, table.LOGSIGMOID,
        table.SEC, table.CSC, table.COT, table.MAXIMUM, table.MINIMUM,
    )
}  # fmt: skip
"""Elementwise functions: of one argument, but max and min."""

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
