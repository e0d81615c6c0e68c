"""Complex entries go where functions are holomorphic, with transposes that never conjugate, and are refused elsewhere."""

from __future__ import annotations

import numpy as np
import pytest

import tensordiff as td

RNG = np.random.default_rng(0)
A = RNG.normal(size=(3, 3)) + 1j * RNG.normal(size=(3, 3))
x = RNG.normal(size=3) + 1j * RNG.normal(size=3)
STEP = 1e-6

HOLOMORPHIC = [
    "x'*A*x", "inv(A)*x", "det(A)", "tr(inv(A)*A')", "exp(A*x)", "tanh(x)", "log(x)", "sqrt(x)", "A^3*x", "tr(A^-2)",
    "adj(A)*x", "expm(A)*x", "x.^2.5", "logsumexp(x)", "softmax(x)", "sin(x).*cos(A*x)", "1./x", "erf(x)", "log1p(x)",
    "kron(x,A)", "logm(A + 9*eye(n))", "sigmoid(x)", "softplus(A*x)", "log(cosh(x))",
    "1./(1 + exp(-A*x))", "log(sum(exp(A*x)))",
]  # fmt: skip


@pytest.mark.parametrize("text", HOLOMORPHIC)
def test_holomorphic_functions(text: str) -> None:
    """The derivative is that of differences, along a complex direction."""
    shapes = {"A": "n n", "x": "n"}
    f = td.parse(text, shapes=shapes)
    point = {name: array for name, array in (("A", A), ("x", x)) if name in text}
    variable = "x" if "x" in text.replace("exp", "") else "A"
    point = {name: point[name] for name in point if name == variable or name in text.replace("exp", "")}
    direction = (0.6 + 0.8j) * RNG.normal(size=point[variable].shape)
    moved, back = ({**point, variable: point[variable] + sign * STEP * direction} for sign in (1, -1))
    expected = (f.evaluate(**moved) - f.evaluate(**back)) / (2 * STEP)
    slope = td.diff(f, variable)
    found = np.tensordot(slope.evaluate(**point), direction, axes=direction.ndim)
    assert found.dtype == np.complex128
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6 * np.abs(expected).max())
    np.testing.assert_allclose(slope.at(**point).apply(direction), found, rtol=1e-9, atol=1e-9 * np.abs(found).max())


REAL = {
    "abs(x)": "abs", "sign(x)": "sign", "max(x,0)": "abs", "relu(x)": "relu", "cbrt(x)": "cbrt",
    "norm1(x)": "abs", "norm2(x)": "norm2", "norm2(x)^2": "norm2", "x/norm2(x)": "norm2",
    "logdet(A)": "logdet", "chol(A)": "chol",
}  # fmt: skip


@pytest.mark.parametrize("text", REAL)
def test_functions_of_real_arguments(text: str) -> None:
    f = td.parse(text, shapes={"A": "n n", "x": "n", "z": "n"})
    point = {name: array for name, array in (("A", A), ("x", x)) if f"({name}" in text}
    (name,) = point
    slope = td.diff(f, name)
    for way in (f.evaluate, td.compile(f), td.compile([f, slope])):
        with pytest.raises(td.EvaluationError, match=f"{name} has complex entries, and {REAL[text]} takes real"):
            way(**point)
    if text not in ("sign(x)", "logdet(A)"):  # whose slopes are zero and the inverse
        for way in (slope.evaluate, slope.at):
            with pytest.raises(td.EvaluationError, match=f"{name} has complex entries"):
                way(**point)
    if text != "chol(A)":
        f.evaluate(**{name: point[name].real})


def test_complex_entries_elsewhere_are_taken() -> None:
    f = td.parse("abs(x).*z + norm2(x)*z", shapes={"x": "n", "z": "n"})
    expected = (abs(x.real) + np.linalg.norm(x.real)) * x
    for way in (f.evaluate, td.compile(f)):
        np.testing.assert_allclose(way(x=x.real, z=x), expected)


def test_functions_of_the_user() -> None:
    import sympy

    s = sympy.Symbol("s")
    softsign = td.elementwise("softsign", s / (1 + sympy.Abs(s)))
    swish = td.elementwise("rational", s / (1 + s**2))
    argument = td.vector("x", td.dims("n"))
    with pytest.raises(td.EvaluationError, match="softsign takes real"):
        softsign(argument).evaluate(x=x)
    np.testing.assert_allclose(swish(argument).evaluate(x=x), x / (1 + x**2))
