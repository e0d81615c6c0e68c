"""Proofs by relations: a difference is zero where it reduces to nothing by what is known of its factors."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from tensordiff.canonical import Canonicaliser
from tensordiff.errors import BudgetError, DomainError, TensordiffError
from tensordiff.evidence.printing import listed
from tensordiff.evidence.proof.alphabet import Alphabet, UnreadableError, terms_of
from tensordiff.evidence.proof.arguments import reduce_arguments
from tensordiff.evidence.proof.assumptions import by_cases, written_out
from tensordiff.evidence.proof.chains import take_apart
from tensordiff.evidence.proof.clearing import cleared
from tensordiff.evidence.proof.completion import Polynomial, accumulate
from tensordiff.evidence.proof.determinants import open_rank_one, settle_determinants
from tensordiff.evidence.proof.duplications import settle_duplications
from tensordiff.evidence.proof.system import System
from tensordiff.evidence.proof.traces import settle_traces
from tensordiff.fold import fold
from tensordiff.functions import INVERSE
from tensordiff.matrix import text
from tensordiff.tensor import Apply, Tensor, add, is_zero

_PAIRS = (0, 8, 16, 32, 48)
"""After so many more overlaps each, the difference is reduced again."""
_PASSES = 4
_SHOWN = 3
_LONGEST = 60
_EVERYWHERE = "for all sizes and values where they are defined"


def proof(a: Tensor, b: Tensor, forms: Canonicaliser) -> str | None:
    """The words for a proof that two tensors with different canonical forms are equal where both are defined; None where
    the relations, or the budget, did not suffice, which says nothing.

    Raises BudgetError and DomainError as canonical forms do.
    """
    x, y = written_out(forms.tensor(a)), written_out(forms.tensor(b))
    difference = forms.tensor(add([(1, x), (-1, y)]))
    if is_zero(difference):
        return "both sides have the same canonical form when what is declared of their symbols is written out"
    cases = forms.tensor(by_cases(difference))
    if is_zero(cases):
        return "both sides have the same canonical form for either sign of the entries that are 1 or -1"
    rest = cases
    for step, words in _STEPS:
        before = rest
        with suppress(BudgetError, DomainError):
            rest = step(rest, forms)
        if is_zero(rest):
            return f"{words}, {_EVERYWHERE}"
        if (step is _as_it_is or rest is not before) and (by := _by_relations(rest, forms)):
            return f"{words or by}, {_EVERYWHERE}"
    for multiple in cleared(rest, forms):
        other = settle_duplications(multiple, forms)
        if is_zero(other) or _by_relations(other, forms):
            return f"both sides are the same when they are multiplied by a matrix that is inverted in them, {_EVERYWHERE}"
    return None


def _as_it_is(tensor: Tensor, forms: Canonicaliser) -> Tensor:
    return tensor


def _settled(tensor: Tensor, forms: Canonicaliser) -> Tensor:
    """Determinants by each other, and sums of traces by their values."""
    return settle_traces(settle_determinants(open_rank_one(tensor, forms), forms), forms)


_STEPS: tuple[tuple[Callable[[Tensor, Canonicaliser], Tensor], str], ...] = (
    (_as_it_is, ""),
    (settle_duplications, "both sides reduce to the same form by the products of D and L with each other"),
    (reduce_arguments, "both sides reduce to the same form when the arguments of their functions are reduced"),
    (_settled, "determinants and traces on both sides are the same, by their gradients and one value"),
)
"""What is tried by turns, and the words for it; empty: those of the relations."""


def _by_relations(difference: Tensor, forms: Canonicaliser) -> str | None:
    """The words for a proof that a canonical tensor is zero, or None."""
    for both_ways in (False,) if difference.dims else (False, True):
        with suppress(BudgetError):
            attempt = Attempt(difference, forms, both_ways=both_ways)
            if attempt.succeeds():
                return attempt.words()
    return None


class Attempt:
    """One try to reduce a canonical tensor to zero; `both_ways` adds the transpose to a scalar, which is its own."""

    def __init__(self, difference: Tensor, forms: Canonicaliser, *, both_ways: bool = False) -> None:
        self.difference = difference
        alphabet = Alphabet(forms)
        self.polynomial: Polynomial | None = None
        with suppress(UnreadableError):
            self.polynomial = alphabet.read(difference)
            if both_ways:
                accumulate(self.polynomial, alphabet.transpose(self.polynomial).items())
        words = [word for _, word in self.polynomial or ()]
        for _, term in terms_of(difference):
            parts = take_apart(term)
            words.extend(alphabet.word(links) for links in (*(chain.links for chain in parts.chains), *parts.cycles))
        self.system = System(alphabet, words)

    def succeeds(self) -> bool:
        """Whether nothing is left of the difference. False says nothing: the relations, or the budget, did not suffice."""
        completion = self.system.completion
        for pairs in _PAIRS:
            completion.advance(pairs)
            if not completion.consistent:
                return False
            if self.polynomial is not None:
                self.polynomial = completion.reduce(self.polynomial)
                if not self.polynomial:
                    return True
            elif self._reduces():
                return True
            if completion.complete:
                break
        return self.polynomial is not None and self._reduces()

    def words(self) -> str:
        """What the proof rests on."""
        known = [link.node for link in self.system.alphabet.letters if link.kind == "matrix"]
        inverses = [node for node in known if isinstance(node, Apply) and node.function == INVERSE]
        shown = [name for node in dict.fromkeys(inverses) if (name := _text(node))]
        by = f"the relations of {listed(shown[:_SHOWN])}" if shown else "what is known of their functions"
        return f"both sides reduce to the same form by {by}"

    def _reduces(self) -> bool:
        """Whether nothing is left when every chain of factors, and every trace, is reduced."""
        for _ in range(_PASSES):
            before, self.difference = self.difference, self.system.reduced(self.difference)
            if is_zero(self.difference):
                return True
            if self.difference is before:
                return False
        return False


def _text(node: Tensor) -> str:
    """A matrix as a person writes it; empty where there is no short way to."""
    try:
        written = text(fold(node, (0,), (1,)))
    except TensordiffError:
        return ""
    return written if len(written) <= _LONGEST else ""
