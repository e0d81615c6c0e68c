"""Random formulas in exponentials and logarithms keep their values when functions are recognised in them, and their slopes are
those of differences; products of functions of one matrix have one canonical form."""

from __future__ import annotations

import random

import numpy as np
import pytest

import tensordiff as td
from tensordiff.canonical import canonical
from tensordiff.functions import EXPM, INVERSE, SQRTM, matrix_power
from tensordiff.tensor import Dim, Structure, Symbol, Tensor, apply, einsum, scale

SHAPES = {"x": "n", "w": "n", "A": "n n", "a": "", "b": ""}
RNG = np.random.default_rng(0)
VALUES = {
    "x": RNG.uniform(0.2, 0.8, 3), "w": RNG.uniform(0.2, 0.8, 3), "A": RNG.uniform(0.2, 0.8, (3, 3)), "a": np.array(0.3),
    "b": np.array(0.6),
}  # fmt: skip
LEAVES = ["x", "w", "A*x", "-x", "2*x", "x - w"]
VECTORS = [
    "exp({v})", "(exp({v})./(1 + exp({v})))", "(1./(1 + exp(-({v}))))", "({v}).*({u})", "({v} + {u})", "log(1 + exp({v}))",
    "((exp({v}) - exp(-({v})))./(exp({v}) + exp(-({v}))))", "(exp({v})/sum(exp({v})))", "({v})./(1 + exp({u}))",
    "(exp({v}) - 1)", "log(cosh({v}))", "(1 + exp({v})).^(-2)",
]  # fmt: skip
SCALARS = [
    "sum({v})", "log(sum(exp({v})))", "w'*({v})", "log(exp(a) + exp(b))*sum({v})", "log(w'*exp({v}))",
    "({u})'*exp({v})/sum(exp({v}))", "norm2({v})*norm2({v})", "log(sum(exp({v}) + exp({u})))", "sum(abs({v}).*abs({v}))",
]  # fmt: skip


def vector(rng: random.Random, depth: int) -> str:
    if not depth:
        return rng.choice(LEAVES)
    return rng.choice(VECTORS).format(v=vector(rng, depth - 1), u=vector(rng, depth - 1))


def numpy_value(text: str, values: dict[str, np.ndarray]) -> float:
    """The formula as NumPy reads it, every step as it is written."""
    code = text.replace(".*", "*").replace("./", "/").replace(".^", "**").replace("A*x", "(A@x)")
    code = code.replace("w'*", "w@").replace(")'*", ")@")
    names = {"exp": np.exp, "log": np.log, "sum": np.sum, "cosh": np.cosh, "norm2": np.linalg.norm, "abs": np.abs}
    return float(eval(code, {**names, **values}))


@pytest.mark.parametrize("seed", range(80))
def test_values_and_slopes(seed: int) -> None:
    rng = random.Random(seed)
    text = rng.choice(SCALARS).format(v=vector(rng, rng.randint(0, 2)), u=vector(rng, rng.randint(0, 1)))
    f = td.parse(text, shapes=SHAPES)
    expected = numpy_value(text, VALUES)
    np.testing.assert_allclose(f.evaluate(**VALUES), expected, rtol=1e-10, err_msg=text)
    slope = td.diff(f, "x").evaluate(**VALUES)
    step = 1e-6 * np.eye(3)
    differences = [
        (numpy_value(text, {**VALUES, "x": VALUES["x"] + e}) - numpy_value(text, {**VALUES, "x": VALUES["x"] - e})) / 2e-6
        for e in step
    ]
    np.testing.assert_allclose(slope, differences, rtol=2e-5, atol=1e-6 * max(1, abs(expected)), err_msg=text)


N = Dim.named("n")


def of_one_matrix(matrix: Tensor) -> list[Tensor]:
    root = apply(SQRTM, matrix)
    return [
        matrix, apply(EXPM, matrix), apply(INVERSE, matrix), matrix_power(matrix, 2), root, apply(INVERSE, root),
        apply(EXPM, scale(2, matrix)),
    ]  # fmt: skip


@pytest.mark.parametrize("structure", [Structure.GENERAL, Structure.SYMMETRIC])
@pytest.mark.parametrize("seed", range(30))
def test_functions_of_one_matrix_in_any_order(seed: int, structure: Structure) -> None:
    rng = random.Random(seed)
    matrix = Symbol.make("A", (N, N), structure)
    chosen = rng.choices(of_one_matrix(matrix), k=rng.randint(2, 4))
    shuffled = rng.sample(chosen, len(chosen))
    for closed in (False, True):
        last = 0 if closed else len(chosen)
        ends = [*range(1, len(chosen)), last]
        output = () if closed else (0, last)
        words = [
            einsum([(node, (p, end)) for p, (node, end) in enumerate(zip(order, ends, strict=True))], output)
            for order in (chosen, shuffled)
        ]
        forms = [canonical(word) for word in words]
        assert all(canonical(form) is form for form in forms)
        if len(chosen) == 2:
            assert forms[0] is forms[1]
