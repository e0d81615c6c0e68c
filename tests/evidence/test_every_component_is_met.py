"""What holds on one component of what symbols may be, and not on another, is never called equal, whatever their names are."""

from __future__ import annotations

from itertools import product
from random import Random

import numpy as np
import pytest

import tensordiff as td
from tensordiff.evidence.sampling.signs import MOST_SIGNS, chance_of_missing, moved, needed, patterns
from tensordiff.evidence.sampling.values import REAL_STYLES, Traits, draw
from tensordiff.tensor import Structure

NAMES = ["X", "G", "Q1", "Omega", "A_1", "Sigma", "Lambda", "Q", "Z9", "β"]


@pytest.mark.parametrize("name", NAMES)
def test_orthogonal_matrices_have_two_components(name: str) -> None:
    declared = {"shapes": {name: "n n"}, "structures": {name: "orthogonal"}}
    assert td.equal(f"det({name})", "1", **declared).equal is False
    assert td.equal(f"det({name})", "0 - 1", **declared).equal is False
    assert td.equal(f"adj({name})", f"{name}'", **declared).equal is False
    assert td.equal(f"adj({name})", f"det({name})*{name}'", **declared)
    assert td.equal(f"det({name})^2", "1", **declared)
    assert td.equal(f"det({name})^3", f"det({name})", **declared)


@pytest.mark.parametrize("name", NAMES)
def test_a_claim_is_not_right_for_rotations_alone(name: str) -> None:
    verdict = td.check(f"inv({name})'", f"det({name})", name, shapes={name: "n n"})
    assert verdict.status == "wrong"
    assert not any("orthogonal" in words for words in verdict.assumptions)


@pytest.mark.parametrize("count", [2, 3, 4])
def test_components_of_several_symbols_combine(count: int) -> None:
    """The product of (1 + det) is zero unless every determinant is 1."""
    names = [f"Q{k}" for k in range(count)]
    shapes, structures = dict.fromkeys(names, "n n"), dict.fromkeys(names, "orthogonal")
    for signs in product("+-", repeat=count):
        nearly = "*".join(f"(1 {sign} det({name}))" for sign, name in zip(signs, names, strict=True))
        found = td.equal(nearly, "0", shapes=shapes, structures=structures)
        assert found.equal is False, signs


@pytest.mark.parametrize("count", [2, 4, 6])
def test_every_pattern_of_signs(count: int) -> None:
    names = [f"b{k}" for k in range(count)]
    shapes, assume = dict.fromkeys(names, ""), dict.fromkeys(names, "binary")
    random = Random(count)
    for _ in range(4):
        nearly = "*".join(f"(1 {random.choice('+-')} {name})" for name in names)
        assert td.equal(nearly, "0", shapes=shapes, assume=assume).equal is False
    assert td.equal("*".join(f"{name}^3" for name in names), "*".join(names), shapes=shapes, assume=assume)


def test_every_pattern_of_a_vector() -> None:
    """sum(y)^2 takes few values: a product of what excludes all but one of them is seen through."""
    shapes, assume = {"y": "n"}, {"y": "binary"}
    assert td.equal("(sum(y) - n)*(sum(y) + n)*(sum(y) - n + 2)", "0", shapes=shapes, assume=assume).equal is False
    assert td.equal("(y'*y - n)*sum(y)", "0", shapes=shapes, assume=assume)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("abs(det(A))", "det(A)"), ("abs(det(A))", "-det(A)"), ("abs(det(A))*abs(det(B))", "det(A)*det(B)"),
        ("sqrt(a^2)*sqrt(b^2)", "a*b"), ("abs(a)*abs(b)*abs(c)", "a*b*c"), ("relu(a)*relu(-b)*relu(c)*relu(-d)", "0"),
        ("relu(-a)*relu(b)*relu(-c)*relu(d)", "0*a"), ("sign(det(A))*sign(a)*abs(a*det(A))", "abs(a*det(A))"),
    ],
)  # fmt: skip
def test_branches_are_seen_on_every_part(one: str, other: str) -> None:
    shapes = {"A": "n n", "B": "n n", **dict.fromkeys("abcd", "")}
    assert td.equal(one, other, shapes=shapes).equal is False


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("abs(det(A))*abs(det(B))", "abs(det(A*B))"), ("sqrt(a^2)*sqrt(b^2)", "abs(a*b)"),
        ("relu(a) - relu(-a)", "a"), ("sign(det(A))*abs(det(A))", "det(A)"), ("max(a, b) + min(a, b)", "a + b"),
    ],
)  # fmt: skip
def test_what_holds_on_every_part_is_equal(one: str, other: str) -> None:
    assert td.equal(one, other, shapes={"A": "n n", "B": "n n", **dict.fromkeys("abcd", "")})


@pytest.mark.parametrize(
    "structure", [Structure.GENERAL, Structure.DIAGONAL, Structure.LOWER, Structure.UPPER, Structure.ORTHOGONAL]
)
@pytest.mark.parametrize("sign", [1, -1])
def test_determinants_of_either_sign(structure: str, sign: int) -> None:
    symbol = td.matrix("A", "n", "n", structure=structure).tensor
    traits = Traits(Structure(structure))
    for seed, n, style in product(range(4), (1, 2, 3, 4), REAL_STYLES[:3]):
        value = moved(draw(symbol, {"n": n}, traits, style, Random(seed)), traits, (sign,))
        array = value.astype(float)
        assert np.sign(np.linalg.det(array)) == sign
        if structure == "orthogonal":
            assert np.allclose(array @ array.T, np.eye(n))
        elif structure in ("diagonal", "lower-triangular"):
            assert not np.any(np.triu(array, 1))


def test_few_signs_are_all_tried_and_many_at_random() -> None:
    assert len({tuple(p["y"]) for p in patterns({"y": MOST_SIGNS})}) == 2**MOST_SIGNS
    assert chance_of_missing({"y": MOST_SIGNS}, None, 2**MOST_SIGNS) == -np.inf
    counts = {"y": 12}
    for degree in (1, 2, 3, 4):
        assert chance_of_missing(counts, degree, needed(degree)) < -5
        assert len(list(patterns(counts, degree))) == needed(degree)
    assert chance_of_missing(counts, 12, needed(12)) > -1


def test_sizes_of_either_parity() -> None:
    """adj(S)' is -adj(S) for skew matrices of even size and adj(S) for those of odd size, and inv(S) exists for even ones."""
    declared = {"shapes": {"S": "n n", "x": "n"}, "structures": {"S": "skew"}}
    for other in ("adj(S)", "-adj(S)"):
        assert td.equal("adj(S)'", other, **declared).equal is False
    assert td.equal("adj(S)'", "(-1)^(n - 1)*adj(S)", **declared)
    assert td.equal("inv(S)'", "-inv(S)", **declared)
    assert td.equal("det(S)", "0", **declared).equal is False
    assert td.equal("det(-S)", "det(S)", **declared)
    assert td.equal("(-1)^n*det(S)", "det(S)", **declared)


def test_equal_sizes() -> None:
    """One of the two products of a matrix with its transpose is singular, unless it is square."""
    declared = {"shapes": {"X": "n m"}}
    assert td.equal("det(X*X')*det(X'*X)", "0", **declared).equal is False
    assert td.equal("det(X*X')", "0", **declared).equal is False
    assert td.equal("tr(X*X')", "tr(X'*X)", **declared)


@pytest.mark.parametrize(
    ("one", "other", "declared"),
    [
        ("abs(x'*P*x)", "x'*P*x", "P:positive-definite"), ("abs(tr(P))", "tr(P)", "P:positive-definite"),
        ("relu(tr(A'*P*A))", "tr(A'*P*A)", "P:positive-definite"), ("log(a^2)", "2*log(a)", ""),
        ("sqrt(a)*sqrt(a)", "abs(a)", ""),
        ("log(abs(a))", "log(a)", ""), ("sqrt(abs(a))", "sqrt(a)", ""),
    ],
)  # fmt: skip
def test_a_side_that_is_excluded_need_not_be_seen(one: str, other: str, declared: str) -> None:
    structures = dict([declared.split(":")]) if declared else None
    assert td.equal(one, other, shapes={"x": "n", "P": "n n", "A": "n m", "a": ""}, structures=structures)


def test_a_side_that_may_be_there_must() -> None:
    assert td.equal("relu(a - 10^20) + log(a)", "log(a)", shapes={"a": ""}).equal is not True
    assert td.equal("abs(a - 1)*log(a)", "(a - 1)*log(a)", shapes={"a": ""}).equal is False


def test_sizes_at_which_a_structure_has_no_matrices() -> None:
    declared = {"shapes": {"X": "n m"}, "structures": {"X": "stiefel"}}
    for one, other in [("X'*X", "eye(m)"), ("tr(X*X')", "m"), ("det(X'*X)", "1"), ("X*X'*X", "X"), ("norm2(X)^2", "m")]:
        assert td.equal(one, other, **declared)
    assert td.equal("X*X'", "eye(n)", **declared).equal is False
    assert td.equal("det(X*X')", "0", **declared).equal is False  # square ones


@pytest.mark.parametrize(
    ("one", "other"), [("sqrtm(expm(2*A))", "expm(A)"), ("logm(expm(A))", "A"), ("logm(A*A)", "2*logm(A)")]
)
def test_principal_values_are_others_past_the_first_turn(one: str, other: str) -> None:
    assert td.equal(one, other, shapes={"A": "n n"}).equal is not True


def test_a_branch_that_cancels() -> None:
    assert td.equal("max(z', z') - z'", "0*z'", shapes={"z": "m"})
    assert td.equal("sign(z - z) + z", "z", shapes={"z": "m"})
