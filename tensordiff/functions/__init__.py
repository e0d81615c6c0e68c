"""The functions that expressions are made of: derivative rules, evaluation, simplification."""

from tensordiff.functions.choice import SIGNS as COMPARISONS
from tensordiff.functions.choice import WHERE
from tensordiff.functions.cholesky import CHOL
from tensordiff.functions.constants import (
    PI,
    Constant,
    Diagonals,
    Duplication,
    Elimination,
    LowerMask,
    Pi,
    SkewDuplication,
    Unit,
    UpperMask,
    constant,
)
from tensordiff.functions.determinant import ADJUGATE, DET, LOG_OF_DET, LOGDET
from tensordiff.functions.extremes import Extreme, Hardmax, smallest
from tensordiff.functions.frechet import Frechet
from tensordiff.functions.inclusion import Inclusion, Place, inclusion
from tensordiff.functions.inverse import INVERSE
from tensordiff.functions.matrix_function import MatrixFunction, WholeMatrix, is_primary, keeps_symmetry, sandwich, transpose
from tensordiff.functions.matrix_power import MATRIX_POWER, matrix_power
from tensordiff.functions.multivariate import Multivariate
from tensordiff.functions.power import ABS, EXP, LOG, POWER, SIGN, power
from tensordiff.functions.pseudo_inverse import PINV
from tensordiff.functions.registry import ELEMENTWISE, MATRIX, SYMPY, SYNONYMS, lookup
from tensordiff.functions.rotation import HAT, LEVI
from tensordiff.functions.softmax import AlongAxes, LogSumExp, Softmax
from tensordiff.functions.spectral import EXPM, LOGM, SQRTM
from tensordiff.functions.stacks import OVER_MATRICES, OverMatrices
from tensordiff.functions.symmetric_map import SymmetricMap
from tensordiff.functions.table import Extremum
from tensordiff.functions.undefined import Undefined
from tensordiff.functions.univariate import Univariate
from tensordiff.functions.user import UserFunction, elementwise
from tensordiff.functions.user_map import UserMap

__all__ = [
    "ABS", "ADJUGATE", "CHOL", "COMPARISONS", "DET", "ELEMENTWISE", "EXP", "EXPM", "HAT", "INVERSE", "LEVI", "LOG", "LOGDET",
    "LOGM", "LOG_OF_DET", "MATRIX", "MATRIX_POWER", "OVER_MATRICES", "PI", "PINV", "POWER", "SIGN", "SQRTM", "SYMPY",
    "SYNONYMS", "WHERE", "AlongAxes", "Constant", "Diagonals", "Duplication", "Elimination", "Extreme", "Extremum",
    "Frechet", "Hardmax", "Inclusion", "LogSumExp", "LowerMask", "MatrixFunction", "Multivariate", "OverMatrices", "Pi",
    "Place", "SkewDuplication", "Softmax", "SymmetricMap", "Undefined", "Unit", "Univariate", "UpperMask", "UserFunction",
    "UserMap", "WholeMatrix", "constant", "elementwise", "inclusion", "is_primary", "keeps_symmetry", "lookup",
    "matrix_power", "power", "sandwich", "smallest", "transpose",
]  # fmt: skip
