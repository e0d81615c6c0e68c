"""Derivatives read as they do in textbooks, have the right value, and read back."""

from __future__ import annotations

from typing import Any

import pytest

from tensordiff.matrix import text
from tests.fold.derivatives import derivative

FORMS: list[tuple[str, str, str, str, str]] = [
    # Petersen and Pedersen, The Matrix Cookbook, chapters 2.1 to 2.7
    ("X n n", "det(X)^2", "X", "gradient", "2*det(X)*adj(X)'"),
    ("X n n", "logdet(X)", "X", "gradient", "inv(X)'"),
    ("X n m", "logdet(X'*X)", "X", "gradient", "2*X*inv(X'*X)"),
    ("X n n; a n; b n", "a'*inv(X)*b", "X", "gradient", "-inv(X)'*a*b'*inv(X)'"),
    ("X n n; A n n; B n n", "tr(A*inv(X)*B)", "X", "gradient", "-(inv(X)*B*A*inv(X))'"),
    ("X n m; a n; b m", "a'*X*b", "X", "gradient", "a*b'"),
    ("X n m; b m; c m", "b'*X'*X*c", "X", "gradient", "X*(b*c' + c*b')"),
    ("X n m; b m; c n; D n n", "(X*b + c)'*D*(X*b + c)", "X", "gradient", "(D + D')*(X*b + c)*b'"),
    ("x n; A n n", "x'*A*x", "x", "gradient", "(A + A')*x"),
    ("A n m; s m; x n; W n n", "(x - A*s)'*W*(x - A*s)", "A", "gradient", "(W + W')*(A*s - x)*s'"),
    ("X n n; A n n", "tr(A*X^2)", "X", "gradient", "(A*X + X*A)'"),
    ("X n m; A m n", "tr(A*X)", "X", "gradient", "A'"),
    ("X n m; A n n", "tr(X'*A*X)", "X", "gradient", "(A + A')*X"),
    ("X n m; A n n; B m m", "tr(A*X*B*X')", "X", "gradient", "A*X*B + A'*X*B'"),
    ("X n m; A m n; B m n", "tr(A*X*B*X)", "X", "gradient", "(A*X*B + B*X*A)'"),
    ("X n n", "tr(kron(X, X))", "X", "gradient", "2*tr(X)*eye(n)"),
    ("X n n", "tr(X^4)", "X", "gradient", "4*(X^3)'"),
    ("X n m", "norm2(X)^2", "X", "gradient", "2*X"),
    ("X n m", "norm2(X)", "X", "gradient", "X/norm2(X)"),
    ("x n; a n", "norm2(x - a)", "x", "gradient", "(x - a)/norm2(x - a)"),
    ("x n", "x/norm2(x)", "x", "numerator", "(eye(n) - x*x'/norm2(x)^2)/norm2(x)"),
    # Magnus and Neudecker, Matrix Differential Calculus, chapters 9 and 10
    ("X n m; A p n; B m q", "A*X*B", "X", "vec-column", "kron(B', A)"),
    ("X n m; A p n; B m q", "A*X*B", "X", "vec-row", "kron(A, B')"),
    ("X n m", "X'", "X", "vec-column", "K(n,m)"),
    ("X n m", "X'", "X", "vec-row", "K(m,n)"),
    ("X n n", "inv(X)", "X", "vec-column", "-kron(inv(X)', inv(X))"),
    ("X n n", "inv(X)", "X", "vec-row", "-kron(inv(X), inv(X)')"),
    ("X n m", "X*X'", "X", "vec-column", "(eye(n*n) + K(n,n))*kron(X, eye(n))"),
    ("X n m", "X*X'", "X", "vec-row", "(eye(n*n) + K(n,n))*kron(eye(n), X)"),
    ("X n m", "X'*X", "X", "vec-column", "(eye(m*m) + K(m,m))*kron(eye(m), X')"),
    ("X n m", "X*X'*X", "X", "vec-column", "kron(X'*X, eye(n)) + kron(eye(m), X*X') + kron(X', X)*K(n,m)"),
    ("A n n; B m m; X n m", "A*X + X*B", "X", "vec-column", "kron(eye(m), A) + kron(B', eye(n))"),
    ("X n m; A n m", "A.*X", "X", "vec-column", "diag(vec(A))"),
    ("X n m; A n m", "A.*X", "X", "vec-row", "diag(vec(A'))"),
    ("X n m; A p q", "kron(X, A)", "X", "vec-column", "kron(eye(m*q), K(n,p))*kron(eye(m), vec(A), eye(n))"),
    ("x n; y m", "x*y'", "x", "vec-column", "kron(y, eye(n))"),
    ("x n; y m", "x*y'", "y", "vec-column", "kron(eye(m), x)"),
    ("X n n", "tr(X^2)", "X, X", "vec-column", "2*K(n,n)"),
    ("X n n", "tr(X)^2", "X, X", "vec-column", "2*vec(eye(n))*vec(eye(n))'"),
    ("X n n", "logdet(X)", "X, X", "vec-column", "-kron(inv(X), inv(X)')*K(n,n)"),
    # regression, classification, factorisation
    ("A n m; x m; y n", "norm2(A*x - y)^2", "x", "gradient", "2*A'*(A*x - y)"),
    ("A n m; x m; y n", "norm2(A*x - y)^2", "A", "gradient", "2*(A*x - y)*x'"),
    ("A n m; x m; y n", "norm2(A*x - y)", "x", "gradient", "A'*(A*x - y)/norm2(A*x - y)"),
    ("A n m; x m; y n; a", "(norm2(A*x - y)^2 + a*norm2(x)^2)/2", "x", "gradient", "A'*(A*x - y) + a*x"),
    ("A n m; x m; y n", "norm2(A*x - y)^2/2", "x, x", "vec-column", "A'*A"),
    ("X n m; w m; y n", "sum(softplus(X*w) - y.*(X*w))", "w", "gradient", "X'*(sigmoid(X*w) - y)"),
    ("X n m; w m; y n", "sum(softplus(X*w))", "w, w", "vec-column", "X'*diag(sigmoid(X*w).*(1 - sigmoid(X*w)))*X"),
    ("A n m; x m", "relu(A*x)", "x", "numerator", "diag(step(A*x))*A"),
    ("W n m; x m; b n; V p n", "V*tanh(W*x + b)", "x", "numerator", "V*diag(1 - tanh(W*x + b).^2)*W"),
    ("X n m; W m p", "sum(exp(X*W))", "W", "gradient", "X'*exp(X*W)"),
    ("X n m; W m p", "sum(exp(X*W))", "W, W", "vec-column", "kron(eye(p), X')*diag(vec(exp(X*W)))*kron(eye(p), X)"),
    ("X n m; W m p", "tanh(X*W)", "W", "vec-column", "diag(vec(1 - tanh(X*W).^2))*kron(eye(p), X)"),
    ("X n m; U n p; V m p", "norm2(X - U*V')^2", "U", "gradient", "2*(U*V' - X)*V"),
    ("X n m; U n p; V m p", "norm2(X - U*V')^2", "U, U", "vec-column", "2*kron(V'*V, eye(n))"),
    ("X n m; U n p; V m p", "norm2(X - U*V')^2", "U, V", "vec-column", "2*(kron(eye(p), U*V' - X) + kron(V', U)*K(m,p))"),
    ("x n; A n n", "exp(x'*A*x)", "x, x", "vec-column", "exp(x'*A*x)*((A + A')*x*x'*(A + A') + A + A')"),
    ("u n; X n m; v m; y", "(u'*X*v - y)^2/2", "u, v", "vec-column", "(u'*X*v - y)*X + X*v*u'*X"),
    # entries and scalars
    ("x n", "sum(x.^3)", "x", "gradient", "3*x.^2"),
    ("x n", "sum(x.^3)", "x, x", "vec-column", "6*diag(x)"),
    ("X n m", "sum(X)^2", "X", "gradient", "2*sum(X)*ones(n,m)"),
    ("X n m", "norm1(X)", "X", "gradient", "sign(X)"),
    ("x n; y n", "x./y", "y", "numerator", "-diag(x./y.^2)"),
    ("x n; y n", "x'*y/(norm2(x)*norm2(y))", "x", "gradient", "(y - x'*y/norm2(x)^2*x)/(norm2(x)*norm2(y))"),
    ("x n; a", "(x'*x)^(3/2)", "x", "gradient", "3*norm2(x)*x"),
    ("x n; a", "sum(x.^a)", "x", "gradient", "a*x.^(a - 1)"),
    ("x n; a", "sum(x.^a)", "a", "numerator", "log(x)'*x.^a"),
    ("A n n; t", "inv(A + t*eye(n))", "t", "numerator", "-inv(A + t*eye(n))^2"),
    ("X n m; A n m; x m", "sum(X.*A)", "X", "numerator", "A'"),
    ("A m n; x n", "A*x", "x", "denominator", "A'"),
]


@pytest.mark.parametrize(("shapes", "f", "by", "layout", "expected"), FORMS, ids=[f"{c[1]} by {c[2]}, {c[3]}" for c in FORMS])
def test_form(shapes: str, f: str, by: str, layout: str, expected: str) -> None:
    found = derivative(shapes, f, by, layout)
    matrix = found.folded()
    assert text(matrix) == expected
    found.check(matrix)


LEAST_SQUARES = {"where": {"F": "inv(X'*inv(V)*X)"}}
POSITIVE = {"structures": {"S": "positive-definite"}}
SYMMETRIC = {"structures": {"V": "symmetric"}}
VECH = {**SYMMETRIC, "entries": "vech"}
PROJECTED = {**SYMMETRIC, "entries": "projected"}
TIED_LOWER = {"structures": {"L": "lower-triangular"}, "entries": "tied"}
KRON_SUM = {"where": {"M": "inv(kron(B', eye(n)) + t*kron(eye(m), A))"}}

DECLARED: list[tuple[str, str, str, str, dict[str, Any], str]] = [
    # the question that the project was born from
    ("X n m; V n n", "F", "V", "vec-column", LEAST_SQUARES, "kron((inv(V)*X*F)', F*X'*inv(V))"),
    ("X n m; V n n", "F", "V", "vec-row", LEAST_SQUARES, "kron(F*X'*inv(V), (inv(V)*X*F)')"),
    # Gaussian score and information
    ("x n; u n; S n n", "(x - u)'*inv(S)*(x - u)/2", "x", "gradient", POSITIVE, "inv(S)*(x - u)"),
    ("x n; u n; S n n", "(x - u)'*inv(S)*(x - u)/2", "u", "gradient", POSITIVE, "inv(S)*(u - x)"),
    ("X n n; S n n", "-logdet(S)/2 - tr(inv(S)*X)/2", "S", "gradient", POSITIVE, "inv(S)*(X' - S)*inv(S)/2"),
    ("S n n", "logdet(S)", "S, S", "vec-column", POSITIVE, "-kron(inv(S), inv(S))*K(n,n)"),
    # names are printed, not what they stand for
    ("w n; x n", "sigmoid(w'*x)", "w, w", "vec-column", {"where": {"s": "sigmoid(w'*x)"}}, "s*(1 - s)*(1 - 2*s)*x*x'"),
    ("H m n; P n n; R m m", "logdet(H*P*H' + R)", "R", "gradient", {"where": {"S": "H*P*H' + R"}}, "inv(S)'"),
    # structured variables
    ("V n n; A m n", "A*V*A'", "V", "vec-column", SYMMETRIC, "kron(A, A)"),
    ("V n n", "inv(V)", "V", "vec-column", VECH, "-kron(inv(V), inv(V))*D(n)"),
    ("V n n", "logdet(V)", "V", "vec-column", VECH, "vec(inv(V))'*D(n)"),
    ("V n n", "logdet(V)", "V, V", "vec-column", VECH, "-D(n)'*kron(inv(V), inv(V))*D(n)"),
    ("V n n", "inv(V)", "V", "vec-column", PROJECTED, "-(eye(n*n) + K(n,n))*kron(inv(V), inv(V))/2"),
    ("V n n; A n n", "tr(A*V)", "V", "gradient", PROJECTED, "(A + A')/2"),
    ("L n n; A n n", "tr(A*L*L')", "L", "gradient", TIED_LOWER, "tril((A + A')*L)"),
    ("S n n; A n n", "D(n)'*vec(A*S*A')", "S", "vec-column", {}, "D(n)'*kron(A, A)"),
    # compound axes
    ("A n n; B m m; y m*n", "exp(kron(B, A)*y)", "y", "numerator", {}, "diag(exp(kron(B, A)*y))*kron(B, A)"),
    ("A n n; B m m; t", "M", "t", "numerator", KRON_SUM, "-M*kron(eye(m), A)*M"),
]


@pytest.mark.parametrize(
    ("shapes", "f", "by", "layout", "options", "expected"), DECLARED, ids=[f"{c[1]} by {c[2]}, {c[3]}" for c in DECLARED]
)
def test_form_with_structures_and_names(
    shapes: str, f: str, by: str, layout: str, options: dict[str, Any], expected: str
) -> None:
    found = derivative(shapes, f, by, layout, **options)
    matrix = found.folded()
    assert text(matrix) == expected
    found.check(matrix)
