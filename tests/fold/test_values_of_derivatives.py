"""Derivatives without a canonical spelling still fold to the right value in every layout that they have."""

from __future__ import annotations

import pytest

from tests.fold.derivatives import derivative

CASES = [
    # (shapes, function, variables, layouts)
    ("X n m; w n", "X'*diag(w)*X", "w", "vec-column vec-row"),
    ("X n m; w n", "X'*diag(w)*X", "X", "vec-column vec-row"),
    ("x n", "diag(x)", "x", "vec-column vec-row"),
    ("X n n", "diag(X)", "X", "vec-column vec-row"),
    ("X n n", "X.*X'", "X", "vec-column vec-row"),
    ("X n n", "X^3", "X", "vec-column vec-row"),
    ("X n n; A n n", "diag(diag(X*A*X'))*exp(X)", "X", "vec-column vec-row"),
    ("X n m; A p n; B m p", "vec(A*X*B)*vec(X)'", "X", "vec-column vec-row"),
    ("A p q; X n m", "kron(A, X)", "X", "vec-column vec-row"),
    ("A p q; X n m", "kron(A, X)", "A", "vec-column vec-row"),
    ("x n; A n n", "x'*A*x/(x'*x)", "x, x", "vec-column vec-row denominator"),
    ("x n", "softmax(x)", "x", "numerator denominator"),
    ("X n m; W m p", "sum(exp(X*W))", "X, W", "vec-column vec-row"),
    ("X n m", "logdet(X'*X)", "X, X", "vec-column vec-row"),
    ("X n m; A n n", "inv(X'*A*X)", "X", "vec-column vec-row"),
    ("X n n", "inv(X)", "X, X", "vec-column vec-row"),
    ("V n n; y n", "y'*inv(V)*y", "V, V", "vec-column vec-row"),
    ("W n m; x m; b n; v n", "v'*tanh(W*x + b)", "W, W", "vec-column vec-row"),
    ("U n p; V m p; T n m; W n m", "norm2(W.*(T - U*V'))^2", "U, V", "vec-column vec-row"),
    ("U n p; V m p; T n m; W n m", "norm2(W.*(T - U*V'))^2", "U, U", "vec-column vec-row"),
    ("X n m; W n n", "sum(W.*exp(2*X*X' - diag(X*X')*ones(n)' - ones(n)*diag(X*X')'))", "X", "gradient"),
    ("A n n; B m m; y m*n", "sum(exp(kron(B, A)*y))", "y", "gradient"),
    ("A n n; B m m; y m*n", "sum(exp(y))", "y, y", "vec-column"),
    ("A n n; B m m; t", "logdet(kron(B', eye(n)) + t*kron(eye(m), A))", "t", "numerator"),
    ("A n n; B m m; t", "inv(kron(B', eye(n)) + t*kron(eye(m), A))", "t", "vec-column"),
    ("A n n; B n n", "A[i,j]*B[j,k]*A[k,i] -> [i]", "A", "vec-column"),
    ("A n m; B n p; C n q; G m p; H m q; J p q", "A[i,j]*B[i,k]*C[i,l]*G[j,k]*H[j,l]*J[k,l] -> []", "A", "gradient"),
    ("x n; A n n", "exp(-x'*A*x)*sin(x'*x)", "x, x", "vec-column"),
    ("L n n; A n n", "tr(A*L*L')", "L", "gradient"),
    ("x n", "1/norm2(x)", "x, x", "vec-column"),
    ("X n m; y n", "inv(X'*X)*X'*y", "X", "vec-column"),
    ("P n n; H m n; R m m", "P*H'*inv(H*P*H' + R)*H*P", "P", "vec-column vec-row"),
]


@pytest.mark.parametrize(
    ("shapes", "f", "by", "layout"),
    [(shapes, f, by, layout) for shapes, f, by, layouts in CASES for layout in layouts.split()],
)
def test_value(shapes: str, f: str, by: str, layout: str) -> None:
    found = derivative(shapes, f, by, layout)
    found.check(found.folded())


@pytest.mark.parametrize("entries", ["tied", "projected", "vech"])
@pytest.mark.parametrize("structure", ["symmetric", "diagonal", "lower-triangular"])
def test_value_for_structured_variables(structure: str, entries: str) -> None:
    found = derivative("V n n; A n n", "A*V*A'*V", "V", "vec-column", structures={"V": structure}, entries=entries)
    found.check(found.folded())
