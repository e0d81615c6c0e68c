"""Named parts: the definitions of `where`, in an order in which each comes after those it uses."""

from __future__ import annotations

from collections.abc import Mapping

from tensordiff.errors import ParseError, TensordiffError, UnknownNameError
from tensordiff.parse.declare import check_name
from tensordiff.parse.names import spellings
from tensordiff.parse.syntax import Tree


def where_names(where: Mapping[str, str] | None) -> dict[str, str]:
    """The texts by normalised name."""
    names: dict[str, str] = {}
    for name, text in (where or {}).items():
        found = check_name(name)
        if found in names:
            raise UnknownNameError(f"{name} is defined twice", hint="use another name for one")
        names[found] = text
    return names


def within(name: str, error: TensordiffError) -> TensordiffError:
    """The error, which says in which definition it is."""
    error.message = f"in the definition of {name}: {error.message}"
    return error


def ordered(trees: Mapping[str, Tree]) -> list[tuple[str, Tree]]:
    """The definitions in an order in which each comes after those it uses. Raises ParseError for a circle."""
    uses = {
        name: [node for node in tree.nodes if node.op == "name" and defined(node.data, trees)] for name, tree in trees.items()
    }
    order: dict[str, None] = {}
    for start in trees:
        path: dict[str, int] = {start: 0}
        while path:
            name = next(reversed(path))
            if name in order or path[name] == len(uses[name]):
                order[name] = None
                del path[name]
                continue
            node = uses[name][path[name]]
            path[name] += 1
            used = defined(node.data, trees)
            if used in path:
                circle = [*list(path)[list(path).index(used) :], used]
                raise ParseError(
                    f"the definitions go in a circle: {' uses '.join(circle)}",
                    text=trees[name].text, start=node.start, end=node.end,
                )  # fmt: skip
            if used not in order:
                path[used] = 0
    return [(name, trees[name]) for name in order]


def defined(name: str, trees: Mapping[str, Tree]) -> str:
    """The definition that a name stands for; "" for none."""
    return name if name in trees else next((other for other in spellings(name) if other in trees), "")
