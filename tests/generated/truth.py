"""tensordiff's side of a comparison, and what counts as equal."""

from __future__ import annotations

from typing import Any

import numpy as np

import tensordiff as td
from tests.generated.derivatives import Question
from tests.generated.grammar import DECLARED, Sentence
from tests.generated.language import Array


def parsed(sentence: Sentence) -> td.Expression:
    return td.parse(sentence.text, where=sentence.where_text, **DECLARED)


def differentiated(question: Question) -> td.Derivative:
    return td.diff(parsed(question.sentence), *question.words, entries=question.entries)


def close(got: Any, expected: Array, largest: float, precision: float = 1e-8) -> bool:
    """Whether two arrays are equal up to rounding, relative to the largest number met on the way."""
    got = np.asarray(got)
    size = np.max(np.abs(expected), initial=0.0)
    return bool(np.all(np.isfinite(got)) and np.max(np.abs(got - expected), initial=0.0) <= precision * (size + 1e-2 * largest))


def assert_close(got: Any, expected: Array, largest: float, precision: float = 1e-8, what: str = "value") -> None:
    got = np.asarray(got)
    assert got.size == expected.size, f"{what} has shape {got.shape}, not {expected.shape}"
    assert close(got.reshape(expected.shape), expected, largest, precision), f"{what}\n{got}\nis not\n{expected}"
