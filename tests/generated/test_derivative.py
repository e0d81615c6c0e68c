"""Derivatives are those of the values: complex steps and differences by NumPy alone, in every meaning of entries."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.generated.derivatives import Question, ask, tolerance
from tests.generated.examples import examples
from tests.generated.found import FOUND
from tests.generated.grammar import SCALAR, Sentence, sentences
from tests.generated.language import UnsuitableError
from tests.generated.reader import read
from tests.generated.truth import assert_close, differentiated


def check_derivative(question: Question) -> None:
    expected = question.derivative()
    if np.max(np.abs(expected), initial=0) > 1e4:
        return
    got = differentiated(question).evaluate(**question.point.arrays)
    assert np.shape(got) == expected.shape
    assert_close(got, expected, question.point.largest, tolerance(question), repr(question))


def check_order(sentence: Sentence, seed: int, order: int) -> None:
    try:
        check_derivative(ask(sentence, seed, order))
    except UnsuitableError:
        return


@examples(60)
@given(sentence=sentences(), seed=st.integers(0, 1000))
def test_first(sentence: Sentence, seed: int) -> None:
    check_order(sentence, seed, 1)


@examples(20)
@given(sentence=sentences(shapes=[SCALAR], tensors=False), seed=st.integers(0, 1000))
def test_second(sentence: Sentence, seed: int) -> None:
    check_order(sentence, seed, 2)


@pytest.mark.parametrize("text", FOUND)
def test_once_wrong(text: str) -> None:
    for seed in range(3):
        check_order(Sentence(read(text)), seed, 1)
