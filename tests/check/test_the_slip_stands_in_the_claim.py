"""The slip is marked in the claim's own text: what a correction replaces, or what does not conform; else nothing."""

from __future__ import annotations

import pytest

import tensordiff as td

LEAST = {"f": "norm2(X*w - y)^2", "wrt": "w"}
BOTH = {"f": "logdet(V) + x'*inv(V)*x", "wrt": "V", "structures": {"V": "symmetric"}}


@pytest.mark.parametrize(
    ("claim", "marked", "posed"),
    [
        ("2*X'*X*w - X'*y", "X'*y", LEAST),
        ("2*X'*X*w + 2*X'*y", "2*X'*y", LEAST),
        ("2*X'*(X*w - y) + A*w", "A*w", LEAST),
        (r"2X^TXw + 2X^Ty", "2X^Ty", LEAST),
        (r"\nabla_w \|Xw-y\|^2 = 2X^TXw + 2X^Ty", "2X^Ty", {}),
        ("inv(V) - inv(V)*x*x'*V", "V", BOTH),
        ("inv(V) - 2*inv(V)*x*x'*inv(V)", "2*inv(V)*x*x'*inv(V)", BOTH),
        ("A*x + A*x", "A", {"f": "x'*A*x", "wrt": "x"}),
        ("inv(A)*A + X*X", "inv(A)", {"f": "tr(A*X)", "wrt": "X", "shapes": {"A": "n m", "X": "m n"}}),
    ],
)
def test_the_part_that_is_wrong_is_marked(claim: str, marked: str, posed: dict[str, object]) -> None:
    verdict = td.check(claim, **posed)
    assert not verdict and verdict.place is not None
    assert verdict.claim[slice(*verdict.place)] == marked


@pytest.mark.parametrize(
    ("claim", "posed"),
    [("2*X'*(X*w - y)", LEAST), ("X", {"f": "det(X)", "wrt": "X"}), ("kron(X, X)", {"f": "inv(X)", "wrt": "X"})],
)
def test_nothing_is_marked_where_no_part_is_to_blame(claim: str, posed: dict[str, object]) -> None:
    assert td.check(claim, **posed).place is None


def test_with_the_marked_part_rewritten_the_claim_is_right() -> None:
    """The first of two equal parts is marked, where it is the one to be changed."""
    verdict = td.check("A*x + A*x", "x'*A*x", "x")
    start, end = verdict.place or (0, 0)
    assert td.check(f"{verdict.claim[:start]}A'{verdict.claim[end:]}", "x'*A*x", "x")
