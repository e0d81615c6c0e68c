"""Forward and reverse accumulation on the shared graph.

The engine knows the four kinds of node: a Symbol, an Einsum (product rule), a Sum, and an Apply, whose own function
supplies its rule. Each node of the function's graph is visited once and nothing is expanded, so the derivative's graph
grows linearly with the function's.

Conventions: diff(f, X)[i.., k..] = d f_i.. / d X_k.. ; axes of f first, then those of the variable. Reverse accumulation
carries adjoints d f / d node (axes of f, axes of node), forward accumulation tangents d node / d X (axes of node, axes of
X). Griewank and Walther, Evaluating Derivatives, chapters 3.1 and 3.2, with tensors in place of numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Literal, NamedTuple

from tensordiff.tensor import (
    UNIT,
    Apply,
    Dim,
    Einsum,
    Factor,
    Indices,
    Named,
    Sum,
    Tensor,
    Term,
    add,
    einsum,
    identity,
    postorder,
    zero,
)

Mode = Literal["forward", "reverse"]


def differentiate(f: Tensor, x: Tensor, mode: Mode | None = None) -> Tensor:
    """The derivative of f by the node x, with axes f.dims + x.dims.

    x is usually a Symbol; any node of f's graph may be given, and is then varied by itself (the partial derivative with
    everything that is not made from x held fixed). The typed zero where f does not contain x. Both modes give
    canonically equal results; by default reverse, or forward where x has fewer axes than f.
    Raises MissingRuleError where a function on the way has no rule.
    """
    if mode is None:
        mode = "forward" if x.rank < f.rank else "reverse"
    return pushforward(f, x, identity(x.dims)) if mode == "forward" else pullback(f, x, identity(f.dims))


def _active(f: Tensor, x: Tensor) -> tuple[list[Tensor], set[Tensor]]:
    """The graph in postorder, and those of its nodes that depend on x."""
    order: list[Tensor] = postorder([f])
    active: set[Tensor] = set()
    for node in order:
        if node is x or any(child in active for child in node.children):
            active.add(node)
    return order, active


def pullback(f: Tensor, x: Tensor, adjoint: Tensor) -> Tensor:
    """adjoint (axes E + f) contracted with df/dx: axes E + x. With E empty this is the vector-Jacobian product."""
    extra = adjoint.dims[: adjoint.rank - f.rank]
    order, active = _active(f, x)
    contributions: dict[Tensor, list[Tensor]] = {f: [adjoint]}
    for node in reversed(order):
        if node not in active:
            continue
        parts = contributions.pop(node)
        adjoint = parts[0] if len(parts) == 1 else add([(UNIT, part) for part in parts])
        if node is x:
            return adjoint
        for child, local in _partials(node, active):
            contributions.setdefault(child, []).append(local.pull(adjoint))
    return zero(extra + x.dims)


def pushforward(f: Tensor, x: Tensor, tangent: Tensor) -> Tensor:
    """df/dx contracted with tangent (axes x + E): axes f + E. With E empty this is the Jacobian-vector product."""
    extra = tangent.dims[x.rank :]
    order, active = _active(f, x)
    tangents: dict[Tensor, Tensor] = {x: tangent}
    for node in order:
        if node in active and node is not x:
            parts = [local.push(tangents[child]) for child, local in _partials(node, active)]
            tangents[node] = parts[0] if len(parts) == 1 else add([(UNIT, part) for part in parts])
    return tangents[f] if f in active else zero(f.dims + extra)


class _Local(NamedTuple):
    """The derivative of a node by one child: a sum of coefficient * product, on labels `out` (the node's axes) and
    `into` (the child's). It is contracted from either side as one product and never formed."""

    terms: Sequence[tuple[Fraction, Sequence[Factor]]]
    out: Indices
    into: Indices
    sizes: Mapping[int, Dim]
    opened: frozenset[Tensor] = frozenset()
    """Rules are small products of their own; opened, their identities unify and no 4th-order array arises."""

    def pull(self, adjoint: Tensor) -> Tensor:
        """d f / d node, axes (f, node), contracted to d f / d child, axes (f, child)."""
        f = _outside(adjoint.rank - len(self.out))
        return self._contract(adjoint, f + self.out, f + self.into)

    def push(self, tangent: Tensor) -> Tensor:
        """d child / d x, axes (child, x), contracted to d node / d x, axes (node, x)."""
        x = _outside(tangent.rank - len(self.into))
        return self._contract(tangent, self.into + x, self.out + x)

    def _contract(self, seed: Tensor, seed_labels: Indices, result: Indices) -> Tensor:
        products = [
            (coefficient, einsum([(seed, seed_labels), *product], result, self.sizes, flatten=self.opened))
            for coefficient, product in self.terms
        ]
        if products:
            return add(products)
        dims = {**self.sizes, **dict(zip(seed_labels, seed.dims, strict=True))}
        return zero([dims[label] for label in result])


def _outside(count: int) -> Indices:
    """Labels for axes of the seed that are not the node's: below zero, where no node has labels."""
    return tuple(range(-count, 0))


def _partials(node: Tensor, active: set[Tensor]) -> Iterator[tuple[Tensor, _Local]]:
    """(child, local derivative) for every place of an active child."""
    if isinstance(node, Einsum):
        sizes = dict(enumerate(node.index_dims))
        for position, (child, indices) in enumerate(node.factors):
            if child in active:
                others = node.factors[:position] + node.factors[position + 1 :]
                yield child, _Local(((UNIT, others),), node.output, indices, sizes)
    elif isinstance(node, Sum | Named):
        labels = tuple(range(node.rank))
        sizes = dict(enumerate(node.dims))
        coefficients = node.coefficients if isinstance(node, Sum) else (UNIT,)
        for coefficient, child in zip(coefficients, node.children, strict=True):
            if child in active:
                yield child, _Local(((coefficient, ()),), labels, labels, sizes)
    elif isinstance(node, Apply):
        for position, child in enumerate(node.children):
            if child in active:
                yield child, _rule(node, position)


def _rule(node: Apply, position: int) -> _Local:
    """The function's own derivative rule as a local derivative."""
    child = node.children[position]
    rule = node.function.derivative(node.children, position)
    rank = node.rank
    out = tuple(range(rank))
    if node.function.elementwise:  # entry by entry: the argument has the result's axes, or none
        into, labels = out[: child.rank], out[: rule.rank]
        parts: tuple[Term, ...] = ((UNIT, rule),)
    else:
        into = tuple(range(rank, rank + child.rank))
        labels = out + into
        parts = rule.terms if isinstance(rule, Sum) else ((UNIT, rule),)
    sizes = dict(zip(out + into, node.dims + child.dims, strict=True))
    terms = [(coefficient, ((part, labels),)) for coefficient, part in parts]
    return _Local(terms, out, into, sizes, frozenset([part for _, part in parts]))
