"""Equality of tensors: proofs, exact samples, numbers; and the traps that hide at small or special points."""

from __future__ import annotations

import numpy as np
import pytest

from tensordiff.check import compare, equal
from tensordiff.evidence import evidence as module
from tensordiff.evidence.sampling.points import Samples
from tensordiff.evidence.sampling.sizes import assignments, matrix_degree
from tensordiff.lower import lower
from tensordiff.matrix import Matrix
from tensordiff.parse import parse

SHAPES = {"A": "n n", "B": "n n", "C": "n n", "X": "n m", "x": "m", "y": "n", "a": "", "S": "n n", "W": "n n"}


def read(text: str, **given: object) -> Matrix:
    return parse(text, SHAPES, **given)[0]  # type: ignore[arg-type]


@pytest.fixture
def without_proofs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only samples decide."""
    monkeypatch.setattr(module, "proves", lambda *given: False)


EQUAL = [
    ("inv(A*B)", "inv(B)*inv(A)", "exact"),
    ("det(A*B)", "det(B)*det(A)", "exact"),
    ("adj(A)", "det(A)*inv(A)", "exact"),
    ("K(m,n)*vec(X')", "vec(X)", "exact"),
    ("logdet(A*B)", "logdet(A) + logdet(B)", "numeric"),
    ("log(sum(exp(x)))", "logsumexp(x)", "numeric"),
    ("expm(A)*expm(-A)", "eye(n)", "numeric"),
    ("pi*A - A*pi", "zeros(n,n)", "exact"),
    ("abs(x).*sign(x)", "x", "numeric"),
]
DIFFERENT = [
    ("A*B", "B*A"),
    ("inv(A)'", "inv(A)"),
    ("A*(B*C - C*B)^2", "(B*C - C*B)^2*A"),  # equal for all 2-by-2 matrices (Hall)
    ("(n-1)*A", "2*A"),  # equal at n = 3
    ("(n-3)*(n-4)*A", "zeros(n,n)"),
    ("relu(10 - x'*x)", "10 - x'*x"),  # equal near zero
    ("relu(x'*x - 1000)", "0*a"),
    ("relu(a - 300)", "0*a"),
    ("sum(abs(x))", "sum(x)"),
    ("sum(exp(-x.*x)) + sum(x)", "sum(x)"),
    ("exp(-100*a^2) + a", "a"),
    ("sqrt(a^2)", "a"),
]


@pytest.mark.parametrize(("a", "b", "method"), EQUAL)
def test_equal_expressions_by_samples(a: str, b: str, method: str, without_proofs: None) -> None:
    found = compare(lower(read(a)), lower(read(b)))
    assert found.equal is True
    assert found.method == method  # never "proved" from samples


@pytest.mark.parametrize(("a", "b"), DIFFERENT)
def test_different_expressions_are_never_taken_for_equal(a: str, b: str) -> None:
    found = compare(lower(read(a)), lower(read(b)))
    assert found.equal is False
    assert found.point is not None


def test_standard_identities_of_small_matrices_do_not_fool() -> None:
    """S4(A, B, C, W) = 0 for all 2-by-2 matrices, and no identity of degree below 2n holds for n-by-n ones."""
    from itertools import permutations

    terms = []
    for order in permutations(range(4)):
        inversions = sum(order[i] > order[j] for i in range(4) for j in range(i + 1, 4))
        terms.append(("-" if inversions % 2 else "+") + "*".join("ABCW"[p] for p in order))
    standard = lower(read(" ".join(terms).removeprefix("+")))
    assert compare(standard, lower(read("zeros(n,n)"))).equal is False
    assert matrix_degree(standard) == 4


@pytest.mark.parametrize(
    ("a", "b", "structure"),
    [
        ("S", "S'", "symmetric"),
        ("S", "-S'", "skew"),
        ("S*W", "W*S", "diagonal"),
        ("S*S'", "eye(n)", "orthogonal"),
        ("det(S)^2", "1", "orthogonal"),
        ("S.*tril(n)", "S", "lower-triangular"),
        ("S.*triu(n)", "S", "upper-triangular"),
    ],
)
def test_structures_hold_at_every_point(a: str, b: str, structure: str, without_proofs: None) -> None:
    given = {"structures": {"S": structure, "W": structure}}
    assert compare(lower(read(a, **given)), lower(read(b, **given))).equal is True
    assert compare(lower(read(a)), lower(read(b))).equal is False


def test_an_orthogonal_matrix_may_have_determinant_minus_one() -> None:
    given = {"structures": {"S": "orthogonal"}}
    assert compare(lower(read("det(S)", **given)), lower(read("a/a", **given))).equal is False


def test_assumptions_hold_at_every_point(without_proofs: None) -> None:
    binary, probability = {"assume": {"y": "binary"}}, {"assume": {"y": "probability"}}
    assert compare(lower(read("y.*y", **binary)), lower(read("ones(n)", **binary))).equal is True
    assert compare(lower(read("sum(y)", **probability)), lower(read("a/a", **probability))).equal is True
    assert compare(lower(read("y", **binary)), lower(read("ones(n)", **binary))).equal is False


def test_the_chance_of_error_is_stated(without_proofs: None) -> None:
    found = compare(lower(read("inv(A*B)")), lower(read("inv(B)*inv(A)")))
    assert "Schwartz-Zippel" in found.basis
    assert "chance below 1e-" in found.basis


def test_sizes_are_different_and_at_least_three() -> None:
    given = list(assignments(("n", "m", "p"), 3, avoid={4}, even={"m"}))
    assert len(given) == 6
    for sizes in given:
        assert len(set(sizes.values())) == 3
        assert min(sizes.values()) >= 3
        assert 4 not in sizes.values()
        assert sizes["m"] % 2 == 0


def test_points_are_reproducible() -> None:
    tensors = [lower(read("X*x + A*y"))]
    first, second = (next(Samples(tensors, seed=7).points(3)) for _ in range(2))
    assert first.sizes == second.sizes
    assert all(np.array_equal(first.exact[name], second.exact[name]) for name in first.exact)
    other = next(Samples(tensors, seed=8).points(3))
    assert not np.array_equal(first.exact["X"], other.exact["X"])


def test_an_expression_without_value_is_undecided() -> None:
    found = compare(lower(read("inv(y*y')")), lower(read("inv(y*y')*2")))
    assert found.equal is None


def test_reordered_compound_axes_compare_as_plain_matrices() -> None:
    a, scope = parse("vec(X)", SHAPES)
    b, _ = parse("vec(X')", SHAPES)
    assert scope is not None
    found = equal(a, b)
    assert found.equal is False
    assert found.witness is not None
    ones = equal(parse("vec(ones(n,m))", SHAPES)[0], parse("vec(ones(m,n))", SHAPES)[0])
    assert ones


def test_expressions_of_other_sizes_are_not_equal() -> None:
    assert equal(read("A"), read("X")).equal is False
