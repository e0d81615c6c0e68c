"""Pairs that differ where one does not look: on one component, between two kinks, at large numbers, from some size on, for
some signs, on another branch of a function; and pairs beside them that are equal."""

from __future__ import annotations

import pytest

import tensordiff as td

SHAPES = {
    **dict.fromkeys("abc", ""), "x": "n", "A": "n n", "B": "n n", "C": "n n", "E": "n n", "X": "n m", "P": "n m", "Q": "m p",
}  # fmt: skip
DIFFERENT = [
    ("sqrt(x.^2)", "x"),
    ("(a^2)^(1/2)", "a"),
    ("abs(a)*a", "a^2"),
    ("det(A)^2", "det(A)", {"A": "orthogonal"}),
    ("abs(det(A))", "det(A)"),
    ("exp(logdet(A))", "det(A)"),
    ("sqrt(det(A)^2)", "det(A)"),
    ("det(-A)", "det(A)"),
    ("det(-A)", "-det(A)"),
    ("(-1)^n", "-1+0*tr(A)"),
    ("det(A-A')", "0*tr(A)"),
    ("A*A'", "A'*A", {"A": "lower-triangular"}),
    ("A*B", "B*A", {"A": "symmetric", "B": "symmetric"}),
    ("A*B", "B*A", {"A": "toeplitz", "B": "toeplitz"}),
    ("sqrtm(A^2)", "A"),
    ("sqrtm(A^2)", "A", {"A": "symmetric"}),
    ("sqrtm(A*B)", "sqrtm(A)*sqrtm(B)", {"A": "positive-definite", "B": "positive-definite"}),
    ("logm(A*A)", "2*logm(A)"),
    ("logm(expm(A))", "A"),
    ("expm(A+B)", "expm(A)*expm(B)"),
    ("pinv(P*Q)", "pinv(Q)*pinv(P)"),
    ("pinv(P)*P", "eye(m)"),
    ("tr(A)^2", "tr(A^2)"),
    ("norm_spec(P)", "norm2(P)"),
    ("norm_nuc(A)", "tr(A)", {"A": "symmetric"}),
    ("max(a,b)", "a"),
    ("relu(a-1000)", "0*a"),
    ("relu(a-10^6)", "0*a"),
    ("relu(a^2-10^6)", "0*a"),
    ("relu(a*b-10^12)", "0*a"),
    ("relu(10^-9-a^2)", "0*a"),
    ("relu(a^2-1000)*relu(1001-a^2)", "0*a"),
    ("relu(a-5)*relu(6-a)", "0*a"),
    ("relu(a-5000)*relu(5001-a)", "0*a"),
    ("relu(tr(A'*A)-10^7)", "0*tr(A)"),
    ("relu(-det(A))", "0*tr(A)"),
    ("relu(1-a)", "0*a", {}, {"a": "positive"}),
    ("arcsin(sin(a))", "a"),
    ("arctan(tan(a))", "a"),
    ("arctan(a)+arctan(1/a)", "pi/2"),
    ("arcosh(cosh(a))", "a"),
    ("exp(a)-exp(a+10^-30)", "0*a"),
    ("tanh(10^9*a)", "sign(a)"),
    ("sum(x.^2)", "1", {}, {"x": "probability"}),
    ("prod(x)", "1", {}, {"x": "binary"}),
    ("sum(x)^2", "n", {}, {"x": "binary"}),
    ("tr(A*B*C*E)", "tr(A*E*B*C)", {"A": "symmetric", "B": "symmetric", "C": "symmetric", "E": "symmetric"}),
    ("det(A)", "0*tr(A)", {"A": "skew"}),
    ("(A*B-B*A)^2*C-C*(A*B-B*A)^2", "zeros(n,n)"),
    ("n*(n-1)*(n-2)*(n-3)*(n-4)*tr(A)", "0*tr(A)"),
    ("A^n", "A^4"),
    ("a^n", "a^4"),
    ("2^n", "n^2+0*tr(A)"),
    (
        "2^n",
        "+".join(["1", *("*".join(f"(n-{k})/{k + 1}" for k in range(d)) for d in range(1, 7))]) + "+0*tr(A)",
    ),
    ("cos(pi*n)", "1+0*tr(A)"),
    ("norm1(x)", "sum(x)"),
    ("norm_p(x,4)", "norm2(x)"),
    ("X*inv(X'*X)*X'", "eye(n)"),
    ("X*X'", "eye(n)", {"X": "stiefel"}),
    ("chol(A^2)", "chol(A)^2", {"A": "positive-definite"}),
    ("sum(abs(eigvals(A)))", "norm2(A)", {"A": "symmetric"}),
    ("lambda_max(A)", "tr(A)", {"A": "symmetric"}),
    ("abs(a+b)", "abs(a)+abs(b)"),
]
EQUAL = [
    ("sqrt(x.^2)", "abs(x)"),
    ("log(x.^2)", "2*log(x)"),
    ("log(x.^2)", "2*log(abs(x))"),
    ("(a^3)^(1/3)", "a"),
    ("sign(a)*abs(a)", "a"),
    ("det(A)^2", "1+0*tr(A)", {"A": "orthogonal"}),
    ("logdet(A)", "log(det(A))"),
    ("exp(logdet(A))", "det(A)", {"A": "positive-definite"}),
    ("(-1)^(2*n)", "1+0*tr(A)"),
    ("tr((A-A')^3)", "0*tr(A)"),
    ("A*A'", "A'*A", {"A": "orthogonal"}),
    ("A*A'", "A'*A", {"A": "symmetric"}),
    ("A*B", "B*A", {"A": "diagonal", "B": "diagonal"}),
    ("inv(A)*sqrtm(A)", "inv(sqrtm(A))"),
    ("sqrtm(A^2)", "A", {"A": "positive-definite"}),
    ("sqrtm(A)*sqrtm(A)", "A"),
    ("logm(A^2)", "2*logm(A)", {"A": "positive-definite"}),
    ("logm(expm(A))", "A", {"A": "symmetric"}),
    ("expm(A+B)", "expm(A)*expm(B)", {"A": "diagonal", "B": "diagonal"}),
    ("P*pinv(P)*P", "P"),
    ("norm_nuc(A)", "tr(A)", {"A": "positive-definite"}),
    ("norm_spec(A)", "1+0*tr(A)", {"A": "orthogonal"}),
    ("max(a,b)+min(a,b)", "a+b"),
    ("max(a,b)", "(a+b+abs(a-b))/2"),
    ("relu(a)-relu(-a)", "a"),
    ("relu(-a^2)", "0*a"),
    ("relu(-det(A))", "0*tr(A)", {"A": "positive-definite"}),
    ("sin(arcsin(a))", "a"),
    ("arcosh(cosh(a))", "abs(a)"),
    ("sqrt(a)*sqrt(b)", "sqrt(a*b)"),
    ("sqrt(a*b)", "sqrt(a)*sqrt(b)"),
    ("(a*b)^(1/2)", "sqrt(abs(a))*sqrt(abs(b))"),
    ("(a*b)^0.3", "a^0.3*b^0.3"),
    ("softmax(x+a)", "softmax(x)"),
    ("sum(softmax(x))", "1"),
    ("sum(x)", "1", {}, {"x": "probability"}),
    ("x.^2", "ones(n)", {}, {"x": "binary"}),
    ("x.^3", "x", {}, {"x": "binary"}),
    ("A^2", "A*A'", {"A": "symmetric"}),
    ("tr(A*B*C)", "tr(A*C*B)", {"A": "symmetric", "B": "symmetric", "C": "symmetric"}),
    ("A'", "-A", {"A": "skew"}),
    ("det(A)*(1-(-1)^n)", "det(A)-(-1)^n*det(A)", {"A": "skew"}),
    ("det(A)*(1-(-1)^n)", "0*tr(A)", {"A": "skew"}),
    ("sin(pi*n)", "0*tr(A)"),
    ("norm1(x)", "sum(x)", {}, {"x": "positive"}),
    ("A*inv(A'*A)*A'", "eye(n)"),
    ("X'*X", "eye(m)", {"X": "stiefel"}),
    ("diag(diag(A))", "eye(n)", {"A": "correlation"}),
    ("tr(A)", "n", {"A": "correlation"}),
    ("det(A)", "1", {"A": "unit-lower-triangular"}),
    ("chol(A)*chol(A)'", "A", {"A": "positive-definite"}),
    ("sum(eigvals(A))", "tr(A)", {"A": "symmetric"}),
    ("prod(eigvals(A))", "det(A)", {"A": "symmetric"}),
    ("log(a*b)", "log(a)+log(b)"),
    ("(a^2-b^2)/(a-b)", "a+b"),
]


def compared(case: tuple) -> td.Equality:
    a, b, structures, assume = (*case, {}, {})[:4]
    return td.equal(a, b, shapes=SHAPES, structures=structures, assume=assume)


@pytest.mark.parametrize("case", DIFFERENT, ids=str)
def test_what_differs_is_never_called_equal(case: tuple) -> None:
    assert compared(case).equal is False


@pytest.mark.parametrize("case", EQUAL, ids=str)
def test_what_is_equal_where_it_is_defined_is_not_refused(case: tuple) -> None:
    assert compared(case).equal is True


WINDOWS = [
    "relu(a-5)*relu(6-a)", "relu(a^2-1000)*relu(1001-a^2)", "step(a-0.3)*step(0.301-a)", "sum(relu(x-5).*relu(6-x))",
    "relu(a-7)*relu(8-a)*relu(c-7)*relu(8-c)", "relu(a-5)*relu(6-a)*relu(c-100)*relu(101-c)", "relu(1/a-3)*relu(3.01-1/a)",
    "relu(x[1]-5)*relu(6-x[1])*relu(x[2]-100)*relu(101-x[2])", "step(a-c-5)*step(5.001-a+c)", "relu(1-abs(abs(a-500)-20))",
    "step(a-10^15)*step(10^15+1-a)", "step(10^-9-abs(a-1/3))",
]  # fmt: skip


@pytest.mark.parametrize("small", ["1", "10^-5", "10^-25"])
@pytest.mark.parametrize("window", WINDOWS)
def test_what_lives_between_two_kinks_is_seen(window: str, small: str) -> None:
    assert td.equal(f"b + {small}*{window}", "b", shapes=SHAPES).equal is False
    assert td.check(f"1 + {small}*{window}", "b", "b", shapes=SHAPES).status == "wrong"


def test_more_combinations_of_sides_than_can_be_looked_at() -> None:
    """A box in five dimensions has 3^5 - 1 cells around it."""
    box = "*".join(f"step({letter}-2)*step(2.5-{letter})" for letter in "abcde")
    assert td.equal(box, "0", shapes=dict.fromkeys("abcde", "")).equal is not True


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("max(min(a,b),min(max(a,b),c))", "min(max(a,b),max(min(a,b),c))"), ("relu(a-5)*relu(4-a)", "0"),
        ("abs(a)*abs(b)*abs(c)", "abs(a*b*c)"), ("step(a-2)*step(b-2)", "step(min(a,b)-2)"),
        ("max(min(a,b),min(max(a,b),c))", "a+b+c-max(a,max(b,c))-min(a,min(b,c))"),
    ],
)  # fmt: skip
def test_what_holds_in_every_cell(one: str, other: str) -> None:
    assert td.equal(one, other, shapes=SHAPES).equal is True


def test_a_law_of_powers_says_that_bases_are_positive() -> None:
    found = td.equal("(a^b)^c", "a^(b*c)", shapes=SHAPES)
    assert found and "a is positive" in found.basis  # (a^2)^(1/2) is not a
