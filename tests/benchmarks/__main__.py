"""Compiled derivatives against hand-written NumPy, JAX's own modes and torch.func.

    python -m tests.benchmarks [--quick] [--docs] [--json FILE] [NAME ...]

Every case is computed by each contender, the results must agree, and then all are timed in turn, round after round. Ratios
are to the hand-written code: the median of the rounds, with quartiles. One thread, one processor, 64-bit numbers, and huge
pages for large arrays: the program starts itself again with these settings. JAX and torch take part where they are
installed.
"""

from __future__ import annotations

import argparse
import os
import sys
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter, process_time

from tests.benchmarks.case import CONTENDERS, OURS, OURS_TORCH, SMALL, Case
from tests.benchmarks.families import PROBLEMS, cases
from tests.benchmarks.libraries import installed
from tests.benchmarks.measure import Bench, Line
from tests.benchmarks.page import Figures, machine, write
from tests.benchmarks.report import printed, summary

SETTINGS = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
}


PROCESSORS = os.cpu_count() or 1


def main(arguments: list[str] | None = None) -> int:
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.docs and (options.names or options.quick or options.only):
        parser.error("--docs takes every case and contender")
    if options.docs and find_spec("matplotlib") is None:
        parser.error("--docs draws a plot with matplotlib: pip install matplotlib")
    libraries, missing = installed(options.device)
    for name in missing:
        print(f"{name} is not installed: it takes no part", flush=True)
    bench = Bench(
        libraries,
        options.seconds or (0.1 if options.quick else 1.0),
        process_time if options.clock == "cpu" else perf_counter,
        only=options.only.split(",") if options.only else None,
        without=[OURS_TORCH] if options.device == "cpu" and not options.only else [],
    )
    PROBLEMS[0].planning("value", PROBLEMS[0].sizes[0])  # imports
    start = perf_counter()
    lines: list[Line] = []
    for case in cases():
        if _is_chosen(case, options.names, options.quick):
            lines.append(bench.measure(case))
            print(printed(lines[-1:]).splitlines()[1], file=sys.stderr, flush=True)
    seconds = perf_counter() - start
    print(printed(lines))
    print(f"\n{len(lines)} cases in {seconds:.0f} s; results agree to {max(line.difference for line in lines):.1e}\n")
    print(summary(lines))
    figures = Figures(tuple(lines), machine(libraries, PROCESSORS, options.clock))
    if options.json:
        options.json.write_text(figures.to_json(), encoding="utf-8")
    if options.docs:
        write(figures)
    worst = max(line.ratio(OURS) or 0.0 for line in lines)
    return int(options.limit is not None and worst > options.limit)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m tests.benchmarks", None, __doc__, formatter_class=argparse.RawTextHelpFormatter)
    add = parser.add_argument
    add("names", nargs="*", help="parts of the names of the cases to run (all)")
    add("--quick", action="store_true", help="derivatives for small inputs only, briefly")
    add("--seconds", type=float, default=None, help="time for each case (1; quick: 0.1)")
    add("--json", type=Path, metavar="FILE", help="write the figures to a file")
    add("--docs", action="store_true", help="write the figures, the page and the plot into docs/")
    add("--only", default=None, help=f"contenders beside hand, with commas between: {', '.join(CONTENDERS[1:])}")
    add("--clock", choices=("wall", "cpu"), default="wall", help="cpu: on a machine that does other work too")
    add("--device", default="cpu", help="where JAX and torch compute: cpu (default), cuda")
    add("--limit", type=float, default=None, help="exit 1 where a ratio of ours is above this")
    return parser


def _is_chosen(case: Case, names: list[str], quick: bool) -> bool:
    if quick and (case.level != SMALL or case.quantity not in ("Jacobian", "Hessian", "apply")):
        return False
    return not names or any(name in case.name for name in names)


if __name__ == "__main__":
    if any(name not in os.environ for name in SETTINGS):
        os.execve(sys.executable, [sys.executable, "-m", "tests.benchmarks", *sys.argv[1:]], {**SETTINGS, **os.environ})
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    sys.exit(main())
