"""Exact arithmetic modulo a prime below 2^31, vectorised on 64-bit integers.

A rational identity that fails fails modulo a random large prime at a random point with probability 1 - O(degree/p)
(Schwartz 1980, Zippel 1979).
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from tensordiff.errors import EvaluationError
from tensordiff.evaluate.array_ops import Array
from tensordiff.evaluate.field import FieldOps

PRIMES = (2147483647, 2147483629, 2147483587, 2147483579, 2147483563, 2147483549)
"""The largest primes below 2^31; the first is 2^31 - 1."""
_CHUNK = 1 << 14
"""Inner lengths up to here keep every partial sum below 2^63."""


class Unlucky(EvaluationError):  # noqa: N818 - a finding, after which one tries again
    """A division by zero modulo the prime, at this point: try another point or another prime."""


class ModularOps(FieldOps):
    """Arithmetic modulo `prime`. Pi is transcendental, so for rational identities it may be any element: one is drawn."""

    def __init__(self, prime: int = PRIMES[0], sizes: Mapping[str, int] | None = None, pi: int = 314159265) -> None:
        assert prime < 2**31
        super().__init__(sizes)
        self.prime = prime
        self._pi = pi % prime

    def literal(self, array: Any) -> Array:
        array = np.asarray(array)
        if array.dtype.kind in "iu":
            return np.asarray(array, dtype=np.int64) % self.prime
        made = np.array([self._residue(value) for value in array.ravel().tolist()], dtype=np.int64)
        return made.reshape(array.shape)

    def constant(self, value: int | Fraction | float) -> Array:
        return np.asarray(self._residue(value), dtype=np.int64)

    def _residue(self, value: int | Fraction | float) -> int:
        exact = Fraction(value)
        if exact.denominator % self.prime == 0:
            raise Unlucky(f"the prime {self.prime} divides the denominator of {exact}")
        return exact.numerator * pow(exact.denominator, -1, self.prime) % self.prime

    def pi(self) -> Array:
        return np.asarray(self._pi, dtype=np.int64)

    def add(self, a: Array, b: Array) -> Array:
        return np.asarray((a + b) % self.prime)

    def subtract(self, a: Array, b: Array) -> Array:
        return np.asarray((a - b) % self.prime)

    def multiply(self, a: Array, b: Array) -> Array:
        return np.asarray((a * b) % self.prime)

    def sum(self, a: Array, axes: tuple[int, ...]) -> Array:
        return np.asarray(np.sum(a, axis=axes) % self.prime)

    def matmul(self, a: Array, b: Array) -> Array:
        """a is split as 2^16 * high + low, so that no partial sum overflows."""
        length = a.shape[-1]
        if length > _CHUNK:
            parts = [
                self.matmul(a[..., start : start + _CHUNK], b[..., start : start + _CHUNK, :])
                for start in range(0, length, _CHUNK)
            ]
            return np.asarray(sum(parts) % self.prime)
        high, low = a >> 16, a & 0xFFFF
        return np.asarray(((np.matmul(high, b) % self.prime << 16) + np.matmul(low, b)) % self.prime)

    def reciprocal(self, a: Array) -> Array:
        """a^(p-2), by Fermat."""
        a = np.asarray(a)
        if np.any(a == 0):
            raise Unlucky(f"division by zero modulo {self.prime}")
        if a.ndim == 0:
            return np.asarray(pow(int(a), -1, self.prime), dtype=np.int64)
        made, k = np.ones_like(a), self.prime - 2
        while k:
            if k & 1:
                made = made * a % self.prime
            a = a * a % self.prime
            k >>= 1
        return made
