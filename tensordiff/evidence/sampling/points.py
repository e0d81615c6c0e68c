"""Points: values of all symbols at some sizes, and the values of tensors there.

A point is exact; an arithmetic (modulo a prime, with fractions, in double precision, with many digits) evaluates at it.
What was evaluated is remembered, so that many claims about one derivative share their work.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice, product
from random import Random
from typing import Any

import numpy as np

from tensordiff.errors import EvaluationError
from tensordiff.evaluate.array_ops import ArrayOps
from tensordiff.evaluate.double import NumpyOps
from tensordiff.evaluate.field import FieldOps
from tensordiff.evaluate.high_precision import MpmathOps
from tensordiff.evaluate.interpret import node_value
from tensordiff.evaluate.modular import PRIMES, ModularOps
from tensordiff.evaluate.rational import RationalOps
from tensordiff.evidence.sampling.degree import is_rational
from tensordiff.evidence.sampling.signs import Pattern, counted, moved
from tensordiff.evidence.sampling.sizes import (
    SMALLEST,
    assignments,
    even_names,
    fits,
    lattice,
    literal_sizes,
    matrix_degree,
    size_names,
)
from tensordiff.evidence.sampling.stand_ins import concrete
from tensordiff.evidence.sampling.steps import Steps
from tensordiff.evidence.sampling.values import (
    EXPONENTS,
    FIELD,
    FINE,
    INTEGERS,
    REAL_STYLES,
    TINY_INTEGERS,
    Array,
    Style,
    Traits,
    draw,
)
from tensordiff.functions import PI, Frechet
from tensordiff.tensor import Apply, Assumption, Symbol, Tensor, bottom_up, opened, postorder

MOST_ENTRIES = 60_000
MOST_GIVEN = 250_000
"""No array of a test is larger; the second number is for sizes that are given as numbers."""
_ORDERS = 8
_RETRIES = 3
_STRIDE = 1000
"""Where a point is outside the domain, so many orders of sizes, draws (and then styles) are tried."""


class Point:
    """Values of the symbols by name, at these sizes, under one arithmetic."""

    def __init__(self, exact: Mapping[str, Array], sizes: Mapping[str, int], ops: ArrayOps, steps: Steps | None = None) -> None:
        self.exact = exact
        self.sizes = sizes
        self.ops: Any = ops.with_sizes(sizes)
        self.steps = steps or Steps()
        self._inputs = {name: self.ops.literal(value) for name, value in exact.items()}
        self._values: dict[Any, Any] = {}
        self._precise: dict[int, Point] = {}

    def value(self, tensor: Tensor) -> Array:
        """The tensor's value. Raises EvaluationError where it has none here."""
        tensor = opened(concrete(tensor))
        machine = isinstance(self.ops, NumpyOps | ModularOps)

        def visit(node: Tensor, _: object) -> Any:
            self.steps.evaluated(node, self.ops.size, machine=machine)
            return node_value(node, self._values, self._inputs, self.ops)

        try:
            with self.ops.context():
                value: Array = bottom_up(tensor, visit, self._values)
        except (FloatingPointError, OverflowError, ZeroDivisionError) as error:
            raise EvaluationError(f"a value is outside the domain, or too large ({error})") from error
        if value.dtype.kind == "f" and not np.all(np.isfinite(value)):
            raise EvaluationError("a value is too large for double precision")
        return value

    def defines(self, tensors: Sequence[Tensor]) -> bool:
        """Whether every tensor has a value here."""
        try:
            for tensor in tensors:
                self.value(tensor)
        except EvaluationError:
            return False
        return True

    def under(self, ops: ArrayOps) -> Point:
        """The same values under another arithmetic."""
        return Point(self.exact, self.sizes, ops, self.steps)

    def with_digits(self, digits: int) -> Point:
        """The same values with many digits; remembered."""
        found = self._precise.get(digits)
        if found is None:
            found = self._precise[digits] = self.under(MpmathOps(digits))
        return found

    @property
    def is_costly(self) -> bool:
        """Whether a Frechet derivative was evaluated here: many digits would take seconds."""
        return any(is_frechet(node) for node in self._values)

    @property
    def is_exact(self) -> bool:
        return isinstance(self.ops, FieldOps)

    def equal(self, a: Array, b: Array) -> bool:
        """Whether two values agree: exactly, or to the digits that the arithmetic has."""
        if self.is_exact:
            return bool(np.array_equal(a, b))
        difference = abs(a - b)
        size = np.maximum(abs(a), abs(b))
        if isinstance(self.ops, MpmathOps):
            # Entry by entry, so that a wrong entry cannot hide beside a large one.
            ten, digits = self.ops.mp.mpf(10), self.ops.digits
            fine, coarse = ten ** -(digits // 2), ten ** -(digits * 3 // 4)
            return bool(np.all((difference <= fine * size) | (difference <= coarse * np.max(size, initial=0))))
        return bool(np.all(difference <= 1e-6 * np.max(size, initial=0)))


class _Memory:
    """An iterator that may be gone through again and again; it is worked out as far as it is asked for."""

    def __init__(self, source: Iterator[Point]) -> None:
        self._source = source
        self._seen: list[Point] = []

    def __iter__(self) -> Iterator[Point]:
        place = 0
        while True:
            if place == len(self._seen):
                found = next(self._source, None)
                if found is None:
                    return
                self._seen.append(found)
            yield self._seen[place]
            place += 1


def is_frechet(node: object) -> bool:
    return isinstance(node, Apply) and isinstance(node.function, Frechet)


def is_costly(tensor: Tensor) -> bool:
    """Whether there is a Frechet derivative, whose every entry takes a large matrix."""
    return any(is_frechet(node) for node in postorder([tensor]))


def matrix_exponents(tensors: Sequence[Tensor]) -> set[Symbol]:
    """Scalars in exponents of matrices, which are whole numbers."""
    found: set[Symbol] = set()
    for node in postorder(tensors):
        if isinstance(node, Apply) and not node.function.elementwise and len(node.children) > 1:
            found.update(part for part in postorder(node.children[1:]) if isinstance(part, Symbol) and not part.dims)
    return found


class Samples:
    """A supply of points for some tensors, reproducible from a seed.

    `suppose` overrides what is declared of symbols, by name. The symbols of the tensors `beside` get values too.
    """

    def __init__(
        self,
        tensors: Sequence[Tensor],
        *,
        suppose: Mapping[str, Traits] | None = None,
        beside: Sequence[Tensor] = (),
        seed: int = 0,
    ) -> None:
        self.tensors = tuple(tensors)
        self.seed = seed
        symbols: dict[str, Symbol] = {}
        for node in postorder([*tensors, *beside]):
            if isinstance(node, Symbol):
                known = symbols.get(node.name)
                if known is None or Traits.of(known) == Traits():  # a freed variable stands beside the declared one
                    symbols[node.name] = node
        self.symbols = symbols
        self.traits = {name: (suppose or {}).get(name, Traits.of(s)) for name, s in symbols.items()}
        self.names = size_names([*tensors, *beside])
        self._whole = matrix_exponents([*tensors, *beside])
        self._found: dict[tuple[object, ...], _Memory] = {}
        scalars = [n for n, s in symbols.items() if not s.dims and self.traits[n].assumption is Assumption.BINARY]
        self._signs = {name: place for place, name in enumerate(sorted(scalars))}
        self._avoid = literal_sizes([*tensors, *beside])
        self._even = even_names([*tensors, *beside])
        self.rational = all(is_rational(tensor) for tensor in tensors)
        self.steps = Steps()

    @property
    def has_pi(self) -> bool:
        """Whether pi occurs, which is a residue like another modulo a prime, but no fraction."""
        return any(isinstance(node, Apply) and node.function == PI for node in postorder(self.tensors))

    def supposing(self, suppose: Mapping[str, Traits]) -> Samples:
        """The same supply with symbols more special than they are declared."""
        made = object.__new__(Samples)
        made.__dict__.update(self.__dict__)
        made.traits = {**self.traits, **suppose}
        made.__dict__.pop("special", None)
        made._found = {}
        return made

    def loosened(self, tensors: Sequence[Tensor]) -> Samples:
        """The same supply for other tensors: where these are defined, whether or not the first ones are."""
        made = self.supposing({})
        made.tensors = tuple(tensors)
        made.rational = all(is_rational(tensor) for tensor in tensors)
        return made

    def exact(self, start: int, number: int = 0) -> Iterator[Point]:
        """Points modulo a prime with sizes from `start` on, where every tensor is defined."""
        ops = ModularOps(PRIMES[number % len(PRIMES)])
        return self._remembered("exact", start, number, (FIELD,), ops)

    def real(self, start: int, number: int = 0, styles: Sequence[Style] = REAL_STYLES) -> Iterator[Point]:
        """Points in double precision, likewise."""
        return self._remembered("real", start, number, styles, NumpyOps())

    def integers(self, start: int, number: int = 0) -> Iterator[Point]:
        """Points of small integers, with fractions where the tensors are rational, for a person to follow."""
        if self.rational and not self.has_pi:
            return self._remembered("integers", start, number, (INTEGERS,), RationalOps())
        return self._remembered("integers", start, number, (TINY_INTEGERS, *REAL_STYLES), NumpyOps())

    def points(self, start: int, number: int = 0) -> Iterator[Point]:
        """Exact points where the tensors are rational, real ones otherwise."""
        return self.exact(start, number) if self.rational else self.real(start, number)

    def _remembered(self, kind: str, start: int, number: int, styles: Sequence[Style], ops: ArrayOps) -> Iterator[Point]:
        """The same points again for the same question, with what was evaluated at them."""
        key = (kind, start, number, tuple(styles))
        if key not in self._found:
            self._found[key] = _Memory(self._valid(start, number, styles, ops))
        return iter(self._found[key])

    def components(self, sizes: Mapping[str, int], patterns: Iterable[Pattern]) -> Iterator[Point]:
        """A point of these sizes for each pattern of signs with which every tensor is defined somewhere."""
        if not self._are_shapes(sizes):
            return
        styles, ops = ((FIELD,), ModularOps()) if self.rational else ((FINE, *REAL_STYLES), NumpyOps())
        for number, pattern in enumerate(patterns):
            for style, retry in product(styles, range(_RETRIES)):
                try:
                    point = self._point(sizes, number + _STRIDE * retry, style, ops, pattern)
                except EvaluationError:  # a structure that has no matrices of these sizes
                    continue
                if point.defines(self.tensors):
                    yield point
                    break

    @cached_property
    def convex(self) -> frozenset[str]:
        """The symbols that may have any value between two values that they may have."""
        linear = [name for name, traits in self.traits.items() if traits.structure.is_linear or traits.structure.general]
        whole = {symbol.name for symbol in self._whole}
        return frozenset(n for n in linear if self.traits[n].assumption is not Assumption.BINARY and n not in whole)

    @cached_property
    def special(self) -> list[Point]:
        """Points where what holds elsewhere may fail: sizes in another order, equal, odd where they had better be even, two
        and one, and matrices of the other component. As far as the tensors are defined there."""
        ordinary = list(islice(self._sizes(SMALLEST), 2))
        wanted = ordinary[1:]
        for number in (SMALLEST, SMALLEST + 1, 2, 1) if self.names else ():
            wanted.append(dict.fromkeys(self.names, number))
        found = [point for sizes in wanted if (point := self.of_sizes(sizes)) is not None]
        if counts := counted(self.symbols, self.traits, ordinary[0] if ordinary else {}):
            both = [{name: (sign,) * count for name, count in counts.items()} for sign in (1, -1)]
            found.extend(self.components(ordinary[0], both))
        return found

    def of_sizes(self, sizes: Mapping[str, int]) -> Point | None:
        """A point of these sizes; None where the tensors are defined at none, or too large."""
        if not fits(sizes, self.tensors, MOST_ENTRIES):
            return None
        return next(self.components(sizes, [{}]), None)

    def lattice(self, degrees: Mapping[str, int], most: int) -> Iterator[dict[str, int]]:
        """Sizes that tell polynomials of these degrees in them apart, all above half the degree in the matrices."""
        start = max(SMALLEST, max(matrix_degree(tensor) for tensor in self.tensors) // 2 + 1)
        return lattice(self.names, degrees, most, start, self._avoid, self._even)

    def _valid(self, start: int, number: int, styles: Sequence[Style], ops: ArrayOps) -> Iterator[Point]:
        for style in styles:
            for retry in range(_RETRIES):
                for sizes in islice(self._sizes(start), _ORDERS):
                    if self._are_shapes(sizes) and fits(sizes, self.tensors, MOST_ENTRIES if self.names else MOST_GIVEN):
                        point = self._point(sizes, number + _STRIDE * retry, style, ops)
                        if point.defines(self.tensors):
                            yield point

    def _are_shapes(self, sizes: Mapping[str, int]) -> bool:
        """Whether every structure has matrices of these sizes."""
        return all(
            self.traits[name].structure.has_shape([dim.size(sizes) for dim in symbol.dims])
            for name, symbol in self.symbols.items()
        )

    def _sizes(self, start: int) -> Iterator[dict[str, int]]:
        return assignments(self.names, start, self._avoid, self._even)

    def _point(self, sizes: Mapping[str, int], number: int, style: Style, ops: ArrayOps, signs: Pattern | None = None) -> Point:
        exact = {}
        for name, symbol in self.symbols.items():
            # Seeded by name: the value of a symbol does not depend on which others there are.
            random = Random(f"{self.seed}:{number}:{style.name}:{name}:{sorted(sizes.items())}")
            chosen = EXPONENTS if symbol in self._whole else style
            exact[name] = draw(symbol, sizes, self.traits[name], chosen, random)
            if signs is not None and name in signs:
                exact[name] = moved(exact[name], self.traits[name], signs[name])
            elif name in self._signs:  # one sign has two values: by turns, so that all are seen soon
                exact[name] = np.array((-1) ** (number >> self._signs[name]), dtype=object)
        return Point(exact, sizes, ops, self.steps)
