"""Where expressions are defined, and what is said of the rest.

A proof by canonical forms goes by rules such as sqrt(x)*sqrt(x) = x and inv(A)*A = eye(n), which hold where their left sides
have values. What a rule removed still stands in the expressions as they were written, so the side conditions of all rules
that were used are among the domains of the parts of both. Parts are evaluated one by one at points where the rest is
defined: one that has no value at some of them is undefined on an open set, which is an assumption and is named. Single
points, such as zeros of a sign or of a determinant, are reservations, which the words of the evidence mention.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import islice

import numpy as np

from tensordiff.compile.plan import ranges
from tensordiff.errors import TensordiffError
from tensordiff.evaluate.double import NumpyOps
from tensordiff.evidence.agreement import Pair
from tensordiff.evidence.printing import listed
from tensordiff.evidence.sampling.points import Point, Samples
from tensordiff.evidence.sampling.sizes import SMALLEST
from tensordiff.evidence.sampling.values import REAL_STYLES, WIDE_STYLES, Array
from tensordiff.functions import COMPARISONS
from tensordiff.lower import lower
from tensordiff.matrix import Matrix, brief, build
from tensordiff.matrix.operations import OPERATIONS
from tensordiff.tensor import Assumption, Function, Structure, Symbol, Tensor, apply, postorder

_POINTS = 8
_MOST_PARTS = 60
"""Of expressions with more parts the others are not looked at one by one."""
_POSITIVE = frozenset({"sqrt", "log", "power", "dot_power"})
"""Operations on positive values."""


def assumptions(claim: Matrix, beside: Sequence[Matrix], defined: Sequence[Tensor]) -> tuple[str, ...]:
    """What an expression needs to have a value, as sentences ("x is positive"), beyond what the expressions `beside` need:
    its parts that are undefined at some points where these and the tensors `defined` have values."""
    known = {part for matrix in beside for part in _parts(matrix)}
    parts = [part for part in _parts(claim) if part not in known and not _is_almost_total(part)]
    if not parts:
        return ()
    try:
        samples = Samples([*defined, *map(lower, known)], beside=[lower(claim)])
        missing = [part for part in parts if any(not point.defines([lower(part)]) for point in _points(samples))]
    except TensordiffError:
        return ()
    lost = set(missing)
    causes = [part for part in missing if lost.isdisjoint(postorder(part.children))]
    return tuple(dict.fromkeys(map(_needs, causes)))


def _points(samples: Samples) -> Iterator[Point]:
    """Points of all magnitudes and signs, as far as the tensors are defined there."""
    for number in range(_POINTS):
        yield from islice(samples.real(SMALLEST, number, (REAL_STYLES, (*WIDE_STYLES, *REAL_STYLES))[number % 2]), 1)


def _parts(matrix: Matrix) -> list[Matrix]:
    """The parts that may be undefined."""
    nodes = [node for node in postorder([matrix]) if isinstance(node, Matrix) and not node.free and _is_partial(node)]
    return nodes[:_MOST_PARTS]


def _needs(part: Matrix) -> str:
    """A condition under which a part has a value."""
    name = part.data[0].name if part.op == "apply" else part.op
    operand = part.children[0] if part.children else part
    if name in _POSITIVE:
        return f"{brief(operand)} is positive"
    if OPERATIONS[part.op].domain == "definite":
        return f"{brief(operand)} is positive definite"
    return f"{brief(part)}{_IS_DEFINED}"


def _is_almost_total(node: Matrix) -> bool:
    """Whether an operation has a value for almost all operands, as an inverse has."""
    whole = node.op in ("power", "dot_power") and node.children[1].op == "number" and node.children[1].data[0].denominator == 1
    quotient = node.op in ("divide", "dot_divide")
    return whole or quotient or (node.op in OPERATIONS and OPERATIONS[node.op].domain in ("invertible", "full-rank"))


def _is_partial(node: Matrix) -> bool:
    """Whether an operation has no value for some operands."""
    if node.op == "apply":
        return _has_gaps(node.data[0], len(node.children))
    if node.op in ("divide", "dot_divide"):
        return node.children[1].op not in ("number", "size")
    if node.op in ("power", "dot_power"):
        exponent = node.children[1]
        return not (exponent.op == "number" and exponent.data[0] >= 0 and exponent.data[0].denominator == 1)
    return node.op in OPERATIONS and OPERATIONS[node.op].domain not in ("any", "nonzero")


@lru_cache(maxsize=512)
def _has_gaps(function: Function, count: int) -> bool:
    """Whether a function of numbers has no value at some of them."""
    names = [f"s{place}" for place in range(count)]
    tensor = apply(function, *(Symbol.make(name, ()) for name in names))
    values = (np.array(value, dtype=object) for value in (0, Fraction(1, 2), Fraction(-1, 2), 2, -2))
    points = (Point(dict.fromkeys(names, value), {}, NumpyOps()) for value in values)
    return not all(point.defines([tensor]) for point in points)


def reserved(
    words: str, sides: Sequence[Matrix], pair: Pair, samples: Samples, needed: Sequence[str] = (), *, proved: bool = True
) -> str:
    """The words for an equality of two values with its reservations: that both sides are defined, what the expressions
    `sides` need for that (`needed`), that a sign is not zero where it makes a difference, and, for what is not `proved`, that
    bases of powers with any exponent are positive: others have powers with whole exponents alone, which no point meets."""
    jumps = _exceptions(sides, pair, samples)
    said = [words for words in needed if not words.endswith(_IS_DEFINED)]
    said += [f"{brief(operand)} is nowhere 0" if operand.shape else f"{brief(operand)} is not 0" for operand in jumps]
    said += [] if proved else [words for words in _positive_bases(sides) if words not in said]
    plain = words.removesuffix(_DEFINED)
    if plain != words or any(_parts(side) for side in sides):
        said.insert(0, "both sides are defined")
    return f"{plain}{'' if plain.endswith('values') else ','} where {listed(said)}" if said else words


def _positive_bases(sides: Sequence[Matrix]) -> list[str]:
    """That the bases of scalar powers are positive whose exponents are made of symbols."""
    found: dict[str, None] = {}
    for node in [node for side in sides for node in postorder([side]) if isinstance(node, Matrix) and not node.free]:
        if node.op not in ("power", "dot_power") or not (node.op == "dot_power" or node.children[0].is_scalar):
            continue
        base = lower(node.children[0])
        if any(isinstance(part, Symbol) for part in postorder([lower(node.children[1])])) and ranges.bounds(base, {})[0] < 0:
            found.setdefault(f"{brief(node.children[0])} is positive")
    return list(found)


_DEFINED = " where they are defined"
_IS_DEFINED = " is defined"


def _exceptions(sides: Sequence[Matrix], pair: Pair, samples: Samples) -> list[Matrix]:
    """The operands of jumps at whose zero two values differ."""
    found: dict[Matrix, None] = {}
    for node in [node for side in sides for node in postorder([side]) if isinstance(node, Matrix) and _jumps(node)]:
        zero = _zero_of(node)
        operand = lower(zero)
        symbols = [s for s in postorder([operand]) if isinstance(s, Symbol)]
        if any(s.structure is not Structure.GENERAL or s.assumption is not Assumption.NONE for s in symbols):
            continue
        if any(s.name not in samples.symbols for s in symbols):  # of what cancels
            continue
        for point in _where_zero(operand, samples, symbols):
            a, b = pair(point)
            if not point.equal(a, b):
                found.setdefault(zero)
    return list(found)


def _zero_of(node: Matrix) -> Matrix:
    """What is zero where a function jumps."""
    first, *rest = node.children
    return build.add([(1, first), (-1, rest[0])]) if node.data[0].name in COMPARISONS else first


def _jumps(node: Matrix) -> bool:
    return node.op == "apply" and not node.free and bool(node.data[0].branches(tuple(map(lower, node.children))))


def _where_zero(operand: Tensor, samples: Samples, symbols: Sequence[Symbol]) -> Iterator[Point]:
    """Points at which an operand is zero: where its symbols are, and where one of them is such that it is."""
    point = next(samples.real(SMALLEST), None)
    if point is None:
        return
    value = point.value(operand)
    attempts: list[dict[str, Array]] = [{s.name: np.zeros_like(point.exact[s.name]) for s in symbols}]
    for symbol in symbols:
        if symbol.dims == operand.dims:
            exact = np.frompyfunc(Fraction, 1, 1)(value)
            attempts += [{symbol.name: point.exact[symbol.name] - sign * exact} for sign in (1, -1)]
    for changed in attempts:
        moved = Point({**point.exact, **changed}, point.sizes, NumpyOps())
        if moved.defines([operand, *samples.tensors]) and np.any(moved.value(operand) == 0):
            yield moved
