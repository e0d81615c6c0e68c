"""Sizes of SymPy's matrices."""

from __future__ import annotations

from typing import Any

from tensordiff.errors import ShapeError
from tensordiff.parse import check_name
from tensordiff.tensor import Dim, Group, direct_sum


def read_size(size: Any) -> Group:
    """A size: a positive integer, a symbol, a product or sum of these, or n*(n + 1)/2. Raises ShapeError."""
    import sympy

    size = sympy.sympify(size, strict=True)
    if size.is_Integer and size >= 1:
        return () if size == 1 else (Dim.fixed(int(size)),)
    if size.is_Symbol:
        return (Dim.named(check_name(size.name)),)
    if len(size.free_symbols) == 1:
        (n,) = size.free_symbols
        if sympy.expand(2 * size - n * (n + 1)) == 0:
            return (Dim.triangular(Dim.named(check_name(n.name))),)
    if size.is_Pow and size.exp.is_Integer and size.exp > 0:
        return read_size(size.base) * int(size.exp)
    if size.is_Mul:
        return tuple(dim for factor in size.as_ordered_factors() for dim in read_size(factor))
    if size.is_Add and not any(term.could_extract_minus_sign() for term in size.args):
        return direct_sum([read_size(term) for term in size.as_ordered_terms()])
    raise ShapeError(f"cannot read the size {size}", hint="a size is a number, a symbol, or a product or sum of these")
