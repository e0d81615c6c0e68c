"""Values: what may be given, what comes back, what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tensordiff as td

n, m, p = td.dims("n m p")
X, S, x, y, a = td.matrix("X", n, m), td.matrix("S", n, n), td.vector("x", n), td.vector("y", m), td.scalar("a")
RNG = np.random.default_rng(0)
XV, SV, xv, yv = RNG.normal(size=(4, 3)), RNG.normal(size=(4, 4)) + 3 * np.eye(4), RNG.normal(size=4), RNG.normal(size=3)
f = x.T @ S @ x
J = td.diff(f, x)


def test_arrays_lists_and_numbers() -> None:
    expected = (SV + SV.T) @ xv
    np.testing.assert_allclose(J.evaluate(x=xv, S=SV), expected)
    np.testing.assert_allclose(J.evaluate(x=xv.tolist(), S=SV.tolist()), expected)
    np.testing.assert_allclose(J.evaluate(x=tuple(xv), S=[tuple(row) for row in SV]), expected)
    assert (a * a + 1).evaluate(a=3) == 10
    assert (a * a + 1).evaluate(a=np.array(3)) == 10


def test_types_are_numpys() -> None:
    ints = J.evaluate(x=[1, 2], S=[[1, 2], [3, 4]])
    assert ints.dtype == float
    np.testing.assert_array_equal(ints, [12, 21])
    single = np.float32
    assert J.evaluate(x=xv.astype(single), S=SV.astype(single)).dtype == single
    assert td.diff(td.inv(S), S).evaluate(S=SV.astype(single)).dtype == single
    assert J.evaluate(x=xv.astype(single), S=SV).dtype == float
    assert td.inv(S).evaluate(S=(2 * np.eye(3)).astype(int)).dtype == float
    complex_value = J.evaluate(x=xv + 1j, S=SV)
    assert complex_value.dtype == complex
    np.testing.assert_allclose(complex_value, (SV + SV.T) @ (xv + 1j))
    bools = td.sum(x).evaluate(x=[True, False, True])
    assert bools == 2
    assert J.evaluate(x=np.array([1, 2], dtype=object), S=np.eye(2)).dtype == float


def test_transposes_never_conjugate() -> None:
    z = np.array([1 + 2j, 3 - 1j])
    np.testing.assert_allclose((x.T @ x).evaluate(x=z), z @ z)


def test_shapes_that_come_back() -> None:
    assert np.shape(f.evaluate(x=xv, S=SV)) == ()
    assert x.evaluate(x=xv).shape == (4,)
    assert x.T.evaluate(x=xv).shape == (1, 4)
    assert (S @ x).evaluate(x=xv, S=SV).shape == (4,)
    assert td.diff(X, X).evaluate(X=XV).shape == (4, 3, 4, 3)
    assert td.diff(x.T, x).evaluate(x=xv).shape == (4, 4)
    assert td.diff(x.T @ S, x).evaluate(x=xv, S=SV).shape == (4, 4)
    assert td.hessian(f, x, S).evaluate(x=xv, S=SV).shape == (4, 4, 4)
    assert td.diff(td.vec(X), X).evaluate(X=XV).shape == (12, 4, 3)
    assert [str(s) for s in td.diff(td.vec(X), X).shape] == ["m*n", "n", "m"]
    assert td.diff(td.kron(X, y), y).evaluate(X=XV, y=yv).shape == (12, 3, 3)


def test_sizes_by_name() -> None:
    np.testing.assert_array_equal(td.eye(n).evaluate(n=3), np.eye(3))
    np.testing.assert_array_equal(td.eye(3).evaluate(), np.eye(3))
    np.testing.assert_array_equal(td.commutation(n, m).evaluate(n=2, m=3) @ XV[:3, :2].ravel(), XV[:3, :2].T.ravel())
    assert (n * td.sum(x)).evaluate(x=xv) == pytest.approx(4 * xv.sum())
    assert f.evaluate(x=xv, S=SV, n=4) == pytest.approx(xv @ SV @ xv)
    with pytest.raises(td.EvaluationError, match="n is 4 in x but 5 in n=5"):
        f.evaluate(x=xv, S=SV, n=5)
    with pytest.raises(td.EvaluationError, match="the size n must be an integer"):
        td.eye(n).evaluate(n=2.5)
    with pytest.raises(td.EvaluationError, match="no value given for n"):
        td.eye(n).evaluate()


def test_every_declared_name_may_be_given() -> None:
    g = td.parse("x'*x", shapes={"x": "n", "unused": "m m"})
    assert g.evaluate(x=xv, unused=np.eye(2)) == pytest.approx(xv @ xv)
    assert td.diff(g, "x").compile()(x=xv, unused=np.eye(2)).shape == (4,)
    with pytest.raises(td.EvaluationError, match="unused"):
        g.evaluate(x=xv, unused=np.ones(3))


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "missing": ({"x": xv}, r"no value given for S(.|\n)*add S="),
    "unknown": ({"x": xv, "S": SV, "Q": 1}, "Q is no input"),
    "misspelt": ({"x": xv, "S": SV, "s": SV}, "s is no input(.|\n)*did you mean S"),
    "one size twice": ({"x": np.ones(3), "S": SV}, "n is 3 in x but 4 in S"),
    "not square": ({"x": xv, "S": np.ones((4, 3))}, "n is (both )?(3|4)"),
    "a matrix for a vector": ({"x": xv[:, None], "S": SV}, r"x is a vector of size n(.|\n)*\(4, 1\)(.|\n)*1 axis"),
    "a vector for a matrix": ({"x": xv, "S": xv}, r"S is n-by-n(.|\n)*\(4,\)(.|\n)*2 axes"),
    "text": ({"x": "abcd", "S": SV}, "x"),
    "nothing": ({"x": None, "S": SV}, "x"),
    "ragged": ({"x": [[1], [2, 3]], "S": SV}, "x"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_does_not_fit_is_told(case: str) -> None:
    values, message = WRONG[case]
    for thing in (f, J):
        with pytest.raises(td.EvaluationError, match=message):
            thing.evaluate(**values)


def test_names_of_parts_follow_from_the_other_values() -> None:
    g = td.parse("x'*P*x", shapes={"x": "n", "S": "n n"}, where={"P": "inv(S)"})
    for thing in (g, td.diff(g, "x"), td.diff(g, "x").einsum()):
        with pytest.raises(td.EvaluationError, match=r"P is a name for inv\(S\)(.|\n)*leave out P="):
            thing.evaluate(x=xv, S=SV, P=np.eye(4))


def test_values_outside_the_domain() -> None:
    with pytest.raises(td.EvaluationError, match=r"inv\(S\)"):
        td.inv(S).evaluate(S=np.zeros((3, 3)))
    with pytest.raises(td.EvaluationError, match=r"logdet\(S\)"):
        td.logdet(S).evaluate(S=np.zeros((3, 3)))
    with pytest.raises(td.EvaluationError, match="log"):
        td.log(x).evaluate(x=-np.ones(3))
    with pytest.raises(td.EvaluationError, match="divi"):
        (1 / x).evaluate(x=np.zeros(3))


def test_compound_axes_are_joined_and_split() -> None:
    """A variable of shape n*m takes one axis of length n*m, slowest dimension first."""
    w, W = td.vector("w", n * m), td.matrix("W", n * m, p)
    kx = td.kron(x, y)
    wv, Wv = RNG.normal(size=12), RNG.normal(size=(12, 2))
    np.testing.assert_allclose((w.T @ kx).evaluate(w=wv, x=xv, y=yv), wv @ np.kron(xv, yv))
    np.testing.assert_allclose((W.T @ kx).evaluate(W=Wv, x=xv, y=yv), Wv.T @ np.kron(xv, yv))
    gradient = td.diff(w.T @ kx, w)
    assert [str(size) for size in gradient.shape] == ["n*m"]
    np.testing.assert_allclose(gradient.evaluate(w=wv, x=xv, y=yv), np.kron(xv, yv))
    np.testing.assert_allclose(td.diff(W.T @ kx, W).evaluate(W=Wv, x=xv, y=yv).shape, (2, 12, 2))
    np.testing.assert_allclose(td.diff(w.T @ w, w).evaluate(w=wv, n=4), 2 * wv)
    np.testing.assert_allclose(td.diff(w.T @ w, w).evaluate(w=wv, m=3), 2 * wv)
    square = td.vector("s", n**2)
    np.testing.assert_allclose((square.T @ td.vec(S)).evaluate(s=np.arange(16.0), S=SV), np.arange(16.0) @ SV.T.ravel())
    np.testing.assert_allclose(td.sum(square).evaluate(s=np.arange(16.0)), 120)
    with pytest.raises(td.EvaluationError, match=r"w is a vector of size n\*m"):
        td.diff(w.T @ w, w).evaluate(w=wv)
    with pytest.raises(td.EvaluationError, match=r"w is a vector of size n\*m"):
        td.diff(w.T @ w, w).evaluate(w=wv, n=5)
    with pytest.raises(td.EvaluationError, match=r"s is a vector of size n\*n"):
        td.sum(square).evaluate(s=np.arange(15.0))


COMPOUND = [
    ("sum(x.^2)", {"x": "n*n"}, {"x": np.arange(9.0)}),
    ("sum(x.^3)", {"x": "n*n*n"}, {"x": np.arange(8.0)}),
    ("x'*kron(y,z)", {"x": "n*m", "y": "n", "z": "m"}, {"x": np.arange(6.0), "y": np.arange(2.0), "z": np.arange(3.0)}),
    ("vec(S)'*x", {"x": "n^2", "S": "n n"}, {"x": np.arange(4.0), "S": np.eye(2)}),
    ("x'*vech(S)", {"x": "n*(n+1)/2", "S": "n n"}, {"x": np.arange(6.0), "S": np.eye(3)}),
    ("r*W*r'", {"r": "1 n*m", "W": "n*m n*m", "y": "m"}, {"r": np.arange(6.0), "W": np.ones((6, 6)), "y": np.ones(3)}),
]


@pytest.mark.parametrize(("text", "shapes", "point"), COMPOUND)
def test_every_way_to_a_value_reads_inputs_alike(text: str, shapes: dict[str, str], point: dict[str, np.ndarray]) -> None:
    """evaluate, programs, maps at a point and objectives deduce the same sizes from the same arrays."""
    f, name = td.parse(text, shapes=shapes), next(iter(shapes))
    J = td.diff(f, name)
    value, slope = td.compile([f, J])(**point)
    np.testing.assert_allclose(f.evaluate(**point), value)
    np.testing.assert_allclose(J.evaluate(**point), slope)
    direction = np.ones(slope.shape)
    np.testing.assert_allclose(J.at(**point).apply(direction), np.vdot(slope, direction))
    if len(point) > 1 or text == "sum(x.^2)":
        sizes = {"n": 3} if len(point) == 1 else {}
        problem = td.objective(f, name, **{key: array for key, array in point.items() if key != name}, **sizes)
        x = problem.pack(**{name: point[name]})
        np.testing.assert_allclose(problem.fun(x), value)
        np.testing.assert_allclose(problem.jac(x), np.ravel(slope))


def test_rows_and_columns_take_one_axis_or_two() -> None:
    row = td.tensor("r", 1, n)
    for value in (xv, xv[None, :]):
        np.testing.assert_allclose((row @ x).evaluate(r=value, x=xv), xv @ xv)


def test_tensors_of_many_axes() -> None:
    T = td.tensor("T", n, m, p)
    value = RNG.normal(size=(4, 3, 2))
    g = td.from_einsum("ijk,i,j->k", T, x, y)
    np.testing.assert_allclose(g.evaluate(T=value, x=xv, y=yv), np.einsum("ijk,i,j->k", value, xv, yv))
    derivative = td.diff(g, T).evaluate(T=value, x=xv, y=yv)
    np.testing.assert_allclose(derivative, np.einsum("i,j,kl->kijl", xv, yv, np.eye(2)))
    with pytest.raises(td.EvaluationError, match="T"):
        g.evaluate(T=value[..., 0], x=xv, y=yv)
