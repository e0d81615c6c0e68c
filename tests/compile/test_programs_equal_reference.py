"""Programs compute what the plain interpreter computes: random graphs of products, sums and functions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tensordiff.compile import compile_program
from tensordiff.functions import EXP, INVERSE, LOGDET, lookup
from tensordiff.tensor import Dim, Symbol, Tensor, add, apply, einsum, identity, scale
from tests.reference import value

SIZES = {"n": 3, "m": 4, "k": 2}
DIMS = [Dim.named(name) for name in SIZES] + [Dim.fixed(2)]
N, M, K, TWO = DIMS
SYMBOLS = [
    Symbol.make("A", (N, N)),
    Symbol.make("X", (N, M)),
    Symbol.make("B", (M, K)),
    Symbol.make("x", (N,)),
    Symbol.make("y", (M,)),
    Symbol.make("a", ()),
    Symbol.make("T", (K, N, M)),
    Symbol.make("S", (TWO, N)),
]
TANH = lookup("tanh")
assert TANH is not None


def arrays(seed: int = 0, kind: type = float) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    made = {s.name: rng.normal(size=[d.size(SIZES) for d in s.dims]) for s in SYMBOLS}
    if kind is complex:
        made = {name: array + 0.3j * rng.normal(size=array.shape) for name, array in made.items()}
    return made


@st.composite
def products(draw: st.DrawFn, pool: list[Tensor]) -> Tensor:
    """A product of factors on random labels: hyperedges, diagonals, broadcasts and unused indices may all occur."""
    factors = draw(st.lists(st.sampled_from(pool), min_size=0, max_size=4))
    by_dim: dict[Dim, list[str]] = {}
    placed = []
    for node in factors:
        labels = []
        for dim in node.dims:
            known = by_dim.setdefault(dim, [])
            choice = draw(st.integers(0, min(len(known), 3)))
            if choice == len(known):
                known.append(f"{dim}{choice}")
            labels.append(known[choice])
        placed.append((node, labels))
    sizes = {label: dim for dim, labels in by_dim.items() for label in labels}
    for dim in draw(st.lists(st.sampled_from(DIMS), max_size=1)):
        sizes.setdefault(f"free{dim}", dim)
    output = draw(st.lists(st.sampled_from(sorted(sizes)), max_size=4)) if sizes else []
    return einsum(placed, output, sizes)


@st.composite
def graphs(draw: st.DrawFn) -> list[Tensor]:
    pool: list[Tensor] = list(SYMBOLS)
    for _ in range(draw(st.integers(1, 7))):
        step = draw(st.integers(0, 9))
        if step < 6:
            made = draw(products(pool))
        elif step < 8:
            first = draw(st.sampled_from(pool))
            alike = [node for node in pool if node.dims == first.dims]
            others = draw(st.lists(st.sampled_from(alike), min_size=1, max_size=3))
            made = add([(draw(st.sampled_from([1, -1, 2])), node) for node in [first, *others]], first.dims)
        elif step < 9:
            made = apply(TANH, draw(st.sampled_from(pool)))
        else:
            square = [node for node in pool if node.rank and node.rank % 2 == 0 and node.dims[: node.rank // 2] * 2 == node.dims]
            node = draw(st.sampled_from(square))
            # Diagonally dominant, so that it has an inverse and a positive determinant.
            safe = add([(1, apply(TANH, node)), (40, identity(node.dims[: node.rank // 2]))])
            made = apply(draw(st.sampled_from([INVERSE, LOGDET])), safe)
        if made.rank <= 4:
            pool.append(made)
    return pool[len(SYMBOLS) :] or [SYMBOLS[0]]


def check(outputs: list[Tensor], given_arrays: dict[str, np.ndarray]) -> None:
    program = compile_program(outputs)
    needed = {name: given_arrays.get(name, SIZES.get(name)) for name in program.inputs}
    # Planned for these sizes, and planned for large ones: a program is right for all.
    standing_alone = run_source(program.source, needed)
    for node, result, other in zip(outputs, program(**needed), standing_alone, strict=True):
        expected = value(node, given_arrays, SIZES)
        scale_of = max(1.0, float(np.abs(expected).max(initial=0)))
        assert result.shape == other.shape == expected.shape
        for array in (result, other):
            np.testing.assert_allclose(array, expected, rtol=1e-9, atol=1e-10 * scale_of, err_msg=program.source)


def run_source(source: str, needed: dict[str, np.ndarray]) -> list[np.ndarray]:
    """The last public function of a program's text, called by name in an empty namespace."""
    namespace: dict[str, object] = {}
    exec(source, namespace)
    made = namespace["program"](**needed)
    return list(made) if isinstance(made, tuple) else [made]


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(graphs())
def test_random_graphs(outputs: list[Tensor]) -> None:
    check(outputs, arrays())


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(graphs())
def test_random_graphs_complex(outputs: list[Tensor]) -> None:
    holomorphic = [node for node in outputs if not _has_logdet(node)]
    check(holomorphic or [SYMBOLS[0]], arrays(1, complex))


def _has_logdet(node: Tensor) -> bool:
    from tensordiff.tensor import Apply, postorder

    return any(isinstance(part, Apply) and part.function == LOGDET for part in postorder([node]))


@pytest.mark.parametrize("name", ["inv", "det", "logdet", "adj", "expm"])
def test_matrix_functions(name: str) -> None:
    function = lookup(name)
    assert function is not None
    argument = add([(1, SYMBOLS[0]), (4, identity((N,)))])
    check([apply(function, argument)], arrays())


def test_elementwise_table() -> None:
    from tensordiff.functions import ELEMENTWISE

    positive = scale(1, apply(EXP, SYMBOLS[1]))
    for name, function in ELEMENTWISE.items():
        if name in ("max", "min"):
            made = apply(function, SYMBOLS[1], positive)
        elif name == "arcosh":
            made = apply(function, add([(1, positive), (1, einsum([], "ij", {"i": N, "j": M}))]))
        elif name in ("artanh", "arcsin", "arccos"):
            made = apply(function, apply(TANH, SYMBOLS[1]))
        else:
            made = apply(function, positive)
        check([made], arrays())
