"""Time from text to formula: `python -m tests.benchmarks.latency`. Processor time, but for the whole process.

founding   text of inv(X'*inv(V)*X) to the printed Kronecker form, warm (aim: under 10 ms) and in a fresh process's first call
process    `tensordiff diff` as a whole process (aim: under 0.7 s)
identities the Matrix Cookbook's cases, from parsed text to the canonical derivative, and to the printed matrix form
growth     trace of a product of k matrices, half of them the variable; a nest of k inverses: the ratio to half the size
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from statistics import median
from time import perf_counter, process_time

import tensordiff as td
from tests.benchmarks.timing import spelled, table
from tests.cases import CASES

FOUNDING = "inv(X'*inv(V)*X)"
SHAPES = {"X": "n m", "V": "n n"}


def seconds(call: Callable[[], object], repeats: int, clock: Callable[[], float] = process_time) -> list[float]:
    found = []
    for _ in range(repeats):
        start = clock()
        call()
        found.append(clock() - start)
    return found


def founding() -> str:
    return str(td.diff(td.parse(FOUNDING, shapes=SHAPES), "V").matrix_form())


def process() -> None:
    command = [sys.executable, "-m", "tensordiff", "diff", FOUNDING, "--wrt", "V"]
    subprocess.run(command, capture_output=True, check=True)


def row(name: str, times: list[float], note: str = "") -> list[str]:
    return [name, spelled(median(times)), spelled(min(times)), spelled(max(times)), note]


def identities() -> list[list[str]]:
    cases = [case for case in CASES if case.name.startswith("Cookbook")]
    canonical, printed = [], []
    for case in cases:
        f = td.parse(case.f, **case.scope)
        canonical.append(median(seconds(lambda f=f, case=case: td.diff(f, case.wrt[0]).canonical(), 3)))
        printed.append(median(seconds(lambda f=f, case=case: str(td.diff(f, case.wrt[0]).matrix_form()), 3)))
    return [
        row("identities, canonical", canonical, f"{len(cases)} cases"),
        row("identities, printed", printed, f"slowest: {cases[printed.index(max(printed))].name}"),
    ]


def product_of(count: int) -> None:
    td.diff(td.parse(f"tr({'*'.join(['A', 'X'] * (count // 2))})", shapes={"A": "n n", "X": "n n"}), "X").canonical()


def nest_of(depth: int) -> None:
    text = "inv(A + " * depth + "X" + ")" * depth
    td.diff(td.parse(text, shapes={"A": "n n", "X": "n n"}), "X").canonical()


def growth(name: str, call: Callable[[int], None], size: int) -> list[str]:
    half, whole = (seconds(lambda size=size: call(size), 3) for size in (size // 2, size))
    return row(f"{name} {size}", whole, f"{median(whole) / median(half):.1f} times the time of {size // 2}")


def main() -> None:
    first = seconds(founding, 1)
    rows = [
        ["what", "median", "best", "worst", ""],
        row("founding, first call", first),
        row("founding, warm", seconds(founding, 50), "aim: under 10 ms"),
        row("whole process", seconds(process, 7, perf_counter), "aim: under 0.7 s"),
        *identities(),
        growth("trace of a product of", product_of, 100),
        growth("nest of inverses of depth", nest_of, 20),
    ]
    print(table(rows))


if __name__ == "__main__":
    main()
