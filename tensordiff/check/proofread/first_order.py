"""Equality to first order in something small: f(X + Delta) = f(X) + ... up to higher powers of Delta."""

from __future__ import annotations

from collections.abc import Sequence

from tensordiff.check.proofread.world import World
from tensordiff.derive import along, free_derivative
from tensordiff.errors import ParseError
from tensordiff.evidence.equality import Equality, equal, equal_tensors
from tensordiff.lower import lower
from tensordiff.matrix import Matrix, build
from tensordiff.tensor import Symbol, Tensor, add, postorder, replace, zero

SMALL = ("Delta", "delta", "epsilon", "Δ", "δ", "ε")
"""The names of what is small; the differentials are, too."""


def with_small(world: World, texts: Sequence[str]) -> World:
    """The world in which Delta is a change of the variable, where a text has it and nobody declared it."""
    written = any("Delta" in text or "Δ" in text for text in texts)
    known = any(name in world.scope for name in SMALL)
    if known or not written or len(world.varied) != 1:
        return world
    (name,) = world.varied
    variable = world.scope.symbols[name]
    return world.declaring("Delta", variable.shape)


def equal_to_first_order(world: World, a: Matrix, b: Matrix) -> Equality:
    """Whether two expressions have the same value and the same first derivative where what is small is zero.

    Raises ParseError where nothing in them is small.
    """
    small = [
        node
        for node in dict.fromkeys(postorder([a, b]))
        if isinstance(node, Matrix) and node.op == "symbol" and (node.data[0].name in SMALL or node in world.varied.values())
    ]
    if not small:
        raise ParseError("nothing here is small", hint="≈ is read to first order in Delta, or in dX")
    at_zero = {node: build.zeros(*node.shape) if node.shape else build.number(0) for node in small}
    values = [build.replace(side, at_zero) for side in (a, b)]
    found = equal(*values)
    if not found.equal:
        return found
    return equal_tensors(*(_first_derivative(side, small) for side in (a, b)))


def _first_derivative(side: Matrix, small: Sequence[Matrix]) -> Tensor:
    """The change of a side with what is small, from zero."""
    parts = []
    for node in small:
        symbol: Symbol = node.data[0]
        change = Symbol.make(f"{symbol.name}#", symbol.dims, symbol.structure)
        parts.append((1, along(free_derivative(side, [node]), [change])))
    nothing = {lower(node): zero(node.dims) for node in small}
    made: Tensor = replace(add(parts), nothing)
    return made
