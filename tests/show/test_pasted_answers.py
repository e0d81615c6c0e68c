"""Answers as they are pasted: a table with a header, lines with names, or lines alone."""

from __future__ import annotations

import pytest

from tensordiff.show.answers import pasted_answers, read_answers


@pytest.mark.parametrize(
    "text",
    [
        "name,answer\nAda,2*A*x\nBob,\"kron(A, B)\"\n",
        "answer;name\n2*A*x;Ada\nkron(A, B);Bob\n",
        "Name\tAnswer\nAda\t2*A*x\nBob\tkron(A, B)\n",
        "Ada: 2*A*x\n\nBob:  kron(A, B)\n",
        "Ada\t2*A*x\nBob\tkron(A, B)",
        "Ada, 2*A*x\nBob, kron(A, B)",
        "Ada,2*A*x\nBob,kron(A, B)",
    ],
)  # fmt: skip
def test_names_and_answers(text: str) -> None:
    assert dict(sorted(pasted_answers(text).items())) == {"Ada": "2*A*x", "Bob": "kron(A, B)"}


def test_lines_without_names_are_numbered() -> None:
    assert pasted_answers("2*A*x\nkron(A, B)\nA:B\n") == {"1": "2*A*x", "2": "kron(A, B)", "3": "A:B"}
    assert pasted_answers("") == {}


def test_a_name_that_comes_twice_stays_two() -> None:
    assert pasted_answers("Ada: x\nAda: y") == {"Ada": "x", "Ada'": "y"}
    assert read_answers("name,answer\nAda,x\nAda,y\n,z\n") == {"Ada": "x", "Ada'": "y", "row 3": "z"}
