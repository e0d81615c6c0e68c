"""The benchmarks compare like with like: what is written by hand is judged by differences, what is compiled by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.benchmarks.__main__ import main
from tests.benchmarks.case import HAND, OURS, SMALL, Case
from tests.benchmarks.families import PROBLEMS, cases
from tests.benchmarks.libraries import Library
from tests.benchmarks.measure import Line
from tests.benchmarks.problem import Problem
from tests.benchmarks.report import targets
from tests.benchmarks.timing import Timing, interleaved, ratio, spelled

by_problem = pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.family)
LIBRARY = Library()


def small(problem: Problem) -> dict[str, np.ndarray]:
    """Arrays of small sizes, all different."""
    return problem.arrays(dict(zip(problem.sizes[0], (5, 3, 2, 4, 6, 7), strict=False)))


def difference(f: Callable[..., np.ndarray], arrays: dict[str, np.ndarray], variable: str) -> np.ndarray:
    """The derivative by the variable, its axes last, by central differences of sixth order."""
    step, weights = 1e-2, {1: 3 / 4, 2: -3 / 20, 3: 1 / 60}
    columns = []
    for place in np.ndindex(arrays[variable].shape):
        total = np.zeros_like(f(**arrays))
        for distance, weight in weights.items():
            for sign in (1, -1):
                moved = arrays[variable].copy()
                moved[place] += sign * distance * step
                total = total + sign * weight * f(**{**arrays, variable: moved})
        columns.append(total / step)
    shape = arrays[variable].shape
    return np.stack(columns, axis=-1).reshape((*np.shape(columns[0]), *shape))


@by_problem
def test_values_by_hand(problem: Problem) -> None:
    arrays = small(problem)
    np.testing.assert_allclose(problem.hand.value(**arrays), problem.function(LIBRARY, **arrays), rtol=1e-10)


@by_problem
def test_derivatives_by_hand(problem: Problem) -> None:
    arrays = small(problem)
    variable = problem.by[0]

    def f(**given: np.ndarray) -> np.ndarray:
        return np.asarray(problem.function(LIBRARY, **given))

    first = difference(f, arrays, variable)
    derivative, apply, scale = problem.hand.derivative, problem.hand.apply, np.abs(first).max()
    if problem.hand.gradient is None:
        if derivative is not None:
            np.testing.assert_allclose(derivative(**arrays), first, atol=1e-7 * scale)
        expected = first
    else:
        np.testing.assert_allclose(problem.hand.gradient(**arrays), first, atol=1e-6 * scale)
        if derivative is None and apply is None:
            return
        expected = difference(lambda **given: difference(f, given, variable), arrays, variable)
        if derivative is not None:
            np.testing.assert_allclose(derivative(**arrays), expected, atol=1e-5 * np.abs(expected).max())
    exact = expected if derivative is None else derivative(**arrays)
    precision = 1e-5 * np.abs(expected).max() if derivative is None else 1e-10
    if apply is not None:
        direction = np.random.default_rng(2).normal(size=arrays[problem.by[-1]].shape)
        contracted = np.tensordot(exact, direction, direction.ndim)
        np.testing.assert_allclose(apply(**arrays)(direction), contracted, rtol=1e-4, atol=precision)
    if problem.hand.adjoint is not None:
        cotangent = np.random.default_rng(3).normal(size=np.shape(problem.hand.value(**arrays)))
        contracted = np.tensordot(cotangent, exact, cotangent.ndim)
        np.testing.assert_allclose(problem.hand.adjoint(**arrays)(cotangent), contracted, rtol=1e-4, atol=precision)


@pytest.mark.parametrize("case", [case for case in cases() if case.level == SMALL], ids=lambda case: case.name)
def test_compiled_equals_hand_written(case: Case) -> None:
    makers = case.contenders({"numpy": LIBRARY})
    expected = makers[HAND][""]()()
    found = makers[OURS][""]()()
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9 * np.abs(expected).max())


def test_timing_interleaves() -> None:
    order: list[str] = []
    runs = {"a": lambda: order.append("a"), "b": lambda: order.append("b"), "slow": lambda: order.append("slow")}
    timed = interleaved(runs, {"a": 1e-3, "b": 1e-3, "slow": 1.0}, budget=0.1, rounds=9, least={"slow": 2})
    assert order.count("slow") == 2 == len(timed["slow"].rounds)
    assert order.count("a") == order.count("b") >= 9 == len(timed["a"].rounds)
    found = ratio(timed["a"], timed["b"])
    assert found.low <= found.median <= found.high
    assert spelled(2.5e-6) == "2.5 us" and spelled(3.0) == "3 s"


def test_ratios_are_of_the_same_rounds() -> None:
    found = ratio(Timing({1: 2.0, 3: 8.0}), Timing({0: 100.0, 1: 1.0, 2: 100.0, 3: 2.0}))
    assert (found.median, found.low, found.high) == (3.0, 2.0, 4.0)


def test_command_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    assert main(["--seconds", "0.01", "--only", "tensordiff", "--json", str(file), "quadratic form n=10: Hessian"]) == 0
    printed = capsys.readouterr().out
    assert "quadratic form n=10: Hessian" in printed and "median" in printed
    (line,) = map(Line.from_json, json.loads(file.read_text())["lines"])
    assert line.bytes == 800 and set(line.contenders) == {HAND, OURS}
    assert {target.met for target in targets([line])} <= {True, False}
