"""Functions of block triangular matrices whose blocks on the diagonal are the same: f([A E; 0 A]) = [f(A) Df(A)[E]; 0 f(A)].

With M = I kron A + N, N strictly above the diagonal, f(M) is f's Taylor series (Mathias 1996): block (p, q) is the sum over the
chains p < k < ... < q of blocks of N of the derivative of f along them in this order. Only the sum over all orders has a name,
D^r f(A)[E_1, ..., E_r], so the chains have to come in all orders, as they do where f of nested blocks is a higher derivative.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from math import factorial, prod

from tensordiff.canonical.block_functions import Cell, Grid
from tensordiff.functions import Frechet, MatrixFunction, transpose
from tensordiff.functions.symmetric_map import SymmetricMap, SymmetricSlope
from tensordiff.tensor import Apply, Tensor, add, apply, einsum

_MAX_BLOCKS = 8
_MAX_ORDER = 3


def of_jet(function: SymmetricMap | MatrixFunction, argument: Tensor, parameters: Sequence[Tensor] = ()) -> Tensor | None:
    """The function of such a matrix, in derivatives of the function of the block; None of any other."""
    grid = Grid.of(argument, square=True) if argument.rank == 2 else None
    if grid is None:
        return None
    count = len(grid.parts[0])
    block = grid.cells.get((0, 0))
    same = block is not None and block.rank == 2 and all(grid.cells.get((k, k)) is block for k in range(count))
    if block is None or not same or not 1 < count <= _MAX_BLOCKS:
        return None
    if any(r > c for r, c in grid.cells):
        if any(r < c for r, c in grid.cells):
            return None
        turned = of_jet(function, transpose(argument), parameters)
        return None if turned is None else transpose(turned)
    value = apply(function, block, *parameters)
    made: dict[Cell, Tensor] = {(k, k): value for k in range(count)}
    for r in range(count):
        for c in range(r + 1, count):
            summed = _along_chains(function, grid, r, c, parameters)
            if summed is None:
                return None
            made[r, c] = summed
    return grid.assembled(made)


def opened_jet(node: Apply) -> Tensor | None:
    """A function with Frechet derivatives at such a matrix; None of anything else."""
    if not isinstance(node.function, MatrixFunction) or not node.function.operation:
        return None
    argument, *parameters = node.children
    return of_jet(node.function, argument, parameters)


def _along_chains(
    function: SymmetricMap | MatrixFunction, grid: Grid, first: int, last: int, parameters: Sequence[Tensor]
) -> Tensor | None:
    """The block at the end of the chains of blocks from `first` to `last`."""
    chains: Counter[tuple[bytes, ...]] = Counter()
    blocks: dict[bytes, Tensor] = {}
    waiting: list[tuple[int, tuple[bytes, ...]]] = [(first, ())]
    while waiting:
        place, chain = waiting.pop()
        if place == last:
            chains[chain] += 1
            continue
        if len(chain) == _MAX_ORDER and any((place, k) in grid.cells for k in range(place + 1, last + 1)):
            return None
        for k in range(place + 1, last + 1):
            if (block := grid.cells.get((place, k))) is not None:
                blocks[block.key] = block
                waiting.append((k, (*chain, block.key)))
    value = grid.cells[first, first]
    terms: list[tuple[Fraction, Tensor]] = []
    for group in sorted({tuple(sorted(chain)) for chain in chains}):
        found = {count for chain, count in chains.items() if tuple(sorted(chain)) == group}
        orders = sum(1 for chain in chains if tuple(sorted(chain)) == group)
        repeats = prod(factorial(times) for times in Counter(group).values())
        if len(found) > 1 or orders * repeats != factorial(len(group)):
            return None
        slope = _slope(function, len(group))
        labels = [("direction", p) for p in range(2 * len(group))]
        factors = [(apply(slope, value, *parameters), [("row", 0), ("column", 0), *labels])]
        factors += [(blocks[key], labels[2 * p : 2 * p + 2]) for p, key in enumerate(group)]
        terms.append((Fraction(found.pop(), repeats), einsum(factors, [("row", 0), ("column", 0)])))
    return add(terms, value.dims)


def _slope(function: SymmetricMap | MatrixFunction, order: int) -> Frechet | SymmetricSlope:
    return SymmetricSlope(function.formula, order) if isinstance(function, SymmetricMap) else Frechet(function, order)
