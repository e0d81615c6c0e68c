"""Checking a derivative on demand: against central differences with many digits, along random directions.

The differences use nothing of the derivative: f is evaluated with the variable's entries free, along a curve that leaves
the point as the meaning of `entries` says (within the structure, by tied entries ...). A random direction shows a mistake
in any entry with probability one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import islice, product
from random import Random
from typing import Any

import numpy as np

from tensordiff.derive.layouts import DerivativeAxes
from tensordiff.differentiate import Entries, freed
from tensordiff.errors import EvaluationError, VerificationError
from tensordiff.evaluate.high_precision import MpmathOps
from tensordiff.evaluate.interpret import interpret
from tensordiff.evaluate.matrices import ArrayMatrices
from tensordiff.evaluate.rational import RationalOps
from tensordiff.evidence.sampling.points import Samples
from tensordiff.evidence.sampling.values import Traits
from tensordiff.functions import Undefined
from tensordiff.lower import lower
from tensordiff.matrix import Matrix, build
from tensordiff.records import record
from tensordiff.tensor import Apply, Structure, Symbol, Tensor, einsum, postorder

Array = np.ndarray[Any, Any]

_DIGITS = 50
_SMALLEST = 3
"""The smallest of the sizes; all are different."""
Curve = Callable[[Fraction], Array]


@record
class Verification:
    """A derivative agreed with central differences: where, and how well."""

    sizes: tuple[dict[str, int], ...]
    """The sizes of each point."""
    error: float
    """The largest difference found, relative to the largest entry of the derivative and of f."""
    digits: int
    """The digits of the arithmetic."""

    def __bool__(self) -> bool:
        return True

    def __str__(self) -> str:
        places = "; ".join(", ".join(f"{name}={size}" for name, size in sizes.items()) or "scalars" for sizes in self.sizes)
        return f"agrees with central differences to {self.error:.0e} ({self.digits} digits) at {places}"


def verify(f: Matrix, derivative: Tensor, axes: DerivativeAxes, points: int = 3, seed: int = 0) -> Verification:
    """Compares a derivative of f with central differences of f at random points, whose sizes are all different.

    Raises VerificationError where they disagree, EvaluationError where f has no values (it holds an undefined function, or
    no point was found in its domain).
    """
    value = _loosened(f, axes.symbols)
    contracted, directions = _contracted(derivative, axes)
    undefined = [n.function.base for n in postorder([value]) if isinstance(n, Apply) and isinstance(n.function, Undefined)]
    if undefined:
        raise EvaluationError(f"{undefined[0]} is an undefined function: it has no values", hint="define it with elementwise")
    traits = {v.name: Traits.of(v) for v in axes.symbols}
    samples = Samples([value, contracted], suppose=traits, seed=seed)
    places: list[dict[str, int]] = []
    largest = 0.0
    for number in range(points):
        # Sizes in one order, in another, then larger ones.
        for point in islice(samples.real(_SMALLEST + number // 2, seed + number), number % 2, None):
            sizes = dict(point.sizes)
            for name in (name for symbol in axes.symbols for dim in symbol.dims for name in dim.names()):
                sizes.setdefault(name, max(sizes.values(), default=_SMALLEST - 1) + 1)  # f lacks the variable
            values = dict(point.exact)
            for symbol in (*axes.symbols, *directions):
                values.setdefault(symbol.name, _random(symbol.dims, sizes, Random(f"{seed}:{symbol.name}")))
            if _well_posed(contracted, values, sizes):
                largest = max(largest, _error(axes, value, contracted, directions, values, sizes))
                places.append(sizes)
                break
    if not places:
        raise EvaluationError("no point was found where the function and its derivative are defined")
    return Verification(tuple(places), largest, _DIGITS)


def _error(
    axes: DerivativeAxes,
    f: Tensor,
    contracted: Tensor,
    directions: Sequence[Symbol],
    values: Mapping[str, Array],
    sizes: Mapping[str, int],
) -> float:
    """The relative difference of the two sides at a point. Raises VerificationError where it is not small."""
    ops = MpmathOps(_DIGITS)
    # Truncation of the differences costs h^2, rounding 10^-digits / h^order: equal shares.
    exponent = _DIGITS // (len(axes.symbols) + 2)
    curves = [
        _curve(symbol, axes.entries, values[symbol.name], values[direction.name])
        for symbol, direction in zip(axes.symbols, directions, strict=True)
    ]
    claimed = _value(contracted, values, sizes, ops)
    found = _differences(f, axes.symbols, curves, values, sizes, Fraction(1, 10**exponent), ops)
    scale = max(_largest(array) for array in (claimed, found, _value(f, values, sizes, ops)))
    error = float(_largest(np.asarray(claimed - found)) / scale) if scale else 0.0
    if error > 10.0**-exponent:
        raise VerificationError(_report(axes.symbols, claimed, found, sizes))
    return error


def _well_posed(tensor: Tensor, values: Mapping[str, Array], sizes: Mapping[str, int]) -> bool:
    """Whether a value does not hang on the last digits, as that of an inverse at a singular matrix does."""
    try:
        fine, coarse = (_value(tensor, values, sizes, MpmathOps(digits)) for digits in (_DIGITS, _DIGITS - 10))
    except EvaluationError:
        return False
    return bool(_largest(np.asarray(fine - coarse)) <= _largest(fine) * 10 ** (20 - _DIGITS))


def _loosened(f: Matrix, variables: Sequence[Symbol]) -> Tensor:
    """f with the variables' structure taken away."""
    nodes = {node for node in postorder([f]) if node.op == "symbol" and node.data[0] in variables}
    return lower(build.replace(f, {node: build.symbol(freed(node.data[0]), node.shape) for node in nodes}))


def _contracted(derivative: Tensor, axes: DerivativeAxes) -> tuple[Tensor, list[Symbol]]:
    """The derivative times one direction for each variable, and the directions."""
    places = tuple(range(derivative.rank))
    start = place = derivative.rank - sum(axes.ranks)
    factors: list[tuple[Tensor, Sequence[int]]] = [(derivative, places)]
    directions: list[Symbol] = []
    for number, shape in enumerate(axes.variables):
        dims = tuple(dim for group in shape for dim in group)
        directions.append(Symbol.make(f"direction {number + 1}", dims))
        factors.append((directions[-1], places[place : place + len(dims)]))
        place += len(dims)
    return einsum(factors, places[:start]), directions


def _largest(array: Array) -> Any:
    return max(abs(entry) for entry in array.ravel())  # sizes are not zero, so there are entries


def _random(dims: Sequence[Any], sizes: Mapping[str, int], random: Random) -> Array:
    shape = tuple(dim.size(sizes) for dim in dims)
    made = np.empty(shape, dtype=object)
    for place in np.ndindex(*shape):
        made[place] = Fraction(random.randint(-40, 40) or 1, 16)
    return made


def _value(tensor: Tensor, values: Mapping[str, Array], sizes: Mapping[str, int], ops: Any) -> Array:
    (found,) = interpret([tensor], {name: ops.literal(array) for name, array in values.items()}, sizes, ops)
    return np.asarray(found)


def _differences(
    f: Tensor,
    variables: Sequence[Symbol],
    curves: Sequence[Curve],
    values: Mapping[str, Array],
    sizes: Mapping[str, int],
    step: Fraction,
    ops: Any,
) -> Array:
    """The mixed central difference along the curves, one for each order."""
    total: Any = 0
    for signs in product((1, -1), repeat=len(curves)):
        moved = dict(values)
        for variable, curve, sign in zip(variables, curves, signs, strict=True):
            # A variable that occurs again moves on from where the curve before has left it: the curves are straight then.
            moved[variable.name] = moved[variable.name] + curve(sign * step) - values[variable.name]
        sign = 1
        for factor in signs:
            sign *= factor
        total = total + sign * _value(f, moved, sizes, ops)
    return np.asarray(total / (2 * ops.mp.mpf(step.numerator) / step.denominator) ** len(curves))


def _curve(variable: Symbol, entries: Entries, at: Array, direction: Array) -> Curve:
    """A curve through the point whose velocity is what a direction means for the structure and `entries`."""
    structure, matrices = variable.structure, ArrayMatrices(np)
    if structure.general or entries is Entries.FREE:
        return lambda t: at + t * direction
    velocity: Any
    if entries is Entries.VECH:
        velocity = _unpacked(structure, direction, len(at))
    elif entries is Entries.TIED:
        velocity = structure.tie(matrices, direction, at)
    else:
        velocity = structure.project(matrices, direction, at)
    return (lambda t: at + t * velocity) if structure.is_linear else _orthonormal(at, velocity)


def _unpacked(structure: Structure, packed: Array, size: int) -> Array:
    """The matrix with these free entries: its diagonal, or the columns of its (strict) lower triangle."""
    made = np.full((size, size), Fraction(0), dtype=object)
    if structure.free == "diagonal":
        made[np.arange(size), np.arange(size)] = packed
        return made
    places = [(i, j) for j in range(size) for i in range(j + (structure.free == "strict"), size)]
    for (i, j), value in zip(places, packed, strict=True):
        made[j, i] = structure.mirror * value
        made[i, j] = value
    return made


def _orthonormal(at: Array, velocity: Array) -> Curve:
    """Cayley's curve Q(t) = inv(I - t S/2) (I + t S/2) Q, exactly orthonormal, of a tangent velocity S Q: S = W - W' with
    W = (D - Q Q'D/2) Q' (Wen and Yin 2013, lemma 3)."""
    half = (velocity - at @ (at.T @ velocity) * Fraction(1, 2)) @ at.T
    skew = half - half.T
    eye = np.diag(np.array([Fraction(1)] * len(at), dtype=object))

    def curve(t: Fraction) -> Array:
        half = t / 2 * skew
        moved: Array = RationalOps().inv(eye - half) @ (eye + half) @ at
        return moved

    return curve


def _report(variables: Sequence[Symbol], claimed: Array, found: Array, sizes: Mapping[str, int]) -> str:
    place = max(np.ndindex(*claimed.shape), key=lambda p: abs(claimed[p] - found[p]))
    where = f"entry {tuple(i + 1 for i in place)}" if place else "value"
    at = ", ".join(f"{name}={size}" for name, size in sizes.items())
    names = ", ".join(variable.name for variable in variables)
    return (
        f"the derivative by {names} disagrees with central differences at {at or 'a point'}: the {where} along a random "
        f"direction is {float(claimed[place]):.6g}, the difference {float(found[place]):.6g}"
    )
