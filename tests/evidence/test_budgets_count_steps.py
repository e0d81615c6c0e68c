"""How long a search goes on depends on what is evaluated, never on the speed of the machine."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import tensordiff
import tensordiff as td
from tensordiff.evidence.sampling.points import Samples
from tensordiff.evidence.sampling.steps import Budget, Steps

PACKAGE = Path(tensordiff.__file__).parent
FILES = sorted(path for room in ("evidence", "check") for path in (PACKAGE / room).rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_clock_is_read(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
        module = (node.module or "") if isinstance(node, ast.ImportFrom) else ""
        assert not {"time", "datetime"} & {module.partition(".")[0], *(name.partition(".")[0] for name in names)}


def taken(text: str, n: int) -> float:
    """The steps of evaluating an expression of n-by-n matrices."""
    f = td.parse(text, shapes=dict.fromkeys("ABX", (n, n)))
    samples = Samples([f.tensor])
    point = next(samples.real(3))
    before = samples.steps.taken
    point.with_digits(40).value(f.tensor)
    return samples.steps.taken - before


def test_more_work_is_more_steps() -> None:
    assert taken("A*B*X", 4) < taken("A*B*X", 8) < taken("A*B*X*A*B*X", 8)
    assert taken("A*B", 4) < taken("A*expm(B)", 4)


def test_what_is_known_takes_no_steps() -> None:
    f = td.parse("tr(A*B)", shapes={"A": "n n", "B": "n n"})
    samples = Samples([f.tensor])
    point = next(samples.points(3))
    before = samples.steps.taken
    point.value(f.tensor)
    assert samples.steps.taken == before


def test_a_budget_is_spent_by_all_that_share_the_count() -> None:
    steps = Steps()
    budget = Budget(steps, 100)
    assert not budget.spent
    steps.built(2)
    assert budget.spent
    assert not Budget(steps, 100).spent
