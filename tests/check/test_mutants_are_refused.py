"""A small change of a right formula is refused, unless its value is the same: no false "right"."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import pytest

import tensordiff as td
from tensordiff.check import equal
from tensordiff.check.slips.variants import variants
from tensordiff.lower import lower
from tensordiff.matrix import Matrix, build
from tests.cases import CASES, SIZES, Case
from tests.reference import value

PRODUCTS = {"product": build.product, "hadamard": build.hadamard, "kron": build.kron}


def changes(node: Matrix) -> Iterator[Callable[[], Matrix]]:
    """Transpose, swap, drop, double, negate."""
    if node.op == "transpose":
        yield lambda: node.children[0]
    elif len(node.shape) in (1, 2):
        yield lambda: build.transpose(node)
    if node.op in PRODUCTS:
        factors = node.children
        for p in range(len(factors)):
            yield partial(PRODUCTS[node.op], *factors[:p], *factors[p + 1 :])
            yield partial(PRODUCTS[node.op], *factors[:p], *factors[p + 1 : p + 2], factors[p], *factors[p + 2 :])
    if node.op == "add":
        terms = list(zip(node.data, node.children, strict=True))
        for p, (c, term) in enumerate(terms):
            yield partial(build.add, [*terms[:p], (-c, term), *terms[p + 1 :]])
            if len(terms) > 1:
                yield partial(build.add, terms[:p] + terms[p + 1 :])
    if node.op == "inv":
        yield lambda: node.children[0]
    if node.op not in ("number", "size"):
        yield lambda: build.scale(2, node)


def equal_values(a: Matrix, b: Matrix, case: Case) -> bool:
    """Whether two expressions have the same values at three points, by the independent interpreter."""
    if a.shape != b.shape:
        return False
    for seed in range(3):
        values = {name: np.asarray(v, dtype=float) for name, v in case.values(seed).items()}
        with np.errstate(all="ignore"):
            x, y = (np.asarray(value(lower(m), values, SIZES)) for m in (a, b))
        if not np.allclose(x, y, rtol=1e-7, atol=1e-9 * max(1, np.abs(y).max())):
            return False
    return True


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_mutant_is_right_only_if_its_values_are(case: Case) -> None:
    rng = random.Random(f"mutants of {case.name}")
    f = td.parse(case.f, **case.scope)
    variable = rng.choice(case.wrt)
    derivative = td.diff(f, variable, entries="free")
    try:
        right = derivative.matrix_form()
    except td.FoldError:
        return
    refused = None
    mutants = list(variants(right.matrix, changes))
    for made, _, _ in rng.sample(mutants, min(3, len(mutants))):
        claim = td.Expression(made, right.scope)
        verdict = td.check(claim, f, variable, layout=derivative.default_layout, entries="free")
        if verdict:
            assert equal_values(made, right.matrix, case), (str(claim), str(right))
        elif verdict.method in ("proved", "exact"):
            assert verdict.status != "undecided"
            assert not (made.shape == right.matrix.shape and equal(made, right.matrix)), str(claim)
            refused = verdict
    if refused is not None:  # what is said to be correct is
        layout = derivative.default_layout
        assert td.check(str(refused.expected), f, variable, layout=layout, entries="free"), str(refused)
