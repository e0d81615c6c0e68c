"""A proof says where it holds: rules that cancel something hold where that has a value."""

from __future__ import annotations

import pytest

import tensordiff as td

SHAPES = {"A": "n n", "x": "n", "y": "n", "a": "", "b": "", "S": "n m"}
EVERYWHERE = "for all sizes and values"


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ("sign(x).*sign(x)", "ones(n)", "x is nowhere 0"), ("sign(a)^2", "1", "a is not 0"),
        ("sign(x - y).*sign(x - y).*x", "x", "x - y is nowhere 0"), ("step(a)*step(a)", "step(a)", "a is not 0"),
        ("det(A)^(1/2)*det(A)^(1/2)", "det(A)", "det(A) is positive"), ("sqrt(x).*sqrt(x)", "x", "x is positive"),
        ("log(a*b)", "log(a) + log(b)", "a is positive and b is positive"), ("exp(log(x))", "x", "x is positive"),
        ("a^(1/2)*a^(3/2)", "a^2", "a is positive"), ("inv(A)*A", "eye(n)", "both sides are defined"),
        ("x./x", "ones(n)", "both sides are defined"), ("chol(A)*chol(A)'", "A", ""), ("a/b*b", "a", "both sides are defined"),
        ("expm(logm(A))", "A", "both sides are defined"), ("sqrtm(A)*sqrtm(A)", "A", "both sides are defined"),
    ],
)  # fmt: skip
def test_what_an_equality_needs(one: str, other: str, said: str) -> None:
    structures = {"A": "positive-definite"} if "chol" in one else None
    found = td.equal(one, other, shapes=SHAPES, structures=structures)
    assert found, found
    assert said in found.basis


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("tr(A*A')", "sum(A.*A)"),
        ("abs(x).*abs(x)", "x.*x"), ("step(a) + step(-a)", "1"), ("sign(x).*x", "abs(x)"), ("relu(x) - relu(-x)", "x"),
        ("exp(a + b)", "exp(a)*exp(b)"), ("(A + A')'", "A + A'"), ("sqrt(a^2)", "abs(a)"), ("sin(a)^2 + cos(a)^2", "1"),
    ],
)  # fmt: skip
def test_nothing_is_said_where_nothing_is_needed(one: str, other: str) -> None:
    found = td.equal(one, other, shapes=SHAPES)
    assert found
    assert not found.assumptions
    assert "nowhere" not in found.basis
    assert "positive" not in found.basis
    if found.method == "proved" and "sqrt" not in one:
        assert EVERYWHERE in found.basis


@pytest.mark.parametrize(
    ("claim", "f", "wrt", "needed"),
    [
        ("sqrt(x).*sqrt(x)", "x'*x/2", "x", "x is positive"), ("sqrt(a)*sqrt(a)", "a^2/2", "a", "a is positive"),
        ("exp(log(x))*2", "x'*x", "x", "x is positive"), ("a^(1/2)*a^(1/2)", "a^2/2", "a", "a is positive"),
        ("2*sqrtm(A)'*sqrtm(A)'", "tr(A*A)", "A", "sqrtm(A)"), ("x + log(y) - log(y)", "x'*x/2", "x", "y is positive"),
    ],
)  # fmt: skip
def test_a_claim_that_is_undefined_on_a_part(claim: str, f: str, wrt: str, needed: str) -> None:
    verdict = td.check(claim, f, wrt, shapes=SHAPES)
    assert verdict.status == "right-under-assumption"
    assert any(needed in words for words in verdict.assumptions)
    assert str(verdict).startswith("Right in") or str(verdict).startswith("Right only")
    assert "only if" in str(verdict).splitlines()[0]
    assert not verdict.diagnosis  # where it has a value it is right


@pytest.mark.parametrize(
    ("claim", "f", "wrt", "assume"),
    [
        ("x/norm2(x)", "norm2(x)", "x", {}), ("x/sqrt(x'*x)", "norm2(x)", "x", {}), ("1./x", "sum(log(x))", "x", {}),
        ("exp(log(x))*2", "x'*x", "x", {"x": "positive"}), ("x./abs(x)", "norm1(x)", "x", {}),
        ("inv(A)'", "logdet(A)", "A", {}), ("1./(2*sqrt(x))", "sum(sqrt(x))", "x", {}),
        ("sqrt(x)./(2*x)", "sum(sqrt(x))", "x", {}), ("2*x/(x'*x)*(x'*x)", "x'*x", "x", {}),
        ("S*inv(sqrtm(S'*S))", "tr(sqrtm(S'*S))", "S", {}), ("det(A)*inv(A)'", "det(A)", "A", {}),
    ],
)  # fmt: skip
def test_a_claim_that_needs_no_more_than_f(claim: str, f: str, wrt: str, assume: dict[str, str]) -> None:
    verdict = td.check(claim, f, wrt, shapes=SHAPES, assume=assume)
    assert verdict, verdict


def test_a_logarithm_of_an_exponential_is_another_one() -> None:
    assert td.equal("logm(expm(A))", "A", shapes=SHAPES).equal is False
    assert td.equal("logm(expm(A))", "A", shapes=SHAPES, assume={"A": "near-identity"}).equal is not False


@pytest.mark.parametrize(("one", "other"), [("exp(10^6*a)", "exp(10^6*a + 1)"), ("sin(10^30*a)", "sin(10^30*a + 1)")])
def test_differences_that_double_precision_cannot_show(one: str, other: str) -> None:
    found = td.equal(one, other, shapes=SHAPES)
    assert found.equal is not True
    assert str(found)


@pytest.mark.parametrize("name", ["sqrtm", "logm", "expm"])
def test_a_differential_without_matrix_form_is_a_claim_too(name: str) -> None:
    shapes = {"A": "n n", "B": "n n"}
    assert td.check(f"dF = d({name}(A))*B", f"{name}(A)*B", "A", shapes=shapes)
    assert td.check(f"df = tr(B*d({name}(A)))", f"tr(B*{name}(A))", "A", shapes=shapes)
    assert td.check(f"dF = 2*d({name}(A))", f"{name}(A)", "A", shapes=shapes).status == "right-up-to-factor"
    assert not td.check(f"df = tr(d({name}(A)))", f"tr(B*{name}(A))", "A", shapes=shapes)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("sin(a)", "sin(a) + 10^-500*a"), ("exp(10^6*a)", "exp(10^6*a + 1)"), ("exp(-10^9*(1 + a^2))", "0"),
        ("a^(10^6)", "a^(10^6 + 1)"),
    ],
)  # fmt: skip
def test_numbers_that_no_float_is(one: str, other: str) -> None:
    found = td.equal(one, other, shapes=SHAPES)
    assert found.equal is False
    assert "is 0 on the left and 0 on the right" not in str(found)


def test_a_witness_is_drawn_where_a_logarithm_exists() -> None:
    """SciPy's logm of a large matrix may end in numbers that are not finite."""
    verdict = td.check("dF = B*d(logm(A))", "logm(A)*B", "A", shapes={"A": "n n", "B": "n n"})
    assert verdict.status == "wrong"
    assert "the claim gives" in str(verdict)
