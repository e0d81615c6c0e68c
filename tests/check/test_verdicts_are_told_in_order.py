"""What is wrong comes first, then the right formula, then numbers, then the method; a transpose of the gradient leads."""

from __future__ import annotations

import pytest

import tensordiff as td

SHAPES = {"A": "m n", "X": "n m", "x": "n", "S": "n n", "V": "n n", "y": "n"}


@pytest.mark.parametrize(
    ("claim", "f", "wrt", "gradient"),
    [
        ("A", "tr(A*X)", "X", "A'"),
        ("2*x'", "x'*x", "x", "2*x"),
        ("y'*S", "y'*S*x", "x", "S'*y"),
        ("inv(V)", "logdet(V)", "V", "inv(V)'"),
    ],
)
def test_the_transpose_of_the_gradient_leads(claim: str, f: str, wrt: str, gradient: str) -> None:
    verdict = td.check(claim, f, wrt, shapes=SHAPES)
    assert verdict
    assert "numerator" in verdict.layouts
    assert str(verdict).splitlines()[0] == (
        f"The transpose of the gradient (numerator layout); in the shape of {wrt} it is {gradient}."
    )
    asked = td.check(claim, f, wrt, layout="numerator", shapes=SHAPES)
    assert str(asked).startswith("Right in the numerator")


@pytest.mark.parametrize(("claim", "f", "wrt"), [("A'", "tr(A*X)", "X"), ("S", "S*x", "x"), ("2*x[i] -> [i]", "x'*x", "x")])
def test_other_claims_lead_with_right(claim: str, f: str, wrt: str) -> None:
    assert str(td.check(claim, f, wrt, shapes=SHAPES)).startswith("Right")


def test_the_order_of_a_wrong_claim() -> None:
    text = str(td.check("A'*A*x + A'*b", "norm2(A*x - b)^2/2", "x", shapes={"A": "m n", "x": "n", "b": "m"}))
    slip, formula, numbers, method = (
        text.index(part) for part in ("sign", "The derivative is", "the claim gives", "Tested exactly")
    )
    assert text.startswith("Wrong.")
    assert slip < formula < numbers < method


def test_what_it_holds_for_comes_last() -> None:
    verdict = td.check("inv(V)*S*inv(V)*S", "-tr(S*inv(V)*S)", "V", shapes=SHAPES)
    assert verdict.status == "wrong"
    assert verdict.assumptions
    assert str(verdict).splitlines()[-1].startswith("It holds for example for diagonal")


@pytest.mark.parametrize(
    ("claim", "f", "wrt", "assumption"),
    [
        ("2*S*x", "x'*S*x", "x", "S is symmetric"), ("ones(n)", "sum(sqrt(x.^2))", "x", "x is positive"),
        ("exp(x)/sum(exp(x)) - y", "-sum(y.*log(exp(x)/sum(exp(x))))", "x", "y sums to one"),
    ],
)  # fmt: skip
def test_assumptions_that_people_make(claim: str, f: str, wrt: str, assumption: str) -> None:
    verdict = td.check(claim, f, wrt, shapes=SHAPES)
    assert verdict.status == "right-under-assumption"
    assert assumption in verdict.assumptions
    assert f"only if {assumption}" in str(verdict).splitlines()[0]


@pytest.mark.parametrize(
    ("claim", "f", "wrt", "status"),
    [
        ("X*inv(X'*X)*inv(X'*X)'", "tr(inv(X'*X)*X'*X)/2 + logdet(X'*X)/2 - tr(X'*X)/2", "X", "wrong"),
        ("ones(n)", "norm1(x)", "x", "wrong"),
    ],
)
def test_other_assumptions_do_not_make_a_claim_right(claim: str, f: str, wrt: str, status: str) -> None:
    assert td.check(claim, f, wrt, shapes=SHAPES).status == status


def test_a_formula_that_is_too_long_to_be_written() -> None:
    """A nest of maxima is a small graph, and over a million characters: the verdict is told without it."""
    verdict = td.check("0", "max(b," * 40 + "a" + ")" * 40, "a", shapes={"a": "", "b": ""})
    assert verdict.status == "wrong"
    assert verdict.expected is None
    assert "too long to be written" in str(verdict)
    assert verdict.witness is not None
