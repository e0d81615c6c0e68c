"""Functions of the user's own: given by SymPy, or undefined; in Python and in text."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
import sympy

import tensordiff as td
from tensordiff.functions import UserFunction

s = sympy.Symbol("s")
SHAPES = {"A": "n n", "x": "n", "a": ()}
A, x, a = td.matrix("A", "n", "n"), td.vector("x", "n"), td.scalar("a")
RNG = np.random.default_rng(0)
VALUES = {"A": RNG.normal(size=(3, 3)), "x": RNG.normal(size=3)}
softsign = td.elementwise("softsign", s / (1 + sympy.Abs(s)))
clip = td.elementwise("clip", sympy.Piecewise((s**2, s < 0.5), (s - sympy.Rational(1, 4), True)))


def _softsign(t: np.ndarray) -> np.ndarray:
    return t / (1 + abs(t))


def test_values_and_derivatives() -> None:
    f = td.sum(softsign(A @ x))
    image = VALUES["A"] @ VALUES["x"]
    assert f.evaluate(**VALUES) == pytest.approx(_softsign(image).sum())
    J = td.diff(f, x)
    np.testing.assert_allclose(J.evaluate(**VALUES), VALUES["A"].T @ (1 + abs(image)) ** -2)
    H = td.hessian(f, x)
    weight = -2 * np.sign(image) * (1 + abs(image)) ** -3
    np.testing.assert_allclose(H.evaluate(**VALUES), VALUES["A"].T @ np.diag(weight) @ VALUES["A"])
    np.testing.assert_allclose(H.einsum().evaluate(**VALUES), H.evaluate(**VALUES))
    np.testing.assert_allclose(td.hvp(f, x, "v").evaluate(v=np.ones(3), **VALUES), H.evaluate(**VALUES) @ np.ones(3))


def test_printed_by_name_and_its_derivative_in_known_functions() -> None:
    f = td.sum(softsign(A @ x))
    assert str(f) == "sum(softsign(A*x))"
    assert "softsign" in f.latex()
    J = td.diff(f, x)
    assert "softsign" not in str(J.matrix_form()) and "abs(A*x)" in str(J.matrix_form())
    assert td.parse(str(J.matrix_form()), shapes=SHAPES).matrix is J.matrix_form().matrix


def test_a_derivative_without_known_functions_is_a_primed_name() -> None:
    J = td.diff(td.sum(clip(A @ x)), x)
    assert str(J.matrix_form()) == "A'*clip'(A*x)"
    again = td.parse(str(J.matrix_form()), shapes=SHAPES, functions=[clip])
    assert again.matrix is J.matrix_form().matrix
    at = {"A": np.eye(3), "x": np.array([0.2, 0.7, -1.0])}
    np.testing.assert_allclose(J.evaluate(**at), [0.4, 1, -2])
    np.testing.assert_allclose(again.evaluate(**at), [0.4, 1, -2])
    np.testing.assert_allclose(td.hessian(td.sum(clip(x)), x).evaluate(x=at["x"]), np.diag([2, 0, 2]))


@pytest.mark.parametrize(
    ("source", "expression"),
    [
        ("s/(1 + abs(s))", s / (1 + sympy.Abs(s))),
        ("t**2 + 3*t", s**2 + 3 * s),
        ("exp(-u^2)*erf(u)", sympy.exp(-(s**2)) * sympy.erf(s)),
        ("Max(s, 0) + pi", sympy.Max(s, 0) + sympy.pi),
        ("2", sympy.Integer(2)),
    ],
)
def test_given_as_text(source: str, expression: object) -> None:
    assert td.elementwise("g", source).head == td.elementwise("g", expression).head


@pytest.mark.parametrize(
    "source",
    [
        "__import__('os').system('touch {}')", "open('{}', 'w')", "(lambda: open('{}', 'w'))()", "exec(\"open('{}','w')\")",
        "[c for c in ().__class__.__base__.__subclasses__()]", "s.__class__", "loggamma(s) + nosuch(s)", "a*b", "", "s +",
    ],
)  # fmt: skip
def test_text_is_read_and_never_run(source: str, tmp_path: Path) -> None:
    target = tmp_path / "run"
    for use in (lambda t: td.elementwise("g", t), lambda t: td.parse("g(x)", shapes=SHAPES, functions={"g": t})):
        with pytest.raises(td.TensordiffError):
            use(source.format(target))
    assert not target.exists()
    with pytest.raises(TypeError):
        UserFunction("g", source.format(target))
    assert not target.exists()


def test_in_text() -> None:
    for functions in ([softsign], {"softsign": softsign}, {"softsign": "s/(1 + Abs(s))"}, {"softsign": s / (1 + sympy.Abs(s))}):
        f = td.parse("sum(softsign(A*x))", shapes=SHAPES, functions=functions)
        assert f.evaluate(**VALUES) == pytest.approx(_softsign(VALUES["A"] @ VALUES["x"]).sum())
        assert f.matrix is td.sum(softsign(A @ x)).matrix
    inferred = td.parse("sum(softsign(A*x) + clip(x))", functions=[softsign, clip])
    assert [str(d) for d in td.diff(inferred, "x").shape] == ["n"]
    where = td.parse("sum(h.*h)", shapes=SHAPES, where={"h": "softsign(A*x)"}, functions=[softsign])
    assert str(td.diff(where, "A").matrix_form())
    latex = td.parse(r"\operatorname{softsign}(A x)", shapes=SHAPES, functions=[softsign])
    assert latex.matrix is softsign(A @ x).matrix
    assert (
        td.parse(r"\operatorname{clip}'(A x)", shapes=SHAPES, functions=[clip]).matrix
        is td.parse("clip'(A*x)", shapes=SHAPES, functions=[clip]).matrix
    )
    f = td.function("f")
    assert (
        td.parse(r"x^{T} f(A x) + f''(a)", shapes=SHAPES, functions=[f]).matrix
        is td.parse("x'*f(A*x) + f''(a)", shapes=SHAPES, functions=[f]).matrix
    )
    index = td.parse("softsign(A[i,j])*x[j] -> [i]", shapes=SHAPES, functions=[softsign])
    np.testing.assert_allclose(index.evaluate(**VALUES), _softsign(VALUES["A"]) @ VALUES["x"])


def test_scalars_matrices_and_numbers() -> None:
    assert softsign(a).shape == () and softsign(A).shape == A.shape and softsign(x.T).shape == x.T.shape
    assert softsign(3).evaluate() == pytest.approx(0.75)
    assert td.diff(softsign(a) * x, a).evaluate(a=1.0, x=VALUES["x"]) == pytest.approx(VALUES["x"] / 4)


def test_the_scope_knows_the_function() -> None:
    f = softsign(x)
    assert f.scope.functions["softsign"] is softsign.head
    assert (f + a).scope.functions.keys() == {"softsign"}
    other = td.elementwise("softsign", s**3)
    with pytest.raises(td.UnknownNameError, match="softsign is declared twice"):
        f + other(x)


@pytest.mark.parametrize("function", [softsign, clip], ids=["softsign", "clip"])
def test_programs(function: object) -> None:
    f = td.sum(function(A @ x))  # type: ignore[operator]
    program = td.compile([f, td.diff(f, x), td.hessian(f, x)])
    expected = [f.evaluate(**VALUES), td.diff(f, x).evaluate(**VALUES), td.hessian(f, x).evaluate(**VALUES)]
    for found, value in zip(program(**VALUES), expected, strict=True):
        np.testing.assert_allclose(found, value)
    space: dict[str, object] = {}
    exec(program.source, space)  # it stands alone
    run = [value for name, value in space.items() if callable(value) and not name.startswith("_")][-1]
    for found, value in zip(run(VALUES["A"], VALUES["x"]), expected, strict=True):  # type: ignore[operator]
        np.testing.assert_allclose(found, value)
    again = pickle.loads(pickle.dumps(program))
    np.testing.assert_allclose(again(**VALUES)[1], expected[1])


def test_undefined_functions() -> None:
    f = td.function("f")
    J = td.diff(td.sum(f(A @ x)), x)
    assert str(J.matrix_form()) == "A'*f'(A*x)"
    assert td.parse("A'*f'(A*x)", shapes=SHAPES, functions=[f]).matrix is J.matrix_form().matrix
    assert str(td.diff(f(a), a, a)) == "d^2f/(da da) = f''(a)" or "f''(a)" in str(td.diff(f(a), a, a))
    with pytest.raises(td.EvaluationError, match="f is an undefined function"):
        J.evaluate(**VALUES)


def test_refusals() -> None:
    for name in ("exp", "inv", "softmax", "K", "D", "L"):
        with pytest.raises(td.UnknownNameError, match=name):
            td.elementwise(name, s**2)
    for name in ("a b", "f'", "1f", ""):
        with pytest.raises(td.UnknownNameError, match="cannot be a name"):
            td.elementwise(name, s**2)
    with pytest.raises(td.UnknownNameError, match="one variable"):
        td.elementwise("g", s * sympy.Symbol("t"))
    with pytest.raises(td.ParseError, match=r"unknown function softsign'(.|\n)*\^"):
        td.parse("softsign'(x)", shapes=SHAPES)
    with pytest.raises(TypeError, match=r"td\.elementwise"):
        td.parse("f(x)", shapes=SHAPES, functions=[np.tanh])
    with pytest.raises(td.UnknownNameError, match="given as g is called softsign"):
        td.parse("g(x)", shapes=SHAPES, functions={"g": softsign})
    with pytest.raises(TypeError, match="argument"):
        softsign(x, x)  # type: ignore[call-arg]
