"""Sums, means, softmax and logsumexp along any axis of a tensor."""

import numpy as np
import pytest
from scipy.special import logsumexp, softmax

import tensordiff as td

PLAIN = {"sum": np.sum, "mean": np.mean, "softmax": softmax, "logsumexp": logsumexp}
T = np.random.default_rng(0).normal(size=(2, 3, 4))
SHAPES = {"T": "n m p"}


@pytest.mark.parametrize("axis", [1, 2, 3])
@pytest.mark.parametrize("word", PLAIN)
def test_values_derivatives_and_text(word: str, axis: int) -> None:
    f = td.parse(f"{word}(T,{axis})", shapes=SHAPES)
    expected = PLAIN[word](T, axis=axis - 1)
    assert f.evaluate(T=T).shape == expected.shape
    np.testing.assert_allclose(f.evaluate(T=T), expected)
    assert td.parse(str(f), shapes=SHAPES).matrix is f.matrix
    derivative = td.diff(f, "T").evaluate(T=T)
    for place in np.ndindex(T.shape):
        step = np.zeros_like(T)
        step[place] = 1e-6
        change = (PLAIN[word](T + step, axis=axis - 1) - PLAIN[word](T - step, axis=axis - 1)) / 2e-6
        np.testing.assert_allclose(derivative[(..., *place)], change, atol=1e-8)


def test_an_axis_that_is_not_there() -> None:
    with pytest.raises(td.ShapeError, match="axis"):
        td.parse("sum(T,4)", shapes=SHAPES)
