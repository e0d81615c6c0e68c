"""Exact rational powers of positive rationals: 8^(1/2) = 2*2^(1/2), (1/2)^(1/2) = 1/2*2^(1/2), 4^(1/2) = 2."""

from __future__ import annotations

from fractions import Fraction
from math import gcd

_TRIAL = 1000
"""Primes are divided out up to here; what is left counts as one prime unless it is a perfect power."""
_MAX_BITS = 20_000


def factorise(value: int) -> dict[int, int]:
    """A positive integer as {base: exponent}: true primes up to a bound, and one rest."""
    factors: dict[int, int] = {}
    prime = 2
    while prime <= _TRIAL and prime * prime <= value:
        while value % prime == 0:
            factors[prime] = factors.get(prime, 0) + 1
            value //= prime
        prime += 1
    if value > 1:
        base, exponent = _perfect_power(value)
        factors[base] = factors.get(base, 0) + exponent
    return factors


def _perfect_power(value: int) -> tuple[int, int]:
    """value = base ** exponent with the largest exponent; no factor below the trial bound, so exponents stay small."""
    for exponent in range(value.bit_length() // 9, 1, -1):
        base = _integer_root(value, exponent)
        if base**exponent == value:
            return base, exponent
    return value, 1


def _integer_root(value: int, degree: int) -> int:
    low, high = 0, 1 << (value.bit_length() // degree + 1)
    while low < high:
        middle = (low + high + 1) // 2
        if middle**degree <= value:
            low = middle
        else:
            high = middle - 1
    return low


def rational_power(base: Fraction, exponent: Fraction) -> tuple[Fraction, int, int] | None:
    """base ** exponent = c * r^(1/q) for base > 0 (or any base != 0 and an integer exponent): (c, r, q).

    r is an integer free of q-th powers, and q is as small as it can be; r = q = 1 where the power is rational. None
    where the numbers would grow beyond reason.
    """
    if abs(base) == 1 and exponent.denominator == 1:
        return base if exponent.numerator % 2 else Fraction(1), 1, 1
    bits = max(base.numerator.bit_length(), base.denominator.bit_length())
    if bits * (abs(exponent.numerator) + exponent.denominator) > _MAX_BITS:
        return None
    if exponent.denominator == 1:
        return base ** int(exponent), 1, 1
    assert base > 0
    exponents = factorise(base.numerator)
    for prime, times in factorise(base.denominator).items():
        exponents[prime] = exponents.get(prime, 0) - times
    root = exponent.denominator
    coefficient = Fraction(1)
    rests: dict[int, int] = {}
    for prime, times in exponents.items():
        whole, rest = divmod(times * exponent.numerator, root)
        coefficient *= Fraction(prime) ** whole
        if rest:
            rests[prime] = rest
    common = gcd(root, *rests.values()) if rests else root
    radicand = 1
    for prime, rest in rests.items():
        radicand *= prime ** (rest // common)
    return coefficient, radicand, root // common
