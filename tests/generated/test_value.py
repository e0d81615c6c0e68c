"""A text has the value that NumPy gives it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.generated.examples import examples
from tests.generated.found import FOUND
from tests.generated.grammar import Sentence, sentences
from tests.generated.language import UnsuitableError, value
from tests.generated.reader import read
from tests.generated.truth import assert_close, parsed


def check_value(sentence: Sentence, seed: int) -> None:
    point = sentence.point(seed)
    try:
        expected = value(sentence.root, point)
    except UnsuitableError:
        return
    assert_close(parsed(sentence).evaluate(**point.arrays), expected, point.largest)


@examples(150)
@given(sentence=sentences(), seed=st.integers(0, 1000))
def test_value(sentence: Sentence, seed: int) -> None:
    check_value(sentence, seed)


@pytest.mark.parametrize("text", FOUND)
def test_value_once_wrong(text: str) -> None:
    check_value(Sentence(read(text)), 0)
