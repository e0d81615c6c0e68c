"""Ways to join terms of a sum."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction

from tensordiff.fold.flat.factors import scalar_factors
from tensordiff.fold.sums.terms import Powers, Term, common_coefficient, common_powers, multiplied, powers
from tensordiff.matrix import Matrix, Shape
from tensordiff.records import record

Collect = Callable[[Iterable[Term], Shape], Matrix]
"""Writes a sum of terms that is part of the one at hand."""

EYE = 6
"""The length of eye(n), where it takes the place of what is left of a factor."""


@record
class Join:
    """A way to join some terms: how much shorter the text gets (about), whether no identity has to be written for it,
    which terms, and how."""

    gain: int
    clean: bool
    places: tuple[int, ...]
    make: Callable[[Sequence[Term]], Term]


def content(terms: Sequence[Term]) -> tuple[Fraction, Powers, list[Term]]:
    """What stands in front of a sum: (rational factor, scalar factors, the terms without them)."""
    if not terms:
        return Fraction(1), (), []
    coefficient = common_coefficient(terms)
    scalars = common_powers(terms) if len(terms) > 1 else ()
    return coefficient, scalars, [_divided(term, coefficient, scalars) for term in terms]


def _divided(term: Term, coefficient: Fraction, scalars: Powers) -> Term:
    rest = multiplied(term.scalars, scalars, -1) if scalars else term.scalars
    return Term(term.coefficient / coefficient, _split_products(rest) if scalars else rest, term.letters)


def _split_products(scalars: Powers) -> Powers:
    """Whole powers of products of scalars as those of the factors: x'*y/(x'*x*(x'*y)) = 1/(x'*x)."""
    if all(base.op != "product" or exponent.denominator != 1 for base, exponent in scalars):
        return scalars
    found: dict[Matrix, Fraction] = {}
    for base, exponent in scalars:
        whole = base.op == "product" and exponent.denominator == 1
        for factor in scalar_factors(base) if whole else [base]:
            found[factor] = found.get(factor, Fraction(0)) + exponent
    return powers(found)


def summed(factors: Iterable[tuple[Matrix, Fraction]]) -> dict[Matrix, Fraction]:
    found: dict[Matrix, Fraction] = {}
    for base, exponent in factors:
        found[base] = found.get(base, Fraction(0)) + exponent
    return found
