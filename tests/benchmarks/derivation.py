"""How long derivations take: `python -m tests.benchmarks.derivation`.

Identities from parsed text to canonical derivative, beside SymPy's matrix expressions where these can do the case (in one
run, interleaved); and how time and graph size grow with the length of an expression, as exponents of a power law.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from math import log
from statistics import median
from time import perf_counter

import numpy as np
import sympy

import tensordiff as td
from tests.cases import CASES, Case

REPEATS = 5


def seconds(action: Callable[[], object]) -> float:
    start = perf_counter()
    action()
    return perf_counter() - start


def ours(case: Case) -> Callable[[], object]:
    """Differentiate a parsed expression and bring the derivative to canonical form."""
    f = td.parse(case.f, **case.scope)
    return lambda: td.diff(f, case.wrt[0], entries=case.entries).canonical()


def sympys(case: Case) -> Callable[[], object] | None:
    """The same case in SymPy, if it can be written there and its derivative comes out."""
    if case.structures or case.where or case.assume or len(case.wrt) > 1:
        return None
    try:
        f = td.parse(case.f, **case.scope).to_sympy()
        shape = case.shapes[case.wrt[0]].split()
        sizes = [sympy.Symbol(size) for size in shape] + [sympy.Integer(1)] * (2 - len(shape))
        x = sympy.MatrixSymbol(case.wrt[0], *sizes) if shape else sympy.Symbol(case.wrt[0])
        derivative = f.diff(x)
    except Exception:  # whatever a peer raises, it cannot do the case
        return None
    if derivative.has(sympy.Derivative) or derivative == 0 or type(derivative).__name__.startswith("Array"):
        return None
    return lambda: f.diff(x)


def identities() -> dict[str, object]:
    own: list[float] = []
    pairs: list[tuple[str, float, float]] = []
    for case in CASES:
        mine, peer = ours(case), sympys(case)
        mine()
        times = [(seconds(mine), seconds(peer) if peer else None) for _ in range(REPEATS)]
        best = min(t for t, _ in times)
        own.append(best)
        if peer:
            pairs.append((case.name, best, min(t for _, t in times if t is not None)))
    ratios = [theirs / mine for _, mine, theirs in pairs]
    return {
        "cases": len(own),
        "median_ms": 1e3 * median(own),
        "sympy_cases": len(pairs),
        "ours_on_those_ms": 1e3 * median([mine for _, mine, _ in pairs]),
        "sympy_ms": 1e3 * median([theirs for *_, theirs in pairs]),
        "median_ratio": median(ratios),
    }


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
    """Seconds from text to the derivative's array, nodes of its graph, and the exponents of both in the length."""
    write, wrt, lengths = LONG[name]
    rng = np.random.default_rng(0)
    arrays = {
        "X": rng.normal(size=(4, 4)) / 3 + np.eye(4) / 2,
        "A": rng.normal(size=(4, 4)) / 3 + np.eye(4) / 2,
        "x": np.ones(4),
    }
    times, sizes = [], []
    for length in lengths:
        start = perf_counter()
        derivative = td.diff(td.parse(write(length), shapes={"X": "n n", "A": "n n", "x": "n"}), *wrt)
        derivative.evaluate(**arrays)
        times.append(perf_counter() - start)
        sizes.append(derivative.size)
    span = log(lengths[-1] / lengths[0])
    return {
        "lengths": lengths,
        "seconds": [round(t, 3) for t in times],
        "sizes": sizes,
        "time_exponent": round(log(times[-1] / times[0]) / span, 2),
        "size_exponent": round(log(sizes[-1] / sizes[0]) / span, 2),
    }


def main() -> None:
    print(json.dumps({"identities": identities(), "growth": {name: growth(name) for name in LONG}}, indent=1))


if __name__ == "__main__":
    main()
