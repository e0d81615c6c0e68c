"""Products that differ in weights are one product, with a root of the weights where they keep one sign."""

from __future__ import annotations

import numpy as np
import pytest

import tensordiff as td
from tensordiff.compile.plan.graph import live
from tensordiff.compile.plan.plan import plan
from tests.reference import value

SHAPES = {"X": "n m", "w": "m", "y": "n", "u": "n", "v": "n", "a": ""}
SYRK = [
    "sum(log(1+exp(X*w)))",
    "sum((1+(X*w-y).^2).^(1/2))",
    "sum(exp(X*w)) + sum((X*w).^2)",
    "sum((X*w-y).^4)",
    "sum((2+(X*w-y).^2).^(3/4))",
]
OTHERS = [
    "sum(log(1+(X*w-y).^2))",
    "sum(log(1+(X*w-y).^2)) + norm2(X*w)^2",
    "sum(tanh(X*w))",
    "sum((X*w).^3 + sin(X*w))",
    "sum(u.*exp(X*w) - v.*log(1+exp(X*w)))",
    "a*sum((1+(X*w).^2).^(1/3)) - sum(v.*(X*w).^2)",
]


def point(n: int, m: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(1)
    return {"X": rng.normal(size=(n, m)), "w": rng.normal(size=m) / m, "y": rng.normal(size=n), "u": rng.normal(size=n),
            "v": rng.normal(size=n), "a": np.array(0.7)}  # fmt: skip


@pytest.mark.parametrize("text", [*SYRK, *OTHERS])
def test_hessians(text: str) -> None:
    f = td.parse(text, shapes=SHAPES)
    arrays = point(30, 4)
    H = td.diff(f, "w", "w")
    given = {name: arrays[name] for name in td.compile(H).inputs}
    expected = value(H.tensor, arrays, {"n": 30, "m": 4})
    for sizes in (None, {"n": 3000, "m": 50}):
        np.testing.assert_allclose(td.compile(H, sizes=sizes)(**given), expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("text", [*SYRK, *OTHERS])
def test_one_product_of_the_design_with_itself(text: str) -> None:
    H = td.diff(td.parse(text, shapes=SHAPES), "w", "w")
    sizes = {"n": 3000, "m": 50}
    made = plan([H.tensor], sizes)
    products = [v for v in live(made.outputs) if v.operation == "matmul" and v.rank == 2]
    assert len(products) == 1
    halves = {id(operand.operands[0] if operand.operation == "transpose" else operand) for operand in products[0].operands}
    assert (len(halves) == 1) == (text in SYRK)
