"""A function of arrays with its derivatives by hand, and the benchmarks that it makes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from time import perf_counter
from typing import Any

import numpy as np

import tensordiff as td
from tests.benchmarks.case import HAND, JAX, OURS, OURS_JAX, OURS_TORCH, TORCH, Array, Arrays, Case, Make, Run
from tests.benchmarks.libraries import Library
from tests.benchmarks.modes import jax_ways, torch_ways

MOST_FORWARD = 20_000
"""Entries of the variable up to which forward mode is tried: it pushes an identity matrix of that size (of 3 GB) through."""

Sizes = Mapping[str, int]
Linear = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Hand:
    """What an expert writes for each quantity, from the arrays by name: BLAS products, no identity formed, one
    factorisation. `apply` and `adjoint` prepare what does not depend on the direction and give the function of it. `apply`
    contracts a direction with the last variable, `adjoint` an array of the function's shape with the function. What is not
    given is not measured: the Hessian by a large matrix, say, that nobody forms."""

    value: Callable[..., Array]
    derivative: Callable[..., Array] | None = None
    apply: Callable[..., Linear] | None = None
    gradient: Callable[..., Array] | None = None
    """Of functions with a single entry."""
    adjoint: Callable[..., Linear] | None = None
    """Of functions with several."""


@dataclass(frozen=True)
class Problem:
    """A function, as text and as a Python function of an array library and the arrays, to be differentiated by each of the
    variables `by` in turn. `sizes` are small, middle and large ones."""

    family: str
    text: str
    shapes: Mapping[str, str]
    by: tuple[str, ...]
    sizes: Sequence[Sizes]
    function: Callable[..., Any]
    hand: Hand
    structures: Mapping[str, str] = field(default_factory=dict)
    definite: tuple[str, ...] = ()
    """Matrices that are drawn positive definite though they are not declared so."""
    positive: tuple[str, ...] = ()
    """Arrays and numbers that are drawn between a half and three halves, and declared positive."""

    def arrays(self, sizes: Sizes) -> dict[str, np.ndarray]:
        rng = np.random.default_rng(0)
        made: dict[str, np.ndarray] = {}
        for name, shape in self.shapes.items():
            lengths = [sizes[size] for size in shape.split()]
            made[name] = np.asarray(rng.normal(size=lengths) / np.sqrt(max(lengths[-1:] or [1])))
            if name in self.positive:
                made[name] = np.asarray(rng.uniform(0.5, 1.5, size=lengths))
            if name in self.structures or name in self.definite:
                made[name] = made[name] @ made[name].T + np.eye(lengths[0])
        return made

    def expression(self) -> td.Expression:
        assumed = dict.fromkeys(self.positive, "positive")
        return td.parse(self.text, shapes=self.shapes, structures=self.structures, assume=assumed)

    def outputs(self, quantity: str) -> td.Expression | td.Derivative:
        """The expression or derivative, of entries that vary freely, as peers and textbooks do."""
        f = self.expression()
        by = {"value": (), "gradient": self.by[:1]}.get(quantity, self.by)
        return td.diff(f, *by, entries="free") if by else f

    @property
    def quantities(self) -> list[str]:
        hand = self.hand
        scalar = hand.gradient is not None
        given = {"value": hand.value, "gradient": hand.gradient, "Hessian" if scalar else "Jacobian": hand.derivative}
        given |= {"apply": hand.apply, "adjoint": hand.adjoint}
        return [quantity for quantity, by_hand in given.items() if by_hand is not None]

    def cases(self) -> Iterator[Case]:
        for level, sizes in enumerate(self.sizes):
            spelled = " ".join(f"{name}={size}" for name, size in sizes.items())
            for quantity in self.quantities:
                contenders = partial(self.contenders, quantity, sizes)
                planning = None if quantity in ("apply", "adjoint") else partial(self.planning, quantity, sizes)
                yield Case(self.family, spelled, level, quantity, contenders, planning)

    def planning(self, quantity: str, sizes: Sizes) -> tuple[float, float]:
        """Seconds to derive, from the text, and to compile."""
        start = perf_counter()
        outputs = self.outputs(quantity)
        derived = perf_counter()
        td.compile(outputs, sizes=sizes, validate=False)
        return derived - start, perf_counter() - derived

    def contenders(self, quantity: str, sizes: Sizes, libraries: Mapping[str, Library]) -> dict[str, dict[str, Make]]:
        arrays = self.arrays(sizes)
        direction = self.direction(quantity, arrays)
        found: dict[str, dict[str, Make]] = {HAND: {"": partial(self.by_hand, quantity, arrays, direction)}}
        for library, name in (("numpy", OURS), ("jax", OURS_JAX), ("torch", OURS_TORCH)):
            if library in libraries:
                found[name] = {"": partial(self.ours, quantity, arrays, direction, libraries[library])}
        for library, name, ways in (("jax", JAX, jax_ways), ("torch", TORCH, torch_ways)):
            if library in libraries:
                peer = libraries[library]
                placed = [peer.array(array) for array in arrays.values()]
                position = list(arrays).index(self.by[0])
                f = self.on(peer, list(arrays))
                given = None if direction is None else peer.array(direction)
                found[name] = ways(peer, f, placed, position, quantity, self.hand.gradient is not None, given)
                if quantity == "Jacobian" and arrays[self.by[0]].size > MOST_FORWARD:
                    del found[name]["forward"]
        return found

    def direction(self, quantity: str, arrays: Arrays) -> np.ndarray | None:
        if quantity not in ("apply", "adjoint"):
            return None
        shape = arrays[self.by[-1]].shape if quantity == "apply" else np.shape(self.hand.value(**arrays))
        return np.random.default_rng(1).normal(size=shape)

    def by_hand(self, quantity: str, arrays: Arrays, direction: np.ndarray | None) -> Run:
        if direction is None:
            named = {"value": self.hand.value, "gradient": self.hand.gradient}.get(quantity, self.hand.derivative)
            assert named is not None
            return lambda: named(**arrays)
        prepare = self.hand.apply if quantity == "apply" else self.hand.adjoint
        assert prepare is not None
        linear = prepare(**arrays)
        return lambda: linear(direction)

    def ours(self, quantity: str, arrays: Arrays, direction: np.ndarray | None, library: Library) -> Run:
        placed = {name: library.array(array) for name, array in arrays.items()}
        finished = library.finished
        outputs = self.outputs(quantity)
        if direction is not None:
            assert isinstance(outputs, td.Derivative)
            linear = outputs.at(**placed)
            contract = linear.apply if quantity == "apply" else linear.adjoint
            given = library.array(direction)
            return contract_run(contract, given, library)
        program = td.compile(outputs, backend=library.name, validate=False)
        needed = {name: placed[name] for name in program.inputs}
        if library.name == "numpy":
            return lambda: program(**needed)
        return lambda: finished(program(**needed))

    def on(self, library: Library, names: Sequence[str]) -> Callable[..., Any]:
        """The function on a library, of arrays by position."""
        return lambda *values: self.function(library, **dict(zip(names, values, strict=True)))


def contract_run(contract: Callable[[Any], Any], given: Any, library: Library) -> Run:
    if library.name == "numpy":
        return lambda: contract(given)
    return lambda: library.finished(contract(given))
