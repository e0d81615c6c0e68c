"""Trees to values in a scope: constants get the sizes that their neighbours have, and what was assumed is noted."""

from __future__ import annotations

from collections.abc import Sequence

from tensordiff.errors import ParseError
from tensordiff.matrix import Matrix, Scope, Shape
from tensordiff.parse import assumed
from tensordiff.parse.differentials import Differentials
from tensordiff.parse.elaborate import Elaboration, elaborated
from tensordiff.parse.kinds.infer import Inference
from tensordiff.parse.kinds.sizes import MismatchError, Naming
from tensordiff.parse.names import UNSIZED, spellings
from tensordiff.parse.syntax import Syntax, Tree
from tensordiff.parse.written_sizes import size_of
from tensordiff.tensor import Group


def valued(
    tree: Tree, scope: Scope, differentials: Differentials | None = None, wanted: Sequence[Shape] = ()
) -> tuple[Matrix, Scope]:
    """The value of a tree; constants of unknown size get the size that their neighbours have, else the one with which the
    whole has one of the shapes `wanted`."""
    unsized: dict[Syntax, tuple[Group, ...]] = {}
    if any(is_unsized(node) for node in tree.nodes):
        unsized = _sized(tree, scope, wanted)
    work = Elaboration(tree, scope, unsized, differentials)
    value = elaborated(work)
    return value, noted(scope, [work])


def _sized(tree: Tree, scope: Scope, wanted: Sequence[Shape]) -> dict[Syntax, tuple[Group, ...]]:
    """The shapes of the constants of a tree."""
    known = {name: value.shape for kind in (scope.symbols, scope.where) for name, value in kind.items()}
    leaves = known | dict.fromkeys(scope.dims, ())
    leaves |= {other: leaves[name] for name in list(leaves) for other in spellings(name)}

    def infer() -> Inference:
        return Inference(
            [("", tree)], leaves, lambda tree, node: size_of(tree, node, scope), strict=False, is_own=scope.has_function
        )

    try:
        return constants(tree, infer(), Naming(()))
    except ParseError:
        for shape in wanted:
            inference = infer()
            sizes = inference.values[tree.root].sizes
            if len(sizes) != len(shape):
                continue
            try:
                for size, group in zip(sizes, shape, strict=True):
                    inference.equations.equate(size, group)
                inference.equations.finish()
                return constants(tree, inference, Naming(()))
            except (MismatchError, ParseError):
                continue
        raise


def noted(scope: Scope, works: Sequence[Elaboration]) -> Scope:
    """The scope with what was assumed in elaborating."""
    if scope.conventions is None:
        return scope
    notes: list[str] = []
    for work in works:
        notes.extend(work.notes)
        notes.extend(assumed.meanings([work.tree], work.values, scope.dims))
        notes.extend(assumed.constants(work.tree, work.unsized))
    return scope.with_conventions(scope.conventions.noting(*notes)) if notes else scope


def constants(tree: Tree, inference: Inference, naming: Naming) -> dict[Syntax, tuple[Group, ...]]:
    """The shapes of vector(1), matrix(1), I and ones. Raises ParseError where nothing decides a size."""
    found: dict[Syntax, tuple[Group, ...]] = {}
    for node in tree.nodes:
        if is_unsized(node):
            if len(node.children) > 1:
                raise ParseError(
                    f"{node.data} takes one argument, the value of its entries",
                    text=tree.text, start=node.start, end=node.end,
                )  # fmt: skip
            before = naming.count
            found[node] = naming.shape(inference.values[node].sizes)
            if naming.count > before:
                raise ParseError(
                    f"the size of {tree.source(node)} does not follow from what is around it",
                    text=tree.text, start=node.start, end=node.end, hint="say it: ones(n), ones(n,m), eye(n)",
                )  # fmt: skip
    return found


def is_unsized(node: Syntax) -> bool:
    return node.op == "constant" or (node.op == "call" and node.data in UNSIZED)
