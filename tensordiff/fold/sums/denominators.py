"""Quotients entry by entry over one denominator: u./(1 + u) - u.^2./(1 + u).^2 = u./(1 + u).^2.

Terms that have different powers of a sum in the denominator are brought over the highest power, where that is shorter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

from tensordiff.fold.flat.factors import entry_factors
from tensordiff.fold.flat.flat import Flat
from tensordiff.fold.sums.terms import Powers, Term, multiplied, powers
from tensordiff.matrix import Matrix, Shape
from tensordiff.matrix.build import terms_of
from tensordiff.records import record

Factors = dict[Matrix, Fraction]
"""Bases with their exponents, entry by entry."""
Collect = Callable[[Sequence[Term], Shape], Matrix]
_MOST_TERMS = 60
_MOST_FACTORS = 3
"""Numerators of more terms, or times higher powers, are not multiplied out."""


@record
class _Quotient:
    """coefficient * scalars * entry factors."""

    coefficient: Fraction
    scalars: Powers
    factors: Factors


def over_common_denominators(terms: Sequence[Term], flat: Flat, collect: Collect) -> Iterator[tuple[tuple[int, ...], Term]]:
    """(places, what these terms are as one quotient) wherever that is shorter. `collect` writes a sum."""
    found = {
        place: _Quotient(term.coefficient, term.scalars, _factors(term.letters[0]))
        for place, term in enumerate(terms)
        if len(term.letters) == 1 and not term.letters[0].is_scalar
    }
    bases = dict.fromkeys(b for quotient in found.values() for b, e in quotient.factors.items() if e < 0 and b.op == "add")
    for base in bases:
        exponents = {place: e for place, quotient in found.items() if (e := quotient.factors.get(base, Fraction(0))) < 0}
        lowest = min(exponents.values())
        places = tuple(place for place, e in exponents.items() if e - lowest in range(_MOST_FACTORS + 1))
        if len({exponents[place] for place in places}) < 2:
            continue
        numerator = _numerator([found[place] for place in places], base, lowest, flat)
        if not numerator or len(numerator) > len(places):
            continue
        like = terms[places[0]].letters[0]
        sum_of = [Term(q.coefficient, q.scalars, (flat.from_entry_factors(_sorted(q.factors), like),)) for q in numerator]
        coefficient, scalars, core = flat.split(collect(sum_of, like.shape))
        letter = flat.hadamard([core, flat.from_entry_factors([(base, lowest)], like)])
        if flat.length(letter) < sum(flat.length(terms[place].letters[0]) for place in places):
            yield places, Term(coefficient, powers(_summed(scalars)), (letter,))


def _factors(letter: Matrix) -> Factors:
    return _summed(entry_factors(letter))


def _summed(pairs: Sequence[tuple[Matrix, Fraction]]) -> Factors:
    found: Factors = {}
    for base, exponent in pairs:
        found[base] = found.get(base, Fraction(0)) + exponent
    return found


def _sorted(factors: Factors) -> list[tuple[Matrix, Fraction]]:
    return sorted(factors.items(), key=lambda pair: pair[0].key)


def _numerator(quotients: Sequence[_Quotient], base: Matrix, lowest: Fraction, flat: Flat) -> list[_Quotient]:
    """The sum of the quotients times base^-lowest, multiplied out and collected; nothing where it is too long."""
    done: dict[tuple[Powers, frozenset[tuple[Matrix, Fraction]]], _Quotient] = {}
    work = list(quotients)
    count = 0
    while work:
        quotient = work.pop(0)
        exponent = quotient.factors[base]
        rest = {b: e for b, e in quotient.factors.items() if b is not base}
        if exponent == lowest:
            key = quotient.scalars, frozenset(rest.items())
            known = done[key].coefficient if key in done else Fraction(0)
            done[key] = _Quotient(known + quotient.coefficient, quotient.scalars, rest)
            continue
        for c, node in terms_of(base):
            count += 1
            inner, extra, core = flat.split(node)
            own = {} if core.op == "number" else _factors(core)
            made = _summed([*rest.items(), *own.items()])
            scalars = multiplied(quotient.scalars, powers(_summed(extra)))
            factors = {**{b: e for b, e in made.items() if e}, base: exponent - 1}
            work.append(_Quotient(quotient.coefficient * c * inner, scalars, factors))
        if count > _MOST_TERMS:
            return []
    return [quotient for quotient in done.values() if quotient.coefficient]
