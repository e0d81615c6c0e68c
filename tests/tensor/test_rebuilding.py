"""A node made of other children is the same operation on them, for every kind of node; nothing is dropped in silence."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tensordiff.tensor import Node, Symbol, Tensor, digest, hash_of, postorder, rebuild, replace
from tests.reference import value
from tests.strategies import SIZES, TENSORS, values


@settings(max_examples=100, deadline=None)
@given(TENSORS, st.integers(0, 10**6))
def test_renamed_symbols_carry_their_values_with_them(node: Tensor, seed: int) -> None:
    symbols = [part for part in postorder([node]) if isinstance(part, Symbol)]
    renamed = {s: Symbol.make(s.name + "_new", s.dims, s.structure, s.assumption) for s in symbols}
    arrays = values(seed)
    moved = {**arrays, **{s.name + "_new": arrays[s.name] for s in symbols}}
    made = replace(node, renamed)
    assert not set(symbols) & set(postorder([made]))
    assert abs(value(node, arrays, SIZES) - value(made, moved, SIZES)).max() <= 1e-8 * (
        1 + abs(value(made, moved, SIZES)).max()
    )


@settings(max_examples=50, deadline=None)
@given(TENSORS)
def test_what_holds_nothing_that_is_replaced_stays_itself(node: Tensor) -> None:
    assert replace(node, {}) is node
    assert all(rebuild(part, part.children) is part for part in postorder([node]))


def test_a_kind_of_node_that_is_not_known_is_refused():
    class Other(Tensor):
        __slots__ = ()

    leaf = Symbol.make("a", ())
    key = digest("other")
    other = Other._interned(key, (leaf,), hash_of(key), key, dims=())
    with pytest.raises(TypeError, match="cannot be made of other children"):
        replace(other, {leaf: Symbol.make("b", ())})
    assert isinstance(replace(other, {}), Node)
