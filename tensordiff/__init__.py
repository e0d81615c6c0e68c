"""tensordiff: index-notation tensor calculus for matrix expressions with symbolic sizes.

    >>> import tensordiff as td
    >>> F = td.parse("inv(X'*inv(V)*X)", shapes={"X": "n m", "V": "n n"})
    >>> J = td.diff(F, "V")
    >>> J.shape
    (Dim(m), Dim(m), Dim(n), Dim(n))

See docs/ for the tutorial and the architecture.
"""

# Submodules that share their name with a function are loaded first: loaded later they would take the function's place.
import tensordiff.check
import tensordiff.compile  # noqa: F401
from tensordiff.api.chain import ChainLink, ChainRule, chain
from tensordiff.api.checks import assert_equal, check, check_chain, equal
from tensordiff.api.declare import dims, elementwise, function, matrix, named, number, parse, scalar, tensor, vector, where
from tensordiff.api.derivative import Derivative, diff
from tensordiff.api.exchange import from_einsum, from_sympy
from tensordiff.api.explain import explain
from tensordiff.api.expression import Expression
from tensordiff.api.for_jax import jax_function
from tensordiff.api.for_torch import torch_function
from tensordiff.api.functions import NAMED, block, commutation, eye, kron, matrix_power, ones, pi, tril, triu, unit, zeros
from tensordiff.api.grading import Grade, grade
from tensordiff.api.objective import Objective, objective
from tensordiff.api.programs import compile_expressions as compile
from tensordiff.api.proofreading import proofread
from tensordiff.api.sweeps import gauss_newton, gradient, hessian, hvp, jacobian, jvp, vjp
from tensordiff.errors import (
    BudgetError,
    DomainError,
    EvaluationError,
    FoldError,
    MissingRuleError,
    ParseError,
    ShapeError,
    TensordiffError,
    UnknownNameError,
    VerificationError,
)

__version__ = "0.1.0"

globals().update(NAMED)

__all__ = [
    "BudgetError", "ChainLink", "ChainRule", "Derivative", "DomainError", "EvaluationError", "Expression", "FoldError",
    "Grade", "MissingRuleError", "Objective", "ParseError", "ShapeError", "TensordiffError", "UnknownNameError", "Verdict",
    "VerificationError", "assert_equal", "block", "chain", "check", "check_chain", "commutation", "compile", "diff", "dims",
    "elementwise", "equal", "explain", "eye", "from_einsum", "from_sympy", "function", "gauss_newton", "grade", "gradient",
    "hessian", "hvp", "jacobian", "jax_function", "jvp", "kron", "matrix", "matrix_power", "named", "number", "objective",
    "ones", "parse", "pi", "proofread", "scalar", "tensor", "torch_function", "tril", "triu", "unit", "vector", "vjp", "where",
    "zeros",
    *NAMED,
]  # fmt: skip


def __getattr__(name: str) -> object:
    if name == "Verdict":  # checking needs NumPy, which is imported when it is first needed
        from tensordiff.check import Verdict

        return Verdict
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
