"""Permutations of axes that leave a tensor as it is: what is drawn has them, products that differ by them are one, derivatives
are within them, values that break them are refused."""

from __future__ import annotations

import pickle
from fractions import Fraction
from itertools import permutations
from random import Random

import numpy as np
import pytest

import tensordiff as td
from tensordiff.canonical import canonical
from tensordiff.evaluate.matrices import ArrayMatrices
from tensordiff.evidence.sampling.values import FIELD, INTEGERS, REAL_STYLES, Traits, draw
from tensordiff.tensor import Dim, Symbol, Tensor, einsum, symmetric_under
from tests.differentiate.differences import central
from tests.reference import value

Array = np.ndarray
N = Dim.named("n")
GROUPS = {
    "two electrons": [(1, 0, 2, 3), (2, 3, 0, 1)],
    "elasticity, minor": [(1, 0, 2, 3), (0, 1, 3, 2)],
    "cyclic": [(1, 2, 0)],
    "all of three": [(1, 0, 2), (1, 2, 0)],
    "first two": [(1, 0, 2)],
    "pairs of pairs": [(2, 3, 0, 1)],
    "all of four": [(1, 0, 2, 3), (1, 2, 3, 0)],
    "turning five": [(1, 2, 3, 4, 0)],
}
ELECTRONS = {"shapes": {"g": "n n n n", "D": "n n", "h": "n n"}, "symmetries": {"g": GROUPS["two electrons"]}}


def _symbol(name: str, letter: str = "T") -> Symbol:
    made = symmetric_under(tuple(GROUPS[name]))
    return Symbol.make(letter, (N,) * len(GROUPS[name][0]), made)


def _draw(name: str, style: object = INTEGERS, seed: int = 0, n: int = 3) -> Array:
    symbol = _symbol(name)
    return draw(symbol, {"n": n}, Traits(symbol.structure), style, Random(seed))


@pytest.mark.parametrize("name", GROUPS)
@pytest.mark.parametrize("style", [*REAL_STYLES, INTEGERS, FIELD], ids=str)
def test_what_is_drawn_has_them_and_no_others(name: str, style: object) -> None:
    made = [_draw(name, style, seed) for seed in range(4)]
    group = _symbol(name).structure.symmetries
    for axes in permutations(range(made[0].ndim)):
        kept = all(np.array_equal(tensor, tensor.transpose(axes)) for tensor in made)
        # Where the group moves each place like a larger one, entries cannot tell them apart.
        assert kept or axes not in group
        if axes in group:
            assert kept
    assert not any(np.any(d) for tensor in made for d in _symbol(name).structure.deviations(ArrayMatrices(np), tensor))


def test_equal_groups_are_one_structure() -> None:
    first = symmetric_under(((1, 0, 2, 3), (2, 3, 0, 1)))
    second = symmetric_under(((2, 3, 0, 1), (0, 1, 3, 2), (3, 2, 1, 0)))
    assert len(first.symmetries) == 8
    assert str(first) == str(second) and first.symmetries == second.symmetries
    assert pickle.loads(pickle.dumps(first)) is first
    assert str(symmetric_under(((1, 0),))) == "symmetric"
    assert symmetric_under(((0, 1, 2),)).general


def _product(random: Random, tensors: list[Symbol]) -> tuple[list[tuple[Tensor, list[int]]], list[int]]:
    """Factors with indices drawn so that most occur twice, and an output."""
    places = sum(tensor.rank for tensor in tensors)
    labels = [k // 2 for k in range(places)]
    random.shuffle(labels)
    output = [k for k in set(labels) if random.random() < 0.3]
    return [(tensor, [labels.pop() for _ in range(tensor.rank)]) for tensor in tensors], output


@pytest.mark.parametrize("seed", range(60))
def test_products_that_differ_by_them_are_one(seed: int) -> None:
    random = Random(f"symmetric {seed}")
    names = random.choices(list(GROUPS), k=random.randint(1, 3))
    tensors = [_symbol(name, f"{random.choice('ST')}{list(GROUPS).index(name)}") for name in names]
    factors, output = _product(random, tensors)
    renamed = dict(enumerate(random.sample(range(100, 200), 12)))
    other = []
    for tensor, labels in random.sample(factors, len(factors)):
        assert isinstance(tensor, Symbol)
        axes = random.choice(tensor.structure.symmetries)
        other.append((tensor, [renamed[labels[p]] for p in axes]))
    first, second = einsum(factors, output), einsum(other, [renamed[i] for i in output])
    form = canonical(first)
    assert canonical(second) is form
    assert canonical(form) is form
    arrays = {tensor.name: draw(tensor, {"n": 2}, Traits.of(tensor), INTEGERS, Random(5)).astype(float) for tensor in tensors}
    np.testing.assert_allclose(value(form, arrays, {"n": 2}), value(first, arrays, {"n": 2}))


def test_products_that_they_do_not_make_equal_differ() -> None:
    found = td.equal("g[i,j,k,l]*D[i,k]*D[j,l] -> []", "g[i,j,k,l]*D[i,j]*D[k,l] -> []", **ELECTRONS)
    assert not found
    cyclic = {"shapes": {"T": "n n n", "x": "n", "y": "n", "z": "n"}, "symmetries": {"T": [(1, 2, 0)]}}
    assert td.equal("T[i,j,k]*x[i]*y[j]*z[k] -> []", "T[k,i,j]*x[i]*y[j]*z[k] -> []", **cyclic)
    assert not td.equal("T[i,j,k]*x[i]*y[j]*z[k] -> []", "T[j,i,k]*x[i]*y[j]*z[k] -> []", **cyclic)


def test_fock_matrix_has_three_terms() -> None:
    energy = td.parse("h[i,j]*D[i,j] + g[i,j,k,l]*D[i,j]*D[k,l]/2 - g[i,k,j,l]*D[i,j]*D[k,l]/4 -> []", **ELECTRONS)
    fock = td.diff(energy, "D")
    assert str(fock) == "df/dD_ij = g_ijab D_ab - 1/2 g_iajb D_ab + h_ij"
    claim = "h[i,j] + g[i,j,k,l]*D[k,l] - g[i,k,j,l]*D[k,l]/2 -> [i,j]"
    text = "h[i,j]*D[i,j] + g[i,j,k,l]*D[i,j]*D[k,l]/2 - g[i,k,j,l]*D[i,j]*D[k,l]/4 -> []"
    assert td.check(claim, text, "D", **ELECTRONS).status == "right"
    assert td.check(claim.replace("/2", ""), text, "D", **ELECTRONS).status == "wrong"
    assert not td.check(claim, text, "D", shapes=ELECTRONS["shapes"])


@pytest.mark.parametrize("name", GROUPS)
def test_derivatives_are_within_them(name: str) -> None:
    """Projected: f along a symmetric change. Tied: by one entry together with those that it is tied to."""
    rank, group = len(GROUPS[name][0]), _symbol(name).structure.symmetries
    T = td.tensor("T", *["n"] * rank, symmetries=GROUPS[name])
    W = td.tensor("W", *["n"] * rank)
    f = td.sum(W * T**3)
    rng = np.random.default_rng(0)
    point, weights = _draw(name, n=2).astype(float), rng.normal(size=(2,) * rank)
    free = central(lambda a: (weights * a**3).sum(), point)
    projected = td.gradient(f, "T").evaluate(T=point, W=weights)
    np.testing.assert_allclose(projected, sum(free.transpose(axes) for axes in group) / len(group), rtol=1e-6)
    tied = td.gradient(f, "T", entries="tied").evaluate(T=point, W=weights)
    for place in np.ndindex(*point.shape):
        orbit = {tuple(place[p] for p in axes) for axes in group}
        np.testing.assert_allclose(tied[place], sum(free[other] for other in orbit), rtol=1e-6)
    second = td.diff(f, "T", "T").evaluate(T=point, W=weights).reshape(2**rank, 2**rank)
    np.testing.assert_allclose(second, second.T)
    exact = _symbol(name).structure.tie(ArrayMatrices(np), np.full(point.shape, Fraction(1, 2)), point)
    assert exact.ravel()[0] == Fraction(1, 2)


@pytest.mark.parametrize("library", ["numpy", "jax", "torch"])
def test_values_that_break_them_are_refused(library: str) -> None:
    if library != "numpy":
        pytest.importorskip(library)
    f = td.compile(td.sum(td.tensor("g", *["n"] * 4, symmetries=GROUPS["two electrons"]) ** 2), backend=library)
    good = np.stack([_draw("two electrons", seed=seed).astype(float) for seed in range(3)])
    np.testing.assert_allclose(np.asarray(f(g=good)), (good**2).sum((1, 2, 3, 4)), rtol=1e-5)
    good[1, 0, 1, 0, 0] += 3
    with pytest.raises(td.EvaluationError, match=r"g is declared symmetries.*, but g\[1,1,1,2\] = .* of the batch"):
        f(g=good)


def test_one_that_does_not_fit_is_refused() -> None:
    with pytest.raises(td.ShapeError, match="puts axis 1 of size m in the place of axis 0 of size n"):
        td.tensor("T", "n", "m", "n", symmetries=[(1, 0, 2)])
    with pytest.raises(td.ShapeError, match="has 3 axes, but its symmetries permute 4"):
        td.tensor("T", "n", "n", "n", symmetries=[(1, 0, 2, 3)])
    with pytest.raises(td.ShapeError, match="no permutation"):
        td.parse("T[i,j,k] -> [i,j,k]", shapes={"T": "n n n"}, symmetries={"T": [(1, 1, 2)]})
    with pytest.raises(td.ShapeError, match="more than 5040"):
        td.tensor("T", *["n"] * 8, symmetries=[(1, 0, 2, 3, 4, 5, 6, 7), (1, 2, 3, 4, 5, 6, 7, 0)])
    with pytest.raises(td.ShapeError, match="give one of both"):
        td.tensor("T", "n", "n", structure="skew", symmetries=[(1, 0)])
    with pytest.raises(td.UnknownNameError):
        td.parse("x'*x", shapes={"x": "n"}, symmetries={"T": [(1, 0)]})


def test_of_a_matrix_they_are_its_structure() -> None:
    V = td.tensor("V", "n", "n", symmetries=[(1, 0)])
    assert str(td.gradient(td.logdet(V), V).matrix_form()) == "inv(V)"
    f = td.parse("logdet(V)", shapes={"V": "n n"}, structures={"V": "positive-definite"}, symmetries={"V": [(1, 0)]})
    assert str(td.gradient(f, "V").matrix_form()) == "inv(V)"
