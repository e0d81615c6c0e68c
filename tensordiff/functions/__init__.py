"""The functions that expressions are made of: derivative rules, evaluation, simplification."""

from tensordiff.functions.constants import (
    PI,
    Constant,
    Duplication,
    Elimination,
    LowerMask,
    Pi,
    Unit,
    UpperMask,
    constant,
)
from tensordiff.functions.determinant import ADJUGATE, DET, LOGDET
from tensordiff.functions.inverse import INVERSE
from tensordiff.functions.matrix_function import MatrixFunction, sandwich, transpose
from tensordiff.functions.matrix_power import MATRIX_POWER, matrix_power
from tensordiff.functions.power import ABS, EXP, LOG, POWER, SIGN, power
from tensordiff.functions.registry import ELEMENTWISE, MATRIX, SYNONYMS, lookup
from tensordiff.functions.undefined import Undefined
from tensordiff.functions.univariate import Univariate

__all__ = [
    "ABS", "ADJUGATE", "DET", "ELEMENTWISE", "EXP", "INVERSE", "LOG", "LOGDET", "MATRIX", "MATRIX_POWER", "PI",
    "POWER", "SIGN", "SYNONYMS", "Constant", "Duplication", "Elimination", "LowerMask", "MatrixFunction", "Pi",
    "Undefined", "Unit", "Univariate", "UpperMask", "constant", "lookup", "matrix_power", "power", "sandwich",
    "transpose",
]  # fmt: skip
