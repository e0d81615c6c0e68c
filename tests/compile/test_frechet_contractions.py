"""Contractions with derivatives of functions of a matrix equal those of the arrays of all entries, in every library, with no
array of four axes on the way."""

from __future__ import annotations

import numpy as np
import pytest

import tensordiff as td
from tensordiff.compile.plan.plan import plan
from tensordiff.tensor import Tensor
from tests.compile.conftest import OPTIONAL

if "jax" in OPTIONAL:
    import jax

    jax.config.update("jax_enable_x64", True)
from tests.reference import value

SHAPES = {"A": "n n", "B": "n n", "S": "n n", "x": "n", "y": "n", "t": ()}
CASES = [
    ("y'*{f}(A)*x", ["A"]),
    ("y'*{f}(A)*x", ["A", "A"]),
    ("tr(B*{f}(A)*B)", ["A"]),
    ("tr(B*{f}(A*B))", ["B"]),
    ("sum({f}(A).*B)", ["A"]),
    ("sum({f}(A'))", ["A"]),
    ("y'*{f}(S)*{f}(A)*x", ["A"]),
    ("{f}(eye(n) + t*A)*x", ["t"]),
    ("{f}(eye(n) + t*A)*x", ["t", "t"]),
    ("norm2({f}(A)*x - y)^2", ["A"]),
    ("diag({f}(A))'*x", ["A"]),
]


def point() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(6)
    made = {name: 0.2 * rng.normal(size=[3] * len(shape.split() if shape else ())) for name, shape in SHAPES.items()}
    made["A"], made["B"] = np.eye(3) + made["A"], np.eye(3) + made["B"]
    made["S"] = np.eye(3) + made["S"] @ made["S"].T
    return made


@pytest.mark.parametrize("function", ["expm", "logm", "sqrtm"])
@pytest.mark.parametrize(("text", "variables"), CASES)
def test_contractions_are_those_of_the_entries(text: str, variables: list[str], function: str) -> None:
    f = td.parse(text.format(f=function), shapes=SHAPES, structures={"S": "positive-definite"})
    J = td.diff(f, *variables)
    given = point()
    expected = value(J.tensor, given, {"n": 3})
    np.testing.assert_allclose(J.evaluate(**given), expected, rtol=1e-8, atol=1e-10)
    for backend in OPTIONAL:
        found = td.compile(J, backend=backend)(**{name: given[name] for name in td.compile(J).inputs})
        np.testing.assert_allclose(np.asarray(found), expected, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("function", ["expm", "logm", "sqrtm"])
def test_batches(function: str) -> None:
    f = td.parse(f"y'*{function}(A)*x", shapes=SHAPES)
    gradient = td.diff(f, "A")
    given = point()
    stack = np.stack([given["A"], given["A"].T, np.eye(3)])
    for backend in ("numpy", *OPTIONAL):
        found = td.compile(gradient, backend=backend)(A=stack, x=given["x"], y=given["y"])
        each = [gradient.evaluate(A=a, x=given["x"], y=given["y"]) for a in stack]
        np.testing.assert_allclose(np.asarray(found), np.stack(each), rtol=1e-7, atol=1e-9)


def largest(tensor: Tensor, n: int) -> int:
    made = plan([tensor], {"n": n})
    return max(np.prod([extent.value({"n": n}) for extent in v.shape], initial=1) for v in made.graph.values)


@pytest.mark.parametrize(("text", "variables"), [case for case in CASES if len(case[1]) == 1])
def test_gradients_form_no_array_of_four_axes(text: str, variables: list[str]) -> None:
    f = td.parse(text.format(f="expm"), shapes=SHAPES, structures={"S": "positive-definite"})
    assert largest(td.diff(f, *variables).tensor, 50) <= 50**2


def test_products_with_derivatives_form_none_either() -> None:
    f = td.parse("y'*expm(A)*x", shapes=SHAPES)
    for made in (td.hvp(f, "A", "V"), td.jvp(td.parse("expm(A)", shapes=SHAPES), "A", "V")):
        assert largest(made.tensor, 50) <= 50**2
    L = td.diff(f, "A", "A").at(**{name: point()[name] for name in ("A", "x", "y")})
    L.apply(np.ones((3, 3)))
    assert max(part.size for _, parts, _ in L._ready.values() for part in parts.values()) <= 9
