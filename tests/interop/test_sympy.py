"""Exchange with SymPy: both ways keep the value, and what has no counterpart is named."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy
from sympy import HadamardPower, HadamardProduct, Identity, KroneckerProduct, MatrixSymbol, OneMatrix, Trace, ZeroMatrix
from sympy.matrices.expressions.diagonal import DiagMatrix, DiagonalMatrix, DiagonalOf
from sympy.matrices.expressions.matexpr import MatrixElement

import tensordiff as td
from tests.interop.sympy_value import value

SIZES = {"n": 3, "m": 2}
n, m, a, b, i, j = sympy.symbols("n m a b i j")
p = sympy.Symbol("p", positive=True)
X, Z, V, W = MatrixSymbol("X", n, m), MatrixSymbol("Z", n, m), MatrixSymbol("V", n, n), MatrixSymbol("W", n, n)
x, y, z = MatrixSymbol("x", n, 1), MatrixSymbol("y", n, 1), MatrixSymbol("z", m, 1)
RNG = np.random.default_rng(3)
ARRAYS: dict[str, Any] = {
    "X": RNG.uniform(0.3, 1, (3, 2)), "Z": RNG.normal(size=(3, 2)), "x": RNG.uniform(0.3, 1, 3), "y": RNG.normal(size=3),
    "z": RNG.normal(size=2), "V": RNG.uniform(0.2, 1, (3, 3)) + 2 * np.eye(3), "W": RNG.normal(size=(3, 3)), "a": 1.25,
    "b": -0.5, "p": 0.75,
}  # fmt: skip

ROUND = [
    (X.T * V.I * X).I, V**2, V**-2, V**n, Trace(V * X * X.T), sympy.log(sympy.Determinant(V)), a * V + V.T, V - 2 * V.T, V / 3,
    V * x, x * y.T, V * x * x.T * V, x.T * V, Trace(V) * X, n * Trace(V) - sympy.Rational(1, 3) * a**2,
    sympy.Determinant(V) * V.I, HadamardProduct(X, Z), HadamardPower(X, 3), HadamardPower(2, V), KroneckerProduct(X, V),
    Identity(n) + V, V - ZeroMatrix(n, n), OneMatrix(n, m) + X, DiagMatrix(x) * V, DiagonalOf(V), V[0, 2] * a,
    V**sympy.Rational(1, 2), sympy.exp(a) * V, p**a,
    sympy.sin(a) + sympy.cos(b) * sympy.sqrt(p) + sympy.Abs(b) + sympy.Max(a, b), sympy.pi * a / b, X * X.T * V.T,
]  # fmt: skip
"""SymPy writes these back as they are."""

OTHER = [
    x.T * V * y,
    (x.T * x)[0, 0] * V,
    MatrixElement(x.T * V * x, 0, 0),
    sympy.DotProduct(x, y),
    DiagonalMatrix(V),
    V.applyfunc(sympy.sin),
    V.applyfunc(lambda t: t**2 + 1),
    X.applyfunc(lambda t: a * sympy.exp(-t) / sympy.sqrt(1 + t**2) + sympy.Max(t, a, 0)),
    V.applyfunc(lambda t: sympy.Integer(3)),
    x.applyfunc(sympy.tanh),
    sympy.Sum(V[i, j] * x[i, 0] * y[j, 0], (i, 0, n - 1), (j, 0, n - 1)),
    sympy.Sum(sympy.sin(V[i, i]) * x[i, 0], (i, 0, n - 1)),
    sympy.Sum(a + x[i, 0], (i, 0, n - 1)),
    sympy.Sum(a, (i, 0, n - 1)),
    sympy.Sum(sympy.Sum(X[i, j], (i, 0, n - 1)), (j, 0, m - 1)),
    sympy.sqrt((x.T * x)[0]) / 2 + sympy.E,
    sympy.Float(0.1) * a,
    sympy.BlockMatrix([[V, X], [X.T, Identity(m)]]),
    sympy.BlockMatrix([[V, x], [x.T, sympy.Matrix([[a]])]]).inverse(),
    sympy.BlockDiagMatrix(V, W, X),
    sympy.Determinant(sympy.BlockMatrix([[V, X], [ZeroMatrix(m, n), Identity(m)]])),
    sympy.Matrix([[1, a], [b, 2]]),
    sympy.Matrix([[1, 2, 3], [4, 5, 6]]) * MatrixSymbol("X", 3, 2),
]


def _same(expression: Any, found: td.Expression) -> None:
    """The value of an expression of ours against SymPy's, except for sums over symbolic indices."""
    given = {name: ARRAYS[name] for name in found.scope.symbols} | {s: SIZES[s] for s in found.scope.dims if s in SIZES}
    result = found.evaluate(**given)
    expected = value(expression, ARRAYS, SIZES)
    np.testing.assert_allclose(np.ravel(result), np.ravel(expected), rtol=1e-9, atol=1e-12)
    rank = {(1, 1): 0}.get(np.shape(expected), 1 if np.shape(expected)[1:] == (1,) else np.ndim(expected))
    assert np.ndim(result) == rank


@pytest.mark.parametrize("expression", ROUND, ids=str)
def test_round_trip_keeps_the_expression(expression: Any) -> None:
    found = td.from_sympy(expression)
    _same(expression, found)
    back = found.to_sympy()
    assert back == expression or back == expression.doit()
    assert td.from_sympy(back).matrix is found.matrix


@pytest.mark.parametrize("expression", OTHER, ids=str)
def test_round_trip_keeps_the_value(expression: Any) -> None:
    found = td.from_sympy(expression)
    back = found.to_sympy()
    if not expression.has(sympy.Sum):
        _same(expression, found)
    _same(back, found)
    assert not found.shape or back.shape is not None


def test_sums_are_index_notation() -> None:
    f = td.from_sympy(sympy.Sum(V[i, j] * x[i, 0] * y[j, 0], (i, 0, n - 1), (j, 0, n - 1)))
    assert str(f) == "V[i,j]*x[i]*y[j] -> []"
    values = {name: ARRAYS[name] for name in "Vxy"}
    np.testing.assert_allclose(f.evaluate(**values), values["x"] @ values["V"] @ values["y"])
    length = td.from_sympy(sympy.Sum(a + x[i, 0], (i, 0, n - 1)))
    np.testing.assert_allclose(length.evaluate(a=2.0, x=ARRAYS["x"]), 6 + ARRAYS["x"].sum())


SHAPES = {"X": "n m", "Z": "n m", "V": "n n", "W": "n n", "x": "n", "y": "n", "z": "m", "a": (), "b": (), "p": ()}
TEXTS = [
    "inv(X'*inv(V)*X)", "x'*V*x*X", "V + a", "V + x'*y", "(V + x'*y)*X*z", "sum(V)", "sum(x)", "sum(x')", "norm2(X)",
    "norm2(x)", "norm1(X)", "norm1(x)", "diag(x)", "diag(V)", "diag(x')", "softmax(x)", "logsumexp(x)", "tr(V)*logdet(V)",
    "det(V)*X", "kron(X, V)", "exp(V).*V./W", "x./x.^2", "2./x", "X.^2*z", "relu(W)", "sigmoid(W) + softplus(W)", "gelu(x)",
    "max(V, W)",    "min(V, W)", "max(W, 0)", "max(a, b)", "tanh(x)'*y", "V^3", "V^-2", "V^0", "sqrtm(V)", "V[i,j]*x[j] -> [i]",
    "V[i,i]*x[i] -> []", "V[1,2]*x[3]*a -> []", "n*V", "ones(n,m) - X", "zeros(n,m) + X", "eye(n) - V", "pi*V/a", "abs(W)",
    "cbrt(W)", "log1p(x)", "step(W)", "square(V) + reciprocal(W)", "(x'*y)*(x*y')", "expm(V)", "-V", "log2(x)", "expm1(a)",
    "silu(W)", "logsigmoid(W)", "sqrt(x)", "arsinh(W)", "erf(a*b)",
]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_to_sympy_keeps_the_value(text: str) -> None:
    f = td.parse(text, shapes=SHAPES, assume={"p": "positive"})
    _same(f.to_sympy(), f)


@pytest.mark.parametrize(("text", "variable"), [
    ("logdet(X'*V*X)", "V"), ("inv(V)*x", "x"), ("norm2(V*x - y)", "x"), ("X'*V*X", "V"), ("sum(exp(V*x))", "x"),
    ("a*X", "a"), ("tr(V^3)", "V"), ("inv(V)", "V"), ("softmax(x)", "x"),
])  # fmt: skip
def test_derivatives_to_sympy(text: str, variable: str) -> None:
    J = td.diff(td.parse(text, shapes=SHAPES), variable)
    result = value(J.to_sympy(), ARRAYS, SIZES)
    expected = J.evaluate(layout=J.default_layout, **{name: ARRAYS[name] for name in SHAPES})
    np.testing.assert_allclose(np.ravel(result), np.ravel(expected), rtol=1e-8)


def test_agrees_with_sympys_own_derivatives() -> None:
    ours = td.diff(td.from_sympy(Trace(X.T * V * X)), "X").to_sympy()
    assert sympy.expand(ours - Trace(X.T * V * X).diff(X)).doit() == ZeroMatrix(n, m)
    ours = value(td.diff(td.from_sympy(x.T * V * x), "x").to_sympy(), ARRAYS, SIZES)
    np.testing.assert_allclose(ours, value((x.T * V * x).diff(x), ARRAYS, SIZES))


def test_symbols_sizes_and_assumptions() -> None:
    f = td.from_sympy(p * Trace(V) + n)
    assert f.scope.symbols["p"].data[0].assumption == "positive"
    assert list(f.scope.dims) == ["n"]
    size = sympy.Symbol("n", integer=True, positive=True)
    A = MatrixSymbol("A", size, size)
    assert td.from_sympy(A * A.T).to_sympy(symbols={"n": size}) == A * A.T
    S = td.from_sympy(V.T, structures={"V": "symmetric"}, assume={"V": "positive"})
    assert S.scope.symbols["V"].data[0].structure.name == "symmetric"
    with pytest.raises(td.UnknownNameError, match="Q is given a structure"):
        td.from_sympy(V, structures={"Q": "symmetric"})
    with pytest.raises(td.UnknownNameError, match="round"):
        td.from_sympy(V, structures={"V": "round"})


def test_sizes_that_are_numbers_or_products() -> None:
    K = MatrixSymbol("K", 4, 1)
    assert td.from_sympy(K).shape == td.vector("K", 4).shape
    assert td.from_sympy(MatrixSymbol("c", 1, 1)).shape == ()
    assert td.from_sympy(MatrixSymbol("r", 1, 5)).to_sympy().shape == (1, 5)
    B = td.from_sympy(MatrixSymbol("B", n * m, n * (n + 1) / 2))
    assert [str(size) for size in B.shape] == ["m*n", "n*(n+1)/2"]
    assert td.from_sympy(KroneckerProduct(X, V) * MatrixSymbol("u", m * n, 1)).ndim == 1
    assert [str(size) for size in td.from_sympy(MatrixSymbol("B", n + 1, n + 2 * m)).shape] == ["n+1", "n+2*m"]
    with pytest.raises(td.ShapeError, match="cannot read the size n - 1"):
        td.from_sympy(MatrixSymbol("B", n - 1, n))


def test_undefined_functions() -> None:
    f = sympy.Function("f")
    e = td.from_sympy(V.applyfunc(f))
    assert str(e) == "f(V)"
    slope = td.diff(td.sum(e), "V").to_sympy()
    assert slope.has(sympy.Derivative)


REFUSED = [
    (sympy.Adjoint(X), "Adjoint"),
    (sympy.Piecewise((a, a > 0), (0, True)), "Piecewise"),
    (sympy.gamma(a), "gamma"),
    (sympy.sin(V), "sin(.|\n)*applyfunc"),
    (V[a, a], "MatrixElement(.|\n)*neither"),
    (sympy.Sum(x[i, 0], (i, 1, n - 1)), "Sum(.|\n)*whole axis"),
    (sympy.Sum(i * x[i, 0], (i, 0, n - 1)), "Symbol(.|\n)*index of a matrix"),
    (sympy.Sum(x[i, 0] * sympy.Sum(V[i, j], (j, 0, n - 1)) ** 2, (i, 0, n - 1)), "Sum(.|\n)*inside"),
    (sympy.Derivative(sympy.Function("f")(a), a), "Derivative"),
    (sympy.I * a, "ImaginaryUnit"),
    (sympy.Heaviside(a, 1), "Heaviside"),
    (a > 0, "GreaterThan"),
    (sympy.FunctionMatrix(n, n, sympy.Lambda((i, j), i + j)), "FunctionMatrix"),
]


@pytest.mark.parametrize(
    ("expression", "message"), REFUSED, ids=[m.partition("(")[0] + str(k) for k, (_, m) in enumerate(REFUSED)]
)
def test_what_has_no_counterpart_is_named(expression: Any, message: str) -> None:
    with pytest.raises(td.MissingRuleError, match=message):
        td.from_sympy(expression)


@pytest.mark.parametrize(("text", "name"), [
    ("K(n,m)", "commutation"), ("D(n)", "duplication"), ("L(n)", "elimination"), ("vec(X)", "vec"), ("vech(V)", "vech"),
    ("tril(n)", "tril"), ("expm(V)*V", "expm"), ("exp(X[i,j])*V[i,k] -> [i,j,k]", "exp"),
])  # fmt: skip
def test_what_sympy_cannot_say_is_named(text: str, name: str) -> None:
    with pytest.raises(td.MissingRuleError, match=name):
        td.parse(text, shapes=SHAPES).to_sympy()


def test_text_is_not_evaluated() -> None:
    with pytest.raises(TypeError, match="not an expression of SymPy"):
        td.from_sympy("V.I")


def test_deep_nests() -> None:
    """SymPy itself recurses, so it cannot hold these; what we raise says so."""
    f: td.Expression = td.vector("x", "n")
    for _ in range(3000):
        f = td.sin(f)
    with pytest.raises(td.BudgetError, match="SymPy"):
        f.to_sympy()
    product = td.matrix("A", "n", "n")
    factor = product
    for _ in range(300):
        product = product @ factor.T
    assert td.from_sympy(product.to_sympy()).shape == product.shape
