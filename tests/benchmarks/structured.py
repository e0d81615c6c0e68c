"""Derivatives applied to a direction, with what an expert writes who keeps the factors and never forms the entries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tests.benchmarks.cases import Arrays, Derived, covariance_arrays, gaussian, logistic, normal, projection, projection_arrays

Apply = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Structured:
    """A derivative to apply to a direction for its last variable, called `variable`; `hand` prepares the same by hand."""

    name: str
    derived: Callable[[], Derived]
    ranks: tuple[int, tuple[int, ...]]
    variable: str
    arrays: Callable[[np.random.Generator], Arrays]
    hand: Callable[[Arrays], Apply]
    quick: bool = True


def projection_hand(arrays: Arrays) -> Apply:
    x, p = arrays["X"], np.linalg.inv(arrays["V"])
    f = np.linalg.inv(x.T @ p @ x)
    left, right = f @ x.T @ p, p @ x @ f
    return lambda d: left @ d @ right


def logistic_hand(arrays: Arrays) -> Apply:
    x = arrays["X"]
    s = 1 / (1 + np.exp(-x @ arrays["w"]))
    weight = s * (1 - s)
    return lambda d: x.T @ (weight * (x @ d))


def gaussian_hand(arrays: Arrays) -> Apply:
    p = np.linalg.inv(arrays["S"])
    q = p @ arrays["C"] @ p
    rest = q - p

    # Derivatives of symmetric matrices taken with all entries free: entry [i, j, k, l] multiplies the direction's [k, l].
    return lambda d: p @ d.T @ rest + q @ d.T @ p


STRUCTURED = [
    Structured("projection n=50 m=5", projection, (2, (2,)), "V", projection_arrays(50, 5), projection_hand),
    Structured("projection n=400 m=10", projection, (2, (2,)), "V", projection_arrays(400, 10), projection_hand, quick=False),
    Structured("gaussian n=80", gaussian, (0, (2, 2)), "S", covariance_arrays(80), gaussian_hand),
    Structured("logistic 2000 x 100", logistic, (0, (1, 1)), "w", normal(X=(2000, 100), w=(100,), y=(2000,)), logistic_hand),
]
