"""Grading a claim that conforms: right, right in another layout, up to a factor, under an assumption, wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import islice

import numpy as np

from tensordiff.check.claim import Claim, Reading, read
from tensordiff.check.factor import Factor, constants, factors, proportion, scalar_bases
from tensordiff.check.suppositions import Family, Suppose, families, in_words, is_usual, smallest
from tensordiff.check.truth import Truth
from tensordiff.differentiate import Entries, constrain
from tensordiff.errors import DomainError, EvaluationError
from tensordiff.evidence.agreement import Evidence, varied
from tensordiff.evidence.evidence import compare, examine, new_forms, supposed
from tensordiff.evidence.sampling.points import Point, Samples
from tensordiff.evidence.sampling.precision import long_numbers
from tensordiff.evidence.sampling.sizes import SMALLEST
from tensordiff.evidence.sampling.values import Traits
from tensordiff.lower import lower
from tensordiff.records import record, replace
from tensordiff.tensor import Assumption

_RANK = {"proved": 0, "exact": 1, "numeric": 2, None: 3}


@record
class Match:
    """A reading in which the claim is right, given a factor and suppositions."""

    reading: Reading
    evidence: Evidence
    factor: Factor | None = None
    suppose: Suppose | None = None
    assumptions: tuple[str, ...] = ()
    is_usual: bool = True
    """Whether people make such assumptions without saying so."""

    @property
    def concessions(self) -> tuple[int, int, int, int]:
        return (not self.is_usual, self.factor is not None, len(self.assumptions), _RANK[self.evidence.method])


class Grader:
    """One claim about one derivative, with the points that its readings share."""

    def __init__(self, truth: Truth, claim: Claim) -> None:
        self.truth = truth
        self.claim = claim
        self.readings = read(claim, truth)
        self.samples = Samples([*truth.meanings.values(), claim.tensor], beside=[lower(truth.f)])
        self.forms = new_forms()
        self._points: dict[tuple[tuple[str, Traits], ...], Point | None] = {}

    @cached_property
    def first(self) -> Point | None:
        """A point where the derivative and the claim are defined."""
        return next(self.samples.points(SMALLEST), None)

    @cached_property
    def evidence(self) -> list[tuple[Reading, Evidence]]:
        """What is known of each reading; layouts that coincide (for scalars, say) are looked at once."""
        known: dict[tuple[object, ...], Evidence] = {}
        found = []
        for reading in self.readings:
            order = reading.candidate.order if reading.tensor is None else ()
            key = (reading.candidate.tensor, reading.tensor, reading.source, order)
            if key not in known:
                known[key] = self.examine(reading)
            found.append((reading, known[key]))
        return found

    def examine(self, reading: Reading, factor: Factor | None = None, suppose: Suppose | None = None) -> Evidence:
        """The evidence for a reading, given a factor and suppositions. What has no value for some sizes is no factor."""
        if factor is not None:
            try:
                return self.examine(reading.scaled(factor.tensor), None, suppose)
            except EvaluationError as error:
                return Evidence(None, None, str(error))
        a, b = reading.candidate.tensor, reading.tensor
        if not suppose:
            return examine(reading.pair, self.samples, a, b, forms=self.forms, first=self.first)
        return examine(
            reading.pair, self.samples.supposing(suppose), supposed(a, suppose), None if b is None else supposed(b, suppose)
        )

    @property
    def right(self) -> list[Match]:
        """The readings in which the claim is right as it is."""
        return [Match(reading, evidence) for reading, evidence in self.evidence if evidence]

    @property
    def undecided(self) -> list[Evidence]:
        """What could not be decided of the readings asked for."""
        return [evidence for reading, evidence in self.evidence if evidence.equal is None and self.asked(reading)]

    def asked(self, reading: Reading) -> bool:
        return self.truth.asked(reading.candidate, self.claim.by_entries)

    def admissible(self) -> Match | None:
        """A reading that gives the right change of f for every admissible change of structured variables."""
        projected = self.truth.meanings.get(Entries.PROJECTED)
        if projected is None or Entries.FREE not in self.truth.meanings:
            return None
        for reading in self.readings:
            if reading.candidate.entries is Entries.FREE and reading.tensor is not None and self.asked(reading):
                try:
                    claimed = constrain(reading.tensor, len(self.truth.f.dims), self.truth.symbols, Entries.PROJECTED)
                except DomainError:
                    continue
                if evidence := compare(projected, claimed):
                    return Match(reading, evidence)
        return None

    def up_to_factor(self, readings: Sequence[Reading]) -> Match | None:
        """A factor that makes one of the readings right; those in the layout asked for come first."""
        for reading in readings:
            for factor in self._factors(reading, self.samples):
                if evidence := self.examine(reading, factor):
                    return Match(reading, evidence, factor)
        return None

    def _factors(self, reading: Reading, samples: Samples) -> Iterator[Factor]:
        variables = {*(symbol.name for symbol in self.truth.symbols), *self.truth.changes.values()}
        bases = scalar_bases(samples.symbols, samples.names, variables) | constants([self.truth.f, self.claim.matrix])
        written = long_numbers([reading.candidate.tensor, self.claim.tensor])
        return islice(factors(reading, list(varied(samples, 2)), bases, written), _FACTORS)

    def under_assumption(self, readings: Sequence[Reading]) -> Match | None:
        """The fewest assumptions that make one of the readings right, in the layout asked for perhaps up to a factor."""
        known = list(families(self.samples.symbols, self.samples.rational, self.truth.changes))
        found: list[Match] = []
        for family in known:
            found.extend(self._in_family(family, {}, readings, known))
        if not found:
            symmetric = known[0]
            for family in known[3:]:
                if symmetric.names and family.names:
                    base = symmetric.suppose(symmetric.names)
                    found.extend(self._in_family(family, base, readings, known))
        for match in sorted(found, key=lambda match: (not self.asked(match.reading), match.concessions)):
            evidence = self.examine(match.reading, match.factor, match.suppose)
            if evidence:
                return replace(match, evidence=evidence)
        return None

    def _in_family(
        self, family: Family, base: Suppose, readings: Sequence[Reading], known: Sequence[Family]
    ) -> Iterator[Match]:
        """Readings that hold, at a point, under the family's assumption for as few symbols as possible."""
        if not family.names:
            return
        for reading in readings:
            # A factor beside a strong assumption would explain too much.
            usual = family.traits.structure.is_linear and not family.traits.structure.zeros
            weak = usual and family.traits.assumption is not Assumption.BINARY and self.asked(reading)
            for factor in self._holds(reading, {**base, **family.suppose(family.names)}, weak):

                def holds(suppose: Suppose, reading: Reading = reading, factor: Factor | None = factor) -> bool:
                    other = self._point(suppose)
                    return other is not None and agrees(reading if factor is None else reading.scaled(factor.tensor), other)

                names = smallest(family, base, holds)
                suppose = {**base, **family.suppose(names)}
                if base:
                    symmetric = known[0]
                    others = smallest(symmetric, family.suppose(names), holds)
                    suppose = {**symmetric.suppose(others), **family.suppose(names)}
                usual = all(is_usual(name, traits, [self.truth.f, self.claim.matrix]) for name, traits in suppose.items())
                yield Match(reading, _UNSEEN, factor, suppose, in_words(suppose, known), usual)
                break

    def _holds(self, reading: Reading, suppose: Suppose, factors_too: bool) -> Iterator[Factor | None]:
        """None where a reading agrees at a point as it is, else factors with which it does."""
        point = self._point(suppose)
        if point is not None and agrees(reading, point):
            yield None
        elif point is not None and factors_too and self._proportional(reading, point):
            yield from self._factors(reading, self.samples.supposing(suppose))

    @staticmethod
    def _proportional(reading: Reading, point: Point) -> bool:
        try:
            return proportion(reading, point) is not None
        except EvaluationError:
            return False

    def _point(self, suppose: Suppose) -> Point | None:
        """A point where the suppositions hold; the same one for the same suppositions."""
        key = tuple(sorted(suppose.items(), key=lambda item: item[0]))
        if key not in self._points:
            self._points[key] = next(self.samples.supposing(suppose).points(SMALLEST), None)
        return self._points[key]

    def nearest(self) -> Reading | None:
        """The reading to explain a mistake in: of those in the layout asked for, the one with most entries right."""
        asked = [reading for reading in self.readings if self.asked(reading)] or self.readings
        if not asked or self.first is None:
            return asked[0] if asked else None
        default = self.truth.default_layout
        return min(asked, key=lambda r: (_wrong_entries(r, self.first), r.candidate.layout != default))


_FACTORS = 4
_UNSEEN = Evidence(None, None, "")


def agrees(reading: Reading, point: Point) -> bool:
    """Whether a claim agrees with the derivative at a point, without both being zero."""
    try:
        true, claimed = reading.pair(point)
        return point.equal(true, claimed) and bool(np.any(true != 0))
    except EvaluationError:
        return False


def _wrong_entries(reading: Reading, point: Point | None) -> int:
    assert point is not None
    a, b = reading.pair(point)
    if point.is_exact:
        return int(np.count_nonzero(a != b))
    return int(np.count_nonzero(abs(a - b) > 1e-6 * np.maximum(abs(a), abs(b))))
