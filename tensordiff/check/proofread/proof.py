"""What a proofreader says: a step for each equality, condition, definition, assumption and unread piece."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from tensordiff.evidence.agreement import Method
from tensordiff.matrix import Matrix
from tensordiff.records import field, record
from tensordiff.show.notebook import steps_html

Kind = Literal["definition", "rewriting", "differential", "derivative", "condition", "assumption", "not-read"]
Status = Literal[
    "right", "wrong", "follows-from-wrong", "right-but-does-not-follow", "changes-layout", "not-read", "undecided",
    "condition", "definition", "assumption",
]  # fmt: skip

_MARKS = {
    "right": "✓", "wrong": "✗", "follows-from-wrong": "↳", "right-but-does-not-follow": "!", "changes-layout": "!",
    "not-read": "?", "undecided": "?", "condition": "·", "definition": "·", "assumption": "·",
}  # fmt: skip
_COUNTED = ("right", "wrong", "follows-from-wrong", "right-but-does-not-follow", "changes-layout", "undecided")


@record
class Step:
    """One step of a derivation."""

    text: str
    """As it was written."""
    line: int
    """Where it stands in the text, from 1."""
    kind: Kind
    status: Status
    method: Method | None = None
    """How the status is known, as in a verdict."""
    reason: str = ""
    """Why it is not right; what is meant, for a definition or an assumption."""
    fix: str | None = None
    """The line as it should be, in the writer's notation."""
    assumed: tuple[str, ...] = ()
    """What was assumed in reading it."""

    @property
    def counts(self) -> bool:
        """Whether it is an equality, and not a definition, an assumption or the first condition."""
        return self.status in _COUNTED

    def __str__(self) -> str:
        lines = [f"{_MARKS[self.status]} {self.text}"]
        if self.status not in ("right", "definition", "condition", "assumption"):
            lines.append(
                f"    {self.status.replace('-', ' ')}{': ' if self.reason else ''}{self.reason}".replace("\n", "\n    ")
            )
        if self.fix is not None:
            lines.append(f"    it should be: {self.fix}")
        return "\n".join(lines)


@record(repr=False)
class Proof:
    """What holds of a derivation. True where every equality is right and nothing is unread; `str` shows each line as it was
    written, with a mark, and below it what is wrong and the mended line."""

    steps: tuple[Step, ...]
    assumed: tuple[str, ...] = field(default=())
    """What was assumed in reading the whole."""
    names: Mapping[str, Matrix] = field(default_factory=dict, compare=False, repr=False)
    """What the names mean: the variables and their shapes, declared or inferred."""

    def __bool__(self) -> bool:
        judged = [step for step in self.steps if step.counts]
        return bool(judged) and all(step.status == "right" for step in judged) and not self._unread

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps)

    def __len__(self) -> int:
        return len(self.steps)

    @property
    def _unread(self) -> list[Step]:
        return [step for step in self.steps if step.status == "not-read"]

    @property
    def first_wrong(self) -> Step | None:
        """The first step to mend."""
        return next((step for step in self.steps if step.counts and step.status != "right"), None)

    @property
    def summary(self) -> str:
        """One line: "5 equalities: 4 right, line 3 wrong: parentheses lost"."""
        judged = [step for step in self.steps if step.counts]
        if not judged:
            return "no equality was found" + (f"; line {self._unread[0].line} was not read" if self._unread else "")
        right = sum(step.status == "right" for step in judged)
        noun = "equality" if len(judged) == 1 else "equalities"
        parts = [f"{len(judged)} {noun}: {'all' if right == len(judged) > 1 else right} right"]
        following = sum(step.status == "follows-from-wrong" for step in judged)
        for step in judged:
            if step.status not in ("right", "follows-from-wrong"):
                reason = step.reason.split("\n")[0].rstrip(".")
                parts.append(f"line {step.line} {step.status.replace('-', ' ')}{': ' + reason if reason else ''}")
        if following:
            parts.append(f"{following} follow{'s' if following == 1 else ''} from it")
        parts += [f"line {step.line} not read" for step in self._unread]
        return ", ".join(parts)

    def __str__(self) -> str:
        return "\n".join([*map(str, self.steps), *self._closing])

    @property
    def _closing(self) -> list[str]:
        assumed = ["Assumed: " + "; ".join(self.assumed) + "."] if self.assumed else []
        return [*assumed, self.summary[:1].upper() + self.summary[1:] + "."]

    def __repr__(self) -> str:
        return f"<proof: {self.summary}>"

    def _repr_html_(self) -> str:
        return steps_html([(step.status, str(step).splitlines()) for step in self.steps], self._closing)
