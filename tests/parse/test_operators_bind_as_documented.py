"""Precedence, association and spelling: two texts of the same meaning give the same expression."""

import pytest

from tensordiff.matrix import text
from tensordiff.parse import parse, parse_answer

SHAPES = {
    "A": ("n", "n"), "B": ("n", "n"), "C": ("n", "n"), "X": ("n", "m"), "x": ("n",), "y": ("n",), "z": ("m",),
    "a": (), "b": (), "k": (), "T": ("n", "m", "n"), "u": ("n*m",), "K": ("n", "n"), "σ": (), "x1": ("n",),
}  # fmt: skip
SCOPE = parse("a", SHAPES)[1]


def same(one: str, other: str) -> None:
    left, right = parse_answer(one, SCOPE)[0], parse_answer(other, SCOPE)[0]
    assert left is right, f"{text(left)} is not {text(right)}"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        # postfix first, from left to right
        ("A^-1'", "(A^(-1))'"),
        ("A'^2", "(A')^2"),
        ("A^2^3", "(A^2)^3"),
        ("2^3^2", "(2^3)^2"),
        ("A.^2'", "(A.^2)'"),
        ("A^k", "A^(k)"),
        ("A^(k-1)", "(A)^((k)-(1))"),
        ("a^-b", "a^(-b)"),
        ("x.^-.5", "x.^(-1/2)"),
        ("2^n", "2^(n)"),
        ("A.T*x", "A'*x"),
        ("A.'*x", "A'*x"),
        ("inv(A).T", "inv(A)'"),
        ("A^T*x", "A'*x"),
        # then the sign
        ("-a^2", "-(a^2)"),
        ("-x'*y", "-(x'*y)"),
        ("A*-B", "-(A*B)"),
        ("a--b", "a+b"),
        ("-A*B", "(-A)*B"),
        # then products, then sums, from left to right
        ("a/b*x", "(a/b)*x"),
        ("a*x/b", "(a*x)/b"),
        ("a/b/k", "(a/b)/k"),
        ("A.*B*C", "(A.*B)*C"),
        ("A*B.*C", "(A*B).*C"),
        ("a-b-k", "(a-b)-k"),
        ("a-b*k", "a-(b*k)"),
        ("x.*y./x", "(x.*y)./x"),
        # a point before * / ^ belongs to the operator
        ("1./x", "1 ./ x"),
        ("2.*x", "2 .* x"),
        ("2.^x", "2 .^ x"),
        ("1.5.*x", "1.5 .* x"),
        ("2.0*x", "2*x"),
        # numbers are exact
        ("0.5*x", "x/2"),
        (".5*x", "x/2"),
        ("1e-3*x", "x/1000"),
        ("2.5E+1*x", "25*x"),
        ("0.1 + 0.2", "0.3"),
        # names
        ("K*x", "(K)*(x)"),
        ("σ*x", "sigma*x"),
        ("x1'*x", "(x1)'*(x)"),
        # sizes
        ("ones(n*m) .* u", "ones((n)*(m)).*u"),
        ("ones(n^2)", "ones(n*n)"),
        ("ones(n*(n+1)/2)", "ones((n+1)*n/2)"),
        ("ones(n,1)", "ones(n)"),
        ("eye(1)*x", "x"),
        ("K(n)", "K(n,n)"),
        ("n*logdet(A)", "(n)*(logdet(A))"),
        # index notation
        ("A[i,j]*B[j,k] -> [i,k]", "(A[i,j]*B[j,k]) -> [i,k]"),
        ("-A[i,j] -> [i,j]", "(-1)*A[i,j] -> [i,j]"),
        ("A [i, j] -> [ j , i ]", "A[i,j]->[j,i]"),
        ("x[n]*y[m] -> [n,m]", "x[n]*y[m]->[n,m]"),
        ("A[i,j]*x[j] → [i]", "A[i,j]*x[j] -> [i]"),
        ("(A*B)[i,j] -> [i,j]", "((A*B))[i,j]->[i,j]"),
        # block matrices: space separates, as in MATLAB
        ("[A B; C A]", "[A, B; C, A]"),
        ("[A -B]", "[A, -B]"),
        ("[A - B, C]", "[A-B C]"),
        ("[A\n B]", "[A; B]"),
        ("[A (B)]", "[A, B]"),
        ("[A' B']", "[A', B']"),
        ("[A*B C]", "[(A*B), C]"),
        ("[A (B + C)]", "[A, B + C]"),
    ],
)  # fmt: skip
def test_same_expression(one, other):
    same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("A*B'", "(A*B)'"), ("-a^2", "(-a)^2"), ("a/b*k", "a/(b*k)"), ("a-b-k", "a-(b-k)"), ("[A -B]", "[A - B]"),
     ("x.^2*a", "x.^(2*a)"), ("A[i,j]*B[j,k] -> [i,k]", "A[i,j]*B[j,k] -> [k,i]"), ("0.1", "0.10000000000000001")],
)  # fmt: skip
def test_different_expressions(one, other):
    assert parse_answer(one, SCOPE)[0] is not parse_answer(other, SCOPE)[0]


def test_brackets_hold_index_letters_even_where_names_are_declared():
    node, _ = parse_answer("A[a,n]*B[n,x] -> [a,x]", SCOPE)
    assert text(node) == "A[a,n]*B[n,x] -> [a,x]"


def test_k_d_l_are_functions_before_a_parenthesis_only():
    node, _ = parse("K*K(n,n) + D(n)*L(n)*L[1,1]", {"K": ("n*n", "n*n"), "L": ("n", "n")})
    assert text(node) == "K*K(n,n) + D(n)*L(n)*L[1,1]"
