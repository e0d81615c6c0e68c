"""A claim that is off by a number is right up to a factor, whatever number it is; a factor that depends on data is none."""

from __future__ import annotations

import pytest

import tensordiff as td

SHAPES = {"x": "n", "A": "n n", "a": ""}


@pytest.mark.parametrize(
    ("claim", "f", "factor"),
    [
        ("sqrt(2)*x", "x'*x", "sqrt(2)"), ("pi*x", "x'*x", "2/pi"), ("x/sqrt(pi)", "x'*x", "2*sqrt(pi)"),
        ("sqrt(8)*x/3", "x'*x", "3*sqrt(2)/2"), ("2*x/log(2)", "x'*x", "log(2)"), ("x*pi^2", "x'*x", "2/pi^2"),
        ("sqrt(3)*exp(x)", "sum(exp(x))", "sqrt(3)/3"), ("-sqrt(2)*x", "x'*x", "-sqrt(2)"), ("2*n*x", "x'*x", "1/n"),
        ("(n+1)*x", "x'*x", "2/(n + 1)"), ("2^n*x", "x'*x", "2/2^n"), ("2^(1/3)*x", "x'*x", "2/2^(1/3)"),
        ("x*(1+exp(1)^2)", "x'*x", "2/(1 + exp(1)^2)"), ("logdet(2*eye(n))*x", "x'*x", "2/logdet(2*eye(n))"),
        ("x/(2*pi)^(n/2)", "x'*x", "2*(2*pi)^(n/2)"), ("x", "n*(n+1)/2*x'*x", "n*(n + 1)"),
    ],
)  # fmt: skip
def test_irrational_factors_and_sizes(claim: str, f: str, factor: str) -> None:
    verdict = td.check(claim, f, "x", shapes=SHAPES)
    assert verdict.status == "right-up-to-factor"
    assert str(verdict.factor) == factor
    assert td.check(f"({verdict.factor})*({claim})", f, "x", shapes=SHAPES)


@pytest.mark.parametrize("number", ["2.000000001", "1.23456789", "1/30031", "123456/7"])
def test_long_numbers(number: str) -> None:
    verdict = td.check(f"({number})*x", "x'*x", "x", shapes=SHAPES)
    assert verdict.status == "right-up-to-factor"
    assert td.check(f"({verdict.factor})*({number})*x", "x'*x", "x", shapes=SHAPES)
    assert "depends on the data" not in str(verdict)


def test_long_numbers_of_f() -> None:
    verdict = td.check("x", "0.123456789*x'*x", "x", shapes=SHAPES)
    assert verdict.status == "right-up-to-factor"


def test_a_factor_beside_an_assumption() -> None:
    verdict = td.check("sqrt(2)*A*x", "x'*A*x", "x", shapes=SHAPES)
    assert verdict.status == "right-under-assumption"
    assert verdict.assumptions == ("A is symmetric",)
    assert verdict.factor == "sqrt(2)"


@pytest.mark.parametrize("claim", ["x/norm2(x)", "2*x*(x'*x)", "2*x*exp(a*x'*x)", "2*x*x[1]"])
def test_data_are_no_factor(claim: str) -> None:
    verdict = td.check(claim, "x'*x", "x", shapes=SHAPES)
    assert verdict.status in ("wrong", "right-under-assumption")
    assert verdict.factor is None


@pytest.mark.parametrize("block", ["[1 1; 0 0]", "[2 0; 0 0]", "[1 0; 1 0]'"])
def test_numbers_in_blocks_make_no_slip(block: str) -> None:
    """tr([1 1; 0 0]) is 1 by accident of these numbers."""
    verdict = td.check(f"2*{block}*A*x", "x'*A*x", "x", shapes={"x": "2", "A": "2 2"})
    assert not verdict
    assert "trace" not in (verdict.diagnosis or "")


@pytest.mark.parametrize("claim", ["(n-3)*A'", "(1+(n-3)*(n-4)*(n-5))*A'", "A'/(n-3)", "A'+(n-3)*(n-4)*A"])
def test_a_factor_that_is_zero_for_some_sizes_is_none(claim: str) -> None:
    assert td.check(claim, "tr(A*A)/2", "A", shapes=SHAPES).status == "wrong"
