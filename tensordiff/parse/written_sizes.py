"""Sizes as they are written: n*m, n^2, n+1, n*(n+1)/2."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tensordiff.errors import ParseError, nearest
from tensordiff.matrix import Scope
from tensordiff.matrix.shape import MalformedSizeError, SizeValue, added, halved, multiplied, raised
from tensordiff.parse.names import resolve_name
from tensordiff.parse.syntax import Syntax, Tree
from tensordiff.tensor import Dim, Extent, Group


def size_of(tree: Tree, root: Syntax, scope: Scope | None) -> Group:
    """The size that an argument such as n*m, n^2 or n*(n+1)/2 stands for; without a scope every name is a size.

    Raises ParseError for what is no size.
    """
    values: dict[Syntax, SizeValue] = {}
    for node in Tree(tree.text, root).nodes:
        try:
            values[node] = _size(node, values, scope)
        except MalformedSizeError:
            if node.op == "name" and scope is not None and resolve_name(node.data, scope) not in scope:
                known = list(scope.dims)
                near = nearest(node.data, known)
                raise ParseError(
                    f"unknown size {node.data}", text=tree.text, start=node.start, end=node.end,
                    hint=f"did you mean {near}?" if near else f"declared sizes are {', '.join(known)}" if known else None,
                ) from None  # fmt: skip
    found = values.get(root)
    if found is None or found.group is None:
        raise ParseError(
            f"{tree.source(root)} is not a size", text=tree.text, start=root.start, end=root.end,
            hint="a size is a number, a declared size, a product or a sum of sizes such as n*m, n^2, n+m, n*(n+1)/2",
        )  # fmt: skip
    return found.group


def _size(node: Syntax, values: Mapping[Syntax, SizeValue], scope: Scope | None) -> SizeValue:
    """What a part of a size stands for. Raises MalformedSizeError for what is no size."""
    if node.op == "number" and node.data.denominator == 1 and node.data >= 1:
        return SizeValue.number(int(node.data))
    if node.op == "name":
        name = node.data if scope is None else resolve_name(node.data, scope)
        if scope is None or name in scope.dims:
            return SizeValue.of((Dim.named(name) if scope is None else scope.dims[name],))
    if any(child not in values for child in node.children):
        raise MalformedSizeError
    parts = [values[child] for child in node.children]
    if node.op == "power" and node.data == "^" and node.children[1].op == "number":
        return raised(parts[0], int(node.children[1].data))
    if node.op == "add":
        return added([(1, parts[0]), *((1 if sign == "+" else -1, part) for (sign, _, _), part in _after(node, parts))])
    if node.op != "product":
        raise MalformedSizeError
    factors = parts[:1]
    for (operator, _, _), part in _after(node, parts):
        if operator == "/" and part.length == Extent.number(2):
            factors = halved(factors)
        elif operator in ("*", ""):
            factors.append(part)
        else:
            raise MalformedSizeError
    return multiplied(factors)


def _after(node: Syntax, parts: list[SizeValue]) -> Iterator[tuple[tuple[str, int, int], SizeValue]]:
    """The parts after the first, each with the operator before it."""
    return zip(node.data, parts[1:], strict=True)
