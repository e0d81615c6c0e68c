"""What the lines of a run say: the table that is printed, and how the targets are met."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from tests.benchmarks.case import APPLIED, CONTENDERS, DENSE, HAND, JAX, OURS, SMALL
from tests.benchmarks.measure import Line
from tests.benchmarks.timing import spelled, table

LARGE_RESULT = 10_000
"""Bytes from which results are compared with JAX's."""
SHORT_CALL = 2e-6
"""Seconds from which small inputs are compared by hand."""
PLANNING = 0.020


@dataclass(frozen=True)
class Target:
    """One target: what is asked, what was found, whether it is met, and the cases that miss it."""

    asked: str
    found: str
    met: bool
    missing: tuple[str, ...] = ()


def contenders_of(lines: Sequence[Line]) -> list[str]:
    known = {name for line in lines for name in line.contenders}
    return [name for name in CONTENDERS if name in known] + sorted(known - set(CONTENDERS))


def printed(lines: Sequence[Line]) -> str:
    """A table with a row a case: seconds by hand, and every contender's ratio to them with its quartiles."""
    others = [name for name in contenders_of(lines) if name != HAND]
    rows = [["case", "result", HAND, *(name for name in others), "derive", "plan"]]
    for line in lines:
        cells = [line.name, spelled_bytes(line.bytes), spelled(line.contenders[HAND].seconds)]
        for name in others:
            found = line.contenders.get(name)
            if found is None:
                cells.append("")
            else:
                spread = f"{short(found.ratio.low)}-{short(found.ratio.high)}"
                cells.append(f"{short(found.ratio.median)} ({spread})")
        cells += ["" if t is None else spelled(t) for t in (line.derive, line.plan)]
        rows.append(cells)
    return table(rows)


def spelled_bytes(count: int) -> str:
    for unit, factor in (("MB", 1e6), ("kB", 1e3)):
        if count >= factor:
            return f"{count / factor:.3g} {unit}"
    return f"{count} B"


def short(number: float) -> str:
    return f"{number:.2f}" if number < 9.995 else f"{number:.3g}" if number < 999.5 else f"{number:.0f}"


def targets(lines: Sequence[Line]) -> list[Target]:
    """The targets that the lines say something about."""
    lines = [line for line in lines if OURS in line.contenders]
    found: list[Target] = []
    dense = [(_ratio(line), line) for line in lines if line.quantity in DENSE and line.level > SMALL]
    if dense:
        middle = median(value for value, _ in dense)
        found.append(Target("values and derivatives within 1.15 of hand, median", short(middle), middle <= 1.15))
        found.append(_worst("values and derivatives within 1.5 of hand, worst", dense, 1.5))
    applied = [(_ratio(line), line) for line in lines if line.quantity in APPLIED and line.level > SMALL]
    if applied:
        found.append(_worst("applied to a direction, within 1.3 of hand, worst", applied, 1.3))
    small = [(_ratio(x), x) for x in lines if x.level == SMALL and x.contenders[HAND].seconds >= SHORT_CALL]
    if small:
        found.append(_worst("small inputs, where hand takes 2 us: within 2 of hand, worst", small, 2.0))
    large = [
        (line.contenders[OURS].seconds / line.contenders[JAX].seconds, line)
        for line in lines
        if line.bytes > LARGE_RESULT and JAX in line.contenders
    ]
    if large:
        found.append(_worst("results over 10 kB: seconds over those of JAX's best mode, worst", large, 1.0))
    plans = [line.plan for line in lines if line.plan is not None]
    if plans:
        middle = median(plans)
        text = f"{spelled(middle)}, at most {spelled(max(plans))}"
        found.append(Target("compiling a program within 20 ms, median", text, middle <= PLANNING))
    return found


def _ratio(line: Line) -> float:
    return line.contenders[OURS].ratio.median


def _worst(asked: str, ratios: Sequence[tuple[float, Line]], limit: float) -> Target:
    value, line = max(ratios, key=lambda entry: entry[0])
    missing = tuple(
        f"{other.name}: {short(ratio)}" for ratio, other in sorted(ratios, key=lambda entry: -entry[0]) if ratio > limit
    )
    middle = short(median(ratio for ratio, _ in ratios))
    return Target(asked, f"{short(value)} ({line.name}), median {middle} of {len(ratios)}", value <= limit, missing)


def summary(lines: Sequence[Line]) -> str:
    """A line for every target, and those that miss it."""
    text: list[str] = []
    for target in targets(lines):
        text.append(f"{'met   ' if target.met else 'missed'}  {target.asked}: {target.found}")
        text += [f"          {name}" for name in target.missing]
    return "\n".join(text)
