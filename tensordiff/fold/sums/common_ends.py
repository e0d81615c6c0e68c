"""Common factors at the left and right ends of the terms of a sum."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

from tensordiff.fold.flat.factors import letters
from tensordiff.fold.flat.flat import Flat
from tensordiff.fold.sums.join import EYE, Collect, Join, content, summed
from tensordiff.fold.sums.terms import Term, multiplied, powers
from tensordiff.matrix import Matrix
from tensordiff.matrix.build import commutation, eye, kron

_SYMMETRY = 4
"""How much longer a sum may get where its symmetry shows."""
_PULLED_OUT = 12
"""How much shorter a sum has to get for an inverse to be taken out on both sides that is triangular."""


def common_ends(terms: Sequence[Term], flat: Flat, inner_sum: Collect) -> Iterator[Join]:
    """A*x + A*y = A*(x + y), x*A + y*A = (x + y)*A; a commutation may change sides of a kron for that."""
    readings = [(p, word) for p, term in enumerate(terms) for word in _readings(term.letters)]
    for at_end in (True, False):
        groups: dict[Matrix, dict[int, tuple[Matrix, ...]]] = {}
        for place, word in readings:
            if len(word) > 1 or (word and not word[0].is_vector):
                groups.setdefault(word[-1 if at_end else 0], {}).setdefault(place, word)
        for group in groups.values():
            longer = {place: word for place, word in group.items() if len(word) > 1}
            for members in [group] if len(longer) == len(group) else [group, longer]:
                if len(members) > 1 and longer and (join := _end_join(members, at_end, flat, inner_sum)) is not None:
                    yield join


def _end_join(group: dict[int, tuple[Matrix, ...]], at_end: bool, flat: Flat, inner_sum: Collect) -> Join | None:
    words = list(group.values())
    shared = _shared(words, at_end)
    if any(len(word) == len(shared) for word in words) and shared[0 if at_end else -1].is_vector:
        shared = shared[1:] if at_end else shared[:-1]  # no identity takes the place of a whole outer product
    if not shared or all(is_unit(x) for word in words for x in word):  # the places of entries, not factors
        return None
    length = sum(flat.length(x) + 1 for x in shared)
    missing = sum(EYE for word in words if len(word) == len(shared))
    gain = length * (len(words) - 1) - 1 - missing
    return Join(gain, not missing, tuple(group), _end_maker(words, shared, at_end, flat, inner_sum))


def is_unit(letter: Matrix) -> bool:
    return letter.op == "unit" or (letter.op == "transpose" and letter.children[0].op == "unit")


def sandwiches(terms: Sequence[Term], flat: Flat, inner_sum: Collect) -> Iterator[Join]:
    """inv(V)*S*inv(V) - inv(V) = inv(V)*(S - V)*inv(V)."""
    for place, term in enumerate(terms):
        if len(term.letters) != 1:
            continue
        (end,) = term.letters
        bare = end.children[0] if end.op == "transpose" else end
        if bare.op != "inv":
            continue
        places = [p for p, t in enumerate(terms) if len(t.letters) > 2 and t.letters[0] is end and t.letters[-1] is end]
        if not places:
            continue
        core = bare.children[0] if bare is end else flat.flip(bare.children[0])
        gain = flat.length(end) * (2 * len(places) - 1) - flat.length(core) - 2
        gain -= _PULLED_OUT if _is_triangular(bare.children[0]) else 0
        words = [*(terms[p].letters for p in places), (end, *letters(core), end)]
        yield Join(gain, False, (*places, place), _end_maker(words, (end,), False, flat, inner_sum))


def _is_triangular(matrix: Matrix) -> bool:
    return matrix.op == "symbol" and bool(matrix.data[0].structure.zeros)


def symmetrised(terms: Sequence[Term], flat: Flat, inner_sum: Collect) -> Iterator[Join]:
    """A + B + A*K + B*K = (A + B)*(eye(n*n) + K(n,n)), before A and B are joined in other ways; a commutation may change
    sides of a kron for that."""
    plain = {(term.coefficient, term.scalars, term.letters): place for place, term in enumerate(terms)}
    pairs: dict[Matrix, dict[int, int]] = {}
    for place, term in enumerate(terms):
        for word in _readings(term.letters):
            last = word[-1] if len(word) > 1 else None
            if last is None or last.op != "commutation" or last.data[0] != last.data[1]:
                continue
            other = plain.get((term.coefficient, term.scalars, word[:-1]))
            if other is not None:
                pairs.setdefault(last, {}).setdefault(place, other)
    for last, found in pairs.items():
        if len(found) > 1 and len(set(found.values())) == len(found) and not set(found) & set(found.values()):
            words = [terms[place].letters for place in found.values()]
            gain = sum(flat.length(letter) + 1 for word in words for letter in word)
            places = (*found.values(), *found)
            yield Join(gain, True, places, _symmetrised_maker(len(found), last, flat, inner_sum))


def _symmetrised_maker(count: int, last: Matrix, flat: Flat, inner_sum: Collect) -> Callable[[Sequence[Term]], Term]:
    def make(terms: Sequence[Term]) -> Term:
        coefficient, scalars, rest = content(terms[:count])
        c, extra, core = flat.split(inner_sum(rest, ()))
        twice = flat.ordered_sum([(Fraction(1), eye(last.rows)), (Fraction(1), last)])
        return Term(coefficient * c, multiplied(scalars, powers(summed(extra))), (*letters(core), twice))

    return make


def congruences(terms: Sequence[Term], flat: Flat, inner_sum: Collect) -> Iterator[Join]:
    """A'*A - A'*x*x'*A = A'*(eye(n) - x*x')*A: a symmetric sum of terms with the same ends, one of them nothing else."""
    for term in terms:
        if len(term.letters) != 2 or flat.flip(term.letters[0]) is not term.letters[1] or term.letters[0].is_vector:
            continue
        first, last = term.letters
        places = [p for p, t in enumerate(terms) if len(t.letters) > 1 and t.letters[0] is first and t.letters[-1] is last]
        gain = (flat.length(first) + flat.length(last) + 2) * (len(places) - 1) - EYE + _SYMMETRY
        if len(places) > 1:
            yield Join(gain, True, tuple(places), _congruence_maker(first, last, flat, inner_sum))


def _congruence_maker(first: Matrix, last: Matrix, flat: Flat, inner_sum: Collect) -> Callable[[Sequence[Term]], Term]:
    def make(terms: Sequence[Term]) -> Term:
        coefficient, scalars, rest = content(terms)
        inner = [Term(t.coefficient, t.scalars, t.letters[1:-1] or (eye(first.cols),)) for t in rest]
        c, extra, core = flat.split(inner_sum(inner, ()))
        return Term(coefficient * c, multiplied(scalars, powers(summed(extra))), (first, *letters(core), last))

    return make


def _shared(words: Sequence[tuple[Matrix, ...]], at_end: bool) -> tuple[Matrix, ...]:
    """The longest common prefix, or suffix."""
    count = 0
    shortest = min(len(word) for word in words)
    while count < shortest and len({word[-1 - count] if at_end else word[count] for word in words}) == 1:
        count += 1
    return words[0][len(words[0]) - count :] if at_end else words[0][:count]


def _end_maker(
    words: Sequence[tuple[Matrix, ...]], shared: tuple[Matrix, ...], at_end: bool, flat: Flat, inner_sum: Collect
) -> Callable[[Sequence[Term]], Term]:
    def make(terms: Sequence[Term]) -> Term:
        coefficient, scalars, rest = content(terms)
        inner: list[Term] = []
        for term, word in zip(rest, words, strict=True):
            cut = word[: len(word) - len(shared)] if at_end else word[len(shared) :]
            if not cut:
                cut = (eye(shared[0].rows),) if at_end else (eye(shared[-1].cols),)
            inner.append(Term(term.coefficient, term.scalars, cut))
        middle = inner_sum(inner, ())
        c, extra, core = flat.split(middle)
        word = (*letters(core), *shared) if at_end else (*shared, *letters(core))
        return Term(coefficient * c, multiplied(scalars, powers(summed(extra))), word)

    return make


def _readings(word: tuple[Matrix, ...]) -> Iterator[tuple[Matrix, ...]]:
    """The word, and the same with a commutation on the other side: kron(A,B)*K = K*kron(B,A)."""
    yield word
    for p in range(len(word) - 1):
        first, second = word[p : p + 2]
        if first.op == "kron" and second.op == "commutation":
            a, b = first.children
            if a.rows and b.rows and second.data == (a.cols, b.cols):
                yield (*word[:p], commutation(a.rows, b.rows), kron(b, a), *word[p + 2 :])
        elif first.op == "commutation" and second.op == "kron":
            b, a = second.children
            if a.cols and b.cols and first.data == (a.rows, b.rows):
                yield (*word[:p], kron(a, b), commutation(a.cols, b.cols), *word[p + 2 :])
