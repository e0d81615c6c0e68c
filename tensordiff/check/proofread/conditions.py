"""The conditions of a derivation: what it sets to zero, and what is said to follow."""

from __future__ import annotations

from tensordiff.check.proofread import equivalence
from tensordiff.check.proofread.proof import Status
from tensordiff.check.proofread.world import World
from tensordiff.errors import TensordiffError
from tensordiff.matrix import Matrix, build
from tensordiff.tensor import Node, postorder

Pair = tuple[Matrix, Matrix]


class Conditions:
    """What was set to zero so far. After a slip there are two: what should have been, and what the writer went on with."""

    def __init__(self) -> None:
        self.true: Matrix | None = None
        """What is zero, as far as it is known."""
        self.stated: Matrix | None = None
        """What the derivation goes on with, where that is something else."""
        self.derivatives: list[Matrix] = []
        """Derivatives that were found right, one of which a first condition sets to zero."""

    @property
    def known(self) -> bool:
        return self.true is not None

    def begin(self, expression: Matrix, true: Matrix | None) -> None:
        """A chain ends in = 0; `true` is what it should have been, where its last side was wrong."""
        self.true, self.stated = (expression, None) if true is None else (true, expression)

    def begin_at_derivative(self, world: World) -> None:
        """A condition that cannot be read for its sizes: what follows is judged by the last derivative, or by that of f."""
        if self.true is None:
            self.true = self.derivatives[-1] if self.derivatives else world.gradient()

    def implied(self, world: World, pair: Pair) -> bool:
        """Whether an equality holds where the last derivative is zero; it is set to zero then."""
        if not self.derivatives:
            return False
        if equivalence.follows(world, self.derivatives[-1], None, pair)[0] != "right":
            return False
        self.true = self.derivatives[-1]
        return True

    def set_to_zero(self, world: World, expression: Matrix) -> tuple[Status, str]:
        """A condition that stands alone: the first one, unless it is nearly a derivative found before, or one that follows."""
        if self.true is None:
            derivative = next((d for d in reversed(self.derivatives) if _alike(d, expression)), None)
            if derivative is None:
                self.true = expression
                return "condition", "set to zero"
            self.true = derivative
            status, reason = self.follows(world, expression, None)
            return ("condition", "set to zero") if status in ("right", "undecided") else (status, reason)
        return self.follows(world, expression, None)

    def follows(self, world: World, expression: Matrix | None, pair: Pair | None) -> tuple[Status, str]:
        """Whether a condition follows from the one before."""
        assert self.true is not None
        status, reason = equivalence.follows(world, self.true, expression, pair)
        if self.stated is not None:
            from_stated, _ = equivalence.follows(world, self.stated, expression, pair)
            if from_stated == "right":
                if status != "right":
                    return "follows-from-wrong", ""
                self.stated = None
            elif status == "right":
                self.stated = None
                return "right-but-does-not-follow", ""
        if status == "wrong":
            self.stated = _difference(expression, pair) or self.stated
        return status, reason


def _difference(expression: Matrix | None, pair: Pair | None) -> Matrix | None:
    """What a condition says is zero."""
    if pair is None:
        return expression
    try:
        return build.add([(1, pair[0]), (-1, pair[1])])
    except TensordiffError:
        return None


def _alike(derivative: Matrix, expression: Matrix) -> bool:
    """Whether a condition is about what a derivative is about: it has the same names, and as many entries."""
    names = [
        {node for node in postorder([side]) if node.children == () and _is_symbol(node)} for side in (derivative, expression)
    ]
    sizes = [sorted(str(group) for group in side.shape if group) for side in (derivative, expression)]
    return bool(names[0]) and names[0] == names[1] and sizes[0] == sizes[1]


def _is_symbol(node: Node) -> bool:
    return isinstance(node, Matrix) and node.op == "symbol"
