"""Derivatives contracted with directions and cotangents: forward and reverse sweeps, which never form the derivative."""

from __future__ import annotations

from collections.abc import Sequence

from tensordiff.derive.derivative import loosened
from tensordiff.differentiate import Entries, constrain, differentiate, freed, pullback, pushforward, restore
from tensordiff.matrix import Matrix
from tensordiff.simplify import close_frechet_in
from tensordiff.tensor import ONE, Tensor


def contracted(f: Matrix, variables: Sequence[Matrix], entries: Entries, given: Sequence[Tensor | None]) -> Tensor | None:
    """The derivative of f by the variables, its axes of f contracted with given[0] and those of variable p with given[p],
    where these are not None; the other axes stay, in their order. None where a variable stands for its free entries.

    A cotangent (for a scalar f: one) is pulled back to the first variable that stays, directions are pushed forward.
    """
    symbols = [node.data[0] for node in variables]
    if entries is Entries.VECH and not all(symbol.structure.general for symbol in symbols):
        return None
    tensor = loosened(f, variables)
    cotangent, directions = given[0], given[1:]
    left = [symbol for symbol, direction in zip(symbols, directions, strict=True) if direction is None]
    staying = left
    if left and (cotangent is not None or not tensor.rank):
        first, *staying = left
        tensor = close_frechet_in(pullback(tensor, freed(first), ONE if cotangent is None else cotangent))
    elif cotangent is not None:
        return None
    start = 0 if cotangent is not None or staying is not left else tensor.rank
    for symbol, direction in zip(symbols, directions, strict=True):
        if direction is not None:
            within = constrain(direction, 0, [symbol], entries)
            tensor = close_frechet_in(pushforward(tensor, freed(symbol), within))
    for symbol in staying:
        tensor = close_frechet_in(differentiate(tensor, freed(symbol)))
    return restore(constrain(tensor, start, left, entries), symbols)
