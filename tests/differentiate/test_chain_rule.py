"""The chain rule through named parts: links are partial derivatives, and their contraction is the direct derivative."""

from __future__ import annotations

import numpy as np
import pytest

from tensordiff.canonical import canonical
from tensordiff.differentiate import Chain, chain, contract_links, differentiate
from tensordiff.errors import BudgetError, UnknownNameError
from tensordiff.functions import EXP, INVERSE, LOGDET, lookup
from tensordiff.tensor import Dim, Named, Symbol, Tensor, add, apply, einsum
from tests.reference import value

N, M = Dim.named("n"), Dim.named("m")
SIZES = {"n": 5, "m": 3}
X, V, A = Symbol.make("X", (N, M)), Symbol.make("V", (N, N)), Symbol.make("A", (N, N))
u = Symbol.make("u", (N,))
RNG = np.random.default_rng(0)
ARRAYS = {
    "X": RNG.normal(size=(5, 3)),
    "V": RNG.normal(size=(5, 5)) / 3 + 2 * np.eye(5),
    "A": RNG.normal(size=(5, 5)),
    "u": RNG.normal(size=5),
}
P = Named.make("P", apply(INVERSE, V))
GRAM = Named.make("M", einsum([(X, "ai"), (P, "ab"), (X, "bj")], "ij"))
F = Named.make("F", apply(INVERSE, GRAM))


def _agrees(found: Chain, f: Tensor, variable: Symbol) -> None:
    direct = differentiate(f, variable)
    assert found.derivative.dims == direct.dims
    assert canonical(found.derivative) is canonical(direct)
    np.testing.assert_allclose(value(found.derivative, ARRAYS, SIZES), value(direct, ARRAYS, SIZES), rtol=1e-9)
    total = sum(value(part, ARRAYS, SIZES) for part in found.path_derivatives)
    np.testing.assert_allclose(total, value(direct, ARRAYS, SIZES), rtol=1e-9)


def test_the_founding_chain_has_fourth_order_links() -> None:
    found = chain(F, [P, GRAM], V)
    _agrees(found, F, V)
    assert found.paths == (("F", "M", "P", "V"),)
    assert [(link.upper, link.lower) for link in found.links] == [("F", "M"), ("M", "P"), ("P", "V")]
    f_m, m_p, p_v = (link.derivative for link in found.links)
    assert [link.dims for link in (f_m, m_p, p_v)] == [(M, M, M, M), (M, M, N, N), (N, N, N, N)]
    x, p = ARRAYS["X"], np.linalg.inv(ARRAYS["V"])
    f = np.linalg.inv(x.T @ p @ x)
    np.testing.assert_allclose(value(f_m, ARRAYS, SIZES), -np.einsum("ia,bj->ijab", f, f), rtol=1e-9)
    np.testing.assert_allclose(value(m_p, ARRAYS, SIZES), np.einsum("ca,db->abcd", x, x))
    np.testing.assert_allclose(value(p_v, ARRAYS, SIZES), -np.einsum("ck,ld->cdkl", p, p), rtol=1e-9)
    joined = contract_links(contract_links(f_m, m_p, 2), p_v, 2)
    np.testing.assert_allclose(value(joined, ARRAYS, SIZES), value(found.derivative, ARRAYS, SIZES))


@pytest.mark.parametrize("through", [[P], [GRAM], [P, GRAM], [GRAM, P], []], ids=lambda parts: " ".join(p.name for p in parts))
def test_any_choice_of_parts_gives_the_derivative(through: list[Named]) -> None:
    for variable in (V, X):
        if variable is X and P in through:
            continue  # P does not hold X, which is tested below
        _agrees(chain(F, through, variable), F, variable)


def test_paths_are_added() -> None:
    """g holds V by itself, through P, and through P inside M: three ways, and a fourth round M."""
    g = Named.make("g", add([
        (1, apply(LOGDET, GRAM)),
        (2, einsum([(P, "ij"), (A, "ji")], "")),
        (3, einsum([(V, "ij"), (A, "ij")], "")),
    ]))  # fmt: skip
    found = chain(g, [P, GRAM], V)
    _agrees(found, g, V)
    assert set(found.paths) == {("g", "M", "P", "V"), ("g", "P", "V"), ("g", "V")}
    # Each link holds the other listed parts fixed.
    links = {(link.upper, link.lower): value(link.derivative, ARRAYS, SIZES) for link in found.links}
    np.testing.assert_allclose(links["g", "V"], 3 * ARRAYS["A"])
    np.testing.assert_allclose(links["g", "P"], 2 * ARRAYS["A"].T)


def test_a_variable_beside_a_part_that_holds_it() -> None:
    y = Named.make("y", einsum([(A, "ij"), (u, "j")], "i"))
    f = Named.make("f", einsum([(u, "i"), (apply(EXP, y), "i"), (y, "i")], ""))
    found = chain(f, [y], u)
    _agrees(found, f, u)
    assert set(found.paths) == {("f", "y", "u"), ("f", "u")}
    a, at = ARRAYS["A"], ARRAYS["u"]
    links = {(link.upper, link.lower): value(link.derivative, ARRAYS, SIZES) for link in found.links}
    np.testing.assert_allclose(links["f", "u"], np.exp(a @ at) * (a @ at))
    np.testing.assert_allclose(links["f", "y"], at * np.exp(a @ at) * (1 + a @ at))
    np.testing.assert_allclose(links["y", "u"], a)


def test_parts_are_found_by_what_they_are() -> None:
    """Not only by their names: as a node, as a run of a product, transposed."""
    plain = apply(INVERSE, einsum([(X, "ai"), (apply(INVERSE, V), "ab"), (X, "bj")], "ij"))
    found = chain(Named.make("F", plain), [P], V)
    _agrees(found, plain, V)
    assert found.paths == (("F", "P", "V"),)
    product = Named.make("Q", einsum([(A, "ij"), (V, "jk")], "ik"))
    whole = Named.make("h", einsum([(X, "ai"), (A, "ab"), (V, "bc"), (X, "cj")], "ij"))
    inside = chain(whole, [product], V)
    _agrees(inside, whole, V)
    assert inside.paths == (("h", "Q", "V"),)


def test_elementwise_layers() -> None:
    """A small network: vectors as parts, links are matrices that multiply."""
    first = Named.make("a1", einsum([(A, "ij"), (u, "j")], "i"))
    hidden = Named.make("h1", apply(lookup("tanh"), first))
    second = Named.make("a2", einsum([(V, "ij"), (hidden, "j")], "i"))
    loss = Named.make("loss", einsum([(second, "i"), (second, "i")], ""))
    for variable in (A, u, V):
        parts = [second] if variable is V else [first, hidden, second]
        found = chain(loss, parts, variable)
        _agrees(found, loss, variable)
    found = chain(loss, [first, hidden, second], A)
    assert found.paths == (("loss", "a2", "h1", "a1", "A"),)


def test_a_part_that_is_not_there_is_an_error() -> None:
    other = Named.make("Q", einsum([(A, "ij"), (A, "jk")], "ik"))
    with pytest.raises(UnknownNameError, match="F does not contain Q"):
        chain(F, [P, other], V)


def test_a_part_without_the_variable_is_held_fixed() -> None:
    found = chain(F, [P], X)
    _agrees(found, F, X)
    assert found.paths == (("F", "X"),)


def test_a_variable_that_is_not_there_gives_zero() -> None:
    found = chain(F, [GRAM], u)
    assert found.paths == () and found.derivative.dims == (M, M, N)
    assert not value(found.derivative, ARRAYS, SIZES).any()


def test_too_many_paths_are_refused() -> None:
    node: Tensor = u
    parts = []
    for k in range(14):
        previous = node
        node = Named.make(f"t{k}", add([(1, apply(lookup("sin"), previous)), (1, previous if k < 2 else parts[k - 2])]))
        parts.append(node)
    with pytest.raises(BudgetError, match="paths lead from u to f"):
        chain(Named.make("f", einsum([(node, "i")], "")), parts, u)
