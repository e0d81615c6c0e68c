"""Every case of tests/cases.py: derivatives against central differences of the values, matrix forms against the tensor.

The differences are of sixth order, so they agree with the derivative to about ten digits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from scipy.linalg import expm

import tensordiff as td
from tensordiff.api.tensor_form import TensorForm
from tensordiff.canonical import canonical
from tests.cases import CASES, Case

Values = dict[str, Any]
Curve = tuple[np.ndarray, Callable[[float], np.ndarray]]
"""A tangent direction, and the values along a curve that leaves in that direction."""

STENCIL = {1: 3 / 4, 2: -3 / 20, 3: 1 / 60}
STEP = 4e-3

by_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def difference(f: Callable[[float], np.ndarray]) -> np.ndarray:
    """f'(0), with an error of order STEP^6."""
    return sum(w * (f(j * STEP) - f(-j * STEP)) for j, w in STENCIL.items()) / STEP


def curves(value: np.ndarray, structure: str) -> Iterator[Curve]:
    """One curve for each dimension of the values that a structure admits."""
    value = np.asarray(value)
    for place in np.ndindex(value.shape):
        unit = np.zeros(value.shape)
        unit[place] = 1
        row, column = (*place, 0, 0)[:2]
        match structure:
            case "symmetric" | "positive-definite":
                unit = np.maximum(unit, unit.T) if row <= column else None
            case "skew" | "orthogonal":
                unit = unit - unit.T if row < column else None
            case "diagonal":
                unit = unit if row == column else None
            case "lower-triangular":
                unit = unit if row >= column else None
            case "upper-triangular":
                unit = unit if row <= column else None
        if unit is None:
            continue
        if structure == "orthogonal":
            yield value @ unit, lambda t, unit=unit: value @ expm(t * unit)
        else:
            yield unit, lambda t, unit=unit: value + t * unit


def agree(found: np.ndarray, expected: np.ndarray, scale: float = 1.0) -> None:
    found, expected = np.asarray(found), np.asarray(expected)
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-9 * max(scale, np.abs(expected).max(initial=0)))


def parsed(case: Case) -> td.Expression:
    return td.parse(case.f, **case.scope)


def as_matrix(array: np.ndarray) -> np.ndarray:
    """A column has one axis as an expression's value and a scalar none, where a derivative in a layout has two."""
    array = np.asarray(array)
    return array if array.ndim == 2 else array.reshape(-1, 1)


def check_against_differences(value: Callable[[Values], np.ndarray], tensor: np.ndarray, case: Case, name: str) -> None:
    """The tensor's last axes are those of the variable: contracted with a direction they give the difference along it."""
    values = case.values()
    scale = float(np.abs(value(values)).max(initial=0))
    axes = np.ndim(values[name])
    for direction, curve in curves(values[name], case.structures.get(name, "general")):
        expected = difference(lambda t, curve=curve: np.asarray(value({**values, name: curve(t)})))
        agree(np.tensordot(tensor, direction, axes), expected, scale)


@by_case
def test_first_derivatives_match_differences(case: Case) -> None:
    f = parsed(case)
    for name in case.wrt:
        derivative = td.diff(f, name)
        tensor = derivative.evaluate(**case.values())
        assert np.shape(tensor) == np.shape(f.evaluate(**case.values())) + np.shape(case.values()[name])
        check_against_differences(lambda values: f.evaluate(**values), tensor, case, name)


@by_case
def test_second_derivatives_match_differences(case: Case) -> None:
    f = parsed(case)
    for name in case.wrt:
        if f.shape or case.structures.get(name) == "orthogonal":
            continue
        first, second = td.diff(f, name), td.diff(f, name, name)
        tensor = second.evaluate(**case.values())
        check_against_differences(lambda values, first=first: first.evaluate(**values), tensor, case, name)


@by_case
def test_matrix_form_has_the_tensors_numbers_and_parses_back(case: Case) -> None:
    f, values = parsed(case), case.values()
    for name in case.wrt:
        derivative = td.diff(f, name)
        if name in case.unfolded:
            with pytest.raises(td.FoldError, match="in index notation: d"):
                derivative.matrix_form()
            continue
        layouts = [layout for layout, _ in derivative.axes.laid_out()]
        assert derivative.default_layout in layouts
        for layout in layouts:
            form = derivative.matrix_form(layout)
            found = form.evaluate(**values)
            agree(as_matrix(found), as_matrix(derivative.evaluate(layout=layout, **values)))
            again = td.parse(str(form), **case.scope)
            if again.matrix is not form.matrix:
                agree(again.evaluate(**values), found)


@pytest.mark.parametrize("case", [case for case in CASES if case.published], ids=lambda case: case.name)
def test_published_answers(case: Case) -> None:
    derivative = td.diff(parsed(case), case.wrt[0], entries=case.entries)
    published = td.parse(case.published, **case.scope)
    agree(as_matrix(derivative.evaluate(layout=case.layout, **case.values())), as_matrix(published.evaluate(**case.values())))


@pytest.mark.parametrize("case", [case for case in CASES if case.published], ids=lambda case: case.name)
def test_published_answers_are_judged_right(case: Case) -> None:
    claim = {"f": parsed(case), "wrt": case.wrt[0], "layout": case.layout, "entries": case.entries}
    assert td.check(case.published, **claim), td.check(case.published, **claim)
    assert not td.check(f"-3*({case.published})", **claim)


@by_case
def test_canonical_form_is_a_fixed_point_of_the_same_value(case: Case) -> None:
    f, values = parsed(case), case.values()
    for name in case.wrt:
        derivative = td.diff(f, name)
        form = derivative.canonical()
        assert canonical(form) is form
        agree(TensorForm(form, f.scope).evaluate(**values), TensorForm(derivative.tensor, f.scope).evaluate(**values))


@pytest.mark.parametrize("case", [case for case in CASES if case.structures], ids=lambda case: case.name)
def test_free_derivative_is_the_unstructured_one_at_a_structured_point(case: Case) -> None:
    f, values = parsed(case), case.values()
    for name in case.wrt:
        others = {other: structure for other, structure in case.structures.items() if other != name}
        unstructured = td.parse(case.f, **{**case.scope, "structures": others})
        found = td.diff(f, name, entries="free").evaluate(**values)
        agree(found, td.diff(unstructured, name).evaluate(**values))
