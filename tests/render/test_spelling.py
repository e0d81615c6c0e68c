"""Expressions print as a person would write them."""

from fractions import Fraction

import pytest

from tensordiff.errors import BudgetError
from tensordiff.matrix import Scope, brief, build, text
from tensordiff.parse import parse_matrix
from tensordiff.render import latex, unicode

SCOPE = Scope()
for name, shape in {
    "A": "n n", "B": "n n", "X": "n m", "V": "n n", "x": "n", "y": "n", "a": (), "b": (), "T": "n m p",
    "Sigma": "n n", "x1": "n", "loss": (),
}.items():  # fmt: skip
    SCOPE = SCOPE.declare(name, shape)


def read(source):
    return parse_matrix(source, SCOPE)


@pytest.mark.parametrize(
    ("source", "printed"),
    [
        ("1/2*A", "A/2"),
        ("0.5*A", "A/2"),
        ("A*1.5", "3/2*A"),
        ("0.1*A", "A/10"),
        ("0.3*A", "0.3*A"),
        ("-1*A", "-A"),
        ("-A*B", "-A*B"),
        ("A - (B - A)", "A - (B - A)"),
        ("(A + B) + A", "A + B + A"),
        ("2*(A + B)/3", "2/3*(A + B)"),
        ("A^-1", "inv(A)"),
        ("A^-2", "inv(A)^2"),
        ("A''", "A"),
        ("(A')'*B'", "A*B'"),
        ("(A*B)'", "(A*B)'"),
        ("A*(B*x)", "A*B*x"),
        ("A*(x'*y)", "A*(x'*y)"),
        ("x'*y*A", "x'*y*A"),
        ("A.*(B*A)", "A.*(B*A)"),
        ("(A*B).*A", "(A*B).*A"),
        ("x/2/a", "x/(2*a)"),
        ("1/a", "1/a"),
        ("2./x", "2./x"),
        ("x.^2", "x.^2"),
        ("x.^-1", "x.^-1"),
        ("a^(1/2)", "a^(1/2)"),
        ("a^(b+1)", "a^(b + 1)"),
        ("(a + b)^2", "(a + b)^2"),
        ("-a^2", "-a^2"),
        ("(-a)^2", "(-a)^2"),
        ("eye(n*n) + A", None),
        ("kron(A,eye(n))", "kron(A, eye(n))"),
        ("ones(1,n)", "ones(n)'"),
        ("K(n,m)*vec(X)", "K(n,m)*vec(X)"),
        ("n*logdet(A)/2", "n*logdet(A)/2"),
        ("pi*a", "pi*a"),
        ("x - 1", "x - 1"),
        ("1 - a", "1 - a"),
        ("2*pi", "2*pi"),
        ("A[i,j]*B[j,k] -> [i,k]", "A[i,j]*B[j,k] -> [i,k]"),
        ("T[i,j,k]*x[i] -> [k,j]", "T[i,j,k]*x[i] -> [k,j]"),
        ("inv(A)[i,1] -> [i]", "inv(A)[i,1] -> [i]"),
    ],
)
def test_text(source, printed):
    if printed is None:
        with pytest.raises(Exception, match="n-by-n"):
            read(source)
        return
    assert text(read(source)) == printed
    assert read(printed) is read(source)


@pytest.mark.parametrize(
    ("source", "printed"),
    [
        ("inv(X'*inv(V)*X)", "(Xᵀ·V⁻¹·X)⁻¹"),
        ("inv(V)'", "V⁻ᵀ"),
        ("inv(V)^2", "V⁻²"),
        ("A^3", "A³"),
        ("kron(A,B) + kron(B,A)", "A ⊗ B + B ⊗ A"),
        ("kron(A*B,x)", "(A·B) ⊗ x"),
        ("A.*B./A", "(A ⊙ B) ⊘ A"),
        ("norm2(x)^2", "‖x‖₂²"),
        ("norm2(X)", "‖X‖_F"),
        ("norm1(X)", "‖vec(X)‖₁"),
        ("abs(a)", "|a|"),
        ("Sigma*x1", "Σ·x1"),
        ("a/b", "a/b"),
        ("x/(2*a)", "x/(2·a)"),
        ("a^(b)", "a^b"),
        ("A[i,j]*x[j] -> [i]", "A[i,j]·x[j] → [i]"),
    ],
)
def test_unicode(source, printed):
    assert unicode(read(source)) == printed
    assert unicode(read(printed)) == printed


@pytest.mark.parametrize(
    ("source", "printed"),
    [
        ("inv(X'*inv(V)*X)", r"\left(X^{\top} V^{-1} X\right)^{-1}"),
        ("inv(V)'", r"V^{-\top}"),
        ("inv(V)^2", "V^{-2}"),
        ("kron(A,B)", r"A \otimes B"),
        ("kron(A,B)*vec(V)", r"\left(A \otimes B\right) \operatorname{vec}\left(V\right)"),
        ("A.*B", r"A \odot B"),
        ("tr(A)/2", r"\frac{1}{2} \operatorname{tr}\left(A\right)"),
        ("norm2(x)", r"\left\lVert x \right\rVert_{2}"),
        ("norm2(X)^2", r"\left\lVert X \right\rVert_{F}^{2}"),
        ("x/(2*a)", r"\frac{1}{2 a} x"),
        ("3*a/b", r"\frac{3 a}{b}"),
        ("(a+b)/(a-b)", r"\frac{a + b}{a - b}"),
        ("sqrt(a)", r"\sqrt{a}"),
        ("a^(1/2)", r"\sqrt{a}"),
        ("x.^2", r"x^{\circ 2}"),
        ("Sigma*x1*loss", r"\Sigma x_{1} \mathrm{loss}"),
        ("x1[i]^2 -> []", r"\sum_{i} {x_{1}}_{i}^{2}"),
        ("exp(a)", r"\exp\left(a\right)"),
        ("abs(a)", r"\left\lvert a \right\rvert"),
        ("logdet(V)", r"\log\det\left(V\right)"),
        ("eye(n) - ones(n)*ones(n)'/n", r"I_{n} - \frac{1}{n} \mathbf{1}_{n} \mathbf{1}_{n}^{\top}"),
        ("K(n,m)", "K_{n, m}"),
        ("2*A[i,j]*x[j] -> [i]", r"\left(2 \sum_{j} A_{ij} x_{j}\right)_{i}"),
    ],
)
def test_latex(source, printed):
    assert latex(read(source)) == printed


def test_messages_are_cut():
    long = build.product(*[SCOPE.lookup("A")] * 100)
    assert brief(long, 20) == "A*A*A*A*A*A*A*A*A*A*..."


def test_long_and_deep_expressions_print():
    A, x = SCOPE.lookup("A"), SCOPE.lookup("x")
    product = build.product(*[A] * 5000)
    for printer in (text, unicode, latex):
        assert len(printer(product)) == 5000 + 4999
    nested = x
    for _ in range(2000):
        nested = build.call("sin", build.product(A, nested))
    assert text(nested).count("sin(A*") == 2000
    assert latex(nested).count(r"\sin") == 2000


def test_what_shares_its_parts_too_often_is_refused():
    node = SCOPE.lookup("A")
    for _ in range(80):
        node = build.call("sin", build.product(node, node))
    with pytest.raises(BudgetError, match="where"):
        text(node)


def test_numbers_keep_their_value():
    for value in (Fraction(1, 3), Fraction(7, 40), Fraction(123456789, 10), Fraction(1, 10**9), Fraction(-5, 8)):
        node = build.number(value)
        assert build.as_number(read(text(node))) == value
