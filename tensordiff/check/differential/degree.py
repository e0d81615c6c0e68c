"""Whether a claim is linear, or quadratic, in some symbols."""

from __future__ import annotations

from collections.abc import Sequence

from tensordiff.evidence.evidence import compare
from tensordiff.tensor import Symbol, Tensor, add, replace


def _with(tensor: Tensor, symbols: Sequence[Symbol], sign: int | None) -> Tensor:
    """The tensor with each symbol replaced by the symbol + sign * another, or by the other alone."""
    changed: dict[Tensor, Tensor] = {}
    for symbol in symbols:
        other = Symbol.make(f"{symbol.name}#", symbol.dims, symbol.structure)
        changed[symbol] = other if sign is None else add([(1, symbol), (sign, other)])
    made: Tensor = replace(tensor, changed)
    return made


def is_additive(tensor: Tensor, symbols: Sequence[Symbol]) -> bool:
    apart = add([(1, tensor), (1, _with(tensor, symbols, None))])
    return compare(_with(tensor, symbols, 1), apart).equal is not False


def is_quadratic(tensor: Tensor, symbols: Sequence[Symbol]) -> bool:
    both = add([(1, _with(tensor, symbols, 1)), (1, _with(tensor, symbols, -1))])
    return compare(both, add([(2, tensor), (2, _with(tensor, symbols, None))])).equal is not False
