"""Every form in which a derivative is read has its value: matrices in all layouts, einsum strings, programs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tensordiff as td
from tests.generated.derivatives import LAYOUTS, Question, ask, laid_out
from tests.generated.examples import examples
from tests.generated.found import FOUND
from tests.generated.grammar import DECLARED, SCALAR, SIZES, Sentence, sentences
from tests.generated.language import Array, Point, UnsuitableError, value
from tests.generated.reader import read
from tests.generated.truth import assert_close, differentiated

PRECISION = 1e-6


def check_layouts(question: Question, J: td.Derivative, tensor: Array) -> None:
    for layout in LAYOUTS:
        expected = laid_out(question, tensor, layout)
        if expected is None:
            with pytest.raises(td.FoldError):
                J.evaluate(layout=layout, **question.point.arrays)
            with pytest.raises(td.FoldError):
                J.matrix_form(layout)
            continue
        what = f"{question} in layout {layout}"
        got = J.evaluate(layout=layout, **question.point.arrays)
        assert np.ndim(got) == 2, what
        assert_close(got, expected, question.point.largest, 1e-12, what)
        check_matrix_form(question, J, layout, expected)


def check_matrix_form(question: Question, J: td.Derivative, layout: str, expected: Array) -> None:
    """The printed matrix, read by the small reader and by tensordiff, and the matrix itself."""
    try:
        form = J.matrix_form(layout)
    except td.FoldError:
        return
    point = Point(question.point.arrays, SIZES, question.sentence.where)
    what = f"{question}: {layout} {form}"
    try:
        read_value = value(read(str(form)), point)
    except UnsuitableError:
        return
    largest = max(point.largest, question.point.largest)
    assert_close(read_value, expected, largest, PRECISION, what)
    assert_close(form.evaluate(**question.point.arrays), expected, largest, PRECISION, what)
    again = td.parse(str(form), where=question.sentence.where_text, **DECLARED)
    assert_close(again.evaluate(**question.point.arrays), expected, largest, PRECISION, "read back: " + what)
    if "1" not in layout:
        assert form.latex().count("{") == form.latex().count("}")


def check_einsum(question: Question, J: td.Derivative, tensor: Array) -> None:
    arrays = question.point.arrays
    terms = J.einsum()
    assert_close(terms.evaluate(**arrays), tensor, question.point.largest, PRECISION, f"einsum of {question}: {terms}")
    total: Any = np.zeros(tensor.shape)
    for term in terms:
        if isinstance(term.subscripts, str):
            operands = term.arrays(**arrays)
            product = np.einsum(term.subscripts, *operands) if operands else np.array(1.0)
            total = total + float(term.coefficient) * np.reshape(product, tensor.shape)
        else:
            total = total + term.evaluate(**arrays)
    assert_close(total, tensor, question.point.largest, PRECISION, f"einsum terms of {question}: {terms}")


def check_program(question: Question, J: td.Derivative, tensor: Array) -> None:
    program = td.compile([J.f, J])
    values = program(**question.point.arrays)
    assert_close(values[1], tensor, question.point.largest, PRECISION, f"program of {question}")
    assert_close(values[0], question.value(), question.point.largest, PRECISION, f"value in program of {question}")


def check_structured(question: Question, J: td.Derivative, tensor: Array, seed: int) -> None:
    """The linear map at a point: contracted with a direction, and its adjoint."""
    if len(question.words) > 1:
        return
    rng = np.random.default_rng(seed)
    linear = J.at(**question.point.arrays)
    rank = len(question.f_shape)
    directions = tensor.shape[rank:]
    direction, weights = rng.normal(size=directions), rng.normal(size=question.f_shape)
    expected = np.tensordot(tensor, direction, len(directions))
    assert_close(linear.apply(direction), expected, question.point.largest, PRECISION, f"apply of {question}")
    expected = np.tensordot(weights, tensor, rank)
    assert_close(linear.adjoint(weights), expected, question.point.largest, PRECISION, f"adjoint of {question}")
    assert_close(linear.dense(), tensor, question.point.largest, PRECISION, f"dense of {question}")


def check_forms(sentence: Sentence, seed: int, order: int) -> None:
    try:
        question = ask(sentence, seed, order)
    except UnsuitableError:
        return
    J = differentiated(question)
    try:
        tensor = np.asarray(J.evaluate(**question.point.arrays))
    except td.EvaluationError:
        return
    if np.max(np.abs(tensor), initial=0) > 1e4:
        return
    check_layouts(question, J, tensor)
    check_einsum(question, J, tensor)
    check_program(question, J, tensor)
    check_structured(question, J, tensor, seed)


@examples(25)
@given(sentence=sentences(), seed=st.integers(0, 1000))
def test_first(sentence: Sentence, seed: int) -> None:
    check_forms(sentence, seed, 1)


@examples(15)
@given(sentence=sentences(shapes=[SCALAR], tensors=False, depth=2), seed=st.integers(0, 1000))
def test_second(sentence: Sentence, seed: int) -> None:
    check_forms(sentence, seed, 2)


@pytest.mark.parametrize("text", FOUND)
def test_once_wrong(text: str) -> None:
    for seed in range(3):
        check_forms(Sentence(read(text)), seed, 1)
