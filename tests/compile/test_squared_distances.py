"""Sums of squared differences by one matrix product keep their digits, near and far from the origin."""

from __future__ import annotations

import numpy as np
import pytest

import tensordiff as td
from tensordiff.compile.plan.plan import plan
from tests.compile.conftest import OPTIONAL

SHAPES = {"X": "n d", "Y": "m d", "w": "d", "K": "n m", "A": "d d"}
TEXTS = {
    "all pairs": "(X[i,d]-Y[j,d])^2 -> [i,j]",
    "the same rows": "(X[i,d]-X[j,d])^2 -> [i,j]",
    "weighted": "w[d]*(X[i,d]-Y[j,d])^2 -> [i,j]",
    "in a sum": "K[i,j]*(X[i,d]-2*Y[j,d])^2 -> []",
    "kernel": "sum(exp(-((X[i,d]-Y[j,d])^2 -> [i,j])/2))",
    "of products": "((X*A)[i,d]-(Y*A)[j,d])^2 -> [i,j]",
}
SIZES = {"n": 40, "m": 30, "d": 4}


def point(offset: float = 0.0, spread: float = 1.0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(3)
    made = {name: spread * rng.normal(size=[SIZES[size] for size in shape.split()]) for name, shape in SHAPES.items()}
    made["X"][:10] = made["X"][0] + 1e-6 * rng.normal(size=(10, 4))
    made["X"], made["Y"], made["w"] = made["X"] + offset, made["Y"] + offset, np.exp(made["w"] / spread)
    return made


def exact(text: str, arrays: dict[str, np.ndarray]) -> np.ndarray:
    """In long double, with all differences."""
    a = {name: np.asarray(array, np.longdouble) for name, array in arrays.items()}
    x, y = a["X"], a["Y"]
    if "X*A" in text:
        x, y = x @ a["A"], y @ a["A"]
    if "X[j" in text:
        y = x
    squares = (x[:, None] - (2 if "2*Y" in text else 1) * y) ** 2
    if "w[d]" in text:
        squares = squares * a["w"]
    made = squares.sum(2)
    if "exp" in text:
        made = np.exp(-made / 2).sum()
    return np.asarray((a["K"] * made).sum() if "K[" in text else made, float)


@pytest.mark.parametrize(("offset", "spread"), [(0, 1), (0, 1e6), (1e3, 1), (-50, 1e-3)])
@pytest.mark.parametrize("name", TEXTS)
def test_digits(name: str, offset: float, spread: float) -> None:
    f = td.parse(TEXTS[name], shapes=SHAPES, assume={"w": "positive"})
    arrays = point(offset, spread)
    program = td.compile(f, sizes=SIZES)
    if name != "of products" or offset == 0:
        assert "_squared_distances" in program.source
        found = program(**{key: arrays[key] for key in program.inputs})
        expected = exact(TEXTS[name], arrays)
        tolerance = 1e-9 if name in ("of products", "in a sum") else 1e-11
        np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance * 1e-6 * np.abs(expected).max())


@pytest.mark.parametrize("name", TEXTS)
def test_derivatives_and_libraries(name: str) -> None:
    f = td.parse(TEXTS[name], shapes=SHAPES, assume={"w": "positive"})
    arrays = point()
    J = td.diff(f, "X") if name in ("kernel", "in a sum") else f
    direct = td.compile(J, sizes={"n": 3, "m": 3, "d": 2})
    assert "_squared_distances" not in direct.source
    given = {key: arrays[key] for key in direct.inputs}
    expected = direct(**given)
    np.testing.assert_allclose(td.compile(J, sizes=SIZES)(**given), expected, rtol=1e-9, atol=1e-11)
    for backend in OPTIONAL:
        found = np.asarray(td.compile(J, backend=backend, sizes=SIZES)(**given))
        np.testing.assert_allclose(found, expected, rtol=2e-5 if found.dtype == np.float32 else 1e-9, atol=1e-6)


def test_no_array_of_differences() -> None:
    sizes = {"n": 300, "m": 300, "d": 20}
    for name in TEXTS:
        f = td.parse(TEXTS[name], shapes=SHAPES, assume={"w": "positive"})
        made = plan([f.tensor], sizes)
        assert max(np.prod([extent.value(sizes) for extent in v.shape], initial=1) for v in made.graph.values) <= 300 * 300


def test_special_entries() -> None:
    program = td.compile(td.parse(TEXTS["all pairs"], shapes=SHAPES), sizes=SIZES)
    arrays = point()
    arrays["X"][3, 1] = np.inf
    with np.errstate(all="ignore"):
        assert np.isinf(program(X=arrays["X"], Y=arrays["Y"])[3]).all()
    complex_rows = point()["X"] + 1j
    found = program(X=complex_rows, Y=arrays["Y"])
    np.testing.assert_allclose(found, ((complex_rows[:, None] - arrays["Y"]) ** 2).sum(2))
    assert program(X=np.ones((0, 4)), Y=arrays["Y"]).shape == (0, 30)
