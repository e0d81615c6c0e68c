"""Block matrices multiply out, invert and split block by block; what differs is never proved equal."""

from __future__ import annotations

import pytest

import tensordiff as td

SHAPES = {
    "A": "n m", "B": "n p", "C": "q m", "D": "q p", "x": "m", "y": "p", "b": "n", "P": "n n", "Q": "n m", "R": "m n",
    "T": "m m",
    "N": "n+m n+m", "z": "m+p", "s": "", "w": "n+m+p",
}  # fmt: skip

PROVED = [
    ("[A B]*[x; y]", "A*x + B*y"),
    ("[A B; C D]*[x; y]", "[A*x + B*y; C*x + D*y]"),
    ("[A B; C D]*z", "[A; C]*[eye(m) zeros(m,p)]*z + [B; D]*[zeros(p,m) eye(p)]*z"),
    ("tr([P Q; R T])", "tr(P) + tr(T)"),
    ("[x; y]'*[x; y]", "x'*x + y'*y"),
    ("sum([A B; C D])", "sum(A) + sum(B) + sum(C) + sum(D)"),
    ("norm2([A B; C D])^2", "norm2(A)^2 + norm2(B)^2 + norm2(C)^2 + norm2(D)^2"),
    ("[eye(n) 0; 0 eye(m)]", "eye(n+m)"),
    ("[eye(n) 0; 0 eye(m)]*N", "N"),
    ("ones(m+p)", "[ones(m); ones(p)]"),
    ("[0*P 0*Q; 0*R eye(m)]", "eye(n+m) - [eye(n) 0; 0 zeros(m,m)]"),
    ("det([P Q; 0 T])", "det(P)*det(T)"),
    ("logdet([P 0; R T])", "logdet(P) + logdet(T)"),
    ("inv([P 0; 0 T])", "[inv(P) 0; 0 inv(T)]"),
    ("inv([P Q; 0 T])", "[inv(P), -inv(P)*Q*inv(T); 0, inv(T)]"),
    ("inv([eye(n) Q; 0 eye(m)])", "[eye(n) -Q; 0 eye(m)]"),
    ("det([P b; 0 s])", "s*det(P)"),
    ("logdet([s x'; 0 T])", "log(abs(s)) + logdet(T)"),
    ("inv([P b; 0 s])", "[inv(P), -inv(P)*b/s; 0, 1/s]"),
    ("inv([s 0; x T])", "[1/s, 0; -inv(T)*x/s, inv(T)]"),
    ("exp([0 eye(n); eye(n) 0])", "[ones(n,n) exp(eye(n)); exp(eye(n)) ones(n,n)]"),
    ("[P eye(n)]*[eye(n); P]", "2*P"),
    ("tanh([A' eye(m); zeros(p,n) zeros(p,m)])", "[tanh(A)' tanh(eye(m)); zeros(p,n) zeros(p,m)]"),
    ("exp([x; y])", "[exp(x); exp(y)]"),
    ("exp([A; C])", "[exp(A); exp(C)]"),
    ("exp([A 0; C D])", "[exp(A) ones(n,p); exp(C) exp(D)]"),
    ("[[A B]; [C D]]", "[A B; C D]"),
    ("[[A; C] [B; D]]", "[A B; C D]"),
    ("[x; y; s]", "[[x; y]; s]"),
    ("[A B]'", "[A'; B']"),
    ("vec([A B])", "[vec(A); vec(B)]"),
    ("kron([A B], P)", "[kron(A,P) kron(B,P)]"),
    ("diag([x; y])", "[diag(x) 0; 0 diag(y)]"),
    ("[P 0; 0 T]^3", "[P^3 0; 0 T^3]"),
    ("[A B].*[A B]", "[A.*A B.*B]"),
    ("[A b]*[x; 1]", "A*x + b"),
    ("[eye(n) zeros(n,m)]*inv(N)*N*[eye(n); zeros(m,n)]", "eye(n)"),
    ("[zeros(m,n) eye(m) zeros(m,p)]*[b; x; y]", "x"),
    ("[1 2; 3 4]*[5; 6]", "[17; 39]"),
]  # fmt: skip

EQUAL = [
    ("det([P Q; R T])", "det(T)*det(P - Q*inv(T)*R)"),
    ("inv([P Q; R T])*[b; x]", "[inv(P - Q*inv(T)*R)*(b - Q*inv(T)*x); inv(T - R*inv(P)*Q)*(x - R*inv(P)*b)]"),
    ("[eye(n) zeros(n,m)]*inv([P Q; R T])*[eye(n); zeros(m,n)]", "inv(P - Q*inv(T)*R)"),
    ("[P P; P P]", "kron(ones(2,2), P)"),
    ("inv([1 2; 3 4])", "[-2 1; 3/2 -1/2]"),
]

DIFFERENT = [
    ("exp([0 eye(n); eye(n) 0])", "exp([eye(n) 0; 0 eye(n)])"),
    ("det([0 eye(n); P 0])", "det([eye(n) 0; 0 P])"),
    ("inv([0 P; eye(n) 0])", "inv([P 0; 0 eye(n)])"),
    ("[x; y]", "[2*x; y]"),
    ("[A B]*[x; y]", "A*x - B*y"),
    ("det([P Q; R T])", "det(P)*det(T) - det(Q*R)"),
    ("inv([P Q; 0 T])", "[inv(P), inv(P)*Q*inv(T); 0, inv(T)]"),
    ("[eye(n) 0; 0 zeros(m,m)]", "eye(n+m)"),
    ("exp([A 0; C D])", "[exp(A) zeros(n,p); exp(C) exp(D)]"),
    ("[P; P]", "[P; 2*P]"),
    ("[eye(m) zeros(m,p)]*z", "x"),
    ("norm2([x; y])", "norm2(x) + norm2(y)"),
]


def expression(text: str) -> td.Expression:
    return td.parse(text, shapes=SHAPES)


@pytest.mark.parametrize(("one", "other"), PROVED)
def test_proved(one: str, other: str) -> None:
    verdict = td.equal(expression(one), expression(other))
    assert verdict
    assert verdict.method == "proved"


@pytest.mark.parametrize(("one", "other"), EQUAL)
def test_equal(one: str, other: str) -> None:
    assert td.equal(expression(one), expression(other))


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different(one: str, other: str) -> None:
    assert not td.equal(expression(one), expression(other))


def test_a_long_sum_with_a_sign_is_one_sum() -> None:
    """det(-S) = (-1)^n*det(S) is applied once, also where S has more terms than are merged into an outer sum."""
    shapes = {"Q": "m m", "C": "p m", "y": "m"}
    matrix = "9*eye(m+p+1) + [tanh(Q), [Q C' y]*[C'; eye(p); ones(p)'], 2*y; C, 2*eye(p), 2*ones(p); 2*y', 2*ones(p)', y'*y]"
    f = td.parse(f"logdet({matrix})", shapes=shapes)
    assert td.equal(f, td.parse(f"logdet(-({matrix}))", shapes=shapes))
