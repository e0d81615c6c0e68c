"""A long process stays flat: many derivations, many programs, threads, interrupts. `python -m tests.soak` runs it in full.

What is watched: resident memory after each tenth, entries of linecache, and that results made after an interrupt are those made
before it.
"""

from __future__ import annotations

import argparse
import gc
import linecache
import resource
import signal
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import numpy as np

import tensordiff as td

FORMS = [
    ("norm2(X*w-{k}*y)^2", "w"), ("tr(X'*A^{small}*X)", "X"), ("log(det(A+{k}*eye(n)))", "A"), ("inv(X'*A*X+{k}*eye(m))", "A"),
    ("sum(tanh({k}*X*w))", "w"), ("x'*A*x/{k}", "x"), ("exp(-x'*x/{k})", "x"), ("sum(log(1+exp({k}*X*w)))", "w"),
    ("tr(expm(A/{k}))", "A"), ("(x'*A*x)^{small}/(x'*x+{k})", "x"),
]  # fmt: skip
SHAPES = {"X": "n m", "w": "m", "y": "n", "A": "n n", "x": "n"}


def texts() -> Iterator[tuple[str, str]]:
    """Ever new expressions with their variables."""
    number = 0
    while True:
        form, variable = FORMS[number % len(FORMS)]
        yield form.format(k=number + 2, small=number % 3 + 1), variable
        number += 1


def memory() -> float:
    """What the process has in memory now, in MiB."""
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * resource.getpagesize() / 2**20


def derivations(count: int) -> list[float]:
    """The memory after each tenth of so many derivations, each new."""
    found: list[float] = []
    supply = texts()
    for number in range(1, count + 1):
        text, variable = next(supply)
        str(td.diff(td.parse(text, shapes=SHAPES), variable).matrix_form())
        if number % (count // 10) == 0:
            gc.collect()
            found.append(memory())
    return found


def programs(count: int) -> tuple[list[float], int]:
    """The same for programs that are compiled and run, and how many entries linecache has in the end."""
    random = np.random.default_rng(0)
    values = {name: random.uniform(0.1, 0.5, [3] * len(shape.split())) for name, shape in SHAPES.items()}
    found: list[float] = []
    supply = texts()
    for number in range(1, count + 1):
        text, _ = next(supply)
        f = td.parse(text, shapes=SHAPES)
        td.compile(f)(**{name: values[name] for name in f.scope.symbols})
        if number % (count // 10) == 0:
            gc.collect()
            found.append(memory())
    return found, sum("program" in name for name in linecache.cache)


def _results(count: int) -> list[str]:
    supply = texts()
    pairs = [next(supply) for _ in range(count)]
    return [str(td.diff(td.parse(text, shapes=SHAPES), variable).matrix_form()) for text, variable in pairs]


def threads(count: int) -> bool:
    """Whether eight threads at the same work have the results of one."""
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(_results, [count] * 8))
    return all(result == _results(count) for result in found)


def interrupts(count: int) -> bool:
    """Whether results after interrupts at any place are those of work that was never interrupted. Modules are imported before:
    interrupted, Python's own import leaves open files."""
    _checked(1)
    expected = _results(30)
    previous = signal.signal(signal.SIGALRM, signal.default_int_handler)
    try:
        for number in range(count):
            signal.setitimer(signal.ITIMER_REAL, 0.002 + 0.0007 * (number % 29))
            with suppress(KeyboardInterrupt):
                _checked(number)
                _results(30)
            signal.setitimer(signal.ITIMER_REAL, 0)
            if number % 10 == 0 and _results(30) != expected:
                return False
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
    return _results(30) == expected


def _checked(number: int) -> None:
    text, variable = f"norm2(X*w-{number}*y)^2", "w"
    if not td.check(f"2*X'*(X*w-{number}*y)", text, variable, shapes=SHAPES):
        raise AssertionError("a right claim was judged wrong after an interrupt")


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--derivations", type=int, default=100_000)
    reader.add_argument("--programs", type=int, default=20_000)
    given = reader.parse_args()
    for what, work in (("derivations", derivations), ("programs", programs)):
        start = time.perf_counter()
        print(
            f"{getattr(given, what)} {what}: MiB {work(getattr(given, what))}, {time.perf_counter() - start:.0f} s", flush=True
        )
    print(f"eight threads agree: {threads(100)}", flush=True)
    print(f"after interrupts all is as before: {interrupts(300)}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
