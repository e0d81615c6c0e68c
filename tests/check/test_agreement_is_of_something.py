"""Two sides that are both zero under an assumption agree about nothing: the assumption is not offered."""

from __future__ import annotations

import pytest

import tensordiff as td


@pytest.mark.parametrize(
    ("claim", "f", "wrt", "shapes", "offered"),
    [
        ("(A - A')*x", "x'*(A - A')*y", "x", {"x": "n", "y": "n", "A": "n n"}, "symmetric"),
        ("(A - A')*A*y", "x'*(A - A')*y", "x", {"x": "n", "y": "n", "A": "n n"}, "diagonal"),
        ("(B - B')*X", "tr(X'*(B - B')*Y)", "X", {"X": "n m", "Y": "n m", "B": "n n"}, "symmetric"),
    ],
)
def test_nothing_is_right_because_it_is_zero(claim: str, f: str, wrt: str, shapes: dict[str, str], offered: str) -> None:
    verdict = td.check(claim, f, wrt, shapes=shapes)
    assert verdict.status == "wrong"
    assert not any(offered in words for words in verdict.assumptions)


def test_an_assumption_that_makes_it_right_is_offered() -> None:
    verdict = td.check("2*A*x", "x'*A*x", "x", shapes={"x": "n", "A": "n n"})
    assert verdict.assumptions == ("A is symmetric",)
