"""Special cases of a problem: sizes made equal, all matrices made numbers.

A claim that is right only there says what went wrong: formulas that hold for square matrices, or for 1-by-1 ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

from tensordiff.matrix import Matrix, Scope, build
from tensordiff.tensor import Dim, Extent, Function, Node, Symbol, bottom_up

Renaming = Mapping[Dim, Dim]


def identified(matrix: Matrix, renaming: Renaming) -> Matrix:
    """The expression with sizes made equal; what conformed still does."""

    def visit(node: Node, children: tuple[Matrix, ...]) -> Matrix:
        assert isinstance(node, Matrix)
        free = tuple((letter, _renamed(group, renaming)) for letter, group in node.free)
        return Matrix.make(node.op, _renamed(node.shape, renaming), _renamed(node.data, renaming), children, free)

    return bottom_up(matrix, visit)


def identified_scope(scope: Scope, renaming: Renaming) -> Scope:
    """The scope with sizes made equal; the old names of sizes still stand for them."""
    return Scope(
        {name: identified(node, renaming) for name, node in scope.symbols.items()},
        {name: renamed_dim(dim, renaming) for name, dim in scope.dims.items()},
        {name: identified(node, renaming) for name, node in scope.where.items()},
        scope.functions,
        conventions=scope.conventions,
    )


def renamed_dim(dim: Dim, renaming: Renaming) -> Dim:
    if dim.base is not None:
        return Dim.triangular(renamed_dim(dim.base, renaming), dim.strict)
    if dim.terms:
        length = Extent(())
        for product, count in dim.terms:
            length += Extent.number(count) * Extent.of(*(renamed_dim(part, renaming) for part in product))
        return length.group()[0]
    return renaming.get(dim, dim)


def _renamed(value: Any, renaming: Renaming) -> Any:
    if isinstance(value, tuple):
        return tuple(_renamed(part, renaming) for part in value)
    if isinstance(value, Dim):
        return renamed_dim(value, renaming)
    if isinstance(value, Symbol):
        dims = tuple(renamed_dim(dim, renaming) for dim in value.dims)
        return Symbol.make(value.name, dims, value.structure, value.assumption)
    assert not isinstance(value, Function) or not getattr(value, "axes", ()), "matrix form has no constants with axes"
    return value


def scalar_scope(scope: Scope) -> Scope:
    """The scope with every symbol a number and every size 1. Raises TensordiffError where a part has no such reading."""
    return Scope(
        {name: _scalar_symbol(node) for name, node in scope.symbols.items()},
        {name: Dim.fixed(1) for name in scope.dims},
        {name: scalarised(node) for name, node in scope.where.items()},
        scope.functions,
        conventions=scope.conventions,
    )


def scalarised(matrix: Matrix) -> Matrix:
    """The expression with every matrix 1-by-1. Raises TensordiffError for what has no such reading (index notation)."""
    return bottom_up(matrix, _scalar_node)


def _scalar_symbol(node: Matrix) -> Matrix:
    symbol: Symbol = node.data[0]
    return build.symbol(Symbol.make(symbol.name, (), assumption=symbol.assumption), ())


def _scalar_node(node: Node, children: tuple[Matrix, ...]) -> Matrix:
    assert isinstance(node, Matrix)
    if node.op == "symbol":
        return _scalar_symbol(node)
    if children:
        return build.rebuild(node, children)
    return build.of_size_one(node)


def renamings(scope: Scope) -> Iterator[tuple[Renaming, str]]:
    """Pairs of sizes made equal, then all of them, with the words for it."""
    names = sorted({name for node in scope.symbols.values() for dim in node.dims for name in dim.names()})
    if len(names) <= _MAX_PAIRED:
        for first, second in combinations(names, 2):
            yield {Dim.named(second): Dim.named(first)}, f"{first} = {second}"
    if len(names) > 2:
        yield {Dim.named(name): Dim.named(names[0]) for name in names[1:]}, " = ".join(names)


_MAX_PAIRED = 5
