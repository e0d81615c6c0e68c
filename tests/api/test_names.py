"""Names in Python are those of the text language: the same rule, the same normalisation, the same other spellings."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
import sympy

import tensordiff as td

X = td.matrix("X", "n", "m")
BAD = ["x y", "1x", "", "a.b", "x'", "import os; x", "det", "pi", "x\n"]


@pytest.mark.parametrize("name", BAD)
def test_what_text_refuses_is_refused_in_python(name: str) -> None:
    declarations = [
        lambda: td.parse("2", shapes={name: "n"}), lambda: td.vector(name, "n"), lambda: td.scalar(name),
        lambda: td.matrix(name, "n", "m"), lambda: td.tensor(name, "n", "m", "n"), lambda: td.named(name, X),
        lambda: td.where(X, **{name: X}), lambda: td.function(name), lambda: td.elementwise(name, "s"),
    ]  # fmt: skip
    for declare in declarations:
        with pytest.raises(td.TensordiffError):
            declare()
    if name.split() == [name]:
        with pytest.raises(td.TensordiffError):
            td.dims(name)
        with pytest.raises(td.TensordiffError):
            td.vector("x", name)


@pytest.mark.parametrize("spelled", ["µ", "μ", "mu", " μ ", r"\mu"])
def test_every_spelling_of_a_name_is_the_name(spelled: str) -> None:
    mean = td.vector("µ", "n")  # the micro sign, which Python reads as the Greek letter
    f = td.sum(mean * mean)
    J = td.diff(f, spelled)
    for name in ("µ", "μ"):
        values = {name: np.arange(3.0)}
        np.testing.assert_allclose(J.evaluate(**values), [0, 2, 4])
        np.testing.assert_allclose(J.at(**values).dense(), [0, 2, 4])
        assert td.compile(f)(**values) == 5 and td.objective(f, spelled, n=3).fun(np.arange(3.0)) == 5


def test_a_symbol_of_sympy_is_taken_by_its_name() -> None:
    n, m = sympy.symbols("n m")
    f = td.sum(td.exp(X))
    for symbol in (sympy.MatrixSymbol("X", n, m), sympy.MatrixSymbol("X", n, 1), sympy.Symbol("X")):
        assert td.diff(f, symbol).tensor is td.diff(f, "X").tensor


@pytest.mark.parametrize("variable", [itertools.count(), 3, ["X"], None, object(), sympy.Integer(1), b"X", np.ones(3)])
def test_what_is_no_name_is_a_type_error_at_once(variable: Any) -> None:
    for use in (
        td.diff,
        td.gradient,
        td.jacobian,
        lambda f, x: td.jvp(f, x, "dX"),
        lambda f, x: td.chain(f, through=[], wrt=x),
    ):
        with pytest.raises(TypeError, match=type(variable).__name__):
            use(td.sum(X), variable)


def test_a_symbol_that_is_missing_is_explained() -> None:
    with pytest.raises(td.UnknownNameError, match="declared symbols are X"):
        td.diff(td.sum(X), "Q")
    with pytest.raises(td.UnknownNameError, match="is zero"):
        td.diff(td.sum(X), "Q")
    assert str(td.diff(td.sum(X), td.matrix("Q", "k", "k")).matrix_form()) == "zeros(k,k)"
