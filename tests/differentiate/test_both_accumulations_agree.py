"""Forward and reverse accumulation give the same tensor, which is the derivative, to second order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tensordiff.canonical import canonical
from tensordiff.differentiate import differentiate, pullback, pushforward
from tensordiff.errors import MissingRuleError
from tensordiff.functions import EXP, lookup
from tensordiff.tensor import (
    Apply,
    Dim,
    Function,
    Named,
    Symbol,
    Tensor,
    add,
    apply,
    einsum,
    is_zero,
    multiply,
    number,
    ones,
    postorder,
    total,
    zero,
)
from tests.differentiate.differences import by_symbol, central
from tests.reference import value
from tests.strategies import SIZES, SYMBOLS, TENSORS, A, C, S, U, X, values

VARIABLES = st.sampled_from([symbol for symbol in SYMBOLS if symbol is not S])


@settings(max_examples=80, deadline=None)
@given(TENSORS, VARIABLES)
def test_modes_agree_canonically(f: Tensor, x: Symbol) -> None:
    assume(f.rank + x.rank <= 5)
    forward, reverse = differentiate(f, x, "forward"), differentiate(f, x, "reverse")
    assert forward.dims == reverse.dims == f.dims + x.dims
    assert canonical(forward) is canonical(reverse)


@settings(max_examples=80, deadline=None)
@given(TENSORS, VARIABLES, st.sampled_from(["forward", "reverse"]))
def test_first_derivative_equals_complex_steps(f: Tensor, x: Symbol, mode: str) -> None:
    assume(f.rank + x.rank <= 5)
    arrays = values(3)
    expected = by_symbol(f, x, arrays, SIZES)
    found = value(differentiate(f, x, mode), arrays, SIZES)  # type: ignore[arg-type]
    np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-7 * (1 + abs(expected).max()))


@settings(max_examples=60, deadline=None)
@given(TENSORS, VARIABLES, VARIABLES)
def test_second_derivative_equals_differences_of_the_first(f: Tensor, x: Symbol, y: Symbol) -> None:
    assume(f.rank + x.rank + y.rank <= 5)
    arrays = values(4)
    first = differentiate(f, x)
    expected = by_symbol(first, y, arrays, SIZES)
    found = value(differentiate(first, y), arrays, SIZES)
    np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-7 * (1 + abs(expected).max()))


@settings(max_examples=40, deadline=None)
@given(TENSORS, st.sampled_from([A, C, U, X]))
def test_second_derivatives_of_scalars_are_symmetric(node: Tensor, x: Symbol) -> None:
    f = total(node)
    second = differentiate(differentiate(f, x), x)
    turned = einsum([(second, range(second.rank))], (*range(x.rank, 2 * x.rank), *range(x.rank)))
    assert canonical(second) is canonical(turned)


@settings(max_examples=60, deadline=None)
@given(TENSORS, VARIABLES)
def test_products_with_derivatives(f: Tensor, x: Symbol) -> None:
    """The pullback and the pushforward are the derivative contracted from either side."""
    assume(f.rank + x.rank <= 4)
    arrays = values(5)
    rng = np.random.default_rng(0)
    g = Symbol.make("g", f.dims)
    d = Symbol.make("d", x.dims)
    arrays["g"] = rng.normal(size=[dim.size(SIZES) for dim in f.dims])
    arrays["d"] = rng.normal(size=[dim.size(SIZES) for dim in x.dims])
    full = value(differentiate(f, x), arrays, SIZES)
    down = value(pullback(f, x, g), arrays, SIZES)
    np.testing.assert_allclose(down, np.tensordot(arrays["g"], full, f.rank), rtol=1e-8, atol=1e-8 * (1 + abs(full).max()))
    along = value(pushforward(f, x, d), arrays, SIZES)
    np.testing.assert_allclose(along, np.tensordot(full, arrays["d"], x.rank), rtol=1e-8, atol=1e-8 * (1 + abs(full).max()))


@settings(max_examples=40, deadline=None)
@given(TENSORS, TENSORS, VARIABLES)
def test_linear_and_product_rules(f: Tensor, g: Tensor, x: Symbol) -> None:
    if f.dims != g.dims:
        f, g = total(f), total(g)
    assume(f.rank + x.rank <= 5)
    df, dg = differentiate(f, x), differentiate(g, x)
    assert canonical(differentiate(add([(2, f), (-3, g)]), x)) is canonical(add([(2, df), (-3, dg)]))
    i, k = tuple(range(f.rank)), tuple(range(f.rank, f.rank + x.rank))
    expected = add([(1, einsum([(df, i + k), (g, i)], i + k)), (1, einsum([(f, i), (dg, i + k)], i + k))])
    assert canonical(differentiate(multiply(f, g), x)) is canonical(expected)


def test_a_variable_that_is_not_there_gives_the_typed_zero() -> None:
    f = einsum([(A, "ij"), (U, "j")], "i")
    for mode in ("forward", "reverse", None):
        derivative = differentiate(f, X, mode)  # type: ignore[arg-type]
        assert is_zero(derivative) and derivative.dims == U.dims + X.dims


def test_the_variable_itself_and_powers_of_it() -> None:
    for x in (C, U, X):
        derivative = value(differentiate(x, x), values(0), SIZES)
        size = int(np.prod(derivative.shape[: x.rank], dtype=int))
        np.testing.assert_array_equal(derivative.reshape(size, size), np.eye(size))


def test_an_inner_node_can_be_varied_by_itself() -> None:
    """The partial derivative by a part, with everything that is not made from it held fixed."""
    part = einsum([(A, "ij"), (U, "j")], "i")
    f = einsum([(apply(EXP, part), "i"), (U, "i"), (part, "i")], "")
    for mode in ("forward", "reverse"):
        found = value(differentiate(f, part, mode), values(0), SIZES)  # type: ignore[arg-type]
        arrays = values(0)
        p, u = arrays["A"] @ arrays["u"], arrays["u"]
        np.testing.assert_allclose(found, u * np.exp(p) * (1 + p))


def test_names_are_looked_through() -> None:
    named = Named.make("y", einsum([(A, "ij"), (U, "j")], "i"))
    f = einsum([(named, "i"), (named, "i")], "")
    plain = einsum([(named.definition, "i"), (named.definition, "i")], "")
    for mode in ("forward", "reverse"):
        assert canonical(differentiate(f, U, mode)) is canonical(differentiate(plain, U, mode))  # type: ignore[arg-type]


class _Ruleless(Function):
    name = "mystery"
    elementwise = True

    def evaluate(self, ops: object, *arguments: object) -> object:
        raise AssertionError("not evaluated")


@pytest.mark.parametrize("mode", ["forward", "reverse"])
def test_a_missing_rule_raises_and_is_never_zero(mode: str) -> None:
    f = einsum([(Apply.make(_Ruleless(), (U,)), "i")], "")
    with pytest.raises(MissingRuleError, match="mystery"):
        differentiate(f, U, mode)  # type: ignore[arg-type]
    assert is_zero(differentiate(f, A, mode))  # type: ignore[arg-type]


def test_graphs_stay_shared() -> None:
    """Repeated squaring: 2^60 products as a tree; linear here, in both modes and for the second derivative."""
    node: Tensor = C
    for _ in range(60):
        node = multiply(node, node, apply(lookup("cos"), node))
    for mode in ("forward", "reverse"):
        first = differentiate(node, C, mode)  # type: ignore[arg-type]
        assert len(postorder([first])) < 2000
        assert len(postorder([differentiate(first, C, mode)])) < 20_000  # type: ignore[arg-type]


def test_deep_and_long_expressions() -> None:
    """A nest of 3,000 functions, a product of 3,000 matrices: no recursion, linear cost."""
    node: Tensor = U
    for k in range(3000):
        node = apply(lookup("tanh" if k % 2 else "sin"), node)
    assert len(postorder([differentiate(einsum([(node, "i")], ""), U)])) < 60_000
    product: Tensor = A
    for _ in range(3000):
        product = einsum([(product, "ij"), (A, "jk")], "ik")
    trace = einsum([(product, "ii")], "")
    assert len(postorder([differentiate(trace, A)])) < 60_000


def test_kinks_have_their_one_sided_derivatives() -> None:
    n = Dim.named("n")
    x = Symbol.make("x", (n,))
    at = np.array([0.5, -0.7, 1.2])
    for name in ("abs", "relu", "sign", "step"):
        f = apply(lookup(name), x)
        found = value(differentiate(f, x), {"x": at}, {"n": 3})
        expected = central(lambda moved, f=f: value(f, {"x": moved}, {"n": 3}), at)  # type: ignore[misc]
        np.testing.assert_allclose(found, expected, atol=1e-8)


def test_constants() -> None:
    assert is_zero(differentiate(number(3), C))
    assert is_zero(differentiate(ones((U.dims[0],)), U))
    assert differentiate(zero(X.dims), U).dims == X.dims + U.dims
