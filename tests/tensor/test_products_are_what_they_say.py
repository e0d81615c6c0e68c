"""The constructor of products keeps the tensor's value, whatever it unifies, opens or leaves out."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tensordiff.tensor import Dim, Einsum, Symbol, Tensor, einsum
from tests.reference import value

SIZES = {"n": 3, "m": 2}
N, M = (Dim.named(name) for name in SIZES)


@st.composite
def networks(draw: st.DrawFn) -> tuple[list[tuple[Tensor, tuple[int, ...]]], tuple[int, ...], dict[int, Dim]]:
    """Factors on numbered indices, an output with repeats, and sizes of indices in no factor: the even ones n, the odd m."""
    sizes = {index: (N, M)[index % 2] for index in range(draw(st.integers(1, 4)))}
    place = st.sampled_from(sorted(sizes))
    factors: list[tuple[Tensor, tuple[int, ...]]] = []
    for number in range(draw(st.integers(0, 2))):
        indices = tuple(draw(st.lists(place, max_size=3)))
        factors.append((Symbol.make(f"T{number}", tuple(sizes[i] for i in indices)), indices))
    return factors, tuple(draw(st.lists(place, max_size=3))), sizes


def dense(factors: list[tuple[np.ndarray, tuple[int, ...]]], output: tuple[int, ...], sizes: dict[int, Dim]) -> np.ndarray:
    """The sum over all indices, entry by entry."""
    result = np.zeros([sizes[i].size(SIZES) for i in output])
    for point in np.ndindex(*(dim.size(SIZES) for dim in sizes.values())):
        result[tuple(point[i] for i in output)] += np.prod([array[tuple(point[i] for i in slots)] for array, slots in factors])
    return result


@given(networks(), st.data())
@settings(max_examples=100)
def test_value(
    network: tuple[list[tuple[Tensor, tuple[int, ...]]], tuple[int, ...], dict[int, Dim]], data: st.DataObject
) -> None:
    factors, output, sizes = network
    rng = np.random.default_rng(0)
    arrays = {node.name: rng.normal(size=[d.size(SIZES) for d in node.dims]) for node, _ in factors if isinstance(node, Symbol)}
    placed = [(arrays[node.name], indices) for node, indices in factors if isinstance(node, Symbol)]
    product = einsum(factors, output, sizes)
    expected = dense(placed, output, sizes)
    np.testing.assert_allclose(value(product, arrays, SIZES), expected, atol=1e-12)
    # Read again through another product, opened or not: axes in another order, one repeated, one put on a diagonal.
    axes = tuple(data.draw(st.permutations(range(product.rank))))
    again = einsum([(product, range(product.rank))], (*axes, *axes[:1]), flatten=data.draw(st.booleans()))
    turned = np.transpose(expected, axes)
    if axes:
        diagonal = np.zeros((*turned.shape, turned.shape[0]))
        for p in range(turned.shape[0]):
            diagonal[p, ..., p] = turned[p]
        turned = diagonal
    np.testing.assert_allclose(value(again, arrays, SIZES), turned, atol=1e-12)


def test_a_diagonal_times_a_size_is_no_bare_factor() -> None:
    """n * diag(diag(A)): two output axes, two indices, one factor."""
    a = Symbol.make("A", (N, N))
    product = einsum([(a, (0, 0))], (0, 0), {0: N, 1: N})
    assert isinstance(product, Einsum) and product.factors == ((a, (0, 0)),) and len(product.index_dims) == 2
