"""Sums the way people write them: common left and right factors, common operands of kron, diag and vec, common scalars
and rational content are collected wherever that makes the text shorter. Greedy: each step joins two terms or more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from functools import partial

from tensordiff.fold.flat.flat import Flat, entry_factors, letters
from tensordiff.fold.sums.blocks import stacked
from tensordiff.fold.sums.common_ends import common_ends, congruences, is_unit, sandwiches
from tensordiff.fold.sums.denominators import over_common_denominators
from tensordiff.fold.sums.join import Join, content, summed
from tensordiff.fold.sums.terms import (
    Powers,
    Term,
    common_powers,
    multiplied,
    powers,
    total,
    written,
)
from tensordiff.matrix import Matrix, Shape
from tensordiff.matrix.build import call, kron, number, ones, product, terms_of, transpose, zeros

_MAX_TERMS = 150
"""Longer sums are written term by term; only equal matrices are collected."""
_MAX_DEPTH = 6
"""How deep common operands are looked for inside operands."""

_MAX_MIRRORED = 12
"""Longer sums are not tried a second time for the sake of their symmetry."""
_LOPSIDED = 20
"""How much longer a symmetric sum may be, to be seen to be so."""

_LINEAR = frozenset({"kron", "diag", "vec", "transpose", "tr", "sum"})


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
    terms = _equal_letters(terms, flat, depth)
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
    compound = [base for base, e in term.scalars if e == 1 and base.op in ("product", "tr", "sum")]
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
    yield from sandwiches(terms, flat, inner)
    yield from congruences(terms, flat, inner)
    yield from _common_operands(terms, flat, depth)
    yield from _common_entries(terms, flat, depth)
    yield from _common_scalars(terms, flat, depth)


# Common operands of kron, diag, vec, tr, sum


def _common_operands(terms: Sequence[Term], flat: Flat, depth: int) -> Iterator[Join]:
    """kron(A,B) + kron(A,C) = kron(A, B + C), diag(x) + diag(y) = diag(x + y), and the like."""
    groups: dict[tuple[str, Shape, int, int, object], list[tuple[int, Matrix]]] = {}
    for place, term in enumerate(terms):
        for p, letter in enumerate(term.letters):
            if letter.op not in _LINEAR or (letter.op == "transpose" and letter.children[0].op != "vec"):
                continue
            for q, operand in enumerate(letter.children):
                others = letter.children[:q] + letter.children[q + 1 :]
                frame = (others, operand.shape, term.letters[:p], term.letters[p + 1 :])
                groups.setdefault((letter.op, letter.shape, p, q, frame), []).append((place, operand))
    for (op, _, p, q, _), members in groups.items():
        if len(members) < 2:
            continue
        operands = [operand for _, operand in members]
        if op in ("tr", "sum") and not _share_an_end(operands):
            continue
        first = terms[members[0][0]]
        around = sum(flat.length(x) + 1 for x in first.letters) - flat.length(operands[0])
        gain = around * (len(members) - 1)
        yield Join(gain, True, tuple(place for place, _ in members), _operand_maker(p, q, flat, depth))


def _share_an_end(operands: Sequence[Matrix]) -> bool:
    words = [letters(x) for x in operands]
    return len({word[0] for word in words}) == 1 or len({word[-1] for word in words}) == 1


def _operand_maker(p: int, q: int, flat: Flat, depth: int) -> Callable[[Sequence[Term]], Term]:
    def make(terms: Sequence[Term]) -> Term:
        coefficient, scalars, rest = content(terms)
        inner: list[Term] = []
        for term in rest:
            c, extra, core = flat.split(term.letters[p].children[q])
            cut = Term(c * term.coefficient, multiplied(term.scalars, powers(summed(extra))), tuple(letters(core)))
            inner.append(cut)
        letter = terms[0].letters[p]
        c, extra, core = flat.split(collect(inner, letter.children[q].shape, flat, depth + 1))
        operands = (*letter.children[:q], core, *letter.children[q + 1 :])
        word = (*terms[0].letters[:p], _rebuilt(letter, operands, flat), *terms[0].letters[p + 1 :])
        return Term(coefficient * c, multiplied(scalars, powers(summed(extra))), word)

    return make


def _rebuilt(letter: Matrix, operands: tuple[Matrix, ...], flat: Flat) -> Matrix:
    if letter.op == "kron":
        return kron(*operands)
    if letter.op == "transpose":
        return transpose(operands[0])
    if letter.op == "diag" and len(letter.shape) == 2:
        return flat.diagonal_matrix(operands[0])
    return call(letter.op, *operands)


# Common entrywise factors


def _common_entries(terms: Sequence[Term], flat: Flat, depth: int) -> Iterator[Join]:
    """A.*B + A.*C = A.*(B + C), and p - p.^2 = p.*(1 - p)."""
    groups: dict[Matrix, list[int]] = {}
    for place, term in enumerate(terms):
        if len(term.letters) == 1 and not term.letters[0].is_scalar:
            for base in dict.fromkeys(base for base, e in entry_factors(term.letters[0]) if e > 0):
                groups.setdefault(base, []).append(place)
    for base, places in groups.items():
        if len(places) < 2:
            continue
        exponents = [dict(entry_factors(terms[p].letters[0])) for p in places]
        one_less = _one_less(base, [terms[p] for p in places], exponents)
        if all(len(found) == 1 for found in exponents) and not one_less:
            continue
        gain = (flat.length(base) + 2) * (len(places) - 1) - 4
        gain = max(gain, 1) if one_less else gain
        yield Join(gain, True, tuple(places), _entry_maker(base, flat, depth))


def _one_less(base: Matrix, terms: Sequence[Term], exponents: Sequence[dict[Matrix, Fraction]]) -> bool:
    """Whether the terms are p - p.*q, up to a factor; p - p.^2 is the derivative of the logistic function."""
    if len(terms) != 2 or terms[0].scalars != terms[1].scalars or terms[0].coefficient != -terms[1].coefficient:
        return False
    return {base: Fraction(1)} in exponents


def _entry_maker(base: Matrix, flat: Flat, depth: int) -> Callable[[Sequence[Term]], Term]:
    def make(terms: Sequence[Term]) -> Term:
        coefficient, scalars, rest = content(terms)
        found = [dict(summed(entry_factors(term.letters[0]))) for term in rest]
        shared = {
            b: min(e, *(other.get(b, Fraction(0)) for other in found))
            for b, e in found[0].items()
            if b is base or all(other.get(b, Fraction(0)) > 0 for other in found)
        }
        like = terms[0].letters[0]
        inner = [Term(t.coefficient, t.scalars, (_left(own, shared, like, flat),)) for t, own in zip(rest, found, strict=True)]
        c, extra, core = flat.split(collect(inner, like.shape, flat, depth + 1))
        front = flat.from_entry_factors(shared.items(), like)
        word = (flat.hadamard([front, core]),)
        return Term(coefficient * c, multiplied(scalars, powers(summed(extra))), word)

    return make


def _left(own: dict[Matrix, Fraction], shared: dict[Matrix, Fraction], like: Matrix, flat: Flat) -> Matrix:
    rest = [(base, e - shared.get(base, Fraction(0))) for base, e in own.items()]
    rest = [(base, e) for base, e in rest if e]
    return flat.from_entry_factors(rest, like) if rest else ones(like.rows, like.cols)


# Common scalars of some of the terms


def _common_scalars(terms: Sequence[Term], flat: Flat, depth: int) -> Iterator[Join]:
    """c*A + c*B + C = c*(A + B) + C."""
    shared = common_powers(terms)
    groups: dict[Powers, list[int]] = {}
    for place, term in enumerate(terms):
        if term.scalars != shared and term.letters:
            groups.setdefault(term.scalars, []).append(place)
    for scalars, places in groups.items():
        if 1 < len(places) < len(terms):
            length = sum(flat.length(base) + 1 for base, _ in multiplied(scalars, shared, -1))
            yield Join(length * (len(places) - 1) - 4, False, tuple(places), _scalar_maker(scalars, flat, depth))


def _scalar_maker(scalars: Powers, flat: Flat, depth: int) -> Callable[[Sequence[Term]], Term]:
    def make(terms: Sequence[Term]) -> Term:
        shape = product(*terms[0].letters).shape
        inner = collect([Term(t.coefficient, (), t.letters) for t in terms], shape, flat, depth + 1)
        c, extra, core = flat.split(inner)
        return Term(c, multiplied(scalars, powers(summed(extra))), tuple(letters(core)))

    return make
