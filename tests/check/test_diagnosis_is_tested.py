"""Slips are recognised by testing the corrected claim; where there is no test there is no guess."""

from __future__ import annotations

import pytest

import tensordiff as td

SHAPES = {"X": "n m", "A": "n n", "B": "n n", "V": "n n", "M": "m m", "x": "n", "y": "n", "a": ""}

SLIPS = [
    # claim, f, variable, layout, words
    ("y*x'", "y'*A'*x", "A", "gradient", "transpose"),
    ("kron(A, B)", "A*V*B", "V", "vec-column", "with kron(B', A) in place of kron(A, B) it is right"),
    ("kron(B, A)", "A*V*B", "V", "vec-column", "A transpose is missing"),
    ("kron(A, B')", "A*V*B", "V", "vec-column", "swapped"),
    ("kron(B', A)", "A*V'*B", "V", "vec-column", "commutation"),
    ("2*kron(X, eye(n))", "X*X'", "X", "vec-column", "commutation"),
    ("A*x", "x'*A*x", "x", "gradient", "The derivative by the second of the 2 occurrences of x"),
    ("2*A*x", "x'*A*x", "x", "gradient", "they are not equal"),
    ("-(inv(V)*inv(V)*A)'", "tr(inv(V)*A)", "V", "gradient", "The power rule of numbers was used on inv(V)"),
    ("3*(V^2*A)'", "tr(V^3*A)", "V", "gradient", "The power rule of numbers was used on V^3"),
    ("A'", "tr(inv(V)*A)", "V", "gradient", "That is the derivative by inv(V), not by V"),
    ("inv(V)' + inv(V) - inv(V).*eye(n)", "logdet(V)", "V", "gradient", "The rule G + G' - G.*eye(n) for a symmetric"),
    ("2*V", "tr(V)^2", "V", "gradient", "A trace is missing"),
    ("A*X", "sum((A*X).*X)", "X", "gradient", "occurrence"),
    ("2*A*A.*A", "norm2(A.*A)^2/2", "A", "gradient", "The wrong kind of product"),
    ("x*x'", "(x'*A*x)^2/2", "A", "gradient", "A scalar factor is missing: (x'*A*x) times"),
    ("2*(A*x - y)", "norm2(A*x - y)^2", "x", "gradient", "A factor is missing"),
    ("A*x + y", "x'*A*x - y'*x", "x", "gradient", ""),
    ("inv(V)' - A", "logdet(V) + tr(A'*V)", "V", "gradient", "sign of the term -A is wrong"),
    ("inv(V)' + 2*A", "logdet(V) + tr(A'*V)", "V", "gradient", "coefficient of A is 1, not 2"),
    ("inv(V)'", "logdet(V) + tr(A'*V)", "V", "gradient", "lacks the term A"),
    ("exp(x)", "exp(x)", "x", "numerator", "A diagonal part is missing"),
    ("V - A", "logdet(V) - tr(A'*V)", "V", "gradient", ""),
    ("A*B", "tr(A'*(V.*B))", "V", "gradient", "The wrong kind of product"),
]


@pytest.mark.parametrize(("claim", "f", "variable", "layout", "words"), SLIPS)
def test_the_slip_is_named(claim: str, f: str, variable: str, layout: str, words: str) -> None:
    verdict = td.check(claim, f, variable, layout=layout, shapes=SHAPES)
    assert not verdict
    assert words in str(verdict.diagnosis)


def test_a_part_taken_for_a_constant() -> None:
    given = {"shapes": SHAPES, "where": {"P": "inv(V)"}}
    constant = td.check("kron(P', A)", "A*V*P", "V", layout="vec-column", **given)
    assert "P was treated as a constant" in str(constant.diagnosis)


def test_corrections_in_the_diagnosis_are_right() -> None:
    verdict = td.check("-kron(inv(V), inv(V))", "inv(V)", "V", layout="vec-column", shapes=SHAPES)
    assert "is right: -kron(inv(V)', inv(V))" in str(verdict.diagnosis)
    assert td.check("-kron(inv(V)', inv(V))", "inv(V)", "V", layout="vec-column", shapes=SHAPES)


@pytest.mark.parametrize(
    ("claim", "f", "variable", "correction"),
    [
        ("A*x*A'*x", "x'*A*x", "x", "A*x + A'*x is right"),
        ("(A*x - y)*A", "norm2(A*x - y)^2/2", "x", ""),
        ("X*(X'*y - x)", "norm2(X*(X'*y) - y)^2", "y", ""),
        ("2*X*(X'*y).*X'*y", "norm2(X'*y)^2", "y", ""),
        ("2*X'*(X'*y)", "norm2(X'*y)^2", "y", "A transpose is missing"),
    ],
)
def test_claims_that_do_not_conform_are_corrected_in_their_text(claim: str, f: str, variable: str, correction: str) -> None:
    verdict = td.check(claim, f, variable, layout="gradient", shapes=SHAPES)
    assert verdict.status == "does-not-conform"
    assert correction in str(verdict.diagnosis)


@pytest.mark.parametrize(
    ("claim", "f", "shapes", "said"),
    [
        ("-kron(inv(V),inv(V))", "inv(V)", {"V": "n n"}, "is right: -kron(inv(V)', inv(V))."),
        ("-kron(inv(V),inv(V)')", "inv(V)*2", {"V": "n n"}, None),
        ("kron(B,A)", "A*V*B", {"A": "n n", "V": "n n", "B": "n n"}, "with B' in place of B it is right: kron(B', A)."),
        ("kron(A,B)", "A*V*B", {"A": "n n", "V": "n n", "B": "n n"}, "with B' in place of B it is right: kron(A, B')."),
    ],
)
def test_the_correction_is_in_the_layout_that_the_verdict_names(claim: str, f: str, shapes: dict[str, str], said: str) -> None:
    verdict = td.check(claim, f, "V", shapes=shapes)
    assert not verdict
    (layout,) = verdict.layouts
    assert td.check(verdict.expected, f, "V", shapes=shapes, layout=layout)
    assert (said or "") in (verdict.diagnosis or "")


def test_nonsense_gets_no_guess() -> None:
    verdict = td.check("A*B*V + 7*B", "logdet(V)", "V", layout="gradient", shapes=SHAPES)
    assert verdict.status == "wrong"
    assert verdict.diagnosis is None
    assert str(verdict.expected) == "inv(V)'"


def test_a_right_claim_needs_no_diagnosis() -> None:
    verdict = td.check("inv(V)'", "logdet(V)", "V", shapes=SHAPES)
    assert verdict.diagnosis is None
    assert verdict.witness is None
