"""Every record of a structure is true in numbers: what is drawn has it, maps are projections, facts hold."""

from __future__ import annotations

import pickle
from fractions import Fraction
from random import Random

import numpy as np
import pytest

import tensordiff as td
from tensordiff.differentiate import Entries
from tensordiff.evaluate.matrices import ArrayMatrices
from tensordiff.evidence.sampling.values import FIELD, INTEGERS, REAL_STYLES, Traits, draw
from tensordiff.tensor import STRUCTURES, Dim, Structure, Symbol

Array = np.ndarray
N, P = Dim.named("n"), Dim.named("p")
M = ArrayMatrices(np)
KNOWN = [structure for structure in STRUCTURES.values() if not structure.general]
LINEAR = [structure for structure in KNOWN if structure.is_linear]
STYLES = [*REAL_STYLES, INTEGERS, FIELD]


def _symbol(structure: Structure) -> Symbol:
    return Symbol.make("V", (N, N) if structure.square else (N, P), structure)


def _draw(structure: Structure, number: int = 0, style: int = 0, n: int = 5) -> Array:
    return draw(_symbol(structure), {"n": n, "p": 3}, Traits(structure), STYLES[style], Random(number))


def _floats(a: Array) -> Array:
    return a.astype(float)


def _noise(a: Array, seed: int = 0) -> Array:
    return np.array([Fraction(Random(f"{seed}:{i}").randint(-90, 90), 16) for i in range(a.size)], dtype=object).reshape(
        a.shape
    )


@pytest.mark.parametrize("structure", KNOWN, ids=str)
@pytest.mark.parametrize("style", range(len(STYLES)))
def test_what_is_drawn_has_the_structure(structure: Structure, style: int) -> None:
    for n in (4, 5):
        made = _draw(structure, n, style, n)
        assert all(not np.any(distance) for distance in structure.deviations(M, made))
        if STYLES[style].real:
            td.compile(_expression(structure))(V=_floats(made))


def _expression(structure: Structure) -> td.Expression:
    n, p = td.dims("n p")
    return td.matrix("V", n, n if structure.square else p, structure=structure.name)


@pytest.mark.parametrize("structure", KNOWN, ids=str)
def test_what_has_it_not_is_refused(structure: Structure) -> None:
    made = _floats(_draw(structure, 1))
    broken = made + np.abs(made).max() * _floats(_noise(made)) / 50
    with pytest.raises(td.EvaluationError, match=f"V is declared {structure}, but "):
        td.compile(_expression(structure))(V=broken)


@pytest.mark.parametrize("structure", KNOWN, ids=str)
def test_facts(structure: Structure) -> None:
    made = [_floats(_draw(structure, number)) for number in range(6)]
    for v in made:
        if structure.mirror:
            np.testing.assert_array_equal(v.T, structure.mirror * v)
        if structure.diagonal != "free":
            np.testing.assert_array_equal(np.diag(v), structure.diagonal == "unit")
        if structure.orthonormal:
            np.testing.assert_allclose(v.T @ v, np.eye(v.shape[1]), atol=1e-12)
        if structure.definite:
            assert np.linalg.eigvalsh(v).min() > 0
    assert structure.is_diagonal == (structure.square and all(not np.any(v - np.diag(np.diag(v))) for v in made))
    assert structure.has_zeros == bool(np.any(np.all(np.array(made) == 0, axis=0)))
    if structure.square:
        assert structure.is_invertible == all(abs(np.linalg.det(_floats(_draw(structure, k, n=5)))) > 1e-12 for k in range(6))
        assert structure.has_identity == all(not np.any(d) for d in structure.deviations(M, np.eye(4)))
    if not structure.definite:
        assert structure.is_space == all(not np.any(d) for d in structure.deviations(M, 0 * made[0]))


def test_both_components_of_orthogonal_matrices_are_drawn() -> None:
    signs = {round(np.linalg.det(_floats(_draw(Structure.ORTHOGONAL, number)))) for number in range(12)}
    assert signs == {1, -1}


@pytest.mark.parametrize("structure", KNOWN, ids=str)
def test_projection(structure: Structure) -> None:
    """It is linear, idempotent and symmetric in the inner product of entries, and ends in the changes."""
    v = _draw(structure, 3)
    a, b = _noise(v, 1), _noise(v, 2)
    pa, pb = structure.project(M, a, v), structure.project(M, b, v)
    assert np.array_equal(structure.project(M, pa, v), pa)
    assert np.sum(pa * b) == np.sum(a * pb)
    assert np.array_equal(structure.project(M, 2 * a - b, v), 2 * pa - pb)
    if structure.is_linear:
        assert all(not np.any(distance) for distance in structure.changes.deviations(M, pa))
        difference = _draw(structure, 4) - v
        assert np.array_equal(structure.project(M, difference, v), difference)
    else:
        assert not np.any(v.T @ pa + pa.T @ v)


@pytest.mark.parametrize("structure", LINEAR, ids=str)
def test_tied_entries_add_up(structure: Structure) -> None:
    """Entry (k, l) is the derivative along the change that has 1 there and what is tied to it."""
    v = _draw(structure, 5)
    g = _noise(v, 3)
    tied = structure.tie(M, g, v)
    assert tied is not None
    for k, l in np.ndindex(*v.shape):
        unit = np.zeros(v.shape, dtype=object)
        unit[k, l] = Fraction(1)
        change = structure.project(M, unit, v)
        if np.any(change):
            change = change / change[k, l]
        assert tied[k, l] == np.sum(change * g)


@pytest.mark.parametrize("structure", LINEAR, ids=str)
@pytest.mark.parametrize("entries", ["projected", "tied", "vech"])
def test_derivatives_agree_with_differences(structure: Structure, entries: str) -> None:
    n = td.dims("n")
    v = _expression(structure)
    a, b = td.matrix("A", n, n), td.matrix("B", n, n)
    f = td.tr(a @ v @ b @ v.T) + td.sum(td.exp(v))
    if entries == "vech" and structure.free is None:
        with pytest.raises(td.DomainError, match="no vech"):
            td.diff(f, v, entries=entries)
        return
    td.diff(f, v, entries=entries).verify()
    td.diff(f, v, v, entries=entries).verify()


def test_orthonormal_columns() -> None:
    n, p = td.dims("n p")
    x, a = td.matrix("X", n, p, structure="stiefel"), td.matrix("A", n, n)
    f = td.tr(x.T @ a @ x)
    assert str(td.equal(x.T @ x, "eye(p)")).startswith("Equal")
    assert not td.equal(x @ x.T, "eye(n)")
    gradient = td.diff(f, x)
    gradient.verify()
    assert td.check("A*X + A'*X - X*(X'*A*X + X'*A'*X)", f, x, entries="projected")
    assert not td.check("A*X + A'*X", f, x, entries="projected")
    with pytest.raises(td.DomainError, match="no linear space"):
        td.diff(f, x, x)


def test_claims_by_structured_variables() -> None:
    n = td.dims("n")
    a = td.matrix("A", n, n)
    unit = td.matrix("L", n, n, structure="unit-lower-triangular")
    assert td.check("tril(n).*A - eye(n).*A", td.tr(a.T @ unit), unit, entries="projected")
    correlation = td.matrix("R", n, n, structure="correlation")
    assert td.check("(A + A')/2 - eye(n).*A", td.tr(a.T @ correlation), correlation, entries="projected")
    assert td.check("A + A' - 2*eye(n).*A", td.tr(a.T @ correlation), correlation, entries="tied")
    assert td.equal("det(R)^(1/2)*det(R)^(1/2)", "det(R)", shapes={"R": "n n"}, structures={"R": "correlation"})
    assert not td.check("A", td.tr(a.T @ correlation), correlation, entries="projected")


@pytest.mark.parametrize("structure", KNOWN, ids=str)
def test_records_are_pickled_by_name(structure: Structure) -> None:
    assert pickle.loads(pickle.dumps(structure)) is structure
    assert Entries("free") is Entries.FREE
