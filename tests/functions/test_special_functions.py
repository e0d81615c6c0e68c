"""Special functions: values and derivatives against mpmath, everywhere that an elementwise function goes."""

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy

import tensordiff as td
from tests.libraries import LIBRARIES

TRUE: dict[str, Callable[..., Any]] = {
    "gammaln(x)": lambda x: mpmath.log(abs(mpmath.gamma(x))),
    "lgamma(x)": lambda x: mpmath.log(abs(mpmath.gamma(x))),
    "digamma(x)": mpmath.digamma,
    "polygamma(1,x)": lambda x: mpmath.psi(1, x),
    "polygamma(3,x)": lambda x: mpmath.psi(3, x),
    "erfc(x)": mpmath.erfc,
    "erfinv(x)": mpmath.erfinv,
    "normcdf(x)": mpmath.ncdf,
    "normpdf(x)": mpmath.npdf,
    "logit(x)": lambda x: mpmath.log(x / (1 - x)),
    "logaddexp(x,y)": lambda x, y: mpmath.log(mpmath.exp(x) + mpmath.exp(y)),
    "xlogy(x,y)": lambda x, y: x * mpmath.log(y) if x else mpmath.mpf(0),
    "hypot(x,y)": mpmath.hypot,
    "atan2(x,y)": mpmath.atan2,
    "clip(x,y)": lambda x, d: mpmath.sign(x) * min(abs(x), d),
    "huber(x,y)": lambda x, d: x**2 / 2 if abs(x) <= d else d * (abs(x) - d / 2),
}
POINTS: dict[str, list[float]] = {
    "gammaln(x)": [0.1, 1, 2, 7.5, -0.5, -1.5, 30],
    "lgamma(x)": [3.3, 0.7],
    "digamma(x)": [0.1, 1, 7.5, 0.5, 30],
    "polygamma(1,x)": [0.2, 1, 4.5],
    "polygamma(3,x)": [0.2, 1, 4.5],
    "erfc(x)": [-2, 0, 0.5, 3, 10],
    "erfinv(x)": [-0.9, 0, 0.3, 0.999],
    "normcdf(x)": [-8, -1, 0, 0.5, 3],
    "normpdf(x)": [-2, 0, 0.5, 3],
    "logit(x)": [0.001, 0.25, 0.5, 0.9],
}
PAIRS = {
    "logaddexp(x,y)": [(0.3, -0.2), (0, 0), (800, 799), (-2, 5)],
    "xlogy(x,y)": [(0, 2), (0.5, 0.3), (-2, 3)],
    "hypot(x,y)": [(3, 4), (-1, 0.5), (0, 2)],
    "atan2(x,y)": [(1, 1), (-1, -2), (0.5, -3), (0, 1)],
    "clip(x,y)": [(0.5, 1), (3, 1), (-3, 1.5), (0, 1)],
    "huber(x,y)": [(0.5, 1), (3, 1), (-3, 1.5), (0, 1), (0.4, -1), (-2, -0.5)],
}


def given(text: str) -> list[tuple[float, ...]]:
    return [(point,) for point in POINTS[text]] if text in POINTS else list(PAIRS[text])


def parsed(text: str) -> td.Expression:
    return td.parse(text, shapes={"x": "n", "y": "n"} if "y" in text else {"x": "n"})


def arrays(text: str) -> dict[str, np.ndarray]:
    return dict(zip("xy", (np.array(column, float) for column in zip(*given(text), strict=True)), strict=False))


@pytest.mark.parametrize("text", TRUE)
def test_values(text: str) -> None:
    expected = [float(TRUE[text](*map(mpmath.mpf, point))) for point in given(text)]
    np.testing.assert_allclose(parsed(text).evaluate(**arrays(text)), expected, rtol=1e-12, atol=1e-300)


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("variable", ["x", "y"])
@pytest.mark.parametrize("text", TRUE)
def test_derivatives(text: str, variable: str, order: int) -> None:
    if variable not in text.partition("(")[2]:
        return
    total = td.sum(parsed(text))
    found = td.diff(total, *[variable] * order).evaluate(**arrays(text))
    found = np.diag(found) if order == 2 else found
    place = "xy".index(variable)
    with mpmath.workdps(40):
        for point, value in zip(given(text), found, strict=True):
            if text.startswith("huber") and order == 2 and abs(point[0]) == point[1]:
                continue
            orders = tuple(order if p == place else 0 for p in range(len(point)))
            place_of = tuple(map(mpmath.mpf, point))
            several = len(point) > 1
            expected = mpmath.diff(TRUE[text], place_of, orders) if several else mpmath.diff(TRUE[text], *place_of, order)
            if text.startswith("xlogy") and point[0] == 0 and variable == "x" and order == 1:
                expected = mpmath.log(point[1])  # the difference quotient holds at 0 too, but the test's own value does not
            np.testing.assert_allclose(value, float(expected), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("text", TRUE)
def test_text_latex_python_and_names(text: str) -> None:
    made = parsed(text)
    name = str(made).partition("(")[0]
    assert parsed(str(made)).matrix is made.matrix
    shapes = {"x": "n", "y": "n"}
    assert td.parse(made.latex(), shapes=shapes).matrix is made.matrix
    n = td.dims("n")
    x, y = td.vector("x", n), td.vector("y", n)
    operands = [1, x] if "1," in text else [3, x] if "3," in text else [x, y] if "y" in text else [x]
    assert getattr(td, name)(*operands).matrix is made.matrix
    assert td.parse(text).matrix.op == "apply"
    own = td.parse(f"{name}*x", shapes={name: (), "x": "n"})  # a declared name wins
    assert own.matrix.op == "product"


@pytest.mark.parametrize("text", TRUE)
def test_scalars_stand_beside_vectors(text: str) -> None:
    if "y" not in text:
        return
    f = td.parse(f"sum({text})", shapes={"x": "n", "y": ()})
    values = {"x": np.array([0.3, -0.7, 1.9]), "y": 1.2}
    for name in "xy":
        found = td.diff(f, name).evaluate(**values)
        step = 1e-6
        shifts = np.eye(3) * step if name == "x" else [step]
        expected = [
            (f.evaluate(**{**values, name: values[name] + s}) - f.evaluate(**{**values, name: values[name] - s})) / (2 * step)
            for s in shifts
        ]
        np.testing.assert_allclose(found, np.squeeze(expected), rtol=1e-6, atol=1e-8)
        form = td.diff(f, name).matrix_form()
        np.testing.assert_allclose(form.evaluate(**values), found, rtol=1e-12)


@pytest.mark.parametrize("text", TRUE)
def test_matrix_forms_of_second_derivatives(text: str) -> None:
    total = td.sum(parsed(text))
    values = arrays(text)
    form = td.diff(total, "x", "x").matrix_form()
    np.testing.assert_allclose(form.evaluate(**values), td.diff(total, "x", "x").evaluate(**values), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("text", TRUE)
def test_batches_and_einsum(text: str) -> None:
    total = td.sum(parsed(text))
    gradient = td.diff(total, "x")
    values = arrays(text)
    several = {name: np.stack([array, array[::-1]]) for name, array in values.items()}
    program = td.compile([total, gradient])
    value, slope = program(**several)
    np.testing.assert_allclose(slope[0], gradient.evaluate(**values), rtol=1e-12)
    np.testing.assert_allclose(slope[1], slope[0][::-1], rtol=1e-12)
    np.testing.assert_allclose(value, total.evaluate(**values), rtol=1e-12)
    terms = gradient.einsum()
    made = sum(float(term.coefficient) * np.einsum(term.subscripts, *term.arrays(**values)) for term in terms)
    np.testing.assert_allclose(made, slope[0], rtol=1e-12)


@pytest.mark.parametrize("text", TRUE)
def test_right_and_wrong_claims(text: str) -> None:
    total = td.sum(parsed(text))
    right = str(td.diff(total, "x").matrix_form())
    assert td.check(right, total, "x").status == "right"
    assert td.check(f"{right} + x/1000", total, "x").status == "wrong"


@pytest.mark.parametrize("text", TRUE)
def test_sympy(text: str) -> None:
    f = td.parse(text, shapes={"x": (), "y": ()} if "y" in text else {"x": ()})
    there = f.to_sympy()
    point = {"x": 0.6, "y": 0.9}
    value = float(there.subs({sympy.Symbol(name): number for name, number in point.items()}).evalf())
    np.testing.assert_allclose(value, f.evaluate(**{name: point[name] for name in f.scope.symbols}), rtol=1e-10)
    if text.startswith(("huber", "gammaln", "lgamma")):
        return
    back = td.from_sympy(there)
    np.testing.assert_allclose(back.evaluate(**{name: point[name] for name in back.scope.symbols}), value, rtol=1e-10)


def test_sympy_gamma_functions_are_read() -> None:
    x = sympy.Symbol("x", positive=True)
    assert str(td.from_sympy(sympy.loggamma(x))) == "gammaln(x)"
    assert str(td.from_sympy(sympy.polygamma(2, x))) == "polygamma(2, x)"
    assert str(td.from_sympy(sympy.atan2(*sympy.symbols("y x")))) == "atan2(y, x)"


def test_identities() -> None:
    shapes = {"x": "n", "y": "n"}
    for left, right in [
        ("erfc(x)", "1 - erf(x)"), ("normcdf(x)", "erfc(-x/2^(1/2))/2"), ("logit(sigmoid(x))", "x"), ("erfinv(erf(x))", "x"),
        ("logaddexp(x,y)", "log(exp(x) + exp(y))"), ("hypot(x,y).^2", "x.^2 + y.^2"), ("normpdf(-x)", "normpdf(x)"),
        ("logaddexp(x,y)", "x + softplus(y - x)"),
    ]:  # fmt: skip
        assert td.equal(td.parse(left, shapes=shapes), td.parse(right, shapes=shapes)), (left, right)


def test_refusals() -> None:
    with pytest.raises(td.DomainError, match="whole number"):
        td.diff(td.parse("sum(polygamma(1/2,x))", shapes={"x": "n"}), "x")
    with pytest.raises(td.EvaluationError):
        td.parse("gammaln(x)", shapes={"x": "n"}).evaluate(x=np.array([0.0]))
    with pytest.raises(td.EvaluationError):
        td.parse("erfinv(x)", shapes={"x": "n"}).evaluate(x=np.array([2.0]))
    with pytest.raises(td.ShapeError):
        td.parse("hypot(x,y)", shapes={"x": "n", "y": "m"})
    with pytest.raises(td.ShapeError, match="2 arguments"):
        td.parse("hypot(x)", shapes={"x": "n"})


@pytest.mark.parametrize("backend", LIBRARIES)
def test_functions_of_numbers(backend: str) -> None:
    f = td.parse("gammaln(n/2)*a + a*erfinv(0.5) + a*normcdf(1)", shapes={"a": (), "X": "n n"})
    from scipy.special import erfinv, gammaln, ndtr

    found = float(td.compile(f, backend=backend)(a=np.float64(2.0), X=np.eye(5)))
    np.testing.assert_allclose(found, 2 * (gammaln(2.5) + erfinv(0.5) + ndtr(1)), rtol=1e-6)
