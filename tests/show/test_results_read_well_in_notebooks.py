"""No public result shows as an object at an address, and rich displays say what the text says."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest

import tensordiff as td

F = td.parse("inv(X'*P*X)", where={"P": "inv(V)"})
SQUARES = td.parse("norm2(A*x - y)^2", shapes={"A": "n m", "x": "m", "y": "n"})
RESULTS: dict[str, Any] = {
    "expression": F,
    "derivative": td.diff(F, "V"),
    "chain": td.chain(F, through=["P"], wrt="V"),
    "explanation": td.explain(F, "V"),
    "right": td.check("2*A'*(A*x - y)", SQUARES, "x"),
    "wrong": td.check("A'*(A*x + y)", SQUARES, "x"),
    "equal": td.equal(SQUARES, SQUARES),
    "different": td.equal("tr(A)", "tr(B)", shapes={"A": "n n", "B": "n n"}),
    "program": td.compile(SQUARES),
    "objective": td.objective(SQUARES, "x", A=np.ones((3, 2)), y=np.ones(3)),
    "map": td.diff(SQUARES, "x").at(A=np.ones((3, 2)), y=np.ones(3), x=np.ones(2)),
    "link": td.chain(F, through=["P"], wrt="V").links[0],
    "proof": td.proofread("f = x'*A*x\ndf/dx = 2*A*x\n", wrt="x"),
    "grades": td.grade(["2*A*x", "A*x +", "(A + A')*x"], "x'*A*x", "x", shapes={"A": "n n", "x": "n"}),
    "grade": td.grade(["2*A*x"], "x'*A*x", "x", shapes={"A": "n n", "x": "n"})[0],
    "einsum": td.diff(F, "V").einsum(),
}


@pytest.mark.parametrize("name", RESULTS)
def test_a_person_can_read_it(name: str) -> None:
    shown = repr(RESULTS[name])
    assert not re.search(r" at 0x|object at", shown) and "\n" not in shown and len(shown) < 300


class Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.text = ""

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize(
    "name", [n for n, r in RESULTS.items() if hasattr(r, "_repr_html_") and n not in ("program", "grades")]
)
def test_rich_displays_say_the_same(name: str) -> None:
    result = RESULTS[name]
    reader = Text()
    reader.feed(result._repr_html_())
    for line in str(result).splitlines():
        assert line.strip() in reader.text


def test_grades_are_a_table() -> None:
    shown = RESULTS["grades"]._repr_html_()
    assert shown.count("<tr>") == 4 and "3 answers: " in shown
    for grade in RESULTS["grades"]:
        assert all(cell in unescape(shown) for cell in (grade.name, grade.answer, grade.slip))


def test_a_program_shows_its_source() -> None:
    program = RESULTS["program"]
    reader = Text()
    reader.feed(program._repr_html_())
    assert program.source in reader.text


def test_errors_are_short_in_ipython() -> None:
    with pytest.raises(td.ParseError) as caught:
        td.parse("A*(B + ")
    lines = caught.value._render_traceback_()
    assert lines[0].startswith("ParseError: ") and len(lines) <= 4 and "^" in lines[-1]
