"""Derivatives of plain values by complex steps and central differences: the truth for the tests of this folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from tensordiff.tensor import Symbol, Tensor
from tests.reference import value

Array = np.ndarray
Curve = Callable[[Array], Array]
_STEP = 1e-30


def complex_step(function: Callable[[Array], Array], at: Array) -> Array:
    """df/dx with the axes of f, then those of x, of an analytic function; exact to rounding (Squire and Trapp 1998)."""
    at = np.asarray(at, dtype=complex)
    columns = []
    for place in np.ndindex(*at.shape):
        moved = at.copy()
        moved[place] += 1j * _STEP
        columns.append(np.imag(function(moved)) / _STEP)
    return np.stack(columns, axis=-1).reshape(columns[0].shape + at.shape)


def central(function: Callable[[Array], Array], at: Array, step: float = 1e-5) -> Array:
    """df/dx by central differences, with the axes of f, then those of x."""
    at = np.asarray(at)
    columns = []
    for place in np.ndindex(*at.shape):
        ahead, behind = at.copy(), at.copy()
        ahead[place] += step
        behind[place] -= step
        columns.append((function(ahead) - function(behind)) / (2 * step))
    return np.stack(columns, axis=-1).reshape(np.shape(columns[0]) + at.shape)


def by_symbol(tensor: Tensor, symbol: Symbol, arrays: Mapping[str, Array], sizes: Mapping[str, int]) -> Array:
    """The derivative of a tensor's value by all entries of a symbol."""
    return complex_step(lambda moved: value(tensor, {**arrays, symbol.name: moved}, sizes), arrays[symbol.name])
