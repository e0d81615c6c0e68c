"""Sums the way people write them: common left and right factors, common operands of kron, diag and vec, common scalars
and rational content are collected wherever that makes the text shorter. Greedy: each step joins two terms or more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from functools import partial

from tensordiff.fold.flat.factors import letters
from tensordiff.fold.flat.flat import Flat
from tensordiff.fold.sums.blocks import stacked
from tensordiff.fold.sums.choices import chosen
from tensordiff.fold.sums.common_ends import common_ends, congruences, is_unit, sandwiches, symmetrised
from tensordiff.fold.sums.common_operands import common_entries, common_krons, common_operands, common_scalars
from tensordiff.fold.sums.denominators import over_common_denominators
from tensordiff.fold.sums.join import Join, content, summed
from tensordiff.fold.sums.terms import (
    Powers,
    Term,
    multiplied,
    powers,
    total,
    written,
)
from tensordiff.matrix import Matrix, Shape
from tensordiff.matrix.build import number, ones, product, terms_of, zeros

_MAX_TERMS = 150
"""Longer sums are written term by term; only equal matrices are collected."""
_MAX_DEPTH = 6
"""How deep common operands are looked for inside operands."""

_MAX_MIRRORED = 12
"""Longer sums are not tried a second time for the sake of their symmetry."""
_LOPSIDED = 20
"""How much longer a symmetric sum may be, to be seen to be so."""


def collect(terms: Iterable[Term], shape: Shape, flat: Flat, depth: int = 0) -> Matrix:
    """The sum of the terms as a flat expression."""
    opened = stacked(_opened(list(terms), flat), flat, partial(_inner, flat, depth), content)
    coefficient, scalars, rest = content(_joined(opened, flat, depth))
    if not rest:
        return zeros(*shape) if shape else number(0)
    matrix = total(((term.coefficient, written(term, flat)) for term in rest), flat)
    if len(rest) == 1 and not scalars:
        return product(number(coefficient), matrix)
    return product(number(coefficient), written(Term(Fraction(1), scalars, _as_letters(matrix)), flat))


def _inner(flat: Flat, depth: int, terms: Iterable[Term], shape: Shape) -> Matrix:
    return collect(terms, shape, flat, depth + 1)


def _opened(terms: list[Term], flat: Flat) -> list[Term]:
    """Sums that are terms of the sum, as their terms."""
    if len(terms) == 1:
        return terms
    found: list[Term] = []
    for term in terms:
        shared = not term.scalars or sum(other.scalars == term.scalars for other in terms) > 1
        sums = [p for p, letter in enumerate(term.letters) if letter.op == "add"]
        places = len(term.letters) == 2 and len(sums) == 1 and is_unit(term.letters[1 - sums[0]])
        if places or (shared and len(term.letters) == 1 and sums):
            word = term.letters[sums[0]]
            before, after = term.letters[: sums[0]], term.letters[sums[0] + 1 :]
            for c, node in terms_of(word):
                inner, extra, core = flat.split(node)
                scalars = multiplied(term.scalars, powers(summed(extra)))
                if core.is_scalar and word.shape:
                    if core.op != "number":
                        scalars = multiplied(scalars, ((core, Fraction(1)),))
                    core = ones(*word.shape)
                found.append(Term(term.coefficient * c * inner, scalars, (*before, *letters(core), *after)))
        else:
            found.append(term)
    return found


def _as_letters(matrix: Matrix) -> tuple[Matrix, ...]:
    return () if matrix.op == "number" else (matrix,)


def _joined(terms: list[Term], flat: Flat, depth: int) -> list[Term]:
    terms = _equal_letters(chosen(terms, flat, partial(_inner, flat, depth)), flat, depth)
    if 1 < len(terms) <= _MAX_TERMS and depth < _MAX_DEPTH:
        while (found := next(over_common_denominators(terms, flat, partial(_inner, flat, depth)), None)) is not None:
            places, quotient = found
            terms = [term for p, term in enumerate(terms) if p not in places] + [quotient]
    joined = _greedy(terms, flat, depth, symmetric=False)
    if depth or len(terms) > _MAX_MIRRORED or not _mirror(terms, flat) or _mirror(joined, flat):
        return joined
    return min(
        _greedy(terms, flat, depth, symmetric=True), joined, key=lambda way: _length(way, flat) + _LOPSIDED * (way is joined)
    )


def _length(terms: Sequence[Term], flat: Flat) -> int:
    return sum(flat.length(written(term, flat)) + 3 for term in terms)


def _greedy(terms: list[Term], flat: Flat, depth: int, *, symmetric: bool) -> list[Term]:
    """The terms joined step by step; `symmetric` keeps to steps after which the sum is still seen to be symmetric."""
    while 1 < len(terms) <= _MAX_TERMS and depth < _MAX_DEPTH:
        ways = [join for join in _ways(terms, flat, depth) if join.gain > 0]
        if ways and symmetric and (mirror := _mirror(terms, flat)):
            ways = [join for join in ways if {mirror[p] for p in join.places} == set(join.places)]
        best = max(ways, key=lambda join: (join.clean, join.gain), default=None)
        if best is None:
            break
        new = best.make([terms[p] for p in best.places])
        terms = [term for p, term in enumerate(terms) if p not in best.places] + [new]
        terms = _equal_letters(terms, flat, depth)
    return terms


def _mirror(terms: Sequence[Term], flat: Flat) -> list[int]:
    """For every term of a symmetric sum the place of its transpose; nothing where the sum is not seen to be symmetric."""
    if not all(term.letters and not term.letters[0].is_scalar for term in terms):
        return []
    places = {(term.coefficient, term.scalars, term.letters): place for place, term in enumerate(terms)}
    found: list[int] = []
    for term in terms:
        turned = tuple(flat.flip(letter) for letter in reversed(term.letters))
        place = places.get((term.coefficient, term.scalars, turned))
        if place is None:
            return []
        found.append(place)
    return found


def _equal_letters(terms: Sequence[Term], flat: Flat, depth: int) -> list[Term]:
    """Terms with equal matrices as one, with the sum of their scalars in front."""
    groups: dict[tuple[tuple[Matrix, ...], Powers], Fraction] = {}
    for term in terms:
        key = term.letters, term.scalars
        groups[key] = groups.get(key, Fraction(0)) + term.coefficient
    by_letters: dict[tuple[Matrix, ...], list[Term]] = {}
    for (word, scalars), coefficient in groups.items():
        if coefficient:
            by_letters.setdefault(word, []).append(Term(coefficient, scalars, word))
    found: list[Term] = []
    for word, same in by_letters.items():
        if len(same) == 1 or not word or depth >= _MAX_DEPTH:
            found += same
            continue
        coefficient, scalars, rest = content(same)
        inner = collect([_scalar_term(Term(t.coefficient, t.scalars, ())) for t in rest], (), flat, depth + 1)
        c, extra, core = flat.split(inner)
        factors = multiplied(scalars, powers({**dict(extra), **({} if core.op == "number" else {core: Fraction(1)})}))
        found.append(Term(coefficient * c, factors, word))
    return found


def _scalar_term(term: Term) -> Term:
    """A scalar term with its one compound factor as the letters, so that it can be joined with others."""
    compound = [base for base, e in term.scalars if e == 1 and base.op in ("product", "tr", "sum", "mean")]
    if len(compound) != 1:
        return term
    (word,) = compound
    inside = word.children if word.op == "product" and not any(x.is_scalar for x in word.children) else (word,)
    return Term(term.coefficient, tuple(pair for pair in term.scalars if pair[0] is not word), tuple(inside))


def as_term(coefficient: Fraction, scalars: Powers, matrix: Matrix | None, flat: Flat) -> Term:
    """A product as a term; a product of scalars gives up its one compound factor as letters."""
    if matrix is None:
        return _scalar_term(Term(coefficient, scalars, ()))
    c, extra, core = flat.split(matrix)
    return Term(coefficient * c, multiplied(scalars, powers(summed(extra))), tuple(letters(core)))


def _ways(terms: Sequence[Term], flat: Flat, depth: int) -> Iterator[Join]:
    inner = partial(_inner, flat, depth)
    yield from common_ends(terms, flat, inner)
    yield from symmetrised(terms, flat, inner)
    yield from sandwiches(terms, flat, inner)
    yield from congruences(terms, flat, inner)
    yield from common_operands(terms, flat, inner)
    yield from common_krons(terms, flat, inner)
    yield from common_entries(terms, flat, inner)
    yield from common_scalars(terms, flat, inner)
