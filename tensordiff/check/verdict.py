"""The verdict on a claim, and how it is told to a person."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cached_property
from typing import Literal

from tensordiff.check.witness import Witness
from tensordiff.check.words import in_layouts
from tensordiff.derive.layouts import DIFFERENTIAL
from tensordiff.evidence.agreement import Method
from tensordiff.evidence.printing import listed
from tensordiff.matrix import Matrix, number_text
from tensordiff.records import field, record
from tensordiff.show.notebook import verdict_html

Status = Literal[
    "right",
    "right-in-other-layout",
    "right-up-to-factor",
    "right-under-assumption",
    "wrong",
    "does-not-conform",
    "undecided",
]


@record
class Explanation:
    """What a person learns from: worked out when it is asked for."""

    expected: object | None = None
    layout: str = ""
    """The layout of `expected`."""
    diagnosis: tuple[str, ...] = ()
    witness: Witness | None = None
    shaped: object | None = None
    """For a claim that is the transpose of the gradient, the gradient: the formula in the shape of the variable."""
    variable: str = ""
    """The variable's name, for this."""
    place: tuple[int, int] | None = None
    """Where in the claim the slip stands."""
    claimed: Matrix | None = None
    """The claim as it was read."""
    slip: Matrix | None = None
    """The part of it that the slip is in, where it stands once."""


@record(repr=False)
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
    """What makes it right, e.g. "B is symmetric". A claim that is right under one that people make (symmetry, entries that
    sum to one ...) has status "right-under-assumption"; one that is right for diagonal matrices, say, is wrong."""
    factor: Fraction | str | None = None
    """derivative = factor * claim; text where sizes or scalars are in it."""
    basis: str = ""
    """What the method rests on, in words; for an undecided claim, what was tried."""
    structured: bool = False
    """Whether a variable has a structure, so that `entries` matter."""
    problem: str = ""
    """What does not conform, and where; or how the shapes differ."""
    assumed: tuple[str, ...] = ()
    """How the texts were read where nobody declared it: a sentence for each kind, size or meaning."""
    _explain: Callable[[], Explanation] = field(default=Explanation, repr=False, compare=False)

    def __bool__(self) -> bool:
        return self.status == "right"

    @cached_property
    def _explanation(self) -> Explanation:
        return self._explain()

    @property
    def expected(self) -> object | None:
        """The correct formula in the layout asked for (with "any", in the one that the claim is nearest to); None where it is
        over a million characters long."""
        return self._explanation.expected

    @property
    def layout(self) -> str:
        """The layout of `expected`; "differential" for a claim in differentials."""
        return self._explanation.layout

    @property
    def diagnosis(self) -> str | None:
        """The likely slip, confirmed by a test; None where none was recognised."""
        return "\n".join(self._explanation.diagnosis) or None

    @property
    def witness(self) -> Witness | None:
        """Numbers that show the difference: the first wrong entry."""
        return self._explanation.witness

    @property
    def place(self) -> tuple[int, int] | None:
        """Where in `claim` the slip stands, start and end as of a slice: what does not conform, or what a correction that was
        found right replaces; None where it is the whole or is not certain.

            >>> import tensordiff as td
            >>> verdict = td.check("A*x + A*x", "x'*A*x", "x")
            >>> verdict.claim[slice(*verdict.place)]
            'A'
        """
        return self._explanation.place

    @property
    def claimed(self) -> Matrix | None:
        """The claim as it was read, in matrix form; None where it does not conform."""
        return self._explanation.claimed

    @property
    def slip(self) -> Matrix | None:
        """The part of `claimed` that the slip is in, where it is known and stands once."""
        return self._explanation.slip

    def __repr__(self) -> str:
        return f"<verdict: {str(self).partition(chr(10))[0]}>"

    def _repr_html_(self) -> str:
        return verdict_html(self.status, str(self).splitlines())

    def __str__(self) -> str:
        lines = [_report(self, self._explanation)]
        if self.assumed:
            lines.append(f"Read so: {'; '.join(self.assumed)}.")
        return "\n".join(lines)


_MEANINGS = {
    "free": "all entries of the variable independent",
    "projected": "the derivative within the structure",
    "tied": "equal entries of the variable as one",
    "vech": "by the free entries of the variable",
    "admissible": "it gives the right change of the function for every admissible change of the variable",
}

_METHODS = {"proved": "proved", "exact": "tested exactly", "numeric": "tested numerically"}


def _report(verdict: Verdict, explanation: Explanation) -> str:
    """The explanation of a verdict, a paragraph for each thing to know: what is wrong and where, the right formula, numbers,
    how it is known; what it holds for beside comes last."""
    lines = [_first(verdict)]
    if verdict.status == "right":
        if explanation.shaped is not None:
            said = f"in the shape of {explanation.variable} it is {explanation.shaped}"
            lines.insert(0, f"The transpose of the gradient ({verdict.layouts[0]} layout); {said}.")
        return "\n".join([*lines, *_meanings(verdict), *_method(verdict)])
    lines.extend(_meanings(verdict))
    if verdict.problem:
        lines.append(verdict.problem)
    lines.extend(explanation.diagnosis)
    if explanation.expected is None and explanation.layout:
        lines.append("The right formula is too long to be written out.")
    elif explanation.layout == DIFFERENTIAL:
        lines.append(f"The differential is {explanation.expected}.")
    elif explanation.expected is not None:
        where = f" ({explanation.layout} layout)" if explanation.layout else ""
        lines.append(f"The derivative is {explanation.expected}{where}.")
    lines.extend(_extras(verdict))
    if explanation.witness is not None:
        lines.append(str(explanation.witness))
    lines.extend(_method(verdict))
    if verdict.status in ("wrong", "does-not-conform") and verdict.assumptions:
        lines.append(f"It holds for example for {listed([_example(words) for words in verdict.assumptions])}.")
    return "\n".join(lines)


def _example(words: str) -> str:
    """ "diagonal S" for "S is diagonal"."""
    name, verb, kind = words.rpartition(" is ")
    return f"{kind} {name}" if verb else words


def _first(verdict: Verdict) -> str:
    here = "" if verdict.asked == "any" else f" {in_layouts([verdict.asked])}"
    there = f" {in_layouts(verdict.layouts)}" if verdict.layouts else ""
    match verdict.status:
        case "right":
            return f"Right{there}."
        case "right-in-other-layout":
            return f"Not right{here}, but right{there}."
        case "right-up-to-factor":
            noun = DIFFERENTIAL if verdict.layouts == (DIFFERENTIAL,) else "derivative"
            said = f"the {noun} is {_times(verdict.factor)} the claim"
            return f"Right up to {_factor(verdict.factor)}{there}: {said}."
        case "right-under-assumption":
            factor = "" if verdict.factor is None else f", and up to {_factor(verdict.factor)}"
            return f"Right{there} only if {listed(verdict.assumptions)}{factor}."
        case "wrong":
            return f"Wrong{here}."
        case "does-not-conform":
            return "The claim does not conform: it has no value."
    right = f" It is right{there}." if there else ""
    return f"Undecided{here}: {verdict.basis}.{right}"


def _extras(verdict: Verdict) -> list[str]:
    """What else holds in the layout asked for."""
    lines = []
    here = in_layouts([verdict.asked]).capitalize()
    if verdict.status == "right-in-other-layout":
        if verdict.assumptions:
            lines.append(f"{here} it is right only if {listed(verdict.assumptions)}.")
        elif verdict.factor is not None:
            lines.append(f"{here} it is right up to {_factor(verdict.factor)}.")
    return lines


def _meanings(verdict: Verdict) -> list[str]:
    if not verdict.entries or not verdict.structured:
        return []
    if verdict.layouts == (DIFFERENTIAL,):
        return [] if "free" in verdict.entries else ["It is so for every change that the structure admits."]
    if verdict.entries == ("admissible",):
        return ["Entry by entry it is no derivative by the structured variable, but " + _MEANINGS["admissible"] + "."]
    return ["Meaning of the entries: " + "; ".join(f"{name} ({_MEANINGS[name]})" for name in verdict.entries) + "."]


def _method(verdict: Verdict) -> list[str]:
    if verdict.method is None or not verdict.basis:
        return []
    return [f"{_METHODS[verdict.method].capitalize()}: {verdict.basis}."]


def _factor(factor: Fraction | str | None) -> str:
    if factor == -1:
        return "the sign"
    return f"the factor {number_text(factor) if isinstance(factor, Fraction) else factor}"


def _times(factor: Fraction | str | None) -> str:
    if factor == -1:
        return "minus"
    return f"{number_text(factor) if isinstance(factor, Fraction) else factor} times"
