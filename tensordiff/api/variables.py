"""What a derivative is by, and what the left-hand side calls the function."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from tensordiff.api.expression import Expression
from tensordiff.errors import ShapeError, UnknownNameError, nearest
from tensordiff.matrix import Matrix, Scope, build, shape_text, text
from tensordiff.parse.names import normalise, spellings


class Variable(NamedTuple):
    """What a derivative is by: a declared symbol, or one entry of it."""

    node: Matrix
    places: tuple[int, ...] = ()
    """The places of the entry, counted from 1; empty for the whole."""

    @property
    def name(self) -> str:
        name = str(self.node.data[0].name)
        return f"{name}[{','.join(map(str, self.places))}]" if self.places else name


def read_variable(scope: Scope, variable: Any) -> Variable:
    """A declared symbol, as `variable_node` reads it, or an entry of one: "X[1,2]", x[2], SymPy's X[0, 1]. Raises ShapeError
    for places that it does not have."""
    if isinstance(variable, str) and variable in scope.symbols:
        return Variable(scope.symbols[variable])
    if isinstance(variable, str) and (match := _ENTRY.fullmatch(variable.strip())):
        node, places = variable_node(scope, match["name"]), tuple(map(int, match["places"].split(",")))
    elif isinstance(variable, Expression) and (found := _entry_of(variable.matrix)) is not None:
        node, places = found
    elif type(variable).__name__ == "MatrixElement":
        node, places = _element(scope, variable)
    else:
        return Variable(variable_node(scope, variable))
    groups = [group for group in node.shape if group]
    if len(groups) != len(places) or any(len(group) != 1 for group in groups):
        raise ShapeError(f"{text(node)} is {shape_text(node.shape)}: it has no entry {list(places)}")
    for (dim,), place in zip(groups, places, strict=True):
        build.unit(dim, place)  # raises for a place beyond a size that is a number
    return Variable(node, places)


def _element(scope: Scope, element: Any) -> tuple[Matrix, tuple[int, ...]]:
    """The symbol and the places of SymPy's X[0, 1], which counts from 0 and gives a column two places."""
    parent, *indices = element.args
    node = variable_node(scope, parent)
    if not all(index.is_Integer for index in indices):
        raise UnknownNameError(
            f"cannot differentiate by {element}: the places of an entry are numbers",
            hint=f"the derivative by {node.data[0].name} has all entries",
        )
    places = tuple(int(index) + 1 for index in indices)
    return node, places[:1] if len(node.shape) == 1 else places[1:] if node.is_vector else places


def is_entry(variable: str) -> bool:
    """Whether a text names an entry: X[1,2]."""
    return _ENTRY.fullmatch(variable) is not None


def _entry_of(formula: Matrix) -> tuple[Matrix, tuple[int, ...]] | None:
    """The symbol and the places of X[1,2]."""
    if formula.op == "contract" and not formula.shape and formula.data[1] == (1,):
        (formula,) = formula.children
    if formula.op != "entry" or formula.children[0].op != "symbol":
        return None
    places = formula.data[0]
    return (formula.children[0], places) if all(isinstance(place, int) for place in places) else None


_ENTRY = re.compile(r"(?P<name>.+?)\s*\[\s*(?P<places>\d+(?:\s*,\s*\d+)*)\s*\]\s*")


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
    if type(variable).__module__.partition(".")[0] == "sympy" and hasattr(variable, "name"):
        variable = str(variable.name)
    if not isinstance(variable, str):
        raise TypeError(f"a variable is a declared symbol or its name, not {type(variable).__name__}")
    name = normalise(variable.strip().removeprefix("\\"))
    return next((other for other in (name, *spellings(name)) if other in scope), name)


def display_name(f: Expression, scope: Scope) -> str:
    """What f is called on the left-hand side: its `where` name, else f or F, whichever is not taken."""
    return scope.name_for(f.matrix)
