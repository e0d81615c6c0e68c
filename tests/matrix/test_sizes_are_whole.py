"""A size is a whole number, a name or a product: anything else is refused in the user's words."""

from __future__ import annotations

import pytest

import tensordiff as td


@pytest.mark.parametrize("shape", [2.5, ("n", 2.5), (None,)])
def test_a_size_that_is_no_size_is_refused(shape: object) -> None:
    with pytest.raises(td.ShapeError, match="cannot read the size"):
        td.parse("x", shapes={"x": shape})
