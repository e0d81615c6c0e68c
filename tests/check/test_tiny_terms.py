"""Terms and factors that are tiny, or near cancellation, or seen far from the usual magnitudes only, are never overlooked."""

from __future__ import annotations

from math import prod

import pytest

import tensordiff as td
from tensordiff.evaluate.modular import PRIMES

SHAPES = {"x": "n", "A": "n n"}
TRUE = [
    ("exp(x)", "sum(exp(x))", "x", "x.^2"),
    ("2*x", "x'*x", "x", "exp(x)"),
    ("softmax(x)", "logsumexp(x)", "x", "x"),
    ("x/norm2(x)", "norm2(x)", "x", "ones(n)"),
    ("inv(A)'", "logdet(A)", "A", "A"),
    ("sign(x)", "sum(abs(x))", "x", "x"),
    ("zeros(n)", "sum(softmax(x))", "x", "x"),
]


@pytest.mark.parametrize("exponent", [-60, -41, -25, 30])
@pytest.mark.parametrize(("claim", "f", "variable", "term"), TRUE, ids=lambda value: value)
def test_no_term_is_too_small(claim: str, f: str, variable: str, term: str, exponent: int) -> None:
    for wrong in (
        f"{claim} + 3e{exponent}*({term})",
        f"(1 + 3e{exponent})*({claim}) + ({term})*1e{exponent}",
        f"(1e50*({claim}) + 3e{exponent}*({term}))/1e50",
        f"{claim} + (1e40*({term}) + 3e{exponent}*({term})) - 1e40*({term})",
    ):
        assert td.check(wrong, f, variable, shapes=SHAPES).status not in ("right", "right-in-other-layout"), wrong
    cancelled = f"{claim} + (1e40*({term}) + 3e{exponent}*({term})) - 1e40*({term}) - 3e{exponent}*({term})"
    assert td.check(cancelled, f, variable, shapes=SHAPES)


@pytest.mark.parametrize(
    ("claim", "f"),
    [
        ("exp(x) + 1e-25*(expm(x*x')*x - expm(x*x')*x + x)", "sum(exp(x))"),
        ("tanh(1e9*x)", "sum(abs(x))"),
        ("sigmoid(1e4*x)", "sum(relu(x))"),
        ("erf(1e30*x)", "sum(abs(x))"),
        ("x*tanh(1e3*norm2(x))", "x'*x/2"),
        ("x./(abs(x) + 1e-50)", "sum(abs(x))"),
        ("x/sqrt(x'*x + 1e-50)", "norm2(x)"),
        ("sign(x + 1e-41)", "sum(abs(x))"),
        ("step(x + 9e-39*x.^2)", "sum(relu(x))"),
        ("cos(x + x*exp(-1e25*x'*x))", "sum(sin(x))"),
        ("exp(x + exp(-1e20*x.^2))", "sum(exp(x))"),
        ("exp(x)*cosh(1e-30)", "sum(exp(x))"),
        ("exp(x) + exp(-150)*x", "sum(exp(x))"),
        ("exp(x*(1 + 1e-30))", "sum(exp(x))"),
    ],
)
def test_steep_functions_are_no_steps(claim: str, f: str) -> None:
    assert td.check(claim, f, "x", shapes=SHAPES).status != "right"


@pytest.mark.parametrize(("claim", "f"), [("inv(A)'", "logdet(A)"), ("2*A'", "tr(A*A)"), ("-inv(A*A)'", "tr(inv(A))")])
def test_multiples_of_the_primes(claim: str, f: str) -> None:
    number = prod(PRIMES)
    for term in (f"{number}*A", f"({number} - 1)*A + A", f"A - A/(1 + {number})"):
        assert td.check(f"{claim} + {term}", f, "A", shapes=SHAPES).status == "wrong"
    assert td.check(f"{claim} + ({number}*A - {number}*A)", f, "A", shapes=SHAPES)


@pytest.mark.parametrize("claim", ["1e400*A", "A^1000000", "A^99999999999999999999", "2^100000*A", "A - 1e-400*A"])
def test_numbers_that_no_float_holds(claim: str) -> None:
    verdict = td.check(claim, "tr(A)", "A", shapes=SHAPES)
    assert verdict.status == "wrong"
    assert "eye(n)" in str(verdict)


def test_rounding_beside_one_is_no_difference() -> None:
    shapes = {"V": "n m", "K": "n m", "x": "n"}
    weights = "softmax(K'*x)"
    claim = f"V*({weights}.*((K'*dx).^2 + 2*(dx'*K*{weights})^2 - 2*(dx'*K*{weights})*K'*dx - (dx'*K).^2*{weights}))"
    assert td.check(f"d2f = {claim}", f"V*{weights}", ("x", "x"), shapes=shapes)


def test_long_numbers_of_true_claims() -> None:
    assert td.check("1e-60*exp(x)", "1e-60*sum(exp(x))", "x", shapes=SHAPES)
    assert td.check("123456789.123456789*softmax(x)", "123456789.123456789*logsumexp(x)", "x", shapes=SHAPES)
    claim = "1e-9*(exp(1e3*x) - exp(-1e3*x))./(exp(1e3*x) + exp(-1e3*x))"
    assert td.check(claim, "1e-12*sum(log(cosh(1e3*x)))", "x", shapes=SHAPES)
