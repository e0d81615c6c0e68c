"""What was assumed, in words: one short sentence for each kind, size or meaning that nobody declared."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from tensordiff.matrix import Matrix
from tensordiff.parse.kinds.letters import usual_rank
from tensordiff.parse.syntax import Syntax, Tree
from tensordiff.tensor import Group, group_text


def kind_of(name: str, node: Matrix) -> str | None:
    """How a name was read; None for a capital that is a matrix, which goes without saying."""
    groups = node.shape
    if len(groups) == 2 and groups[0] and usual_rank(name) == 2:
        return None
    if not groups:
        return f"{name} read as a scalar"
    if len(groups) == 1:
        return f"{name} read as a vector of size {group_text(groups[0])}"
    if len(groups) == 2:
        return f"{name} read as a matrix, {group_text(groups[0])}-by-{group_text(groups[1])}"
    return f"{name} read as a tensor of {len(groups)} axes"


def family(name: str, node: Matrix) -> str:
    """How x_i was read where it is a member of a family."""
    members, size = node.shape
    return f"{name}_i read as the i-th of {group_text(members)} vectors of size {group_text(size)}"


def constants(tree: Tree, sizes: Mapping[Syntax, tuple[Group, ...]]) -> Iterator[str]:
    """The identities and ones whose sizes followed from their neighbours."""
    for node, shape in sizes.items():
        if node.op != "constant" or (node.data == "eye" and tree.source(node) in ("", "\\delta")):
            continue
        written = "1" if node.data == "ones" else tree.source(node).strip("{} ") or "I"
        kind = "a vector of ones" if node.data == "ones" else "the identity"
        if not (node.data == "eye" and written == "eye"):
            yield f"{'I' if node.data == 'eye' else written} read as {kind} of size {group_text(shape[0])}"


def meanings(trees: Iterable[Tree], values: Mapping[Syntax, Matrix], sizes: Collection[str]) -> Iterator[str]:
    """What else could have been meant otherwise: powers of e."""
    for tree in trees:
        yield from tree.notes
        for node in tree.nodes:
            for each in node.data if node.op == "sum" else ():
                limit = (each.high or "").strip("{} ")
                if limit.isidentifier() and limit not in sizes:
                    yield f"{limit} read as the full range of {each.letter}"
        for node in tree.nodes:
            if node.op == "call" and node.data == "‖2":
                operand = values.get(node.children[0])
                if operand is not None and len(operand.shape) == 2 and operand.rows and operand.cols:
                    yield f"{tree.source(node)} read as the spectral norm"
            if node.op == "call" and node.data == "e^":
                value = values.get(node.children[0])
                matrix = value is not None and len(value.shape) == 2 and value.rows and value.cols
                yield f"e^(..) read as {'expm' if matrix else 'exp'}"


def second_name(name: str) -> str:
    return f"{name}' read as a second name, of the shape of {name}"
