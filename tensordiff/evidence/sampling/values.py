"""Values for symbols: random, without accidental symmetry, and true to declared structures and assumptions.

Every value is exact (integers and Fractions), so that one point serves all arithmetics.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import prod
from random import Random
from typing import Any

import numpy as np

from tensordiff.evaluate.matrices import ArrayMatrices
from tensordiff.records import record
from tensordiff.tensor import Assumption, Matrices, Structure, Symbol

Array = np.ndarray[Any, Any]
Number = int | Fraction


@record
class Traits:
    """What the values of a symbol are like: declared, or supposed for a test."""

    structure: Structure = Structure.GENERAL
    assumption: Assumption = Assumption.NONE
    sums_to_one: bool = False
    """A supposition that is weaker than probability: entries may be negative."""

    @staticmethod
    def of(symbol: Symbol) -> Traits:
        return Traits(symbol.structure, symbol.assumption)


@record
class Style:
    """How plain entries are drawn: numerators in [low, high] over a denominator, perhaps with random signs.

    `real` styles respect inequalities (positive, definite, near the identity); in a finite field these have no meaning,
    and rational identities on an open set hold everywhere. `lean` is added to the diagonal of square matrices.
    """

    name: str
    low: int
    high: int
    denominator: int = 1
    signed: bool = True
    real: bool = True
    lean: int = 0

    def entry(self, random: Random) -> Number:
        value = random.randint(self.low, self.high)
        if self.signed and random.getrandbits(1):
            value = -value
        return value if self.denominator == 1 else Fraction(value, self.denominator)


FIELD = Style("field", 1, 2**31 - 2, signed=False, real=False)
"""Uniform residues modulo a prime near 2^31."""

INTEGERS = Style("small integers", 1, 5)
"""For witnesses that a person can follow."""
TINY_INTEGERS = Style("one and two", 1, 2)
"""The same where there are exponentials."""

EXPONENTS = Style("exponents", 2, 7, signed=False)
"""Exponents of matrices."""

REAL_STYLES = (
    Style("moderate", 3, 20, 16),
    Style("positive", 3, 20, 16, signed=False),
    Style("between 0 and 1", 2, 14, 16, signed=False),
    Style("leaning to the identity", 1, 6, 16, lean=1),
    Style("small", 1, 16, 128),
    Style("above 1", 17, 40, 16, signed=False),
    Style("positive, leaning to the identity", 1, 6, 16, signed=False, lean=1),
)
"""Where real functions are evaluated. Moderate sizes: a term of 1e-100 beside one of 1 could not be seen."""

FINE = Style("fine", 2000, 12000, 9973)
"""Where two entries that are equal by chance would stand on a kink."""

TURNED = Style("past the first turn", 24, 90, 16)
"""Where eigenvalues have imaginary parts above pi, so that a logarithm of an exponential is another one."""

TINY = Style("tiny", 1, 90, 1000)
WIDE_STYLES = (
    TINY,
    TURNED,
    Style("large", 2, 40),
    Style("positive, large", 2, 40, signed=False),
    Style("huge", 50, 900),
)
"""Other magnitudes: to reach both sides of every kink, and to see terms that are tiny beside others elsewhere."""


def draw(symbol: Symbol, sizes: Mapping[str, int], traits: Traits, style: Style, random: Random) -> Array:
    """A value of the symbol, as an array of integers and Fractions."""
    shape = tuple(dim.size(sizes) for dim in symbol.dims)
    if traits.sums_to_one:
        return _scaled_to_one(shape, style, random)
    symmetries = traits.structure.symmetries
    if not symmetries and (traits.structure.general or symbol.rank % 2 or not symbol.rank):
        if traits.assumption is Assumption.NEAR_IDENTITY and symbol.rank:
            return _near_identity(prod(shape[: len(shape) // 2]), style, random).reshape(shape)
        return _plain(shape, traits.assumption, style, random)
    half = len(shape) // 2
    axes = shape if symmetries else (prod(shape[:half]), prod(shape[half:]))
    drawn: Array = traits.structure.draw(_Draws(axes, traits.assumption, style, random))
    return drawn.reshape(shape)


def _plain(shape: tuple[int, ...], assumption: Assumption, style: Style, random: Random) -> Array:
    count = prod(shape)
    made = np.empty(count, dtype=object)
    if assumption is Assumption.BINARY:
        made[:] = [random.choice((-1, 1)) for _ in range(count)]
        if count > 1 and abs(sum(made)) == count:  # all alike would hide what a sign does
            made[random.randrange(count)] *= -1
    elif assumption is Assumption.PROBABILITY:
        made[:] = _summing_to_one(count, style, random)
    else:
        made[:] = [style.entry(random) for _ in range(count)]
        if assumption is Assumption.POSITIVE and style.real:
            made = abs(made)
    made = made.reshape(shape)
    if style.lean and len(shape) == 2 and shape[0] == shape[1] and assumption is Assumption.NONE:
        made = made + style.lean * _eye(shape[0])
    return made


def _summing_to_one(count: int, style: Style, random: Random) -> list[Number]:
    if style.real:
        parts = [random.randint(2, 12) for _ in range(count)]
        return [Fraction(part, sum(parts)) for part in parts]
    free = [style.entry(random) for _ in range(count - 1)]
    return [*free, 1 - sum(free)]


def _scaled_to_one(shape: tuple[int, ...], style: Style, random: Random) -> Array:
    while True:
        made = _plain(shape, Assumption.NONE, style, random)
        total = made.sum()
        if not style.real or abs(Fraction(total)) * 4 >= 1:
            return np.asarray(made * Fraction(1, total))


def _eye(size: int) -> Array:
    return np.eye(size, dtype=np.int64).astype(object)


def _near_identity(size: int, style: Style, random: Random) -> Array:
    """The identity and a small disturbance, whose norm stays below one half."""
    if not style.real:
        return _plain((size, size), Assumption.NONE, style, random)
    noise = [Fraction(random.choice((-1, 1)) * random.randint(1, 8), 16 * size) for _ in range(size * size)]
    disturbed: Array = _eye(size) + np.array(noise, dtype=object).reshape(size, size)
    return disturbed


class _Draws:
    """Random matrices from which those of a structure are made."""

    matrices: Matrices = ArrayMatrices(np)

    def __init__(self, shape: tuple[int, ...], assumption: Assumption, style: Style, random: Random) -> None:
        self.shape, self.rows, self.columns = shape, shape[0], shape[-1]
        self.assumption, self.style, self.random = assumption, style, random
        self.real = style.real

    def entries(self) -> Array:
        if self.assumption is Assumption.NEAR_IDENTITY and len(self.shape) == 2 and self.rows == self.columns:
            return _near_identity(self.rows, self.style, self.random)
        return _plain(self.shape, self.assumption, self.style, self.random)

    def gram(self) -> Array:
        if not self.style.real or self.assumption in (Assumption.NEAR_IDENTITY, Assumption.BINARY):
            return np.asarray(Structure.SYMMETRIC.draw(self))
        factor = self.entries()
        definite: Array = factor @ factor.T + _eye(self.rows) * (Fraction(1, 2) if self.style.denominator > 1 else 1)
        return definite

    def orthonormal(self) -> Array:
        """Cayley's transform (I - S) inv(I + S) of a skew S, with a random row negated: det 1 and -1 both occur. For a finite
        field the entries of S are any residues, as the bound of Schwartz and Zippel has it."""
        style = Style("skew", 1, 4) if self.style.real else FIELD
        draws = _Draws((self.rows, self.rows), Assumption.NONE, style, self.random)
        skew = Structure.SKEW.draw(draws)
        turned: Array = (_eye(self.rows) - skew) @ _inverse(_eye(self.rows) + skew)
        if self.random.getrandbits(1):
            turned[0] = -turned[0]
        return turned[:, : self.columns]

    def unit_rows(self) -> Array:
        """(2v, |v|^2 - 1)/(|v|^2 + 1), from vectors v of rational entries."""
        made = np.empty((self.rows, self.rows), dtype=object)
        for row in range(self.rows):
            v = [Fraction(self.random.choice((-1, 1)) * self.random.randint(1, 12), 8) for _ in range(self.rows - 1)]
            square = sum(x * x for x in v)
            unit = [2 * x / (square + 1) for x in v] + [(square - 1) / (square + 1) if v else Fraction(1)]
            made[row] = self.random.sample(unit, len(unit))
        return made


def _inverse(matrix: Array) -> Array:
    """The exact inverse by Gauss and Jordan; I + S is never singular for real skew S."""
    size = len(matrix)
    work = [[Fraction(v) for v in row] + [Fraction(int(i == j)) for j in range(size)] for i, row in enumerate(matrix)]
    for column in range(size):
        pivot = next(row for row in range(column, size) if work[row][column])
        work[column], work[pivot] = work[pivot], work[column]
        head = work[column][column]
        work[column] = [v / head for v in work[column]]
        for row in range(size):
            if row != column and (factor := work[row][column]):
                work[row] = [v - factor * w for v, w in zip(work[row], work[column], strict=True)]
    return np.array([row[size:] for row in work], dtype=object).reshape(size, size)
