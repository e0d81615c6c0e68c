"""Choices are one choice, a kink beside its own step is dropped, triangles and diagonal matrices are written as such."""

from __future__ import annotations

import pytest

import tensordiff as td

SHAPES = {"A": "m n", "x": "n", "y": "n", "b": "m", "a": "", "L": "n n", "D": "n n", "S": "n n", "X": "n m", "Y": "n m"}
STRUCTURES = {"L": "lower-triangular", "D": "diagonal", "S": "symmetric"}

FORMS = [
    ("sum(where(x > 1, x.^2, 2*x))", "x", "where(x > 1, 2*x, 2)"),
    ("sum(where(x > 0, x, a*(exp(x) - 1)).*y)", "x", "where(x > 0, y, a*(y.*exp(x)))"),
    ("where(a > 0, a^2, -a)", "a", "where(a > 0, 2*a, -1)"),
    ("sum(where(X > Y, X.^2, where(X > 0, X, 0)))", "X", "where(X > Y, 2*X, where(X > 0, 1, 0))"),
    ("sum(log(where(x > 0, 1 + x, 1 - x)))", "x", "where(x > 0, 1./(1 + x), -1./(1 - x))"),
    ("sum(where(A*x > b, (A*x).^2, A*x))", "x", "A'*where(A*x > b, 2*A*x, 1)"),
    ("sum(where(x > 0, x, 0))", "x", "where(x > 0, 1, 0)"),
    ("norm2(relu(A*x - b))^2/2", "x", "A'*relu(A*x - b)"),
    ("sum(relu(x).^3)/3", "x", "relu(x).^2"),
    ("sum(abs(x).^3)/3", "x", "x.*abs(x)"),
    ("norm2(L*x - y)^2/2", "L", "tril((L*x - y)*x')"),
    ("x'*inv(L)'*y", "L", "-tril(inv(L)'*y*x'*inv(L)')"),
    ("tr(S*L*L')", "L", "2*tril(S*L)"),
    ("logdet(D)", "D", "inv(D)"),
    ("tr(expm(D))", "D", "expm(D)"),
    ("x'*inv(S + D)*x", "D", "-diag((inv(S + D)*x).^2)"),
]


@pytest.mark.parametrize(("f", "by", "form"), FORMS)
def test_form(f: str, by: str, form: str) -> None:
    used = {name: kind for name, kind in STRUCTURES.items() if name in f}
    derivative = td.diff(td.parse(f, shapes=SHAPES, structures=used), by)
    assert str(derivative.matrix_form()) == form
    assert td.check(form, derivative.f, by)
    assert derivative.verify(points=1)


@pytest.mark.parametrize("text", ["2*tril(A*B)*x", "tril(A)'/2", "triu(A.*B)^2", "tril(n) + triu(A)", "A.*tril(n).*triu(n)"])
def test_triangles_read_back(text: str) -> None:
    shapes = {"A": "n n", "B": "n n", "x": "n"}
    assert str(td.parse(text, shapes=shapes)) == text
