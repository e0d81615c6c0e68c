"""The left side of a chain of equalities: the derivative of something, a differential, or an expression. What stands on the
right is judged as a claim on it."""

from __future__ import annotations

from collections.abc import Mapping

from tensordiff.check.differential.form import Form, Kind
from tensordiff.check.differential.left_side import LeftSide
from tensordiff.check.differential.problem import DifferentialProblem
from tensordiff.check.judge import judge
from tensordiff.check.problem import Present, Problem, presented
from tensordiff.check.proofread.world import World, closed, holding
from tensordiff.check.truth import Candidate, Truth
from tensordiff.check.verdict import Verdict
from tensordiff.derive.layouts import DIFFERENTIAL
from tensordiff.errors import ParseError
from tensordiff.matrix import Matrix, Scope, build
from tensordiff.parse.syntax import Syntax, Tree
from tensordiff.records import field, record
from tensordiff.tensor import Group


@record
class _Differential(DifferentialProblem):
    """The same, with the right side alone as the correct formula."""

    def correct(self, truth: Truth, candidate: Candidate, scope: Scope, present: Present | None) -> object:
        return presented(*self.formula(truth, candidate, scope), present)


@record
class Root:
    """A derivative or a differential."""

    f: Matrix
    variables: tuple[Matrix, ...]
    scope: Scope
    layout: str = "any"
    """ "differential" for differentials; "index" for entries."""
    indices: Mapping[str, Group] = field(default_factory=dict)
    """The indices of an entry on the left side."""
    form: Form | None = None
    spelled: Mapping[str, str] = field(default_factory=dict)
    """By name, how a part that has none is written, such as V^{-1}."""

    @property
    def is_differential(self) -> bool:
        return self.form is not None

    def problem(self, claim: Matrix) -> Problem:
        claim = closed(claim, self.indices) if self.indices or claim.free else claim
        if self.form is not None:
            return _Differential(claim, self.f, self.variables, self.scope, "any", "any", {}, form=self.form)
        layout = "index" if self.indices else "any"  # entries are those of f and of the variable, in this order
        return Problem(claim, self.f, self.variables, self.scope, layout, "any", {})

    def verdict(self, claim: Matrix, present: Present | None = None) -> Verdict:
        """The verdict on what a side says. Raises ShapeError where its indices are not those of the left side."""
        return judge(self.problem(claim), present)


def root_of(tree: Tree, world: World) -> Root | None:
    """What a left side is, where it is a derivative or a differential; None for any other expression.

    Raises TensordiffError where it cannot be told what it is of.
    """
    world = world.calling_f(tree)
    node, stacked = tree.root, False
    if node.op == "call" and node.data == "vec" and node.children[0].op == "differential":
        node, stacked = node.children[0], True
    if node.op == "differential":
        return _differential(tree, node, stacked, world)
    if node.op == "derivative":
        return _derivative(tree, node, world)
    return None


def _source(tree: Tree, node: Syntax) -> str:
    return tree.source(node)


def _differential(tree: Tree, node: Syntax, stacked: bool, world: World) -> Root:
    inner = node.children[0]
    f = world.read(_source(tree, inner))
    if f.op == "vec" and not stacked:
        f, stacked = f.children[0], True
    order = int(node.data)
    while inner.op == "differential":
        order, inner = order + 1, inner.children[0]
        f = world.read(_source(tree, inner))
    indices = dict(f.free)
    if not world.varied:
        raise ParseError(
            "it is not said what varies", text=tree.text, start=node.start, end=node.end, hint="give wrt, or write dX"
        )
    names = {
        name: str(direction.data[0].name if direction.op == "symbol" else direction.data[0])
        for name, direction in world.varied.items()
    }
    variables = tuple(world.scope.symbols[name] for name in names)
    kind: Kind = "first" if order == 1 else "second"
    form = Form(kind, LeftSide(order, stacked, None), names, {}, False)
    if indices:
        f = build.contract(f, list(indices))
    return Root(f, variables, world.scope, DIFFERENTIAL, indices, form)


def _derivative(tree: Tree, node: Syntax, world: World) -> Root:
    operand, *by = node.children
    f = world.read(_source(tree, operand))
    layout = "any"
    if f.op == "vec" and by:
        f, layout = f.children[0], "vec-column"
    indices = dict(f.free)
    closed_f = build.contract(f, list(indices)) if indices else f
    variables: list[Matrix] = []
    spelled: dict[str, str] = {}
    scope = world.scope
    for each in by:
        value = world.read(_source(tree, each))
        while value.op in ("vec", "transpose") and value.children[0].op != "inv":
            value = value.children[0]
        if value.op in ("symbol", "entry") and (value.op == "symbol" or value.children[0].op == "symbol"):
            symbol, letters = world.variable(value)
            indices |= dict(zip(letters, symbol.shape, strict=bool(letters)))
        elif value.op == "named":
            closed_f, symbol = holding(closed_f, value, str(value.data[0]))
        else:  # a part that has no name, such as V^{-1}, held as a variable
            name = next(name for name in (f"part{k}" if k else "part" for k in range(99)) if name not in scope)
            closed_f, symbol = holding(closed_f, value, name)
            spelled[name] = _source(tree, each).strip()
        variables.append(symbol)
    if not by:
        variables = list(world.variables)
    if not variables:
        raise ParseError(
            "it is not said what this is a derivative by", text=tree.text, start=node.start, end=node.end, hint="give wrt"
        )
    if int(node.data[1]) == 2 and len(variables) == 1:
        variables *= 2
    for symbol in variables:
        if symbol.op == "symbol" and symbol.data[0].name not in scope:
            scope = scope.with_symbol(symbol)
    return Root(closed_f, tuple(variables), scope, layout, indices, None, spelled)
