"""The largest and the smallest entry, of everything and along an axis: values, subgradients, programs, batches, text."""

import numpy as np
import pytest

import tensordiff as td
from tests.libraries import LIBRARIES

RNG = np.random.default_rng(0)
X = RNG.normal(size=(3, 4))


@pytest.mark.parametrize("word", ["max", "min"])
def test_of_all_entries(word: str) -> None:
    f = td.parse(f"{word}(X)", shapes={"X": "n m"})
    pick = getattr(np, word)
    assert f.evaluate(X=X) == pick(X)
    np.testing.assert_array_equal(td.diff(f, "X").evaluate(X=X), pick(X) == X)
    np.testing.assert_array_equal(td.diff(f, "X", "X").evaluate(X=X), np.zeros((3, 4, 3, 4)))
    form = td.diff(f, "X").matrix_form()
    assert str(form) == ("hardmax(X)" if word == "max" else "hardmax(-X)")
    assert td.parse(str(form), shapes={"X": "n m"}).matrix is form.matrix


def test_with_further_factors() -> None:
    f = td.parse("max(A*x)^2 + min(x)", shapes={"A": "m n", "x": "n"})
    values = {"A": X, "x": RNG.normal(size=4)}
    step = 1e-6
    for name, array in values.items():
        expected = np.zeros_like(array)
        for place in np.ndindex(array.shape):
            e = np.zeros_like(array)
            e[place] = step
            up, down = (f.evaluate(**{**values, name: array + s * e}) for s in (1, -1))
            expected[place] = (up - down) / (2 * step)
        found = td.diff(f, name)
        np.testing.assert_allclose(found.evaluate(**values), expected, atol=1e-7)
        np.testing.assert_allclose(found.matrix_form().evaluate(**values).reshape(array.shape), expected, atol=1e-7)


def test_ties_share_the_subgradient() -> None:
    f = td.parse("max(x)", shapes={"x": "n"})
    np.testing.assert_allclose(td.diff(f, "x").evaluate(x=np.array([1.0, 3, 3])), [0, 0.5, 0.5])


def test_two_operands_stay_entrywise() -> None:
    assert td.parse("max(x,y)", shapes={"x": "n", "y": "n"}).matrix.op == "apply"
    assert td.parse("max(x,0)", shapes={"x": "n"}).matrix.op == "apply"
    assert td.parse("max(a)", shapes={"a": ()}).matrix.op == "symbol"


@pytest.mark.parametrize("backend", LIBRARIES)
def test_programs_and_batches(backend: str) -> None:
    f = td.parse("max(X) - min(X)", shapes={"X": "n m"})
    program = td.compile([f, td.diff(f, "X")], backend=backend, sizes={"n": 3, "m": 4})
    value, slope = (np.asarray(x, float) for x in program(X=X))
    np.testing.assert_allclose(value, np.ptp(X), rtol=1e-6)
    np.testing.assert_allclose(slope, (X.max() == X).astype(float) - (X.min() == X), rtol=1e-6)
    several = np.stack([X, -X])
    value, slope = (np.asarray(x, float) for x in program(X=several))
    np.testing.assert_allclose(value, [np.ptp(X)] * 2, rtol=1e-6)
    np.testing.assert_allclose(slope[1], -slope[0], rtol=1e-6)


def test_claims() -> None:
    shapes = {"A": "m n", "x": "n"}
    assert td.check("A'*hardmax(A*x)", "max(A*x)", "x", shapes=shapes)
    assert not td.check("hardmax(A*x)", "max(A*x)", "x", shapes={"A": "n n", "x": "n"})


def test_products_of_all_entries() -> None:
    f = td.parse("prod(x)", shapes={"x": "n"})
    x = np.array([0.0, 2, 3])
    np.testing.assert_allclose(f.evaluate(x=x), 0)
    np.testing.assert_allclose(td.diff(f, "x").evaluate(x=x), [6, 0, 0], atol=1e-12)
    y = np.array([1.0, 2, -3])
    np.testing.assert_allclose(td.diff(f, "x", "x").evaluate(x=y), [[0, -3, 2], [-3, 0, 1], [2, 1, 0]], atol=1e-12)
    with pytest.raises(td.EvaluationError):
        td.diff(f, "x", "x").evaluate(x=x)
