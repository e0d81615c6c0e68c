"""d(f)/d(x) inside a formula is the derivative: the same tensor as that of diff, in its own shape."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tensordiff as td

SHAPES: dict[str, Any] = {"A": "n n", "V": "n n", "X": "n m", "x": "n", "y": "n", "a": ()}
RNG = np.random.default_rng(2)
VALUES: dict[str, Any] = {
    "A": RNG.normal(size=(3, 3)), "V": RNG.normal(size=(3, 3)) + 3 * np.eye(3), "X": RNG.normal(size=(3, 2)),
    "x": RNG.normal(size=3), "y": RNG.normal(size=3), "a": 0.7,
}  # fmt: skip
QUOTIENTS = [
    ("x'*A*x", "x"), ("A*x", "x"), ("x'*A*x", "A"), ("logdet(V)", "V"), ("a*X", "a"), ("A*V*A'", "V"), ("exp(A*x)", "A"),
    ("x'*y", "a"), ("sum(X)", "X"), ("x", "x"), ("X", "X"),
]  # fmt: skip


def parse(text: str, **options: Any) -> td.Expression:
    return td.parse(text, shapes=SHAPES, **options)


@pytest.mark.parametrize(("f", "by"), QUOTIENTS)
@pytest.mark.parametrize("written", ["d({f})/d({by})", "∂({f})/∂({by})", "d ({f}) / d( {by} )"])
def test_it_is_what_diff_gives(f: str, by: str, written: str) -> None:
    J = td.diff(parse(f), by)
    found = parse(written.format(f=f, by=by))
    assert td.equal(J, found).method == "proved"
    assert found.matrix is J.expression().matrix


def test_it_stands_inside_other_formulas() -> None:
    assert td.equal(parse("tr(d(d(1/norm2(x))/d(x))/d(x))"), parse("(3 - n)/norm2(x)^3")).method == "proved"
    assert td.equal(parse("A*d(x'*V*x)/d(x) + y"), parse("A*(V + V')*x + y")).method == "proved"
    found = parse("(d(A*V*A')/d(V))[i,j,k,l]*V[k,l] -> [i,j]")
    np.testing.assert_allclose(found.evaluate(**VALUES), VALUES["A"] @ VALUES["V"] @ VALUES["A"].T)
    assert str(td.diff(parse("d(x'*A*x)/d(x)"), "x").matrix_form()) == "A + A'"
    named = parse("d(f)/d(x) - d(P*x)/d(x)*x", where={"f": "x'*P*x", "P": "inv(V)"})
    assert td.equal(named, parse("inv(V)'*x")).method == "proved"
    assert str(td.parse("d(x'*A*x)/d(x)")) == "(A + A')*x"
    assert str(parse(r"\frac{\partial x^\top A x}{\partial x}")) == "(A + A')*x"


def test_structures_hold() -> None:
    f = td.parse("d(logdet(V))/d(V)", shapes={"V": "n n"}, structures={"V": "symmetric"})
    assert str(f) == "inv(V)"


def test_claims_may_have_it() -> None:
    assert td.check("d(x'*A*x)/d(x)", "x'*A*x", "x", shapes={"A": "n n", "x": "n"}, layout="gradient")


@pytest.mark.parametrize(
    ("text", "message"),
    [("d(x'*x)/d(n)", "not a declared symbol"), ("d(x'*x)/d(q)", "unknown name q"), ("d(x'*x)/d(x'*x)", "d"), ("d(x)/x", "d")],
)
def test_what_it_cannot_be_by(text: str, message: str) -> None:
    with pytest.raises(td.TensordiffError, match=message):
        parse(text)


def test_a_declared_d_is_a_name() -> None:
    f = td.parse("d*(x'*x)/d", shapes={"d": (), "x": "n"})
    assert f.evaluate(d=2.0, x=np.ones(3)) == 3
