"""Names for parts that a formula repeats: F = inv(X'*P*X), so that kron((P*X*F)', F*X'*P) is short."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from tensordiff.matrix import Matrix, Scope, text
from tensordiff.matrix.build import rebuild
from tensordiff.matrix.operations import OPERATIONS
from tensordiff.tensor import bottom_up, postorder

_SHORT = 6
"""Parts that print in at most so many characters keep their text."""
_MOST = 40
"""Of formulas with more parts that repeat, the shorter ones keep their text."""
_CAPITALS = "FGHMPQRWYZ"
_SMALL = "pqrstuvwyz"
_SCALARS = "cdegabf"


def name_repeats(formula: Matrix, scope: Scope) -> tuple[Matrix, Scope]:
    """The formula with names for the parts that stand in it more than once, and the scope with these names.

    Parts are values of functions, inverses, powers and sums; the largest are named first, and then what still repeats
    outside of them. Names that the user gave are kept as they are.
    """
    for _ in range(_MOST):
        part = _repeated(formula)
        if part is None:
            break
        name = next(letter for letter in _letters(part) if letter not in scope)
        scope = scope.with_where(name, part)
        formula = _substituted(formula, part, scope.where[name])
    return formula, scope


def _substituted(formula: Matrix, part: Matrix, named: Matrix) -> Matrix:
    """The formula with the part replaced; definitions of names are left as they are."""

    def visit(node: Matrix, children: tuple[Matrix, ...]) -> Matrix:
        if node is part:
            return named
        if node.op == "named" or children == node.children:
            return node
        return rebuild(node, children)

    return bottom_up(formula, visit)


def _repeated(formula: Matrix) -> Matrix | None:
    """The longest part that stands in the formula more than once, and on its own; None if none repeats."""
    order = _visible(formula)[::-1]
    uses: dict[Matrix, int] = dict.fromkeys(order, 0) | {formula: 1}
    for node in order:
        for child in _parts(node):
            uses[child] += uses[node]
    written: dict[str, Matrix] = {}
    inside: set[Matrix] = set()  # what stands in a part that repeats is shorter
    for node in order:
        repeats = node not in inside and uses[node] > 1 and OPERATIONS[node.op].names_itself
        if repeats:
            written[text(node)] = node
        if repeats or node in inside:
            inside.update(_parts(node))
    longest = max(written, key=lambda shown: (len(shown), shown), default="")
    return written[longest] if len(longest) > _SHORT else None


def _parts(node: Matrix) -> tuple[Matrix, ...]:
    """What a node shows of its operands: a name hides its definition."""
    return () if node.op == "named" else node.children


def _visible(formula: Matrix) -> list[Matrix]:
    """The nodes of the formula outside of names, operands first."""
    reached = {formula}
    stack = [formula]
    while stack:
        for child in _parts(stack.pop()):
            if child not in reached:
                reached.add(child)
                stack.append(child)
    return [node for node in postorder([formula]) if node in reached]


def _letters(part: Matrix) -> Iterator[str]:
    letters = _SCALARS if part.is_scalar else _SMALL if part.is_vector else _CAPITALS
    yield from letters
    yield from (f"{letters[0]}{number}" for number in count(1))
