"""Compiled derivatives against hand-written code.

    python -m tests.benchmarks [--quick] [--seconds S] [NAME ...]

The ratio is compiled / hand, median (and quartiles) over interleaved rounds; the targets are 1.15, and 1.3 for derivatives
applied to a direction ("apply"). One BLAS thread, and huge pages for large arrays: the program starts itself again with these
settings.
"""

from __future__ import annotations

import argparse
import os
import sys
from time import perf_counter

import numpy as np

from tensordiff.compile import at, compile_program
from tests.benchmarks.cases import CASES, Case
from tests.benchmarks.structured import STRUCTURED, Structured
from tests.benchmarks.timing import interleaved, ratios, spelled, table

HEADER = ["derivative", "hand", "compiled", "ratio", "quartiles", "derive", "plan"]


def measure(case: Case, seconds: float) -> tuple[list[str], float]:
    start = perf_counter()
    outputs, declared = case.outputs()
    derived = perf_counter() - start
    arrays = case.arrays(np.random.default_rng(0))
    program = compile_program(outputs, inputs=declared)
    needed = {name: arrays[name] for name in program.inputs}
    start = perf_counter()
    found = program(**needed)[0]
    planned = perf_counter() - start
    expected = case.hand(**arrays)
    np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-8 * np.abs(expected).max())
    times = interleaved({"hand": lambda: case.hand(**arrays), "compiled": lambda: program(**needed)}, budget=seconds)
    middle, low, high = ratios(times["compiled"], times["hand"])
    medians = [spelled(times[name].median) for name in ("hand", "compiled")]
    return [case.name, *medians, f"{middle:.2f}", f"{low:.2f}-{high:.2f}", spelled(derived), spelled(planned)], middle


def measure_structured(case: Structured, seconds: float) -> tuple[list[str], float]:
    start = perf_counter()
    (derivative,), declared = case.derived()
    derived = perf_counter() - start
    rng = np.random.default_rng(0)
    arrays = case.arrays(rng)
    direction = rng.normal(size=arrays[case.variable].shape)
    start = perf_counter()
    made = at(derivative, *case.ranks, arrays, inputs=declared)
    found = made.apply(direction)
    planned = perf_counter() - start
    hand = case.hand(arrays)
    expected = hand(direction)
    np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-8 * np.abs(expected).max())
    times = interleaved({"hand": lambda: hand(direction), "apply": lambda: made.apply(direction)}, budget=seconds)
    middle, low, high = ratios(times["apply"], times["hand"])
    medians = [spelled(times[name].median) for name in ("hand", "apply")]
    name = f"apply {case.name}"
    return [name, *medians, f"{middle:.2f}", f"{low:.2f}-{high:.2f}", spelled(derived), spelled(planned)], middle


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser("python -m tests.benchmarks", None, __doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("names", nargs="*", help="parts of the names of the cases to run (all)")
    parser.add_argument("--quick", action="store_true", help="small cases only, briefly")
    parser.add_argument("--seconds", type=float, default=None, help="time for each case (1; quick: 0.2)")
    parser.add_argument("--limit", type=float, default=None, help="exit 1 where a ratio is above this")
    options = parser.parse_args(arguments)
    seconds = options.seconds or (0.2 if options.quick else 1.0)
    rows, worst = [HEADER], 0.0
    for case in [*CASES, *STRUCTURED]:
        if (options.quick and not case.quick) or (options.names and not any(name in case.name for name in options.names)):
            continue
        row, ratio = measure(case, seconds) if isinstance(case, Case) else measure_structured(case, seconds)
        rows.append(row)
        worst = max(worst, ratio)
    print(table(rows))
    return int(options.limit is not None and worst > options.limit)


SETTINGS = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
}

if __name__ == "__main__":
    if any(name not in os.environ for name in SETTINGS):
        os.execve(sys.executable, [sys.executable, "-m", "tests.benchmarks", *sys.argv[1:]], {**SETTINGS, **os.environ})
    sys.exit(main())
