"""Evidence that two tensors are equal, graded: proved, exact, numeric.

proved    equal canonical forms, perhaps by the relations of inverses and other functions: equal for all sizes and values
exact     rational expressions that agree at random points modulo large primes, at several sizes, with a bound on the
          chance of error at the sizes used (Schwartz and Zippel); never called proved
numeric   agreement to many digits at random points, where exp, log, abs and the like occur

A difference is certain at the first point that shows it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice, product
from math import log10
from typing import Any, Literal

import numpy as np

from tensordiff.canonical import Canonicaliser
from tensordiff.errors import BudgetError, DomainError, EvaluationError, ShapeError
from tensordiff.evaluate.modular import PRIMES
from tensordiff.evidence.proof import proof
from tensordiff.evidence.sampling.degree import difference_degree
from tensordiff.evidence.sampling.kinks import Kinks
from tensordiff.evidence.sampling.points import Point, Samples, is_costly
from tensordiff.evidence.sampling.precision import (
    MOST_DIGITS,
    POWERS,
    has_long_numbers,
    hidden_digits,
    kink_scales,
    near,
    scales,
)
from tensordiff.evidence.sampling.sizes import SMALLEST, expanded_size, matrix_degree
from tensordiff.evidence.sampling.steps import Budget
from tensordiff.evidence.sampling.values import REAL_STYLES, TINY, WIDE_STYLES, Array, Style, Traits
from tensordiff.functions import power
from tensordiff.tensor import Assumption, Symbol, Tensor, multiply, postorder, replace, total

Method = Literal["proved", "exact", "numeric"]
Pair = Callable[[Point], tuple[Array, Array]]
"""The two values to compare at a point."""

_MOST_STEPS = 2e6
"""How many steps sampling for one pair may take; what was found by then counts."""
_MAX_TERMS = 1500
_MAX_FACTORS = 8000
"""A proof is tried where multiplying out writes at most so many factors: it costs about as many tenths of milliseconds."""
_LARGEST = 9
_EXACT_POINTS = 3
_DIGITS = (40, 100, 250)
_STABLE = 1e-3
_VANISHING = 1e-20
_BINARY_POINTS = 8
_PRECISE_POINTS = 3
_DOUBLE_POINTS = 12
_SMOOTH_POINTS = 5
_KINK_POINTS = 6


@dataclass(frozen=True)
class Evidence:
    """Whether two tensors are equal (None: not decided), how that is known, and the words for it."""

    equal: bool | None
    method: Method | None
    basis: str
    point: Point | None = None
    """Where they differ."""

    def __bool__(self) -> bool:
        return self.equal is True


def compare(a: Tensor, b: Tensor, *, suppose: Mapping[str, Traits] | None = None, seed: int = 0) -> Evidence:
    """Whether two tensors with the same axes are equal for all values of their symbols.

    `suppose` lets symbols be more special than they are declared. Raises ShapeError where the axes differ.
    """
    if a.dims != b.dims:
        raise ShapeError(f"cannot compare tensors with axes {a.dims} and {b.dims}")
    samples = Samples([a, b], suppose=suppose, seed=seed)

    def pair(point: Point) -> tuple[Array, Array]:
        return point.value(a), point.value(b)

    return examine(pair, samples, supposed(a, suppose), supposed(b, suppose))


def examine(
    pair: Pair,
    samples: Samples,
    a: Tensor | None,
    b: Tensor | None,
    *,
    forms: Canonicaliser | None = None,
    first: Point | None = None,
) -> Evidence:
    """The evidence for a pair of values: a first point, then a proof for the tensors a = b, then more points.

    The first point comes before the proof, so that nothing is ever called proved that a number contradicts.
    """
    first = first or next(samples.points(SMALLEST), None)
    if first is not None and (refuted := differs(pair, first)) is not None:
        return refuted
    if a is not None and b is not None and (words := proves(a, b, forms or new_forms(), first is not None)):
        return Evidence(True, "proved", words)
    if first is None:
        return Evidence(None, None, "the canonical forms differ, and at no sample point were both sides defined")
    return _exact(pair, samples) if samples.rational else _numeric(pair, samples)


def new_forms() -> Canonicaliser:
    """Canonical forms within the budget of a check."""
    return Canonicaliser(max_terms=_MAX_TERMS)


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


def proves(a: Tensor, b: Tensor, forms: Canonicaliser, defined: bool = True) -> str | None:
    """The words for a proof that two tensors are equal; None where none was found.

    `defined` tells that both have a value somewhere: only then do the relations of their inverses mean anything.
    """
    if expanded_size(a) + expanded_size(b) > _MAX_FACTORS:
        return None
    try:
        if forms.tensor(a) is forms.tensor(b):
            return "both sides have the same canonical form, for all sizes and values"
        return proof(a, b, forms) if defined else None
    except (BudgetError, DomainError):
        return None


def supposed(tensor: Tensor, suppose: Mapping[str, Traits] | None) -> Tensor:
    """The tensor with symbols made more special."""
    if not suppose:
        return tensor
    substitution: dict[Tensor, Tensor] = {}
    for node in postorder([tensor]):
        if isinstance(node, Symbol) and node.name in suppose:
            traits = suppose[node.name]
            plain = Symbol.make(node.name, node.dims, traits.structure, traits.assumption)
            substitution[node] = multiply(power(total(plain), -1), plain) if traits.sums_to_one else plain
    made: Tensor = replace(tensor, substitution)
    return made


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


def _exact(pair: Pair, samples: Samples) -> Evidence:
    binary = any(traits.assumption is Assumption.BINARY for traits in samples.traits.values())
    budget = Budget(samples.steps, _MOST_STEPS)
    if has_long_numbers(samples.tensors):  # they may vanish modulo the primes
        for point in islice(samples.integers(SMALLEST), 1):
            if (refuted := differs(pair, point)) is not None:
                return refuted
    points: list[Point] = []
    chance = 0.0
    for point in varied(samples, _BINARY_POINTS if binary else _EXACT_POINTS):
        if (refuted := differs(pair, point)) is not None:
            return refuted
        points.append(point)
        degree = difference_degree(samples.tensors[0], samples.tensors[-1], point.sizes)
        chance += log10(degree / PRIMES[-1]) if degree and degree < PRIMES[-1] else 0.0
        if budget.spent:
            break
    if not points:
        return Evidence(None, None, "the canonical forms differ, and at no further sample point were both sides defined")
    words = f"rational expressions, equal at {_count(points)} modulo primes near 2^31 ({_sizes(points)})"
    if chance < 0:
        words += f"; if they differed at these sizes, that would happen with a chance below 1e{int(chance)} (Schwartz-Zippel)"
    if binary:
        words += "; signs were drawn at random"
    return Evidence(True, "exact", words)


def _numeric(pair: Pair, samples: Samples) -> Evidence:
    """Many points in double precision, to see every side of every kink; a few with many digits."""
    budget = Budget(samples.steps, _MOST_STEPS)
    kinks = Kinks(samples.tensors)
    telling: list[Point] = []  # those that show a side of a branch for the first time
    doubles = 0
    for number in range(_DOUBLE_POINTS):
        point = next(samples.real(SMALLEST + number % 2, number, _styles(number)), None)
        if point is None:
            continue
        if kinks.see(point):
            telling.append(point)
        if (refuted := differs(pair, point)) is not None:
            return refuted
        doubles += 1
        if budget.spent or (number >= _SMOOTH_POINTS and not kinks.any):
            break
    for e, number in product(kink_scales([*samples.tensors, *kinks.branches]), range(_KINK_POINTS)) if kinks.any else ():
        point = next(samples.real(SMALLEST, number, (near(e),)), None)
        if point is None:
            continue
        if kinks.see(point):
            telling.append(point)
        if (refuted := differs(pair, point)) is not None:
            return refuted
    precise: list[Point] = []
    costly = any(map(is_costly, samples.tensors))
    few = ((point, 0) for point in islice(samples.real(SMALLEST - 1), _PRECISE_POINTS + 1))
    sure = kinks if costly else Kinks(samples.tensors)
    for point, more in few if costly else chain(((point, 0) for point in telling), _magnified(samples)):
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
    words = f"equal to 20 digits at {_count(precise)} ({_sizes(precise)}), and at {doubles} more in double precision"
    if sure.unseen:
        words += f"; but only one side of {', '.join(sure.unseen)} was seen, and nothing declared excludes the other"
        return Evidence(None, None, words)
    return Evidence(True, "numeric", words)


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
    return "1 random point" if len(points) == 1 else f"{len(points)} random points"


def _sizes(points: Sequence[Point]) -> str:
    shown = dict.fromkeys(sizes_text(point.sizes) for point in points)
    return "; ".join(text for text in shown if text) or "the sizes are given"


def sizes_text(sizes: Mapping[str, int]) -> str:
    """n = 3, m = 4"""
    return ", ".join(f"{name} = {number}" for name, number in sorted(sizes.items()))
