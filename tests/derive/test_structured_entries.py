"""Matrix forms of derivatives by the entries of structured variables: D, Dskew, L, and D*D' for tied entries."""

from __future__ import annotations

import numpy as np
import pytest

import tensordiff as td

SHAPES = {"S": "n n", "A": "n n", "x": "n", "y": "n"}
RNG = np.random.default_rng(0)
N = 4
G = RNG.normal(size=(N, N))
VALUES = {"A": RNG.normal(size=(N, N)), "x": RNG.normal(size=N), "y": RNG.normal(size=N)}
STRUCTURED = {
    "symmetric": G + G.T + 3 * np.eye(N),
    "positive-definite": G @ G.T + np.eye(N),
    "skew": G - G.T,
    "lower-triangular": np.tril(G) + 3 * np.eye(N),
    "upper-triangular": np.triu(G) + 3 * np.eye(N),
    "diagonal": np.diag(G[0]),
    "orthogonal": np.linalg.qr(G)[0],
}
FUNCTIONS = ["x'*inv(S)*x", "S*x", "S*A*S*x", "tr(S^2*A)", "sum(exp(S))"]
FORMS = [
    ("symmetric", "vech", "norm2(S*x - y)^2", 2, "2*D(n)'*kron(x*x', eye(n))*D(n)"),
    ("symmetric", "vech", "x'*inv(S)*x", 2, "2*D(n)'*kron(inv(S), inv(S)*x*x'*inv(S))*D(n)"),
    ("symmetric", "tied", "logdet(S)", 2, "-D(n)*D(n)'*kron(inv(S), inv(S))*D(n)*D(n)'"),
    ("symmetric", "tied", "logdet(S)", 1, "2*inv(S) - diag(diag(inv(S)))"),
    ("symmetric", "vech", "inv(S)", 1, "-kron(inv(S), inv(S))*D(n)"),
    ("skew", "vech", "tr(A*S)", 1, "vec(A')'*Dskew(n)"),
    ("skew", "vech", "S*x", 1, "kron(x', eye(n))*Dskew(n)"),
    ("skew", "vech", "inv(S)", 1, "-kron(inv(S)', inv(S))*Dskew(n)"),
    ("lower-triangular", "vech", "inv(S)", 1, "-kron(inv(S)', inv(S))*L(n)'"),
    ("diagonal", "vech", "x'*inv(S)*x", 2, "2*diag(inv(S)*x)*inv(S)*diag(inv(S)*x)"),
]


@pytest.mark.parametrize(("structure", "entries", "f", "order", "form"), FORMS)
def test_forms(structure: str, entries: str, f: str, order: int, form: str) -> None:
    expression = td.parse(f, shapes=SHAPES, structures={"S": structure})
    assert str(td.diff(expression, *["S"] * order, entries=entries).matrix_form()) == form


@pytest.mark.parametrize("structure", STRUCTURED)
@pytest.mark.parametrize("entries", ["projected", "free", "tied", "vech"])
def test_every_form_reads_back(structure: str, entries: str) -> None:
    values = {**VALUES, "S": STRUCTURED[structure]}
    for f in FUNCTIONS:
        expression = td.parse(f, shapes=SHAPES, structures={"S": structure})
        for order in (1, 2):
            try:
                derivative = td.diff(expression, *["S"] * order, entries=entries)
            except td.DomainError:
                assert structure == "orthogonal" or (structure, entries) == ("upper-triangular", "vech")
                continue
            scalar = not expression.shape and order == 1 and entries != "vech"
            for layout in ("vec-column", "vec-row", *(["gradient"] if scalar else [])):
                expected = derivative.evaluate(layout=layout, **values)
                read = td.parse(str(derivative.matrix_form(layout)), shapes=SHAPES, structures={"S": structure})
                np.testing.assert_allclose(np.reshape(read.evaluate(**values), expected.shape), expected, rtol=1e-8, atol=1e-9)


def test_skew_duplication() -> None:
    dense = td.parse("Dskew(3)", shapes={}).evaluate()
    assert dense.shape == (9, 3)
    w = np.array([1.0, 2.0, 3.0])  # W_21, W_31, W_32
    np.testing.assert_array_equal((dense @ w).reshape(3, 3, order="F"), [[0, -1, -2], [1, 0, -3], [2, 3, 0]])
    inferred = td.parse("Dskew(n)*w")
    assert [str(size) for size in inferred.shape] == ["n*n"]
    assert str(td.parse(inferred.latex(), shapes={"w": "n*(n-1)/2"})) == "Dskew(n)*w"
    assert str(td.parse("Dskew*A", shapes={"Dskew": "", "A": "n n"})) == "Dskew*A"
    with pytest.raises(td.ShapeError):
        td.parse("Dskew(n)*vech(S)", shapes={"S": "n n"})
    with pytest.raises(td.ShapeError):
        td.parse("Dskew(n*m)")


VECTORS = [("S*x", ("S", "x")), ("S*A*S*x", ("S", "S")), ("x'*S*y*S*x", ("S", "x")), ("S*x", ("x", "S")), ("S*A*S", ("S", "S"))]


@pytest.mark.parametrize("structure", ["symmetric", "skew", "lower-triangular"])
@pytest.mark.parametrize("entries", ["tied", "vech"])
@pytest.mark.parametrize(("f", "by"), VECTORS, ids=[f"{f} by {','.join(by)}" for f, by in VECTORS])
def test_second_derivatives_of_vectors_and_matrices(f: str, by: tuple[str, ...], structure: str, entries: str) -> None:
    """D and L act on each variable's own block of rows, in the order in which the layout stacks them."""
    J = td.diff(td.parse(f, shapes=SHAPES, structures={"S": structure}), *by, entries=entries)
    values = {**VALUES, "S": STRUCTURED[structure]}
    for layout in ("vec-column", "vec-row"):
        expected = J.evaluate(layout=layout, **values)
        form = J.matrix_form(layout)
        read = td.parse(str(form), shapes=SHAPES, structures={"S": structure})
        np.testing.assert_allclose(np.reshape(read.evaluate(**values), expected.shape), expected, rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("layout", ["vec-column", "vec-row"])
@pytest.mark.parametrize("entries", ["tied", "vech"])
@pytest.mark.parametrize("f", ["S*A", "A*S*A'", "inv(S)", "S*x"])
def test_the_identity_is_no_factor(f: str, entries: str, layout: str) -> None:
    """kron(M', eye) * J * M is J * M where all but the last variable are unstructured; a verdict says the same."""
    expression = td.parse(f, shapes=SHAPES, structures={"S": "symmetric"})
    form = td.diff(expression, "S", entries=entries).matrix_form(layout)
    assert not str(form).startswith(("eye(n*n)*", "-eye(n*n)*", "eye(n)*")) and not str(form).endswith("*eye(n)")
    verdict = td.check(form, expression, "S", layout=layout, entries=entries)
    assert verdict.status == "right" and verdict.method == "proved"


def test_a_zero_is_written_as_one() -> None:
    expression = td.parse("logdet(S)", shapes=SHAPES, structures={"S": "lower-triangular"})
    assert str(td.diff(expression, "S", "x", entries="vech").matrix_form()) == "zeros(n*(n+1)/2,n)"
