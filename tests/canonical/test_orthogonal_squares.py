"""The rows and columns of an orthogonal matrix have length one, also where their products have become squares."""

from __future__ import annotations

import pytest

import tensordiff as td

SHAPES = {"Q": "n n", "x": "n", "A": "n n"}


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("tr(Q'*Q)", "n", True),
        ("norm2(Q)^2", "n", True),
        ("sum(Q.^2, 1)*x", "sum(x)", True),
        ("diag(Q*Q')", "ones(n)", True),
        ("tr(Q*Q)", "n", False),
        ("sum(Q.^3)", "n", False),
        ("diag(Q).^2", "ones(n)", False),
    ],
)
def test_squares_sum_to_one(left: str, right: str, same: bool) -> None:
    found = td.equal(left, right, shapes=SHAPES, structures={"Q": "orthogonal"})
    assert bool(found) is same
    assert not same or found.method == "proved"
    assert not td.equal(left, right, shapes=SHAPES)
