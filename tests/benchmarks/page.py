"""The page and the plot of a run: docs/benchmarks.json has the figures, docs/benchmarks.md and docs/benchmarks.svg are made
from them. `python -m tests.benchmarks.page` makes both again without measuring."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.case import APPLIED, HAND, JAX, OURS, OURS_JAX, TORCH
from tests.benchmarks.libraries import Library
from tests.benchmarks.measure import Line
from tests.benchmarks.plot import plot
from tests.benchmarks.report import contenders_of, short, spelled_bytes, targets
from tests.benchmarks.timing import spelled

DOCS = Path(__file__).parents[2] / "docs"
FIGURES, PAGE, PLOT = DOCS / "benchmarks.json", DOCS / "benchmarks.md", DOCS / "benchmarks.svg"

HEAD = """\
# Benchmarks

How long programs take, beside the code that an expert writes by hand and beside automatic differentiation. This page and its
plot are made by `python -m tests.benchmarks --docs`; the figures are in [benchmarks.json](benchmarks.json).

![Time relative to hand-written code, a row a case](benchmarks.svg)

## How to read it

Each row of the plot is a function at one size; each marker is the time of one contender divided by that of the hand-written
code, on a logarithmic scale: a marker on the line at 1 is as fast as hand, one at 10 takes ten times as long. On the left is
the whole Jacobian or Hessian as an array, on the right the derivative applied to a direction without forming it.

- **hand**: NumPy and LAPACK as an expert writes them for that one derivative: BLAS products in the best order, no identity
  formed, one factorisation, one factor of an outer product innermost in memory. It is in `tests/benchmarks/families/`, and the
  tests judge it by differences.
- **tensordiff**: `td.compile(...)`, or `J.at(...)` with `apply` and `adjoint`, from the text of the function. Inputs are not
  tested for symmetry (`validate=False`), as the others do not test them either.
- **tensordiff on JAX**: the same programs written for JAX.
- **JAX**: its own best mode: for Hessians the faster of forward over reverse and reverse over reverse, for Jacobians of forward
  and reverse, for directions a linearised function or a pullback prepared at the point; compiled by XLA and warm.
- **torch.func**: likewise the best of its modes, as they run without compilation.

Every contender computes the same array: a run in which one of ours differs from hand by more than 1e-9 of the largest entry
is an error, and a mode of another library that does takes no part. Times are of one thread on one processor, 64-bit
numbers, with huge pages for large arrays; everything is warm. The contenders take turns, round after round, and a ratio is
the median over the rounds of the ratio within a round (in parentheses: its quartiles). Calls of a few microseconds are
mostly the overhead of Python.

"""


@dataclass(frozen=True)
class Figures:
    """The lines of a run, and what they were measured on."""

    lines: tuple[Line, ...]
    machine: Mapping[str, str]

    def to_json(self) -> str:
        """A line of text for each case, so that two runs can be compared line by line."""
        rows = ",\n".join(json.dumps(_rounded(line.to_json())) for line in self.lines)
        return f'{{"machine": {json.dumps(dict(self.machine))},\n"lines": [\n{rows}\n]}}\n'

    @staticmethod
    def from_json(text: str) -> Figures:
        data = json.loads(text)
        return Figures(tuple(Line.from_json(row) for row in data["lines"]), data["machine"])


def machine(libraries: Mapping[str, Library], processors: int, clock: str) -> dict[str, str]:
    """What a run was made on: no names of machines or people."""
    import numpy as np
    import scipy

    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]  # type: ignore[call-overload]
    versions = {name: library.version for name, library in libraries.items() if name != "numpy"}
    return {
        "processor": f"one of {processors}, {platform.machine()}",
        "clock": clock,
        "Python": platform.python_version(),
        "NumPy": np.__version__,
        "BLAS": f"{blas['name']} {blas['version']}",
        "SciPy": scipy.__version__,
        **versions,
    }


def page(figures: Figures) -> str:
    """The text of the page."""
    lines = figures.lines
    found = ", ".join(f"{name} {value}" for name, value in figures.machine.items())
    absent = [name for name in (OURS_JAX, JAX, TORCH) if name not in contenders_of(lines)]
    note = f" In this run {', '.join(absent)} took no part." if absent else ""
    text = [HEAD, f"Measured on: {found}.{note}\n", "\n## Targets\n\n"]
    for target in targets(lines):
        end = "" if target.met else ". Missed by:" if target.missing else ". Missed."
        text.append(f"- {target.asked}: {target.found}{end}\n")
        text += [f"  - {name}\n" for name in target.missing]
    groups = {
        "Jacobians and Hessians": [line for line in lines if line.quantity in ("Jacobian", "Hessian")],
        "Applied to a direction": [line for line in lines if line.quantity in APPLIED],
        "Values and gradients": [line for line in lines if line.quantity in ("value", "gradient")],
    }
    for title, group in groups.items():
        text.append(f"\n## {title}\n\n{_table(group)}")
    return "".join(text)


def _table(lines: Sequence[Line]) -> str:
    others = [name for name in contenders_of(lines) if name != HAND]
    rows = [["case", "result", HAND, *others], ["---"] * (3 + len(others))]
    for line in lines:
        cells = [line.name, spelled_bytes(line.bytes), spelled(line.contenders[HAND].seconds)]
        for name in others:
            found = line.contenders.get(name)
            spread = f" ({short(found.ratio.low)}-{short(found.ratio.high)})" if found and name == OURS else ""
            cells.append(short(found.ratio.median) + spread if found else "")
        rows.append(cells)
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _rounded(value: Any) -> Any:
    """Four digits of every figure: no more is measured."""
    if isinstance(value, dict):
        return {name: _rounded(part) for name, part in value.items()}
    return float(f"{value:.4g}") if isinstance(value, float) else value


def write(figures: Figures) -> None:
    """The files in docs/."""
    FIGURES.write_text(figures.to_json(), encoding="utf-8")
    written = Figures.from_json(FIGURES.read_text(encoding="utf-8"))
    PAGE.write_text(page(written), encoding="utf-8")
    plot(written.lines, PLOT)


if __name__ == "__main__":
    write(Figures.from_json(FIGURES.read_text(encoding="utf-8")))
