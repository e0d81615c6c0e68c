"""The derivative itself is right in the layout that it is in, and in others exactly where the matrices agree."""

from __future__ import annotations

import random
from math import prod

import numpy as np
import pytest

import tensordiff as td
from tensordiff.derive.layouts import LAYOUTS
from tests.cases import CASES, SIZES, Case
from tests.reference import value

by_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def laid_out(derivative: td.Derivative, layout: str, case: Case) -> list[np.ndarray] | None:
    """The true matrix in a layout at two points, by the independent interpreter; None where there is no such layout."""
    try:
        rows, columns = derivative.axes.in_layout(layout)
    except td.FoldError:
        return None
    found = []
    for seed in (1, 2):
        values = {name: np.asarray(v, dtype=float) for name, v in case.values(seed).items()}
        array = np.asarray(value(derivative.tensor, values, SIZES))
        shape = [array.shape[a] for a in rows], [array.shape[a] for a in columns]
        found.append(array.transpose(rows + columns).reshape(prod(shape[0]), prod(shape[1])))
    return found


def same(a: list[np.ndarray], b: list[np.ndarray]) -> bool:
    return all(
        x.shape == y.shape and np.allclose(x, y, rtol=1e-8, atol=1e-10 * max(1, np.abs(y).max()))
        for x, y in zip(a, b, strict=True)
    )


@by_case
def test_accepted_where_it_is_right_and_only_there(case: Case) -> None:
    rng = random.Random(case.name)
    variable = rng.choice(case.wrt)
    f = td.parse(case.f, **case.scope)
    derivative = td.diff(f, variable, entries="free")
    matrices = {layout: found for layout in LAYOUTS if (found := laid_out(derivative, layout, case)) is not None}
    forms = {}
    for layout in matrices:
        try:
            forms[layout] = derivative.matrix_form(layout)
        except td.FoldError:
            continue
    if not forms:
        return
    own = rng.choice(sorted(forms))
    verdict = td.check(forms[own], f, variable, layout=own, entries="free")
    assert verdict, verdict
    assert own in verdict.layouts
    for other, matrix in matrices.items():
        assert (other in verdict.layouts) == same(matrices[own], matrix), other
    other = rng.choice(sorted(matrices))
    assert bool(td.check(forms[own], f, variable, layout=other, entries="free")) == same(matrices[own], matrices[other])
