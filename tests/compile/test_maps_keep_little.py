"""Linear maps by sweeps contract as the array of their entries does, and keep no array larger than what the function meets."""

from __future__ import annotations

import numpy as np
import pytest

import tensordiff as td
from tensordiff.compile.plan import preparation
from tensordiff.errors import DomainError
from tensordiff.tensor import Symbol, postorder

SHAPES = {"W": "m n", "X": "n k", "S": "n n", "L": "n n", "x": "n", "y": "m"}
STRUCTURES = {"S": "positive-definite", "L": "lower-triangular"}
CASES = [
    ("logsumexp(W*x)", ["W", "W"]),
    ("logsumexp(W*x)", ["x", "W"]),
    ("sum(logsumexp(W*X,2))", ["X", "X"]),
    ("sum(log(1+diag(X*X'+S)))", ["X", "S"]),
    ("tanh(W*tanh(S*x))", ["W"]),
    ("tanh(W*tanh(S*x))", ["S"]),
    ("softmax(W*S*x)", ["S"]),
    ("softmax(W*x)", ["x", "W"]),
    ("y'*W*inv(S)*x", ["S", "S"]),
    ("inv(X'*S*X)", ["S"]),
    ("inv(X'*S*X)", ["X"]),
    ("x'*expm(S)*x", ["S", "S"]),
    ("logdet(L*L' + S)", ["L", "L"]),
    ("L*exp(L)*x", ["L"]),
    ("kron(x, W)", ["W"]),
    ("norm2(W*x - y)", ["W", "x"]),
    ("(W*x).*y", ["x"]),
    ("erf(W*x)", ["x"]),
    ("pi*gelu(S*x)", ["x", "S"]),
]
SIZES = {"m": 4, "n": 3, "k": 2}


def point() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(5)
    made = {name: rng.normal(size=[SIZES[size] for size in shape.split()]) for name, shape in SHAPES.items()}
    made["S"] = made["S"] @ made["S"].T + 3 * np.eye(3)
    made["L"] = np.tril(made["L"]) + 2 * np.eye(3)
    return made


@pytest.mark.parametrize("entries", ["free", "projected", "tied"])
@pytest.mark.parametrize(("text", "variables"), CASES)
def test_sweeps_are_contractions(text: str, variables: list[str], entries: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparation, "_SMALL", -1e9)
    monkeypatch.setattr(preparation, "_FASTER", np.inf)
    monkeypatch.setattr(preparation, "_known", {})
    f = td.parse(text, shapes=SHAPES, structures=STRUCTURES)
    try:
        J = td.diff(f, *variables, entries=entries)
    except DomainError:
        return
    given = point()
    L, dense = J.at(**given), np.asarray(J.evaluate(**given))
    rng = np.random.default_rng(8)
    directions = [rng.normal(size=given[name].shape) for name in variables]
    last = np.tensordot(dense, directions[-1], axes=directions[-1].ndim)
    np.testing.assert_allclose(L.apply(directions[-1]), last, rtol=1e-9, atol=1e-10)
    if len(variables) == 2:
        both = np.tensordot(last, directions[0], axes=directions[0].ndim)
        np.testing.assert_allclose(L.apply(*directions), both, rtol=1e-9, atol=1e-10)
    weights = rng.normal(size=dense.shape[: dense.ndim - sum(direction.ndim for direction in directions)])
    np.testing.assert_allclose(L.adjoint(weights), np.tensordot(weights, dense, axes=weights.ndim), rtol=1e-9, atol=1e-10)


LARGE = [
    ("logsumexp(W*x)", ["W", "W"], {"m": 500, "n": 400}),
    ("sum(logsumexp(W*X,2))", ["X", "X"], {"m": 700, "n": 60, "k": 300}),
    ("tanh(W*tanh(S*x))", ["S"], {"m": 300, "n": 300}),
    ("sum(log(1+diag(W*S*W')))", ["W", "W"], {"m": 1000, "n": 30}),
    ("softmax(W*S*x)", ["S"], {"m": 200, "n": 200}),
    ("sum(softmax(W*X,2).*Y)", ["X", "X"], {"m": 300, "n": 20, "k": 100}),
]


@pytest.mark.parametrize(("text", "variables", "sizes"), LARGE)
def test_what_is_kept_is_no_larger_than_what_the_function_meets(text: str, variables: list[str], sizes: dict[str, int]) -> None:
    shapes = SHAPES | {"Y": "m k"}
    f = td.parse(text, shapes=shapes)
    rng = np.random.default_rng(2)
    used = {symbol.name for symbol in postorder([f.tensor]) if isinstance(symbol, Symbol)}
    given = {name: rng.normal(size=[sizes[size] for size in shapes[name].split()]) / 20 for name in sorted(used)}
    L = td.diff(f, *variables).at(**given)
    direction = rng.normal(size=given[variables[-1]].shape)
    result = L.apply(direction)
    entries = max(sizes["m"] * sizes.get("k", 1), *(array.size for array in given.values()), result.size)
    kept = [array.size for _, parts, _ in L._ready.values() for array in parts.values() if hasattr(array, "size")]
    assert kept and max(kept) <= entries
