"""Chains of equalities: each is judged as a step (does it follow from the side before) and as a value (is it true)."""

from __future__ import annotations

from collections.abc import Sequence

from tensordiff.check.proofread import equivalence
from tensordiff.check.proofread.beliefs import Wrong, follows_one, same, same_or_none
from tensordiff.check.proofread.conditions import Conditions, Pair
from tensordiff.check.proofread.mend import Writer
from tensordiff.check.proofread.proof import Kind, Status, Step
from tensordiff.check.proofread.reasons import of_equality, of_verdict
from tensordiff.check.proofread.roots import Root, root_of
from tensordiff.check.proofread.statements import Side, Statement
from tensordiff.check.proofread.world import World
from tensordiff.check.verdict import Verdict
from tensordiff.errors import BudgetError, FoldError, ParseError, TensordiffError, UnknownNameError
from tensordiff.evidence.agreement import Method
from tensordiff.matrix import Matrix, Shape, build
from tensordiff.parse.syntax import Tree
from tensordiff.records import record
from tensordiff.tensor import postorder


@record(frozen=False)
class Judged:
    """A side of a chain, and what was found of it."""

    side: Side
    value: Matrix | None
    """None where it was not read, or does not conform."""
    right: bool | None = True
    """Whether it is what the chain is of."""


class Chains:
    """The chains of equalities of one derivation, side by side."""

    def __init__(self, world: World, writer: Writer, rebuilt: equivalence.Rebuild, defined: Sequence[str]) -> None:
        self.world = world
        self.writer = writer
        self.rebuilt = rebuilt
        """Makes the world anew with structures that an assumption gives."""
        self.later = set(defined)
        """Names whose definition is still to come."""
        self.structures: dict[str, str] = {}
        self.steps: list[Step] = []
        self.wrong: list[Wrong] = []
        self.conditions = Conditions()
        self.root: Root | Matrix | None = None
        self.chain: list[Judged] = []
        self.left = ""
        self.layouts: dict[int, set[str]] = {}
        self.notes: list[str] = []
        self.misfit = ""
        """Why the left side of the chain does not conform."""
        self.claims: list[Matrix] = []
        """What derivatives and differentials were said to be."""

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
        assumed = tuple(dict.fromkeys(self.world.said))
        self.world.said.clear()
        self.notes.extend(assumed)
        self.steps.append(Step(text, line, kind, status, method, reason, fix, assumed))

    def unread(self, text: str, line: int, error: TensordiffError) -> None:
        self.step(text, line, "not-read", "not-read", reason=str(error))

    def begin(self, side: Side, statement: Statement) -> None:
        """The left side of a chain."""
        self.left, self.chain, self.root, self.misfit = side.text, [], None, ""
        try:
            tree = self.left_tree(side.text)
            self.world = self.world.calling_f(tree)
            self.root = root_of(tree, self.world)
            if self.root is not None:
                self.writer.names |= {name: f"{{{spelling}}}" for name, spelling in self.root.spelled.items()}
            else:
                self.root = self.world.read(side.text)
                self.chain = [Judged(side, self.root)]
        except (UnknownNameError, ParseError, FoldError, BudgetError) as error:
            self.chain = [Judged(side, None)]
            self.unread(side.text, side.line, error)
        except TensordiffError as error:  # it does not conform
            self.chain = [Judged(side, None, False)]
            self.misfit = str(error)

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
        if self.misfit:
            self.put(side, shown, kind, "wrong", None, self.misfit, None, None)
            self.misfit = ""
            self.conditions.begin_at_derivative(self.world)
            return
        try:
            tree = self.world.tree(side.text)
        except TensordiffError as error:
            self.unread(shown, side.line, error)
            self.chain.append(Judged(side, None))
            return
        if equivalence.is_zero(tree) and not self.is_identically_zero():
            self.zero(side, shown)
            return
        self.world.habits.pop("changed", None)
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
        if value is not None and isinstance(self.root, Root):
            self.claims.append(value)
            if right and not self.root.is_differential:
                self.conditions.derivatives.append(value)
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
            self.put(side, shown, kind, status, None, str(error), None, None)
            return
        before = self.chain[-1] if self.chain else None
        if verdict.status == "right":
            self.note_free_terms(side)
            status = "right"
            if before is not None and before.right is False:
                status = "right-but-does-not-follow"
            reason = ""
            if status == "right" and self.world.habits.pop("changed", False):
                status, reason = "changes-layout", "derivatives of scalars are columns in one line and rows in another"
            elif status == "right" and (changed := self.layout_change(root, verdict)):
                status, reason = "changes-layout", changed
            self.put(side, shown, kind, status, verdict.method, reason, None, value)
        elif verdict.status == "undecided":
            self.put(side, shown, kind, "undecided", None, verdict.basis, None, value)
        elif self.follows(side, value) or self.follows_earlier(root, value):
            self.put(
                side,
                shown,
                kind,
                "follows-from-wrong",
                verdict.method,
                "",
                self.writer.mended(self.left, verdict, root.indices),
                value,
            )
        else:
            self.put(
                side,
                shown,
                kind,
                "wrong",
                verdict.method,
                of_verdict(verdict),
                self.writer.mended(self.left, verdict, root.indices),
                value,
            )

    def note_free_terms(self, side: Side) -> None:
        """Says where two sides under the same sign differ by terms that are free of the variable."""
        operands = []
        for text in (self.chain[-1].side.text if self.chain else self.left, side.text):
            try:
                tree = self.world.tree(text)
                if tree.root.op != "derivative":
                    return
                operands.append(self.world.read(tree.source(tree.root.children[0])))
            except TensordiffError:
                return
        found = same_or_none(*operands)
        if found is not None and found.equal is False:
            self.world.said.append("equal up to terms that are free of the variable")

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
            return bool(same(before.value, value))
        if not self.world.claimed:
            return False
        try:
            return bool(same(self.world.read(before.side.text, believed=True), value))
        except TensordiffError:
            return False

    def follows_earlier(self, root: Root, value: Matrix) -> bool:
        """Whether a claim would be right if an earlier wrong one were."""
        return any(follows_one(self.world, root, value, wrong) for wrong in reversed(self.wrong))

    # Rewriting.

    def rewriting(self, side: Side, shown: str, value: Matrix) -> None:
        """An equality of two expressions."""
        before = next((judged for judged in reversed(self.chain) if judged.value is not None), None)
        if before is None or before.value is None:
            self.chain.append(Judged(side, value, None))
            return
        first = next(judged.value for judged in self.chain if judged.value is not None)
        try:
            found = same(before.value, value)
            whole = found if before.value is first else same(first, value)
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
        elif len(self.chain) == 1 and self.conditions.known:
            self.under_condition(side, shown, (before.value, value), implied=False)
        elif len(self.chain) == 1 and self.implied(before.value, value):
            self.under_condition(side, shown, (before.value, value), implied=True)
        elif self.believed(side, before, value):
            self.put(side, shown, "rewriting", "follows-from-wrong", None, "", None, value)
        else:
            reason = of_equality(before.value, value, found, self.world)
            fix = self.writer.line(self.left, first)
            self.put(side, shown, "rewriting", "wrong", found.method, reason, fix, value)

    def believed(self, side: Side, before: Judged, value: Matrix) -> bool:
        if not self.world.claimed:
            return False
        try:
            return bool(same(self.world.read(before.side.text, believed=True), value))
        except TensordiffError:
            return False

    # Conditions.

    def is_identically_zero(self) -> bool:
        """Whether what stands before is zero by itself, so that "= 0" is an equality."""
        before = next((judged.value for judged in reversed(self.chain) if judged.value is not None), None)
        if before is None:
            return False
        try:
            return bool(same(before, build.number(0) if not before.shape else build.zeros(*before.shape)))
        except TensordiffError:
            return False

    def zero(self, side: Side, shown: str) -> None:
        """... = 0 sets what stands before to zero."""
        last = next((judged for judged in reversed(self.chain) if judged.value is not None), None)
        before = None if last is None else last.value
        derivative = self.left_value() if isinstance(self.root, Root) else None
        if before is None:
            before = derivative
        if before is None:
            self.step(shown, side.line, "condition", "condition")
        elif isinstance(self.root, Root):
            self.conditions.begin(before, derivative if last is not None and last.right is False else None)
            self.step(shown, side.line, "condition", "condition", reason="set to zero")
        elif self.has_differentials(before) and not any(same_or_none(before, other) for other in self.claims):
            # an equality between differentials, and no condition
            self.put(side, shown, "rewriting", "wrong", None, "it is not zero", None, None)
        else:
            status, reason = self.conditions.set_to_zero(self.world, before)
            self.said(side, shown, status, reason, before)

    def left_value(self) -> Matrix | None:
        """The derivative or differential on the left as an expression."""
        try:
            return self.world.read(self.left) if self.left else None
        except TensordiffError:
            return None

    def has_differentials(self, value: Matrix) -> bool:
        return any(node in self.world.varied.values() for node in postorder([value]))

    def implied(self, left: Matrix, right: Matrix) -> bool:
        """Whether an equality is what setting the last derivative to zero gives, where that was not said."""
        return self.conditions.implied(self.world, (left, right))

    def under_condition(self, side: Side, shown: str, pair: Pair, *, implied: bool) -> None:
        """An equality that is no identity, where something was set to zero."""
        status, reason = self.conditions.follows(self.world, None, pair)
        if implied and status == "right":
            self.world.said.append("it holds where the last derivative is zero")
        self.said(side, shown, status, reason, pair[1])

    def said(self, side: Side, shown: str, status: Status, reason: str, value: Matrix) -> None:
        self.step(shown, side.line, "condition", status, reason=reason)
        self.chain.append(Judged(side, value, None if status == "undecided" else status == "right"))
