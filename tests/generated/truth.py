"""What tensordiff is compared with: values and derivatives by NumPy, and what counts as equal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

import tensordiff as td
from tests.generated.grammar import DECLARED, Sentence
from tests.generated.language import SPECTRAL, Array, Node, Point, UnsuitableError, value, walk


def parsed(sentence: Sentence) -> td.Expression:
    return td.parse(sentence.text, where=sentence.where_text, **DECLARED)


def close(got: Any, expected: Array, largest: float, precision: float = 1e-8) -> bool:
    """Whether two arrays are equal up to rounding, relative to the largest number met on the way."""
    got = np.asarray(got)
    size = np.max(np.abs(expected), initial=0.0)
    return bool(np.all(np.isfinite(got)) and np.max(np.abs(got - expected), initial=0.0) <= precision * (size + 1e-3 * largest))


def assert_close(got: Any, expected: Array, largest: float, precision: float = 1e-8) -> None:
    got = np.asarray(got)
    assert got.size == expected.size, f"shape {got.shape} for {expected.shape}"
    assert close(got.reshape(expected.shape), expected, largest, precision), f"\n{got}\nis not\n{expected}"


def is_spectral(sentence: Sentence) -> bool:
    """Whether a function is in it whose value has rounding errors that a complex step cannot stand."""
    trees: list[Node] = [sentence.root, *sentence.where.values()]
    return any(part.op == "call" and part.data in SPECTRAL for tree in trees for part in walk(tree))


def _flat(root: Node, point: Point) -> Array:
    return value(root, point)


def derivative(root: Node, point: Point, words: Sequence[str], spectral: bool = False) -> Array:
    """All entries of the first derivative, or of the second (two words), by NumPy alone; axes flattened as in value.shape + the
    variables' shapes. Raises UnsuitableError.

    A complex step (Squire and Trapp 1998); Richardson's central differences for functions that it does not suit, and for
    the first of two variables.
    """
    if len(words) == 2:
        return _central(lambda moved: derivative(root, moved, words[1:], spectral), point, words[0], spectral, axis=1)
    if spectral:
        return _central(lambda moved: value(root, moved), point, words[0], True)
    base = np.asarray(point.arrays[words[0]])
    shape = value(root, point).shape
    out = np.empty((*shape, *base.shape))
    for place in np.ndindex(base.shape):
        stepped = base.astype(complex)
        stepped[place] += 1e-30j
        out[(..., *place)] = value(root, point.moved(words[0], stepped)).imag / 1e-30
    return out


def _central(f: Any, point: Point, word: str, coarse: bool, axis: int = 0) -> Array:
    base = np.asarray(point.arrays[word])
    step = 1e-3 if coarse else 1e-4
    middle = f(point)
    tail = middle.ndim
    out = np.empty((*middle.shape, *base.shape))
    for place in np.ndindex(base.shape):

        def at(distance: float, place: tuple[int, ...] = place) -> Array:
            moved = base.copy()
            moved[place] += distance
            return np.asarray(f(point.moved(word, moved)))

        one, two = at(step) - at(-step), at(2 * step) - at(-2 * step)
        out[(..., *place)] = (8 * one - two) / (12 * step)
    assert tail == middle.ndim
    return out


__all__ = ["UnsuitableError", "assert_close", "close", "derivative", "is_spectral", "parsed"]
