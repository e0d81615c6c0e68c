"""Claims about functions of block matrices: Schur complements, KKT systems, stacked regressors, partitioned Gaussians."""

from __future__ import annotations

import pytest

import tensordiff as td

SHAPES = {
    "A": "n n", "B": "n m", "C": "m n", "D": "m m", "x": "n", "y": "m", "X": "n m", "Z": "n p", "b": "m", "c": "p", "t": "n",
    "s": "", "M": "n+m n+m", "w": "m+p", "V": "n n", "W": "m m",
}  # fmt: skip
STRUCTURES = {"V": "symmetric", "W": "symmetric"}

RIGHT = [
    ("logdet([A B; C D])", "A", "inv(A - B*inv(D)*C)'"),
    ("logdet([A B; C D])", "D", "inv(D - C*inv(A)*B)'"),
    ("logdet([A B; C D])", "B", "-(inv(D)*C*inv(A - B*inv(D)*C))'"),
    ("logdet([A B; C D])", "A", "[eye(n) zeros(n,m)]*inv([A B; C D])'*[eye(n); zeros(m,n)]"),
    ("det([A x; y'*C s])", "s", "det(A)"),
    ("tr(M*[A B; C D])", "B", "([zeros(m,n) eye(m)]*M*[eye(n); zeros(m,n)])'"),
    ("tr(M*[A B; C D])", "M", "[A' C'; B' D']"),
    ("norm2(t - [X Z]*[b; c])^2", "b", "-2*X'*(t - X*b - Z*c)"),
    ("norm2(t - [X Z]*w)^2", "w", "2*[X Z]'*([X Z]*w - t)"),
    ("norm2(t - [X Z]*w)^2", "w", "[2*X'*([X Z]*w - t); 2*Z'*([X Z]*w - t)]"),
    ("norm2(t - [X ones(n)]*[b; s])^2", "s", "2*(n*s + sum(X*b) - sum(t))"),
    ("norm2([X; s*eye(m)]*b - [t; zeros(m)])^2", "b", "2*(X'*X + s^2*eye(m))*b - 2*X'*t"),
    ("[x; y]'*inv([V B; B' W])*[x; y]", "x", "2*inv(V - B*inv(W)*B')*(x - B*inv(W)*y)"),
    ("logdet([A 0; C D])", "C", "zeros(m,n)"),
    ("norm2([vec(A); x])^2", "A", "2*A"),
    ("[eye(n) zeros(n,m)]*M*[eye(n); zeros(m,n)]", "M", "kron([eye(n) zeros(n,m)], [eye(n) zeros(n,m)])"),
]  # fmt: skip

WRONG = [
    ("logdet([A B; C D])", "A", "inv(A)'"),
    ("logdet([A B; C D])", "A", "inv(A + B*inv(D)*C)'"),
    ("tr(M*[A B; C D])", "B", "([eye(n) zeros(n,m)]*M*[zeros(n,m); eye(m)])"),
    ("norm2(t - [X Z]*w)^2", "w", "[2*X'*([X Z]*w - t); Z'*([X Z]*w - t)]"),
    ("norm2(t - [X Z]*[b; c])^2", "b", "-2*X'*(t - X*b)"),
    ("norm2([X; s*eye(m)]*b - [t; zeros(m)])^2", "b", "2*(X'*X + s*eye(m))*b - 2*X'*t"),
    ("[x; y]'*inv([V B; B' W])*[x; y]", "x", "2*inv(V)*x"),
    ("logdet([A 0; C D])", "A", "inv([A 0; C D])'*[eye(n); zeros(m,n)]*[eye(n) zeros(n,m)]"),
]  # fmt: skip


@pytest.mark.parametrize(("f", "variable", "claim"), RIGHT)
def test_right(f: str, variable: str, claim: str) -> None:
    verdict = td.check(claim, f, variable, shapes=SHAPES, structures=STRUCTURES)
    assert verdict.status == "right", verdict
    assert verdict.method in ("proved", "exact")


@pytest.mark.parametrize(("f", "variable", "claim"), WRONG)
def test_wrong(f: str, variable: str, claim: str) -> None:
    verdict = td.check(claim, f, variable, shapes=SHAPES, structures=STRUCTURES)
    assert not verdict, verdict
    assert verdict.status in ("wrong", "right-under-assumption", "does-not-conform"), verdict


def test_the_place_that_does_not_conform() -> None:
    verdict = td.check("[X Z]'*(t - [X Z]*b)", "norm2(t - [X Z]*w)^2", "w", shapes=SHAPES)
    assert verdict.status == "does-not-conform"
    assert "[X Z] (n-by-(m+p)) and b (m-by-1)" in str(verdict)
