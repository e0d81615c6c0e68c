"""A scalar times a tensor of more than two axes is the tensor of the products."""

import numpy as np

import tensordiff as td


def test_values_and_derivatives():
    shapes = {"a": "", "b": "", "T": "n m p"}
    f = td.parse("a*T", shapes=shapes)
    T = np.arange(24.0).reshape(2, 3, 4)
    assert np.allclose(f.evaluate(a=3.0, T=T), 3 * T)
    assert np.allclose(td.diff(f, "a").evaluate(a=3.0, T=T), T)
    assert np.allclose(td.parse("a*b*T*a", shapes=shapes).evaluate(a=2.0, b=3.0, T=T), 12 * T)
