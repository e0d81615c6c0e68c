"""Common operands of the terms of a sum: of kron, diag, vec, tr and sum, of entrywise products, and common scalars."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

from tensordiff.fold.flat.factors import entry_factors, letters
from tensordiff.fold.flat.flat import Flat
from tensordiff.fold.sums.join import Collect, Join, content, summed
from tensordiff.fold.sums.terms import Powers, Term, common_powers, multiplied, powers
from tensordiff.matrix import Matrix, Shape
from tensordiff.matrix.build import call, kron, ones, product, transpose

_BARE: object = "diagonal"
"""The frame of a diagonal matrix that is a whole term."""
_LINEAR = frozenset({"kron", "diag", "vec", "transpose", "tr", "sum", "ptrace"})


def common_operands(terms: Sequence[Term], flat: Flat, inner_sum: Collect) -> Iterator[Join]:
    """kron(A,B) + kron(A,C) = kron(A, B + C), diag(x) + diag(y) = diag(x + y), and the like."""
    groups: dict[tuple[str, Shape, int, int, object], list[tuple[int, Matrix]]] = {}
    for place, term in enumerate(terms):
        for p, letter in enumerate(term.letters):
            if letter.op == "eye" and len(term.letters) == 1:  # the diagonal matrix of ones
                groups.setdefault(("diag", letter.shape, 0, 0, _BARE), []).append((place, ones(letter.rows)))
            if letter.op not in _LINEAR or (letter.op == "transpose" and letter.children[0].op != "vec"):
                continue
            for q, operand in enumerate(letter.children):
                others = letter.children[:q] + letter.children[q + 1 :]
                frame: object = (others, operand.shape, term.letters[:p], term.letters[p + 1 :])
                if letter.op == "diag" and len(letter.shape) == 2 and len(term.letters) == 1:
                    frame = _BARE
                groups.setdefault((letter.op, letter.shape, p, q, frame), []).append((place, operand))
    for (op, _, p, q, _), members in groups.items():
        operands = [operand for _, operand in members]
        if len(members) < 2 or all(operand.op == "ones" for operand in operands):
            continue
        if op in ("tr", "sum") and not _share_an_end(operands):
            continue
        first, operand = next((terms[place], x) for place, x in members if x.op != "ones")
        around = sum(flat.length(x) + 1 for x in first.letters) - flat.length(operand)
        gain = around * (len(members) - 1)
        yield Join(gain, True, tuple(place for place, _ in members), _operand_maker(p, q, flat, inner_sum))


def common_krons(terms: Sequence[Term], flat: Flat, inner_sum: Collect) -> Iterator[Join]:
    """kron(A, B) - kron(x, y)*kron(x, y)' = kron(A, B - y*y') for A = x*x'."""
    outer = {place: read for place, term in enumerate(terms) if (read := _outer_kron(term, flat)) is not None}
    for place, read in outer.items():
        for other, term in enumerate(terms):
            if len(term.letters) != 1 or term.letters[0].op != "kron" or term.letters[0].shape != read.shape:
                continue
            for join in common_operands([term, Term(terms[place].coefficient, terms[place].scalars, (read,))], flat, inner_sum):
                yield Join(join.gain, True, (other, place), _after_reading(join, read))


def _outer_kron(term: Term, flat: Flat) -> Matrix | None:
    """kron(x, y)*kron(u, v)' as kron(x*u', y*v')."""
    if len(term.letters) != 2 or any(letter.op != "kron" for letter in term.letters):
        return None
    left, right = (letter.children for letter in term.letters)
    if len(left) != len(right) or any(x.cols or u.rows or not x.rows or not u.cols for x, u in zip(left, right, strict=True)):
        return None
    return kron(*(flat.product([x, u]) for x, u in zip(left, right, strict=True)))


def _after_reading(join: Join, read: Matrix) -> Callable[[Sequence[Term]], Term]:
    def make(terms: Sequence[Term]) -> Term:
        first, second = terms
        return join.make([first, Term(second.coefficient, second.scalars, (read,))])

    return make


def _share_an_end(operands: Sequence[Matrix]) -> bool:
    words = [letters(x) for x in operands]
    return len({word[0] for word in words}) == 1 or len({word[-1] for word in words}) == 1


def _operand_maker(p: int, q: int, flat: Flat, inner_sum: Collect) -> Callable[[Sequence[Term]], Term]:
    def make(terms: Sequence[Term]) -> Term:
        coefficient, scalars, rest = content(terms)
        inner: list[Term] = []
        for term in rest:
            c, extra, core = flat.split(_operand(term.letters[p], q))
            cut = Term(c * term.coefficient, multiplied(term.scalars, powers(summed(extra))), tuple(letters(core)))
            inner.append(cut)
        letter = next(term.letters[p] for term in terms if term.letters[p].op != "eye")
        c, extra, core = flat.split(inner_sum(inner, letter.children[q].shape))
        operands = (*letter.children[:q], core, *letter.children[q + 1 :])
        word = (*terms[0].letters[:p], _rebuilt(letter, operands, flat), *terms[0].letters[p + 1 :])
        return Term(coefficient * c, multiplied(scalars, powers(summed(extra))), word)

    return make


def _operand(letter: Matrix, q: int) -> Matrix:
    return ones(letter.rows) if letter.op == "eye" else letter.children[q]


def _rebuilt(letter: Matrix, operands: tuple[Matrix, ...], flat: Flat) -> Matrix:
    if letter.op == "kron":
        return kron(*operands)
    if letter.op == "transpose":
        return transpose(operands[0])
    if letter.op == "diag" and len(letter.shape) == 2:
        return flat.diagonal_matrix(operands[0])
    return call(letter.op, *operands)


# Common entrywise factors


def common_entries(terms: Sequence[Term], flat: Flat, inner_sum: Collect) -> Iterator[Join]:
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
        yield Join(gain, True, tuple(places), _entry_maker(base, flat, inner_sum))


def _one_less(base: Matrix, terms: Sequence[Term], exponents: Sequence[dict[Matrix, Fraction]]) -> bool:
    """Whether the terms are p - p.*q, up to a factor; p - p.^2 is the derivative of the logistic function."""
    if len(terms) != 2 or terms[0].scalars != terms[1].scalars or terms[0].coefficient != -terms[1].coefficient:
        return False
    return {base: Fraction(1)} in exponents


def _entry_maker(base: Matrix, flat: Flat, inner_sum: Collect) -> Callable[[Sequence[Term]], Term]:
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
        c, extra, core = flat.split(inner_sum(inner, like.shape))
        front = flat.from_entry_factors(shared.items(), like)
        word = (flat.hadamard([front, core]),)
        return Term(coefficient * c, multiplied(scalars, powers(summed(extra))), word)

    return make


def _left(own: dict[Matrix, Fraction], shared: dict[Matrix, Fraction], like: Matrix, flat: Flat) -> Matrix:
    rest = [(base, e - shared.get(base, Fraction(0))) for base, e in own.items()]
    rest = [(base, e) for base, e in rest if e]
    return flat.from_entry_factors(rest, like) if rest else ones(like.rows, like.cols)


# Common scalars of some of the terms


def common_scalars(terms: Sequence[Term], flat: Flat, inner_sum: Collect) -> Iterator[Join]:
    """c*A + c*B + C = c*(A + B) + C."""
    shared = common_powers(terms)
    groups: dict[Powers, list[int]] = {}
    for place, term in enumerate(terms):
        if term.scalars != shared and term.letters:
            groups.setdefault(term.scalars, []).append(place)
    for scalars, places in groups.items():
        if 1 < len(places) < len(terms):
            length = sum(flat.length(base) + 1 for base, _ in multiplied(scalars, shared, -1))
            yield Join(length * (len(places) - 1) - 4, False, tuple(places), _scalar_maker(scalars, flat, inner_sum))


def _scalar_maker(scalars: Powers, flat: Flat, inner_sum: Collect) -> Callable[[Sequence[Term]], Term]:
    def make(terms: Sequence[Term]) -> Term:
        shape = product(*terms[0].letters).shape
        inner = inner_sum([Term(t.coefficient, (), t.letters) for t in terms], shape)
        c, extra, core = flat.split(inner)
        return Term(c, multiplied(scalars, powers(summed(extra))), tuple(letters(core)))

    return make
