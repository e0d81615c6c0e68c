"""A derivative, a product with one and a sum of these are operands: added, scaled, multiplied, contracted, compared,
differentiated and written as expressions. The truth is NumPy's, on the arrays of the derivatives themselves."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tensordiff as td

SIZES = {"n": 3, "m": 2}
SHAPES: dict[str, Any] = {"X": "n m", "V": "n n", "A": "n n", "B": "n n", "x": "n", "y": "n", "a": (), "T": "n m n"}
RNG = np.random.default_rng(3)
VALUES = {name: RNG.uniform(0.3, 1.2, [SIZES[d] for d in (s.split() if s else ())]) for name, s in SHAPES.items()}
VALUES["V"] = VALUES["V"] + VALUES["V"].T + 3 * np.eye(3)
CASES = [
    ("x'*A*x", "x"), ("A*x", "x"), ("A*V*B", "V"), ("exp(V*x)", "V"), ("x'*A*x", "x x"), ("a*x", "a"), ("logdet(V)", "V V"),
    ("sum(exp(A*x))", "x A"), ("X*X'", "X"), ("T[i,j,k]*x[i] -> [j,k]", "x"), ("T[i,j,k]*x[i]*y[k] -> [j]", "T"), ("x'*A", "x"),
    ("tr(X'*V*X)", "X"), ("exp(a)", "a a"), ("x.*y", "x y"), ("T[i,j,k]*X[i,j] -> [k]", "X"),
]  # fmt: skip
by_case = pytest.mark.parametrize(("text", "wrt"), CASES, ids=[f"{t} by {w}" for t, w in CASES])


def parse(text: str, **options: Any) -> td.Expression:
    return td.parse(text, shapes=SHAPES, **options)


def derivative(text: str, wrt: str, **options: Any) -> td.Derivative:
    return td.diff(parse(text), *wrt.split(), **options)


def agree(found: Any, expected: Any) -> None:
    values = found
    if hasattr(found, "evaluate"):
        values = found.evaluate(**{name: array for name, array in VALUES.items() if name in found.scope})
    np.testing.assert_allclose(np.reshape(values, np.shape(expected)), expected, rtol=1e-9, atol=1e-12)


@by_case
def test_as_an_expression(text: str, wrt: str) -> None:
    J = derivative(text, wrt)
    made = J.expression()
    assert [str(size) for size in made.shape if str(size) != "1"] == [str(size) for size in J.shape]
    agree(made, J.evaluate(**VALUES))
    assert td.equal(J, made).method == "proved"
    again = parse(str(made))
    assert td.equal(J, again).method == "proved"


@by_case
def test_arithmetic(text: str, wrt: str) -> None:
    J = derivative(text, wrt)
    array = J.evaluate(**VALUES)
    other = derivative(text.replace("x'*A", "y'*A") if text == "x'*A*x" else f"2*({text})" if "->" not in text else text, wrt)
    second = other.evaluate(**VALUES)
    a = parse("a")
    for found, expected in [
        (J + other, array + second), (J - other, array - second), (-J, -array), (2 * J, 2 * array), (J * 0.5, array / 2),
        (J / 4, array / 4), (a * J, VALUES["a"] * array), (J / a, array / VALUES["a"]), (sum([J, J, J]), 3 * array),
        (J + J.expression(), 2 * array), (J.expression() - J, 0 * array), (J + 1, array + 1), (1 - J, 1 - array), (+J, array),
        ((J + other).expression(), array + second),
    ]:  # fmt: skip
        agree(found, expected)
        agree(td.compile(found)(**{name: VALUES[name] for name in td.compile(found).inputs}), expected)
    assert td.equal(J + J, 2 * J).method == "proved" and not td.equal(J + J, 3 * J)
    latex = (J + other).latex()
    assert isinstance(latex, str) and str(J + other)


def test_sums_of_derivatives_by_the_same_variables_have_their_layouts() -> None:
    J, K = derivative("A*V*B", "V"), derivative("V*V", "V")
    for layout in ("vec-column", "vec-row"):
        expected = J.evaluate(layout=layout, **VALUES) - 2 * K.evaluate(layout=layout, **VALUES)
        agree((J - 2 * K).matrix_form(layout), expected)
    assert (J + K).at(**VALUES).apply(np.ones((3, 3))).shape == (3, 3)


def test_a_multiple_by_what_the_variable_is_in_is_no_derivative() -> None:
    g = derivative("x'*A*x", "x")
    scaled = parse("x'*x") * g
    assert not isinstance(scaled, td.Derivative)
    agree(scaled, VALUES["x"] @ VALUES["x"] * g.evaluate(**VALUES))


def test_products_with_derivatives_add() -> None:
    f = parse("tr(A*V*B*V)")
    both = td.jvp(f, "V", "P") + td.jvp(f, "B", "Q")
    assert td.equal(both, "tr(A*P*B*V) + tr(A*V*B*P) + tr(A*V*Q*V)").method == "proved"
    agree((td.vjp(parse("A*x"), "x", "y") - td.gradient(parse("y'*A*x"), "x")).expression(), np.zeros(3))


def test_matrix_products() -> None:
    g, J = derivative("x'*A*x", "x"), derivative("A*x", "x")
    gv, Jv, x = g.evaluate(**VALUES), J.evaluate(**VALUES), VALUES["x"]
    agree(J @ g, Jv @ gv)
    agree(J @ parse("x"), Jv @ x)
    agree(parse("B") @ J, VALUES["B"] @ Jv)
    agree(g @ parse("y'"), np.outer(gv, VALUES["y"]))
    agree(g.T @ parse("y"), gv @ VALUES["y"])
    agree(J * J, Jv * Jv)
    agree(J / parse("B"), Jv / VALUES["B"])
    agree(td.tr(derivative("x'*A*x", "x x")), np.trace(VALUES["A"] + VALUES["A"].T))
    agree(td.norm2(g), np.linalg.norm(gv))
    agree(td.kron(J, g), np.kron(Jv, gv[:, None]))


def test_contractions() -> None:
    J = derivative("exp(V*x)", "V")
    agree(td.from_einsum("ijk,jk->i", J, parse("A")), np.einsum("ijk,jk->i", J.evaluate(**VALUES), VALUES["A"]))
    agree(td.from_einsum("iij->j", J), np.einsum("iij->j", J.evaluate(**VALUES)))
    H = derivative("1/norm2(x)", "x x")
    assert td.equal(td.from_einsum("ii->", H), parse("(3 - n)/norm2(x)^3")).method == "proved"


@by_case
def test_derivatives_of_derivatives(text: str, wrt: str) -> None:
    J = derivative(text, wrt)
    further = td.diff(parse(text), *wrt.split(), "x")
    agree(td.diff(J, "x"), further.evaluate(**VALUES))
    agree(td.diff(J.expression(), "x"), further.evaluate(**VALUES))
    agree(td.diff(J + J, "x"), 2 * further.evaluate(**VALUES))
    agree(td.jvp(J, "x", parse("y")), further.evaluate(**VALUES) @ VALUES["y"])


@pytest.mark.parametrize("entries", ["projected", "free", "tied", "vech"])
def test_structured_variables_keep_their_meaning(entries: str) -> None:
    f = parse("x'*inv(V)*x", structures={"V": "symmetric"})
    J = td.diff(f, "V", entries=entries)
    agree(td.diff(J, "V", entries=entries), td.diff(f, "V", "V", entries=entries).evaluate(**VALUES))
    agree(td.diff(J, "x"), td.diff(f, "V", "x", entries=entries).evaluate(**VALUES))
    by_other = td.diff(J, "V", entries="free" if entries != "free" else "projected")
    step = 1e-6 * RNG.normal(size=(3, 3))
    step = step + step.T
    ahead = J.evaluate(**{**VALUES, "V": VALUES["V"] + step}) - J.evaluate(**{**VALUES, "V": VALUES["V"] - step})
    np.testing.assert_allclose(np.tensordot(by_other.evaluate(**VALUES), 2 * step), ahead, rtol=1e-5, atol=1e-11)


def test_verdicts_on_derivatives() -> None:
    g = derivative("x'*A*x", "x")
    assert td.check(g, "x'*A*x", "x", shapes=SHAPES)
    assert td.check("A + A'", g, "x")


def test_what_does_not_fit_is_refused() -> None:
    g, J = derivative("x'*A*x", "x"), derivative("A*V*B", "V")
    for wrong in (lambda: g + J, lambda: J - g, lambda: g + parse("A"), lambda: g @ g, lambda: td.equal(g, J)):
        with pytest.raises(td.ShapeError):
            wrong()
    for wrong in (lambda: g + "x", lambda: g * None, lambda: g + np.ones(3)):
        with pytest.raises(TypeError):
            wrong()


def test_substitution() -> None:
    f = parse("a*tr(P*V) + sum(x)", where={"P": "inv(V)*A"})
    agree(f.subs(x="y", a=3), f.evaluate(**{**VALUES, "x": VALUES["y"], "a": 3.0}))
    agree(f.subs(V="V + B"), f.evaluate(**{**VALUES, "V": VALUES["V"] + VALUES["B"]}))
    assert str(f.subs(V="B*B").where["P"]) == "inv(B*B)*A"
    agree(f.subs(P="B"), VALUES["a"] * np.trace(VALUES["B"] @ VALUES["V"]) + VALUES["x"].sum())
    swapped = parse("x - 2*y").subs(x="y", y="x")
    assert str(swapped) == "y - 2*x" and set(swapped.scope.symbols) == set(SHAPES)
    assert "x" not in parse("x - 2*y").subs(x="y").scope.symbols
    agree(parse("x'*A*x").subs(x=derivative("x'*A*x", "x")), parse("((A+A')*x)'*A*(A+A')*x").evaluate(**VALUES))
    agree(
        parse("A[i,j]*x[j] -> [i]").subs(x=td.vector("z", "n") * 2).evaluate(A=VALUES["A"], z=VALUES["y"]),
        VALUES["A"] @ VALUES["y"] * 2,
    )
    undeclared = td.parse("x'*A*x + a").subs(x="A*x")
    assert undeclared.scope.conventions is not None and str(undeclared.subs(a="x'*x")) == "(A*x)'*A*A*x + x'*x"
    for put, message in [
        ({"q": "x"}, "no q"),
        ({"n": 3}, "size"),
        ({"x": 2}, "3|n-by-1"),
        ({"A": "x"}, "n-by-n"),
        ({"a": "x"}, "scalar"),
    ]:
        with pytest.raises((td.UnknownNameError, td.ShapeError), match=message):
            f.subs(**put)


def test_expected_fisher_information_of_a_covariance() -> None:
    """Magnus and Neudecker, Matrix Differential Calculus, chapter 15: N/2 D' (inv(V) kron inv(V)) D."""
    shapes, structures = {"V": "n n", "Z": "n n", "N": ()}, {"V": "symmetric", "Z": "symmetric"}
    likelihood = td.parse("-N/2*logdet(V) - tr(inv(V)*Z)/2", shapes=shapes, structures=structures)
    observed = -td.diff(likelihood, "V", "V", entries="vech")
    expected = observed.matrix_form().subs(Z="N*V")
    assert (
        td.equal(expected, td.parse("N/2*D(n)'*kron(inv(V), inv(V))*D(n)", shapes=shapes, structures=structures)).method
        == "proved"
    )
