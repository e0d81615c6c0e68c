"""tensordiff: index-notation tensor calculus for matrix expressions with symbolic sizes.

    >>> import tensordiff as td
    >>> F = td.parse("inv(X'*inv(V)*X)", shapes={"X": "n m", "V": "n n"})
    >>> J = td.diff(F, "V")
    >>> J.shape
    (Dim(m), Dim(m), Dim(n), Dim(n))

See docs/ for the tutorial and the architecture.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from tensordiff.api import words
    from tensordiff.api.chain import ChainLink, ChainRule, chain
    from tensordiff.api.checks import assert_equal, check, check_chain, equal
    from tensordiff.api.declare import (
        dims,
        elementwise,
        function,
        matrix,
        matrix_function,
        named,
        number,
        parse,
        pattern,
        scalar,
        tensor,
        vector,
        where,
    )
    from tensordiff.api.derivative import Derivative, diff
    from tensordiff.api.exchange import from_einsum, from_sympy
    from tensordiff.api.explain import explain
    from tensordiff.api.expression import Expression
    from tensordiff.api.for_jax import jax_function
    from tensordiff.api.for_torch import torch_function
    from tensordiff.api.functions import block, commutation, eye, kron, matrix_power, ones, pi, tril, triu, unit, zeros
    from tensordiff.api.grading import Grade, grade
    from tensordiff.api.objective import Objective, objective
    from tensordiff.api.programs import compile
    from tensordiff.api.proofreading import proofread
    from tensordiff.api.sweeps import gauss_newton, gradient, hessian, hvp, jacobian, jvp, vjp
    from tensordiff.api.words import *  # noqa: F403
    from tensordiff.check.verdict import Verdict
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

    __all__ = [
        "BudgetError", "ChainLink", "ChainRule", "Derivative", "DomainError", "EvaluationError", "Expression", "FoldError",
        "Grade", "MissingRuleError", "Objective", "ParseError", "ShapeError", "TensordiffError", "UnknownNameError",
        "Verdict", "VerificationError", "assert_equal", "block", "chain", "check", "check_chain", "commutation", "compile",
        "diff", "dims", "elementwise", "equal", "explain", "eye", "from_einsum", "from_sympy", "function", "gauss_newton",
        "grade", "gradient", "hessian", "hvp", "jacobian", "jax_function", "jvp", "kron", "matrix", "matrix_function",
        "matrix_power", "named", "number", "objective", "ones", "parse", "pattern", "pi", "proofread", "scalar", "tensor",
        "torch_function", "tril", "triu", "unit", "vector", "vjp", "where", "zeros",
    ]  # fmt: skip
    __all__ += words.__all__

_NAMES = {
    "api.chain": ("ChainLink", "ChainRule", "chain"),
    "api.checks": ("assert_equal", "check", "check_chain", "equal"),
    "api.declare": (
        "dims", "elementwise", "function", "matrix", "matrix_function", "named", "number", "parse", "pattern", "scalar",
        "tensor", "vector", "where",
    ),
    "api.derivative": ("Derivative", "diff"),
    "api.exchange": ("from_einsum", "from_sympy"),
    "api.explain": ("explain",),
    "api.expression": ("Expression",),
    "api.for_jax": ("jax_function",),
    "api.for_torch": ("torch_function",),
    "api.functions": (
        "block", "commutation", "eye", "kron", "matrix_power", "ones", "pi", "tril", "triu", "unit", "zeros",
    ),
    "api.grading": ("Grade", "grade"),
    "api.objective": ("Objective", "objective"),
    "api.programs": ("compile",),
    "api.proofreading": ("proofread",),
    "api.sweeps": ("gauss_newton", "gradient", "hessian", "hvp", "jacobian", "jvp", "vjp"),
    "check.verdict": ("Verdict",),
    "errors": (
        "BudgetError", "DomainError", "EvaluationError", "FoldError", "MissingRuleError", "ParseError", "ShapeError",
        "TensordiffError", "UnknownNameError", "VerificationError",
    ),
}  # fmt: skip
_HOMES = {name: module for module, names in _NAMES.items() for name in names}


class _Package(ModuleType):
    """The package, which imports what defines a name when the name is first asked for."""

    def __getattr__(self, name: str) -> Any:
        if name in _HOMES:
            value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
        elif name.startswith("_") and name != "__all__":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        else:
            words = import_module(f"{__name__}.api.functions").NAMED
            if name == "__all__":
                value = [*_HOMES, *words]
            elif name in words:
                value = words[name]
            else:
                raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        self.__dict__[name] = value
        return value

    def __setattr__(self, name: str, value: Any) -> None:
        """Importing the folder `matrix` does not put it in the place of the function."""
        if name not in _HOMES or not isinstance(value, ModuleType):
            super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        return sorted({*self.__dict__, *self.__getattr__("__all__")})


sys.modules[__name__].__class__ = _Package
