"""What a derivative is by, and what the left-hand side calls the function."""

from __future__ import annotations

from typing import Any

from tensordiff.api.expression import Expression
from tensordiff.errors import UnknownNameError, nearest
from tensordiff.matrix import Matrix, Scope, text
from tensordiff.parse.names import normalise, spellings


def variable_node(scope: Scope, variable: Any) -> Matrix:
    """The declared symbol that a variable is, or names: text as in formulas (`β` or `beta`, `\\Sigma`), or a symbol of SymPy.

    Raises UnknownNameError for a name that is not that of a declared symbol, TypeError for what is no name.
    """
    if isinstance(variable, Expression):
        if variable.matrix.op != "symbol":
            raise UnknownNameError(
                f"cannot differentiate by {variable}: it is not a declared symbol",
                hint="differentiate by a symbol; for parts of an expression see chain",
            )
        return variable.matrix
    variable = _name_of(variable, scope)
    if variable in scope.symbols:
        return scope.symbols[variable]
    if variable in scope.where:
        definition = text(scope.where[variable].children[0])
        raise UnknownNameError(
            f"cannot differentiate by {variable}: it is a name for {definition}",
            hint=f"differentiate by a declared symbol, or use chain(f, through=[{variable!r}], wrt=...)",
        )
    if variable in scope.dims:
        raise UnknownNameError(f"cannot differentiate by {variable}: it is a size", hint="sizes are whole numbers")
    near = nearest(variable, list(scope.symbols))
    known = ", ".join(scope.symbols) or "none"
    raise UnknownNameError(
        f"cannot differentiate by {variable}: it is not declared",
        hint=f"did you mean {near}?"
        if near
        else f"declared symbols are {known}; the derivative by a symbol that f lacks, as td.matrix(...) makes it, is zero",
    )


def _name_of(variable: Any, scope: Scope) -> str:
    if type(variable).__module__.partition(".")[0] == "sympy":
        variable = getattr(variable, "name", variable)
    if not isinstance(variable, str):
        raise TypeError(f"a variable is a declared symbol or its name, not {type(variable).__name__}")
    name = normalise(variable.strip().removeprefix("\\"))
    return next((other for other in (name, *spellings(name)) if other in scope), name)


def display_name(f: Expression, scope: Scope) -> str:
    """What f is called on the left-hand side: its `where` name, else f or F, whichever is not taken."""
    return scope.name_for(f.matrix)
