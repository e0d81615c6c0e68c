"""Softmax and log-sum-exp along axes: rules against differences, values that would overflow, logarithms, printing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.special import expit, log_expit, log_softmax, logsumexp, softmax

import tensordiff as td
from tensordiff.canonical import canonical
from tensordiff.differentiate import differentiate
from tensordiff.functions import LOG, LogSumExp, Softmax
from tensordiff.tensor import Dim, Symbol, Tensor, add, apply, permute, scale
from tests.reference import value

SIZES = {"n": 3, "m": 2, "p": 4}
N, M, P = (Dim.named(name) for name in "nmp")
X = Symbol.make("X", (N, M, P))
RNG = np.random.default_rng(0)


def _differences(f: Tensor, array: np.ndarray, step: float = 1e-5) -> np.ndarray:
    columns = []
    for place in np.ndindex(array.shape):
        shift = np.zeros_like(array)
        shift[place] = step
        columns.append((value(f, {"X": array + shift}, SIZES) - value(f, {"X": array - shift}, SIZES)) / (2 * step))
    return np.stack(columns, axis=-1).reshape(*columns[0].shape, *array.shape)


@pytest.mark.parametrize("function", [Softmax, LogSumExp])
@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_derivatives_match_differences(function: Any, count: int) -> None:
    array = RNG.normal(size=(3, 2, 4))
    f = apply(function(count), X)
    for _ in range(2 if count == 3 else 1):
        derivative = differentiate(f, X)
        np.testing.assert_allclose(value(derivative, {"X": array}, SIZES), _differences(f, array), rtol=1e-7, atol=1e-9)
        f = derivative


@pytest.mark.parametrize("count", [1, 2, 3])
def test_they_equal_their_definitions(count: int) -> None:
    arguments, at = [X], {"X": RNG.normal(size=(3, 2, 4))}
    for function in (Softmax(count), LogSumExp(count)):
        definition = function.rewrite(arguments)
        np.testing.assert_allclose(value(definition, at, SIZES), value(apply(function, X), at, SIZES))
        assert canonical(apply(function, X)) is canonical(definition)
    assert canonical(LOG(apply(Softmax(count), X))) is canonical(apply(LOG, Softmax(count).rewrite(arguments)))


AXES = [
    ("softmax(X,1)", lambda X: softmax(X, axis=0)),
    ("softmax(X,2)", lambda X: softmax(X, axis=1)),
    ("logsumexp(X,1)", lambda X: logsumexp(X, axis=0)[None]),
    ("logsumexp(X,2)", lambda X: logsumexp(X, axis=1)),
    ("softmax(vec(X))", lambda X: softmax(X.T).ravel()),
    ("log(softmax(X,2))", lambda X: log_softmax(X, axis=1)),
    ("log(sigmoid(X))", log_expit),
    ("log(1 - sigmoid(X))", lambda X: log_expit(-X)),
    ("logsigmoid(X)", log_expit),
]


@pytest.mark.parametrize(("text", "truth"), AXES, ids=[text for text, _ in AXES])
@pytest.mark.parametrize("size", [1.0, 1000.0])
def test_values_do_not_overflow(text: str, truth: Any, size: float) -> None:
    array = size * RNG.normal(size=(3, 2))
    np.testing.assert_allclose(td.parse(text, shapes={"X": "n m"}).evaluate(X=array), truth(array), rtol=1e-12, atol=1e-300)


FORMS = [
    ("softmax(x)", "x", "diag(softmax(x)) - softmax(x)*softmax(x)'"),
    ("logsumexp(A*x)", "x", "A'*softmax(A*x)"),
    ("sum(logsumexp(X*W, 2))", "W", "X'*softmax(X*W, 2)"),
    ("sum(logsumexp(X*W, 1))", "W", "X'*softmax(X*W, 1)"),
    ("sum(logsumexp(W'*X', 1))", "W", "X'*softmax(X*W, 2)"),
    ("logsumexp(vec(X))", "X", "exp(X)/sum(exp(X))"),
    ("-y'*log(softmax(A*x))", "A", "(sum(y)*softmax(A*x) - y)*x'"),
    ("-y'*log(sigmoid(A*x)) - (1 - y)'*log(1 - sigmoid(A*x))", "x", "A'*(sigmoid(A*x) - y)"),
]


@pytest.mark.parametrize(("f", "by", "form"), FORMS, ids=[f for f, _, _ in FORMS])
def test_derivatives_are_written_with_them(f: str, by: str, form: str) -> None:
    shapes = {"X": "n m", "W": "m p", "A": "p n", "x": "n", "y": "p"}
    derivative = td.diff(td.parse(f, shapes=shapes), by)
    assert str(derivative.matrix_form()) == form
    values = {
        "X": RNG.normal(size=(3, 2)), "W": RNG.normal(size=(2, 4)), "A": RNG.normal(size=(4, 3)),
        "x": RNG.normal(size=3), "y": RNG.normal(size=4),
    }  # fmt: skip
    layout = derivative.default_layout
    numbers = td.parse(form, shapes=shapes).evaluate(**values)
    np.testing.assert_allclose(np.reshape(derivative.evaluate(layout=layout, **values), np.shape(numbers)), numbers)


def test_a_sum_of_another_kind_keeps_its_logarithm() -> None:
    for text, truth in (("log(2 - sigmoid(x))", lambda s: np.log(2 - s)), ("log(1 + sigmoid(x))", lambda s: np.log(1 + s))):
        x = td.parse(text, shapes={"x": "n"})
        np.testing.assert_allclose(x.evaluate(x=[0.3, -2.0]), truth(expit([0.3, -2.0])))


def test_transposed_arguments() -> None:
    Y = Symbol.make("X", (N, M))
    array = RNG.normal(size=(3, 2))
    along_rows = permute(apply(Softmax(1), permute(Y, (1, 0))), (1, 0))
    np.testing.assert_allclose(value(along_rows, {"X": array}, SIZES), softmax(array, axis=1))
    assert canonical(scale(2, along_rows)) is canonical(add([(1, along_rows), (1, along_rows)]))


def test_matrices_need_an_axis() -> None:
    with pytest.raises(td.ShapeError, match="needs a vector"):
        td.parse("softmax(X)", shapes={"X": "n m"})
    with pytest.raises(td.ShapeError, match="the axis is 1"):
        td.parse("softmax(X, 3)", shapes={"X": "n m"})
