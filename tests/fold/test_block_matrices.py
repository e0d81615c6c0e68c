"""Derivatives of block matrices: the formula that is printed has the derivative's value, and reads as a person writes it."""

from __future__ import annotations

import numpy as np
import pytest

import tensordiff as td

SIZES = {"n": 3, "m": 4, "p": 2, "q": 5}
SHAPES = {
    "A": "n m", "B": "n p", "C": "q m", "D": "q p", "x": "m", "y": "p", "z": "m+p", "w": "n+q", "b": "n", "M": "m+p n+q",
    "P": "n n", "Q": "n m", "R": "m n", "T": "m m", "X": "n+m m", "s": "", "t": "", "u": "n+1", "V": "n+m n+m",
}  # fmt: skip
STRUCTURES = {"V": "symmetric"}

FORMS = [
    ("tr(M*[A B; C D])", "A", "[eye(n) zeros(n,q)]*M'*[eye(m); zeros(p,m)]"),
    ("tr(M*[A B; C D])", "M", "[A B; C D]'"),
    ("norm2([A B; C D]*z - w)^2", "z", "2*[A B; C D]'*([A B; C D]*z - w)"),
    ("logdet([P Q; R T])", "T", "[zeros(m,n) eye(m)]*inv([P Q; R T])'*[zeros(n,m); eye(m)]"),
    ("logdet([P 0; R T])", "P", "inv(P)'"),
    ("logdet([P 0; R T])", "R", "zeros(m,n)"),
    ("[x; y]'*M*w", "M", "[x; y]*w'"),
    ("norm2([A; s*eye(m)]*x - [b; zeros(m)])^2", "A", "2*(A*x - b)*x'"),
    ("sum(exp([A B; C D]))", "D", "exp(D)"),
    ("norm2([vec(A); vec(B)])^2", "A", "2*A"),
    ("[A B]*z", "z", "[A B]"),
    ("[b ones(n)]*[s; t]", "t", "ones(n)"),
    ("exp([x; s; y])", "s", "[zeros(m); exp(s); zeros(p)]"),
    ("tr([P Q; R T]^2)", "Q", "2*R'"),
    ("[P; P]*b", "b", "[P; P]"),
]


@pytest.mark.parametrize(("f", "variable", "form"), FORMS, ids=[f"{f} by {v}" for f, v, _ in FORMS])
def test_form(f: str, variable: str, form: str) -> None:
    assert str(td.diff(td.parse(f, shapes=SHAPES), variable).matrix_form()) == form


def test_a_sum_that_says_a_term_twice_is_not_taken_for_the_sum_of_its_terms() -> None:
    shapes = {"A": "n n", "P": "n n", "B": "n n"}
    f = td.parse("tr(A*(P + P + B + B))", shapes=shapes)
    assert str(td.diff(f, "A").matrix_form()) == "2*(B + P)'"


def values() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(1)
    found = {}
    for name, shape in SHAPES.items():
        lengths = [sum(SIZES.get(part) or int(part) for part in axis.split("+")) for axis in shape.split()]
        found[name] = rng.standard_normal(lengths)
    found["V"] = found["V"] + found["V"].T + 9 * np.eye(7)
    return {**found, "P": found["P"] + 4 * np.eye(3), "T": found["T"] + 5 * np.eye(4)}


VALUES = [
    ("inv([P Q; R T])", "Q"), ("inv([P Q; R T])", "T"), ("[A B; C D]", "C"), ("[P b; b' s]*u", "b"),
    ("logdet([P b; b' s])", "b"),
    ("u'*[P b; b' s]*u", "P"), ("det([P Q; R T])", "R"), ("[eye(n) zeros(n,m)]*V*[eye(n); zeros(m,n)]", "V"),
    ("logdet([eye(n) zeros(n,m)]*V*[eye(n); zeros(m,n)])", "V"), ("[s b'; b P]", "b"), ("[s t; t s]", "s"),
    ("[vec(A); x]", "A"),
    ("[A B; C D].*M'", "A"), ("diag([x; y])", "x"), ("[P P]", "P"), ("kron([A B], P)", "A"), ("softmax([x; y])", "x"),
    ("X'*[P Q; R T]*X", "X"), ("[inv(P) Q; 0 T]*X", "P"), ("[[A B]; [C D]]*z", "D"), ("1/sum([x; y])", "x"),
]  # fmt: skip


@pytest.mark.parametrize(("f", "variable"), VALUES, ids=[f"{f} by {v}" for f, v in VALUES])
def test_printed_formula_has_the_value_in_every_layout(f: str, variable: str) -> None:
    whole = td.parse(f, shapes=SHAPES, structures=STRUCTURES)
    derivative = td.diff(whole, variable)
    derivative.verify()
    for layout in ("gradient", "denominator") if not whole.shape else ("vec-column", "vec-row"):
        printed = str(derivative.matrix_form(layout))
        found = np.asarray(td.parse(printed, shapes=SHAPES, structures=STRUCTURES).evaluate(**values()))
        expected = np.asarray(derivative.evaluate(layout=layout, **values()))
        np.testing.assert_allclose(found.reshape(expected.shape), expected, rtol=1e-8, atol=1e-8)
