"""docs/benchmarks.md is what docs/benchmarks.json gives, and figures survive being written."""

from __future__ import annotations

from tests.benchmarks.case import HAND, OURS
from tests.benchmarks.measure import Line, Measured
from tests.benchmarks.page import FIGURES, PAGE, PLOT, Figures, page
from tests.benchmarks.report import targets
from tests.benchmarks.timing import Ratio


def figures() -> Figures:
    return Figures.from_json(FIGURES.read_text(encoding="utf-8"))


def test_the_page_is_what_the_figures_give() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(figures()), "run python -m tests.benchmarks.page"


def test_every_case_has_its_figures() -> None:
    found = figures().lines
    assert len({line.name for line in found}) == len(found) > 150
    assert all({HAND, OURS} <= set(line.contenders) for line in found)
    assert "<svg" in PLOT.read_text(encoding="utf-8")


def test_figures_survive_being_written() -> None:
    found = figures()
    assert Figures.from_json(found.to_json()) == found
    assert found.to_json() == FIGURES.read_text(encoding="utf-8")


def test_targets() -> None:
    def line(quantity: str, level: int, ours: float, hand: float = 1e-3, size: int = 800) -> Line:
        contenders = {
            HAND: Measured(hand, hand, Ratio(1, 1, 1)),
            OURS: Measured(hand * ours, hand * ours, Ratio(ours, ours, ours)),
        }
        return Line("f", "n=1", level, quantity, size, 0.0, contenders, 0.001, 0.015)

    def met(*lines: Line) -> list[bool]:
        return [target.met for target in targets(lines)]

    assert met(line("Hessian", 1, 1.1)) == [True, True, True]  # median, worst, compilation
    assert met(line("Hessian", 1, 1.2)) == [False, True, True]
    assert met(line("Hessian", 1, 1.0), line("value", 2, 1.0), line("value", 1, 1.6)) == [True, False, True]
    assert met(line("apply", 2, 1.2)) == [True, True]
    assert met(line("apply", 1, 1.4)) == [False, True]
    assert met(line("value", 0, 1.9, hand=3e-6)) == [True, True]
    assert met(line("value", 0, 2.1, hand=3e-6)) == [False, True]
    assert met(line("value", 0, 9.0, hand=1e-6)) == [True]
