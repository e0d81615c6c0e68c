"""Words that stand for something longer, triangles, and rearrangements of axes: values, forms, claims, refusals."""

import numpy as np
import pytest

import tensordiff as td
from tests.libraries import LIBRARIES

RNG = np.random.default_rng(2)


def form(text: str, variable: str, **shapes: str) -> str:
    return str(td.diff(td.parse(text, shapes=shapes), variable).matrix_form())


@pytest.mark.parametrize(
    ("text", "variable", "shapes", "expected"),
    [
        ("sum(sym(A).^2)", "A", {"A": "n n"}, "A + A'"),
        ("tr(skew(A)*B)", "A", {"A": "n n", "B": "n n"}, "(B' - B)/2"),
        ("sum(dev(A).^2)", "A", {"A": "n n"}, "2*(A - tr(A)/n*eye(n))"),
        ("solve(A,b)", "b", {"A": "n n", "b": "n"}, "inv(A)"),
        ("var(x)", "x", {"x": "n"}, "2*(x - mean(x))/n"),
        ("sum(cumsum(x).^2)", "x", {"x": "n"}, "2*triu(n)*tril(n)*x"),
        ("tr(kronsum(A,B))", "A", {"A": "n n", "B": "m m"}, "m*eye(n)"),
        ("dot(x,y)", "x", {"x": "n", "y": "n"}, "y"),
        ("outer(x,y)", "x", {"x": "n", "y": "m"}, "kron(y, eye(n))"),
        ("sum(tril(A))", "A", {"A": "n n"}, "tril(n)"),
        ("tr(S*ptrace(M,n,m))", "M", {"S": "n n", "M": "n*m n*m"}, "kron(S', eye(m))"),
        ("tr(S*ptrace(M,n,m,1))", "M", {"S": "m m", "M": "n*m n*m"}, "kron(eye(n), S')"),
        ("tr(A*unvec(v,n,m))", "v", {"A": "m n", "v": "n*m"}, "vec(A')"),
    ],
)
def test_forms(text: str, variable: str, shapes: dict[str, str], expected: str) -> None:
    assert form(text, variable, **shapes) == expected


@pytest.mark.parametrize(
    ("left", "right", "shapes"),
    [
        ("ptrace(kron(A,B),n,m)", "tr(B)*A", {"A": "n n", "B": "m m"}),
        ("ptrace(kron(A,B),n,m,1)", "tr(A)*B", {"A": "n n", "B": "m m"}),
        ("tr(ptrace(M,n,m))", "tr(M)", {"M": "n*m n*m"}),
        ("vec(unvec(v,n,m))", "v", {"v": "m*n"}),
        ("unvec(vec(X),n,m)", "X", {"X": "n m"}),
        ("kr(A,B)'*kr(A,B)", "(A'*A).*(B'*B)", {"A": "n m", "B": "p m"}),
        ("sym(A) + skew(A)", "A", {"A": "n n"}),
        ("tr(dev(A))", "0*tr(A)", {"A": "n n"}),
        ("kronsum(A,B)*kron(x,y)", "kron(A*x,y) + kron(x,B*y)", {"A": "n n", "B": "m m", "x": "n", "y": "m"}),
        ("std(x)^2", "mean(x.^2) - mean(x)^2", {"x": "n"}),
        ("tril(A) + triu(A)", "A + A.*eye(n)", {"A": "n n"}),
    ],
)
def test_identities(left: str, right: str, shapes: dict[str, str]) -> None:
    assert td.equal(td.parse(left, shapes=shapes), td.parse(right, shapes=shapes))


@pytest.mark.parametrize("shape", [(2, 3), (3, 2), (3, 3), (4, 1), (1, 4)])
@pytest.mark.parametrize("word", ["tril", "triu"])
def test_triangles_of_any_matrix(word: str, shape: tuple[int, int]) -> None:
    A = td.matrix("A", *shape)
    value = RNG.normal(size=shape)
    made = getattr(td, word)(A)
    given = value.reshape([n for n in shape if n > 1] if 1 in shape and shape[1] == 1 else shape)
    np.testing.assert_array_equal(np.reshape(made.evaluate(A=given), shape), getattr(np, word)(value))
    gradient = td.diff(td.sum(made * made), A).evaluate(A=given)
    np.testing.assert_allclose(np.reshape(gradient, shape), 2 * getattr(np, word)(value))
    assert str(getattr(td, word)("n")) == f"{word}(n)"


def test_triangles_without_declarations() -> None:
    assert str(td.parse("tr(tril(A)*B)")) == "tr(tril(A)*B)"
    assert str(td.parse("tr(tril(n)*B)")) == "tr(tril(n)*B)"


def test_claims() -> None:
    shapes = {"S": "n n", "M": "n*m n*m"}
    assert td.check("kron(S', eye(m))", "tr(S*ptrace(M,n,m))", "M", shapes=shapes).status == "right"
    assert td.check("kron(eye(m), S')", "tr(S*ptrace(M,n,m))", "M", shapes=shapes).status in ("wrong", "does-not-conform")
    assert td.check("dev(A) + dev(A)'", "sum(dev(A).^2)", "A", shapes={"A": "n n"}).status in (
        "wrong",
        "right-under-assumption",
    )


@pytest.mark.parametrize(
    ("text", "shapes", "match"),
    [
        ("dot(A,x)", {"A": "n n", "x": "n"}, "vectors"),
        ("dot(x,y)", {"x": "n", "y": "m"}, "dot"),
        ("sym(A)", {"A": "n m"}, "square"),
        ("solve(A,b)", {"A": "n m", "b": "n"}, "square"),
        ("kr(A,B)", {"A": "n m", "B": "n p"}, "kr"),
        ("unvec(v,n,m)", {"v": "n", "A": "m m"}, r"size m\*n"),
        ("ptrace(A,n,m)", {"A": "n n", "B": "m m"}, r"size n\*m"),
        ("unvec(v,x,m)", {"v": "n*m", "x": "n"}, "not a size"),
        ("tril(A)", {"A": "n m"}, "higher or wider"),
        ("outer(x)", {"x": "n"}, "2 arguments"),
    ],
)
def test_refusals(text: str, shapes: dict[str, str], match: str) -> None:
    with pytest.raises(td.TensordiffError, match=match):
        td.parse(text, shapes=shapes)


@pytest.mark.parametrize("backend", LIBRARIES)
def test_programs(backend: str) -> None:
    shapes = {"M": "n*m n*m", "v": "m*n", "A": "n n"}
    f = td.parse("tr(A*ptrace(M,n,m)*unvec(v,n,m)*unvec(v,n,m)')", shapes=shapes)
    values = {"M": RNG.normal(size=(6, 6)), "v": RNG.normal(size=6), "A": RNG.normal(size=(3, 3))}
    program = td.compile([f, td.diff(f, "v")], backend=backend, sizes={"n": 3, "m": 2})
    value, slope = (np.asarray(x, float) for x in program(**values))
    V = values["v"].reshape(2, 3).T
    core = values["A"] @ np.einsum("iaja->ij", values["M"].reshape(3, 2, 3, 2))
    np.testing.assert_allclose(value, np.trace(core @ V @ V.T), rtol=1e-5)
    np.testing.assert_allclose(np.ravel(slope), ((core + core.T) @ V).T.ravel(), rtol=1e-4, atol=1e-5)
