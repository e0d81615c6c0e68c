"""Answers in the manner of f and of textbooks: the user's differences, one spelling of a norm, visible symmetry."""

from __future__ import annotations

import numpy as np
import pytest

import tensordiff as td

SHAPES = {"A": "m n", "x": "n", "y": "n", "u": "n", "V": "n n", "b": "m", "w": "m", "a": "", "B": "n n", "C": "n n"}
RNG = np.random.default_rng(3)
SIZES = {"m": 5, "n": 4}
VALUES = {
    name: RNG.normal(size=[SIZES[size] for size in shape.split()]) if shape else np.array(0.7) for name, shape in SHAPES.items()
}
VALUES["C"] = VALUES["C"] @ VALUES["C"].T
VALUES["V"] = VALUES["V"] @ VALUES["V"].T + np.eye(4)
DEFINITE = {"V": "positive-definite"}

FORMS = [
    ("(x - u)/norm2(x - u)", "x", {}, "(eye(n) - (x - u)*(x - u)'/norm2(x - u)^2)/norm2(x - u)"),
    ("norm2(A*x - b)", "x x", {}, "A'*(eye(m) - (A*x - b)*(A*x - b)'/norm2(A*x - b)^2)*A/norm2(A*x - b)"),
    ("log(sum(exp(A*x)))", "x x", {}, "A'*(diag(softmax(A*x)) - softmax(A*x)*softmax(A*x)')*A"),
    ("log(w'*exp(A*x))", "x x", {},
     "A'*(diag(w.*exp(A*x)) - (w.*exp(A*x))*(w.*exp(A*x))'/(w'*exp(A*x)))*A/(w'*exp(A*x))"),
    ("x'*y/(norm2(x)*norm2(y))", "x", {}, "(y - x'*y/norm2(x)^2*x)/(norm2(x)*norm2(y))"),
    ("x'*y/(norm2(x)*norm2(y))", "x x", {},
     "(3*x'*y/norm2(x)^2*x*x' - x*y' - y*x' - x'*y*eye(n))/(norm2(y)*norm2(x)^3)"),
    ("log(1 + (x - u)'*inv(V)*(x - u)/a)", "u", DEFINITE, "-2*inv(V)*(x - u)/((x - u)'*inv(V)*(x - u) + a)"),
    ("-(logdet(V) + (x - u)'*inv(V)*(x - u))/2", "V", DEFINITE, "inv(V)*((x - u)*(x - u)' - V)*inv(V)/2"),
    ("-(logdet(V) + (x - u)'*inv(V)*(x - u))/2", "V", {}, "inv(V)'*((x - u)*(x - u)' - V')*inv(V)'/2"),
    ("tr(B*V*C)", "V", {}, "B'*C'"),
    ("tr(B*inv(V)*C)", "V", {}, "-(inv(V)*C*B*inv(V))'"),
    ("x'*B*x/(x'*x)", "x", {}, "((B + B')*x - 2*x'*B*x/(x'*x)*x)/(x'*x)"),
    ("x'*B*y/sqrt(x'*V*x*(y'*C*y))", "x", DEFINITE, "(B*y - x'*B*y/(x'*V*x)*V*x)/sqrt(x'*V*x*y'*C*y)"),
    ("sum(sqrt(1 + (A*x - b).^2))", "x x", {}, "A'*diag(1./(1 + (A*x - b).^2).^(3/2))*A"),
    ("w'*log(cosh(A*x))", "x", {}, "A'*(w.*tanh(A*x))"),
    ("tr(inv(B + V)*C)", "V", {}, "-(inv(B + V)*C*inv(B + V))'"),
    ("y'*softmax(B*C', 2)*x", "x", {}, "softmax(B*C', 2)'*y"),
    ("exp(-norm2(x - y)^2/2)", "x", {}, "-exp(-norm2(x - y)^2/2)*(x - y)"),
    ("(x - mean(x))/norm2(x - mean(x))", "x", {},
     "(eye(n) - ones(n,n)/n - (x - mean(x))*(x - mean(x))'/norm2(x - mean(x))^2)/norm2(x - mean(x))"),
    ("x - mean(x)", "x", {}, "eye(n) - ones(n,n)/n"),
    ("exp(x'*B*x)", "x x", {}, "exp(x'*B*x)*((B + B')*x*x'*(B + B') + B + B')"),
]  # fmt: skip


@pytest.mark.parametrize(("f", "by", "structures", "form"), FORMS, ids=[f"{f} by {by}" for f, by, *_ in FORMS])
def test_forms(f: str, by: str, structures: dict[str, str], form: str) -> None:
    derivative = td.diff(td.parse(f, shapes=SHAPES, structures=structures), *by.split())
    ours = derivative.matrix_form()
    assert str(ours) == form
    expected = derivative.evaluate(layout=derivative.default_layout, **VALUES)
    read = td.parse(str(ours), shapes=SHAPES, structures=structures)
    np.testing.assert_allclose(np.reshape(read.evaluate(**VALUES), expected.shape), expected, rtol=1e-9, atol=1e-10)
