"""Agreement of two values at points: what refutes an equality, and what speaks for it.

A difference is certain at the first point that shows it. Rational expressions are evaluated modulo large primes, with a
bound on the chance of error; others with many digits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain, islice, product
from math import inf, log10
from typing import Any, Literal

import numpy as np

from tensordiff.errors import EvaluationError
from tensordiff.evaluate.modular import PRIMES
from tensordiff.evidence.sampling.cells import Cells
from tensordiff.evidence.sampling.degree import difference_degree, sign_degree
from tensordiff.evidence.sampling.kinks import Kinks
from tensordiff.evidence.sampling.points import MOST_ENTRIES, Point, Samples, is_costly
from tensordiff.evidence.sampling.precision import (
    MOST_DIGITS,
    POWERS,
    has_long_numbers,
    hidden_digits,
    kink_scales,
    near,
    scales,
)
from tensordiff.evidence.sampling.signs import MOST_SIGNS, chance_of_missing, counted, of_parts, patterns
from tensordiff.evidence.sampling.size_degree import size_degrees
from tensordiff.evidence.sampling.sizes import SMALLEST, fits, matrix_degree
from tensordiff.evidence.sampling.steps import Budget
from tensordiff.evidence.sampling.values import REAL_STYLES, TINY, TURNED, WIDE_STYLES, Array, Style
from tensordiff.functions import POWER
from tensordiff.records import record
from tensordiff.tensor import Apply, Tensor, as_number, postorder

Method = Literal["proved", "exact", "numeric"]
Pair = Callable[[Point], tuple[Array, Array]]
"""The two values to compare at a point."""

_MOST_STEPS = 2e6
"""How many steps sampling for one pair may take; what was found by then counts."""
_LARGEST = 9
_EXACT_POINTS = 3
_DIGITS = (40, 100, 250)
_STABLE = 1e-3
_VANISHING = 1e-20
_PRECISE_POINTS = 3
_DOUBLE_POINTS = 12
_SMOOTH_POINTS = 6
_KINK_POINTS = 6


@record
class Evidence:
    """Whether two tensors are equal (None: not decided), how that is known, and the words for it."""

    equal: bool | None
    method: Method | None
    basis: str
    point: Point | None = None
    """Where they differ."""

    def __bool__(self) -> bool:
        return self.equal is True


def differs(pair: Pair, point: Point) -> Evidence | None:
    """The evidence that two values differ at a point, None where they agree.

    In double precision a difference may be made of rounding errors (expm(A)*expm(-A) for large A). It counts when another
    precision gives the same difference.
    """
    a, b = pair(point)
    if point.equal(a, b):
        return None
    if point.is_exact:
        return Evidence(False, "exact", "the two sides differ at a random point, computed exactly", point)
    seen = a - b
    # Beside 1, a difference of 1e-100 takes more than 100 digits to be told from rounding, in which precisions agree.
    depth = max(0, -int(log10(float(np.max(abs(seen))) or 1.0)))
    precisions = tuple(digits + 2 * depth for digits in _DIGITS) if not point.is_costly else ()
    for digits in precisions:
        precise = point.with_digits(digits)
        try:
            a, b = pair(precise)
        except EvaluationError:
            return None
        if precise.equal(a, b):
            return None
        difference = a - b
        if np.max(abs(difference - seen)) <= _STABLE * np.max(abs(difference)):
            break
        seen = difference
    else:
        if precisions:  # never twice the same: all that was seen is rounding
            return None
    return Evidence(False, "numeric", f"the two sides differ at a random point, by {float(np.max(abs(seen))):.2g}", point)


def varied(samples: Samples, count: int) -> Iterator[Point]:
    """Points with different assignments of sizes, one of them above half the degree in the matrices."""
    top = min(_LARGEST, max(5, max(matrix_degree(t) for t in samples.tensors) // 2 + 1))
    starts = [SMALLEST, SMALLEST, top, SMALLEST + 1, SMALLEST + 2]
    used: set[tuple[tuple[str, int], ...]] = set()
    found = 0
    for number in range(count + len(starts)):
        start = starts[number % len(starts)]
        fresh = None
        for point in islice(samples.points(start, number), 6):
            if tuple(sorted(point.sizes.items())) not in used or number >= len(starts) or not point.sizes:
                fresh = point
                break
        if fresh is not None:
            used.add(tuple(sorted(fresh.sizes.items())))
            found += 1
            yield fresh
            if found == count:
                return


def exactly(pair: Pair, samples: Samples) -> Evidence:
    budget = Budget(samples.steps, _MOST_STEPS)
    if has_long_numbers(samples.tensors):  # they may vanish modulo the primes
        for point in islice(samples.integers(SMALLEST), 1):
            if (refuted := differs(pair, point)) is not None:
                return refuted
    points: list[Point] = []
    chance = 0.0
    for point in varied(samples, _EXACT_POINTS):
        if (refuted := differs(pair, point)) is not None:
            return refuted
        points.append(point)
        degree = difference_degree(samples.tensors[0], samples.tensors[-1], point.sizes)
        chance += log10(degree / PRIMES[-1]) if degree and degree < PRIMES[-1] else 0.0
        if budget.spent:
            break
    if not points:
        return Evidence(None, None, "the canonical forms differ, and at no further sample point were both sides defined")
    further = _Further(samples, points[0].sizes, budget)
    for point in further:
        if (refuted := differs(pair, point)) is not None:
            return refuted
    if further.left:
        return Evidence(None, None, further.left)
    words = f"rational expressions, equal at {_count(points)} modulo primes near 2^31 ({_sizes(points)}){further.words}"
    chance = max(chance, further.chance)
    if chance < 0:
        words += f"; if they differed at these sizes, that would happen with a chance below 1e{int(chance)} (Schwartz-Zippel)"
    return Evidence(True, "exact", words)


class _Further:
    """Points beyond the first ones: as many sizes as the degree in them asks for, every component of what symbols may be."""

    def __init__(self, samples: Samples, sizes: Mapping[str, int], budget: Budget, branches: bool = False) -> None:
        self.samples = samples
        self.sizes = sizes
        self.budget = budget
        self.branches = branches
        self.left = ""
        """What could not be tried, so that nothing is known; "" where all was."""
        self.words = ""
        """What was tried beyond the first points."""
        self.chance = -inf
        """The logarithm of the chance that all patterns of signs miss a difference."""

    def __iter__(self) -> Iterator[Point]:
        yield from self._of_sizes()
        if not self.left:
            yield from self._of_signs()

    def _of_sizes(self) -> Iterator[Point]:
        samples = self.samples
        degrees = size_degrees(samples.tensors[0], samples.tensors[-1], samples.names)
        if not degrees.each:
            return
        tried = 0
        for sizes in samples.lattice(degrees.each, degrees.total):
            if self.budget.spent or not fits(sizes, samples.tensors, MOST_ENTRIES):
                listed = ", ".join(f"{degree} in {name}" for name, degree in degrees.each.items())
                self.left = (
                    f"the two sides may differ by a polynomial in sizes of degree {listed}, and agree at the {tried} sizes "
                    "that could be tried, fewer than such a polynomial may have as zeros"
                )
                return
            if (point := samples.of_sizes(sizes)) is not None:
                tried += 1
                yield point
        self.words += f", and at {tried} more sizes, as many as their degree in sizes takes"

    def _of_signs(self) -> Iterator[Point]:
        samples = self.samples
        counts = counted(samples.symbols, samples.traits, self.sizes)
        degree = sign_degree(samples.tensors, set(counts), self.sizes) if counts else None
        if self.branches:
            counts |= parts if len(parts := self._parts()) + sum(counts.values()) <= MOST_SIGNS else {}
        if not counts:
            return
        tried = 0
        for point in samples.components(self.sizes, patterns(counts, degree)):
            tried += 1
            yield point
            if self.budget.spent and sum(counts.values()) > MOST_SIGNS:
                break
        self.chance = chance_of_missing(counts, degree, tried)
        self.words += f", and for {_number(tried, 'pattern')} of signs" + ("" if self.chance > -inf else ", all that there are")
        if self.chance > _UNSEEN and not self.branches:
            self.left = (
                f"the two sides agree for {tried} patterns of the signs of {', '.join(counts)}, "
                "too few to tell that they agree for all"
            )

    def _parts(self) -> Mapping[str, int]:
        nodes = [node for node in postorder(self.samples.tensors) if isinstance(node, Apply)]
        return of_parts(self.samples.symbols, self.samples.traits, any(node.function.name in _OF_DETERMINANT for node in nodes))


_OF_DETERMINANT = ("det", "logdet")
_UNSEEN = -4.0
"""The largest chance, as a logarithm, that signs which were not tried are different."""


def _has_roots(tensors: Sequence[Tensor]) -> bool:
    """Whether a function is another one on another part of its domain by a root or the sign of a determinant."""
    for node in postorder(tensors):
        if isinstance(node, Apply) and node.function.name in _OF_DETERMINANT:
            return True
        if isinstance(node, Apply) and node.function == POWER:
            exponent = as_number(node.children[1])
            if exponent is None or exponent.denominator != 1:
                return True
    return False


def numerically(pair: Pair, samples: Samples) -> Evidence:
    """Many points in double precision, to see every side of every branch; a few with many digits."""
    budget = Budget(samples.steps, _MOST_STEPS)
    kinks = Kinks(samples.tensors)
    cells = Cells(kinks.branches)
    telling: list[Point] = []  # those that show a side of a branch for the first time
    first = list(_doubles(samples, kinks, budget))
    further = _Further(samples, first[0].sizes if first else {}, budget, branches=kinks.any or _has_roots(samples.tensors))
    seen = 0
    points: list[Point] = []
    for point in chain(first, further if first else (), _near_kinks(samples, kinks), _turned(samples)):
        if kinks.is_tied(point):
            continue
        if kinks.see(point):
            telling.append(point)
        if (refuted := differs(pair, point)) is not None:
            return refuted
        seen += 1
        points.append(point)
        cells.is_new(point)
    for point in cells.beyond(points, samples):
        if kinks.is_tied(point):
            continue
        telling.append(point)
        if (refuted := differs(pair, point)) is not None:
            return refuted
        seen += 1
    if further.left:
        return Evidence(None, None, further.left)
    precise: list[Point] = []
    costly = any(map(is_costly, samples.tensors))
    few = ((point, 0) for point in islice(samples.real(SMALLEST - 1), _PRECISE_POINTS + 1))
    sure = kinks if costly else Kinks(samples.tensors)
    for point, more in few if costly else chain(((point, 0) for point in telling), _magnified(samples)):
        if kinks.is_tied(point):
            continue
        verdict = _precisely(pair, point, samples.tensors, more)
        if verdict is False:
            return Evidence(False, "numeric", "the two sides differ at a random point, computed with 40 digits", point)
        if verdict:
            precise.append(point)
            sure.see(point)
        if budget.spent or point.is_costly:
            break
    if not precise:
        return Evidence(None, None, "the canonical forms differ, and no sample point could be computed with many digits")
    words = f"equal to 20 digits at {_count(precise)} ({_sizes(precise)}), and at {seen} more in double precision"
    if sure.unseen:
        sure.exclude(samples)
    if sure.unseen:
        words += f"; but only one side of {', '.join(sure.unseen)} was seen, and nothing declared excludes the other"
        return Evidence(None, None, words)
    if not cells.complete:
        return Evidence(None, None, f"{words}; but there are more combinations of sides than could be looked at")
    return Evidence(True, "numeric", words)


def _doubles(samples: Samples, kinks: Kinks, budget: Budget) -> Iterator[Point]:
    """Points of every magnitude; fewer where nothing has branches."""
    for number in range(_DOUBLE_POINTS if kinks.any else _SMOOTH_POINTS):
        point = next(samples.real(SMALLEST + number % 2, number, _styles(number)), None)
        if point is not None:
            yield point
        if budget.spent:
            return


def _turned(samples: Samples) -> Iterator[Point]:
    """Points where a principal value is another one than that which a function undoes: sqrtm(expm(2*A)) is not expm(A)."""
    functions = (node.function for node in postorder(samples.tensors) if isinstance(node, Apply))
    if any(getattr(function, "domain", "") == "principal" for function in functions):
        for number in range(_SMOOTH_POINTS):
            yield from islice(samples.real(SMALLEST, number, (TURNED,)), 1)


def _near_kinks(samples: Samples, kinks: Kinks) -> Iterator[Point]:
    """Points near those where a branch may begin."""
    for e, number in product(kink_scales([*samples.tensors, *kinks.branches]), range(_KINK_POINTS)) if kinks.any else ():
        yield from islice(samples.real(SMALLEST, number, (near(e),)), 1)


def _magnified(samples: Samples) -> Iterator[tuple[Point, int]]:
    """Points with different sizes, then one of tiny numbers, and some where steep functions are no steps yet; with each
    how many digits more its magnitude takes."""
    yield from ((point, 0) for point in varied(samples, _PRECISE_POINTS))
    yield from ((point, 0) for point in islice(samples.real(SMALLEST, 0, (TINY, *REAL_STYLES)), 1))
    for e in scales(samples.tensors):
        yield from ((point, POWERS * e) for point in islice(samples.real(SMALLEST, 0, (near(e),)), 1))


def _styles(number: int) -> Sequence[Style]:
    """Points of every magnitude by turns: what is a small term at one is a large one at another."""
    wide = number // 2 % len(WIDE_STYLES)
    return (*WIDE_STYLES[wide:], *REAL_STYLES) if number % 2 else REAL_STYLES


def _precisely(pair: Pair, point: Point, tensors: Sequence[Tensor], more: int) -> bool | None:
    """Whether two values agree to so many digits, and `more`, that every term of the tensors counts, with ever more digits
    where rounding errors may be at fault. Values that become tiny with the rounding errors are both zero."""
    size: Any = None
    try:
        hidden = more + hidden_digits(point.with_digits(_DIGITS[0]), tensors)
    except EvaluationError:
        return None
    if hidden > MOST_DIGITS:
        return None
    for digits in _DIGITS[:1] if point.is_costly else _DIGITS:
        try:
            precise = point.with_digits(digits + 2 * hidden)
            a, b = pair(precise)
        except EvaluationError:
            return None
        if precise.equal(a, b):
            return True
        seen = max(np.max(abs(a), initial=0), np.max(abs(b), initial=0))
        if size is not None and seen <= _VANISHING * size:
            return True
        size = seen
    return False


def _count(points: Sequence[Point]) -> str:
    return _number(len(points), "random point")


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _sizes(points: Sequence[Point]) -> str:
    shown = dict.fromkeys(sizes_text(point.sizes) for point in points)
    return "; ".join(text for text in shown if text) or "the sizes are given"


def sizes_text(sizes: Mapping[str, int]) -> str:
    """n = 3, m = 4"""
    return ", ".join(f"{name} = {number}" for name, number in sorted(sizes.items()))
