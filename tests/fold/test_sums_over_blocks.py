"""Partial traces of rectangular blocks, and derivatives that are such: every form is right in numbers and reads back."""

from __future__ import annotations

import numpy as np
import pytest

import tensordiff as td
from tests.differentiate.differences import central

SIZES = {"n": 2, "m": 3, "p": 4, "q": 5}
SHAPES = {
    "X": "n m", "Y": "q m", "A": "n m", "B": "p q", "M": "m*q n*p", "Z": "p*m p*n", "V": "q p*m", "W": "n p*n", "c": "n*n",
    "d": "m*m", "z": "n", "S": "p*n p*n", "G": "q n*m", "C": "m q", "H": "n n", "E": "n m*n",
}  # fmt: skip
RNG = np.random.default_rng(11)
VALUES = {name: RNG.normal(size=[int(np.prod([SIZES[s] for s in axis.split("*")])) for axis in shape.split()])
          for name, shape in SHAPES.items()}  # fmt: skip

FORMS = [
    ("tr(M*kron(A,B))", "A", "ptrace(M'*kron(eye(m), B'), n, p)"),
    ("tr(M*kron(A,B))", "B", "ptrace(M'*kron(A', eye(q)), n, p, 1)"),
    ("tr(kron(eye(p),X)*Z)", "X", "ptrace(Z', p, n, 1)"),
    ("norm2(X*Y' - W*kron(eye(p),X)*V')^2", "X",
     "2*((X*Y' - W*kron(eye(p), X)*V')*Y - ptrace(W'*(X*Y' - W*kron(eye(p), X)*V')*V, p, n, 1))"),
    ("c'*kron(X,X)*d", "X", "unvec(c, n, n)*X*unvec(d, m, m)' + unvec(c, n, n)'*X*unvec(d, m, m)"),
    ("kron(ones(p),z)'*S*kron(ones(p),z)", "z", "kron(ones(p)', eye(n))*(S + S')*kron(ones(p), z)"),
    ("tr(E*kr(X',H))", "X", None),
    ("det(eye(n) + ptrace(S,p,n,1))", "S", None),
    ("sum(exp(ptrace(kron(H,X*C*Y*X'),n,n)))", "X", None),
]  # fmt: skip


@pytest.mark.parametrize(("f", "by", "form"), FORMS, ids=[f"{f} by {by}" for f, by, _ in FORMS])
def test_derivatives_by_blocks(f, by, form):
    expression = td.parse(f, shapes=SHAPES)
    derivative = td.diff(expression, by)
    found = derivative.matrix_form()
    if form is not None:
        assert str(found) == form
    given = {name: VALUES[name] for name in expression.scope.symbols if name in VALUES}
    truth = central(lambda moved: np.asarray(expression.evaluate(**{**given, by: moved}, **SIZES)), VALUES[by])
    for made in (found, td.parse(str(found), shapes=SHAPES)):
        np.testing.assert_allclose(np.reshape(made.evaluate(**given, **SIZES), truth.shape), truth, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("seed", range(6))
def test_partial_traces_are_sums_over_blocks(seed):
    """Blocks of any number of rows and columns; compound sizes in the place of plain ones."""
    rng = np.random.default_rng(seed)
    n, m, q = rng.permutation([2, 3, 4])
    a, b = rng.normal(size=(n * m, q * m)), rng.normal(size=(n * m, n * q))
    shapes = {"A": "n*m q*m", "B": "n*m n*q"}
    traces = td.parse("ptrace(A,n,m)", shapes=shapes)
    np.testing.assert_allclose(traces.evaluate(A=a, n=n, m=m), np.einsum("iaja->ij", a.reshape(n, m, q, m)))
    total = td.parse("ptrace(B,n,m,1)", shapes=shapes)
    np.testing.assert_allclose(total.evaluate(B=b, n=n, m=m), np.einsum("iaib->ab", b.reshape(n, m, n, q)))
    assert [str(f.shape) for f in (traces, total)] == ["(Dim(n), Dim(q))", "(Dim(m), Dim(q))"]
    assert td.equal("ptrace(A,n,m)'", "ptrace(A',q,m)", shapes=shapes)
    with pytest.raises(td.ShapeError, match="needs an axis of size"):
        td.parse("ptrace(A,n,m)", shapes={"A": "n*m q*n"})


def test_a_column_of_blocks_has_a_vector_of_traces():
    f = td.parse("ptrace(A,n,m)", shapes={"A": "n*m m"})
    a = RNG.normal(size=(6, 3))
    np.testing.assert_allclose(f.evaluate(A=a, n=2), np.einsum("iaa->i", a.reshape(2, 3, 3)))


FUNCTIONS = [
    ("tr(B*expm(X))", "[zeros(n,n) eye(n)]*expm([X B; 0 X])'*[eye(n); zeros(n,n)]"),
    ("tr(B*sqrtm(X))", "[zeros(n,n) eye(n)]*sqrtm([X B; 0 X])'*[eye(n); zeros(n,n)]"),
    ("sqrtm(X)", "inv(kron(eye(n), sqrtm(X)) + kron(sqrtm(X)', eye(n)))"),
    ("norm2(logm(X) - B)^2", "2*[zeros(n,n) eye(n)]*logm([X (logm(X) - B)'; 0 X])'*[eye(n); zeros(n,n)]"),
    ("u'*logm(X*X')*v", None),
    ("tr(B*X^k)", None),
    ("norm2(expm(X)*v - u)^2", None),
    ("tr(sqrtm(X)*B*expm(X))", None),
]  # fmt: skip
SQUARE = {"X": "n n", "B": "n n", "u": "n", "v": "n", "k": ""}


@pytest.mark.parametrize(("f", "form"), FUNCTIONS, ids=[f for f, _ in FUNCTIONS])
def test_functions_of_a_matrix_by_block_matrices(f, form):
    """d f(A) is the top right block of f([A E; 0 A]) (Mathias 1996), in the direction of what stands beside it."""
    n = 3
    given = {"X": 4 * np.eye(n) + RNG.normal(size=(n, n)) / 4, "B": RNG.normal(size=(n, n)), "u": RNG.normal(size=n),
             "v": RNG.normal(size=n), "k": np.array(3.0)}  # fmt: skip
    expression = td.parse(f, shapes=SQUARE)
    given = {name: value for name, value in given.items() if name in f}
    derivative = td.diff(expression, "X")
    if form is not None:
        assert str(derivative.matrix_form()) == form
    truth = central(lambda x: np.asarray(expression.evaluate(**{**given, "X": x})), given["X"])
    np.testing.assert_allclose(derivative.evaluate(**given), truth, rtol=1e-6, atol=1e-6)
    for layout, _ in derivative.axes.laid_out():
        found = derivative.matrix_form(layout)
        expected = np.asarray(derivative.evaluate(layout=layout, **given))
        for made in (found, td.parse(str(found), shapes=SQUARE)):
            np.testing.assert_allclose(np.reshape(made.evaluate(**given), expected.shape), expected, rtol=1e-7, atol=1e-7)


def test_second_derivatives_of_functions_of_a_matrix_say_why_they_have_no_form():
    with pytest.raises(td.FoldError, match="of order 2 of expm is no formula in matrices") as caught:
        td.diff(td.parse("expm(X)", shapes=SQUARE), "X", "X").matrix_form()
    assert "in index notation" in str(caught.value)
