"""Graphs of nodes as flat tables, for pickling: nothing recurses, and nodes are interned again when read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tensordiff.functions import SymmetricMap, UserMap, lookup
from tensordiff.functions.symmetric_map import SymmetricSlope
from tensordiff.tensor import Apply, Dim, Einsum, Function, Named, Sum, Symbol, Tensor, postorder


def pack(roots: Sequence[Tensor]) -> dict[str, Any]:
    """A table of plain values and functions from which `unpack` makes the same nodes."""
    rows: list[tuple[Any, ...]] = []
    place: dict[Tensor, int] = {}
    for node in postorder(roots):
        children = tuple(place[child] for child in node.children)
        place[node] = len(rows)
        if isinstance(node, Symbol):
            rows.append(("symbol", node.name, _dims(node.dims), node.structure, node.assumption))
        elif isinstance(node, Named):
            rows.append(("named", node.name, children[0]))
        elif isinstance(node, Sum):
            rows.append(("sum", children, node.coefficients, _dims(node.dims)))
        elif isinstance(node, Apply):
            rows.append(("apply", children, _function(node.function)))
        else:
            assert isinstance(node, Einsum)
            labels = tuple(labels for _, labels in node.factors)
            rows.append(("einsum", children, labels, node.output, _dims(node.index_dims)))
    return {"rows": rows, "roots": [place[root] for root in roots]}


def unpack(table: dict[str, Any]) -> list[Any]:
    """The nodes that `pack` was given."""
    nodes: list[Tensor] = []
    for kind, *fields in table["rows"]:
        if kind == "symbol":
            name, dims, structure, assumption = fields
            nodes.append(Symbol.make(name, _undims(dims), structure, assumption))
        elif kind == "named":
            nodes.append(Named.make(fields[0], nodes[fields[1]]))
        elif kind == "sum":
            children, coefficients, dims = fields
            terms = tuple((c, nodes[child]) for c, child in zip(coefficients, children, strict=True))
            nodes.append(Sum.make(terms, _undims(dims)))
        elif kind == "apply":
            children, stored = fields
            function = lookup(stored) if isinstance(stored, str) else stored
            function = function.unpacked() if isinstance(function, _OfFormula) else function
            assert function is not None
            nodes.append(Apply.make(function, tuple(nodes[child] for child in children)))
        else:
            children, labels, output, dims = fields
            factors = tuple((nodes[child], own) for child, own in zip(children, labels, strict=True))
            nodes.append(Einsum.make(factors, output, _undims(dims)))
    return [nodes[place] for place in table["roots"]]


class _OfFormula:
    """A function of matrices by the function of numbers that it is made of, whose nodes are packed too."""

    def __init__(self, function: SymmetricMap | SymmetricSlope) -> None:
        self.kind = type(function)
        self.formula = pack([function.formula])
        self.last = function.order if isinstance(function, SymmetricSlope) else function.name

    def unpacked(self) -> Function:
        (formula,) = unpack(self.formula)
        made: Function = self.kind(formula, self.last)  # type: ignore[arg-type]
        return made


def _function(function: Function) -> Function | str | _OfFormula:
    """A function of the table by its name (its rules are code), any other as itself."""
    if lookup(function.name) == function:
        return function.name
    if isinstance(function, SymmetricMap | SymmetricSlope) and not isinstance(function, UserMap):
        return _OfFormula(function)
    return function


def _dims(dims: Sequence[Dim]) -> tuple[Any, ...]:
    """Dimensions as names, numbers, tuples (base, strict) for triangular ones, ("sum", terms) for sums."""
    return tuple(_dim(dim) for dim in dims)


def _dim(dim: Dim) -> Any:
    if dim.base is not None:
        return (_dim(dim.base), dim.strict)
    if dim.terms:
        return ("sum", tuple((_dims(product), count) for product, count in dim.terms))
    return dim.value if dim.name is None else dim.name


def _undims(table: Sequence[Any]) -> tuple[Dim, ...]:
    return tuple(_undim(entry) for entry in table)


def _undim(entry: Any) -> Dim:
    if isinstance(entry, tuple) and entry[0] == "sum":
        return Dim.sum(tuple((_undims(product), count) for product, count in entry[1]))
    if isinstance(entry, tuple):
        return Dim.triangular(_undim(entry[0]), entry[1])
    return Dim.named(entry) if isinstance(entry, str) else Dim.fixed(entry)
