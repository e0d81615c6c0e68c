"""Laws of the canonical form: it keeps the value, is idempotent, and does not depend on the presentation."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tensordiff.canonical import canonical
from tensordiff.functions import INVERSE, MATRIX_POWER
from tensordiff.tensor import Einsum, Sum, Tensor, add, apply, bottom_up, einsum, identity, number, permute, rebuild
from tests.reference import value
from tests.strategies import SIZES, TENSORS, A, B, S, X, values


def _same(first: Tensor, second: Tensor, seed: int = 0) -> None:
    arrays = values(seed)
    np.testing.assert_allclose(value(first, arrays, SIZES), value(second, arrays, SIZES), rtol=1e-8, atol=1e-8)


@settings(max_examples=150, deadline=None)
@given(TENSORS, st.booleans(), st.booleans())
def test_keeps_the_value(node: Tensor, distribute: bool, define: bool) -> None:
    _same(node, canonical(node, distribute=distribute, define=define))


@settings(max_examples=100, deadline=None)
@given(TENSORS)
def test_is_idempotent(node: Tensor) -> None:
    once = canonical(node)
    assert canonical(once) is once


def _shuffled(node: Tensor, seed: int) -> Tensor:
    """The same tensor with factors, terms and index names in another order."""
    rng = random.Random(seed)

    def visit(old: Tensor, children: tuple[Tensor, ...]) -> Tensor:
        if isinstance(old, Einsum):
            factors = [(child, indices) for child, (_, indices) in zip(children, old.factors, strict=True)]
            rng.shuffle(factors)
            names = list(range(len(old.index_dims)))
            rng.shuffle(names)
            return einsum(
                [(f, tuple(names[i] for i in indices)) for f, indices in factors],
                tuple(names[i] for i in old.output),
                {names[i]: d for i, d in enumerate(old.index_dims)},
            )
        if isinstance(old, Sum):
            terms = list(zip(old.coefficients, children, strict=True))
            rng.shuffle(terms)
            return add(terms, old.dims)
        return rebuild(old, children)

    return bottom_up(node, visit)


@settings(max_examples=150, deadline=None)
@given(TENSORS, st.integers(0, 10**6))
def test_does_not_depend_on_the_presentation(node: Tensor, seed: int) -> None:
    assert canonical(_shuffled(node, seed)) is canonical(node)


@settings(max_examples=60, deadline=None)
@given(TENSORS, TENSORS)
def test_equal_forms_have_equal_values(first: Tensor, second: Tensor) -> None:
    if first.dims == second.dims and canonical(first) is canonical(second):
        _same(first, second, seed=1)


def _product(*factors: Tensor) -> Tensor:
    return einsum([(f, (p, p + 1)) for p, f in enumerate(factors)], (0, len(factors)))


def _inverse(node: Tensor) -> Tensor:
    return apply(INVERSE, node)


def _transposed(node: Tensor) -> Tensor:
    return permute(node, (1, 0))


EQUAL = {
    "A inv(A) = I": (_product(A, _inverse(A)), identity(A.dims[:1])),
    "inside a word": (_product(B, A, _inverse(A), B, B), apply(MATRIX_POWER, B, number(3))),
    "inverse of a product": (_inverse(_product(A, B)), _product(_inverse(B), _inverse(A))),
    "inverse of a transpose": (_inverse(_transposed(A)), _transposed(_inverse(A))),
    "inverse of a symmetric matrix": (_transposed(_inverse(S)), _inverse(S)),
    "inverse of a symmetric word": (
        _transposed(_inverse(_product(_transposed(X), S, X))),
        _inverse(_product(_transposed(X), S, X)),
    ),
    "a word beside its inverse": (
        _product(X, _inverse(_product(_transposed(X), A, X)), _transposed(X), A, X),
        X,
    ),
    "a sum beside its inverse": (
        _product(_inverse(add([(1, A), (2, B)])), add([(1, A), (2, B)]), X),
        X,
    ),
    "transpose of a product": (_transposed(_product(A, S, B)), _product(_transposed(B), S, _transposed(A))),
    "trace is cyclic": (
        einsum([(A, "ij"), (B, "jk"), (S, "ki")], ""),
        einsum([(S, "ij"), (A, "jk"), (B, "ki")], ""),
    ),
    "trace of the transpose": (
        einsum([(A, "ij"), (B, "jk"), (S, "ki")], ""),
        einsum([(S, "ij"), (B, "kj"), (A, "ik")], ""),
    ),
    "powers merge": (
        _product(apply(MATRIX_POWER, A, number(-3)), apply(MATRIX_POWER, A, number(2))),
        _inverse(A),
    ),
}


@pytest.mark.parametrize("name", EQUAL)
def test_identities(name: str) -> None:
    first, second = EQUAL[name]
    _same(first, second)
    _same(first, canonical(first))
    assert canonical(first) is canonical(second)


DIFFERENT = {
    "transpose": (A, _transposed(A)),
    "order": (_product(A, B), _product(B, A)),
    "inverse of another word": (_product(_inverse(_product(_transposed(X), A, X)), _transposed(X), B, X), identity(X.dims[1:])),
    "trace in another order": (
        einsum([(A, "ij"), (B, "jk"), (S, "kl"), (A, "lm"), (B, "mi")], ""),
        einsum([(A, "ij"), (S, "jk"), (B, "kl"), (A, "lm"), (B, "mi")], ""),
    ),
    "Hadamard and matrix square": (einsum([(A, "ij"), (A, "ij")], "ij"), _product(A, A)),
}


@pytest.mark.parametrize("name", DIFFERENT)
def test_different_tensors_keep_different_forms(name: str) -> None:
    first, second = DIFFERENT[name]
    assert canonical(first) is not canonical(second)


def test_symmetric_networks_cost_no_search() -> None:
    """Six disjoint equal components, and a complete graph of equal factors."""
    parts = [(X, (f"i{k}", f"a{k}")) for k in range(6)] + [(X, (f"i{k}", f"b{k}")) for k in range(6)]
    assert canonical(einsum(parts, ())) is canonical(einsum(parts[::-1], ()))
    indices = "ijklm"
    complete = [(S, (a, b)) for a in indices for b in indices if a < b]
    assert canonical(einsum(complete, ())) is canonical(einsum(complete[::-1], ()))


def test_long_products_are_linear() -> None:
    node = A
    for k in range(1500):
        node = _product(node, B if k % 2 else A)
    assert len(canonical(node).factors) == 1501 - 1  # the two leading A make one square
