"""Runs a case: every contender computes it, all agree, and then they are timed in turn."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from time import perf_counter
from typing import Any

import numpy as np

from tests.benchmarks.case import HAND, JAX, MIDDLE, OURS, SMALL, TORCH, Case, Run
from tests.benchmarks.libraries import Library, to_numpy
from tests.benchmarks.timing import Clock, Ratio, interleaved, ratio

TOLERANCE = 1e-9
"""How far results may differ, relative to the largest entry."""
_HOPELESS = {SMALL: 3.0, MIDDLE: 1.2}
"""A way that took so many times as long as a contender's best at the size before is not tried again."""
_SLOW = 3.0
"""Seconds from which a call is timed once."""


@dataclass(frozen=True)
class Measured:
    """One contender's figures: seconds of a call (median and best over the rounds), and the ratio to hand."""

    seconds: float
    best: float
    ratio: Ratio
    way: str = ""


@dataclass(frozen=True)
class Line:
    """What one case gave. `difference` is the largest relative one between results; `derive` and `plan` are seconds from
    the text to the derivative and to the program."""

    family: str
    sizes: str
    level: int
    quantity: str
    bytes: int
    difference: float
    contenders: dict[str, Measured]
    derive: float | None = None
    plan: float | None = None

    @property
    def name(self) -> str:
        return f"{self.family} {self.sizes}: {self.quantity}"

    def ratio(self, contender: str) -> float | None:
        found = self.contenders.get(contender)
        return None if found is None else found.ratio.median

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Line:
        contenders = {
            name: Measured(found["seconds"], found["best"], Ratio(**found["ratio"]), found["way"])
            for name, found in data["contenders"].items()
        }
        return Line(**{**data, "contenders": contenders})


class DisagreementError(AssertionError):
    """A contender's result is not that of the hand-written code."""


class Bench:
    """Measures cases on the libraries given; of each family the ways that were hopeless are remembered."""

    def __init__(
        self,
        libraries: Mapping[str, Library],
        seconds: float,
        clock: Clock,
        only: Collection[str] | None = None,
        without: Collection[str] = (),
    ) -> None:
        self.libraries = libraries
        self.seconds = seconds
        self.clock = clock
        self.only = only
        self.without = without
        self.hopeless: set[tuple[str, str, str, str]] = set()

    def measure(self, case: Case) -> Line:
        planning = case.planning() if case.planning is not None else (None, None)
        contenders = case.contenders(self.libraries)
        runs: dict[str, Run] = {}
        once: dict[str, float] = {}
        ways: dict[str, str] = {}
        expected: np.ndarray | None = None
        difference = 0.0
        for name, makers in contenders.items():
            if name != HAND and (name in self.without or (self.only is not None and name not in self.only)):
                continue
            times: dict[str, float] = {}
            hopeful = [way for way in makers if (case.family, case.quantity, name, way) not in self.hopeless]
            for way in hopeful or makers:
                try:
                    run = makers[way]()
                    result, times[way] = _tried(run)
                except (MemoryError, RuntimeError) as error:
                    if name in (HAND, OURS) or not _is_out_of_memory(error):
                        raise
                    print(f"{case.name}, {name} {way}: not enough memory", file=sys.stderr)
                    continue
                found = to_numpy(result)
                del result
                if expected is None:
                    expected = found
                else:
                    try:
                        difference = max(difference, _compared(found, expected, f"{case.name}, {name} {way}".strip()))
                    except DisagreementError as error:
                        if name not in (JAX, TORCH):
                            raise
                        print(f"{error}: it takes no part", file=sys.stderr)
                        del times[way]
                        continue
                del found
                if times[way] <= min(times.values()):
                    runs[name], once[name], ways[name] = run, times[way], way
                del run
            if not times:
                continue
            limit = _HOPELESS.get(case.level, 1.0) * min(times.values())
            self.hopeless |= {(case.family, case.quantity, name, way) for way, time in times.items() if time > limit}
        assert expected is not None
        size = int(expected.nbytes)
        del expected
        least = {name: 1 if once[name] > _SLOW else 5 if name in (HAND, OURS) else 3 for name in runs}
        timed = interleaved(runs, once, budget=self.seconds, least=least, clock=self.clock)
        figures = {
            name: Measured(timing.median, timing.best, ratio(timing, timed[HAND]), ways[name]) for name, timing in timed.items()
        }
        return Line(case.family, case.sizes, case.level, case.quantity, size, difference, figures, *planning)


def _tried(run: Run) -> tuple[Any, float]:
    """The result, and about how long a call takes once everything is warm."""
    start = perf_counter()
    result = run()
    first = perf_counter() - start
    if first > _SLOW:  # a second or two of it may be compilation
        return result, first
    best = first
    for _ in range(2):
        start = perf_counter()
        run()
        best = min(best, perf_counter() - start)
    return result, best


def _is_out_of_memory(error: Exception) -> bool:
    return isinstance(error, MemoryError) or any(text in str(error) for text in ("allocate memory", "RESOURCE_EXHAUSTED"))


def _compared(found: np.ndarray, expected: np.ndarray, name: str) -> float:
    """The largest difference, relative to the largest entry."""
    if found.shape != expected.shape:
        raise DisagreementError(f"{name}: shape {found.shape}, by hand {expected.shape}")
    scale = float(np.abs(expected).max()) or 1.0
    difference = float(np.abs(found - expected).max()) / scale
    if not difference <= TOLERANCE:
        raise DisagreementError(f"{name}: differs from hand by {difference:.1e} of the largest entry")
    return difference
