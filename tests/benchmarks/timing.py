"""Interleaved repeated timing. On a machine that does other work too, only ratios of interleaved runs mean anything."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter

Run = Callable[[], object]


@dataclass(frozen=True)
class Timing:
    """Seconds of one call: the median over rounds, and the best."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        return median(self.seconds)

    @property
    def best(self) -> float:
        return min(self.seconds)


def interleaved(runs: Mapping[str, Run], *, budget: float = 1.0, rounds: int = 15) -> dict[str, Timing]:
    """Times every run in turn, round after round, for about `budget` seconds altogether."""
    calls: dict[str, int] = {}
    slowest = 0.0
    for name, run in runs.items():
        run()  # plans, compiles, warms caches
        start = perf_counter()
        run()
        once = max(perf_counter() - start, 1e-7)
        slowest = max(slowest, once)
        calls[name] = max(1, int(budget / rounds / len(runs) / once))
    rounds = max(3, min(rounds, int(budget / slowest / len(runs)) or 3))
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    enabled = gc.isenabled()
    gc.disable()
    try:
        for _ in range(rounds):
            for name, run in runs.items():
                start = perf_counter()
                for _ in range(calls[name]):
                    run()
                seconds[name].append((perf_counter() - start) / calls[name])
    finally:
        if enabled:
            gc.enable()
    return {name: Timing(tuple(found)) for name, found in seconds.items()}


def ratios(timed: Timing, against: Timing) -> tuple[float, float, float]:
    """The median of the round-by-round ratios, and their quartiles."""
    each = sorted(a / b for a, b in zip(timed.seconds, against.seconds, strict=True))
    return median(each), each[len(each) // 4], each[(3 * len(each)) // 4]


def spelled(seconds: float) -> str:
    for unit, factor in (("s", 1.0), ("ms", 1e3), ("us", 1e6)):
        if seconds * factor >= 1:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def table(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)
