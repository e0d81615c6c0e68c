"""Judging a derivation: every equality as a step (does it follow from the side before) and as a value (is it true)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tensordiff.check.proofread import assumptions, conditions, first_order
from tensordiff.check.proofread.mend import Writer
from tensordiff.check.proofread.proof import Kind, Proof, Status, Step
from tensordiff.check.proofread.reasons import of_equality, of_verdict
from tensordiff.check.proofread.roots import Root, root_of
from tensordiff.check.proofread.split import APPROXIMATELY, Side, Statement, Words, split
from tensordiff.check.proofread.world import World, closed
from tensordiff.check.verdict import Verdict
from tensordiff.errors import BudgetError, FoldError, ParseError, TensordiffError, UnknownNameError
from tensordiff.evidence.agreement import Method
from tensordiff.evidence.equality import Equality, equal
from tensordiff.matrix import Matrix, Shape, build
from tensordiff.parse.syntax import Tree


@dataclass
class Judged:
    """A side of a chain, and what was found of it."""

    side: Side
    value: Matrix | None
    """None where it was not read, or does not conform."""
    right: bool | None = True
    """Whether it is what the chain is of."""


@dataclass(frozen=True)
class Wrong:
    """A claim that was found wrong, and what it is of."""

    root: Root | None
    left: Matrix | None
    value: Matrix


class Proofreader:
    """One derivation, statement by statement."""

    def __init__(self, world: World, writer: Writer, rebuilt: conditions.Rebuild, defined: Sequence[str]) -> None:
        self.world = world
        self.writer = writer
        self.rebuilt = rebuilt
        """Makes the world anew with structures that an assumption gives."""
        self.later = set(defined)
        """Names whose definition is still to come."""
        self.structures: dict[str, str] = {}
        self.steps: list[Step] = []
        self.wrong: list[Wrong] = []
        self.condition: Matrix | None = None
        self.root: Root | Matrix | None = None
        self.chain: list[Judged] = []
        self.left = ""
        self.layouts: dict[int, set[str]] = {}
        self.notes: list[str] = []

    # Statements.

    def read(self, text: str) -> Proof:
        for part in split(text):
            if isinstance(part, Words):
                self.words(part)
            else:
                self.statement(part)
        assumed = tuple(dict.fromkeys([*self.notes, *getattr(self.world.scope.conventions, "assumed", ())]))
        return Proof(tuple(self.steps), assumed)

    def words(self, words: Words) -> None:
        found = assumptions.structures_in(words.text, self.world.declared)
        if found:
            self.assume(found, words.text, words.line)

    def assume(self, structures: dict[str, str], text: str, line: int) -> None:
        said = ", ".join(f"{name} is {structure}" for name, structure in structures.items())
        try:
            self.world = self.rebuilt(self.world, {**self.structures, **structures})
        except TensordiffError as error:
            self.step(text, line, "assumption", "not-read", reason=str(error))
            return
        self.structures |= structures
        self.root, self.chain = None, []
        self.step(text, line, "assumption", "assumption", reason=said)

    def step(
        self,
        text: str,
        line: int,
        kind: Kind,
        status: Status,
        *,
        method: Method | None = None,
        reason: str = "",
        fix: str | None = None,
    ) -> None:
        self.steps.append(Step(text, line, kind, status, method, reason, fix))

    def unread(self, text: str, line: int, error: TensordiffError) -> None:
        self.step(text, line, "not-read", "not-read", reason=str(error))

    def statement(self, statement: Statement) -> None:
        if assumptions.is_declaration(statement):
            if "forall" not in statement.text:
                self.step(statement.text, statement.line, "assumption", "assumption", reason="where it lives")
            return
        sides = list(statement.sides)
        if not statement.relations:
            self.alone(statement)
            return
        if APPROXIMATELY in statement.relations:
            self.approximation(statement)
            return
        if statement.open:
            self.continued(statement)
            return
        if self.assumption(statement) or self.definition(statement):
            return
        self.begin(sides[0], statement)
        for side in sides[1:]:
            self.equality(side)

    def approximation(self, statement: Statement) -> None:
        """a ≈ b, to first order in what is small; equals signs beside it are read so too."""
        world = first_order.with_small(self.world, [side.text for side in statement.sides])
        self.left, self.chain, self.root = statement.sides[0].text, [], None
        for place, side in enumerate(statement.sides):
            shown = (
                side.text if not place else f"{statement.sides[place - 1].text} {statement.relations[place - 1]} {side.text}"
            )
            try:
                value = world.read(side.text)
                before = self.chain[-1].value if self.chain else None
                found = None if before is None else first_order.equal_to_first_order(world, before, value)
            except TensordiffError as error:
                self.unread(shown, side.line, error)
                self.chain.append(Judged(side, None))
                continue
            self.chain.append(Judged(side, value))
            if found is not None:
                status: Status = "right" if found.equal else "undecided" if found.equal is None else "wrong"
                reason = "" if status == "right" else "the terms to first order differ" if status == "wrong" else found.basis
                self.step(shown, side.line, "rewriting", status, method=found.method, reason=reason)

    def alone(self, statement: Statement) -> None:
        """A formula without a relation says nothing, but may be what the next line is of."""
        side = statement.sides[0]
        try:
            value = self.world.read(side.text)
        except TensordiffError as error:
            self.unread(side.text, side.line, error)
            return
        if self.world.f is None:
            self.world = replace(self.world, f=value)
        self.root, self.chain, self.left = value, [Judged(side, value)], side.text

    def continued(self, statement: Statement) -> None:
        """A line that begins with = goes on with the side above; the first one is the derivative of f."""
        if not self.chain and self.root is None:
            world = self.world
            if world.f is None or not world.variables:
                text = "a line that begins with = has nothing above it: give f and wrt"
                self.step(statement.text, statement.line, "not-read", "not-read", reason=text)
                return
            self.root = Root(world.f, world.variables, world.scope)
            self.left = ""
        for side in statement.sides:
            self.equality(side)

    def assumption(self, statement: Statement) -> bool:
        """Whether the statement is A = A^T or Q^T Q = I, which assume something."""
        if len(statement.sides) != 2:
            return False
        try:
            left, right = (self.world.tree(side.text) for side in statement.sides)
        except TensordiffError:
            return False
        found = assumptions.by_transpose(left, right)
        if found is None and (name := assumptions.orthogonal(left, right)) is not None:
            found = name, "orthogonal"
        if found is None or found[0] not in self.world.declared:
            return False
        self.assume({found[0]: found[1]}, statement.text, statement.line)
        return True

    def definition(self, statement: Statement) -> bool:
        """Whether the statement defines a name, at its first appearance on a left side."""
        name = self.writer.defined_name(statement)
        if name is None or name not in self.later:
            return False
        self.later.discard(name)
        value = self.world.scope.where.get(name)
        text = f"{statement.sides[0].text} {statement.relations[0]} {statement.sides[1].text}"
        if value is None:
            try:
                made = self.world.read(statement.sides[1].text)
                self.world = self.world.defining(name, made)
            except TensordiffError as error:
                self.unread(text, statement.line, error)
                return True
            value = self.world.scope.where[name]
        self.step(text, statement.line, "definition", "definition")
        self.root, self.left = value, statement.sides[0].text
        self.chain = [Judged(statement.sides[1], value)]
        for side in statement.sides[2:]:
            self.equality(side)
        return True

    # Chains.

    def begin(self, side: Side, statement: Statement) -> None:
        """The left side of a chain."""
        self.left, self.chain, self.root = side.text, [], None
        try:
            tree = self.left_tree(side.text)
            self.world = self.world.calling_f(tree)
            self.root = root_of(tree, self.world)
            if self.root is not None:
                self.writer.names |= {name: f"{{{spelling}}}" for name, spelling in self.root.spelled.items()}
            else:
                self.root = self.world.read(side.text)
                self.chain = [Judged(side, self.root)]
        except TensordiffError as error:
            self.chain = [Judged(side, None)]
            self.unread(side.text, side.line, error)

    def left_tree(self, text: str) -> Tree:
        """The syntax of a left side; a bare sign, \\nabla_X or d/dx, is before f."""
        try:
            return self.world.tree(text)
        except ParseError as error:
            if self.world.f is None or "before nothing" not in error.message:
                raise
            return self.world.tree(f"{text} {self.world.scope.name_for(self.world.f)}")

    def equality(self, side: Side) -> None:
        """One more side of the chain."""
        kind = self.kind
        shown = f"{self.left} = {side.text}" if len(self.chain) < 2 and self.left else f"= {side.text}"
        if isinstance(self.root, Root) and self.chain:
            shown = f"= {side.text}"
        try:
            tree = self.world.tree(side.text)
        except TensordiffError as error:
            self.unread(shown, side.line, error)
            self.chain.append(Judged(side, None))
            return
        if conditions.is_zero(tree) and not self.is_identically_zero():
            self.zero(side, shown)
            return
        try:
            value = self.world.read(side.text, like=self.expected_shape())
        except (UnknownNameError, ParseError, FoldError, BudgetError) as error:
            self.unread(shown, side.line, error)
            self.chain.append(Judged(side, None))
            return
        except TensordiffError as error:  # it does not conform
            follows = bool(self.chain) and self.chain[-1].right is False and self.chain[-1].value is None
            self.put(side, shown, kind, "follows-from-wrong" if follows else "wrong", None, str(error), None, None)
            return
        if isinstance(self.root, Root):
            self.claim(self.root, side, shown, value)
        else:
            self.rewriting(side, shown, value)

    def expected_shape(self) -> Shape | None:
        """The shape of the side before, from which an identity of no size takes its own."""
        value = next((judged.value for judged in reversed(self.chain) if judged.value is not None), None)
        if value is not None and not value.free:
            return value.shape
        return self.root.f.shape if isinstance(self.root, Root) and self.root.is_differential else None

    @property
    def kind(self) -> Kind:
        if isinstance(self.root, Root):
            return "differential" if self.root.is_differential else "derivative"
        return "rewriting"

    def put(
        self,
        side: Side,
        shown: str,
        kind: Kind,
        status: Status,
        method: Method | None,
        reason: str,
        fix: str | None,
        value: Matrix | None,
    ) -> None:
        """The step, and the side as the last of the chain."""
        self.step(shown, side.line, kind, status, method=method, reason=reason, fix=fix)
        right = {"right": True, "changes-layout": True, "right-but-does-not-follow": True, "undecided": None}.get(status, False)
        self.chain.append(Judged(side, value, right))
        if right is False and value is not None:
            left = self.root if isinstance(self.root, Matrix) else None
            self.wrong.append(Wrong(self.root if isinstance(self.root, Root) else None, left, value))
            if isinstance(self.root, Root) and self.root.is_differential and self.root.f.op == "named":
                self.world = self.world.claiming(str(self.root.f.data[0]), value)

    # Claims on derivatives and differentials.

    def claim(self, root: Root, side: Side, shown: str, value: Matrix) -> None:
        kind = self.kind
        try:
            verdict = root.verdict(value, self.writer.present)
        except TensordiffError as error:
            status: Status = "follows-from-wrong" if self.follows(side, value) else "wrong"
            self.put(side, shown, kind, status, None, str(error), None, value)
            return
        before = self.chain[-1] if self.chain else None
        if verdict.status == "right":
            status = "right"
            if before is not None and before.right is False:
                status = "right-but-does-not-follow"
            reason = ""
            if status == "right" and (changed := self.layout_change(root, verdict)):
                status, reason = "changes-layout", changed
            self.put(side, shown, kind, status, verdict.method, reason, None, value)
        elif verdict.status == "undecided":
            self.put(side, shown, kind, "undecided", None, verdict.basis, None, value)
        elif self.follows(side, value) or self.follows_earlier(root, value):
            self.put(side, shown, kind, "follows-from-wrong", verdict.method, "", self.writer.mended(self.left, verdict), value)
        else:
            self.put(
                side,
                shown,
                kind,
                "wrong",
                verdict.method,
                of_verdict(verdict, self.writer),
                self.writer.mended(self.left, verdict),
                value,
            )

    def layout_change(self, root: Root, verdict: Verdict) -> str:
        """What to say where the claim is right in another layout than the lines before; "" where it is in theirs."""
        if root.is_differential or root.indices:
            return ""
        found = {"gradient" if layout == "denominator" and not root.f.shape else layout for layout in verdict.layouts}
        found -= {"index"}
        rank = len([group for group in root.f.shape if group])
        known = self.layouts.get(rank)
        if known is None or known & found:
            self.layouts[rank] = found if known is None else known & found
            return ""
        return f"the lines before are in the {sorted(known)[0]} layout, and this one is right in the {sorted(found)[0]} layout"

    def follows(self, side: Side, value: Matrix) -> bool:
        """Whether a side that is not what the chain is of equals the wrong side before it."""
        before = self.chain[-1] if self.chain else None
        if before is None or before.value is None:
            return False
        if before.right is not True:
            return bool(self.same(before.value, value))
        if not self.world.claimed:
            return False
        try:
            return bool(self.same(self.world.read(before.side.text, believed=True), value))
        except TensordiffError:
            return False

    def follows_earlier(self, root: Root, value: Matrix) -> bool:
        """Whether a claim would be right if an earlier wrong one were."""
        return any(self.follows_one(root, value, wrong) for wrong in reversed(self.wrong))

    def follows_one(self, root: Root, value: Matrix, wrong: Wrong) -> bool:
        candidates: list[Root] = []
        if (
            wrong.root is not None
            and wrong.root.is_differential
            and not root.is_differential
            and _bare(wrong.root.f) is _bare(root.f)
        ):
            for symbol in root.variables:
                direction = self.world.varied.get(str(symbol.data[0].name)) if symbol.op == "symbol" else None
                if direction is not None and direction.op == "symbol":
                    # what stands there is linear in dX: its derivative by dX is the derivative that it claims
                    candidates.append(Root(wrong.value, (direction,), root.scope, root.layout, root.indices))
        elif (
            wrong.root is not None
            and wrong.root.is_differential is root.is_differential
            and _bare(wrong.root.f) is _bare(root.f)
        ):
            return bool(self.same(wrong.value, value))
        elif wrong.left is not None and _bare(wrong.left) is _bare(root.f) and wrong.value.shape == root.f.shape:
            candidates.append(replace(root, f=wrong.value))
        elif wrong.root is not None and root.is_differential and wrong.root.f.op == "named":
            try:
                believed = conditions.through_part(self.world, root.f, wrong.root.f, wrong.value)
                return believed is not None and bool(self.same(believed, value))
            except TensordiffError:
                return False
        for candidate in candidates:
            try:
                if candidate.verdict(value):
                    return True
            except TensordiffError:
                continue
        return False

    # Rewriting.

    def same(self, a: Matrix, b: Matrix) -> Equality:
        """Whether two sides are equal, entry by entry where they have open indices. Raises TensordiffError."""
        groups = {**dict(a.free), **dict(b.free)}
        if groups:
            a, b = closed(a, groups), closed(b, groups)
        if b.op == "number" and not b.data[0] and a.shape:
            b = build.zeros(*a.shape)
        return equal(a, b)

    def rewriting(self, side: Side, shown: str, value: Matrix) -> None:
        """An equality of two expressions."""
        before = next((judged for judged in reversed(self.chain) if judged.value is not None), None)
        if before is None or before.value is None:
            self.chain.append(Judged(side, value, None))
            return
        first = next(judged.value for judged in self.chain if judged.value is not None)
        try:
            found = self.same(before.value, value)
            whole = found if before.value is first else self.same(first, value)
        except TensordiffError as error:
            self.put(side, shown, "rewriting", "wrong", None, str(error), None, value)
            return
        if found.equal and before.right is not False:
            self.put(side, shown, "rewriting", "right", found.method, "", None, value)
        elif whole.equal:
            self.put(side, shown, "rewriting", "right-but-does-not-follow", whole.method, "", None, value)
        elif found.equal:
            self.put(side, shown, "rewriting", "follows-from-wrong", found.method, "", None, value)
        elif found.equal is None:
            self.put(side, shown, "rewriting", "undecided", None, found.basis, None, value)
        elif self.condition is not None and len(self.chain) == 1:
            self.under_condition(side, shown, before.value, value)
        elif self.believed(side, before, value):
            self.put(side, shown, "rewriting", "follows-from-wrong", None, "", None, value)
        else:
            reason, factor = of_equality(before.value, value, found, self.world, self.writer)
            del factor
            fix = self.writer.line(self.left, first)
            self.put(side, shown, "rewriting", "wrong", found.method, reason, fix, value)

    def believed(self, side: Side, before: Judged, value: Matrix) -> bool:
        if not self.world.claimed:
            return False
        try:
            return bool(self.same(self.world.read(before.side.text, believed=True), value))
        except TensordiffError:
            return False

    # Conditions.

    def is_identically_zero(self) -> bool:
        """Whether what stands before is zero by itself, so that "= 0" is an equality."""
        before = next((judged.value for judged in reversed(self.chain) if judged.value is not None), None)
        if before is None:
            return False
        try:
            return bool(self.same(before, build.number(0) if not before.shape else build.zeros(*before.shape)))
        except TensordiffError:
            return False

    def zero(self, side: Side, shown: str) -> None:
        """... = 0 sets what stands before to zero."""
        before = next((judged.value for judged in reversed(self.chain) if judged.value is not None), None)
        if before is None and isinstance(self.root, Root):
            try:
                before = self.world.read(self.left) if self.left else None
            except TensordiffError:
                before = None
        if before is None:
            self.step(shown, side.line, "condition", "condition")
            return
        if self.condition is None or isinstance(self.root, Root):
            self.condition = before
            self.step(shown, side.line, "condition", "condition", reason="set to zero")
        else:
            self.judged_condition(side, shown, before)

    def under_condition(self, side: Side, shown: str, left: Matrix, right: Matrix) -> None:
        self.judged_condition(side, shown, None, (left, right))

    def judged_condition(
        self, side: Side, shown: str, expression: Matrix | None, pair: tuple[Matrix, Matrix] | None = None
    ) -> None:
        assert self.condition is not None
        status, reason = conditions.follows(self.world, self.condition, expression, pair)
        value = expression if expression is not None else pair[1] if pair else None
        self.step(shown, side.line, "condition", status, reason=reason)
        self.chain.append(Judged(side, value, None if status == "undecided" else status == "right"))


def _bare(node: Matrix) -> Matrix:
    return node.children[0] if node.op == "named" else node
