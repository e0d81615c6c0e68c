"""Names: what an expression knows of them, how scopes join, and what is refused."""

from __future__ import annotations

import pytest

import tensordiff as td

n, m = td.dims("n m")


def test_an_expression_carries_its_scope() -> None:
    f = td.parse("x'*P*x", shapes={"x": "n", "V": "n n", "q": "m"}, structures={"V": "symmetric"}, where={"P": "inv(V)"})
    assert list(f.scope.symbols) == ["x", "V", "q"]
    assert list(f.scope.where) == ["P"]
    assert list(f.scope.dims) == ["n", "m"]
    g = f + td.scalar("a")
    assert list(g.scope.symbols) == ["x", "V", "q", "a"] and "a" not in f.scope


def test_equal_declarations_join() -> None:
    f = td.matrix("A", n, m) @ td.vector("x", m) + td.matrix("A", "n", "m") @ td.vector("x", "m")
    assert list(f.scope.symbols) == ["A", "x"]


CONFLICTS = {
    "shape": (
        lambda: td.matrix("A", n, m) + td.exp(td.matrix("A", m, n)).T,
        "A is declared twice: as n-by-m symbol, and as m-by-n symbol",
    ),
    "structure": (
        lambda: td.matrix("V", n, n) @ td.matrix("V", n, n, structure="symmetric"),
        "V is declared twice: as n-by-n symbol, and as symmetric n-by-n symbol",
    ),
    "assumption": (lambda: td.scalar("a") + td.scalar("a", assume="positive"), "a is declared twice(.|\n)*positive"),
    "rank": (lambda: td.scalar("a") * td.vector("a", n), "a is declared twice"),
    "size and symbol": (lambda: td.scalar("n") * td.vector("x", n), "n is declared twice(.|\n)*size"),
    "where and symbol": (lambda: td.where(td.vector("x", n), P=td.vector("y", n)) + td.vector("P", n), "P is declared twice"),
    "two definitions": (
        lambda: td.named("P", td.vector("x", n)) + td.named("P", td.vector("y", n)),
        "P is declared twice: as a name for x, and as a name for y",
    ),
    "two functions": (
        lambda: td.elementwise("f", "s**2")(td.vector("x", n)) + td.elementwise("f", "s**3")(td.vector("x", n)),
        "f is declared twice",
    ),
    "pi": (lambda: td.vector("pi", n), "pi cannot be declared|pi is the number"),
}  # fmt: skip


@pytest.mark.parametrize("case", CONFLICTS)
def test_conflicts_are_told(case: str) -> None:
    make, message = CONFLICTS[case]
    with pytest.raises(td.UnknownNameError, match=message):
        make()


def test_variables_must_be_declared_symbols() -> None:
    f = td.parse("x'*P*x", shapes={"x": "n", "V": "n n", "Sigma": "n n"}, where={"P": "inv(V)"})
    with pytest.raises(td.UnknownNameError, match=r"cannot differentiate by P: it is a name for inv\(V\)(.|\n)*chain"):
        td.diff(f, "P")
    with pytest.raises(td.UnknownNameError, match="cannot differentiate by n: it is a size"):
        td.diff(f, "n")
    with pytest.raises(td.UnknownNameError, match=r"cannot differentiate by Sigm: it is not declared(.|\n)*did you mean Sigma"):
        td.diff(f, "Sigm")
    with pytest.raises(td.UnknownNameError, match=r"cannot differentiate by Q(.|\n)*declared symbols are x, V, Sigma"):
        td.diff(f, "Q")
    with pytest.raises(td.UnknownNameError, match="it is not a declared symbol"):
        td.diff(f, td.vector("x", n) + 1)
    with pytest.raises(td.UnknownNameError, match="needs a variable"):
        td.diff(f)
    with pytest.raises(TypeError, match="not a text or an expression: 3"):
        td.diff(3, "x")  # type: ignore[arg-type]
    with pytest.raises(td.DomainError, match="unknown entries='all'"):
        td.diff(f, "V", entries="all")


def test_a_declared_symbol_that_is_not_in_f_gives_the_typed_zero() -> None:
    f = td.parse("x'*x", shapes={"x": "n", "B": "n m"})
    J = td.diff(f, "B")
    assert J.shape == (n, m)
    assert str(J) == "df/dB_ij = 0" and str(J.matrix_form()) == "zeros(n,m)"
    assert not J.evaluate(B=[[1, 2], [3, 4], [5, 6]]).any()
    assert J.evaluate(n=3, m=2).shape == (3, 2)
    # A symbol given as an expression declares itself.
    assert td.diff(f, td.vector("w", m)).shape == (m,)


def test_declarations_are_checked() -> None:
    with pytest.raises(td.ShapeError, match="needs a square matrix, but is n-by-m"):
        td.matrix("V", n, m, structure="symmetric")
    with pytest.raises(td.TensordiffError, match=r"V cannot have the structure 'round'(.|\n)*symmetric"):
        td.matrix("V", n, n, structure="round")
    with pytest.raises(td.TensordiffError, match=r"a cannot have the assumption 'nice'(.|\n)*positive"):
        td.scalar("a", assume="nice")
    with pytest.raises(td.ShapeError, match="the matrix A needs two sizes, got 1"):
        td.matrix("A", n)
    with pytest.raises(td.ShapeError, match="a size must be positive"):
        td.vector("x", 0)
    assert td.matrix("A", "n m").shape == td.matrix("A", (n, m)).shape == (n, m)


def test_names_for_parts_come_back() -> None:
    X, V = td.matrix("X", n, m), td.matrix("V", n, n)
    F = td.where(td.inv(X.T @ td.inv(V) @ X), F=td.inv(X.T @ td.inv(V) @ X), P=td.inv(V))
    assert str(td.diff(F, V).matrix_form()) == "kron((P*X*F)', F*X'*P)"
    P = td.named("P", td.inv(V))
    assert str(P) == "P" and str(X.T @ P @ X) == "X'*P*X"
    assert str(td.diff(td.tr(P), V)) == "df/dV_ij = -(P^2)_ji"


def test_texts_are_read_with_their_declarations() -> None:
    assert str(td.diff("x'*A*x", "x").matrix_form()) == "(A + A')*x"
    declared = {"shapes": {"A": "n n", "x": "n"}, "structures": {"A": "symmetric"}}
    assert str(td.gradient("x'*A*x", "x", **declared).matrix_form()) == "2*A*x"
    assert str(td.hessian("x'*A*x", "x", **declared).matrix_form()) == "2*A"
    assert str(td.jvp("inv(V)", "V", "E").matrix_form()) == "-inv(V)*E*inv(V)"
    assert str(td.hvp("x'*P*x", "x", "v", where={"P": "B + B'"}).matrix_form()) == "2*P*v"
    assert td.explain("x'*A*x", "x", **declared).derivative.tensor is td.diff("x'*A*x", "x", **declared).tensor
    with pytest.raises(TypeError, match="shapes: declarations are for a text"):
        td.diff(td.parse("x'*x"), "x", shapes={"x": "n"})
