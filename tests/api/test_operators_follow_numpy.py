"""Operators on expressions: NumPy's habits, with columns for vectors."""

from __future__ import annotations

import copy
import operator
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import tensordiff as td

SIZES = {"n": 4, "m": 3}
n, m = td.dims("n m")
E = {
    "A": td.matrix("A", n, m), "B": td.matrix("B", n, m), "S": td.matrix("S", n, n), "R": td.matrix("R", n, n),
    "x": td.vector("x", n), "y": td.vector("y", n), "z": td.vector("z", m), "a": td.scalar("a"), "b": td.scalar("b"),
}  # fmt: skip
RNG = np.random.default_rng(0)
V: dict[str, Any] = {name: RNG.uniform(0.5, 1.5, [dim.size(SIZES) for dim in e.matrix.dims]) for name, e in E.items()}
V["S"] = V["S"] + 3 * np.eye(4)
COLUMNS = {name: value[:, None] if np.ndim(value) == 1 else value for name, value in V.items()}
"""The same values in NumPy, with columns for vectors."""


class Names:
    """Attribute access to the symbols or to their values."""

    def __init__(self, table: dict[str, Any]) -> None:
        self.__dict__.update(table)


ALLOWED: dict[str, Callable[[Any], Any]] = {
    "A + B": lambda o: o.A + o.B,
    "A - 2*B": lambda o: o.A - 2 * o.B,
    "A * B": lambda o: o.A * o.B,
    "A / B": lambda o: o.A / o.B,
    "A ** 3": lambda o: o.A**3,
    "A ** B": lambda o: o.A**o.B,
    "2 ** A": lambda o: 2**o.A,
    "a ** A": lambda o: o.a**o.A,
    "A ** a": lambda o: o.A**o.a,
    "-A": lambda o: -o.A,
    "+A": lambda o: +o.A,
    "abs(A)": lambda o: abs(o.A),
    "A + 1": lambda o: o.A + 1,
    "1 + A": lambda o: 1 + o.A,
    "1 - A": lambda o: 1 - o.A,
    "A - 1": lambda o: o.A - 1,
    "A + a": lambda o: o.A + o.a,
    "a - A": lambda o: o.a - o.A,
    "a * A": lambda o: o.a * o.A,
    "A * a": lambda o: o.A * o.a,
    "A / a": lambda o: o.A / o.a,
    "a / A": lambda o: o.a / o.A,
    "1 / x": lambda o: 1 / o.x,
    "S @ R": lambda o: o.S @ o.R,
    "A.T @ S": lambda o: o.A.T @ o.S,
    "S @ x": lambda o: o.S @ o.x,
    "x.T @ S": lambda o: o.x.T @ o.S,
    "x.T @ y": lambda o: o.x.T @ o.y,
    "x @ y.T": lambda o: o.x @ o.y.T,
    "x @ z.T": lambda o: o.x @ o.z.T,
    "x * y": lambda o: o.x * o.y,
    "x / y": lambda o: o.x / o.y,
    "x ** 2": lambda o: o.x**2,
    "x ** -1": lambda o: o.x**-1,
    "x.T * y.T": lambda o: o.x.T * o.y.T,
    "A.T.T": lambda o: o.A.T.T,
    "(x.T @ y) * A": lambda o: (o.x.T @ o.y) * o.A,
    "A @ z + x": lambda o: o.A @ o.z + o.x,
    "a*b - 3": lambda o: o.a * o.b - 3,
    "a / b": lambda o: o.a / o.b,
    "a ** b": lambda o: o.a**o.b,
    "0.5 * A": lambda o: 0.5 * o.A,
    "A * 0.1": lambda o: o.A * 0.1,
    "np.float64": lambda o: np.float64(0.25) * o.A + np.float64(3),
    "np.int64": lambda o: np.int64(3) * o.x - np.int64(1),
    "np.float32": lambda o: o.x * np.float32(0.5),
    "sum of a list": lambda o: sum([o.x, o.y, o.x]),
    "S @ S @ S": lambda o: o.S @ o.S @ o.S,
    "x @ y.T @ x": lambda o: o.x @ o.y.T @ o.x,
}


@pytest.mark.parametrize("name", ALLOWED)
def test_value_is_numpys(name: str) -> None:
    expression = ALLOWED[name](Names(E))
    expected = np.asarray(ALLOWED[name](Names(COLUMNS)))
    found = expression.evaluate(**{k: V[k] for k in expression.scope.symbols})
    if expression.ndim == 0:
        assert expected.size == 1
    elif expression.ndim == 1:
        assert found.shape == expected.shape[:1] and expected.shape[1] == 1
    else:
        assert found.shape == expected.shape
    np.testing.assert_allclose(np.ravel(found), np.ravel(expected), rtol=1e-12)
    assert td.parse(str(expression), shapes=_shapes(expression)).matrix is expression.matrix


def _shapes(expression: td.Expression) -> dict[str, Any]:
    return {name: tuple(str(d) for d in E[name].shape) for name in expression.scope.symbols}


def test_inverse_is_an_attribute() -> None:
    np.testing.assert_allclose(E["S"].inv.evaluate(S=V["S"]), np.linalg.inv(V["S"]))


REFUSED: dict[str, tuple[Callable[[Any], Any], type[Exception], str]] = {
    "x @ y": (lambda o: o.x @ o.y, td.ShapeError, r"both are columns of size n-by-1(.|\n)*x\.T @ y(.|\n)*x @ y\.T"),
    "A @ B": (lambda o: o.A @ o.B, td.ShapeError, r"A \(n-by-m\) and B \(n-by-m\)"),
    "A @ x": (lambda o: o.A @ o.x, td.ShapeError, r"A \(n-by-m\) and x \(n-by-1\)"),
    "A + x": (lambda o: o.A + o.x, td.ShapeError, r"cannot add A \(n-by-m\) and x \(n-by-1\)"),
    "x + x.T": (lambda o: o.x + o.x.T, td.ShapeError, "1-by-n"),
    "A * x": (lambda o: o.A * o.x, td.ShapeError, "entry by entry"),
    "A / z": (lambda o: o.A / o.z, td.ShapeError, "entry by entry"),
    "a @ x": (lambda o: o.a @ o.x, td.ShapeError, r"a is a scalar(.|\n)*\*"),
    "2 @ x": (lambda o: operator.matmul(2, o.x), td.ShapeError, "2 is a scalar"),
    "A.inv": (lambda o: o.A.inv, td.ShapeError, "square"),
    "x.inv": (lambda o: o.x.inv, td.ShapeError, "square"),
    "x + 'a'": (lambda o: o.x + "a", TypeError, "unsupported"),
    "x + None": (lambda o: o.x + None, TypeError, "unsupported"),
    "x + True": (lambda o: o.x + True, TypeError, "unsupported"),
    "x + 1j": (lambda o: o.x + 1j, TypeError, "unsupported"),
    "x + array": (lambda o: o.x + np.ones(4), TypeError, r"declare a symbol for it(.|\n)*evaluate"),
    "array + x": (lambda o: np.ones(4) + o.x, TypeError, "declare a symbol for it"),
    "array * x": (lambda o: np.ones(4) * o.x, TypeError, "declare a symbol for it"),
    "array @ x": (lambda o: np.ones((4, 4)) @ o.x, TypeError, "declare a symbol for it"),
    "x @ array": (lambda o: o.x @ np.ones((4, 4)), TypeError, "declare a symbol for it"),
    "nan": (lambda o: o.x * float("nan"), td.TensordiffError, "nan is not a finite number"),
    "inf": (lambda o: o.x + float("inf"), td.TensordiffError, "inf is not a finite number"),
    "bool": (lambda o: bool(o.x), TypeError, r"td\.equal"),
    "float": (lambda o: float(o.a), TypeError, "float"),
    "array": (lambda o: np.asarray(o.x), TypeError, "evaluate"),
    "ufunc": (lambda o: np.exp(o.x), TypeError, "ufunc"),
    "index": (lambda o: o.x[0], TypeError, "subscriptable"),
    "iterate": (lambda o: list(o.x), TypeError, "iterable"),
    "divide by zero": (lambda o: o.x / 0, td.DomainError, "zero"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_advice(name: str) -> None:
    make, error, message = REFUSED[name]
    with pytest.raises(error, match=message):
        make(Names(E))


def test_numbers_are_exact() -> None:
    x = E["x"]
    assert str(0.1 * x) == "x/10"
    assert str(x + 0.1) == "x + 0.1"
    assert (0.1 + 0.2 * x).matrix is (Fraction(1, 10) + Fraction(1, 5) * x).matrix
    assert str(x / 3 * 3) == "x"
    assert str(1e-3 * x) == "0.001*x"
    assert str(td.number("1/3") * x) == "x/3"
    assert td.number(0.1).matrix is td.number("1/10").matrix
    assert (np.float32(0.1) * x).matrix is (x / 10).matrix
    assert str(10**40 * x) == f"{10**40}*x"


def test_sizes_are_numbers() -> None:
    S = E["S"]
    assert str(n / 2 * td.logdet(S)) == "n*logdet(S)/2"
    assert str((n + 1) * S) == "(n + 1)*S"
    assert str(1 - n) == "1 - n" and str(-n) == "-n" and str(n - 1) == "n - 1" and str(n + n) == "n + n"
    assert str((n * m + 1) / 2) == "(n*m + 1)/2"
    np.testing.assert_allclose((S / n - 1 / n * S + 0.5 * n).evaluate(S=V["S"]), 2.0)
    assert list((n / m).scope.dims) == ["n", "m"]
    assert str(td.eye(n * m)) == "eye(n*m)" and td.eye(n * 2).shape == td.eye(2 * n).T.shape[::-1]
    assert td.eye(n + 1).shape == td.matrix("M", n + 1, 1 + n).shape and str(td.ones(n + 2 * m)) == "ones(n+2*m)"
    for size in (n - 1, n / 2, td.scalar("a") + 1):
        with pytest.raises(td.ShapeError, match="size"):
            td.eye(size)


def test_shapes() -> None:
    assert E["A"].shape == (n, m) and E["x"].shape == (n,) and E["a"].shape == ()
    assert [str(size) for size in E["x"].T.shape] == ["1", "n"]
    assert [str(size) for size in td.vec(E["A"]).shape] == ["m*n"]
    assert (E["A"].ndim, E["x"].ndim, E["x"].T.ndim, E["a"].ndim) == (2, 1, 2, 0)
    assert td.matrix("c", n, 1).shape == (n,) and td.matrix("c", 1, 1).shape == ()
    assert td.tensor("T", "n m 2").ndim == 3
    assert td.matrix("C", "n", 3).shape == td.matrix("C", n, np.int64(3)).shape


def test_expressions_are_immutable_values() -> None:
    f = E["x"].T @ E["S"] @ E["x"]
    for change in (
        lambda: setattr(f, "matrix", E["a"].matrix),
        lambda: setattr(f, "other", 1),
        lambda: delattr(f, "matrix"),
        lambda: setattr(f.matrix, "op", "add"),
        lambda: operator.setitem(f.scope.symbols, "q", f.matrix),
    ):
        with pytest.raises((AttributeError, TypeError)):
            change()
    before = str(f)
    g = f
    g += 1
    assert str(f) == before and str(g) == before + " + 1"
    assert copy.copy(f) is f and copy.deepcopy(f) is f
    assert hash(f) == hash(f)
    assert (E["x"].T @ E["S"] @ E["x"]).matrix is f.matrix, "equal formulas are the same node"


def test_text_functions_are_python_functions() -> None:
    S, x = E["S"], E["x"]
    for name, argument in (("inv", S), ("tr", S), ("det", S), ("logdet", S), ("adj", S), ("expm", S), ("sum", S), ("norm2", S),
                           ("diag", x), ("vec", S), ("vech", S), ("softmax", x), ("logsumexp", x), ("exp", S), ("tanh", x),
                           ("relu", x), ("sigmoid", x), ("sqrt", x)):  # fmt: skip
        function = getattr(td, name)
        assert function.__name__ == name and function.__doc__
        assert str(function(argument)) == f"{name}({argument})"
    assert str(td.max(0, x)) == "max(0, x)" and str(td.max(x, E["y"], 1)) == "max(max(x, y), 1)"
    with pytest.raises(TypeError, match="takes 1 positional argument but 2 were given"):
        td.exp(x, x)  # type: ignore[call-arg]
    with pytest.raises(td.ShapeError, match="exp takes one argument, got 2"):
        td.parse("exp(x, x)", shapes={"x": "n"})
    with pytest.raises(TypeError, match="not an expression"):
        td.exp("x")
    assert str(td.kron(S, x)) == "kron(S, x)" and str(td.kron(2, S)) == "2*S"
    assert str(td.pi() * td.eye(3)) == "pi*eye(3)"
