"""What a derivative is by, and what the left-hand side calls the function."""

from __future__ import annotations

from tensordiff.api.expression import Expression
from tensordiff.errors import UnknownNameError, nearest
from tensordiff.matrix import Matrix, Scope, text


def variable_node(scope: Scope, variable: Expression | str) -> Matrix:
    """The declared symbol that a variable names. Raises UnknownNameError for anything else."""
    if isinstance(variable, Expression):
        if variable.matrix.op != "symbol":
            raise UnknownNameError(
                f"cannot differentiate by {variable}: it is not a declared symbol",
                hint="differentiate by a symbol; for parts of an expression see chain",
            )
        return variable.matrix
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
        hint=f"did you mean {near}?" if near else f"declared symbols are {known}",
    )


def display_name(f: Expression, scope: Scope) -> str:
    """What f is called on the left-hand side: its `where` name, else f or F, whichever is not taken."""
    return scope.name_for(f.matrix)
