"""Completion of relations between words, within a budget.

A polynomial is a rational combination of monomials; a monomial is a word of letters that do not commute, times scalars
that commute with everything. Relations become rules, largest monomial -> the rest; where two rules apply to one word in
two ways, the difference of the results is a relation too (Buchberger's algorithm for words: Mora 1994; for formulas with
inverses: Helton, Stankus and Wavrik 1998). Every rule is a true relation whenever the first ones are, so what reduces to
zero is zero, whether or not the completion came to an end.

Letters and scalars are numbers; this file knows no tensors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from heapq import heappop, heappush

from tensordiff.errors import BudgetError
from tensordiff.records import record

Word = tuple[int, ...]
Scalars = tuple[tuple[int, int], ...]
"""Pairs (scalar, exponent), sorted, no exponent zero."""
Monomial = tuple[Scalars, Word]
Polynomial = dict[Monomial, Fraction]

ONE: Monomial = ((), ())


def single(word: Word, coefficient: Fraction | int = 1) -> Polynomial:
    """A word as a polynomial."""
    return {((), word): Fraction(coefficient)}


def times(a: Scalars, b: Scalars, sign: int = 1) -> Scalars:
    """a * b^sign"""
    if not b:
        return a
    found = dict(a)
    for base, exponent in b:
        total = found.get(base, 0) + sign * exponent
        if total:
            found[base] = total
        else:
            found.pop(base, None)
    return tuple(sorted(found.items()))


def accumulate(into: Polynomial, terms: Iterable[tuple[Monomial, Fraction]]) -> None:
    """Add terms to a polynomial, in place."""
    for monomial, coefficient in terms:
        total = into.get(monomial, 0) + coefficient
        if total:
            into[monomial] = total
        else:
            into.pop(monomial, None)


def product(*factors: Mapping[Monomial, Fraction]) -> Polynomial:
    """The product of polynomials, from left to right."""
    made: Polynomial = {ONE: Fraction(1)}
    for factor in factors:
        found: Polynomial = {}
        for (s, v), c in made.items():
            accumulate(found, (((times(s, t), v + w), c * d) for (t, w), d in factor.items()))
        made = found
    return made


def difference(a: Mapping[Monomial, Fraction], b: Mapping[Monomial, Fraction]) -> Polynomial:
    """a - b"""
    made = dict(a)
    accumulate(made, ((monomial, -c) for monomial, c in b.items()))
    return made


@record(eq=False)
class Rule:
    """scalars * word -> tail"""

    scalars: Scalars
    word: Word
    tail: tuple[tuple[Monomial, Fraction], ...]

    def polynomial(self) -> Polynomial:
        """The relation: what equals zero."""
        made: Polynomial = {(self.scalars, self.word): Fraction(1)}
        accumulate(made, ((monomial, -c) for monomial, c in self.tail))
        return made


class Completion:
    """Rules, and how they are completed.

    Shorter words come first. `steps` bounds how many monomials are rewritten in all, `longest` the words that are looked
    at. `nonzero` tells of which scalars relations may be divided. Raises BudgetError where the steps are used up.
    """

    def __init__(self, steps: int, longest: int, nonzero: Callable[[int], bool]) -> None:
        self.steps = steps
        self._nonzero = nonzero
        self._longest = longest
        self._rules: dict[int, dict[Rule, None]] = {}
        """By the first letter; under -1 those without letters."""
        self._pairs: list[tuple[int, int, Rule, Rule, int]] = []
        self._count = 0
        self.consistent = True
        """Whether no relation says that a number is zero: if one does, nothing follows from the relations."""

    def add(self, relation: Mapping[Monomial, Fraction]) -> None:
        """Take a relation in, and give up the rules that it makes superfluous."""
        queue = [dict(relation)]
        while queue:
            rule = self._rule(self.reduce(queue.pop()))
            if rule is None:
                continue
            for other in [r for r in self.rules() if _divides(rule, r)]:
                del self._rules[other.word[0] if other.word else -1][other]
                queue.append(other.polynomial())
            self._rules.setdefault(rule.word[0] if rule.word else -1, {})[rule] = None
            for other in self.rules():
                self._overlap(rule, other)
                if other is not rule:
                    self._overlap(other, rule)

    def rules(self) -> Iterator[Rule]:
        for some in self._rules.values():
            yield from some

    @property
    def complete(self) -> bool:
        """Whether every overlap has been looked at."""
        return not self._pairs

    def advance(self, pairs: int) -> None:
        """Look at so many more overlaps, shortest first."""
        while self._pairs and pairs:
            _, _, first, second, common = heappop(self._pairs)
            if all(rule in self._rules.get(rule.word[0] if rule.word else -1, ()) for rule in (first, second)):
                self.add(_overlapping(first, second, common))
                pairs -= 1

    def reduce(self, polynomial: Mapping[Monomial, Fraction]) -> Polynomial:
        """The polynomial with rules applied until none fits."""
        pending = dict(polynomial)
        done: Polynomial = {}
        while pending:
            monomial, coefficient = pending.popitem()
            found = self._match(monomial)
            if found is None:
                accumulate(done, [(monomial, coefficient)])
                continue
            self.steps -= 1
            if self.steps < 0:
                raise BudgetError("completing the relations takes more steps than its budget")
            rule, place = found
            scalars, word = times(monomial[0], rule.scalars, -1), monomial[1]
            before, after = word[:place], word[place + len(rule.word) :]
            accumulate(pending, (((times(scalars, s), before + w + after), c * coefficient) for (s, w), c in rule.tail))
        return done

    def _match(self, monomial: Monomial) -> tuple[Rule, int] | None:
        scalars, word = monomial
        for rule in self._rules.get(-1, ()):
            if _contains(scalars, rule.scalars):
                return rule, 0
        for place, letter in enumerate(word):
            for rule in self._rules.get(letter, ()):
                if word[place : place + len(rule.word)] == rule.word and _contains(scalars, rule.scalars):
                    return rule, place
        return None

    @staticmethod
    def _key(monomial: Monomial) -> tuple[object, ...]:
        scalars, word = monomial
        return len(word), word, sum(exponent for _, exponent in scalars), scalars

    def _rule(self, relation: Polynomial) -> Rule | None:
        """The relation as a rule, its common scalars divided out."""
        if not relation:
            return None
        common = self._common(relation)
        relation = {(times(s, common, -1), w): c for (s, w), c in relation.items()}
        (scalars, word), *rest = sorted(relation, key=self._key, reverse=True)
        if not word and not scalars:
            self.consistent = False
            return None
        if len(word) > self._longest:
            return None
        lead = relation[scalars, word]
        return Rule(scalars, word, tuple((monomial, -relation[monomial] / lead) for monomial in rest))

    def _common(self, relation: Mapping[Monomial, Fraction]) -> Scalars:
        """The scalars to divide by: least exponents of what all monomials share, and of what stands in a denominator."""
        every = [dict(scalars) for scalars, _ in relation]
        bases = sorted({base for scalars in every for base in scalars})
        least = ((base, min(scalars.get(base, 0) for scalars in every)) for base in bases)
        return tuple((base, exponent) for base, exponent in least if exponent < 0 or (exponent and self._nonzero(base)))

    def _overlap(self, first: Rule, second: Rule) -> None:
        """Note the words in which an end of the first rule is a beginning of the second, or holds all of it."""
        a, b = first.word, second.word
        for common in range(1, min(len(a), len(b)) + 1):
            if a[len(a) - common :] == b[:common] and not (first is second and common == len(a)):
                self._note(first, second, common)
        for place in range(1, len(a) - len(b)):
            if b and a[place : place + len(b)] == b:
                self._note(first, second, -1 - place)
        if not b and first is not second and any(base in dict(first.scalars) for base, _ in second.scalars):
            self._note(first, second, 0)

    def _note(self, first: Rule, second: Rule, common: int) -> None:
        length = len(first.word) + (len(second.word) - common if common >= 0 else 0)
        if length <= self._longest:
            self._count += 1
            heappush(self._pairs, (length, self._count, first, second, common))


def _overlapping(first: Rule, second: Rule, common: int) -> Polynomial:
    """The difference of what the two rules make of the word in which they overlap: by `common` letters, or, where that
    is negative, with the second inside the first from letter -1 - common on."""
    place = len(first.word) - common if common >= 0 else -1 - common
    before, after, tail = first.word[:place], second.word[len(first.word) - place :], first.word[place + len(second.word) :]
    both = _least_multiple(first.scalars, second.scalars)
    left, right = times(both, first.scalars, -1), times(both, second.scalars, -1)
    made: Polynomial = {}
    accumulate(made, (((times(left, s), w + after), c) for (s, w), c in first.tail))
    accumulate(made, (((times(right, s), before + w + tail), -c) for (s, w), c in second.tail))
    return made


def _contains(scalars: Scalars, divisor: Scalars) -> bool:
    if not divisor:
        return True
    found = dict(scalars)
    return all(found.get(base, 0) >= exponent for base, exponent in divisor)


def _divides(rule: Rule, other: Rule) -> bool:
    """Whether a rule applies to what another one rewrites."""
    size = len(rule.word)
    places = range(len(other.word) - size + 1)
    return _contains(other.scalars, rule.scalars) and any(other.word[p : p + size] == rule.word for p in places)


def _least_multiple(a: Scalars, b: Scalars) -> Scalars:
    found = dict(a)
    for base, exponent in b:
        found[base] = max(found.get(base, 0), exponent)
    return tuple(sorted(found.items()))
