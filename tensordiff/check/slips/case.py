"""A wrong claim on the table: the tests by which a guess at the slip is confirmed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from tensordiff.check.claim import Claim, Reading, read, read_as
from tensordiff.check.expected import expected, manner, readings_of
from tensordiff.check.factor import proportion
from tensordiff.check.grade import agrees
from tensordiff.check.problem import Problem
from tensordiff.check.truth import INDEX, Candidate, Truth
from tensordiff.derive import free_derivative
from tensordiff.derive.layouts import MatrixAxes
from tensordiff.errors import BudgetError, EvaluationError, FoldError, GroupingError, TensordiffError
from tensordiff.evaluate.modular import PRIMES
from tensordiff.evidence.agreement import differs, numerically, varied
from tensordiff.evidence.sampling.points import Point, Samples
from tensordiff.evidence.sampling.sizes import SMALLEST, expanded_size
from tensordiff.evidence.sampling.steps import Budget
from tensordiff.lower import lower
from tensordiff.matrix import Matrix, Scope
from tensordiff.records import replace
from tensordiff.tensor import Tensor, postorder

_MOST_STEPS = 1e6
"""How many steps the search for slips may take."""
_WRITING = 4
"""Nodes made for each factor of a form that is written out."""


class Case:
    """The derivative, the claim (None where it does not conform), and points to test guesses at."""

    def __init__(self, problem: Problem, truth: Truth, claim: Claim | None, scope: Scope, layout: str) -> None:
        """`layout` is the one that the verdict speaks of."""
        self.problem = problem
        self.truth = truth
        self.claim = claim
        self.scope = scope
        self.f = problem.f
        self.readings = [] if claim is None else read(claim, truth)
        self.by_entries = claim is not None and claim.by_entries
        fitting = {reading.candidate.layout for reading in self.readings} - {INDEX if not self.by_entries else ""}
        every = {candidate.layout for candidate in truth.candidates} - {INDEX}
        self._possible = (fitting or every) if truth.layout == "any" else {truth.layout}
        self.layouts = {layout} & self._possible or self._possible
        """Where a corrected claim is to be right."""
        claims = [] if claim is None else [claim.tensor]
        symbols = [lower(node) for node in scope.symbols.values()]  # corrections may need any of them
        self._samples = Samples([*truth.meanings.values(), *claims], beside=symbols)
        self._budget = Budget(self._samples.steps, _MOST_STEPS)
        self._written: dict[Tensor, list[Tensor]] = {}
        self._correct: dict[Candidate, Matrix | str | None] = {}
        self.mended: Matrix | None = None
        """The correction that was found right, once there is one."""
        self.points: list[Point] = list(varied(self._samples, 2))

    def written(self, tensor: Tensor) -> list[Tensor]:
        """The canonical forms to read a tensor from; none where the steps are used up or the tensor is too large."""
        if tensor not in self._written:
            self._samples.steps.built(_WRITING * expanded_size(tensor))
            self._written[tensor] = [] if self.late else readings_of(tensor, self.scope)
        return self._written[tensor]

    def form(self, tensor: Tensor, axes: MatrixAxes) -> Matrix | None:
        """The shortest matrix form of a tensor; None where there is none, or no time to look for one."""
        forms = self.written(tensor)
        try:
            return manner(self.scope).matrix(forms, axes) if forms else None
        except (FoldError, BudgetError, GroupingError):
            return None

    def correct(self, candidate: Candidate) -> Matrix | str | None:
        """The correct formula; None where there is no time for one."""
        if candidate not in self._correct:
            self._samples.steps.built(_WRITING * expanded_size(candidate.tensor))
            self._correct[candidate] = None if self.late else expected(self.truth, candidate, self.scope)
        return self._correct[candidate]

    def more(self, count: int) -> list[Point]:
        """Further points, of the arithmetic of the first one."""
        numbers = (len(PRIMES) * number for number in range(1, count + 1))
        return [point for number in numbers if (point := next(self._samples.points(SMALLEST, number), None)) is not None]

    def in_other_layouts(self) -> bool:
        """Looks at the other layouts that the claim fits from now on; False where there are none."""
        others = self._possible - self.layouts
        self.layouts = others
        return bool(others)

    @property
    def late(self) -> bool:
        """Whether the steps for guesses are used up."""
        return self._budget.spent

    @property
    def asked_readings(self) -> list[Reading]:
        """The readings in the layout asked for, all that fit where none was."""
        return [r for r in self.readings if self.truth.asked(r.candidate, self.by_entries)]

    @property
    def readings_here(self) -> list[Reading]:
        """Those in the layouts looked at."""
        return [reading for reading in self.asked_readings if reading.candidate.layout in self.layouts]

    def rewritten(self, changes: Iterable[tuple[str, str]]) -> Iterator[str]:
        """What is said of the first text that is right among texts with one change, each with what was changed."""
        for changed, said in changes:
            if self.late:
                return
            try:
                claim, _ = replace(self.problem, answer=changed).read()
            except TensordiffError:
                continue
            if self.is_right(claim.matrix):
                yield f"{said}: {changed} is right."
                return

    def is_right(self, matrix: Matrix) -> bool:
        """Whether a corrected claim is right in one of the layouts looked at."""
        try:
            claim = Claim.of(matrix, "", None if self.claim is None else self.claim.standing)
            self._samples.steps.built(len(postorder([claim.tensor])))
            for candidate in self.truth.candidates:
                fits = candidate.layout in self.layouts
                if fits and (reading := read_as(claim, candidate)) is not None and self.holds(reading):
                    return self._is_confirmed(reading)
        except TensordiffError:
            return False
        return False

    def _is_confirmed(self, reading: Reading) -> bool:
        """Whether what agrees in double precision does so with many digits and on every side of every kink: x - step(x - 10^20)
        is no more x than x + step(x - 10^20) is."""
        samples = Samples([reading.candidate.tensor, reading.source])
        return samples.rational or numerically(reading.pair, samples).equal is True

    def first_right(self, corrections: Iterator[tuple[str, Matrix]]) -> Iterator[str]:
        """The sentence that goes with the first correction that is right."""
        for sentence, matrix in corrections:
            if self.late:
                return
            if self.is_right(matrix):
                self.mended = matrix
                yield sentence
                return

    def holds(self, reading: Reading) -> bool:
        """Whether a reading agrees with the derivative at every test point where it is defined, and at one at least."""
        found = False
        for point in self.points:
            if agrees(reading, point):
                found = True
            elif point.defines([reading.source]) and (point.value(reading.candidate.tensor) != 0).any():
                return False
        return found

    def is_claim(self, matrix: Matrix) -> bool:
        """Whether an expression has the value of the claim, and is not zero, at every test point."""
        assert self.claim is not None
        claim = self.claim
        made = lower(matrix)
        self._samples.steps.built(len(postorder([made])))

        def pair(point: Point) -> tuple:  # type: ignore[type-arg]
            value = point.value(claim.tensor)
            return point.value(made).reshape(value.shape), value

        try:
            return bool(self.points) and all(
                differs(pair, point) is None and bool((pair(point)[0] != 0).any()) for point in self.points
            )
        except EvaluationError:
            return False

    def derivative_by(self, other: Matrix) -> Tensor:
        """The derivative of f by all entries of another symbol."""
        return free_derivative(self.f, [other])

    def is_constant(self, reading: Reading) -> bool:
        """Whether the ratio of the derivative to the claim is the same number at points of real numbers."""
        points = [point for number in range(3) for point in islice(self._samples.real(SMALLEST + number, number), 1)]
        try:
            ratios = [proportion(reading, point) for point in points]
        except EvaluationError:
            return False
        known = [float(ratio) for ratio in ratios if ratio is not None]
        return len(known) == len(points) > 1 and max(known) - min(known) < 1e-6 * max(map(abs, known))

    def claims(self, tensor: Tensor) -> Reading | None:
        """The reading in which the claim is this derivative, by all entries of the variables, and not zero."""
        applied = self.truth.applied(tensor)
        if applied is None:
            return None
        self._samples.steps.built(len(postorder([applied])))
        for reading in self.asked_readings:
            if applied.dims == reading.candidate.tensor.dims and self._claimed(reading, applied):
                return reading
        return None

    def _claimed(self, reading: Reading, tensor: Tensor) -> bool:
        def pair(point: Point) -> tuple:  # type: ignore[type-arg]
            return point.value(tensor), reading.value(point)

        try:
            return bool(self.points) and all(
                differs(pair, point) is None and bool((pair(point)[0] != 0).any()) for point in self.points
            )
        except EvaluationError:
            return False
