"""Plausible mistakes in a formula: one operation changed at a random place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from tests.generated.grammar import VARIABLES, matrix_shape
from tests.generated.language import Node, call, name, number

Choose = Callable[[int], int]


def mutations(root: Node) -> list[Node]:
    """Every tree with one change."""
    return [rebuilt for path, node in _places(root, ()) for rebuilt in (_put(root, path, new) for new in _changed(node))]


def mutated(root: Node, choose: Choose) -> Node:
    """The tree with one change at a random place."""
    found = mutations(root)
    return found[choose(len(found))]


def _places(node: Node, path: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], Node]]:
    yield path, node
    if node.op == "call" and node.data in ("eye", "ones", "zeros", "tril", "triu", "K", "D", "L"):
        return
    for place, child in enumerate(node.children):
        yield from _places(child, (*path, place))


def _put(root: Node, path: tuple[int, ...], new: Node) -> Node:
    if not path:
        return new
    children = list(root.children)
    children[path[0]] = _put(children[path[0]], path[1:], new)
    return Node(root.op, tuple(children), root.data)


def _changed(node: Node) -> Iterator[Node]:
    parts = node.children
    yield Node("*", (number(2), node))
    yield Node("negative", (node,))
    yield parts[0] if node.op == "'" else Node("'", (node,))
    if node.op in ("*", ".*"):
        yield parts[0]
        yield parts[1]
        yield Node(node.op, parts[::-1])
        yield Node(".*" if node.op == "*" else "*", parts)
    if node.op == "call" and node.data == "kron":
        yield call("kron", *parts[::-1])
        yield call("kron", *(Node("'", (part,)) for part in parts))
    if node.op == "call" and node.data == "K":
        yield call("K", *parts[::-1])
        yield call("eye", Node("*", parts))
    if node.op == "call" and len(parts) == 1 and node.data not in ("eye", "ones", "D", "L", "tril", "triu"):
        yield parts[0]
    if node.op == "add":
        for place in range(len(parts)):
            if len(parts) > 2:
                signs = [*node.data[:place], *node.data[place + 1 :]]
                rest = [*parts[:place], *parts[place + 1 :]]
                if signs[0] == "-":
                    rest[0], signs[0] = Node("negative", (rest[0],)), "+"
                yield Node("add", tuple(rest), tuple(signs))
            else:
                yield parts[place]
            if place:
                signs = list(node.data)
                signs[place] = "+" if signs[place] == "-" else "-"
                yield Node("add", parts, tuple(signs))
    if node.op in ("/", "./"):
        yield parts[0]
        yield Node(node.op, parts[::-1])
    if node.op in ("^", ".^"):
        yield parts[0]
        yield Node(node.op, (parts[0], Node("negative", (parts[1],))))
    if node.op == "number":
        yield number(node.data + 1)
        yield number(node.data + Fraction(1, 1000))
    if node.op == "name":
        shape = matrix_shape(node.data) if node.data in VARIABLES_BY_NAME else None
        if shape is not None:
            yield from (name(other) for other in VARIABLES[shape] if other != node.data)


VARIABLES_BY_NAME = {word for words in VARIABLES.values() for word in words}
