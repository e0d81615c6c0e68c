"""Vectors of compound length beside factors on one of their dimensions: kron(eye(n), z')*y, and vectors as matrices."""

from __future__ import annotations

import numpy as np
import pytest

import tensordiff as td

SHAPES = {
    "X": "n m", "A": "p q", "x": "n", "z": "m", "y": "n*m", "u": "m*q", "v": "n*p", "M": "n*m n*m", "B": "m n", "c": "n*q",
}  # fmt: skip
SIZES = {"n": 2, "m": 3, "p": 4, "q": 5}
RNG = np.random.default_rng(7)


def _size(text: str) -> int:
    return int(np.prod([SIZES[name] for name in text.split("*")]))


VALUES = {name: RNG.normal(size=[_size(part) for part in shape.split()]) for name, shape in SHAPES.items()}

FORMS = [
    ("kron(x,z)'*y", "x", "kron(eye(n), z')*y"),
    ("kron(x,z)'*y", "z", "kron(x', eye(m))*y"),
    ("kron(x,z)'*M*kron(x,z)", "x", "kron(eye(n), z')*(M + M')*kron(x, z)"),
    ("kron(x,z)'*M*y", "z", "kron(x', eye(m))*M*y"),
    ("exp(kron(x,z))'*y", "x", None),
    ("kron(X,A)*u", "A", "kron(X*unvec(u, q, m)', eye(p))"),
    ("kron(X,A)*u", "X", None),
    ("v'*kron(X,A)*u", "A", None),
    ("v'*kron(X,A)*u", "u", "kron(X, A)'*v"),
    ("norm2(v - kron(X,A)*u)^2", "A", None),
    ("norm2(v - kron(X,A)*u)^2", "u", "2*kron(X, A)'*(kron(X, A)*u - v)"),
]


@pytest.mark.parametrize(("f", "by", "form"), FORMS, ids=[f"{f} by {by}" for f, by, _ in FORMS])
def test_forms(f: str, by: str, form: str | None) -> None:
    derivative = td.diff(td.parse(f, shapes=SHAPES), by)
    assert form is None or str(derivative.matrix_form()) == form
    for layout in (derivative.default_layout, "vec-column", "vec-row"):
        expected = derivative.evaluate(layout=layout, **VALUES)
        read = td.parse(str(derivative.matrix_form(layout)), shapes=SHAPES)
        np.testing.assert_allclose(np.reshape(read.evaluate(**VALUES), expected.shape), expected, rtol=1e-9, atol=1e-10)


def test_pullbacks_through_a_kronecker_product() -> None:
    f = td.parse("kron(x,z)", shapes=SHAPES)
    assert str(td.vjp(f, "x", "g").matrix_form()) == "kron(eye(n), z')*g"
    assert str(td.vjp(f, "z", "g").matrix_form()) == "kron(x', eye(m))*g"
