"""x_i declared as a vector is, under a sum over i, the i-th row of its data; elsewhere it is a name like any other."""

from __future__ import annotations

import numpy as np
import pytest

import tensordiff as td

SHAPES = {"x_i": "d", "w": "d", "y": "n"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r"\sum_i (y_i - w^T x_i)^2", lambda X, w, y: ((y - X @ w) ** 2).sum()),
        (r"\sum_{i=1}^n y_i w^T x_i", lambda X, w, y: y @ X @ w),
        (r"\sum_{i=1}^{n} \|x_i - w\|^2 + y^Ty", lambda X, w, y: ((X - w) ** 2).sum() + y @ y),
    ],
)
def test_values(text: str, value: object) -> None:
    rng = np.random.default_rng(0)
    X, w, y = rng.normal(size=(5, 3)), rng.normal(size=3), rng.normal(size=5)
    f = td.parse(text, shapes=SHAPES)
    assert callable(value)
    np.testing.assert_allclose(f.evaluate(x=X, w=w, y=y), value(X, w, y))


def test_a_claim_with_members() -> None:
    f = r"\sum_i (y_i - w^T x_i)^2"
    assert td.check(r"-2\sum_i (y_i - w^Tx_i)x_i", f, "w", shapes=SHAPES)
    assert not td.check(r"-2\sum_i (y_i - w^Tx_i)x_i^Tx_i w", f, "w", shapes=SHAPES)


def test_without_a_sum_it_is_a_name() -> None:
    f = td.parse("w^T x_i", shapes={"x_i": "d", "w": "d"})
    assert "x_i" in f.scope.symbols
    numbered = td.parse(r"\sum_i w_i + w^Tx_1", shapes={"x_1": "d", "w": "d"})
    assert "x_1" in numbered.scope.symbols
