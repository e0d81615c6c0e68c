"""What is written by hand for many points is the derivative of the energies, by differences of sixth order."""

from __future__ import annotations

import numpy as np
import pytest

from tests.benchmarks.families.batches import SOLIDS, Solid, by_hand, gradients

WEIGHTS = {1: 3 / 4, 2: -3 / 20, 3: 1 / 60}


def differences(f: np.ndarray, function: object) -> np.ndarray:
    """The derivative of a function of one F, its axes last."""
    assert callable(function)
    step = 1e-2
    columns = []
    for place in np.ndindex(3, 3):
        total = 0.0
        for distance, weight in WEIGHTS.items():
            for sign in (1, -1):
                moved = f.copy()
                moved[place] += sign * distance * step
                total = total + sign * weight * function(moved)
        columns.append(np.asarray(total) / step)
    return np.stack(columns, axis=-1).reshape(*np.shape(columns[0]), 3, 3)


@pytest.mark.parametrize("solid", SOLIDS, ids=lambda solid: solid.family)
def test_stress_and_elasticity(solid: Solid) -> None:
    points = gradients(1030)[::103]

    def energy(f: np.ndarray) -> float:
        return float(solid.energy(np, f, **solid.parameters))

    stress, elasticity = (by_hand(solid, quantity, points) for quantity in ("gradient", "Hessian"))
    for f, first, second in zip(points, stress, elasticity, strict=True):
        np.testing.assert_allclose(first, differences(f, energy), atol=1e-6 * np.abs(first).max())
        np.testing.assert_allclose(
            second, differences(f, lambda moved: by_hand(solid, "gradient", moved[None])[0]), atol=1e-6 * np.abs(second).max()
        )
