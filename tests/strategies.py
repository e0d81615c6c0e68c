"""Random index-form expressions, and values for them. Sizes are pairwise different."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from tensordiff.functions import EXP, INVERSE, lookup, power
from tensordiff.tensor import Dim, Structure, Symbol, Tensor, add, apply, einsum, permute

SIZES = {"n": 3, "m": 2, "p": 4}
N, M, P = (Dim.named(name) for name in "nmp")

A = Symbol.make("A", (N, N))
B = Symbol.make("B", (N, N))
S = Symbol.make("S", (N, N), Structure.SYMMETRIC)
X = Symbol.make("X", (N, M))
Y = Symbol.make("Y", (M, P))
T = Symbol.make("T", (N, M, N))
U = Symbol.make("u", (N,))
V = Symbol.make("v", (M,))
C = Symbol.make("c", ())
SYMBOLS = [A, B, S, X, Y, T, U, V, C]


def values(seed: int, kind: type = float) -> dict[str, np.ndarray]:
    """Arrays for every symbol; square ones are well conditioned."""
    rng = np.random.default_rng(seed)
    found = {}
    for symbol in SYMBOLS:
        array = rng.uniform(0.2, 1.2, [dim.size(SIZES) for dim in symbol.dims]) * rng.choice([-1, 1])
        if symbol.rank == 2 and symbol.dims[0] is symbol.dims[1]:
            array = array + 3 * np.eye(len(array))
        if symbol.structure is Structure.SYMMETRIC:
            array = (array + array.T) / 2
        found[symbol.name] = array.astype(kind)
    return found


@st.composite
def products(draw: st.DrawFn, factors: st.SearchStrategy[Tensor], max_factors: int = 4) -> Tensor:
    """Any product: indices joined, repeated, summed, free, and output indices repeated."""
    chosen = draw(st.lists(factors, min_size=1, max_size=max_factors))
    pool: dict[int, Dim] = {}
    placed = []
    for node in chosen:
        labels = []
        for dim in node.dims:
            fitting = [label for label, known in pool.items() if known is dim]
            label = draw(st.sampled_from([*fitting, len(pool)])) if fitting else len(pool)
            pool.setdefault(label, dim)
            labels.append(label)
        placed.append((node, tuple(labels)))
    outputs = draw(st.lists(st.sampled_from(sorted(pool)), max_size=3)) if pool else []
    return einsum(placed, tuple(outputs), pool)


def _grow(inner: st.SearchStrategy[Tensor]) -> st.SearchStrategy[Tensor]:
    @st.composite
    def functions(draw: st.DrawFn) -> Tensor:
        node = draw(inner)
        made = draw(st.sampled_from(["tanh", "sin", "square", "exp"]))
        small = add([(1, node)])
        if made == "exp":
            return apply(EXP, apply(lookup("tanh"), small))
        return power(small, 2) if made == "square" else apply(lookup(made), small)

    @st.composite
    def sums(draw: st.DrawFn) -> Tensor:
        first, second = draw(inner), draw(inner)
        if first.dims != second.dims:
            return first
        return add([(draw(st.integers(-2, 2)), first), (draw(st.integers(1, 3)), second)])

    return st.one_of(products(inner), sums(), functions())


BASES = st.one_of(
    st.sampled_from(SYMBOLS),
    st.just(apply(INVERSE, A)),
    st.just(apply(INVERSE, S)),
    st.just(permute(X, (1, 0))),
)
TENSORS = st.recursive(BASES, _grow, max_leaves=6).filter(lambda node: node.rank <= 4)
