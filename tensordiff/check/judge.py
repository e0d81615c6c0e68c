"""Checking a claimed derivative: from the text of an answer to a graded verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tensordiff.check.claim import Reading, Subject
from tensordiff.check.differential import posed
from tensordiff.check.grade import Grader, Match
from tensordiff.check.problem import Present, Problem
from tensordiff.check.slips.case import Case
from tensordiff.check.slips.diagnosis import diagnose
from tensordiff.check.slips.place import place_in, slipped
from tensordiff.check.specialise import renamings
from tensordiff.check.truth import INDEX, Candidate, Truth
from tensordiff.check.verdict import Explanation, Status, Verdict
from tensordiff.check.witness import find_witness
from tensordiff.check.words import in_layouts
from tensordiff.derive.layouts import DIFFERENTIAL
from tensordiff.errors import BudgetError, EvaluationError, GroupingError, ShapeError, TensordiffError
from tensordiff.evidence.agreement import Evidence
from tensordiff.evidence.domains import assumptions, reserved
from tensordiff.evidence.sampling.points import Samples
from tensordiff.evidence.sampling.sizes import SMALLEST
from tensordiff.matrix import Matrix, Scope, shape_text
from tensordiff.matrix.operations import OPERATIONS
from tensordiff.records import replace
from tensordiff.tensor import Tensor, postorder


def check_claim(
    answer: str | Matrix,
    f: Matrix,
    variables: Sequence[Matrix],
    scope: Scope,
    *,
    layout: str = "any",
    entries: str = "any",
    where: Mapping[str, str] | None = None,
    present: Present | None = None,
    language: str | None = None,
    derivative: Tensor | None = None,
) -> Verdict:
    """The verdict on an answer, text or matrix form, as the derivative of f by one or several declared symbols.

    `scope` says what the names in the text mean, `where` adds names for parts. `layout` is one of "gradient", "numerator",
    "denominator", "vec-column", "vec-row", "index" (an answer that ends in -> [i,j,k,l], f's indices then the
    variables'), "differential" (df = tr(G'*dX)), or "any". `entries` says what a derivative by a
    structured variable means: "free", "projected", "tied", "vech", or "any". `present` turns the correct formula into
    what `verdict.expected` holds (by default, its text). `derivative` is the derivative where the variables are not symbols
    of f, as entries of them.

    An answer that does not conform gets a verdict; one that cannot be read raises ParseError or UnknownNameError.
    """
    problem = Problem(answer, f, tuple(variables), scope, layout, entries, dict(where or {}), derivative, language=language)
    return judge(problem, present)


def judge(problem: Problem, present: Present | None = None) -> Verdict:
    """The verdict on a problem."""
    problem = posed(problem)
    truth = problem.truth()
    try:
        claim, scope = problem.read()
    except ShapeError as error:
        return _not_conforming(problem, truth, error, present)
    return _Judge(problem, Grader(truth, claim), scope, present).verdict()


class _Judge:
    """From what was found to a verdict."""

    def __init__(self, problem: Problem, grader: Grader, scope: Scope, present: Present | None) -> None:
        self.problem = problem
        self.grader = grader
        self.truth = grader.truth
        self.scope = scope
        self.present = present

    def verdict(self) -> Verdict:
        grader = self.grader
        right = grader.right
        asked = [match for match in right if grader.asked(match.reading)]
        if asked:
            return self._right([*asked, *(m for m in right if m not in asked)])
        if (admissible := grader.admissible()) is not None:
            return replace(self._verdict("right", [admissible]), entries=("admissible",))
        if (undecided := grader.undecided) and grader.first is not None:
            return replace(self._verdict("undecided", right), method=None, basis=undecided[0].basis)
        if right:
            return self._in_other_layout(right)
        if grader.readings and grader.first is None:
            return self._without_value()
        if match := grader.up_to_factor(grader.readings):
            return self._verdict("right-up-to-factor", [match])
        if match := self.grader.under_assumption(self.grader.readings):
            if match.is_usual:
                return self._verdict("right-under-assumption", [match])
            return replace(self._verdict("wrong", []), assumptions=match.assumptions)
        if found := equal_sizes(self.problem):
            words, match = found
            if _needs_square(self.problem.f):
                return replace(self._verdict("right-under-assumption", [match]), assumptions=words)
            return replace(self._verdict("wrong", []), assumptions=words)
        return self._verdict("wrong", [])

    def _right(self, matches: Sequence[Match]) -> Verdict:
        """Right, but where the claim has no value for some for which the derivative has: there it says nothing."""
        f, claim = self.problem.f, self.grader.claim.matrix
        first = matches[0].reading
        if needed := assumptions(claim, [f], [first.candidate.tensor]):
            return replace(self._verdict("right-under-assumption", matches, slip=False), assumptions=needed)
        verdict = self._verdict("right", matches)
        proved = verdict.method == "proved"
        return replace(verdict, basis=reserved(verdict.basis, [f, claim], first.pair, self.grader.samples, proved=proved))

    def _in_other_layout(self, right: list[Match]) -> Verdict:
        """With what would make it right in the layout asked for."""
        verdict = self._verdict("right-in-other-layout", right)
        here = [reading for reading in self.grader.readings if self.grader.asked(reading)]
        match = self.grader.up_to_factor(here) or self.grader.under_assumption(here)
        if match is None:
            return verdict
        return replace(verdict, assumptions=match.assumptions, factor=None if match.factor is None else match.factor.value)

    def _verdict(self, status: Status, matches: Sequence[Match], *, slip: bool = True) -> Verdict:
        """A verdict that rests on these matches, the first one above all. Without `slip` none is looked for."""
        first = matches[0] if matches else None
        candidates = [match.reading.candidate for match in matches]
        evidence = first.evidence if first else self._refutation()
        return Verdict(
            status,
            None if evidence is None else evidence.method,
            self.problem.layout,
            self.grader.claim.source,
            layouts=self._layouts(candidates),
            entries=tuple(dict.fromkeys(str(c.entries) for c in candidates)),
            assumptions=first.assumptions if first else (),
            factor=first.factor.value if first and first.factor else None,
            basis="" if evidence is None else evidence.basis,
            problem="\n".join(filter(None, self._problems())) if status == "wrong" else "",
            structured=self.truth.structured,
            assumed=self.scope.assumed,
            _explain=lambda: self._explanation(status, candidates, slip),
        )

    def _layouts(self, candidates: Sequence[Candidate]) -> tuple[str, ...]:
        """The layouts by name; index notation counts for claims written in it, or where it was asked for."""
        names = dict.fromkeys(c.layout for c in candidates)
        if not self.grader.claim.by_entries and self.problem.layout != INDEX and len(names) > 1:
            names.pop(INDEX, None)
        return tuple(names)

    def _refutation(self) -> Evidence | None:
        refuted = [evidence for _, evidence in self.grader.evidence if evidence.equal is False]
        return refuted[0] if refuted else None

    def _problems(self) -> Sequence[str]:
        return self._shapes(), self.problem.objection(self.grader.claim)

    def _shapes(self) -> str:
        """How the claim's shape differs from what was asked for, where it does."""
        if any(self.grader.asked(reading) for reading in self.grader.readings):
            return ""
        return shapes_differ(self.truth, shape_text(self.grader.claim.matrix.shape))

    def _without_value(self) -> Verdict:
        """The claim, or the derivative, is not defined at any sample point."""
        point = next(Samples(list(self.truth.meanings.values())).points(SMALLEST), None)
        if point is None:
            basis = (
                "the derivative has no value at any sample point: the sizes are too large to be sampled, a matrix that is "
                "inverted is always singular, or a function is undefined"
            )
            return replace(self._verdict("undecided", []), basis=basis)
        try:
            point.value(self.grader.claim.tensor)
        except (EvaluationError, KeyError) as error:
            reason = str(error)
        else:
            reason = "no common domain was found"
        problem = f"The claim has no value where the derivative has one: {reason}."
        return replace(self._verdict("wrong", []), problem=problem)

    def _subject(self, reading: Reading) -> Subject:
        shapes = {name: node.shape for name, node in self.scope.symbols.items()}
        return Subject(self.problem.f, self.truth.symbols, reading, shapes, self.truth.changes, self.truth.differences)

    def _explanation(self, status: Status, candidates: Sequence[Candidate], slip: bool) -> Explanation:
        grader = self.grader
        nearest = grader.nearest()
        if nearest is not None and not grader.asked(nearest) and self.problem.layout != "any":
            nearest = None
        candidate = nearest.candidate if nearest is not None else default_candidate(self.truth)
        if candidates and (self.problem.layout == "any" or status == "right"):
            candidate = candidates[0]
        formula = _correct(self.problem, self.truth, candidate, self.scope, self.present)
        claimed = grader.claim.matrix
        if status in ("right", "undecided"):
            gradient = self._gradient(candidates) if status == "right" else None
            if gradient is None:
                return Explanation(formula, candidate.layout, claimed=claimed)
            shaped = _correct(self.problem, self.truth, gradient, self.scope, self.present)
            named = self.truth.symbols[0].name
            return Explanation(formula, candidate.layout, shaped=shaped, variable=named, claimed=claimed)
        witness = None
        if nearest is not None and grader.first is not None:
            witness = find_witness(self._subject(nearest), grader.samples)
        case = Case(self.problem, self.truth, grader.claim, self.scope, candidate.layout)
        said = diagnose(case, remarks=status == "wrong") if slip else ()
        place, mended = slipped(grader.claim, case.mended, self.scope)
        return Explanation(formula, candidate.layout, said, witness, place=place, claimed=claimed, slip=mended)

    def _gradient(self, candidates: Sequence[Candidate]) -> Candidate | None:
        """The gradient, where the claim is its transpose and the layout was left open."""
        layouts = {c.layout for c in candidates}
        if self.problem.layout != "any" or self.grader.claim.by_entries or "gradient" in layouts or not candidates:
            return None
        meaning = candidates[0].entries
        return next((c for c in self.truth.candidates if c.layout == "gradient" and c.entries is meaning), None)


def _correct(problem: Problem, truth: Truth, candidate: Candidate, scope: Scope, present: Present | None) -> object | None:
    """The correct formula; None where it is too long to be written."""
    try:
        return problem.correct(truth, candidate, scope, present)
    except BudgetError:
        return None


def _needs_square(f: Matrix) -> bool:
    """Whether f has a value for square matrices alone: where sizes must agree, other equal ones are no strange idea."""
    return any(node.op in OPERATIONS and OPERATIONS[node.op].needs_square for node in postorder([f]))


def default_candidate(truth: Truth) -> Candidate:
    """The candidate to answer with where the claim is like none."""
    wanted = truth.default_layout if truth.layout == "any" else truth.layout
    return next(c for c in truth.candidates if c.layout == wanted)


def shapes_differ(truth: Truth, shape: str) -> str:
    """What was asked for, and what the claim is."""
    if truth.layout == DIFFERENTIAL:
        first, *others = (shape_text(candidate.shape) for candidate in truth.candidates)
        return f"The claim is {shape}; the differential is {first}{f', or {others[0]} as a vec' if others else ''}."
    wanted: dict[str, dict[str, None]] = {}
    for c in truth.candidates:
        if c.layout != INDEX and truth.layout in ("any", c.layout):
            wanted.setdefault(shape_text(c.shape), {})[c.layout] = None
    shown = [f"{size} {in_layouts(list(layouts))}" for size, layouts in wanted.items()]
    return f"The claim is {shape}; the derivative is {', '.join(shown) or 'given by entries, ... -> [i,j,...]'}."


def _not_conforming(problem: Problem, truth: Truth, error: ShapeError, how: Present | None) -> Verdict:
    found = equal_sizes(problem)

    def explain() -> Explanation:
        candidate = default_candidate(truth)
        formula = _correct(problem, truth, candidate, problem.scope, how)
        said = diagnose(Case(problem, truth, None, problem.scope, candidate.layout))
        return Explanation(formula, candidate.layout, said, place=place_in(str(problem.answer), error))

    return Verdict(
        # Sizes that agree do conform as plain matrices; no formula that mixes two orders of an axis is right.
        "wrong" if isinstance(error, GroupingError) else "does-not-conform",
        None,
        problem.layout,
        str(problem.answer),
        assumptions=found[0] if found else (),
        problem=str(error),
        assumed=problem.scope.assumed,
        _explain=explain,
    )


def equal_sizes(problem: Problem) -> tuple[tuple[str, ...], Match] | None:
    """Sizes that make the claim right when they are equal, in words, and the match; None where there are none."""
    for renaming, words in renamings(problem.scope):
        try:
            special = problem.with_sizes_equal(renaming)
            claim, _ = special.read()
            grader = Grader(special.truth(), claim)
        except TensordiffError:
            continue
        asked = [match for match in grader.right if grader.asked(match.reading)]
        if asked:
            return (words,), asked[0]
    return None
