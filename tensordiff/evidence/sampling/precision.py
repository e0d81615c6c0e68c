"""How many digits it takes to see every term: exp(x) + 1e-40*x is not exp(x), and 1 + 1e-60 is not 1.

A term that is 10^-k of the sum that it stands in can be seen with more than k digits, and one in a term in a term with the
sum of their k. A coefficient counts with the digits that it is written with. Where a function is steep, as in
tanh(1e9*x), the place to look at is near 1e-9.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import ceil, log2, log10
from typing import Any

import numpy as np

from tensordiff.evidence.sampling.points import Point
from tensordiff.evidence.sampling.stand_ins import concrete
from tensordiff.evidence.sampling.values import Array, Style
from tensordiff.tensor import Node, Sum, Tensor, postorder

MOST_DIGITS = 2000
"""Terms that are hidden deeper are not looked for."""
POWERS = 4
"""Of what is small, powers up to this one are seen: cosh(1e-20) is 1 and a square."""
_PLAIN = 4
"""Coefficients of so many digits, and terms of such magnitudes, are seen without more."""
_MOST_SCALES = 8
_STEEP = 20
_DIGITS_OF_A_BIT = log10(2)


def hidden_digits(point: Point, tensors: Sequence[Tensor]) -> int:
    """By how many digits the smallest term is below what it is added to, at a point of many digits."""
    roots = [concrete(tensor) for tensor in tensors]
    order = postorder(roots)
    loss: dict[Node, float] = dict.fromkeys(roots, 0.0)
    for node in reversed(order):
        here = loss[node]
        below = _below(node, point) if isinstance(node, Sum) and len(node.terms) > 1 else [0.0] * len(node.children)
        for child, more in zip(node.children, below, strict=True):
            loss[child] = min(loss.get(child, np.inf), here + more)
    deepest = max((lost for lost in loss.values() if lost < np.inf), default=0.0)
    return ceil(deepest) + POWERS * max((written_digits(c) for c in _coefficients(order)), default=0)


def _below(node: Sum, point: Point) -> list[float]:
    """For each term, how many digits its most visible entry is below the largest term there; inf for a zero."""
    parts = [_magnitudes(point, child) + _bits(c) for c, child in node.terms]
    largest = np.max(np.broadcast_arrays(*parts), axis=0)
    found = []
    for part in parts:
        seen = np.isfinite(part)
        depth = np.where(seen, largest - np.where(seen, part, 0.0), np.inf)
        found.append(max(0.0, float(np.min(depth, initial=np.inf)) * _DIGITS_OF_A_BIT))
    return [0.0 if depth <= _PLAIN else depth for depth in found]


def _bits(coefficient: Fraction) -> float:
    """The binary logarithm of a number that is not zero, which may be too large or too small for a float."""
    return log2(abs(coefficient.numerator)) - log2(coefficient.denominator)


def _magnitudes(point: Point, node: Tensor) -> Array:
    """The binary logarithms of the entries, rounded; -inf for zeros."""
    mag: Any = np.frompyfunc(lambda x: float(point.ops.mp.mag(x)), 1, 1)
    return np.asarray(mag(point.value(node)), dtype=float)


def has_long_numbers(tensors: Sequence[Tensor]) -> bool:
    """Whether a coefficient has so many digits that it could be a multiple of a large prime."""
    return any(written_digits(c) > _PLAIN for c in _coefficients(postorder(tensors)))


def long_numbers(tensors: Sequence[Tensor]) -> list[Fraction]:
    """The coefficients of more than a few digits, some of them where there are many."""
    found = dict.fromkeys(abs(c) for c in _coefficients(postorder(tensors)) if written_digits(c))
    return list(found)[:_MOST_SCALES]


def written_digits(coefficient: Fraction) -> int:
    """How many digits numerator and denominator have, beyond a few."""
    parts = (abs(coefficient.numerator), coefficient.denominator)
    return sum(max(0, len(str(part)) - _PLAIN) for part in parts)


def _coefficients(nodes: Sequence[Node]) -> Iterator[Fraction]:
    for node in nodes:
        if isinstance(node, Sum):
            for coefficient, _ in node.terms:
                yield coefficient


def scales(tensors: Sequence[Tensor]) -> list[int]:
    """The e for which steep functions can be told from steps at entries near 10^-e: those of large coefficients, and
    their roots. At such entries a function of the argument's k-th power takes k times e digits more."""
    exponents = {round(_bits(c) * _DIGITS_OF_A_BIT) for c in _coefficients(postorder(tensors)) if abs(c) > _STEEP}
    wanted = sorted({part for e in exponents for part in (e, ceil(e / 2), ceil(e / 3))})
    return wanted[-_MOST_SCALES:]


def kink_scales(tensors: Sequence[Tensor]) -> list[int]:
    """The e for which a kink may lie at entries near 10^-e: sign(x + 1e-40) has it at -1e-40, sign(x + 1e-40*x^2) at -1e40."""
    exponents = {
        ceil(abs(_bits(c) * _DIGITS_OF_A_BIT)) for c in _coefficients(postorder(tensors)) if not 1 / _STEEP < abs(c) < _STEEP
    }
    wanted = {part for e in exponents for part in (e, -e, ceil(e / 2), -ceil(e / 2))}
    return sorted(wanted, key=lambda e: (abs(e), e))[:_MOST_SCALES]


def near(e: int) -> Style:
    """Entries near 10^-e, of either sign."""
    return Style(f"near 1e{-e}", 1, 30, 10 ** (e + 1)) if e >= 0 else Style(f"near 1e{-e}", 10 ** (-e - 1), 9 * 10**-e)
