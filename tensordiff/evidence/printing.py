"""Numbers, arrays and lists as messages show them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import MAX_EMAX, MIN_EMIN, Decimal, localcontext
from fractions import Fraction
from math import isinf
from typing import Any

from tensordiff.evidence.sampling.values import Array
from tensordiff.matrix import number_text

_LONG = 80
"""Bits of a number that is shown with six digits."""


def show(value: Any) -> str:
    """A number for a message."""
    if isinstance(value, Fraction | int):
        exact = Fraction(value)
        if exact.numerator.bit_length() + exact.denominator.bit_length() < _LONG and len(str(exact)) <= 12:
            return number_text(exact)
        with localcontext(prec=6, Emax=MAX_EMAX, Emin=MIN_EMIN):  # no float is so large
            return f"{Decimal(exact.numerator) / Decimal(exact.denominator):.6g}"
    shown = float(value)
    if value and (not shown or isinf(shown)):  # of many digits, and outside the range of floats
        return str(value.context.nstr(value, 6))
    return f"{shown:.6g}"


def show_array(value: Array) -> str:
    """An array on one line, rows separated by semicolons."""
    if value.ndim == 0:
        return show(value.item())
    if value.ndim == 1:
        return "[" + ", ".join(show(v) for v in value.tolist()) + "]"
    if value.ndim == 2:
        return "[" + "; ".join(", ".join(show(v) for v in row) for row in value.tolist()) + "]"
    return "[" + ", ".join(show_array(part) for part in value) + "]"


def listed(parts: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return ", ".join(parts[:-1]) + " and " + parts[-1] if len(parts) > 1 else "".join(parts)
