"""How long derivations take: `python -m tests.benchmarks.derivation`.

Identities from the parsed expression to the canonical derivative, beside SymPy's matrix expressions where these give the
right answer; and how time and graph size grow with the length of an expression, as exponents of a power law.

Both sides start from an expression that is built, in one process and interleaved, and neither finds its derivative again in
a memo. "cold": SymPy's cache is cleared before every repetition, and ours starts from an expression parsed anew, of which
nothing is known, not even its index form (canonical forms live in the call that makes them). "warm": SymPy's cache is left
as the repetition before has filled it, and our expression keeps its index form. The best of some repetitions counts.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from math import inf, log
from statistics import median
from time import perf_counter, process_time

import numpy as np
from sympy.core.cache import clear_cache
from sympy.utilities.exceptions import SymPyDeprecationWarning

import tensordiff as td
from tests.benchmarks.sympy_peer import sympys
from tests.cases import CASES, Case

REPEATS = 5


def seconds(action: Callable[[], object]) -> float:
    start = perf_counter()
    action()
    return perf_counter() - start


def parsed(case: Case) -> td.Expression:
    return td.parse(case.f, **case.scope)


def ours(f: td.Expression, case: Case) -> object:
    """Differentiate a parsed expression and bring the derivative to canonical form."""
    return td.diff(f, case.wrt[0], entries=case.entries).canonical()


def times(case: Case, peer: Callable[[], object] | None) -> dict[str, float]:
    """Seconds of each side, cold and warm, the best of some repetitions."""
    best: dict[str, float] = {}

    def take(name: str, action: Callable[[], object]) -> None:
        best[name] = min(best.get(name, inf), seconds(action))

    for _ in range(REPEATS):
        f = parsed(case)
        take("cold", lambda f=f: ours(f, case))
        take("warm", lambda f=f: ours(f, case))
        del f  # what is interned of it goes as well
        if peer is not None:
            clear_cache()
            take("sympy cold", peer)
            take("sympy warm", peer)
    return best


def identities() -> dict[str, object]:
    peers = [sympys(case) for case in CASES]
    rows = [times(case, peer) for case, (peer, _) in zip(CASES, peers, strict=True)]
    both = [row for row in rows if "sympy cold" in row]
    found: dict[str, object] = {
        "cases": len(rows),
        "cases that SymPy answers": sum(answered for _, answered in peers),
        "cases that SymPy answers rightly": len(both),
    }
    for state in ("cold", "warm"):
        mine, theirs = median(row[state] for row in both), median(row[f"sympy {state}"] for row in both)
        ratios = sorted(row[f"sympy {state}"] / row[state] for row in both)
        found[state] = {
            "median_ms": milliseconds(median(row[state] for row in rows)),
            "where SymPy is right": {"ours_ms": milliseconds(mine), "sympy_ms": milliseconds(theirs)},
            "ratio of medians": round(theirs / mine, 1),
            "median of ratios": round(median(ratios), 1),
            "ratios, least and largest": (round(ratios[0], 1), round(ratios[-1], 1)),
        }
    return found


def milliseconds(time: float) -> float:
    return round(1e3 * time, 3)


def nested(depth: int, function: Callable[[int, str], str], inner: str) -> str:
    text = inner
    for level in range(depth):
        text = function(level, text)
    return text


def _layer(level: int, text: str) -> str:
    return f"tanh({'A' if level else 'X'}*{text})"


LONG: dict[str, tuple[Callable[[int], str], tuple[str, ...], tuple[int, ...]]] = {
    "tr of a product, half of it X": (lambda k: f"tr({'*'.join('XA'[p % 2] for p in range(k))})", ("X",), (250, 500, 1000)),
    "tr(X^k)": (lambda k: f"tr(X^{k})", ("X",), (250, 500, 1000)),
    "nested inverses": (lambda k: f"tr({nested(k, lambda _, t: f'inv(A+{t})', 'X')})", ("X",), (50, 100, 200)),
    "tanh net by its first weights": (lambda k: f"sum({nested(k, _layer, 'x')})", ("X",), (25, 50, 100)),
    "Hessian of tr of a product": (
        lambda k: f"tr({'*'.join('XA'[p % 2] for p in range(k))})",
        ("X", "X"),
        (25, 50, 100),
    ),
}


def growth(name: str) -> dict[str, object]:
    """Processor seconds from text to the derivative's array, nodes of its graph, and the exponents of both in the length."""
    write, wrt, lengths = LONG[name]
    rng = np.random.default_rng(0)
    arrays = {
        "X": rng.normal(size=(4, 4)) / 3 + np.eye(4) / 2,
        "A": rng.normal(size=(4, 4)) / 3 + np.eye(4) / 2,
        "x": np.ones(4),
    }

    def derivation(length: int) -> td.Derivative:
        derivative = td.diff(td.parse(write(length), shapes={"X": "n n", "A": "n n", "x": "n"}), *wrt)
        derivative.evaluate(**arrays)
        return derivative

    derivation(2)  # imports are no part of it
    elapsed, sizes = [], []
    for length in lengths:
        start = process_time()
        sizes.append(derivation(length).size)
        elapsed.append(process_time() - start)
    span = log(lengths[-1] / lengths[0])
    return {
        "lengths": lengths,
        "seconds": [round(t, 3) for t in elapsed],
        "sizes": sizes,
        "time_exponent": round(log(elapsed[-1] / elapsed[0]) / span, 2),
        "size_exponent": round(log(sizes[-1] / sizes[0]) / span, 2),
    }


def main() -> None:
    warnings.simplefilter("ignore", SymPyDeprecationWarning)  # of its own matrix derivatives
    print(json.dumps({"identities": identities(), "growth": {name: growth(name) for name in LONG}}, indent=1))


if __name__ == "__main__":
    main()
