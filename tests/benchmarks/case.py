"""A line of the benchmarks: one result, computed by several contenders."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.benchmarks.libraries import Library

Array = Any
Arrays = Mapping[str, np.ndarray]
Run = Callable[[], Array]
Make = Callable[[], Run]
"""Prepares what need not be repeated (programs, compiled functions, factors that are kept) and gives the function that is
timed. Its result is finished when it returns."""

HAND, OURS, OURS_JAX, OURS_TORCH = "hand", "tensordiff", "tensordiff on JAX", "tensordiff on torch"
JAX, TORCH = "JAX", "torch.func"
CONTENDERS = (HAND, OURS, OURS_JAX, OURS_TORCH, JAX, TORCH)

DENSE = ("value", "gradient", "Jacobian", "Hessian")
APPLIED = ("apply", "adjoint")
SMALL, MIDDLE, LARGE = 0, 1, 2


@dataclass(frozen=True)
class Case:
    """The `quantity` (of `DENSE` or `APPLIED`) of one family at one size.

    `contenders` makes, for the libraries that are there ("numpy", "jax", "torch"), each contender's ways to compute it;
    the fastest of its ways counts. Every way gives the same array. There is always a `HAND`, to which the others are
    compared. `planning` derives and compiles the program from nothing, and gives the seconds of both.
    """

    family: str
    sizes: str
    level: int
    quantity: str
    contenders: Callable[[Mapping[str, Library]], Mapping[str, Mapping[str, Make]]]
    planning: Callable[[], tuple[float, float]] | None = None

    @property
    def name(self) -> str:
        return f"{self.family} {self.sizes}: {self.quantity}"
