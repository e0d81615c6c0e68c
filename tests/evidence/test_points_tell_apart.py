"""Where points are drawn: sizes above half the degree, signs that are not all alike."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

import tensordiff as td
from tensordiff.evidence.agreement import varied
from tensordiff.evidence.sampling.points import Samples
from tensordiff.evidence.sampling.values import FIELD, REAL_STYLES, Style, Traits, draw
from tensordiff.tensor import Assumption


@pytest.mark.parametrize("degree", [2, 9, 10, 12, 14])
def test_one_size_is_above_half_the_degree(degree: int) -> None:
    """A polynomial identity of n-by-n matrices has degree 2n at least (Amitsur and Levitzki 1950)."""
    f = td.parse("*".join(["A", "B"] * (degree // 2) + ["A"] * (degree % 2)), shapes={"A": "n n", "B": "n n"})
    assert max(point.sizes["n"] for point in varied(Samples([f.tensor]), 3)) > degree / 2


@pytest.mark.parametrize("style", [FIELD, *REAL_STYLES], ids=lambda style: style.name)
def test_signs_are_not_all_alike(style: Style) -> None:
    """Where all signs are equal, a sign that was forgotten cannot be told from a factor."""
    y = td.parse("y", shapes={"y": "n"}, assume={"y": "binary"}).tensor
    traits = Traits(assumption=Assumption.BINARY)
    for seed in range(60):
        for n in (2, 3, 4):
            drawn = draw(y, {"n": n}, traits, style, Random(seed))
            assert set(np.unique(drawn.astype(int))) == {-1, 1}
