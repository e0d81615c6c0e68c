"""The verdict on a claim."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Literal

from tensordiff.check.witness import Witness
from tensordiff.evidence.evidence import Method

Status = Literal[
    "right",
    "right-in-other-layout",
    "right-up-to-factor",
    "right-under-assumption",
    "wrong",
    "does-not-conform",
    "undecided",
]


@dataclass(frozen=True)
class Explanation:
    """What a person learns from: worked out when it is asked for."""

    expected: object | None = None
    layout: str = ""
    """The layout of `expected`."""
    diagnosis: tuple[str, ...] = ()
    witness: Witness | None = None


@dataclass(frozen=True)
class Verdict:
    """What holds of a claim. True exactly when the claim is right in the layout asked for; `str` explains it to a person.

    The status is the best of the grades right, right in another layout, right up to a factor, right under an assumption,
    wrong; where a claim needs several concessions at once, the last of them. The other fields say everything that was
    found, so a claim that is right in another layout may also have the assumptions under which it is right in the one
    asked for.
    """

    status: Status
    method: Method | None
    """How the status is known: "proved" (canonical forms, or the relations of inverses and functions), "exact" (rational, at
    random points modulo primes), "numeric"."""
    asked: str = "any"
    """The layout asked for."""
    claim: str = ""
    """The claim as it was written."""
    layouts: tuple[str, ...] = ()
    """The layouts in which the claim is right (given the factor and the assumptions, where the status is one of those)."""
    entries: tuple[str, ...] = ()
    """The meanings of a derivative by a structured variable under which it is right; "admissible" where it only agrees on
    every admissible change of the variable."""
    assumptions: tuple[str, ...] = ()
    """What makes it right, e.g. "B is symmetric"."""
    factor: Fraction | str | None = None
    """derivative = factor * claim; text where sizes or scalars are in it."""
    basis: str = ""
    """What the method rests on, in words; for an undecided claim, what was tried."""
    structured: bool = False
    """Whether a variable has a structure, so that `entries` matter."""
    problem: str = ""
    """What does not conform, and where; or how the shapes differ."""
    _explain: Callable[[], Explanation] = field(default=Explanation, repr=False, compare=False)

    def __bool__(self) -> bool:
        return self.status == "right"

    @cached_property
    def _explanation(self) -> Explanation:
        return self._explain()

    @property
    def expected(self) -> object | None:
        """The correct formula in the layout asked for (with "any", in the one that the claim is nearest to)."""
        return self._explanation.expected

    @property
    def diagnosis(self) -> str | None:
        """The likely slip, confirmed by a test; None where none was recognised."""
        return "\n".join(self._explanation.diagnosis) or None

    @property
    def witness(self) -> Witness | None:
        """Numbers that show the difference: the first wrong entry."""
        return self._explanation.witness

    def __str__(self) -> str:
        from tensordiff.check.report import report

        return report(self, self._explanation)
