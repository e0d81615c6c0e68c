"""What cannot be read is an input error; what does not conform is a verdict; a shape that no layout has is wrong."""

from __future__ import annotations

import pytest

import tensordiff as td

SHAPES = {"A": "m n", "V": "n n", "x": "n", "y": "m"}


@pytest.mark.parametrize(
    ("claim", "left", "right"),
    [
        ("A*V*A", "m-by-n", "m-by-n"),
        ("x + y", "n-by-1", "m-by-1"),
        ("V.*A", "n-by-n", "m-by-n"),
        ("inv(A)", "inv", "m-by-n"),
        ("x*y", "n-by-1", "m-by-1"),
        ("tr(A)", "tr", "m-by-n"),
    ],
)
def test_an_operation_that_fails_is_named_with_sizes_and_place(claim: str, left: str, right: str) -> None:
    verdict = td.check(claim, "A*V*A'", "V", shapes=SHAPES)
    assert not verdict
    assert verdict.status == "does-not-conform"
    assert left in verdict.problem
    assert right in verdict.problem
    assert "^" in verdict.problem
    assert claim in str(verdict)
    assert "kron(A, A)" in str(verdict)


def test_a_shape_that_no_layout_has_is_wrong() -> None:
    verdict = td.check("A*V*A'", "A*V*A'", "V", shapes=SHAPES)
    assert verdict.status == "wrong"
    assert "m-by-m" in verdict.problem
    assert "(m*m)-by-(n*n)" in verdict.problem


@pytest.mark.parametrize("claim", ["A*Q", "A*", "A B", "V^0.3", ""])
def test_what_cannot_be_read_is_an_error(claim: str) -> None:
    with pytest.raises(td.TensordiffError):
        td.check(claim, "A*V*A'", "V", shapes=SHAPES)


def test_axes_in_another_order_are_wrong_not_misfits() -> None:
    shapes = {"X": "n m", "a": "m", "b": "n"}
    verdict = td.check("kron(b', a') + kron(a', b')", "b'*X*a + b'*X*a", "X", layout="vec-column", shapes=shapes)
    assert verdict.status == "wrong"
    assert "another order" in verdict.problem


def test_a_layout_that_the_shapes_lack_is_an_error() -> None:
    with pytest.raises(td.FoldError):
        td.check("kron(A, A)", "A*V*A'", "V", layout="gradient", shapes=SHAPES)
    with pytest.raises(td.FoldError):
        td.check("kron(A, A)", "A*V*A'", "V", layout="columns", shapes=SHAPES)


def test_an_unknown_meaning_is_an_error() -> None:
    with pytest.raises(td.TensordiffError):
        td.check("kron(A, A)", "A*V*A'", "V", entries="symmetric", shapes=SHAPES)


def test_a_claim_without_a_value_is_wrong() -> None:
    verdict = td.check("inv(x*x')", "tr(V)", "V", layout="gradient", shapes=SHAPES)
    assert verdict.status == "wrong"
    assert "no value" in verdict.problem


def test_the_sizes_that_would_have_to_agree_are_named() -> None:
    verdict = td.check("2*A*x", "norm2(A'*y)^2 - norm2(A'*y)^2 + 2*y'*A*x", "y", shapes=SHAPES)
    assert verdict
    wrong_size = td.check("eye(m)*n", "n*tr(V)", "V", layout="gradient", shapes=SHAPES)
    assert wrong_size.status == "right-under-assumption"
    assert wrong_size.assumptions == ("m = n",)


def test_deep_and_long_claims_are_judged() -> None:
    chain = "*".join(["V"] * 300)
    verdict = td.check(f"300*({chain[:-2]})'", f"tr({chain})", "V", shapes=SHAPES)
    assert verdict
    wrong = td.check(f"299*({chain[:-2]})'", f"tr({chain})", "V", shapes=SHAPES)
    assert wrong.status == "right-up-to-factor"
