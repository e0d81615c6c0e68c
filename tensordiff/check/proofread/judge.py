"""Judging a derivation, statement by statement."""

from __future__ import annotations

from tensordiff.check.proofread import assumptions, equivalence, first_order
from tensordiff.check.proofread.chains import Chains, Judged
from tensordiff.check.proofread.proof import Proof, Status
from tensordiff.check.proofread.roots import Root
from tensordiff.check.proofread.split import split
from tensordiff.check.proofread.statements import APPROXIMATELY, Part, Side, Statement, Words
from tensordiff.errors import TensordiffError
from tensordiff.matrix import Matrix
from tensordiff.records import replace


class Proofreader(Chains):
    """One derivation, statement by statement."""

    def read(self, text: str) -> Proof:
        parts = split(text)
        while parts:
            part, *parts = parts
            if isinstance(part, Words):
                self.words(part)
                continue
            if not part.open:
                parts = self.reasons(parts)
            self.statement(part)
        assumed = tuple(dict.fromkeys([*self.notes, *getattr(self.world.scope.conventions, "assumed", ())]))
        symbols = self.world.scope.symbols
        return Proof(tuple(self.steps), assumed, {name: symbols[name] for name in self.world.declared})

    def words(self, words: Words) -> None:
        found = assumptions.structures_in(words.text, self.world.declared)
        if found:
            self.assume(found, words.text, words.line)

    def reasons(self, parts: list[Part]) -> list[Part]:
        """Takes up what is said behind a statement, and behind the lines that go on with it, as their reason, and gives the
        parts that are left."""
        first = next((n for n, part in enumerate(parts) if not (isinstance(part, Statement) and part.open)), len(parts))
        for place in range(first, min(first + 2, len(parts))):
            part = parts[place]
            rest = [*parts[:place], *parts[place + 1 :]]
            if isinstance(part, Statement):
                before = parts[place - 1] if place > first else None
                words = before.text if isinstance(before, Words) else part.label
                taken = assumptions.is_reason(words) and len(part.sides) == 2 and self.assumption(part)
                return rest if taken else parts
            followed = "," in part.text[-1:] and place + 1 < len(parts)
            reason = assumptions.is_reason(part.text) and not followed
            if reason and assumptions.structures_in(part.text, self.world.declared):
                self.words(part)
                return rest
        return parts

    def assume(self, structures: dict[str, str], text: str, line: int) -> None:
        said = ", ".join(
            f"{name} sums to one" if structure == "probability" else f"{name} is {structure}"
            for name, structure in structures.items()
        )
        try:
            self.world = self.rebuilt(self.world, {**self.structures, **structures})
        except TensordiffError as error:
            self.step(text, line, "assumption", "not-read", reason=str(error))
            return
        self.structures |= structures
        self.root, self.chain = None, []
        self.step(text, line, "assumption", "assumption", reason=said)

    lone = False
    """Whether the last statement was an expression alone."""

    def statement(self, statement: Statement) -> None:
        if assumptions.is_declaration(statement):
            if "forall" not in statement.text:
                self.step(statement.text, statement.line, "assumption", "assumption", reason="where it lives")
            return
        sides = list(statement.sides)
        lone, self.lone = self.lone, False
        if not statement.relations:
            self.alone(statement)
            return
        if APPROXIMATELY in statement.relations:
            self.approximation(statement)
            return
        if statement.dangles:
            reason = f"the last {statement.relations[-1]} has nothing behind it"
            self.step(statement.text, statement.line, "rewriting", "not-read", reason=reason)
            return
        if statement.open:
            self.continued(statement)
            return
        if self.assumption(statement) or self.definition(statement):
            return
        if self.zero_first(statement):
            return
        if statement.implied and lone and self.world.variables:  # f => g = 0 claims g as the gradient
            self.set_root(sides[0])
        else:
            self.begin(sides[0], statement)
        for side in sides[1:]:
            self.equality(side)

    def zero_first(self, statement: Statement) -> bool:
        """Whether the statement is 0 = e, which is the condition e = 0."""
        first, *others = statement.sides
        try:
            if not equivalence.is_zero(self.world.tree(first.text)):
                return False
        except TensordiffError:
            return False
        self.begin(others[0], statement)
        for side in others[1:]:
            self.equality(side)
        if self.misfit:
            self.equality(first)
        elif self.chain and self.chain[-1].value is not None:
            self.zero(first, f"{first.text} = {others[-1].text}")
        return True

    def set_root(self, side: Side) -> None:
        """The next side is a claim on the derivative of what stands alone above."""
        assert isinstance(self.root, Matrix)
        self.root = Root(self.root, self.world.variables, self.world.scope)
        self.chain, self.left = [], ""
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
        self.lone = True

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
        """Whether the statement is A = A^T, Q^T Q = I or \\sum_i y_i = 1, which assume something."""
        if len(statement.sides) != 2:
            return False
        try:
            left, right = (self.world.tree(side.text) for side in statement.sides)
        except TensordiffError:
            return False
        found = assumptions.by_transpose(left, right)
        if found is None and (name := assumptions.orthogonal(left, right)) is not None:
            found = name, "orthogonal"
        if found is None and (name := assumptions.sums_to_one(left, right)) is not None:
            found = name, "probability"
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
