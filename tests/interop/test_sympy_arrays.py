"""SymPy's array expressions, slices and entries: both ways keep the value, and what has no counterpart is named."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy
from sympy import FunctionMatrix, Identity, KroneckerDelta, Lambda, MatrixSymbol
from sympy.tensor.array.expressions import (
    ArrayAdd,
    ArrayContraction,
    ArrayDiagonal,
    ArrayElementwiseApplyFunc,
    ArraySymbol,
    ArrayTensorProduct,
    PermuteDims,
    Reshape,
)
from sympy.tensor.array.expressions.array_expressions import ZeroArray

import tensordiff as td
from tests.interop.sympy_value import value

SIZES = {"n": 3, "m": 2}
n, m, a, b = sympy.symbols("n m a b")
X, Y, V, W = MatrixSymbol("X", n, m), MatrixSymbol("Y", n, m), MatrixSymbol("V", n, n), MatrixSymbol("W", n, n)
x, y, B = MatrixSymbol("x", n, 1), MatrixSymbol("y", n, 1), MatrixSymbol("B", 3, 3)
T = ArraySymbol("T", (n, m, n))
t = sympy.Symbol("t")
RNG = np.random.default_rng(5)
ARRAYS: dict[str, Any] = {
    "X": RNG.normal(size=(3, 2)), "Y": RNG.normal(size=(3, 2)), "V": RNG.normal(size=(3, 3)) + 3 * np.eye(3),
    "W": RNG.normal(size=(3, 3)), "x": RNG.normal(size=3), "y": RNG.normal(size=3), "B": RNG.normal(size=(3, 3)),
    "T": RNG.normal(size=(3, 2, 3)), "a": 1.25, "b": -0.5,
}  # fmt: skip

product = ArrayTensorProduct
CASES = [
    product(X, V), product(a, X, V), product(x, y), product(X, T),
    ArrayContraction(product(X, T), (0, 2)),
    ArrayContraction(product(V, W), (1, 2)), ArrayContraction(product(V, x), (1, 2)),
    ArrayContraction(product(V, x), (1, 2), (3,)),
    ArrayContraction(product(x, V, x), (0, 2), (1,), (3, 4), (5,)), ArrayContraction(product(V, W), (0, 3), (1, 2)),
    ArrayContraction(T, (0, 2)), ArrayDiagonal(T, (0, 2)), ArrayDiagonal(product(x, V), (0, 2)), ArrayDiagonal(V, (0, 1)),
    ArrayDiagonal(product(X, Y), (0, 2), (1, 3)), ArrayContraction(product(V, W, X), (1, 2, 4)), PermuteDims(T, [2, 0, 1]),
    PermuteDims(X, [1, 0]), PermuteDims(x, [1, 0]), PermuteDims(product(X, V), [2, 0, 3, 1]),
    ArrayAdd(product(X, Y), product(Y, X)), ArrayAdd(product(V, W), PermuteDims(product(W, V), [1, 0, 3, 2])),
    ArrayElementwiseApplyFunc(Lambda(t, sympy.sin(t)), T), ZeroArray(n, m, n), T[0, 1, 2], Reshape(X, (n * m,)),
    Reshape(X, (n * m, 1)), Reshape(X, (1, n * m)), B[0:2, 1:3], B[0:3:2, :], X[1:2, :], B[2, 1] * a,
    (X.T * X).diff(X), (V.I * x).diff(V), (V * W * V).diff(V), sympy.Trace(V.T * W * V).diff(V), (x.T * V * x).diff(x),
    FunctionMatrix(n, 1, Lambda((a, b), KroneckerDelta(a, 2))) + x, sympy.Matrix([[a, b], [0, 1]]) * sympy.ones(2, 2),
]  # fmt: skip


def _agree(array: Any, expression: Any) -> None:
    expected = value(expression, ARRAYS, SIZES)
    np.testing.assert_allclose(np.reshape(array, np.shape(expected)), expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("expression", CASES, ids=str)
def test_the_value_is_kept_on_the_way_in(expression: Any) -> None:
    found = td.from_sympy(expression)
    sizes = {name: SIZES[name] for name in found.scope.dims}
    _agree(found.evaluate(**{name: ARRAYS[name] for name in found.scope.symbols}, **sizes), expression)


DERIVATIVES = [
    ("V*W*V", ["V"]), ("exp(V*x)", ["V"]), ("inv(V)", ["V"]), ("x'*V*x", ["V", "x"]), ("X'*V*X", ["X"]), ("a*V", ["V"]),
    ("x.*y", ["x"]), ("tr(V*W*V)", ["V", "V"]), ("T[i,j,k]*x[i] -> [j,k]", ["x"]), ("adj(V)", ["V"]), ("V*x", ["V"]),
]  # fmt: skip
SHAPES: dict[str, Any] = {"X": "n m", "V": "n n", "W": "n n", "x": "n", "y": "n", "a": (), "T": "n m n"}


@pytest.mark.parametrize(("text", "wrt"), DERIVATIVES, ids=[f"{t} by {w}" for t, w in DERIVATIVES])
def test_derivatives_of_any_order_go_out_and_come_back(text: str, wrt: list[str]) -> None:
    J = td.diff(td.parse(text, shapes=SHAPES), *wrt)
    written = J.expression().to_sympy()
    _agree(J.evaluate(**{name: ARRAYS[name] for name in SHAPES}), written)
    assert td.equal(td.from_sympy(written), J)


def test_what_sympy_has_no_name_for() -> None:
    f = td.parse("adj(V)*x + unit(n,2)", shapes={"V": "n n", "x": "n"})
    written = f.to_sympy()
    assert written.args[0] == sympy.MatMul(sympy.Determinant(V), V.I, x) or written.has(sympy.Determinant)
    _agree(f.evaluate(V=ARRAYS["V"], x=ARRAYS["x"]), written)
    assert td.parse("unit(4,2)", shapes={}).to_sympy().as_explicit() == sympy.Matrix([0, 1, 0, 0])


REFUSED = [
    (Reshape(X, (m, n)), "Reshape"), (FunctionMatrix(n, n, Lambda((a, b), a + b)), "FunctionMatrix"),
    (X[a:b, :], "MatrixSlice"),
    (sympy.Dummy("x") - sympy.Symbol("x"), "two different symbols of SymPy are called x"),
    (sympy.Symbol("p", positive=True) + sympy.Symbol("p"), "are called p"),
    (sympy.Symbol("p", commutative=False) * sympy.Symbol("q", commutative=False), "commute"),
    (sympy.Integral(a, (a, 0, 1)), "Integral"), (sympy.Sum(a, (a, 1, n)), "Sum"), (sympy.Product(a, (a, 1, n)), "Product"),
    (sympy.Derivative(sympy.Function("f")(a), a), "Derivative"), (sympy.Limit(1 / a, a, 0), "Limit"),
    (sympy.Interval(0, 1), "Interval"), (sympy.Tuple(a, b), "Tuple"), (Lambda(a, a**2), "Lambda"), (sympy.Eq(a, b), "Equality"),
    (sympy.ImmutableDenseNDimArray([1, 2]), "Array"),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "named"), REFUSED, ids=[str(e)[:40] for e, _ in REFUSED])
def test_what_has_no_counterpart_is_named(expression: Any, named: str) -> None:
    with pytest.raises(td.TensordiffError, match=named):
        td.from_sympy(expression)


def test_identities_join_axes() -> None:
    joined = ArrayContraction(product(V, Identity(n), W), (1, 2), (3, 4))
    assert td.equal(td.from_sympy(joined), td.from_sympy(V * W)).method == "proved"
