"""Identities, ones and zeros take the order of a compound axis from their neighbours under every operation that keeps them
what they are."""

from __future__ import annotations

import numpy as np
import pytest

import tensordiff as td

SHAPES = {"X": "n m", "a": "", "A": "m m", "B": "n n"}
FLEXIBLE = [
    "eye({s})", "eye({s})/a", "2*eye({s})/3", "-eye({s})", "eye({s})'", "(eye({s})/a)'", "eye({s})/a + eye({s})",
    "(eye({s}) - ones({s},{s})/a)/2", "ones({s},{s}).*eye({s})", "ones({s})*ones({s})'/a", "diag(ones({s}))/a",
    "exp(eye({s}))", "eye({s})./(2*ones({s},{s}))", "a*(eye({s}) + zeros({s},{s}))", "(eye({s})/a).^2",
    "eye({s})*eye(n*m)", "(eye({s})*eye(n*m))'/a", "a*eye(m*n)*eye({s})",
]  # fmt: skip


def values() -> dict[str, object]:
    random = np.random.default_rng(3)
    return {"X": random.normal(size=(2, 3)), "a": 1.7, "A": random.normal(size=(3, 3)), "B": random.normal(size=(2, 2))}


@pytest.mark.parametrize("part", FLEXIBLE)
@pytest.mark.parametrize(
    "whole", ["{p} + kron(A, B)", "kron(A, B) - {p}", "{p}*vec(X)", "tr({p}*kron(A, B))", "{p} + vec(X)*vec(X)'"]
)
def test_either_order_is_the_same(part: str, whole: str) -> None:
    one, other = (td.parse(whole.format(p=f"({part.format(s=size)})"), shapes=SHAPES) for size in ("n*m", "m*n"))
    assert td.equal(one, other)
    assert np.allclose(one.evaluate(**values()), other.evaluate(**values()))


@pytest.mark.parametrize(
    "part", ["ones({s})", "ones({s})/a", "zeros({s}) + ones({s})", "exp(ones({s})/a)", "ones({s}).*ones({s})"]
)
def test_vectors_too(part: str) -> None:
    one, other = (td.parse(f"vec(X)'*({part.format(s=size)})", shapes=SHAPES) for size in ("n*m", "m*n"))
    assert np.allclose(one.evaluate(**values()), other.evaluate(**values()))


@pytest.mark.parametrize("part", ["kron(B, A)", "kron(B, A)/a", "exp(kron(B, A))", "vec(X')*vec(X)'"])
def test_what_has_an_order_of_its_own_keeps_it(part: str) -> None:
    with pytest.raises(td.ShapeError, match="another order"):
        td.parse(f"{part} + kron(A, B)", shapes=SHAPES)


def test_the_hessian_of_a_norm() -> None:
    for size in ("n*m", "m*n"):
        assert td.check(f"eye({size})/norm2(X) - vec(X)*vec(X)'/norm2(X)^3", "norm2(X)", ["X", "X"], shapes=SHAPES)


@pytest.mark.parametrize(
    "identity", ["kron(eye(n), eye(m))", "kron(eye(m), eye(n))", "kron(eye(n)', eye(m)*eye(m))", "eye(n*m)*eye(m*n)"]
)
def test_what_is_made_of_identities_is_one(identity: str) -> None:
    assert td.check(f"{identity}/norm2(X) - vec(X)*vec(X)'/norm2(X)^3", "norm2(X)", ["X", "X"], shapes=SHAPES)
    assert td.check(f"2*{identity}", "norm2(X)^2", ["X", "X"], shapes=SHAPES)
    assert not td.check(f"2*{identity}", "sum(X)^2", ["X", "X"], shapes=SHAPES)
