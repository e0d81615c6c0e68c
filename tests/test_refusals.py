"""Bad input: the kind of error, what its message must say, and the place in the text under the carets."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tensordiff as td

PARSE, SHAPE, NAME, DOMAIN, VALUE = td.ParseError, td.ShapeError, td.UnknownNameError, td.DomainError, td.EvaluationError

TEXTS = [
    # text with the faulty place in «», declarations, error, words of the message
    ("A*«(»A + A", "A:n,n", PARSE, ["(", "never closed"]),
    ("log(det(A)) + tr«(»B", "A:n,n B:n,n", PARSE, ["(", "never closed"]),
    ("A«[»i,j", "A:n,n", PARSE, ["[", "never closed"]),
    ("A*A«)»", "A:n,n", PARSE, [")", "closes nothing"]),
    ("A«**»A", "A:n,n", PARSE, ["**", "^"]),
    ("A + «*» A", "A:n,n", PARSE, ["two operators in a row", "+", "*"]),
    ("A«*»", "A:n,n", PARSE, ["ends after *", "operand"]),
    ("A «=» A", "A:n,n", PARSE, ["= is not an operator", "where"]),
    ("inv(«)»", "A:n,n", PARSE, ["operand is missing"]),
    ("A*«B»", "A:n,n", PARSE, ["unknown name B", "declared are A"]),
    ("«Al»*A", "A:n,n", PARSE, ["unknown name Al", "did you mean A?"]),
    ("«foo»(A)", "A:n,n", PARSE, ["unknown function foo"]),
    ("«sinn»(x)", "x:n", PARSE, ["did you mean sin?"]),
    ("«tr»*A", "A:n,n", PARSE, ["tr is a function"]),
    ("eye(«A»)", "A:n,n", PARSE, ["A is not a size"]),
    ("eye(«p»)*A", "A:n,n", PARSE, ["unknown name p"]),
    ("«A[i,j]»", "A:n,n", PARSE, ["indices i,j are open", "->"]),
    ("«inv(A,A)»", "A:n,n", SHAPE, ["one argument", "2"]),
    ("x«*»y", "x:n y:n", SHAPE, ["x (n-by-1)", "y (n-by-1)", "x'*y", "x*y'", "x.*y"]),
    ("A«*»x", "A:n,m x:n", SHAPE, ["A (n-by-m)", "x (n-by-1)"]),
    ("inv(X'*inv(V)*X)«*»X", "X:n,m V:n,n", SHAPE, ["inv(X'*inv(V)*X) (m-by-m)", "X (n-by-m)"]),
    ("A «+» B", "A:n,m B:m,n", SHAPE, ["A (n-by-m)", "B (m-by-n)"]),
    ("x'*(A «+» B)*x", "x:n A:n,n B:m,m", SHAPE, ["A (n-by-n)", "B (m-by-m)"]),
    ("x «+» y", "x:n y:m", SHAPE, ["x (n-by-1)", "y (m-by-1)"]),
    ("A«.*»x", "A:n,n x:n", SHAPE, ["entry by entry", "A (n-by-n)", "x (n-by-1)"]),
    ("A «./» B", "A:n,m B:m,n", SHAPE, ["A (n-by-m)", "B (m-by-n)"]),
    ("A«/»B", "A:n,n B:n,n", SHAPE, ["B (n-by-n)", "scalar", "inv(B)"]),
    ("«inv(A)»", "A:n,m", SHAPE, ["square", "A (n-by-m)"]),
    ("B*«tr(A)»", "A:n,m B:n,n", SHAPE, ["square", "A (n-by-m)"]),
    ("«det(A)»", "A:n,m", SHAPE, ["square", "A (n-by-m)"]),
    ("«vech(A)»", "A:n,m", SHAPE, ["square", "A (n-by-m)"]),
    ("«softmax(A)»", "A:n,m", SHAPE, ["vector", "A (n-by-m)"]),
    ("«A^2»", "A:n,m", SHAPE, ["square", "A (n-by-m)", ".^"]),
    ("«x^2»", "x:n", SHAPE, ["square", "x (n-by-1)", ".^"]),
    ("«A^B»", "A:n,n B:n,n", SHAPE, ["exponent B (n-by-n)", "scalar"]),
    ("«A^0.3»", "A:n,n", DOMAIN, ["3/10", "integer", "sqrtm"]),
    ("K(m,n)«*»x", "x:n A:m,n", SHAPE, ["K(m,n)", "x (n-by-1)"]),
    ("A[i,j]«*»B[j,k] -> [i,k]", "A:n,m B:n,m", SHAPE, ["index j", "m", "n"]),
    ("«A[i,j] -> [i,i]»", "A:n,n", SHAPE, ["index i", "twice"]),
    ("«A[i,j] -> [i,k]»", "A:n,n", SHAPE, ["index k", "in no term"]),
    ("«A[i]» -> [i]", "A:n,n", SHAPE, ["2 axes"]),
    ("«A[0,j]» -> [j]", "A:n,n", SHAPE, ["counted from 1"]),
    ("A[i,j] «+» A -> [i,j]", "A:n,n", SHAPE, ["give A its indices"]),
]  # fmt: skip


def declared(shapes: str) -> dict[str, str]:
    return {name: sizes.replace(",", " ") for name, sizes in (part.split(":") for part in shapes.split())}


@pytest.mark.parametrize(("marked", "shapes", "kind", "words"), TEXTS, ids=[row[0] for row in TEXTS])
def test_texts(marked: str, shapes: str, kind: type[td.TensordiffError], words: list[str]) -> None:
    start = marked.index("«")
    end = marked.index("»") - 1
    text = marked.replace("«", "").replace("»", "")
    with pytest.raises(kind) as raised:
        td.parse(text, shapes=declared(shapes))
    error = raised.value
    assert type(error) is kind
    assert (error.text, error.start, error.end) == (text, start, end)
    for word in words:
        assert word in f"{error.message}\n{error.hint}"
    assert f"    {text}\n    {' ' * start}{'^' * (end - start)}" in str(error)


def test_a_fault_in_a_definition_names_the_definition() -> None:
    with pytest.raises(td.ShapeError, match="in the definition of P: inv needs a square matrix") as raised:
        td.parse("P*X", shapes={"X": "n m"}, where={"P": "inv(X)"})
    assert raised.value.text == "inv(X)"


SCOPE: dict[str, Any] = {"shapes": {"X": "n m", "V": "n n", "x": "n"}, "where": {"P": "inv(V)"}}

CALLS = [
    ("by a part", lambda f: td.diff(f, "P"), NAME, ["P", "inv(V)", "chain"]),
    ("by a size", lambda f: td.diff(f, "n"), NAME, ["n", "size"]),
    ("by an undeclared name", lambda f: td.diff(f, "Y"), NAME, ["Y", "not declared", "X, V, x"]),
    ("by a misspelt name",
     lambda f: td.diff(td.parse("a*sigma", shapes={"a": "", "sigma": "n"}), "sgma"), NAME, ["did you mean sigma?"]),
    ("by an expression", lambda f: td.diff(f, f), NAME, ["not a declared symbol"]),
    ("by nothing", lambda f: td.diff(f), NAME, ["needs a variable"]),
    ("unknown entries", lambda f: td.diff(f, "V", entries="some"), DOMAIN, ["some", "projected", "free", "tied", "vech"]),
    ("gradient of a matrix", lambda f: td.gradient(f, "V"), SHAPE, ["scalar", "jacobian"]),
    ("unknown layout", lambda f: td.diff(f, "V").matrix_form("rows"), td.FoldError, ["rows", "vec-column"]),
    ("layout of another shape", lambda f: td.diff(f, "V").matrix_form("gradient"), td.FoldError, ["gradient", "scalar"]),
    ("structure of a rectangle", lambda f: td.matrix("A", "n", "m", structure="symmetric"), SHAPE, ["square"]),
    ("unknown structure",
     lambda f: td.matrix("A", "n", "n", structure="hermitian"), td.TensordiffError, ["hermitian", "symmetric"]),
    ("structure of an undeclared name",
     lambda f: td.parse("A", shapes={"A": "n n"}, structures={"B": "symmetric"}), NAME, ["B"]),
    ("a function's name", lambda f: td.parse("x", shapes={"x": "n", "exp": "n"}), NAME, ["exp", "function"]),
    ("a circle of definitions",
     lambda f: td.parse("P", shapes={"A": "n n"}, where={"P": "A*Q", "Q": "P*A"}), PARSE, ["circle", "P", "Q"]),
    ("inner product of columns", lambda f: td.vector("x", "n") @ td.vector("y", "n"), SHAPE, ["x.T @ y", "x @ y.T"]),
    ("two meanings of a name", lambda f: td.matrix("A", "n", "n") @ td.matrix("A", "n", "m"), NAME, ["A"]),
    ("chain through a stranger", lambda f: td.chain(f, through=["Q"], wrt="V"), NAME, ["Q", "P"]),
    ("value missing", lambda f: f.evaluate(X=np.ones((3, 2))), VALUE, ["V"]),
    ("value of an unknown name", lambda f: f.evaluate(X=np.ones((3, 2)), V=np.eye(3), W=1), VALUE, ["W"]),
    ("value of a part", lambda f: f.evaluate(X=np.ones((3, 2)), V=np.eye(3), P=np.eye(3)), VALUE, ["P", "inv(V)"]),
    ("sizes that differ", lambda f: f.evaluate(X=np.ones((4, 2)), V=np.eye(3)), VALUE, ["n", "3", "4"]),
    ("too few axes", lambda f: f.evaluate(X=np.ones(3), V=np.eye(3)), VALUE, ["X"]),
    ("singular", lambda f: f.evaluate(X=np.ones((3, 2)), V=np.zeros((3, 3))), VALUE, ["inv(V)", "ingular"]),
    ("not numbers", lambda f: f.evaluate(X="text", V=np.eye(3)), VALUE, ["X"]),
    ("unknown backend", lambda f: f.compile(backend="fortran"), td.TensordiffError, ["fortran", "numpy"]),
]  # fmt: skip


@pytest.mark.parametrize(("call", "kind", "words"), [row[1:] for row in CALLS], ids=[row[0] for row in CALLS])
def test_calls(call: Any, kind: type[td.TensordiffError], words: list[str]) -> None:
    with pytest.raises(kind) as raised:
        call(td.parse("P*X", **SCOPE))
    for word in words:
        assert word in str(raised.value)
