"""A claim is never right where only one side of a branch was seen and nothing that is declared excludes the other."""

from __future__ import annotations

import pytest
import sympy

import tensordiff as td

S = sympy.Symbol("s")
X = td.vector("x", td.dims("n"))


@pytest.mark.parametrize("at", [3, 50, -7, 1000, 10**6, 10**20, sympy.Rational(1, 10**9)], ids=str)
@pytest.mark.parametrize("low", [True, False])
def test_a_piecewise_is_not_its_first_branch(at: sympy.Expr, low: bool) -> None:
    pieces = ((0, at > S), (S - at, True)) if low else ((S - at, at > S), (0, True))
    g = td.elementwise("g", sympy.Piecewise(*pieces))
    claim = "zeros(n)" if low else "ones(n)"
    verdict = td.check(claim, td.sum(g(X)), X)
    assert not verdict
    assert verdict.status in ("wrong", "undecided")


@pytest.mark.parametrize(
    "term",
    [
        "step(x - 10^20)",
        "step(1e-9 - abs(x - 1/3))",
        "relu(1e-9 - abs(x - 1/3))",
        "sign(x - 10^9) + ones(n)",
        "abs(x - 10^12) + x - 10^12*ones(n)",
        "max(x, -10^15*ones(n)) - x",
        "step(1e-12 - (x - 1/7).*(x - 1/7))",
    ],
)
def test_a_term_that_is_zero_nearly_everywhere(term: str) -> None:
    assert not td.check(f"x + {term}", "x'*x/2", "x", shapes={"x": "n"})
    assert not td.equal(f"x + {term}", "x", shapes={"x": "n"})


def test_the_other_side_is_named() -> None:
    verdict = td.check("x + step(1e-9 - norm2(x - y))*x", "x'*x/2", "x", shapes={"x": "n", "y": "n"})
    assert verdict.status == "undecided"
    assert "only one side of step was seen" in str(verdict)


@pytest.mark.parametrize(
    ("answer", "f", "assume"),
    [
        ("1 - tanh(x).^2", "sum(abs(tanh(x) + 2))", {}),
        ("cos(x)", "sum(relu(sin(x) + 1))", {}),
        ("ones(n)", "sum(abs(x))", {"x": "positive"}),
        ("2*x", "sum(max(x.*x, -exp(x)))", {}),
        ("sign(x) .* exp(abs(x))", "sum(exp(abs(x)))", {}),
    ],
)
def test_what_is_declared_excludes_the_other(answer: str, f: str, assume: dict[str, str]) -> None:
    assert td.check(answer, f, "x", shapes={"x": "n"}, assume=assume)
