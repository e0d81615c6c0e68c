"""Where in a claim's own text a slip stands: what the confirmed correction replaces, found again in what was written."""

from __future__ import annotations

from typing import NamedTuple

from tensordiff.check.claim import Claim
from tensordiff.errors import TensordiffError
from tensordiff.matrix import Matrix, Scope, build, text
from tensordiff.parse import is_latex, parse_answer, tree_in, value_in
from tensordiff.parse.syntax import Syntax, Tree
from tensordiff.render import latex

_MOST_PARTS = 200

Place = tuple[int, int]


class Replaced(NamedTuple):
    """The smallest part in which a claim and its correction differ."""

    written: Matrix
    """As it stands in the text."""
    new: Matrix
    """What takes its place."""
    part: Matrix
    """Its node in the claim: of a term with a coefficient, the term without."""


def replaced(claim: Matrix, mended: Matrix) -> Replaced | None:
    """Where a claim and its correction differ; None where it is the whole."""
    old, new = claim, mended
    while old.op == new.op and old.data == new.data and len(old.children) == len(new.children):
        changed = [(a, b) for a, b in zip(old.children, new.children, strict=True) if a is not b]
        if len(changed) != 1:
            break
        ((old, new),) = changed
    if old.op == new.op == "add" and old.children == new.children:
        other = [(c, d, term) for c, d, term in zip(old.data, new.data, old.children, strict=True) if c != d]
        if len(other) == 1:
            ((c, d, term),) = other
            sign = -1 if c < 0 else 1
            return Replaced(build.scale(abs(c), term), build.scale(sign * d, term), term)
    return None if old is claim else Replaced(old, new, old)


def once(part: Matrix, whole: Matrix) -> bool:
    """Whether a part stands in one place of an expression alone."""
    count, stack = 0, [whole]
    for node in stack:
        count += node is part
        if count > 1 or len(stack) > _MOST_PARTS:
            return False
        stack.extend(node.children)
    return count == 1


def slipped(claim: Claim, mended: Matrix | None, scope: Scope) -> tuple[Place | None, Matrix | None]:
    """Where the slip stands in the claim as it was written, and the part of it that it is in, where that stands once."""
    if mended is None or (found := replaced(claim.matrix, mended)) is None:
        return None, None
    return _place(claim, found, mended, scope), found.part if once(found.part, claim.matrix) else None


def place_in(claim: str, error: TensordiffError) -> Place | None:
    """Where in a claim an error is, which may be of its right side alone."""
    if not error.text or error.start is None:
        return None
    offset = claim.find(error.text)
    return None if offset < 0 else (offset + error.start, offset + max(error.end or 0, error.start + 1))


def _place(claim: Claim, found: Replaced, mended: Matrix, scope: Scope) -> Place | None:
    """A part is believed where it alone reads as what is replaced, or where the claim with the part rewritten reads as the
    correction."""
    written, start = _formula(claim.source)
    try:
        tree = tree_in(written, scope, claim=True)
    except TensordiffError:
        return None
    places = [node for node in tree.nodes[-_MOST_PARTS:] if _reads_as(tree, node, found.written, scope)]
    outermost = [node for node in places if not any(_holds(other, node) for other in places)]
    if len(outermost) > 1:
        outermost = [node for node in outermost if _mends(written, node, found.new, mended, scope)]
    if len(outermost) != 1:
        return None
    (node,) = outermost
    return start + node.start, start + node.end


def _formula(source: str) -> tuple[str, int]:
    """The formula of a claim, which may have a left side, and where it begins."""
    start = source.rfind("=") + 1
    return source[start:], start


def _reads_as(tree: Tree, node: Syntax, wanted: Matrix, scope: Scope) -> bool:
    try:
        return value_in(Tree(tree.text, node), scope) is wanted
    except TensordiffError:
        return False


def _holds(outer: Syntax, inner: Syntax) -> bool:
    return outer is not inner and outer.start <= inner.start and inner.end <= outer.end


def _mends(written: str, node: Syntax, new: Matrix, mended: Matrix, scope: Scope) -> bool:
    """Whether the claim reads as the correction when this part is rewritten."""
    part = rf"\left({latex(new)}\right)" if is_latex(written) else f"({text(new)})"
    try:
        return parse_answer(written[: node.start] + part + written[node.end :], scope)[0] is mended
    except TensordiffError:
        return False
