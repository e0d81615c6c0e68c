"""Cross products in three dimensions: values, derivatives in words, identities, claims, programs, refusals."""

import numpy as np
import pytest

import tensordiff as td
from tests.libraries import LIBRARIES

SHAPES = {"w": 3, "p": 3, "q": 3, "R": "3 3"}
VALUES = {name: np.random.default_rng(seed).normal(size=3) for seed, name in enumerate("wpq")}
VALUES["R"] = np.random.default_rng(9).normal(size=(3, 3))
FORMS = [
    ("hat(w)*p", "w", "-hat(p)"), ("skew(w)*p", "w", "-hat(p)"), ("cross(w,p)", "p", "hat(w)"),
    ("q'*cross(w,p)", "w", "-hat(q)*p"), ("q'*cross(w,p)", "p", "-hat(w)*q"), ("R*cross(w,p)", "w", "-R*hat(p)"),
    ("cross(R*w,p)", "w", "-hat(p)*R"), ("cross(w,cross(w,p))", "w", "-(hat(w)*hat(p) + hat(hat(w)*p))"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "variable", "expected"), FORMS)
def test_forms(text: str, variable: str, expected: str) -> None:
    f = td.parse(text, shapes=SHAPES)
    derivative = td.diff(f, variable)
    form = derivative.matrix_form()
    assert str(form) == expected
    given = {name: VALUES[name] for name in f.scope.symbols}
    step = 1e-6
    columns = [
        (f.evaluate(**{**given, variable: given[variable] + s}) - f.evaluate(**{**given, variable: given[variable] - s}))
        for s in np.eye(3) * step
    ]
    expected_value = np.squeeze(np.stack(columns, axis=-1)) / (2 * step)
    np.testing.assert_allclose(np.squeeze(derivative.evaluate(**given)), expected_value, atol=1e-8)
    np.testing.assert_allclose(np.squeeze(form.evaluate(**given)), expected_value, atol=1e-8)
    np.testing.assert_allclose(np.squeeze(derivative.einsum().evaluate(**given)), expected_value, atol=1e-8)


def test_value() -> None:
    f = td.parse("cross(w,p)", shapes=SHAPES)
    np.testing.assert_allclose(f.evaluate(w=VALUES["w"], p=VALUES["p"]), np.cross(VALUES["w"], VALUES["p"]))
    assert str(td.parse("hat(w)'", shapes=SHAPES)) == "-hat(w)"


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("cross(w,p)", "-cross(p,w)"), ("q'*cross(w,p)", "w'*cross(p,q)"), ("cross(w,cross(p,q))", "p*(w'*q) - q*(w'*p)"),
        ("cross(w,w)", "0*w"), ("hat(w)^2", "w*w' - (w'*w)*eye(3)"), ("tr(hat(w)*hat(p))", "-2*w'*p"),
    ],
)  # fmt: skip
def test_identities(left: str, right: str) -> None:
    assert td.equal(td.parse(left, shapes=SHAPES), td.parse(right, shapes=SHAPES))


def test_claims() -> None:
    assert td.check("-hat(p)", "hat(w)*p", "w", shapes=SHAPES, layout="numerator")
    assert not td.check("hat(p)", "hat(w)*p", "w", shapes=SHAPES, layout="numerator")
    assert not td.check("hat(w)", "cross(w,cross(w,p))", "p", shapes=SHAPES)


@pytest.mark.parametrize("backend", LIBRARIES)
def test_programs_and_batches(backend: str) -> None:
    f = td.parse("q'*cross(w,p)", shapes=SHAPES)
    program = td.compile([f, td.diff(f, "w")], backend=backend)
    given = {name: np.stack([VALUES[name], 2 * VALUES[name]]) for name in "wpq"}
    value, slope = (np.asarray(x, float) for x in program(**given))
    expected = np.cross(VALUES["p"], VALUES["q"])
    np.testing.assert_allclose(value, [VALUES["w"] @ expected, 8 * VALUES["w"] @ expected], rtol=1e-5)
    np.testing.assert_allclose(slope, [expected, 4 * expected], rtol=1e-5)


@pytest.mark.parametrize("text", ["hat(x)", "cross(x,w)", "hat(R)", "cross(w,a)"])
def test_refusals(text: str) -> None:
    with pytest.raises(td.ShapeError, match=r"3|vector"):
        td.parse(text, shapes={"x": "n", "w": 3, "R": "3 3", "a": ()})
