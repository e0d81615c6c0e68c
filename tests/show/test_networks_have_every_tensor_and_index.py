"""A picture of a contraction network has each tensor once, each index on its wires, and the free ones open."""

from __future__ import annotations

from itertools import combinations
from math import hypot
from xml.etree import ElementTree

import pytest

import tensordiff as td
from tensordiff.show.network import END, HUB, TENSOR, network
from tensordiff.show.svg import terms_svg
from tests.cases import CASES

NS = "{http://www.w3.org/2000/svg}"


def derivatives() -> list[td.Derivative]:
    return [td.diff(td.parse(case.f, **case.scope), case.wrt[0]) for case in CASES[::5]]


@pytest.mark.parametrize("derivative", derivatives(), ids=lambda d: str(d.f)[:40])
def test_the_network_is_the_einsum(derivative: td.Derivative) -> None:
    for term in derivative.einsum():
        found = network(term)
        assert found is not None and isinstance(term.subscripts, str)
        inputs, output = term.subscripts.split("->")
        identities = sum(operand.startswith("eye(") for operand in term.operands)
        tensors = [v.label for v in found.vertices if v.kind == TENSOR]
        assert len(tensors) == len(term.operands) - identities
        assert sorted(v.label for v in found.vertices if v.kind == END) == sorted(output)
        # Each slot is one end of a wire, and so is each open end.
        ends = [end for wire in found.wires for end in (wire.start, wire.end)]
        slots = len(inputs.replace(",", ""))
        hubs = {place for place, v in enumerate(found.vertices) if v.kind == HUB and v.label}
        assert sum(end not in hubs for end in ends) == slots + len(output)
        assert {wire.index for wire in found.wires} == set(inputs) - {","}


@pytest.mark.parametrize("derivative", derivatives(), ids=lambda d: str(d.f)[:40])
def test_nothing_is_drawn_on_something_else(derivative: td.Derivative) -> None:
    for term in derivative.einsum():
        found = network(term)
        assert found is not None
        for a, b in combinations(found.vertices, 2):
            assert hypot(a.x - b.x, a.y - b.y) > 0.25


def test_the_svg_is_well_formed_and_says_it_in_words() -> None:
    f = td.parse("inv(X'*inv(V)*X)")
    root = ElementTree.fromstring(td.diff(f, "V").svg())
    assert root.tag == f"{NS}svg" and root.get("role") == "img"
    description = root.findtext(f"{NS}desc")
    assert description is not None and "open indices i (size m), j (size m), k (size n), l (size n)" in description
    texts = [text.text for text in root.iter(f"{NS}text")]
    assert texts.count("X") == 2 and texts.count("inv(V)") == 2


def test_many_terms_are_counted_and_zero_is_said() -> None:
    long = td.diff(td.parse("tr(A*X*B*X*C*X*D*X*E*X*F*X*G*X*H*X)"), "X")
    assert "and 2 further terms" in long.svg()
    f = td.parse("tr(A)", shapes={"A": "n n", "x": "n"})
    assert "nothing to draw" in terms_svg(td.diff(f, "x").einsum(), "zero")


def test_the_same_picture_in_every_run() -> None:
    f = td.parse("sum((A*X).*(A*X).*B)")
    assert td.diff(f, "X").svg() == td.diff(f, "X").plot().svg
