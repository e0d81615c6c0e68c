"""Derivatives of matrix-form expressions: index form with the structure of variables taken away and put back."""

from __future__ import annotations

from collections.abc import Sequence

from tensordiff.canonical import recognised
from tensordiff.differentiate import differentiate, freed, restore
from tensordiff.errors import BudgetError
from tensordiff.lower.lower import lower
from tensordiff.matrix import Matrix, Scope, build
from tensordiff.simplify import close_frechet_in, close_spectrum
from tensordiff.tensor import Named, Node, Tensor, postorder

_MAX_NODES = 8_000
_GROWTH = 40
"""So many operations, and so many times those of the function, may a derivative have that is differentiated again."""


def free_derivative(f: Matrix, variables: Sequence[Matrix], memo: dict[Node, Tensor] | None = None) -> Tensor:
    """The derivative by all entries of the variables (symbols) independently, axes of f, then of each variable.

    Structure is taken away before anything is simplified, and put back when all differentiations are done. `memo` is as
    for `lower`.
    """
    tensor = loosened(f, variables, memo)
    most = max(_MAX_NODES, _GROWTH * len(postorder([tensor])))
    for order, node in enumerate(variables, start=1):
        tensor = close_frechet_in(differentiate(tensor, freed(node.data[0])))
        if order < len(variables) and (size := len(postorder([tensor]))) > most:
            raise BudgetError(
                f"the derivative of order {order} has {size} operations, too many to be differentiated again",
                hint=f"order {order} is known: evaluate it, or take products with directions (td.jvp, td.hvp)",
            )
    return restore(tensor, [node.data[0] for node in variables])


def loosened(f: Matrix, variables: Sequence[Matrix], memo: dict[Node, Tensor] | None = None) -> Tensor:
    """f in index form, its functions under their names, the structure of the variables taken away before that."""
    loose = [(node, freed(node.data[0])) for node in variables]
    changed = {node: build.symbol(symbol, node.shape) for node, symbol in loose if symbol is not node.data[0]}
    return recognised(close_spectrum(lower(build.replace(f, changed) if changed else f, memo)))


def named_parts(scope: Scope) -> list[Named]:
    """The `where` names of a scope as let-bindings in index form, in the order in which they were declared."""
    parts = [lower(node) for node in scope.where.values()]
    return [part for part in parts if isinstance(part, Named)]
