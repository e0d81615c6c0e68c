"""Arithmetic for verdicts: modulo a prime, with fractions, with many digits."""

from tensordiff.check.arithmetic.field import FieldOps, NotRational
from tensordiff.check.arithmetic.high_precision import MpmathOps
from tensordiff.check.arithmetic.modular import PRIMES, ModularOps, Unlucky
from tensordiff.check.arithmetic.rational import RationalOps

__all__ = ["PRIMES", "FieldOps", "ModularOps", "MpmathOps", "NotRational", "RationalOps", "Unlucky"]
