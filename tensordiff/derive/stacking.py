"""Derivatives by the entries of structured variables as those by other entries times the matrices that relate them."""

from __future__ import annotations

from tensordiff.derive.layouts import DerivativeAxes
from tensordiff.differentiate import Entries
from tensordiff.matrix import Matrix, Shape
from tensordiff.matrix.build import commutation, duplication, elimination, eye, kron, product, skew_duplication, transpose
from tensordiff.tensor import Group, Symbol


def entries_matrix(variable: Symbol, entries: Entries, *, by_rows: bool = False) -> Matrix | None:
    """M with J = J' * M, for "vech" from the derivative J' by all entries independently: D, Dskew, L'; for "tied" symmetric
    entries from that by vech: D' (Magnus and Neudecker 1980). `by_rows`: vec stacks rows. None where M has no name."""
    dim, kind = variable.dims[0], variable.structure
    if kind.mirror > 0 and kind.free == "triangle":
        return duplication(dim) if entries is Entries.VECH else transpose(duplication(dim))
    if entries is not Entries.VECH:
        return None
    if kind.mirror < 0 and kind.free == "strict":
        made = skew_duplication(dim)
    elif not kind.mirror and kind.free == "triangle":
        made = transpose(elimination(dim))
    else:
        return None
    return product(commutation((dim,), (dim,)), made) if by_rows else made


def on_entries(form: Matrix, axes: DerivativeAxes, *, by_rows: bool) -> Matrix | None:
    """The derivative by the entries asked for, in a layout by stacking, from the form of that by the entries which
    `entries_matrix` speaks of: kron(M', eye) * form * M. None where a variable has no such matrix."""
    maps: list[Matrix | None] = [None]  # for f and for each variable; None for the identity
    for symbol in axes.symbols:
        if symbol.structure.general:
            maps.append(None)
        elif (made := entries_matrix(symbol, axes.entries, by_rows=by_rows)) is not None:
            maps.append(made)
        else:
            return None
    sizes = [_stacked(shape, by_rows) for shape in (axes.f, *axes.declared)]
    factors = [form] if maps[-1] is None else [form, maps[-1]]
    if any(made is not None for made in maps[:-1]):
        left = [eye(size) if made is None else transpose(made) for made, size in zip(maps[:-1], sizes[:-1], strict=True)]
        factors.insert(0, kron(*(left if by_rows else reversed(left))))
    return product(*factors)


def _stacked(shape: Shape, by_rows: bool) -> Group:
    return tuple(dim for group in (shape if by_rows else reversed(shape)) for dim in group)
