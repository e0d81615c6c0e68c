"""Long and deep expressions, under the default recursion limit."""

from __future__ import annotations

import sys
from functools import reduce

import numpy as np

import tensordiff as td

DEFAULT_LIMIT = 1000


def test_a_product_of_5000_matrices() -> None:
    assert sys.getrecursionlimit() <= DEFAULT_LIMIT
    count = 5000
    f = td.parse("*".join(["A"] * (count // 2) + ["X"] + ["B"] * (count // 2 - 1)), shapes=dict.fromkeys("AXB", "n n"))
    derivative = td.diff(f, "X")
    angle = 0.3
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    values = {"A": turn, "X": np.array([[1.0, 2.0], [3.0, 5.0]]), "B": turn.T}
    left, right = np.linalg.matrix_power(turn, count // 2), np.linalg.matrix_power(turn.T, count // 2 - 1)
    np.testing.assert_allclose(f.evaluate(**values), left @ values["X"] @ right, atol=1e-9)
    np.testing.assert_allclose(derivative.evaluate(**values), np.einsum("ik,lj->ijkl", left, right), atol=1e-9)
    assert str(derivative.matrix_form()) == "kron((B^2499)', A^2500)"


def test_a_product_of_5000_different_matrices() -> None:
    count = 5000
    names = [f"A{k}" for k in range(count)]
    f = td.parse("*".join(names), shapes=dict.fromkeys(names, "n n"))
    middle = names[count // 2]
    rng = np.random.default_rng(0)
    values = {name: np.linalg.qr(rng.normal(size=(2, 2)))[0] for name in names}
    left, right = (
        reduce(np.matmul, [values[name] for name in part]) for part in (names[: count // 2], names[count // 2 + 1 :])
    )
    np.testing.assert_allclose(td.diff(f, middle).evaluate(**values), np.einsum("ik,lj->ijkl", left, right), atol=1e-9)


def test_a_nest_of_2000_functions() -> None:
    depth = 2000
    f = td.parse("sin(" * depth + "x" + ")" * depth, shapes={"x": "n"})
    x = np.array([0.5, 1.0, 2.0])
    value, slope = x, np.ones(3)
    for _ in range(depth):
        value, slope = np.sin(value), slope * np.cos(value)
    np.testing.assert_allclose(f.evaluate(x=x), value, rtol=1e-10)
    derivative = td.diff(f, "x")
    np.testing.assert_allclose(derivative.evaluate(x=x), np.diag(slope), rtol=1e-9)
    assert str(f).count("sin(") == depth


def test_a_sum_of_2000_terms_and_a_nest_of_parentheses() -> None:
    count = 2000
    f = td.parse("+".join(f"{k + 1}*x" for k in range(count)), shapes={"x": "n"})
    np.testing.assert_allclose(td.diff(f, "x").evaluate(x=np.ones(3)), count * (count + 1) / 2 * np.eye(3))
    g = td.parse("(" * count + "x'*x" + ")" * count, shapes={"x": "n"})
    assert str(td.diff(g, "x").matrix_form()) == "2*x"
    h = td.parse("-" * count + "x", shapes={"x": "n"})
    assert str(td.diff(h, "x").matrix_form()) == "eye(n)"


def test_repeated_squaring_stays_small() -> None:
    parts = {f"Y{k + 1}": f"Y{k}*Y{k}" for k in range(1, 30)}
    f = td.parse("tr(Y30)", shapes={"X": "n n"}, where={"Y1": "X*X", **parts})
    derivative = td.diff(f, "X")
    assert derivative.size < 2000
    turn = np.array([[0.6, -0.8], [0.8, 0.6]])
    power = np.linalg.matrix_power(turn, 2**30 - 1)
    np.testing.assert_allclose(derivative.evaluate(X=turn), 2**30 * power.T, rtol=1e-5)
