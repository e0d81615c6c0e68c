"""Direct evaluation gives what NumPy gives, for every product and every way to be wrong."""

from __future__ import annotations

import time
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings

from tensordiff.errors import EvaluationError
from tensordiff.evaluate.double import NumpyOps
from tensordiff.evaluate.interpret import exact_value, interpret
from tensordiff.functions import ELEMENTWISE, INVERSE, LOG, LOGDET, LOGM, POWER, SQRTM, matrix_power, power
from tensordiff.tensor import (
    Dim,
    Named,
    Symbol,
    Tensor,
    add,
    apply,
    einsum,
    identity,
    multiply,
    number,
    ones,
    scale,
    size,
    total,
    zero,
)
from tests.reference import value
from tests.strategies import SIZES, SYMBOLS, TENSORS, values

N, M, P = (Dim.named(name) for name in "nmp")
A = Symbol.make("A", (N, N))
X = Symbol.make("X", (N, M))
U = Symbol.make("u", (N,))
C = Symbol.make("c", ())


def _run(*nodes: Tensor, arrays: dict[str, np.ndarray] | None = None) -> list[np.ndarray]:
    return interpret(nodes, values(0) if arrays is None else arrays, SIZES, NumpyOps())


@settings(max_examples=150, deadline=None)
@given(TENSORS)
def test_random_expressions(node: Tensor) -> None:
    np.testing.assert_allclose(_run(node)[0], value(node, values(0), SIZES), rtol=1e-9, atol=1e-9)


PRODUCTS = [
    einsum([(A, "ii")], ""),
    einsum([(A, "ii")], "i"),
    einsum([(A, "ij"), (A, "ij"), (U, "j")], "ji"),
    einsum([(U, "i")], "ii"),
    einsum([(U, "i"), (U, "j")], "iijj"),
    einsum([(U, "i")], "jik", {"j": M, "k": P}),
    einsum([(C, ()), (X, "ij")], "jikk", {"k": P}),
    einsum([], "iji", {"i": N, "j": M}),
    einsum([], "", {"i": N, "j": M}),
    einsum([(U, "i")], "", {"k": P}),
    einsum([(A, "ij"), (X, "kl")], "kj"),
    einsum([(A, "ij"), (A, "jk"), (A, "ki"), (U, "i")], ""),
    einsum([(A, "ab"), (A, "bc"), (A, "cd"), (A, "da"), (U, "a"), (U, "c")], "a"),
    identity((N, M)),
    ones((N, M)),
    zero((N, P)),
    number(Fraction(7, 3)),
    size(Dim.triangular(N)),
    add([(2, A), (Fraction(-1, 3), einsum([(A, "ij")], "ji"))]),
    Named.make("F", apply(INVERSE, A)),
    total(X),
]


@pytest.mark.parametrize("node", PRODUCTS, ids=range(len(PRODUCTS)))
def test_products(node: Tensor) -> None:
    result = _run(node)[0]
    assert result.shape == tuple(dim.size(SIZES) for dim in node.dims)
    np.testing.assert_allclose(result, value(node, values(0), SIZES), rtol=1e-12)


def test_outputs_share_their_parts_and_keep_their_order() -> None:
    inverse = apply(INVERSE, A)
    first, second, again = _run(inverse, total(inverse), inverse)
    np.testing.assert_allclose(first, again)
    np.testing.assert_allclose(second, first.sum())


def test_more_indices_than_letters() -> None:
    chain = einsum([(A, (i, i + 1)) for i in range(120)], (0, 120))
    small = {"A": values(0)["A"] / 4}
    np.testing.assert_allclose(_run(chain, arrays=small)[0], np.linalg.matrix_power(small["A"], 120), rtol=1e-9)


def test_a_product_of_thousands_of_matrices_is_quick() -> None:
    rotation = np.array([[0.6, -0.8, 0], [0.8, 0.6, 0], [0, 0, 1]])
    chain = einsum([(A, (i, i + 1)) for i in range(5000)], (0, 5000))
    start = time.perf_counter()
    (result,) = _run(chain, arrays={"A": rotation})
    assert time.perf_counter() - start < 10
    np.testing.assert_allclose(result, np.linalg.matrix_power(rotation, 5000), atol=1e-9)


def test_overflow_is_an_error() -> None:
    chain = einsum([(A, (i, i + 1)) for i in range(2000)], (0, 2000))
    with pytest.raises(EvaluationError, match="too large"):
        _run(chain, arrays={"A": np.array([[9.0, -9, 8], [-7, 6, 5], [4, 3, -2]])})


def test_a_nest_of_thousands_of_functions() -> None:
    node: Tensor = X
    for _ in range(2000):
        node = apply(ELEMENTWISE["tanh"], node)
    assert np.all(np.isfinite(_run(node)[0]))


def test_outer_products_are_not_formed_before_they_shrink() -> None:
    """u_i v_j w_k ... summed over everything: each vector is summed by itself."""
    product = einsum([(U, (i,)) for i in range(40)], ())
    np.testing.assert_allclose(_run(product)[0], values(0)["u"].sum() ** 40, rtol=1e-9)


def test_exponents_that_depend_on_sizes_are_exact() -> None:
    ops = NumpyOps(SIZES)
    assert exact_value(add([(2, size(N)), (-1, multiply(size(M), size(P)))]), ops) == 2 * 3 - 2 * 4
    assert exact_value(size(Dim.triangular(N)), ops) == 6
    assert exact_value(C, ops) is None
    np.testing.assert_allclose(
        _run(matrix_power(A, size(M)))[0], np.linalg.matrix_power(values(0)["A"], SIZES["m"]), rtol=1e-12
    )


def test_missing_and_misshapen_inputs_are_named() -> None:
    with pytest.raises(EvaluationError, match="no value given for X"):
        _run(X, arrays={})
    with pytest.raises(EvaluationError, match=r"X is n-by-m, here \(3, 2\), but the array given has shape \(2, 3\)"):
        _run(X, arrays={"X": np.ones((2, 3))})
    with pytest.raises(EvaluationError, match="size n"):
        interpret([X], {"X": np.ones((3, 2))}, {"m": 2}, NumpyOps())


SINGULAR = {"A": np.ones((3, 3)), "u": np.array([1.0, 0.0, -1.0])}


@pytest.mark.parametrize(
    "node",
    [
        apply(INVERSE, A),
        apply(LOGDET, A),
        matrix_power(A, -2),
        LOG(U),
        power(U, -1),
        power(U, Fraction(1, 2)),
        power(U, Fraction(2, 3)),
        apply(ELEMENTWISE["arcosh"], scale(Fraction(1, 2), U)),
        apply(SQRTM, scale(-1, identity((N,)))),
        apply(LOGM, scale(-1, A)),
        apply(POWER, A, C),
    ],
    ids=lambda node: repr(node),
)
def test_values_outside_the_domain_raise(node: Tensor) -> None:
    arrays = {**SINGULAR, "c": np.array(0.5)}
    if any(symbol.name == "c" for symbol in _symbols(node)):
        arrays["A"] = -np.ones((3, 3))
    with pytest.raises(EvaluationError):
        _run(node, arrays=arrays)


def _symbols(node: Tensor) -> list[Symbol]:
    from tensordiff.tensor import postorder

    return [part for part in postorder([node]) if isinstance(part, Symbol)]


def test_every_symbol_of_the_strategies_has_a_value() -> None:
    assert {symbol.name for symbol in SYMBOLS} == set(values(0))
