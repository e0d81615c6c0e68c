"""td.chain: links with shapes and index forms, several paths, parts by name or by formula."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import tensordiff as td
from tests.reference import value

SIZES = {"n": 5, "m": 3}
SHAPES: dict[str, Any] = {"X": "n m", "V": "n n", "A": "n n", "x": "n", "y": "n", "a": ()}
RNG = np.random.default_rng(0)
VALUES: dict[str, Any] = {n: RNG.uniform(0.4, 1.2, [SIZES[d] for d in (s.split() if s else ())]) for n, s in SHAPES.items()}
VALUES["V"] = VALUES["V"] + 3 * np.eye(5)
WHERE = {"P": "inv(V)", "M": "X'*P*X", "F": "inv(M)"}


def _parse(text: str, where: dict[str, str] | None = None, **more: Any) -> td.Expression:
    return td.parse(text, shapes=SHAPES, where=where, **more)


def _links(rule: td.ChainRule) -> dict[tuple[str, str], Any]:
    return {(link.upper, link.lower): value(link.derivative, VALUES, SIZES) for link in rule.links}


def _contracted(rule: td.ChainRule) -> Any:
    """The links contracted along every path, and added, by NumPy."""
    links = _links(rule)
    total: Any = 0
    for path in rule.paths:
        product, rank = None, 0
        for upper, lower in pairwise(path):
            link = links[upper, lower]
            product = link if product is None else np.tensordot(product, link, rank)
            rank = next(len(found.lower_axes) for found in rule.links if (found.upper, found.lower) == (upper, lower))
        total = total + product
    return total


def test_the_founding_question() -> None:
    F = _parse("F", WHERE)
    rule = td.chain(F, through=["M", "P"], wrt="V")
    assert rule.paths == (("F", "M", "P", "V"),)
    assert rule.link("F", "M").index_form == "dF_ij/dM_ab = -F_ia F_bj"
    assert rule.link("M", "P").index_form == "dM_ab/dP_cd = X_ca X_db"
    assert rule.link("P", "V").index_form == "dP_cd/dV_kl = -P_ck P_ld"
    assert str(rule.matrix_form()) == "kron((P*X*F)', F*X'*P)"
    expected = td.diff(F, "V").evaluate(X=VALUES["X"], V=VALUES["V"])
    np.testing.assert_allclose(_contracted(rule), expected, rtol=1e-9)
    told = str(rule)
    for part in ("dF_ij/dM_ab = -F_ia F_bj", "(m, m, n, n)", "double contraction", "kron((P*X*F)', F*X'*P)"):
        assert part in told
    with pytest.raises(td.UnknownNameError, match=r"no link from V to F(.|\n)*dF/dM"):
        rule.link("F", "V")


CASES = [
    ("F", WHERE, ["M"], "V"),
    ("F", WHERE, ["P"], "V"),
    ("F", WHERE, ["M"], "X"),
    ("logdet(M) + tr(P*A) + tr(V*A)", WHERE, ["M", "P"], "V"),
    ("y'*z + sum(exp(z)) + x'*x", {"z": "A*x"}, ["z"], "x"),
    ("sum(h.*h)", {"u": "A*x", "h": "tanh(u)"}, ["h", "u"], "x"),
    ("sum(h.*h)", {"u": "A*x", "h": "tanh(u)"}, ["u", "h"], "A"),
    ("s^2*sum(x)", {"s": "x'*A*x"}, ["s"], "x"),
    ("a*Q*Q", {"Q": "V*A"}, ["Q"], "V"),
]


@pytest.mark.parametrize(("text", "where", "through", "wrt"), CASES, ids=[f"{c[0]} through {c[2]} by {c[3]}" for c in CASES])
def test_links_contract_to_the_derivative(text: str, where: dict[str, str], through: list[str], wrt: str) -> None:
    f = _parse(text, where)
    rule = td.chain(f, through=through, wrt=wrt)
    expected = td.diff(f, wrt).evaluate(**{k: VALUES[k] for k in SHAPES})
    np.testing.assert_allclose(_contracted(rule), expected, rtol=1e-9)
    np.testing.assert_allclose(rule.derivative.evaluate(**VALUES), expected, rtol=1e-9)
    if len(where) == len(through) == 2:
        other = td.chain(f, through=through[::-1], wrt=wrt)
        assert set(other.paths) == set(rule.paths)


def test_several_paths_are_added() -> None:
    f = _parse("logdet(M) + tr(P*A) + tr(V*A)", WHERE)
    rule = td.chain(f, through=["P", "M"], wrt="V")
    assert set(rule.paths) == {("f", "M", "P", "V"), ("f", "P", "V"), ("f", "V")}
    links = _links(rule)
    np.testing.assert_allclose(links["f", "V"], VALUES["A"].T)
    np.testing.assert_allclose(links["f", "P"], VALUES["A"].T)
    assert "and the paths are added" in str(rule)


def test_parts_as_expressions() -> None:
    X, V = td.matrix("X", "n", "m"), td.matrix("V", "n", "n")
    P = td.named("P", td.inv(V))
    M = td.named("M", X.T @ P @ X)
    rule = td.chain(td.inv(M), through=[M, P], wrt=V)
    assert [(link.upper, link.lower) for link in rule.links] == [("F", "M"), ("M", "P"), ("P", "V")]
    plain = td.chain(td.inv(X.T @ td.inv(V) @ X), through=[td.inv(V)], wrt=V)
    assert len(plain.paths) == 1 and len(plain.links) == 2
    np.testing.assert_allclose(_contracted(plain), _contracted(rule), rtol=1e-9)


def test_parts_that_are_not_there() -> None:
    F = _parse("F", {**WHERE, "Q": "A*A"})
    with pytest.raises(td.UnknownNameError, match="F does not contain Q"):
        td.chain(F, through=["Q"], wrt="V")
    with pytest.raises(td.UnknownNameError, match=r"Z is not a named part(.|\n)*named parts are P, M, F, Q"):
        td.chain(F, through=["Z"], wrt="V")
    with pytest.raises(td.UnknownNameError, match="does not contain"):
        td.chain(F, through=[td.matrix("A", "n", "n") @ td.matrix("A", "n", "n")], wrt="V")
    with pytest.raises(td.UnknownNameError, match="cannot differentiate by M"):
        td.chain(F, through=["P"], wrt="M")


def test_structured_variables_are_varied_freely() -> None:
    F = td.parse("F", shapes=SHAPES, structures={"V": "symmetric"}, where=WHERE)
    rule = td.chain(F, through=["M", "P"], wrt="V")
    expected = td.diff(F, "V", entries="free").evaluate(X=VALUES["X"], V=VALUES["V"] + VALUES["V"].T)
    found = rule.derivative.evaluate(X=VALUES["X"], V=VALUES["V"] + VALUES["V"].T)
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_explain_tells_the_whole_derivation() -> None:
    told = td.explain(_parse("F", WHERE), "V")
    for part in ("F_ia", "X_ca X_db", "P_ck P_ld", "kron((P*X*F)', F*X'*P)"):
        assert part in told
    for text, wrt in (
        ("x'*A*x", "x"),
        ("logdet(X'*V*X)", "X"),
        ("sum(exp(A*x))", "A"),
        ("a*x", "a"),
        ("X", "X"),
        ("sum(x)", "a"),
    ):
        assert str(td.diff(_parse(text), wrt).matrix_form()) in td.explain(_parse(text), wrt)


EXPLAINED = {
    "norm2(A*x - b)^2": "x", "norm2(A*x - b)^2 + a*norm2(x)^2": "x", "exp(-norm2(x - b)^2/2)": "x", "tr((A^2)^2)": "A",
    "inv(A + B)^2": "A", "expm(A)^2": "A", "log(det(inv(V)))": "V", "1/norm2(x)^2": "x", "(norm2(x)^2)^2": "x",
    "1/(1 + norm2(A*x)^2)^2": "x", "logdet(inv(V)*A)": "V", "det(inv(V))^2": "V", "sqrt(norm2(x)^2 + a^2)": "x",
    "tr(inv(inv(V) + A))": "V", "sum((A*x).^2)": "x", "norm2(tanh(A*x) - b)^2": "A", "exp(log(a))": "a", "(a^2)^3": "a",
    "logsumexp(A*x) - b'*x": "x", "x'*inv(V)*x": "V", "inv(inv(V))": "V", "norm2(inv(V)*x)": "V", "tr(expm(A)*expm(-A))": "A",
    "det(V)*inv(V)": "V", "softmax(A*x)'*b": "x", "norm2(x)*norm2(x)": "x", "sqrtm(V)*sqrtm(V)": "V", "sum(x)": "a",
}  # fmt: skip
SHAPES_TOLD = {"A": "n n", "B": "n n", "V": "n n", "x": "n", "b": "n", "a": ()}


@pytest.mark.parametrize("text", EXPLAINED)
@pytest.mark.parametrize("order", [1, 2])
def test_every_derivation_can_be_told(text: str, order: int) -> None:
    """The parts chosen are parts that the chain rule finds, whatever lowering makes of the formula."""
    f = td.parse(text, shapes=SHAPES_TOLD)
    wrt = [EXPLAINED[text]] * order
    told = td.explain(f, *wrt)
    try:
        form = str(td.diff(f, *wrt).matrix_form())
    except td.FoldError:
        form = "no matrix form"
    assert form in told.splitlines()[-1] or form == "no matrix form"
    if order == 1 and "cannot be this derivative" in told:
        assert len(td.diff(f, *wrt).shape) > 2


def test_the_text_of_a_link_between_vectors() -> None:
    told = td.explain(td.parse("norm2(A*x - b)^2", shapes=SHAPES_TOLD), "x")
    for line in ("M = A*x - b", "df/dM_a = 2 M_a", "df = (2*M'*A) dx", "The links multiply as matrices:"):
        assert line in told
    assert "cannot be" not in told


def test_a_second_derivative_is_told_from_the_first() -> None:
    told = td.explain(td.parse("sum(exp(A*x))", shapes=SHAPES_TOLD), "x", "x")
    assert "gradient layout): A'*exp(A*x)" in told and told.endswith("In matrix form (vec-column layout): A'*diag(exp(A*x))*A")
    with pytest.raises(td.UnknownNameError, match="needs a variable"):
        td.explain(td.parse("x", shapes=SHAPES_TOLD))
