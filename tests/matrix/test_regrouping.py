"""A variable of compound size is split as its neighbours need it; its array stays one axis."""

import numpy as np
import pytest

import tensordiff as td
from tensordiff.errors import GroupingError
from tensordiff.matrix import build, read_group
from tensordiff.parse import parse

RNG = np.random.default_rng(1)
SIZES = {"n": 3, "m": 2, "p": 4, "q": 5, "k": 2}


def array(*shape):
    return RNG.normal(size=[SIZES.get(s, s) if isinstance(s, str) else s for s in shape])


@pytest.mark.parametrize(
    ("source", "shapes", "formula"),
    [
        ("kron(A,B)*x", {"A": "p m", "B": "q n", "x": "n*m"}, lambda A, B, x: np.kron(A, B) @ x),
        ("kron(A,B)*x", {"A": "p n", "B": "q m", "x": "n*m"}, lambda A, B, x: np.kron(A, B) @ x),
        ("x'*kron(A,B)", {"A": "m p", "B": "n q", "x": "n*m"}, lambda A, B, x: x[None] @ np.kron(A, B)),
        ("vec(X) - exp(2*x)", {"X": "n m", "x": "n*m"}, lambda X, x: X.reshape(-1, order="F") - np.exp(2 * x)),
        ("tr(S*kron(A,B))", {"A": "m m", "B": "n n", "S": ("n*m", "n*m")}, lambda A, B, S: np.trace(S @ np.kron(A, B))),
        ("inv(S)*kron(A,B)", {"A": "m m", "B": "n n", "S": ("n*m", "n*m")}, lambda A, B, S: np.linalg.inv(S) @ np.kron(A, B)),
        ("kron(A,B)*V", {"A": "p 2", "B": "q 3", "V": (6, "k")}, lambda A, B, V: np.kron(A, B) @ V),
        ("kron(A,B)*diag(x)", {"A": "p m", "B": "q n", "x": "n*m"}, lambda A, B, x: np.kron(A, B) * x),
    ],
)
def test_value_and_derivative(source, shapes, formula):
    f = td.parse(source, shapes=shapes)
    values = {}
    for name, node in f.scope.symbols.items():
        values[name] = array(*[int(np.prod([d.size(SIZES) for d in group])) for group in node.shape])
    np.testing.assert_allclose(np.squeeze(f.evaluate(**values)), np.squeeze(formula(**values)), rtol=1e-9)
    name = next(n for n in ("x", "V", "S") if n in values)
    step = 1e-6 * array(*values[name].shape)
    ahead, behind = dict(values), dict(values)
    ahead[name], behind[name] = values[name] + step, values[name] - step
    want = (formula(**ahead) - formula(**behind)) / 2
    got = np.asarray(td.diff(f, name).evaluate(**values))
    got = got.reshape(-1, step.size) @ step.reshape(-1)
    np.testing.assert_allclose(got.reshape(np.shape(want)), want, rtol=1e-5, atol=1e-11)


def test_the_wanted_declaration_is_in_the_error():
    scope = td.parse("kron(A,B)", shapes={"A": "p m", "B": "q n"}).scope.declare("x", "n*m")
    A, B, x = (scope.lookup(name) for name in "ABx")
    with pytest.raises(GroupingError) as caught:
        build.product(build.kron(A, B), build.scale(2, build.call("exp", x)))
    assert caught.value.regroupings == (("x", (read_group("m*n"),)),)


def test_contradicting_neighbours_are_refused():
    with pytest.raises(GroupingError, match="another order"):
        parse("x'*kron(A,B)*x + x'*kron(B,A)*x", {"A": "n n", "B": "m m", "x": "n*m"})
