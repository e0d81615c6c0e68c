"""The pseudo-inverse of full rank: values in every arithmetic, the rule of Golub and Pereyra, the projectors."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import tensordiff as td
from tensordiff.canonical import canonical
from tensordiff.differentiate import differentiate
from tensordiff.evaluate.high_precision import MpmathOps
from tensordiff.evaluate.interpret import interpret
from tensordiff.evaluate.modular import ModularOps
from tensordiff.evaluate.rational import RationalOps
from tensordiff.functions import INVERSE, PINV
from tensordiff.tensor import Dim, Symbol, Tensor, add, apply, einsum, permute, scale
from tests.reference import value

N, M = Dim.named("n"), Dim.named("m")
A, B = Symbol.make("A", (N, M)), Symbol.make("B", (N, M))
S = Symbol.make("S", (N, N))
P = apply(PINV, A)
SHAPES = [(4, 2), (2, 4), (3, 3)]
RNG = np.random.default_rng(0)


def _differences(f: Tensor, array: np.ndarray, sizes: dict[str, int], step: float = 1e-5) -> np.ndarray:
    columns = []
    for place in np.ndindex(array.shape):
        shift = np.zeros_like(array)
        shift[place] = step
        columns.append((value(f, {"A": array + shift}, sizes) - value(f, {"A": array - shift}, sizes)) / (2 * step))
    return np.stack(columns, axis=-1).reshape(*columns[0].shape, *array.shape)


@pytest.mark.parametrize("shape", SHAPES)
def test_derivatives_match_differences(shape: tuple[int, int]) -> None:
    array, sizes = RNG.normal(size=shape), {"n": shape[0], "m": shape[1]}
    f = P
    for _ in range(2):
        derivative = differentiate(f, A)
        np.testing.assert_allclose(value(derivative, {"A": array}, sizes), _differences(f, array, sizes), rtol=1e-5, atol=1e-6)
        f = derivative


@pytest.mark.parametrize("shape", SHAPES)
def test_every_arithmetic_has_it(shape: tuple[int, int]) -> None:
    array, sizes = RNG.integers(-5, 6, size=shape), {"n": shape[0], "m": shape[1]}
    truth = np.linalg.pinv(array.astype(float))
    exact = interpret([P], {"A": RationalOps().literal(array)}, sizes, RationalOps())[0]
    np.testing.assert_allclose(exact.astype(float), truth, atol=1e-12)
    fine = interpret([P], {"A": MpmathOps().literal(array)}, sizes, MpmathOps())[0]
    np.testing.assert_allclose(fine.astype(float), truth, atol=1e-12)
    ops = ModularOps()
    residues = interpret([P], {"A": ops.literal(array)}, sizes, ops)[0]
    np.testing.assert_array_equal(residues, ops.literal(exact))
    assert all(isinstance(entry, Fraction) for entry in exact.ravel())
    text = td.parse("pinv(A)", shapes={"A": "n m"})
    np.testing.assert_allclose(text.evaluate(A=array), truth, atol=1e-12)
    np.testing.assert_allclose(td.compile([text])(A=array.astype(float))[0], truth, atol=1e-12)


def test_a_matrix_of_lower_rank_is_refused() -> None:
    low = np.outer([1.0, 2.0, 3.0], [1.0, -1.0])
    text = td.parse("pinv(A)", shapes={"A": "n m"})
    for f in (text, td.diff(text, "A")):
        with pytest.raises(td.EvaluationError, match="full rank"):
            f.evaluate(A=low)
    with pytest.raises(td.DomainError, match="zero"):
        td.parse("pinv(zeros(2,3))", shapes={}).tensor  # noqa: B018


def test_special_arguments() -> None:
    assert apply(PINV, S) is apply(INVERSE, S)
    assert apply(PINV, P) is A
    assert apply(PINV, scale(-2, permute(A, (1, 0)))) is scale(Fraction(-1, 2), permute(P, (1, 0)))
    with pytest.raises(td.ShapeError, match="single axes"):
        apply(PINV, Symbol.make("T", (N, M, N)))
    with pytest.raises(td.ShapeError, match="single axes"):
        td.parse("pinv(kron(A, A))", shapes={"A": "n m"})


WORDS: list[tuple[str, str]] = [
    ("A*P*A", "A"),
    ("P*A*P", "P"),
    ("A'*A*P", "A'"),
    ("P'*P*A", "P'"),
    ("A*P*P'", "P'"),
    ("P*A*A'", "A'"),
    ("(A*P)'", "A*P"),
    ("A*P*A*P*B", "A*P*B"),
    ("B'*P'*A'*B", "B'*A*P*B"),
    ("(eye(n) - A*P)^2", "eye(n) - A*P"),
    ("tr(P'*A')", "tr(A*P)"),
]


@pytest.mark.parametrize(("left", "right"), WORDS, ids=[left for left, _ in WORDS])
def test_products_with_the_matrix_are_projectors(left: str, right: str) -> None:
    declared: Any = {"shapes": {"A": "n m", "B": "n m"}, "where": {"P": "pinv(A)"}}
    f, g = td.parse(left, **declared), td.parse(right, **declared)
    assert canonical(f.tensor) is canonical(g.tensor)
    for shape in SHAPES[:2]:
        values = {"A": RNG.normal(size=shape), "B": RNG.normal(size=shape)}
        np.testing.assert_allclose(f.evaluate(**values), g.evaluate(**values), atol=1e-12)


def test_what_is_no_projector_stays() -> None:
    for word in ([(A, "ij"), (P, "jk"), (B, "kl")], [(B, "ij"), (P, "jk"), (B, "kl")]):
        node = einsum(word, "il")
        assert canonical(node) is not canonical(B)
        assert canonical(add([(1, node), (-1, B)])).children


FORMS = [
    ("norm2(y - A*pinv(A)*y)^2", "2*(A*pinv(A)*y - y)*(pinv(A)*y)'"),
    ("tr(S*A*pinv(A))", "(eye(n) - A*pinv(A))*(S + S')*pinv(A)'"),
]


@pytest.mark.parametrize(("f", "form"), FORMS, ids=[f for f, _ in FORMS])
def test_gradients_are_short(f: str, form: str) -> None:
    shapes = {"A": "n m", "y": "n", "S": "n n"}
    found = td.diff(td.parse(f, shapes=shapes), "A").matrix_form()
    assert len(str(found)) <= len(form)
    for rows, columns in SHAPES:
        values = {"A": RNG.normal(size=(rows, columns)), "y": RNG.normal(size=rows), "S": RNG.normal(size=(rows, rows))}
        expected = td.parse(form, shapes=shapes).evaluate(**values)
        np.testing.assert_allclose(found.evaluate(**values), expected, atol=1e-9)


def test_published_differential_is_recognised() -> None:
    claim = "-kron(P', P) + (kron(eye(n) - A*P, P*P') + kron(P'*P, eye(m) - P*A))*K(n,m)"
    verdict = td.check(claim, "pinv(A)", "A", layout="vec-column", shapes={"A": "n m"}, where={"P": "pinv(A)"})
    assert verdict, verdict
    assert verdict.method in ("proved", "exact")
    assert not td.check(
        claim.replace("eye(n) - A*P", "eye(n) - P'*P"), "pinv(A)", "A", shapes={"A": "n m"}, where={"P": "pinv(A)"}
    )


def test_rounding_of_zeros_is_no_difference() -> None:
    """A P = I where the rows are fewer: both sides are zero, and what is computed of them is rounding."""
    for shapes, equal in (({"A": "2 4", "y": "2", "s": ""}, True), ({"A": "4 2", "y": "4", "s": ""}, False)):
        left, right = (td.parse(text, shapes=shapes) for text in ("exp(s)*(A*pinv(A)*y - y)", "s*(A*pinv(A)*y - y)"))
        assert bool(td.equal(left, right)) is equal
    verdict = td.check("2*pinv(X)'", "log(det(X'*X))", "X", shapes={"X": "n m"}, layout="gradient")
    assert verdict
    assert verdict.method == "exact"
