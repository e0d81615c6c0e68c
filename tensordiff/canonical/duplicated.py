"""Inverses between duplication matrices, of which information matrices by the free entries of a covariance are made."""

from __future__ import annotations

from fractions import Fraction

from tensordiff.functions import INVERSE, Duplication, Elimination, constant
from tensordiff.tensor import Apply, Einsum, Tensor, add, apply, einsum


def duplicated_inverse(argument: Tensor) -> Tensor | None:
    """inv(D' kron(A, A) D) = D^+ kron(inv(A), inv(A)) D^+' for the Moore-Penrose inverse D^+ = L (I + K)/2 of D (Magnus and
    Neudecker 1980, lemma 4.4): L kron(inv(A), inv(A)) (I + K) L'/2, since kron(B, B) and K commute."""
    if not isinstance(argument, Einsum) or len(argument.factors) != 4 or len(set(argument.output)) != 2:
        return None
    ends = [pair for pair in argument.factors if isinstance(pair[0], Apply) and isinstance(pair[0].function, Duplication)]
    inner = [pair for pair in argument.factors if pair not in ends]
    if len(ends) != 2 or len(inner) != 2 or inner[0][0] is not inner[1][0] or inner[0][0].rank != 2:
        return None
    (left, right) = sorted(ends, key=lambda pair: argument.output.index(pair[1][2]) if pair[1][2] in argument.output else 2)
    if (left[1][2], right[1][2]) != argument.output:
        return None
    (matrix, first), (_, second) = inner
    rows, columns = set(left[1][:2]), set(right[1][:2])
    if first[0] in columns and second[0] in columns:
        matrix, first, second = einsum([(matrix, "ij")], "ji"), first[::-1], second[::-1]
    if {first[0], second[0]} != rows or {first[1], second[1]} != columns or len(rows) != 2 or len(columns) != 2:
        return None
    part, places = apply(INVERSE, matrix), constant(Elimination(matrix.dims[0]))
    around = [(places, "aij"), (places, "bkl")]
    return add([
        (Fraction(1, 2), einsum([*around, (part, "ik"), (part, "jl")], "ab")),
        (Fraction(1, 2), einsum([*around, (part, "il"), (part, "jk")], "ab")),
    ])  # fmt: skip
