"""Other things in place of names."""

from __future__ import annotations

from collections.abc import Mapping

from tensordiff.errors import ShapeError, UnknownNameError, nearest
from tensordiff.matrix import Matrix, Scope, build, same_sizes, shape_text, text
from tensordiff.records import replace
from tensordiff.tensor import postorder


def substituted(formula: Matrix, scope: Scope, values: Mapping[str, tuple[Matrix, Scope]]) -> tuple[Matrix, Scope]:
    """The formula with the values in place of the names, all at once, and its scope: without the names that are replaced,
    but for those which a value has, and with definitions in which the same is done.

    Raises UnknownNameError for a name that is neither a symbol nor a `where` name, ShapeError for another shape.
    """
    put: dict[Matrix, Matrix] = {}
    for name, (value, _) in values.items():
        node = _replaceable(name, scope)
        if not same_sizes(node.shape, value.shape):
            raise ShapeError(f"{name} is {shape_text(node.shape)}, and {text(value)} is {shape_text(value.shape)}")
        put[node] = value
    made = replace(scope, symbols={}, where={})
    for name, node in scope.symbols.items():
        if name not in values:
            made = made.with_symbol(node)
    for value, given in values.values():
        made = made.merge(_needed(value, given))
    for name, node in scope.where.items():
        if name not in values:
            made = made.with_where(name, build.replace(node, put))
    return build.replace(formula, put), made


def _replaceable(name: str, scope: Scope) -> Matrix:
    found = scope.symbols.get(name) or scope.where.get(name)
    if found is not None:
        return found
    if name in scope.dims:
        raise UnknownNameError(f"{name} is a size, which nothing can be put in place of", hint="give sizes to evaluate()")
    known = [*scope.symbols, *scope.where]
    near = nearest(name, known)
    hint = f"did you mean {near}?" if near else f"names are {', '.join(known) or 'none'}"
    raise UnknownNameError(f"there is no {name} in the expression", hint=hint)


def _needed(value: Matrix, scope: Scope) -> Scope:
    """The scope without the symbols and definitions that the value does not have."""
    parts = set(postorder([value]))
    symbols, where = ({name: node for name, node in kind.items() if node in parts} for kind in (scope.symbols, scope.where))
    return replace(scope, symbols=symbols, where=where, conventions=None)
