"""Quotients entry by entry are read over one denominator where that is shorter, and keep their values."""

from __future__ import annotations

import numpy as np
import pytest

import tensordiff as td

SHAPES = {"X": "m n", "y": "m", "w": "n", "x": "n", "z": "n"}
RNG = np.random.default_rng(0)
VALUES = {name: RNG.uniform(0.3, 1.2, [{"m": 4, "n": 3}[s] for s in shape.split()]) for name, shape in SHAPES.items()}

FORMS = [
    ("sum(log(exp(-y.*(X*w)) + 2))", "w w", "2*X'*diag(y.^2.*exp(-y.*(X*w))./(exp(-y.*(X*w)) + 2).^2)*X"),
    ("sum(log(1 + x.^2))", "x x", "2*diag((1 - x.^2)./(1 + x.^2).^2)"),
    ("sum(x./(1 + x.^2))", "x", "(1 - x.^2)./(1 + x.^2).^2"),
    ("sum(exp(x)./(2 + exp(x)))", "x", "2*exp(x)./(2 + exp(x)).^2"),
    ("sum(exp(x)./(2 + exp(x)))", "x x", "2*diag(exp(x).*(2 - exp(x))./(2 + exp(x)).^3)"),
    ("sum(sqrt(1 + x.^2))", "x x", "diag(1./(1 + x.^2).^(3/2))"),
    ("sum(x./(x + z))", "x", "z./(x + z).^2"),
    ("sum((2 - exp(-x))./(2 + exp(-x)))", "x", "4*exp(-x)./(2 + exp(-x)).^2"),
    ("sum(1./(1 + x)) + sum(1./(1 + z).^2)", "x", "-1./(1 + x).^2"),
    ("sum(1./(1 + x) + exp(x)./(2 + x).^2)", "x", None),
]


@pytest.mark.parametrize(("f", "by", "form"), FORMS, ids=[f"{f} by {by}" for f, by, _ in FORMS])
def test_forms(f: str, by: str, form: str | None) -> None:
    derivative = td.diff(td.parse(f, shapes=SHAPES), *by.split())
    ours = derivative.matrix_form()
    assert form is None or str(ours) == form
    expected = derivative.evaluate(layout=derivative.default_layout, **VALUES)
    np.testing.assert_allclose(np.reshape(ours.evaluate(**VALUES), np.shape(expected)), expected, rtol=1e-12)
    assert td.check(str(ours), derivative.f, by.split()).method == "proved"
