"""Every operation lowers to a tensor with NumPy's value of the same formula."""

import numpy as np
import pytest

from tensordiff.lower import lower
from tensordiff.matrix import text
from tests.lower.cases import INDEX_CASES, MATRIX_CASES, SIZES, arrays
from tests.reference import value


@pytest.mark.parametrize(("node", "formula"), MATRIX_CASES + INDEX_CASES, ids=lambda c: text(c) if hasattr(c, "op") else "")
def test_value(node, formula):
    given = arrays()
    tensor = lower(node)
    assert tensor.dims == node.dims
    want = np.asarray(formula(given))
    got = value(tensor, given, SIZES).reshape(want.shape)
    np.testing.assert_allclose(got, want, rtol=1e-9, atol=1e-11)
