"""Interleaved repeated timing. On a machine that does other work too, only ratios of interleaved runs mean anything."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter

Run = Callable[[], object]
Clock = Callable[[], float]


@dataclass(frozen=True)
class Timing:
    """Seconds of one call, by the number of the round."""

    rounds: Mapping[int, float]

    @property
    def median(self) -> float:
        return median(self.rounds.values())

    @property
    def best(self) -> float:
        return min(self.rounds.values())


@dataclass(frozen=True)
class Ratio:
    """The median of round-by-round ratios, and their quartiles."""

    median: float
    low: float
    high: float


def interleaved(
    runs: Mapping[str, Run],
    once: Mapping[str, float],
    *,
    budget: float = 1.0,
    rounds: int = 15,
    least: Mapping[str, int] | None = None,
    clock: Clock = perf_counter,
) -> dict[str, Timing]:
    """Times every run in turn, round after round, for about `budget` seconds altogether. `once` is about how long a call
    of each takes; slow ones take part in fewer rounds, but in `least` (by default 3)."""
    share = budget / len(runs)
    wanted = {name: max((least or {}).get(name, 3), int(share / max(once[name], 1e-7))) for name in runs}
    rounds = min(rounds, max(wanted.values()))
    calls = {name: max(1, count // rounds) for name, count in wanted.items()}
    places = {name: _spread(min(count, rounds), rounds) for name, count in wanted.items()}
    seconds: dict[str, dict[int, float]] = {name: {} for name in runs}
    enabled = gc.isenabled()
    gc.disable()
    try:
        for number in range(rounds):
            for name, run in runs.items():
                if number not in places[name]:
                    continue
                start = clock()
                for _ in range(calls[name]):
                    run()
                seconds[name][number] = (clock() - start) / calls[name]
    finally:
        if enabled:
            gc.enable()
    return {name: Timing(found) for name, found in seconds.items()}


def _spread(count: int, rounds: int) -> frozenset[int]:
    """`count` of the rounds, evenly."""
    return frozenset((2 * k + 1) * rounds // (2 * count) for k in range(count))


def ratio(timed: Timing, against: Timing) -> Ratio:
    """Of the rounds that both took part in; of the medians where there are none."""
    each = sorted(seconds / against.rounds[number] for number, seconds in timed.rounds.items() if number in against.rounds)
    if not each:
        each = [timed.median / against.median]
    return Ratio(median(each), each[len(each) // 4], each[(3 * len(each)) // 4])


def spelled(seconds: float) -> str:
    for unit, factor in (("s", 1.0), ("ms", 1e3), ("us", 1e6)):
        if seconds * factor >= 1:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def table(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)
