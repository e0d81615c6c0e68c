"""where(c, a, b) is the side that a comparison takes, with its derivatives, also where the other side has no value."""

import numpy as np
import pytest

import tensordiff as td
from tests.libraries import LIBRARIES

SHAPES = {"x": "n", "y": "n", "a": "", "X": "n m"}
POINT = {"x": np.array([4.0, -1.0, 9.0, 0.5]), "y": np.array([1.0, 2.0, -3.0, 0.7]), "a": np.array(0.6)}
CASES = {
    "where(x > 0, sqrt(x), 0)": (lambda x, y, a: [2, 0, 3, 0.5**0.5], lambda x, y, a: [0.25, 0, 1 / 6, 0.5**0.5]),
    "where(x <= a, x.^3, a*x.^2)": (
        lambda x, y, a: np.where(x <= a, x**3, a * x**2), lambda x, y, a: np.where(x <= a, 3 * x**2, 2 * a * x)
    ),
    "where(x < y, exp(x), log(x - y))": (
        lambda x, y, a: [np.log(3), np.exp(-1), np.log(12), np.exp(0.5)],
        lambda x, y, a: [1 / 3, np.exp(-1), 1 / 12, np.exp(0.5)],
    ),
    "a*where(x >= y, x.*y, 1)": (lambda x, y, a: a * np.where(x >= y, x * y, 1), lambda x, y, a: a * np.where(x >= y, y, 0)),
}  # fmt: skip


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("text", CASES)
def test_values_and_derivatives(text: str, library: str) -> None:
    f = td.parse(text, shapes=SHAPES)
    value, slope = (np.asarray(part(**POINT), dtype=float) for part in CASES[text])
    program = td.compile([f, td.gradient(td.sum(f), "x")], backend=library)
    found = [np.asarray(array) for array in program(**POINT)]
    accuracy = 1e-5 if library == "jax" else 1e-12  # JAX computes with single precision unless it is told otherwise
    np.testing.assert_allclose(found[0], value, rtol=accuracy)
    np.testing.assert_allclose(found[1], slope, rtol=accuracy)
    assert str(td.parse(str(f), shapes=SHAPES)) == str(f)


def test_python_latex_and_text_are_one() -> None:
    x, y = td.vector("x", "n"), td.vector("y", "n")
    wanted = td.where(x >= y, x, 2 * y)
    latex = r"\operatorname{where}(x \geq y, x, 2 y)"
    for text in ("where(x >= y, x, 2*y)", "where(x ≥ y, x, 2*y)", latex, "np.where(x >= y, x, 2*y)"):
        assert td.parse(text, shapes=SHAPES).matrix is wanted.matrix, text
    assert td.parse(wanted.latex(), shapes=SHAPES).matrix is wanted.matrix


@pytest.mark.parametrize(
    ("claim", "right"),
    [
        ("where(x > a, 3*x.^2, 2*a*x)", True),
        ("where(x >= a, 3*x.^2, 2*a*x)", True),
        ("where(a < x, 3*x.^2, 2*a*x)", True),
        ("where(x <= a, 2*a*x, 3*x.^2)", True),
        ("where(x < a, 3*x.^2, 2*a*x)", False),
        ("where(x > a, 3*x.^2, a*x)", False),
        ("where(x > 0, 3*x.^2, 2*a*x)", False),
        ("3*x.^2", False),
    ],
)
def test_claims(claim: str, right: bool) -> None:
    """Single points where both sides meet are left out of the comparison, and said."""
    verdict = td.check(claim, "sum(where(x > a, x.^3, a*x.^2))", "x", shapes=SHAPES)
    assert bool(verdict) is right, str(verdict)


def test_values_that_are_equal_elsewhere() -> None:
    pairs = [("where(x > 0, x, 0)", "relu(x)"), ("where(x < 0, -x, x)", "abs(x)"), ("where(x < y, x, y)", "min(x, y)")]
    for one, other in pairs:
        assert td.equal(td.parse(one, shapes=SHAPES), td.parse(other, shapes=SHAPES))
    assert not td.equal(td.parse("where(x > 0, x, 0)", shapes=SHAPES), td.parse("where(x > 1, x, 0)", shapes=SHAPES))


@pytest.mark.parametrize(
    ("text", "said"),
    [("where(x, 1, 0)", "comparison"), ("where(x > X, 1, 0)", "n-by-m"), ("where(a < x < 1, 1, 0)", "two comparisons")],
)
def test_what_is_no_choice(text: str, said: str) -> None:
    with pytest.raises(td.TensordiffError, match=said):
        td.parse(text, shapes=SHAPES)
