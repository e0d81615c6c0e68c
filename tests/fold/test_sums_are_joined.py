"""How terms of a sum are put together: with their transposes by a commutation, by names, and up to a factor."""

from __future__ import annotations

import numpy as np
import pytest

import tensordiff as td
from tests.cases import random_value

SIZES = {"n": 4, "m": 3, "k": 2}
SHAPES = {
    "S": "n n", "C": "n n", "X": "n m", "y": "n", "x": "n", "U": "n n", "a": "", "l": "", "L": "n n", "W": "m n", "Z": "n k",
    "B": "k k", "q": "k",
}  # fmt: skip
REML = {"V": "S + a*U", "P": "inv(V) - inv(V)*X*inv(X'*inv(V)*X)*X'*inv(V)"}
DEFINITE = {"S": "positive-definite"}

ROWS = [
    ("logdet(S) + tr(inv(S)*C)", "S S", {**DEFINITE, "C": "symmetric"}, {},
     "(kron(inv(S), inv(S)*C*inv(S)) + kron(inv(S)*(C - S)*inv(S), inv(S)))*(eye(n*n) + K(n,n))/2"),
    ("-(logdet(V) + logdet(X'*inv(V)*X) + y'*P*y)/2", "a", {"S": "symmetric", "U": "symmetric"}, REML,
     "(y'*P*U*P*y - tr(P*U))/2"),
    ("-(logdet(V) + logdet(X'*inv(V)*X) + y'*P*y)/2", "a a", {"S": "symmetric", "U": "symmetric"}, REML,
     "tr(P*U*P*U)/2 - y'*P*U*P*U*P*y"),
    ("(x - mean(x))/s", "x", {}, {"s": "std(x)", "z": "(x - mean(x))/s"}, "(eye(n) - z*z'/n - ones(n,n)/n)/s"),
    ("g'*B*g", "q", {"B": "symmetric"}, {"g": "Z'*(y - Z*q)/n"}, "-2*Z'*Z*B*g/n"),
    ("mu^2*a", "x", {}, {"mu": "sum(x)/n"}, "2*a*mu*ones(n)/n"),
    ("l/2*(norm2(x - y) - a)^2", "x x", {}, {},
     "l*(a*(x - y)*(x - y)'/norm2(x - y)^3 + (1 - a/norm2(x - y))*eye(n))"),
    ("logdet(L*L') + norm2(inv(L)*x)^2", "L", {"L": "lower-triangular"}, {},
     "2*tril(inv(L)' - inv(L)'*inv(L)*x*x'*inv(L)')"),
    ("logsumexp(W*x)", "W W", {}, {}, "kron(x*x', diag(softmax(W*x)) - softmax(W*x)*softmax(W*x)')"),
    ("std(X)", "X", {}, {}, "(X - mean(X))/(sqrt(m*n)*norm2(X - mean(X)))"),
    ("norm2(S - tr(S)/n*eye(n))", "S", {"S": "symmetric"}, {}, None),
]  # fmt: skip


@pytest.mark.parametrize(("f", "by", "structures", "where", "form"), ROWS, ids=[f"{row[0]} by {row[1]}" for row in ROWS])
def test_sums_are_joined(f, by, structures, where, form):
    expression = td.parse(f, shapes=SHAPES, structures=structures, where=where)
    derivative = td.diff(expression, *by.split())
    ours = derivative.matrix_form()
    assert form is None or str(ours) == form
    assert derivative.verify(points=1)
    rng = np.random.default_rng(2)
    given = {
        name: random_value(rng, [SIZES[s] for s in SHAPES[name].split()], structures.get(name, "general"), "positive")
        for name in SHAPES
    }
    layout = derivative.default_layout
    expected = np.asarray(derivative.evaluate(layout=layout, **given, **SIZES))
    for made in (ours, td.parse(str(ours), shapes=SHAPES, structures=structures, where=where)):
        np.testing.assert_allclose(np.reshape(made.evaluate(**given, **SIZES), expected.shape), expected, rtol=1e-8, atol=1e-9)


def test_traces_and_totals_of_sums_that_vanish():
    """A deviator has no trace, whatever stands around it; deviations from the mean have no total."""
    for f in ("tr(S - tr(S)/n*eye(n))", "sum(X - mean(X))", "tr(S - tr(S)/n*eye(n))*norm2(S - tr(S)/n*eye(n))"):
        expression = td.parse(f, shapes=SHAPES)
        name = "X" if "X" in f else "S"
        assert str(td.diff(expression, name).matrix_form()).startswith("zeros("), f


def test_the_inverse_between_duplication_matrices():
    """Magnus and Neudecker 1980, lemma 4.4, also for a matrix that is not symmetric."""
    closed = "L(n)*kron(inv(C),inv(C))*(eye(n*n) + K(n,n))*L(n)'/2"
    verdict = td.equal("inv(D(n)'*kron(C,C)*D(n))", closed, shapes=SHAPES)
    assert verdict
    assert verdict.method == "proved"
    assert not td.equal("inv(D(n)'*kron(C,U)*D(n))", closed, shapes=SHAPES)
    assert not td.equal("inv(D(n)'*kron(C,C')*D(n))", closed, shapes=SHAPES)
    value = RNG.normal(size=(3, 3)) + 3 * np.eye(3)
    made, other = (td.parse(text, shapes=SHAPES) for text in ("D(n)'*kron(C,C)*D(n)", closed))
    np.testing.assert_allclose(np.linalg.inv(made.evaluate(C=value)), other.evaluate(C=value), rtol=1e-10, atol=1e-12)


RNG = np.random.default_rng(4)
