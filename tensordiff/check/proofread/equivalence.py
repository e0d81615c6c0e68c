"""Whether one condition is equivalent to another: e = 0 is no identity, and what follows from it is judged so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from tensordiff.check.differential.degree import is_additive
from tensordiff.check.judge import check_claim
from tensordiff.check.proofread.proof import Status
from tensordiff.check.proofread.world import World, holding
from tensordiff.check.verdict import Verdict
from tensordiff.errors import TensordiffError
from tensordiff.evidence.equality import equal
from tensordiff.lower import lower
from tensordiff.matrix import Matrix, build
from tensordiff.parse.syntax import Tree
from tensordiff.tensor import Assumption, Structure, Symbol, add, postorder

Rebuild = Callable[[World, Mapping[str, str]], World]

_SOLVED = "it makes the condition zero, but the condition may have other solutions"


def is_zero(tree: Tree) -> bool:
    """Whether a side is written as zero."""
    root = tree.root
    return (root.op == "number" and root.data == 0) or (root.op == "call" and root.data == "zeros")


def follows(
    world: World, condition: Matrix, expression: Matrix | None, pair: tuple[Matrix, Matrix] | None
) -> tuple[Status, str]:
    """Whether a condition (expression = 0, or one side = the other) is equivalent to one that holds."""
    if pair is not None:
        for name, value in (pair, pair[::-1]):
            if name.op == "symbol" and name not in postorder([value]):
                return _solved(world, condition, name, value)
        try:
            expression = build.add([(1, pair[0]), (-1, pair[1])])
        except TensordiffError as error:
            return "wrong", str(error)
    assert expression is not None
    if dict(condition.free).keys() != dict(expression.free).keys():
        return "undecided", "one condition is on entries, the other is not"
    return _multiple(world, condition, expression)


def _solved(world: World, condition: Matrix, name: Matrix, value: Matrix) -> tuple[Status, str]:
    """w = g: g makes the condition zero, and where that is linear in w with an inverted coefficient, nothing else does."""
    try:
        put_in: Matrix = build.replace(condition, {name: value})
        zero = build.zeros(*put_in.shape) if put_in.shape else build.number(0)
        found = equal(put_in, zero)
    except TensordiffError as error:
        return "wrong", str(error)
    if found.equal is False:
        return "wrong", "put into the condition, it does not give zero"
    if found.equal is None:
        return "undecided", found.basis
    symbol: Symbol = name.data[0]
    rest = lower(condition)
    none: Matrix = build.replace(condition, {name: build.zeros(*name.shape) if name.shape else build.number(0)})
    linear = is_additive(add([(1, rest), (-1, lower(none))]), [symbol])
    if linear and (_inverts(value) or not name.shape or _has_inverted_coefficient(world, condition, none, name)):
        return "right", ""
    return "undecided", _SOLVED


def _has_inverted_coefficient(world: World, condition: Matrix, rest: Matrix, name: Matrix) -> bool:
    """Whether a linear condition is a number times M*x + rest, where M is an inverse or has one."""
    candidates: list[Matrix] = []
    for node in postorder([condition]):
        if isinstance(node, Matrix) and node not in candidates:
            symbol = node.data[0] if node.op == "symbol" else None
            known = isinstance(symbol, Symbol) and symbol.structure in (Structure.POSITIVE_DEFINITE, Structure.ORTHOGONAL)
            candidates += [node] if node.op == "inv" or known else []
    for node in candidates:
        for matrix in (node, build.transpose(node)):
            try:
                verdict = compared(world, build.product(matrix, name), build.add([(1, condition), (-1, rest)]))
            except TensordiffError:
                continue
            if verdict.status == "right" or (verdict.status == "right-up-to-factor" and _nonzero(world, verdict.factor)):
                return True
    return False


def _inverts(value: Matrix) -> bool:
    for node in postorder([value]):
        if isinstance(node, Matrix) and (node.op in ("inv", "divide", "dot_divide") or (node.op == "power")):
            return True
        if isinstance(node, Symbol) and node.structure in (Structure.POSITIVE_DEFINITE, Structure.ORTHOGONAL):
            return True
    return False


def _multiple(world: World, condition: Matrix, expression: Matrix) -> tuple[Status, str]:
    for factor in (None, *_inverted(condition), *_inverted(expression)):
        try:
            wanted = condition if factor is None else build.product(factor, condition)
            verdict = compared(world, wanted, expression)
        except TensordiffError:
            continue
        if verdict.status == "right":
            return "right", ""
        if verdict.status == "right-up-to-factor" and _nonzero(world, verdict.factor):
            return "right", ""
        if verdict.status == "undecided":
            return "undecided", verdict.basis
        if factor is None and verdict.status == "right-under-assumption":
            return "wrong", f"it is equivalent only if {' and '.join(verdict.assumptions)}"
    if condition.shape == expression.shape:
        return "wrong", "it is no multiple of the condition before"
    return "undecided", "it is no multiple of the condition before by a number or an inverted matrix"


def _inverted(expression: Matrix) -> list[Matrix]:
    """The matrices that an expression inverts, and their inverses."""
    found = [node for node in postorder([expression]) if isinstance(node, Matrix) and node.op == "inv"]
    return [matrix for node in found for matrix in (node, node.children[0])]


def _nonzero(world: World, factor: Fraction | str | None) -> bool:
    """Whether a factor is no zero: a number, sizes, scalars that are positive."""
    if not isinstance(factor, str):
        return factor is not None
    scalars = [node.data[0] for name, node in world.scope.symbols.items() if name in factor and not node.shape]
    return all(symbol.assumption in (Assumption.POSITIVE, Assumption.NONZERO) for symbol in scalars)


def _whole(matrix: Matrix) -> Matrix:
    """The tensor of an entry whose indices are open."""
    letters = [letter for letter, _ in matrix.free]
    return build.contract(matrix, letters) if letters else matrix


def compared(world: World, wanted: Matrix, given: Matrix) -> Verdict:
    """The verdict on one expression as another: as the derivative of their inner product with something new, by that."""
    wanted, given = _whole(wanted), _whole(given)
    name = next(name for name in (f"weight{k}" if k else "weight" for k in range(99)) if name not in world.scope)
    scope = world.scope.declare(name, tuple(wanted.shape))
    weight = scope.symbols[name]
    f = build.call("sum", build.hadamard(wanted, weight)) if wanted.shape else build.product(wanted, weight)
    return check_claim(given, f, [weight], scope)


def through_part(world: World, f: Matrix, part: Matrix, differential: Matrix) -> Matrix | None:
    """The differential of f as it would be if that of a part were what was claimed; None where f does not contain the part."""
    name = str(part.data[0])
    inner = f.children[0] if f.op == "named" else f
    if part not in postorder([inner]) or differential.shape != part.shape:
        return None
    changed, held = holding(inner, part, f"{name}#")
    changes = [(held, lower(differential))]
    changes += [(world.scope.symbols[other], lower(node)) for other, node in world.varied.items()]
    made: Matrix = build.replace(world.along(changed, changes), {held: part})
    return made
