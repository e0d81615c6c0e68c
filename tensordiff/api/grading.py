"""Many answers to one exercise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tensordiff.api.checks import check
from tensordiff.api.declare import parse
from tensordiff.api.expression import Expression
from tensordiff.check import Verdict
from tensordiff.derive.layouts import DIFFERENTIAL
from tensordiff.errors import DomainError, TensordiffError
from tensordiff.matrix import number_text
from tensordiff.records import record
from tensordiff.show.notebook import table_html

COLUMNS = ("name", "status", "layout", "slip", "formula")
"""What is said of an answer, in this order."""

UNREADABLE = "not-read"


@record(repr=False)
class Grade:
    """What holds of one answer. True where it is right."""

    name: str
    answer: str
    status: str
    """As of a verdict, or "not-read"."""
    layout: str
    """The layouts in which it is right (up to the slip), "" where there are none."""
    slip: str
    """What is wrong in a few words: the factor, the assumption, the slip; the error for an answer that is not read."""
    formula: str
    """The right formula, in the layout asked for; "" for an answer that is right."""
    verdict: Verdict | None = None
    """The whole verdict; None for an answer that is not read."""

    def __bool__(self) -> bool:
        return self.status == "right"

    def row(self) -> dict[str, str]:
        """What is said, by column."""
        return {column: str(getattr(self, column)) for column in COLUMNS}

    def __str__(self) -> str:
        return f"{self.name}: {self.status.replace('-', ' ')}{f', {self.slip}' if self.slip else ''}"

    def __repr__(self) -> str:
        return f"<grade of {self}>"


class Grades(list[Grade]):
    """Grades in the order of the answers; a table in a notebook."""

    @property
    def summary(self) -> str:
        """One line: "3 answers: 1 right, 1 wrong, 1 not read"."""
        counts = Counter(grade.status.replace("-", " ") for grade in self)
        said = ", ".join(f"{count} {status}" for status, count in counts.most_common())
        return f"{len(self)} answer{'s' if len(self) != 1 else ''}: {said or 'none'}"

    def __str__(self) -> str:
        return "\n".join([*map(str, self), f"{self.summary}."])

    def __repr__(self) -> str:
        return f"<grades of {self.summary}>"

    def _repr_html_(self) -> str:
        rows = [(g.status, (g.name, g.answer, g.status.replace("-", " "), g.slip)) for g in self]
        return table_html(("name", "answer", "status", "what is to be said"), rows, self.summary)


def grade(
    answers: Mapping[str, str] | Iterable[str],
    f: str | Expression,
    wrt: str | Expression | Sequence[str | Expression],
    *,
    layout: str | None = None,
    shapes: Mapping[str, Any] | None = None,
    structures: Mapping[str, str] | None = None,
    where: Mapping[str, str] | None = None,
    assume: Mapping[str, str] | None = None,
) -> Grades:
    """The verdicts on many answers to one exercise, all read in the same way: f and the declarations are read once, before any
    answer. `answers` are texts (formulas or code) by name, or in order.

    `layout` is that of `check`; left out, the gradient (in the shape of the variable) where f is a scalar, and any other
    otherwise. An answer on the differential (df = ...) is judged as such. An answer that cannot be read is a grade of its own,
    with the error. Raises ParseError, ShapeError and others for f and the declarations.

        >>> import tensordiff as td
        >>> answers = {"Ada": "(A + A')*x", "Bob": "2*A*x", "Cy": "x'*(A + A')", "Di": "A*x +"}
        >>> for grade in td.grade(answers, "x'*A*x", "x", shapes={"A": "n n", "x": "n"}):
        ...     print(grade.name, grade.status, [grade.slip])
        Ada right ['']
        Bob right-under-assumption ['right only if A is symmetric']
        Cy right-in-other-layout ['right in the numerator layout']
        Di not-read ['the text ends after +, where an operand is missing']
    """
    if isinstance(f, str):
        f = parse(f, shapes, structures, where, assume)
    wanted = layout or ("gradient" if not f.matrix.shape and (isinstance(wrt, str | Expression) or len(wrt) == 1) else "any")
    given = answers if isinstance(answers, Mapping) else {str(place): text for place, text in enumerate(answers, 1)}
    return Grades(_graded(name, answer, f, wrt, wanted) for name, answer in given.items())


def _graded(name: str, answer: str, f: Expression, wrt: Any, layout: str) -> Grade:
    try:
        try:
            verdict = check(answer, f, wrt, layout)
        except DomainError:  # a claim on the differential has no layout
            verdict = check(answer, f, wrt, DIFFERENTIAL)
    except TensordiffError as error:
        return Grade(name, answer, UNREADABLE, "", error.message, "")
    formula = "" if verdict else str(verdict.expected)
    return Grade(name, answer, verdict.status, " ".join(verdict.layouts), _slip(verdict), formula, verdict)


def _slip(verdict: Verdict) -> str:
    """What is wrong, in a line."""
    if verdict.status == "right":
        return ""
    if verdict.status == "undecided":
        return verdict.basis
    parts = []
    if verdict.status == "right-in-other-layout":
        parts.append(f"right in the {verdict.layouts[0]} layout")
    if verdict.assumptions and verdict.status != "wrong":
        parts.append(f"right only if {' and '.join(verdict.assumptions)}")
    if verdict.factor is not None:
        factor = verdict.factor if isinstance(verdict.factor, str) else number_text(verdict.factor)
        parts.append("the sign" if verdict.factor == -1 else f"the factor {factor}")
    if not parts:
        parts.append((verdict.diagnosis or verdict.problem or "another expression").split("\n")[0])
    return ", ".join(parts)
