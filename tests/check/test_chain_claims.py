"""A chain rule derived by hand, link by link."""

from __future__ import annotations

import pytest

import tensordiff as td
from tensordiff.check import check_chain
from tensordiff.errors import UnknownNameError
from tensordiff.parse import parse

F, SCOPE = parse("F", {"X": "n m", "V": "n n"}, where={"P": "inv(V)", "M": "X'*P*X", "F": "inv(M)"})
V = SCOPE.symbols["V"]
LINKS = {"dF/dM": "-kron(F', F)", "dM/dP": "kron(X', X')", "dP/dV": "-kron(P', P)"}
TOTAL = "kron((P*X*F)', F*X'*P)"


def test_right_links_and_a_right_whole() -> None:
    verdict = check_chain(LINKS, F, V, SCOPE, total=TOTAL, layout="vec-column")
    assert verdict
    assert verdict.wrong == verdict.missing == ()
    assert verdict.formula == "dF_ij/dV_kl = sum_abcd dF_ij/dM_ab dM_ab/dP_cd dP_cd/dV_kl"


def test_the_wrong_link_is_named() -> None:
    verdict = check_chain({**LINKS, "dP/dV": "-P*P"}, F, V, SCOPE, layout="vec-column")
    assert not verdict
    assert verdict.wrong == (("P", "V"),)
    assert "What is wrong is dP/dV" in str(verdict)


def test_right_links_joined_wrongly() -> None:
    verdict = check_chain(LINKS, F, V, SCOPE, total="F*F*X'*X*P*P", layout="vec-column")
    assert not verdict
    assert verdict.wrong == ()
    assert verdict.total is not None
    assert verdict.total.status == "does-not-conform"
    assert "how they are joined" in str(verdict)


def test_every_path_counts() -> None:
    g, scope = parse("tr(P) + tr(P*V*A)", {"V": "n n", "A": "n n"}, where={"P": "inv(V)"})
    links = {"dg/dP": "eye(n) + (V*A)'", "dP/dV": "-P[i,k]*P[l,j] -> [i,j,k,l]"}
    verdict = check_chain(links, g, scope.symbols["V"], scope)
    assert not verdict
    assert verdict.missing == (("g", "V"),)
    assert check_chain({**links, "dg/dV": "(A*P)'"}, g, scope.symbols["V"], scope)


def test_links_that_are_none() -> None:
    with pytest.raises(UnknownNameError):
        check_chain({"dF/dM": "F", "dF/dP": "P"}, F, V, SCOPE)
    with pytest.raises(UnknownNameError):
        check_chain({"dF/dQ": "P"}, F, V, SCOPE)
    with pytest.raises(UnknownNameError):
        check_chain({"F by M": "P"}, F, V, SCOPE)


def test_links_multiplied_as_numbers_are_told() -> None:
    parts = {"M": "X'*P*X", "P": "inv(V)", "F": "inv(M)"}
    f = td.parse("F", shapes={"X": "n m", "V": "n n"}, where=parts)
    claims = {"dF/dM": "-inv(M)*inv(M)", "dM/dP": "X*X'", "dP/dV": "-P*P"}
    found = td.check_chain(claims, f, "V", total="F*X'*X*F*P*P")
    assert len(found.wrong) == 3
    for verdict in (*found.links.values(), found.total):
        assert "chain rule of numbers" in str(verdict.diagnosis)
    right = td.check_chain({"dF/dM": "-kron(F', F)", "dM/dP": "kron(X', X')", "dP/dV": "-kron(P', P)"}, f, "V")
    assert not right.wrong
