"""A name that nobody declared and that was read as a scalar takes one number."""

import numpy as np
import pytest

import tensordiff as td


def test_an_array_for_it_is_an_error_that_says_how_it_was_read():
    f = td.parse("a*x'*x")
    assert f.evaluate(a=2.0, x=np.ones(3)) == 6
    assert f.evaluate(a=np.array(2.0), x=np.ones(3)) == 6
    with pytest.raises(td.TensordiffError, match="a was read as a scalar"):
        f.evaluate(a=np.ones(3), x=np.ones(3))
    with pytest.raises(td.TensordiffError, match="a was read as a scalar"):
        td.gradient(f, "x").at(a=[1.0, 2.0], x=np.ones(3))


def test_a_declared_scalar_takes_a_batch():
    f = td.parse("a*x'*x", shapes={"a": "", "x": "n"})
    assert f.evaluate(a=np.arange(3.0), x=np.ones(2)).tolist() == [0, 2, 4]
