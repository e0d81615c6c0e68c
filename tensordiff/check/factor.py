"""Scalar factors between a claim and the derivative: a number, or a number times sizes and declared scalars."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from math import isqrt

import numpy as np

from tensordiff.check.claim import Reading
from tensordiff.errors import EvaluationError
from tensordiff.evaluate.modular import ModularOps
from tensordiff.evidence.sampling.degree import is_rational
from tensordiff.evidence.sampling.points import Point
from tensordiff.functions import PI, constant, power
from tensordiff.lower import lower
from tensordiff.matrix import Matrix, brief, number_text
from tensordiff.records import record
from tensordiff.tensor import Dim, Symbol, Tensor, as_number, multiply, number, postorder, size

Powers = tuple[tuple[str, Tensor, int], ...]
"""Bases with their names and exponents."""

_MOST = 1000
"""Numerators and denominators of factors are at most this."""
_MOST_CONSTANTS = 8
_PLAIN = ("number", "size", "multiply", "divide", "negative")
"""Operations whose parts stand in a factor by themselves."""


@record
class Factor:
    """derivative = factor * claim, the factor being a number times powers of sizes and scalars."""

    number: Fraction
    powers: Powers = ()

    @property
    def tensor(self) -> Tensor:
        return multiply(number(self.number), *(power(base, exponent) for _, base, exponent in self.powers))

    @property
    def value(self) -> Fraction | str:
        """The number where it is one, else its text."""
        return self.number if not self.powers else str(self)

    def __str__(self) -> str:
        if not self.powers:
            return number_text(self.number)
        above = [_raised(name, e) for name, _, e in self.powers if e > 0]
        below = [_raised(name, -e) for name, _, e in self.powers if e < 0]
        top, bottom = abs(self.number.numerator), self.number.denominator
        above = above if top == 1 and above else [str(top), *above]
        below = below if bottom == 1 else [str(bottom), *below]
        divisor = f"/({'*'.join(below)})" if len(below) > 1 else f"/{below[0]}" if below else ""
        return ("-" if self.number < 0 else "") + "*".join(above) + divisor


def _raised(name: str, exponent: int) -> str:
    return name if exponent == 1 else f"{name}^{exponent}"


def factors(
    reading: Reading, points: Sequence[Point], scalars: Mapping[str, Tensor], written: Collection[Fraction] = ()
) -> Iterator[Factor]:
    """Factors with which the claim agrees with the derivative at every point, the simplest first; 1 is left out.

    `scalars` are what may stand in a factor beside numbers, by name. Points of different sizes tell them apart. Numbers are
    simple, or simple times one of `written` or its reciprocal; beside them there may be a root of a number, or of pi.
    """
    try:
        points = [point for point in points if any(value.any() for value in reading.pair(point))]
        ratios = [ratio for point in points if (ratio := proportion(reading, point)) is not None]
    except EvaluationError:
        return
    if not points or len(ratios) < len(points):
        return
    for scale in (Fraction(1), *written, *(1 / c for c in written)):
        if (found := _number_beside((), scale, ratios, points)) is not None and scale * found != 1:
            yield Factor(scale * found)
            break
    if not any(point.is_exact for point in points):
        yield from _roots(ratios, points)
    for powers in _monomials(scalars):
        if (found := _number_beside(powers, Fraction(1), ratios, points)) is not None:
            yield Factor(found, powers)


def _number_beside(
    powers: Powers, scale: Fraction, ratios: Sequence[np.ndarray], points: Sequence[Point], squared: bool = False
) -> Fraction | None:
    """The simple number that is left of the ratios (or their squares) beside powers and a number; None where there is none."""
    found: set[Fraction | None] = set()
    for ratio, point in zip(ratios, points, strict=True):
        try:
            below = point.ops.multiply(_value(powers, point), point.ops.constant(scale))
            found.add(_fraction(point.ops.divide(point.ops.multiply(ratio, ratio) if squared else ratio, below), point))
        except EvaluationError:
            return None
    return found.pop() if len(found) == 1 else None


def _roots(ratios: Sequence[np.ndarray], points: Sequence[Point]) -> Iterator[Factor]:
    """The factors whose square is a simple number, perhaps times pi or divided by it."""
    sign = 1 if all(ratio > 0 for ratio in ratios) else -1
    for powers in ((), (("pi", constant(PI), 1),), (("pi", constant(PI), -1),)):
        square = _number_beside(powers, Fraction(1), ratios, points, squared=True)
        if square is None:
            continue
        inside, outside = _root(square.numerator * square.denominator)
        number_of = Fraction(sign * outside, square.denominator)
        root: Powers = ((f"sqrt({inside})", power(number(inside), Fraction(1, 2)), 1),) if inside > 1 else ()
        roots = tuple((f"sqrt({name})", power(base, Fraction(1, 2)), exponent) for name, base, exponent in powers)
        yield Factor(number_of, root + roots)


def _root(value: int) -> tuple[int, int]:
    """(a, b) with value = a b^2, a free of squares."""
    outside = 1
    for factor in range(2, isqrt(value) + 1):
        while value % factor**2 == 0:
            value //= factor**2
            outside *= factor
    return value, outside


def proportion(reading: Reading, point: Point) -> np.ndarray | None:
    """The scalar c with derivative = c * claim at a point; None where there is none, or both are zero."""
    true, claimed = reading.pair(point)
    if true.size == 0:
        return None
    flat = np.argmax(np.abs(claimed.astype(float))) if claimed.dtype == object else np.argmax(np.abs(claimed))
    place = np.unravel_index(int(flat), claimed.shape)
    if not claimed[place] or not true[place]:
        return None
    ratio = point.ops.divide(np.asarray(true[place]), np.asarray(claimed[place]))
    return np.asarray(ratio) if point.equal(true, point.ops.multiply(ratio, claimed)) else None


def _monomials(scalars: Mapping[str, Tensor]) -> Iterator[Powers]:
    for exponent in (1, -1, 2, -2):
        for name, base in scalars.items():
            yield ((name, base, exponent),)
    for (first, a), (second, b) in combinations(scalars.items(), 2):
        for e, f in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
            yield (first, a, e), (second, b, f)


def _value(powers: Powers, point: Point) -> np.ndarray:
    made: np.ndarray = point.ops.constant(1)
    for _, base, exponent in powers:
        made = point.ops.multiply(made, point.ops.power(point.value(base), Fraction(exponent)))
    return made


def _fraction(value: np.ndarray, point: Point) -> Fraction | None:
    """The simple fraction that a value is, None where it is none."""
    if isinstance(point.ops, ModularOps):
        return reconstructed(int(value), point.ops.prime)
    exact = Fraction(value.item()) if not isinstance(value.item(), Fraction) else value.item()
    simple = exact.limit_denominator(_MOST)
    return simple if simple and abs(simple) <= _MOST and abs(exact - simple) <= abs(exact) * Fraction(1, 10**8) else None


def reconstructed(residue: int, prime: int) -> Fraction | None:
    """The fraction with small numerator and denominator that is this residue (Wang 1981)."""
    r0, r1, t0, t1 = prime, residue % prime, 0, 1
    while r1 > _MOST:
        quotient = r0 // r1
        r0, r1, t0, t1 = r1, r0 - quotient * r1, t1, t0 - quotient * t1
    return Fraction(r1, t1) if r1 and 0 < abs(t1) <= _MOST else None


def scalar_bases(symbols: Mapping[str, Symbol], sizes: Sequence[str], excluded: set[str]) -> dict[str, Tensor]:
    """What may stand in a factor: sizes, pi, and declared scalars that are not differentiated by."""
    found: dict[str, Tensor] = {name: size(Dim.named(name)) for name in sizes} | {"pi": constant(PI)}
    found.update({name: symbol for name, symbol in symbols.items() if not symbol.dims and name not in excluded})
    return found


def _is_long(node: Matrix) -> bool:
    """Whether a sum is more than numbers and sizes: a polynomial in sizes is no factor that a person forgets."""
    return node.op == "add" and any(part.op in ("multiply", "product", "power", "dot_power") for part in node.children)


def constants(roots: Sequence[Matrix]) -> dict[str, Tensor]:
    """The scalars without symbols in some expressions, such as log(2), 2^n and n + 1, by their text."""
    found: dict[str, Tensor] = {}
    for node in postorder(roots):
        if isinstance(node, Matrix) and node.is_scalar and not node.free and node.op not in _PLAIN:
            tensor = lower(node)
            symbols = any(isinstance(part, Symbol) for part in postorder([tensor]))
            if as_number(tensor) is None and not symbols and not (is_rational(tensor) and _is_long(node)):
                found.setdefault(f"({brief(node)})" if node.op == "add" else brief(node), tensor)
    return dict(list(found.items())[:_MOST_CONSTANTS])
