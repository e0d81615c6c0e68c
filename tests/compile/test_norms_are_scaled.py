"""Norms and their derivatives where squares overflow or vanish, in every library and in single precision."""

from __future__ import annotations

import numpy as np
import pytest

import tensordiff as td
from tests.compile.conftest import OPTIONAL

if "jax" in OPTIONAL:
    import jax

    jax.config.update("jax_enable_x64", True)

V = np.array([3.0, -4.0, 12.0])
UNIT, LENGTH = V / 13, 13.0
TEXTS = ["norm2(x)", "sqrt(x'*x)", "(x'*x)^(1/2)", "norm2(X)"]


@pytest.mark.parametrize("backend", ["numpy", *OPTIONAL])
@pytest.mark.parametrize("scale", [1e200, 1e160, 1.0, 1e-160, 1e-200])
@pytest.mark.parametrize("text", TEXTS)
def test_value_gradient_and_hessian(text: str, scale: float, backend: str) -> None:
    name = "X" if "X" in text else "x"
    f = td.parse(text, shapes={"x": "n", "X": "n m"})
    outputs = [f, td.diff(f, name), td.diff(f, name, name)]
    array = scale * (V[:, None] if name == "X" else V)
    value, gradient, hessian = map(np.asarray, td.compile(outputs, backend=backend)(**{name: array}))
    np.testing.assert_allclose(value, LENGTH * scale, rtol=1e-14)
    np.testing.assert_allclose(gradient.ravel(), UNIT, rtol=1e-14)
    expected = (np.eye(3) - np.outer(UNIT, UNIT)) / (LENGTH * scale)
    np.testing.assert_allclose(hessian.reshape(3, 3), expected, rtol=1e-12)


@pytest.mark.parametrize("backend", ["numpy", *OPTIONAL])
@pytest.mark.parametrize("text", [*TEXTS, "sqrt(sum(x.^2))", "sqrt(13*sum(x.^2)/n)*sqrt(3/13)"])
def test_points_of_a_batch_are_scaled_each_by_itself(text: str, backend: str) -> None:
    name = "X" if "X" in text else "x"
    f = td.parse(text, shapes={"x": "n", "X": "n m"})
    scales = np.array([1e200, 1.0, 1e-200, 1e160, 0.0])
    arrays = scales[:, None] * V
    if name == "X":
        arrays = arrays[:, :, None]
    values = td.compile(f, backend=backend)(**{name: arrays})
    np.testing.assert_allclose(np.asarray(values), LENGTH * scales, rtol=1e-14)
    gradients = td.compile(td.diff(f, name), backend=backend)(**{name: arrays[:-1]})
    np.testing.assert_allclose(np.asarray(gradients).reshape(4, 3), np.tile(UNIT, (4, 1)), rtol=1e-13)


@pytest.mark.parametrize("text", ["std(x)", "sqrt(sum((x - mean(x)).^2)/n)", "norm2(x - y)"])
def test_roots_of_means_of_squares(text: str) -> None:
    f = td.parse(text, shapes={"x": "n", "y": "n"})
    values = {name: array for name, array in (("x", V), ("y", V[::-1])) if name in f.scope.symbols and name in text}
    usual = f.evaluate(**values)
    for scale in (1e200, 1e-200):
        np.testing.assert_allclose(f.evaluate(**{name: scale * x for name, x in values.items()}), scale * usual, rtol=1e-13)


def test_single_precision() -> None:
    f = td.parse("norm2(x)", shapes={"x": "n"})
    for scale in (1e30, 1e-30):
        found = td.diff(f, "x").evaluate(x=(scale * V).astype(np.float32))
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, UNIT, rtol=1e-6)


def test_special_arrays() -> None:
    f = td.parse("norm2(x)", shapes={"x": "n"})
    assert f.evaluate(x=np.zeros(3)) == 0
    assert f.evaluate(x=np.zeros(0)) == 0
    assert np.isinf(f.evaluate(x=np.array([1.0, np.inf])))
    with pytest.raises(td.EvaluationError):
        td.diff(f, "x").evaluate(x=np.zeros(3))
