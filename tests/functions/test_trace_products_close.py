"""Derivatives of traces of products of functions of one matrix close: no Frechet derivative is left, and values agree."""

from __future__ import annotations

import numpy as np
import pytest

import tensordiff as td

CLOSED = [
    ("tr(A*expm(A))", "expm(A)'*(eye(n) + A')"),
    ("tr(A^2*expm(A))", "2*A'*expm(A)' + (A^2)'*expm(A)'"),
    ("tr(expm(a*A)*A)", "expm(a*A)'*(eye(n) + a*A')"),
    ("tr(A*logm(A))", "eye(n) + logm(A)'"),
    ("tr(inv(A)*logm(A))", "(inv(A)*inv(A))'*(eye(n) - logm(A)')"),
    ("tr(logm(A)*sqrtm(A))", "(inv(sqrtm(A))*(eye(n) + logm(A)/2))'"),
    ("tr(sqrtm(A)*A)", "3/2*sqrtm(A)'"),
]


@pytest.mark.parametrize(("f", "closed"), CLOSED)
def test_derivatives_close_and_agree_with_differences(f: str, closed: str) -> None:
    shapes = {"A": "n n", "a": ""}
    expression = td.parse(f, shapes=shapes, assume={"A": "near-identity"})
    derivative = td.diff(expression, "A")
    assert "Dexpm" not in str(derivative.matrix_form())
    rng = np.random.default_rng(3)
    values = {"A": np.eye(3) + 0.2 * rng.normal(size=(3, 3)), "a": 0.7}
    direction, step = rng.normal(size=(3, 3)), 1e-5
    ahead, behind = ({**values, "A": values["A"] + sign * step * direction} for sign in (1, -1))
    difference = (expression.evaluate(**ahead) - expression.evaluate(**behind)) / (2 * step)
    assert np.isclose(np.sum(derivative.evaluate(**values) * direction), difference, rtol=1e-7)
    verdict = td.check(closed, f, "A", shapes=shapes, assume={"A": "near-identity"})
    assert verdict
    assert verdict.method == "proved", verdict


def test_other_products_stay_frechet_derivatives() -> None:
    """A matrix that does not commute with the argument, and one that is transposed."""
    for f in ("tr(B*expm(A))", "tr(A'*expm(A))", "tr(A*expm(A + B))"):
        expression = td.parse(f, shapes={"A": "n n", "B": "n n"})
        assert "expm([" in str(td.diff(expression, "A").matrix_form()), f
