"""Derivations, told step by step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, count
from typing import Any

from tensordiff.api.chain import ChainRule, chain_through
from tensordiff.api.derivative import Derivative, diff, formula
from tensordiff.api.expression import Expression, expression
from tensordiff.api.variables import variable_node
from tensordiff.errors import FoldError, UnknownNameError
from tensordiff.lower import lower
from tensordiff.matrix import Matrix, Scope, text
from tensordiff.show.notebook import text_html
from tensordiff.tensor import Apply, postorder

_MAX_PARTS = 8


class Explanation(str):
    """A derivation as text, with what it is made of."""

    chains: tuple[ChainRule, ...]
    """The chain rule of each order that has links."""
    derivative: Derivative
    """What is derived, by all entries independently."""

    def __repr__(self) -> str:
        return f"<explanation of the {repr(self.derivative)[1:]}"

    def _repr_html_(self) -> str:
        return text_html(repr(self)[1:-1], self)


def explain(f: str | Expression, *wrt: Expression | str, **declarations: Any) -> Explanation:
    """The derivation of df/dwrt: the intermediate quantities, the rule for each, the contraction, and the matrix form. With
    further variables, the derivation of each further derivative from the one before. The text has its chain rules in
    `.chains` and its result in `.derivative`. A text f is read with `shapes` ... as in `parse`. Raises UnknownNameError for a
    variable that is not declared, ShapeError and others as `diff` does.

    >>> import tensordiff as td
    >>> print(td.explain(td.parse("tr(A*X)"), "X").splitlines()[-1])
    In matrix form (gradient layout): A'
    """
    f = expression(formula(f, declarations))
    if not wrt:
        raise UnknownNameError("explain needs a variable", hint='explain(f, X), or explain(f, "X")')
    chains: list[ChainRule] = []
    told = [*_derivation(f, wrt[0], chains), _result(f, wrt[:1])]
    for order in range(2, len(wrt) + 1):
        by = ", ".join(str(variable) for variable in wrt[:order])
        told += ["", f"The derivative by {by}: that of the one before, by {wrt[order - 1]}.", ""]
        try:
            before = diff(f, *wrt[: order - 1], entries="free").expression()
        except FoldError:
            told.append(str(diff(f, *wrt[:order], entries="free")))
        else:
            name = next(name for name in _names(before.matrix, before.scope))
            scope = before.scope.with_where(name, before.matrix)
            told += _derivation(Expression(scope.where[name], scope), wrt[order - 1], chains)
        told.append(_result(f, wrt[:order]))
    found = Explanation("\n".join(told))
    found.chains, found.derivative = tuple(chains), diff(f, *wrt, entries="free")
    return found


def _derivation(f: Expression, wrt: Expression | str, chains: list[ChainRule]) -> list[str]:
    """The chain rule through parts of f, which joins `chains`, or the derivative itself where there is nothing between."""
    node = variable_node(f.scope, wrt)
    parts, scope = _intermediates(f, node)
    found = chain_through(f.matrix, scope, parts, node, strict=False)
    between = [part for part in parts if any(part.data[0] in path for path in found.paths)]
    if not between:
        defined = [f"    {f.matrix.data[0]} = {text(f.matrix.children[0])}", ""] if f.matrix.op == "named" else []
        return [*defined, str(diff(f, wrt, entries="free")), ""]
    chains.append(found)
    named = [found.f.matrix, *between]
    return ["With the names", *(f"    {part.data[0]} = {text(part.children[0])}" for part in named), "", str(found), ""]


def _result(f: Expression, wrt: Sequence[Expression | str]) -> str:
    derivative = diff(f, *wrt, entries="free")
    try:
        return f"In matrix form ({derivative.default_layout} layout): {derivative.matrix_form()}"
    except FoldError as error:
        return error.message


def _intermediates(f: Expression, variable: Matrix) -> tuple[list[Matrix], Scope]:
    """Parts worth a name, from the function down: the user's own, then arguments and values of functions that depend on
    the variable and that the function still has in index form (norm2(r)^2 is r'*r: it has r, and no norm)."""
    scope = f.scope
    order: list[Matrix] = postorder([f.matrix])
    active: set[Matrix] = set()
    for node in order:
        if node is variable or any(child in active for child in node.children):
            active.add(node)
    own = [node for node in order if node.op == "named" and node in active and node is not f.matrix]
    skip = {f.matrix, *(node.children[0] for node in own), *(f.matrix.children if f.matrix.op == "named" else ())}
    present = set(postorder([lower(f.matrix)]))
    heads = [node for node in order if not node.free and isinstance(lower(node), Apply)]
    worth = {*heads, *(child for node in heads for child in node.children)}
    fresh = [
        node
        for node in order
        if node in active
        and node in worth
        and node not in skip
        and node.children
        and not node.free
        and node.op not in _LINEAR
        and lower(node) in present
    ][: max(0, _MAX_PARTS - len(own))]
    names = _names(f.matrix, scope)
    parts = {node: node for node in own}
    for node in reversed(fresh):
        name = next(names)
        scope = scope.with_where(name, node)
        parts[node] = scope.where[name]
    return [parts[node] for node in reversed(order) if node in parts], scope


def _names(f: Matrix, scope: Scope) -> Iterator[str]:
    """Names for parts that neither the scope nor the left-hand side has."""
    letters = chain("MPQRUWYZ", (f"T{k}" for k in count(1)))
    taken = scope.name_for(f)
    return (letter for letter in letters if letter not in scope and letter != taken)


_LINEAR = {"transpose", "named", "symbol", "entry", "contract"}
