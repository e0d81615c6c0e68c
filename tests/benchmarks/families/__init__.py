"""The functions that the benchmarks differentiate, a kind a file."""

from __future__ import annotations

from collections.abc import Iterator

from tests.benchmarks.case import Case
from tests.benchmarks.families import (
    batches,
    covariances,
    determinants,
    factorisations,
    gaussians,
    inverses,
    losses,
    networks,
    polynomials,
    regressions,
    tensors,
)

PROBLEMS = [
    *inverses.PROBLEMS,
    *determinants.PROBLEMS,
    *polynomials.PROBLEMS,
    *factorisations.PROBLEMS,
    *losses.PROBLEMS,
    *networks.PROBLEMS,
    *regressions.PROBLEMS,
    *gaussians.PROBLEMS,
    *covariances.PROBLEMS,
    *tensors.PROBLEMS,
]


def cases() -> Iterator[Case]:
    """Every line of the benchmarks."""
    for problem in PROBLEMS:
        yield from problem.cases()
    yield from batches.cases()
