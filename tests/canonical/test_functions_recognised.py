"""Functions are recognised in formulas that spell them out: short derivatives, proofs in either dress, values within range."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import mpmath as mp
import numpy as np
import pytest

import tensordiff as td
from tensordiff.canonical import canonical, recognised
from tests.libraries import LIBRARIES

SHAPES = {"x": "n", "y": "n", "w": "n", "X": "m n", "A": "n n", "a": "", "b": "", "t": "m"}

DERIVATIVES = [
    ("log(sum(exp(x)))", "x", "softmax(x)"),
    ("log(mean(exp(x)))", "x", "softmax(x)"),
    ("log(sum(exp(X*x)))", "x x", "X'*(diag(softmax(X*x)) - softmax(X*x)*softmax(X*x)')*X"),
    ("exp(x)/sum(exp(x))", "x", "diag(softmax(x)) - softmax(x)*softmax(x)'"),
    ("w'*exp(x)/sum(exp(x))", "x", "softmax(x).*(w - w'*softmax(x)*ones(n))"),
    ("log(w'*exp(x))", "x", "w.*exp(x)/(w'*exp(x))"),
    ("-log(y'*exp(x)/sum(exp(x)))", "x", "softmax(x).*(1 - y/(softmax(x)'*y))"),
    ("sum(1./(1 + exp(-x)))", "x", "sigmoid(x).*(1 - sigmoid(x))"),
    ("sum(exp(x)./(1 + exp(x)))", "x", "sigmoid(x).*(1 - sigmoid(x))"),
    ("sum(exp(2*x)./(1 + exp(x)).^2)", "x", "2*sigmoid(x).^2.*(1 - sigmoid(x))"),
    ("sum(log(1 + exp(X*x))) - t'*X*x", "x", "X'*(sigmoid(X*x) - t)"),
    ("-t'*log(1./(1 + exp(-X*x))) - (1 - t)'*log(1 - 1./(1 + exp(-X*x)))", "x", "X'*(sigmoid(X*x) - t)"),
    ("sum(log(cosh(x)))", "x", "tanh(x)"),
    ("sum(log(exp(x) + exp(-x)))", "x", "tanh(x)"),
    ("sum((exp(x) - exp(-x))./(exp(x) + exp(-x)))", "x", "1 - tanh(x).^2"),
    ("sum((exp(2*x) - 1)./(exp(2*x) + 1))", "x", "1 - tanh(x).^2"),
    ("sum(x.*log(1 + x))", "x", "log1p(x) + x./(1 + x)"),
    ("y'*(x.*(exp(x) - 1))", "x", "y.*expm1(x) + x.*y.*exp(x)"),
    ("log(exp(a) + exp(b))", "b", "sigmoid(b - a)"),
    ("log(det(A))", "A", "inv(A)'"),
    ("sqrt(x'*x)", "x", "x/norm2(x)"),
]


@pytest.mark.parametrize(("f", "by", "form"), DERIVATIVES, ids=[f"{f} by {by}" for f, by, _ in DERIVATIVES])
def test_derivatives_are_written_with_them(f: str, by: str, form: str) -> None:
    derivative = td.diff(td.parse(f, shapes=SHAPES), *by.split())
    assert str(derivative.matrix_form()) == form
    assert td.check(form, derivative.f, by.split()).method == "proved"


def test_names_are_seen_through() -> None:
    where = {"h": "1./(1 + exp(-X*x))"}
    f = td.parse("-t'*log(h) - (1 - t)'*log(1 - h)", shapes=SHAPES, where=where)
    assert str(td.diff(f, "x").matrix_form()) == "X'*(h - t)"
    assert str(td.diff(f, "x", "x").matrix_form()) == "X'*diag(h.*(1 - h))*X"


DRESSES = [
    ("log(sum(exp(x)))", "logsumexp(x)"),
    ("log(sum(exp(x))/2)", "logsumexp(x) - log(2)"),
    ("exp(x)/sum(exp(x))", "softmax(x)"),
    ("exp(X)./(exp(X)*ones(n)*ones(n)')", "softmax(X, 2)"),
    ("1./(1 + exp(-x))", "sigmoid(x)"),
    ("exp(x)./(1 + exp(x))", "sigmoid(x)"),
    ("1 - sigmoid(x)", "sigmoid(-x)"),
    ("log(1 + exp(x))", "softplus(x)"),
    ("(exp(2*x) - 1)./(exp(2*x) + 1)", "tanh(x)"),
    ("sinh(x)./cosh(x)", "tanh(x)"),
    ("exp(x) - 1", "expm1(x)"),
    ("log(1 + x)", "log1p(x)"),
    ("log(cosh(x))", "logcosh(x)"),
    ("log(1 + sum(exp(x)))", "softplus(logsumexp(x))"),
    ("log(exp(a) + exp(b))", "a + softplus(b - a)"),
]


@pytest.mark.parametrize(("spelled", "named"), DRESSES)
def test_either_dress_is_equal(spelled: str, named: str) -> None:
    """In itself, in derivatives of claims, and when it is recognised."""
    left, right = (td.parse(text, shapes=SHAPES) for text in (spelled, named))
    assert td.equal(left, right).method == "proved"
    for tensor in (left.tensor, right.tensor):
        assert canonical(recognised(tensor)) is canonical(tensor)


def total(xs: Any, g: Callable[[Any], Any] = lambda x: x) -> Any:
    return mp.fsum([g(x) for x in xs])


WEIGHTS = [0.5, 2.0, 1.0]
STABLE: list[tuple[str, Callable[..., Any]]] = [
    ("log(sum(exp(x)))", lambda *x: mp.log(total(x, mp.exp))),
    ("log(w'*exp(x))", lambda *x: mp.log(mp.fsum([w * mp.exp(v) for w, v in zip(WEIGHTS, x, strict=True)]))),
    ("w'*exp(x)/sum(exp(x))", lambda *x: mp.fsum([w * mp.exp(v) for w, v in zip(WEIGHTS, x, strict=True)]) / total(x, mp.exp)),
    ("sum(x.*exp(x))/sum(exp(x))", lambda *x: total(x, lambda v: v * mp.exp(v)) / total(x, mp.exp)),
    ("w'*(1./(1 + exp(-x)))", lambda *x: mp.fsum([w / (1 + mp.exp(-v)) for w, v in zip(WEIGHTS, x, strict=True)])),
    ("sum(exp(x)./(1 + exp(x)))", lambda *x: total(x, lambda v: mp.exp(v) / (1 + mp.exp(v)))),
    ("sum(log(1 + exp(x)) - w.*x)",
     lambda *x: mp.fsum([mp.log(1 + mp.exp(v)) - w * v for w, v in zip(WEIGHTS, x, strict=True)])),
    ("-w'*log(1./(1 + exp(-x))) - (1 - w)'*log(1 - 1./(1 + exp(-x)))",
     lambda *x: mp.fsum([mp.log(1 + mp.exp(v)) - w * v for w, v in zip(WEIGHTS, x, strict=True)])),
    ("sum(log(cosh(x)))", lambda *x: total(x, lambda v: mp.log(mp.cosh(v)))),
    ("sum((exp(x) - exp(-x))./(exp(x) + exp(-x)))", lambda *x: total(x, mp.tanh)),
    ("sum((exp(2*x) - 1)./(exp(2*x) + 1))", lambda *x: total(x, mp.tanh)),
    ("log(1 + sum(exp(x)))", lambda *x: mp.log(1 + total(x, mp.exp))),
]  # fmt: skip
POINTS = [[1000.0, -1000.0, 999.0], [-3000.0, -3001.0, -3002.5], [0.3, -0.7, 1.1], [1e-9, -1e-9, 800.0]]


@pytest.mark.parametrize("backend", LIBRARIES)
@pytest.mark.parametrize(("f", "truth"), STABLE, ids=[f for f, _ in STABLE])
def test_values_and_derivatives_within_range(f: str, truth: Callable[..., Any], backend: str) -> None:
    """Against mpmath with 400 digits; first and second derivatives in absolute terms, for they vanish far out."""
    array: Callable[[Any], Any] = np.array
    if backend == "jax":
        import jax

        jax.config.update("jax_enable_x64", True)
        array = jax.numpy.asarray
    elif backend == "torch":
        import torch

        array = partial(torch.tensor, dtype=torch.float64)
    expression = td.parse(f, shapes=SHAPES)
    slope, curvature = td.diff(expression, "x"), td.diff(expression, "x", "x")
    program = td.compile([expression, slope, curvature], backend=backend)
    for point in POINTS:
        values = {"x": array(point), "w": array(WEIGHTS)}
        found = [np.asarray(part) for part in program(**{name: values[name] for name in program.inputs})]
        with mp.workdps(400):
            exact = truth(*map(mp.mpf, point))
            step = mp.mpf(10) ** -60
            units = [[step * (i == j) for j in range(3)] for i in range(3)]

            def at(*shifts: list[Any], point: list[float] = point) -> Any:
                return truth(*[mp.mpf(v) + mp.fsum(s) for v, *s in zip(point, *shifts, strict=True)])

            minus = [[-s for s in u] for u in units]
            first = [float((at(u) - at(v)) / (2 * step)) for u, v in zip(units, minus, strict=True)]
            second = [
                [float((at(u, p) - at(u, m) - at(v, p) + at(v, m)) / (4 * step**2)) for p, m in zip(units, minus, strict=True)]
                for u, v in zip(units, minus, strict=True)
            ]
        blur = 1e-12 + 1e-15 * max(map(abs, point)) ** 2  # differences of large entries keep few digits
        np.testing.assert_allclose(found[0], float(exact), rtol=1e-12)
        np.testing.assert_allclose(found[1], first, rtol=1e-9, atol=blur)
        np.testing.assert_allclose(found[2], second, rtol=1e-8, atol=blur)


def test_digits_near_zero() -> None:
    x = np.array([1e-12, -1e-10, 1e-9])
    for f, exact in (("exp(x) - 1", np.expm1), ("log(1 + x)", np.log1p), ("log(cosh(x))", lambda v: v * v / 2)):
        np.testing.assert_allclose(td.parse(f, shapes=SHAPES).evaluate(x=x), exact(x), rtol=1e-14)


def test_logarithms_of_determinants_beyond_the_range_of_numbers() -> None:
    """For a negative determinant there is no value, however small it is."""
    f = td.parse("log(det(A))", shapes=SHAPES)
    for scale in (1e-6, 1e6):
        a = scale * (np.eye(150) + np.diag(np.full(149, 0.3), 1))
        np.testing.assert_allclose(f.evaluate(A=a), 150 * np.log(scale), rtol=1e-12)
        np.testing.assert_allclose(td.diff(f, "A").evaluate(A=a), np.linalg.inv(a).T, rtol=1e-9, atol=1e-12 / scale)
        a[0] *= -1
        with pytest.raises(td.EvaluationError):
            f.evaluate(A=a)


@pytest.mark.parametrize(
    "f", ["1./(1 + exp(-x))", "log(sum(exp(x)))", "exp(x)/sum(exp(x))", "log(w'*exp(x))", "log(1 + exp(x))"]
)
def test_complex_entries_still_have_values(f: str) -> None:
    z, w = np.array([0.3 + 1j, -1.2j, 0.5]), np.array(WEIGHTS)
    naive = {
        "1./(1 + exp(-x))": 1 / (1 + np.exp(-z)), "log(sum(exp(x)))": np.log(np.exp(z).sum()),
        "exp(x)/sum(exp(x))": np.exp(z) / np.exp(z).sum(), "log(w'*exp(x))": np.log(w @ np.exp(z)),
        "log(1 + exp(x))": np.log(1 + np.exp(z)),
    }  # fmt: skip
    expression = td.parse(f, shapes=SHAPES)
    values = {"x": z, "w": w} if "w" in f else {"x": z}
    np.testing.assert_allclose(expression.evaluate(**values), naive[f], rtol=1e-13)
    np.testing.assert_allclose(td.compile(expression)(**values), naive[f], rtol=1e-13)
    slope, step = td.diff(expression, "x").evaluate(**values), 1e-6 * np.exp(0.4j)
    for place in range(3):
        shift = step * (np.arange(3) == place)
        moved, back = (expression.evaluate(**{**values, "x": z + sign * shift}) for sign in (1, -1))
        np.testing.assert_allclose(slope[..., place], (moved - back) / (2 * step), rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("f", ["norm2(x)*norm2(x)", "sum(abs(x).*abs(x))", "norm2(x)*norm2(x)*norm2(w)*norm2(w)", "d*d"])
def test_squares_of_norms_have_slopes_at_zero(f: str) -> None:
    """What is evaluated is simplified as what is printed is."""
    expression = td.parse(f, shapes=SHAPES, where={"d": "norm2(x)"} if f == "d*d" else None)
    values = {"x": np.zeros(3), **({"w": np.array([0.6, 0.8, 0.0])} if "w" in f else {})}
    curvature = td.diff(expression, "x", "x")
    for found in (curvature.evaluate(**values), td.compile(curvature)(**values)):
        np.testing.assert_allclose(found, 2 * np.eye(3), rtol=1e-14)
    np.testing.assert_array_equal(td.diff(expression, "x").evaluate(**values), np.zeros(3))
