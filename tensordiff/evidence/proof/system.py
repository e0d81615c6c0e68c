"""The letters of some products with all that is known of them: relations, completed on demand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tensordiff.errors import BudgetError
from tensordiff.evidence.proof.alphabet import Alphabet, terms_of
from tensordiff.evidence.proof.chains import Chain, Link, join, take_apart
from tensordiff.evidence.proof.completion import Completion, Polynomial, Word, single
from tensordiff.evidence.proof.relations import pair_relations, reciprocal, relations
from tensordiff.tensor import Symbol, Tensor, add, einsum

STEPS = 2500
"""How many monomials may be rewritten for one proof: less than a tenth of a second."""
_LETTERS = 60
_WEIGHTS = 8
_PAIRS = 60
_SLACK = 6
"""Words are looked at that are longer than those given by so many letters."""


class System:
    """The relations of every letter in some tensors, and of those that come with them (in arguments of inverses)."""

    def __init__(self, alphabet: Alphabet, words: Iterable[Word] = ()) -> None:
        self.alphabet = alphabet
        found = self._relations()
        lengths = [len(word) for relation in found for _, word in relation] + [len(word) for word in words]
        self.completion = Completion(STEPS, max(lengths, default=0) + _SLACK, self._nonzero)
        self.relations = found
        for relation in found:
            self.completion.add(relation)

    def _nonzero(self, scalar: int) -> bool:
        """Whether a scalar is not zero for almost all values: relations may be divided by it."""
        node = self.alphabet.scalars[scalar]
        return isinstance(node, Symbol) or not node.children

    def _relations(self) -> list[Polynomial]:
        alphabet, letter, scalar = self.alphabet, 0, 0
        found: list[Polynomial] = []
        while letter < len(alphabet.letters) or scalar < len(alphabet.scalars):
            if len(alphabet.letters) > _LETTERS:
                raise BudgetError("a proof by relations needs more letters than its budget")
            if letter < len(alphabet.letters):
                found.extend(relations(alphabet, letter))
                letter += 1
            else:
                found.extend(reciprocal(alphabet, scalar))
                scalar += 1
        weights = sum(link.kind in ("diagonal", "vector") for link in alphabet.letters)
        for second, link in enumerate(alphabet.letters):
            if link.kind == "matrix" or weights <= _WEIGHTS:
                for first in range(second):
                    found.extend(pair_relations(alphabet, first, second))
        return found

    def reduced(self, tensor: Tensor) -> Tensor:
        """A canonical tensor with every chain of factors in it reduced, canonical again."""
        terms = [(c, self._reduced_term(term)) for c, term in terms_of(tensor)]
        return self.alphabet.forms.tensor(add(terms, tensor.dims))

    def _reduced_term(self, term: Tensor) -> Tensor:
        parts = take_apart(term)
        parts.chains = [self._oriented(chain) for chain in parts.chains]
        chains = [self._reduced_chain(chain) for chain in parts.chains]
        return join(parts, chains, [self._reduced_trace(cycle) for cycle in parts.cycles])

    def _reduced_chain(self, chain: Chain) -> Tensor:
        made = self.completion.reduce(single(self.alphabet.word(chain.links)))
        return self.alphabet.tensor(made, chain.rows, chain.columns)

    def _oriented(self, chain: Chain) -> Chain:
        """Of a chain and its transpose the one with fewer transposed factors."""
        other = chain.turned()
        return min((chain, other), key=lambda c: self.alphabet.transposes(self.alphabet.word(c.links)))

    def _reduced_trace(self, links: Sequence[Link]) -> Tensor:
        """A trace, reduced at the first factor where it can be."""
        word = self.alphabet.word(links)
        word = min(word, self.alphabet.turn(word), key=self.alphabet.transposes)
        made, place = single(word), 0
        for place in range(len(word)):
            opened = single(word[place:] + word[:place])
            made = self.completion.reduce(opened)
            if made != opened:
                break
        link = self.alphabet.letters[word[place]]
        dim = link.node.dims[-1 if link.turned else 0]
        return einsum([(self.alphabet.tensor(made, dim, dim), (0, 0))], ())


def completed(alphabet: Alphabet) -> System:
    """The relations of an alphabet, completed as far as the budget allows."""
    system = System(alphabet)
    system.completion.advance(_PAIRS)
    return system
