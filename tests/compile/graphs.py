"""Random graphs of products, sums and functions, for tests of programs. Sizes are pairwise different."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from tensordiff.functions import INVERSE, LOGDET, lookup
from tensordiff.tensor import Dim, Symbol, Tensor, add, apply, einsum, identity

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
            square = [node for node in pool if node.rank in (2, 4) and node.dims[: node.rank // 2] * 2 == node.dims]
            node = draw(st.sampled_from(square))
            # Diagonally dominant, so that it has an inverse and a positive determinant.
            safe = add([(1, apply(TANH, node)), (40, identity(node.dims[: node.rank // 2]))])
            made = apply(draw(st.sampled_from([INVERSE, LOGDET])), safe)
        if made.rank <= 4:
            pool.append(made)
    return pool[len(SYMBOLS) :] or [SYMBOLS[0]]
