"""Polynomials in sizes that agree at the sizes tried first are not equal: they are compared at more sizes than their degree."""

from __future__ import annotations

from itertools import islice
from math import comb
from random import Random

import pytest

import tensordiff as td
from tensordiff.evidence.sampling.size_degree import size_degrees
from tensordiff.evidence.sampling.sizes import lattice

SHAPES = {"A": "n m", "S": "n n", "x": "n", "a": ""}


def vanishing(name: str, count: int, start: int = 3) -> str:
    """A polynomial that is zero at so many sizes from 3 on."""
    return "*".join(f"({name} - {start + k})" for k in range(count))


@pytest.mark.parametrize("count", [1, 2, 3, 4, 6])
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("({p} + 1)*A", "A"), ("A/({p} + 1)", "A"), ("a^({p})", "1"), ("S^(({p})^2 + 1)", "S"),
        ("kron(A, ({p})*A)", "0*kron(A, A)"),
        ("tr(eye(n*m))*({p})", "0"), ("exp(({p})*x)", "ones(n)"), ("expm(S)*expm(-S)*(1 + {p})", "eye(n)"),
        ("log(2 + ({p})^2)*x", "log(2)*x"), ("x/(1 + ({p})^2)", "x"),
    ],
)  # fmt: skip
def test_a_polynomial_with_roots_at_small_sizes(one: str, other: str, count: int) -> None:
    p = vanishing("n", count)
    assert td.equal(one.format(p=p), other, shapes=SHAPES).equal in (False, None)
    if count <= 3:
        assert td.equal(one.format(p=p), other, shapes=SHAPES).equal is False


def test_two_sizes_together() -> None:
    p = f"{vanishing('n', 3)}*{vanishing('m', 3)}*(n + m - 7)"
    assert td.equal(f"({p})*A", "0*A", shapes=SHAPES).equal is False
    assert td.equal("(n*m - 12)*(n + m - 7)*A", "0*A", shapes=SHAPES).equal is False


@pytest.mark.parametrize("seed", range(8))
def test_random_polynomials(seed: int) -> None:
    """Multiplied out they are equal; with one coefficient changed they are not."""
    random = Random(seed)
    roots = [random.randint(2, 9) for _ in range(3)]
    coefficients = [1]
    for root in roots:
        shifted = [*coefficients, 0]
        coefficients = [c - root * d for c, d in zip(shifted, [0, *coefficients], strict=True)]
    factored = "*".join(f"(n - {root})" for root in roots)

    def expanded(c: list[int]) -> str:
        return " + ".join(f"({k})*n^{len(c) - 1 - place}" for place, k in enumerate(c))

    assert td.equal(f"({factored})*A", f"({expanded(coefficients)})*A", shapes=SHAPES)
    changed = [*coefficients]
    changed[random.randrange(4)] += 1
    assert td.equal(f"({factored})*A", f"({expanded(changed)})*A", shapes=SHAPES).equal is False


@pytest.mark.parametrize(
    "claim", ["(1 + (n - 3)*(n - 4)*(n - 5))*A'", "A'/(1 + (n - 3)*(n - 4)*(n - 5))", "A' + (n - 3)*(n - 4)*(n - 5)*A"]
)
def test_claims(claim: str) -> None:
    verdict = td.check(claim, "tr(A*A)/2", "A", shapes={"A": "n n"})
    assert verdict.status == "wrong"
    assert verdict.witness is not None


def test_what_is_true_for_every_size_stays_right() -> None:
    for one, other in [
        ("sum(ones(n, m))", "n*m"), ("tr(eye(n))^3*A", "n^3*A"), ("expm(S)*expm(-S)*n^4", "n^4*eye(n)"),
        ("(n + 1)*(n - 1)*expm(S)*x", "(n^2 - 1)*expm(S)*x"), ("sum(tril(n))", "n*(n + 1)/2"),
    ]:  # fmt: skip
        assert td.equal(one, other, shapes=SHAPES), (one, other)


@pytest.mark.parametrize(("each", "total"), [((2,), 2), ((1, 1), 2), ((2, 3), 3), ((3, 3, 3), 3), ((1, 2, 0), 2)])
def test_the_lattice_has_a_point_for_every_coefficient(each: tuple[int, ...], total: int) -> None:
    names = [f"n{k}" for k in range(len(each))]
    found = list(lattice(names, dict(zip(names, each, strict=True)), total, 3))
    assert len({tuple(sorted(sizes.items())) for sizes in found}) == len(found)
    if all(degree >= total for degree in each):
        assert len(found) == comb(total + len(each), total)
    for name, degree in zip(names, each, strict=True):
        assert len({sizes[name] for sizes in found}) == min(degree, total) + 1


def test_sizes_that_are_given_are_avoided() -> None:
    found = list(islice(lattice(["n"], {"n": 3}, 3, 3, {4}), 4))
    assert [sizes["n"] for sizes in found] == [3, 5, 6, 7]


@pytest.mark.parametrize(
    ("text", "degree"),
    [("A", 0), ("n^3*A", 3), ("A/n", 1), ("A/(n + 1)", 1), ("n*A + n^2*A", 2), ("n*A/n^3", 2), ("(n + m)*A", 1)],
)
def test_degrees_of_the_difference(text: str, degree: int) -> None:
    f, plain = (td.parse(part, shapes=SHAPES).tensor for part in (text, "A"))
    assert size_degrees(f, plain, ["n", "m"]).each.get("n", 0) == degree
    assert size_degrees(f, f, ["n", "m"]).each.get("n", 0) == (1 if "+ n" in text or "+ m" in text else 0)


@pytest.mark.parametrize(
    ("one", "other"), [("pi*x", "pi*x + x"), ("pi", "pi + 1/1000"), ("pi*A", "3.14159265*A"), ("pi^2*x", "10*x")]
)
def test_differences_beside_pi_are_shown(one: str, other: str) -> None:
    found = td.equal(one, other, shapes=SHAPES)
    assert found.equal is False
    assert found.witness is not None
    assert str(found)


@pytest.mark.parametrize(
    ("text", "each"),
    [
        ("A/((n + 1)*(n + 2))", {"n": 2}), ("A/(n + 1) + A/(n + 1)^2", {"n": 2}), ("A/(n + 1)^3", {"n": 3}),
        ("(n + 2)*A/(n + 1)", {"n": 1}), ("(n*m)^2*A", {"n": 2, "m": 2}), ("A/(1/n + 1)", {"n": 1}),
        ("A/((n + 1)*(m + 1))", {"n": 1, "m": 1}), ("A/(n + 1)*tr(S)/(n + 1)", {"n": 2}), ("a^(n^2)*A", {"n": 2}),
        ("a^(n^3 + n)*A", {"n": 3}), ("A/(n + 1) + A/(m + 1)", {"n": 1, "m": 1}), ("exp(n*a)*A", {"n": 1}),
        ("x'*x*A", {}), ("(n + 1)^4*A", {"n": 4}), ("tr(inv(S)*inv(S + eye(n)))*A", {"n": 1}),
    ],
)  # fmt: skip
def test_degrees_are_those_of_the_functions_written(text: str, each: dict[str, int]) -> None:
    f, plain = (td.parse(part, shapes=SHAPES).tensor for part in (text, "A"))
    found = size_degrees(f, plain, ["n", "m"])
    assert dict(found.each) == each
    assert found.total == sum(each.values())


def test_exponents_that_agree_at_small_sizes() -> None:
    assert td.equal("a^(n^3 + 47*n)", "a^(12*n^2 + 60)", shapes=SHAPES).equal is False
    assert td.equal("S^(n^3 + 47*n)", "S^(12*n^2 + 60)", shapes=SHAPES).equal in (False, None)
