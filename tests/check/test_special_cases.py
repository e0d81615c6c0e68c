"""Sizes made equal, matrices made numbers, degrees: what the grades and bounds rest on."""

from __future__ import annotations

import pytest

from tensordiff.check.problem import split_where
from tensordiff.check.specialise import identified, identified_scope, renamings, scalar_scope, scalarised
from tensordiff.errors import ShapeError
from tensordiff.evidence.sampling.degree import degree, is_rational
from tensordiff.evidence.sampling.sizes import expanded_size
from tensordiff.lower import lower
from tensordiff.matrix import shape_text, text
from tensordiff.parse import parse, parse_matrix

SHAPES = {"A": "n m", "B": "m m", "V": "n n", "x": "n", "a": ""}
WHERE = {"P": "inv(V)*A"}


def test_sizes_made_equal_let_more_conform() -> None:
    f, scope = parse("tr(A'*P)", SHAPES, where=WHERE)
    with pytest.raises(ShapeError):
        parse_matrix("A*V", scope)
    renaming, words = next(iter(renamings(scope)))
    assert words == "m = n"
    special = identified_scope(scope, renaming)
    assert shape_text(parse_matrix("A*V", special).shape) == "m-by-m"
    assert text(identified(f, renaming)) == text(f)
    assert identified(f, renaming).shape == ()


def test_matrices_made_numbers() -> None:
    _, scope = parse("tr(A'*P)", SHAPES, where=WHERE)
    numbers = scalar_scope(scope)
    assert parse_matrix("A*V*x' + kron(A, B) + n*eye(m)", numbers).is_scalar
    assert scalarised(parse_matrix("det(B)*tr(V)", scope)).is_scalar


def test_degrees_bound_rational_functions() -> None:
    _, scope = parse("a", SHAPES)
    sizes = {"n": 4, "m": 3}

    def of(formula: str) -> tuple[int, int] | None:
        return degree(lower(parse_matrix(formula, scope)), sizes)

    assert of("A*B") == (2, 0)
    assert of("det(V)") == (4, 0)
    assert of("inv(V)") == (3, 4)
    assert of("x'*inv(V)*x/a") == (5, 5)
    assert of("exp(a)") is None
    assert is_rational(lower(parse_matrix("V^n*det(V)^-2*pi", scope)))
    assert not is_rational(lower(parse_matrix("a^(1/2)", scope)))


def test_the_size_of_an_expansion_is_foreseen() -> None:
    _, scope = parse("a", SHAPES)
    small = expanded_size(lower(parse_matrix("A*B", scope)))
    large = expanded_size(lower(parse_matrix("*".join(["(V + 2*V')"] * 40), scope)))
    assert small < 10
    assert large > 10**6


def test_parts_are_told_apart_by_who_needs_them() -> None:
    where = {"P": "inv(V)", "Q": "P*A", "R": "A*A"}
    assert split_where("tr(Q)", where) == ({"P": "inv(V)", "Q": "P*A"}, {"R": "A*A"})
