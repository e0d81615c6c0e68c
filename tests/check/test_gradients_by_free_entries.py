"""A gradient by the free entries of a structured variable is right as a column and as a row."""

from __future__ import annotations

import pytest

import tensordiff as td

SHAPES = {"X": "n n", "A": "n n"}


@pytest.mark.parametrize(
    ("column", "structure"),
    [
        ("D(n)'*vec(A')", "symmetric"),
        ("D(n)'*vec(A)", "symmetric"),
        ("diag(A)", "diagonal"),
        ("L(n)*vec(A')", "lower-triangular"),
    ],
)
def test_columns_and_rows(column: str, structure: str) -> None:
    for claim, layout in ((column, "gradient"), (f"({column})'", "vec-column")):
        verdict = td.check(claim, "tr(A*X)", "X", shapes=SHAPES, structures={"X": structure})
        assert verdict, verdict
        assert layout in verdict.layouts
        assert verdict.entries == ("vech",)
    wrong = td.check(f"2*{column}", "tr(A*X)", "X", shapes=SHAPES, structures={"X": structure})
    assert wrong.status == "right-up-to-factor"
    assert td.check(wrong.expected, "tr(A*X)", "X", shapes=SHAPES, structures={"X": structure}) or wrong.factor is not None


def test_the_column_is_what_is_expected() -> None:
    verdict = td.check("L(n)*vec(A)", "tr(A*X)", "X", entries="vech", shapes=SHAPES, structures={"X": "symmetric"})
    assert not verdict
    assert td.check(str(verdict.expected), "tr(A*X)", "X", entries="vech", shapes=SHAPES, structures={"X": "symmetric"})


def test_a_general_variable_keeps_its_layouts() -> None:
    verdict = td.check("A'", "tr(A*X)", "X", entries="vech", shapes=SHAPES)
    assert "gradient" in verdict.layouts and "vec-column" not in verdict.layouts
