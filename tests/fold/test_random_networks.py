"""Every network folds to a matrix of the right value, or is refused."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tensordiff.errors import FoldError
from tensordiff.fold import fold
from tensordiff.lower import lower
from tensordiff.matrix import text
from tensordiff.tensor import Dim, Structure, Symbol, Tensor, add, einsum, postorder
from tests.reference import value

SIZES = {"n": 4, "m": 3, "p": 2, "q": 5}
DIMS = [Dim.named(name) for name in SIZES]


def arrays(tensor: Tensor, seed: int = 0) -> dict[str, np.ndarray]:
    """Values for the symbols of a tensor, symmetric where they are declared so."""
    rng = np.random.default_rng(seed)
    found = {}
    for node in postorder([tensor]):
        if isinstance(node, Symbol):
            array = rng.uniform(0.5, 1.5, [dim.size(SIZES) for dim in node.dims])
            found[node.name] = array + array.T if node.structure.symmetric else array
    return found


def check(tensor: Tensor, rows: Sequence[int], columns: Sequence[int]) -> None:
    """The folded matrix has the groups asked for and the tensor's value."""
    matrix = fold(tensor, rows, columns)
    order = (*rows, *columns)
    assert matrix.dims == tuple(tensor.dims[axis] for axis in order)
    assert len(matrix.rows) == len(rows)
    values = arrays(tensor)
    expected = np.transpose(value(tensor, values, SIZES), order)
    np.testing.assert_allclose(value(lower(matrix), values, SIZES), expected, rtol=1e-9, atol=1e-9, err_msg=text(matrix))


@st.composite
def factors(draw: st.DrawFn, dims: Sequence[Dim], most: int) -> list[tuple[Tensor, tuple[int, ...]]]:
    """Matrices, symmetric matrices and vectors on random indices."""
    found: list[tuple[Tensor, tuple[int, ...]]] = []
    place = st.integers(0, len(dims) - 1)
    for number in range(draw(st.integers(0, most))):
        kind = draw(st.sampled_from("MMMMvvS"))
        i, j = draw(place), draw(place)
        if kind == "v":
            found.append((Symbol.make(f"v{number}", (dims[i],)), (i,)))
        elif kind == "S" and dims[i] is dims[j]:
            found.append((Symbol.make(f"S{number}", (dims[i], dims[j]), Structure.SYMMETRIC), (i, j)))
        else:
            found.append((Symbol.make(f"M{number}", (dims[i], dims[j])), (i, j)))
    return found


@st.composite
def networks(draw: st.DrawFn, terminals: int) -> tuple[Tensor, list[int], list[int]]:
    """A product with some open indices, perhaps repeated, and its rows and columns in any order."""
    dims = draw(st.lists(st.sampled_from(DIMS), min_size=1, max_size=6))
    placed = draw(factors(dims, 7))
    output = draw(st.lists(st.integers(0, len(dims) - 1), min_size=terminals, max_size=terminals))
    axes = draw(st.permutations(range(terminals)))
    cut = draw(st.integers(0, terminals))
    return einsum(placed, output, dict(enumerate(dims))), list(axes[:cut]), list(axes[cut:])


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 4).flatmap(networks))
def test_value_of_up_to_four_terminals(case: tuple[Tensor, list[int], list[int]]) -> None:
    with suppress(FoldError):
        check(*case)


@settings(max_examples=60, deadline=None)
@given(st.integers(5, 6).flatmap(networks))
def test_value_of_more_terminals(case: tuple[Tensor, list[int], list[int]]) -> None:
    with suppress(FoldError):
        check(*case)


@st.composite
def series_parallel(draw: st.DrawFn) -> Tensor:
    """A closed network of treewidth at most two, grown from one vertex: a new index is tied to one old one, or to the two
    ends of an old edge."""
    dims = [draw(st.sampled_from(DIMS))]
    ends: list[tuple[int, int]] = []
    for _ in range(draw(st.integers(0, 9))):
        dims.append(draw(st.sampled_from(DIMS)))
        new = len(dims) - 1
        if ends and draw(st.booleans()):
            a, b = draw(st.sampled_from(ends))
            ends += [(a, new), (new, b)]
        else:
            ends.append((draw(st.integers(0, new - 1)), new))
    doubled = draw(st.lists(st.sampled_from(ends), max_size=3)) if ends else []
    loops = [(v, v) for v in draw(st.lists(st.integers(0, len(dims) - 1), max_size=2))]
    placed: list[tuple[Tensor, tuple[int, ...]]] = []
    for number, (a, b) in enumerate([*ends, *doubled, *loops]):
        i, j = (a, b) if draw(st.booleans()) else (b, a)
        placed.append((Symbol.make(f"M{number}", (dims[i], dims[j])), (i, j)))
    weighted = draw(st.lists(st.integers(0, len(dims) - 1), max_size=3))
    placed += [(Symbol.make(f"v{number}", (dims[v],)), (v,)) for number, v in enumerate(weighted)]
    return einsum(placed, (), dict(enumerate(dims)))


@settings(max_examples=80, deadline=None)
@given(series_parallel())
def test_every_closed_network_of_treewidth_two_folds(tensor: Tensor) -> None:
    check(tensor, (), ())


@settings(max_examples=60, deadline=None)
@given(st.data(), st.integers(0, 4))
def test_value_of_sums(data: st.DataObject, rank: int) -> None:
    """Sums of products over a few symbols, which share factors: what is collected keeps the value."""
    dims = [data.draw(st.sampled_from(DIMS[:2])) for _ in range(rank)]
    n, m = DIMS[:2]
    shapes = {"A": (n, m), "B": (m, n), "C": (n, n), "D": (m, m), "E": (n, n), "x": (n,), "y": (m,), "a": ()}
    symbols = [Symbol.make(name, shape) for name, shape in shapes.items()]
    terms = []
    for _ in range(data.draw(st.integers(2, 6))):
        inner = data.draw(st.lists(st.sampled_from(DIMS[:2]), max_size=3))
        pool = dict(enumerate([*dims, *inner]))
        placed = []
        for node in data.draw(st.lists(st.sampled_from(symbols), max_size=5)):
            fitting = [[v for v, dim in pool.items() if dim is axis] for axis in node.dims]
            if all(fitting):
                placed.append((node, tuple(data.draw(st.sampled_from(places)) for places in fitting)))
        terms.append((data.draw(st.integers(-3, 3)), einsum(placed, range(rank), pool)))
    axes = data.draw(st.permutations(range(rank)))
    cut = data.draw(st.integers(0, rank))
    with suppress(FoldError):
        check(add(terms, dims), axes[:cut], axes[cut:])
