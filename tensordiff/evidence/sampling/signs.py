"""Signs: which component of what its symbols may be a point lies in.

Agreement at random points speaks of the component that they were drawn from, and of no other. The admissible sets are:

- linear spaces and open parts of them. General, symmetric, skew, hollow, diagonal, triangular and Toeplitz matrices are drawn
  by their free entries; unit triangular ones lie on a plane parallel to such a space. Symmetric matrices are drawn indefinite.
  Positive definite and correlation matrices are open in the symmetric ones and in those with ones on the diagonal; positive,
  nonzero, near the identity are open in all; probabilities are open in the plane of those that sum to one. A rational
  function that is zero on an open part is zero everywhere, so residues are drawn from the whole space, every one equally
  likely, and the bound of Schwartz and Zippel holds for all parts together. Functions with branches (abs, sqrt, logdet) may
  differ from part to part: points of real numbers are drawn with either sign of every scalar and of every determinant, and
  on both sides of every place where a branch changes sides (`kinks`).
- orthogonal matrices: two irreducible components, det 1 and det -1 (Procesi, Lie Groups, 2007, section 5.3). Cayley's
  transform takes the skew matrices, a linear space, to a dense open part of the first, and its entries are quotients of
  polynomials of the degree that `degree` counts; negating a row turns one component into the other, so the bound holds for
  each of them, and both are drawn.
- matrices with orthonormal columns, fewer than rows: the first columns of orthogonal ones. Both components of these have the
  same first columns, for the last column may be negated: one irreducible set, and the bound holds as for orthogonal ones.
- entries that are 1 or -1: as many components as there are patterns of signs. All are drawn where they are few. Of many,
  some are drawn at random: a polynomial of degree d in signs that is not zero is not zero for at least one pattern in 2^d
  (Schwartz 1980 for two values each, as every square is 1; O'Donnell, Analysis of Boolean Functions, 2014, lemma 3.5), so
  m patterns all miss it with a chance of at most (1 - 2^-d)^m.

Sets of measure zero (singular matrices, repeated eigenvalues, exponents that are whole) are not drawn: an equality is one
"where both sides are defined", almost everywhere.

The components of several symbols are those of each, combined.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import ceil, log, log10
from random import Random

import numpy as np

from tensordiff.evidence.sampling.values import Array, Traits
from tensordiff.tensor import Assumption, Symbol

Pattern = Mapping[str, tuple[int, ...]]
"""For symbols by name, the signs that say where their values are: of all entries, or of the determinant."""

MOST_SIGNS = 6
"""Of so many signs all patterns are tried."""
MOST_PATTERNS = 220
"""Of more signs, so many patterns at most: enough for a degree of 4."""
_CHANCE = 1e-6


def counted(symbols: Mapping[str, Symbol], traits: Mapping[str, Traits], sizes: Mapping[str, int]) -> dict[str, int]:
    """By name, how many signs choose the component of a symbol's value, for rational functions."""
    found: dict[str, int] = {}
    for name, symbol in sorted(symbols.items()):
        trait = traits[name]
        if trait.structure.is_orthogonal:
            found[name] = 1
        elif trait.assumption is Assumption.BINARY and trait.structure.general:
            count = 1
            for dim in symbol.dims:
                count *= dim.size(sizes)
            found[name] = count
    return {name: count for name, count in found.items() if count}


def of_parts(symbols: Mapping[str, Symbol], traits: Mapping[str, Traits], determinants: bool) -> dict[str, int]:
    """By name, one sign for each scalar that may have either, and, with `determinants`, for each such square matrix."""
    found: dict[str, int] = {}
    for name, symbol in sorted(symbols.items()):
        trait = traits[name]
        free = trait.assumption in (Assumption.NONE, Assumption.NONZERO) and not trait.sums_to_one
        square = symbol.rank == 2 and symbol.dims[0] is symbol.dims[1] and trait.structure.rows_flip
        if free and (not symbol.dims or (determinants and square and trait.structure.is_linear)):
            found[name] = 1
    return found


def patterns(counts: Mapping[str, int], degree: int | None = None) -> Iterator[Pattern]:
    """All patterns of these signs where they are few, else enough for a polynomial of this degree in them (None: unknown)."""
    total = sum(counts.values())
    if total <= MOST_SIGNS:
        for number in range(2**total if total else 0):
            yield _split([(-1) ** (number >> place & 1) for place in range(total)], counts)
        return
    random = Random(total)
    for _ in range(needed(degree)):
        yield _split([random.choice((-1, 1)) for _ in range(total)], counts)


def needed(degree: int | None) -> int:
    """How many random patterns it takes to see a polynomial of this degree with almost certainty."""
    if degree is None or degree > MOST_SIGNS:
        return MOST_PATTERNS
    return min(MOST_PATTERNS, ceil(log(_CHANCE) / log(1 - 2.0**-degree))) if degree else 1


def chance_of_missing(counts: Mapping[str, int], degree: int | None, tried: int) -> float:
    """The logarithm (base 10) of the chance that so many random patterns all miss a difference; minus infinity for all."""
    total = sum(counts.values())
    if total <= MOST_SIGNS and tried:
        return -np.inf
    depth = total if degree is None else min(total, degree)
    return tried * log10(1 - 2.0**-depth) if 0 < depth < 1000 else 0.0 if depth else -np.inf


def _split(signs: Sequence[int], counts: Mapping[str, int]) -> Pattern:
    found: dict[str, tuple[int, ...]] = {}
    start = 0
    for name, count in counts.items():
        found[name] = tuple(signs[start : start + count])
        start += count
    return found


def moved(value: Array, traits: Traits, signs: Sequence[int]) -> Array:
    """The value moved to the component that the signs say."""
    if traits.assumption is Assumption.BINARY:
        made = np.empty(value.shape, dtype=object)
        made[...] = np.reshape(np.array(list(signs), dtype=object), value.shape)
        return made
    (sign,) = signs
    if not value.ndim:
        return np.asarray(abs(value) * sign, dtype=object)
    if np.sign(np.linalg.det(value.astype(float))) == sign:
        return value
    made = value.copy()
    if traits.structure.general and len(value) > 1:
        made[[0, 1]] = made[[1, 0]]  # keeps the signs of the entries
    else:
        made[0] = -made[0]
    return made
