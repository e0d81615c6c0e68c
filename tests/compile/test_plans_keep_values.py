"""What the planner rearranges keeps its value: generated sums, products, powers, traces and diagonals, planned for sizes at
which the rules for cost apply, and run on small arrays."""

from __future__ import annotations

import random

import numpy as np
import pytest

import tensordiff as td
from tests.reference import value

SHAPES = {"A": "n n", "B": "n n", "X": "n k", "Y": "n k", "C": "k k", "x": "n", "y": "n", "z": "k", "a": ""}
PLANNED = {"n": 600, "k": 6}
SIZES = {"n": 4, "k": 3}


class Writer:
    """Random texts of given shapes."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def pick(self, *texts: str) -> str:
        return self.random.choice(texts)

    def square(self, depth: int) -> str:
        """n-by-n."""
        if depth == 0:
            return self.pick("A", "B", "A'", "(X*Y')", "(X*C*X')", "(x*y')", "diag(x)", "eye(n)", "(Y*X')")
        m = self.square
        kind = self.random.randrange(7)
        if kind < 2:
            return f"({m(depth - 1)} + {self.pick('', '2*', 'a*')}{m(depth - 1)})"
        if kind == 2:
            return f"({m(depth - 1)} - {m(depth - 1)})"
        if kind == 3:
            return f"({m(depth - 1)} * {m(depth - 1)})"
        if kind == 4:
            return f"({m(depth - 1)})^{self.pick('2', '3', '4')}"
        if kind == 5:
            return f"({m(depth - 1)} .* {m(depth - 1)})"
        return f"({m(depth - 1)})'"

    def whole(self) -> str:
        m = self.square
        return self.pick(
            f"({m(2)})*x", f"tr({m(2)})", f"sum({m(2)})", f"diag({m(2)})", f"x'*({m(2)})*y", f"X'*({m(2)})*Y",
            f"tr({m(1)})*({m(1)})*y", f"norm2(({m(1)})*x)^2", f"sum(exp(diag({m(1)})/9))", f"({m(1)})*X",
        )  # fmt: skip


@pytest.mark.parametrize("seed", range(120))
def test_generated(seed: int) -> None:
    text = Writer(seed).whole()
    f = td.parse(text, shapes=SHAPES)
    rng = np.random.default_rng(seed)
    arrays = {name: rng.normal(size=[SIZES[size] for size in shape.split()]) / 3 for name, shape in SHAPES.items()}
    outputs = [f]
    if f.shape == ():
        names = [name for name in ("X", "A", "x") if name in text][:1]
        outputs += [td.diff(f, name) for name in names]
    program = td.compile(outputs, sizes=PLANNED)
    given = {name: arrays.get(name, SIZES.get(name)) for name in program.inputs}
    for output, found in zip(outputs, program(**given), strict=True):
        expected = value(output.tensor, arrays, SIZES)
        np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-9 * max(1, np.abs(expected).max()), err_msg=text)
