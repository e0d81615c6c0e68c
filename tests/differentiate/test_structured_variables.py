"""Derivatives by structured variables, in each meaning, against differences along parametrisations of the structure.

A parametrisation is a map from free numbers to matrices of the structure; its own derivative is taken by complex steps or
in closed form, never from the rules under test.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest
import scipy.linalg

from tensordiff.differentiate import Entries, constrain, constrained_dims, differentiate, freed, restore
from tensordiff.errors import DomainError
from tensordiff.functions import DET, EXP, INVERSE, LOG, LOGDET, lookup
from tensordiff.tensor import Assumption, Dim, Structure, Symbol, Tensor, add, apply, einsum, identity, replace
from tests.differentiate.differences import complex_step
from tests.reference import value

Array = np.ndarray
N, M = Dim.named("n"), Dim.named("m")
SIZES = {"n": 4, "m": 3}
FREE_ENTRIES = 10
RNG = np.random.default_rng(5)
A, B = Symbol.make("A", (N, N)), Symbol.make("B", (N, N))
X = Symbol.make("X", (N, M))
ARRAYS = {"A": RNG.normal(size=(4, 4)), "B": RNG.normal(size=(4, 4)), "X": RNG.normal(size=(4, 3))}
LOWER = [(i, j) for j in range(4) for i in range(j, 4)]
STRICT = [(i, j) for j in range(4) for i in range(j + 1, 4)]


class Parametrisation(NamedTuple):
    """free numbers -> matrix; `start` are the numbers at which derivatives are taken."""

    matrix: Callable[[Array], Array]
    start: Array


def _filled(places: list[tuple[int, int]], transposed: float) -> Callable[[Array], Array]:
    """The matrix with these entries below the diagonal, and `transposed` times them above."""

    def matrix(free: Array) -> Array:
        made = np.zeros((4, 4), dtype=np.asarray(free).dtype)
        for entry, (i, j) in zip(free, places, strict=True):
            made[j, i] = transposed * entry
            made[i, j] = entry
        return made

    return matrix


def _rotation(free: Array) -> Array:
    return scipy.linalg.expm(_filled(STRICT, -1)(free)) @ _QUARTER


_QUARTER = scipy.linalg.qr(RNG.normal(size=(4, 4)))[0]
_SPD = RNG.normal(size=(4, 4))
_SPD = _SPD @ _SPD.T + 2 * np.eye(4)
_LOWER_START = np.array([(2.0 if i == j else 0.4) * RNG.uniform(0.5, 1) for i, j in LOWER])
PARAMETRISATIONS = {
    Structure.SYMMETRIC: Parametrisation(_filled(LOWER, 1), _LOWER_START),
    Structure.POSITIVE_DEFINITE: Parametrisation(_filled(LOWER, 1), np.array([_SPD[i, j] for i, j in LOWER])),
    Structure.SKEW: Parametrisation(_filled(STRICT, -1), RNG.normal(size=6)),
    Structure.DIAGONAL: Parametrisation(lambda free: np.diag(free), RNG.uniform(1, 2, 4)),
    Structure.LOWER: Parametrisation(_filled(LOWER, 0), _LOWER_START),
    Structure.UPPER: Parametrisation(lambda free: _filled(LOWER, 0)(free).T, _LOWER_START),
    Structure.ORTHOGONAL: Parametrisation(_rotation, RNG.normal(size=6) / 2),
}
LINEAR = [s for s in PARAMETRISATIONS if s is not Structure.ORTHOGONAL]


def _functions(v: Symbol) -> dict[str, Tensor]:
    """Functions of a square matrix that tell its entries apart."""
    x_v_x = einsum([(X, "ia"), (v, "ij"), (X, "jb")], "ab")
    gram = add([(1, einsum([(v, "ij"), (v, "kj")], "ik")), (1, einsum([(A, "ij"), (A, "kj")], "ik"))])
    return {
        "tr(A V B V)": einsum([(A, "ij"), (v, "jk"), (B, "kl"), (v, "li")], ""),
        "V A V'": einsum([(v, "ij"), (A, "jk"), (v, "lk")], "il"),
        "exp of entries": einsum([(apply(EXP, v), "ij"), (A, "ij")], ""),
        "X' V X": x_v_x,
        "inv(V + 9 I)": apply(INVERSE, add([(1, v), (9, identity((N,)))])),
        "log(det(V V' + A A'))": apply(LOG, apply(DET, gram)),
        "diagonal of V sin(V)": einsum([(v, "ij"), (apply(lookup("sin"), v), "ij")], "i"),
    }


NAMES = list(_functions(A))


def _variable(structure: Structure) -> Symbol:
    return Symbol.make("V", (N, N), structure)


def _value(tensor: Tensor, v: Array) -> Array:
    return value(tensor, {**ARRAYS, "V": v}, SIZES)


def _derivative(f: Tensor, variables: list[Symbol], entries: Entries) -> Tensor:
    """As diff does it: structure away, all differentiations, structure back, then the meaning."""
    tensor: Tensor = replace(f, {v: freed(v) for v in variables})
    for v in variables:
        tensor = differentiate(tensor, freed(v))
    return constrain(restore(tensor, variables), f.rank, variables, entries)


def _along(structure: Structure, f: Tensor) -> tuple[Array, Array, Array]:
    """V at the start, dV/dfree (i, j, a), and df/dfree by complex steps through the parametrisation."""
    matrix, start = PARAMETRISATIONS[structure]
    loose: Tensor = replace(f, {_variable(structure): freed(_variable(structure))})
    return (
        matrix(start),
        complex_step(matrix, start),
        complex_step(lambda free: _value(loose, matrix(free)), start),
    )


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("structure", PARAMETRISATIONS)
def test_projected_gives_every_derivative_within_the_structure(structure: Structure, name: str) -> None:
    v = _variable(structure)
    f = _functions(v)[name]
    at, velocity, expected = _along(structure, f)
    found = _value(_derivative(f, [v], Entries.PROJECTED), at)
    np.testing.assert_allclose(np.tensordot(found, velocity, 2), expected, rtol=1e-8, atol=1e-9 * (1 + abs(expected).max()))
    # It lies within the structure itself, so it is the only one: nothing of it points out of the tangent space.
    span = np.linalg.qr(velocity.reshape(16, -1))[0]
    flat = found.reshape(-1, 16)
    np.testing.assert_allclose(flat @ span @ span.T, flat, rtol=1e-8, atol=1e-9 * (1 + abs(flat).max()))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("structure", PARAMETRISATIONS)
def test_free_varies_every_entry_by_itself(structure: Structure, name: str) -> None:
    v = _variable(structure)
    f = _functions(v)[name]
    matrix, start = PARAMETRISATIONS[structure]
    loose: Tensor = replace(f, {v: freed(v)})
    expected = complex_step(lambda moved: _value(loose, moved), matrix(start))
    found = _value(_derivative(f, [v], Entries.FREE), matrix(start))
    np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-9 * (1 + abs(expected).max()))


def _tied_places(structure: Structure) -> list[tuple[int, int]]:
    if structure is Structure.SKEW:
        return STRICT
    if structure is Structure.DIAGONAL:
        return [(k, k) for k in range(4)]
    return [(j, i) for i, j in LOWER] if structure is Structure.UPPER else LOWER


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("structure", LINEAR)
def test_tied_entries_are_one_variable(structure: Structure, name: str) -> None:
    """Entry (k, l) of the derivative is df by the free number that stands at (k, l)."""
    v = _variable(structure)
    f = _functions(v)[name]
    at, velocity, expected = _along(structure, f)
    found = _value(_derivative(f, [v], Entries.TIED), at)
    for a, (k, l) in enumerate(_tied_places(structure)):
        assert velocity[k, l, a] == 1
        np.testing.assert_allclose(found[..., k, l], expected[..., a], rtol=1e-8, atol=1e-9 * (1 + abs(expected).max()))
        if structure.symmetric:
            np.testing.assert_allclose(found[..., l, k], found[..., k, l])
        elif structure is Structure.SKEW:
            np.testing.assert_allclose(found[..., l, k], -found[..., k, l])
    outside = {(k, l) for k in range(4) for l in range(4) if not velocity[k, l].any()}
    assert all(not found[..., k, l].any() for k, l in outside)


VECH = [Structure.SYMMETRIC, Structure.POSITIVE_DEFINITE, Structure.SKEW, Structure.LOWER, Structure.DIAGONAL]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("structure", VECH)
def test_vech_is_by_the_free_entries(structure: Structure, name: str) -> None:
    v = _variable(structure)
    f = _functions(v)[name]
    at, _, expected = _along(structure, f)
    derivative = _derivative(f, [v], Entries.VECH)
    assert derivative.dims == f.dims + constrained_dims(v, Entries.VECH)
    np.testing.assert_allclose(_value(derivative, at), expected, rtol=1e-8, atol=1e-9 * (1 + abs(expected).max()))


def _second(structure: Structure, f: Tensor) -> tuple[Array, Array, Array]:
    """V, dV/dfree, and the second derivative by the free numbers: central differences of complex steps."""
    matrix, start = PARAMETRISATIONS[structure]
    loose: Tensor = replace(f, {_variable(structure): freed(_variable(structure))})

    def first(at: Array) -> Array:
        return complex_step(lambda free: _value(loose, matrix(free)), at)

    rows = []
    for a in range(len(start)):
        step = np.zeros(len(start))
        step[a] = 1e-4
        rows.append((first(start + step) - first(start - step)) / 2e-4)
    return matrix(start), complex_step(matrix, start), np.stack(rows, axis=-1)


SCALARS = ["tr(A V B V)", "exp of entries", "log(det(V V' + A A'))"]


@pytest.mark.parametrize("name", SCALARS)
@pytest.mark.parametrize("structure", LINEAR)
def test_second_derivatives(structure: Structure, name: str) -> None:
    v = _variable(structure)
    f = _functions(v)[name]
    at, velocity, expected = _second(structure, f)
    tolerance = {"rtol": 1e-6, "atol": 1e-6 * (1 + abs(expected).max())}
    projected = _value(_derivative(f, [v, v], Entries.PROJECTED), at)
    both_sides = np.einsum("ijkl,ija,klb->ab", projected, velocity, velocity)
    np.testing.assert_allclose(both_sides, expected, **tolerance)
    tied = _value(_derivative(f, [v, v], Entries.TIED), at)
    rows, columns = np.transpose(_tied_places(structure))
    np.testing.assert_allclose(tied[rows, columns][:, rows, columns], expected, **tolerance)
    if structure in VECH:
        np.testing.assert_allclose(_value(_derivative(f, [v, v], Entries.VECH), at), expected, **tolerance)


def test_matrix_cookbook_2_8() -> None:
    """d logdet(V) / dV for symmetric V: 2 inv(V) - inv(V).*I where entries are tied (Matrix Cookbook, eq. 141)."""
    v = _variable(Structure.SYMMETRIC)
    at = PARAMETRISATIONS[Structure.POSITIVE_DEFINITE].matrix(PARAMETRISATIONS[Structure.POSITIVE_DEFINITE].start)
    inverse = np.linalg.inv(at)
    f = apply(LOGDET, v)
    np.testing.assert_allclose(_value(_derivative(f, [v], Entries.TIED), at), 2 * inverse - inverse * np.eye(4))
    np.testing.assert_allclose(_value(_derivative(f, [v], Entries.FREE), at), inverse)
    np.testing.assert_allclose(_value(_derivative(f, [v], Entries.PROJECTED), at), inverse)


def test_structure_is_taken_away_before_anything_is_simplified() -> None:
    """x'V'y and x'Vy are one function of a symmetric V, with different free derivatives."""
    v = _variable(Structure.SYMMETRIC)
    x, y = Symbol.make("x", (N,)), Symbol.make("y", (N,))
    arrays = {"x": RNG.normal(size=4), "y": RNG.normal(size=4), "V": np.eye(4)}
    turned = einsum([(x, "i"), (v, "ji"), (y, "j")], "")
    found = value(_derivative(turned, [v], Entries.FREE), arrays, SIZES)
    np.testing.assert_allclose(found, np.outer(arrays["y"], arrays["x"]))


def test_mixed_variables_each_have_their_meaning() -> None:
    """d^2 tr(A V B W) / dV dW, V symmetric, W general."""
    v, w = _variable(Structure.SYMMETRIC), Symbol.make("W", (N, N))
    f = einsum([(A, "ij"), (v, "jk"), (B, "kl"), (w, "li")], "")
    a, b = ARRAYS["A"], ARRAYS["B"]
    plain = np.einsum("qk,lp->klpq", a, b)
    arrays = {**ARRAYS, "V": np.eye(4), "W": np.eye(4)}
    found = value(_derivative(f, [v, w], Entries.FREE), arrays, SIZES)
    np.testing.assert_allclose(found, plain)
    projected = value(_derivative(f, [v, w], Entries.PROJECTED), arrays, SIZES)
    np.testing.assert_allclose(projected, (plain + plain.transpose(1, 0, 2, 3)) / 2)
    packed = value(_derivative(f, [v, w], Entries.VECH), arrays, SIZES)
    tied = plain + plain.transpose(1, 0, 2, 3)
    for place, (i, j) in enumerate(LOWER):
        np.testing.assert_allclose(packed[place], tied[i, j] / (2 if i == j else 1))
    swapped = value(_derivative(f, [w, v], Entries.VECH), arrays, SIZES)
    np.testing.assert_allclose(swapped, np.moveaxis(packed, 0, -1))


def test_meanings_that_a_structure_does_not_have() -> None:
    q = _variable(Structure.ORTHOGONAL)
    f = einsum([(A, "ij"), (q, "jk"), (B, "kl"), (q, "li")], "")
    with pytest.raises(DomainError, match=r"orthogonal.*second derivative"):
        _derivative(f, [q, q], Entries.PROJECTED)
    assert _derivative(f, [q, q], Entries.FREE).rank == 4
    with pytest.raises(DomainError, match="tied entries are not defined"):
        _derivative(f, [q], Entries.TIED)
    for structure in (Structure.ORTHOGONAL, Structure.UPPER):
        v = _variable(structure)
        with pytest.raises(DomainError, match="there is no vech"):
            _derivative(einsum([(v, "ii")], ""), [v], Entries.VECH)
    compound = Symbol.make("W", (N, M, N, M), Structure.SYMMETRIC)
    with pytest.raises(DomainError, match="compound axes"):
        _derivative(einsum([(compound, "ijij")], ""), [compound], Entries.PROJECTED)


def test_structure_has_no_effect_on_general_variables() -> None:
    v = _variable(Structure.GENERAL)
    f = _functions(v)["V A V'"]
    derivatives = {_derivative(f, [v], entries) for entries in Entries}
    assert len(derivatives) == 1
    assert constrained_dims(v, Entries.VECH) == v.dims


def test_assumptions_that_a_variation_breaks_are_dropped_too() -> None:
    for given, kept in (
        (Assumption.BINARY, Assumption.NONZERO),
        (Assumption.PROBABILITY, Assumption.POSITIVE),
        (Assumption.POSITIVE, Assumption.POSITIVE),
    ):
        x = Symbol.make("x", (N,), assumption=given)
        assert freed(x).assumption is kept
        assert restore(freed(x), [x]) is x
    # x_i^2 is 1 for a binary x, and yet its derivative is 2 x_i.
    x = Symbol.make("x", (N,), assumption=Assumption.BINARY)
    f = einsum([(x, "i"), (x, "i")], "")
    np.testing.assert_allclose(
        value(_derivative(f, [x], Entries.FREE), {"x": np.array([1, -1, -1, 1.0])}, SIZES), [2, -2, -2, 2]
    )
