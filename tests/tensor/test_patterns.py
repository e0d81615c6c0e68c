"""Patterns: what is drawn has the zeros, derivatives are the mask times the free ones, and values are checked."""

from __future__ import annotations

import pickle
from fractions import Fraction
from random import Random

import numpy as np
import pytest

import tensordiff as td
from tensordiff.evaluate.matrices import ArrayMatrices
from tensordiff.evidence.sampling.values import FIELD, INTEGERS, REAL_STYLES, Traits, draw
from tests.differentiate.differences import central

Array = np.ndarray
MASKS = {
    "band": np.tri(4, k=1, dtype=int) * np.tri(4, k=1, dtype=int).T,
    "cycle": np.array([[1, 1, 0], [0, 1, 1], [1, 0, 1]]),
    "wide": np.array([[1, 0, 1], [0, 1, 1]]),
    "block": np.kron(np.eye(2, dtype=int), np.ones((2, 2), dtype=int)),
    "full": np.ones((2, 3), dtype=int),
    "none": np.zeros((2, 2), dtype=int),
}


def _declared(mask: Array) -> td.Expression:
    return td.matrix("A", *mask.shape, structure=td.pattern(mask))


@pytest.mark.parametrize("name", MASKS)
@pytest.mark.parametrize("style", [*REAL_STYLES, INTEGERS, FIELD], ids=range(len(REAL_STYLES) + 2))
def test_what_is_drawn_has_the_zeros_and_no_others(name: str, style: object) -> None:
    mask = MASKS[name]
    (symbol,) = (node.data[0] for node in _declared(mask).scope.symbols.values())
    drawn = [draw(symbol, {}, Traits(symbol.structure), style, Random(seed)) for seed in range(12)]
    assert all(not np.any(made[mask == 0]) for made in drawn)
    np.testing.assert_array_equal(np.any(np.array(drawn) != 0, axis=0), mask == 1)
    assert all(not np.any(d) for made in drawn for d in symbol.structure.deviations(ArrayMatrices(np), made))


@pytest.mark.parametrize("entries", ["projected", "tied"])
@pytest.mark.parametrize("name", MASKS)
def test_derivatives_are_masked(name: str, entries: str) -> None:
    mask = MASKS[name]
    A = _declared(mask)
    rng = np.random.default_rng(4)
    f = td.sum(td.exp(A @ td.matrix("B", mask.shape[1], 3)))
    point = {"A": mask * rng.normal(size=mask.shape), "B": rng.normal(size=(mask.shape[1], 3))}
    free = central(lambda a: np.exp(a @ point["B"]).sum(), point["A"])
    gradient = td.gradient(f, "A", entries=entries)
    np.testing.assert_allclose(gradient.evaluate(**point), mask * free, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(td.gradient(f, "A", entries="free").evaluate(**point), free, rtol=1e-6)
    hessian = td.hessian(f, "A", entries=entries).evaluate(**point)
    keep = np.einsum("ij,kl->ijkl", mask, mask)
    np.testing.assert_allclose(hessian, keep * td.hessian(f, "A", entries="free").evaluate(**point), rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(gradient.matrix_form().evaluate(**point), mask * free, rtol=1e-6, atol=1e-8)


def test_values_that_break_it_are_refused() -> None:
    A = _declared(MASKS["cycle"])
    with pytest.raises(td.EvaluationError, match=r"A is declared pattern\[110;011;101\], but A\[1,3\] = 1"):
        td.tr(A).evaluate(A=np.ones((3, 3)))
    assert float(td.tr(A).evaluate(A=MASKS["cycle"])) == 3
    with pytest.raises(td.ShapeError, match="a pattern of 3-by-3 entries, but is n-by-n"):
        td.parse("A", shapes={"A": "n n"}, structures={"A": td.pattern(MASKS["cycle"])})
    for wrong in ([[1, 2]], [[1], [1, 0]], [], [[]]):
        with pytest.raises(td.ShapeError, match="zeros and ones"):
            td.pattern(wrong)


def test_its_name_reads_back() -> None:
    mask = MASKS["cycle"]
    f = td.parse("logdet(A)", shapes={"A": "3 3"}, structures={"A": "pattern[110;011;101]"})
    assert f.matrix is td.logdet(_declared(mask)).matrix
    program = pickle.loads(pickle.dumps(td.compile(td.gradient(f, "A"))))
    values = mask * 1.5 + np.eye(3)
    np.testing.assert_allclose(program(A=values), mask * np.linalg.inv(values).T, atol=1e-12)


def test_facts_of_structure_follow_from_the_mask() -> None:
    kinds = {name: td.pattern(mask) for name, mask in MASKS.items()}
    for name, mask in MASKS.items():
        if mask.shape[0] == mask.shape[1]:
            rng = np.random.default_rng(0)
            rank = np.linalg.matrix_rank(mask * rng.normal(size=mask.shape))
            assert kinds[name].is_invertible == (rank == len(mask))
            assert kinds[name].has_identity == bool(np.all(np.diag(mask)))
        assert kinds[name].has_zeros == (not np.all(mask))


def test_claims() -> None:
    f = td.parse("logdet(A)", shapes={"A": "3 3"}, structures={"A": td.pattern(MASKS["cycle"])})
    masked = td.check("[1 1 0; 0 1 1; 1 0 1].*inv(A)'", f, "A")
    assert masked.status == "right"
    assert "projected" in str(masked)
    free = td.check("inv(A)'", f, "A")
    assert free.status == "right"
    assert "free" in str(free)
    assert not td.check("[1 1 0; 0 1 1; 1 0 1].*inv(A)", f, "A")
    assert td.equal(td.parse("A[1,3]", shapes={"A": "3 3"}, structures={"A": td.pattern(MASKS["cycle"])}), 0)


def test_values_in_fractions_stay_exact() -> None:
    a = np.array([[Fraction(1, 3), Fraction(2)], [Fraction(5), Fraction(1, 7)]], dtype=object)
    kept = ArrayMatrices(np).keep(a, ((1, 0), (0, 1)))
    assert kept[0, 0] == Fraction(1, 3)
    assert kept[0, 1] == 0
