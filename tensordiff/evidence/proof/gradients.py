"""Gradients of traces and of logarithms of determinants, as polynomials in letters.

Where a function T of matrices has dT = sum of tr(B dN), with polynomials B and N, its gradient by each letter follows by
the product rule and d inv(M) = -inv(M) dM inv(M) (reverse accumulation). What is left is zero exactly when T is constant,
as far as the letters that are no inverses are free of each other.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from tensordiff.evidence.proof.completion import Monomial, Polynomial, accumulate, product, single
from tensordiff.evidence.proof.constants import is_parameter
from tensordiff.evidence.proof.relations import inverted
from tensordiff.evidence.proof.system import System

Pair = tuple[Polynomial, Polynomial]
"""(B, N): the differential tr(B dN)"""
Gradient = dict[tuple[int, Monomial], Fraction]
"""The coefficient of each monomial in the gradient by each letter."""


def gradient(system: System, differential: Iterable[Pair]) -> Gradient | None:
    """The gradient by the letters that are no inverses, reduced; the transpose of a letter counts as the letter.

    None where scalars depend on matrices: they would have to be differentiated too.
    """
    alphabet = system.alphabet
    if not all(map(is_parameter, alphabet.scalars)):
        return None
    pending: dict[int, Polynomial] = {}
    for outer, inner in differential:
        _distribute(pending, outer, inner)
    arguments = {letter: found for letter in range(len(alphabet.letters)) if (found := inverted(alphabet, letter))}
    for letter in sorted(arguments, key=_depths(arguments).__getitem__, reverse=True):
        if by := pending.pop(letter, None):
            own = single((letter,))
            outer = system.completion.reduce(product(single((), -1), own, by, own))
            _distribute(pending, outer, arguments[letter])
    made: Gradient = {}
    for letter, by in pending.items():
        (turned,) = alphabet.turn((letter,))
        if turned < letter:
            by = alphabet.transpose(by)
        elif turned == letter:  # a symmetric matrix
            by = dict(by)
            accumulate(by, alphabet.transpose(by).items())
        for monomial, coefficient in system.completion.reduce(by).items():
            key = (min(letter, turned), monomial)
            made[key] = made.get(key, Fraction(0)) + coefficient
    return {key: c for key, c in made.items() if c}


def _distribute(pending: dict[int, Polynomial], outer: Polynomial, inner: Polynomial) -> None:
    """The product rule: tr(B d(l m r)) = tr(r B l dm) for each letter m."""
    for (scalars, word), coefficient in inner.items():
        for place, letter in enumerate(word):
            after = {(scalars, word[place + 1 :]): coefficient}
            accumulate(pending.setdefault(letter, {}), product(after, outer, single(word[:place])).items())


def _depths(arguments: dict[int, Polynomial]) -> dict[int, int]:
    """How many inverses are nested in each."""
    depths = dict.fromkeys(arguments, 0)
    for _ in arguments:
        for letter, argument in arguments.items():
            inner = [depths[a] for _, word in argument for a in word if a in depths]
            depths[letter] = 1 + max(inner, default=0)
    return depths
