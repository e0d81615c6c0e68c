"""Every benchmark computes what its hand-written code computes, and every small one takes a sane time."""

from __future__ import annotations

import numpy as np
import pytest

from tensordiff.compile import at, compile_program
from tests.benchmarks.__main__ import main
from tests.benchmarks.cases import CASES, Case
from tests.benchmarks.structured import STRUCTURED, Structured
from tests.benchmarks.timing import interleaved, ratios, spelled

QUICK = [case for case in CASES if case.quick]


@pytest.mark.parametrize("case", QUICK, ids=lambda case: case.name)
def test_compiled_equals_hand_written(case: Case) -> None:
    outputs, declared = case.outputs()
    arrays = case.arrays(np.random.default_rng(0))
    program = compile_program(outputs, inputs=declared)
    found = program(**{name: arrays[name] for name in program.inputs})[0]
    expected = case.hand(**arrays)
    np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-8 * np.abs(expected).max())


@pytest.mark.parametrize("case", STRUCTURED, ids=lambda case: case.name)
def test_applied_equals_hand_written(case: Structured) -> None:
    (derivative,), declared = case.derived()
    rng = np.random.default_rng(0)
    arrays = case.arrays(rng)
    direction = rng.normal(size=arrays[case.variable].shape)
    expected = case.hand(arrays)(direction)
    found = at(derivative, *case.ranks, arrays, inputs=declared).apply(direction)
    np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-8 * np.abs(expected).max())


def test_timing_interleaves() -> None:
    order: list[str] = []
    timed = interleaved({"a": lambda: order.append("a"), "b": lambda: order.append("b")}, budget=0.01, rounds=3)
    assert set(timed) == {"a", "b"} and order.count("a") > 2
    middle, low, high = ratios(timed["a"], timed["b"])
    assert low <= middle <= high
    assert spelled(2.5e-6) == "2.5 us" and spelled(3.0) == "3 s"


def test_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--quick", "--seconds", "0.01", "quadratic n=3"]) == 0
    assert "quadratic n=3" in capsys.readouterr().out
