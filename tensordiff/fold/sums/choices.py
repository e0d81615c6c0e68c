"""Choices as people write them: x.*where(x > 1, 1, 0) + 2*where(x > 1, 0, 1) = where(x > 1, x, 2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction

from tensordiff.fold.flat.factors import entry_factors, repeated
from tensordiff.fold.flat.flat import Flat
from tensordiff.fold.sums.join import Collect
from tensordiff.fold.sums.terms import Powers, Term, powers
from tensordiff.functions.choice import SIGNS
from tensordiff.matrix import Matrix
from tensordiff.matrix.build import as_number, call, number, rebuild
from tensordiff.tensor import bottom_up

HOLDS, ELSE = 0, 1


def chosen(terms: list[Term], flat: Flat, inner_sum: Collect) -> list[Term]:
    """The terms with those that are one side of a choice as that choice, by the comparison that most terms have first; the
    others stay."""
    count = Counter(condition for term in terms for condition in {condition for _, condition, _ in _choices(term)})
    groups: dict[Matrix, tuple[list[int], tuple[list[Term], list[Term]]]] = {}
    for place, term in enumerate(terms):
        found = max(_choices(term), key=lambda choice: count[choice[1]], default=None)
        if found is not None:
            choice, condition, side = found
            places, sides = groups.setdefault(condition, ([], ([], [])))
            places.append(place)
            sides[side].append(_beside(term, choice, flat))
    made: dict[int, Term | None] = {}
    for condition, (places, sides) in groups.items():
        made |= dict.fromkeys(places)
        made[places[0]] = _choice(condition, sides, inner_sum)
    return [term for term in (made.get(place, old) for place, old in enumerate(terms)) if term is not None]


def _choices(term: Term) -> Iterator[tuple[Matrix, Matrix, int]]:
    """The factors of a term that are 1 on one side of a comparison and 0 on the other: (factor, comparison, side with 1)."""
    for base, exponent in _factors(term):
        if exponent >= 1 and base.op == "apply":
            name = base.data[0].name
            if name in SIGNS:
                yield base, base, HOLDS
            elif name == "where" and [as_number(side) for side in base.children[1:]] == [0, 1]:
                yield base, base.children[0], ELSE


def _factors(term: Term) -> list[tuple[Matrix, Fraction]] | Powers:
    if len(term.letters) == 1 and not term.letters[0].is_scalar:
        return entry_factors(term.letters[0])
    return () if term.letters else term.scalars


def _beside(term: Term, choice: Matrix, flat: Flat) -> Term:
    """The term without that factor."""
    rest = [pair for pair in _factors(term) if pair[0] is not choice]
    if not term.letters:
        return Term(term.coefficient, tuple(rest), ())
    return Term(term.coefficient, term.scalars, (flat.from_entry_factors(rest, term.letters[0]),))


def _choice(condition: Matrix, sides: tuple[list[Term], list[Term]], inner_sum: Collect) -> Term:
    shape = condition.shape
    values = []
    for side, terms in enumerate(sides):
        value = _where_taken(inner_sum(terms, shape), condition, side) if terms else number(0)
        values.append(repeated(value) or value)
    certain = [as_number(value) for value in values] == [1, 0]
    made = condition if certain else call("where", condition, *values)
    return Term(Fraction(1), (), (made,)) if shape else Term(Fraction(1), powers({made: Fraction(1)}), ())


def _where_taken(value: Matrix, condition: Matrix, side: int) -> Matrix:
    """A value on one side of a comparison, where choices by the same are made."""

    def visit(node: Matrix, new: tuple[Matrix, ...]) -> Matrix:
        same = node.op == "apply" and node.data[0].name == "where" and node.children[0] is condition
        if same and new[1 + side].shape == node.shape:
            return new[1 + side]
        return rebuild(node, new) if new and new != node.children else node

    return bottom_up(value, visit, None, lambda node: () if node.op == "named" else node.children)
