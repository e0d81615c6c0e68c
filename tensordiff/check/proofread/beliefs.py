"""What follows from a wrong claim: one slip is blamed once."""

from __future__ import annotations

from tensordiff.check.proofread import equivalence
from tensordiff.check.proofread.roots import Root
from tensordiff.check.proofread.world import World, closed
from tensordiff.errors import TensordiffError
from tensordiff.evidence.equality import Equality, equal
from tensordiff.matrix import Matrix, build
from tensordiff.records import record, replace


@record
class Wrong:
    """A claim that was found wrong, and what it is of."""

    root: Root | None
    left: Matrix | None
    value: Matrix


def follows_one(world: World, root: Root, value: Matrix, wrong: Wrong) -> bool:
    """Whether a claim would be right if an earlier wrong one were."""
    if wrong.root is None:
        if wrong.left is None or bare(wrong.left) is not bare(root.f) or wrong.value.shape != root.f.shape:
            return False
        return _holds(replace(root, f=wrong.value), value)  # of what f was said to be
    if bare(wrong.root.f) is bare(root.f):
        if wrong.root.is_differential is root.is_differential:
            return bool(same_or_none(wrong.value, value))
        return wrong.root.is_differential and any(_holds(each, value) for each in _read_off(world, root, wrong.value))
    if not root.is_differential or wrong.root.f.op != "named":
        return False
    try:  # the differential of something that contains a part whose differential was claimed wrong
        believed = equivalence.through_part(world, root.f, wrong.root.f, wrong.value)
    except TensordiffError:
        return False
    return believed is not None and bool(same_or_none(believed, value))


def _read_off(world: World, root: Root, differential: Matrix) -> list[Root]:
    """The derivatives that a differential gives: it is linear in dX, and its derivative by dX is that by X."""
    found = []
    for symbol in root.variables:
        direction = world.varied.get(str(symbol.data[0].name)) if symbol.op == "symbol" else None
        if direction is not None and direction.op == "symbol":
            found.append(Root(differential, (direction,), root.scope, root.layout, root.indices))
    return found


def _holds(root: Root, value: Matrix) -> bool:
    try:
        return bool(root.verdict(value))
    except TensordiffError:
        return False


def same(a: Matrix, b: Matrix) -> Equality:
    """Whether two sides are equal, entry by entry where they have open indices. Raises TensordiffError."""
    groups = {**dict(a.free), **dict(b.free)}
    if groups:
        a, b = closed(a, groups), closed(b, groups)
    if b.op == "number" and not b.data[0] and a.shape:
        b = build.zeros(*a.shape)
    return equal(a, b)


def same_or_none(a: Matrix, b: Matrix) -> Equality | None:
    """The same; None where the two cannot be compared."""
    try:
        return same(a, b)
    except TensordiffError:
        return None


def bare(node: Matrix) -> Matrix:
    """What a name stands for."""
    return node.children[0] if node.op == "named" else node
