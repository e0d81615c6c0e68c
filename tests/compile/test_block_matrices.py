"""Programs of block matrices slice and stack: no matrix of zeros and ones is made and multiplied by."""

from __future__ import annotations

import numpy as np
import pytest

import tensordiff as td
from tests.reference import value

SIZES = {"n": 3, "m": 4, "p": 2, "q": 5}
SHAPES = {
    "A": "n m", "B": "n p", "C": "q m", "D": "q p", "x": "m", "y": "p", "z": "m+p", "w": "n+q", "b": "n", "M": "m+p n+q",
    "P": "n n", "Q": "n m", "R": "m n", "T": "m m", "N": "n+m n+m", "s": "", "u": "n+1",
}  # fmt: skip

CASES = [
    ("[A B; C D]*z", "A z"), ("norm2([A B; C D]*z - w)^2", "A D z"), ("logdet([P Q; R T])", "Q T"), ("[x; y; 1]", ""),
    ("[A b]*[x; 1]", "b A"), ("inv([P Q; R T])*[b; x]", "P b"), ("norm2([Q ones(n)]*[x; s] - b)^2", "x s Q"),
    ("[A B; C D]", ""),
    ("[P b; b' s]*u", "b u"), ("[eye(n) zeros(n,m)]*N*[eye(n); zeros(m,n)]", ""), ("exp([x; s; y])", "s"), ("[s x'; x T]", ""),
    ("[x; y]*[s; x]'", "x"), ("[[A B]; [C D]]*z", "z"), ("[A 0; 0 D]*z", "A"), ("tr(M*[A B; C D])", "B"),
    ("kron([A B], b)", ""),
]  # fmt: skip


def values(seed: int = 0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    found = {}
    for name, shape in SHAPES.items():
        lengths = [sum(SIZES.get(part) or int(part) for part in axis.split("+")) for axis in shape.split()]
        found[name] = rng.standard_normal(lengths)
    return {**found, "P": found["P"] + 4 * np.eye(3), "T": found["T"] + 5 * np.eye(4)}


def expressions(f: str, variables: str) -> list[td.Expression]:
    whole = td.parse(f, shapes=SHAPES)
    return [whole, *(td.diff(whole, name) for name in variables.split())]


@pytest.mark.parametrize(("f", "variables"), CASES, ids=[f for f, _ in CASES])
def test_values(f: str, variables: str) -> None:
    for made in expressions(f, variables):
        program = td.compile(made)
        expected = value(made.tensor, values(), SIZES)
        np.testing.assert_allclose(np.reshape(program(**values()), expected.shape), expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(("f", "variables"), CASES, ids=[f for f, _ in CASES])
def test_a_batch_is_its_points(f: str, variables: str) -> None:
    for made in expressions(f, variables):
        program = td.compile(made)
        first = next(name for name in program.inputs if name in SHAPES)
        points = [values(seed)[first] for seed in (1, 2, 3)]
        batch = np.asarray(program(**{**values(), first: np.stack(points)}))
        alone = np.stack([program(**{**values(), first: point}) for point in points])
        np.testing.assert_allclose(batch, alone, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(("f", "variables"), CASES, ids=[f for f, _ in CASES])
def test_no_inclusion_is_multiplied_by(f: str, variables: str) -> None:
    dense = {"[A b]*[x; 1]"}  # the derivative by b is constant
    for made in expressions(f, variables) if f not in dense else expressions(f, ""):
        assert "_inclusion" not in td.compile(made).source


def test_source() -> None:
    source = td.diff(td.parse("norm2([A B; C D]*z - w)^2", shapes=SHAPES), "A").compile().source
    assert "np.block([[A, B], [C, D]])" in source
    assert "[:n]" in source
    assert "z[:m]" in source


def test_sizes_from_sums() -> None:
    f = td.parse("[eye(n) zeros(n,m)]*N*[eye(n); zeros(m,n)]", shapes={"N": "n+m n+m", "Q": "n m"})
    N = np.arange(49.0).reshape(7, 7)
    np.testing.assert_array_equal(f.evaluate(N=N, n=3), N[:3, :3])
    np.testing.assert_array_equal(f.evaluate(N=N, Q=np.ones((3, 4))), N[:3, :3])
    with pytest.raises(td.EvaluationError, match="no integer makes n\\+m equal to 7"):
        f.evaluate(N=N, n=8)
    with pytest.raises(td.EvaluationError, match="does not decide n"):
        f.evaluate(N=N)
    with pytest.raises(td.EvaluationError, match="N is"):
        f.evaluate(N=N, Q=np.ones((3, 5)))
