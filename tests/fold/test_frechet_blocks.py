"""Derivatives of functions of a matrix along directions are blocks of the function: read back, with the same values, proved."""

from __future__ import annotations

import numpy as np
import pytest

import tensordiff as td

RNG = np.random.default_rng(5)
SHAPES = {"A": "n n", "B": "n n", "E": "n n", "x": "n", "a": ()}
GENERAL = {"shapes": SHAPES}
DEFINITE = {"shapes": SHAPES, "structures": {"A": "positive-definite"}}
_ROOT = RNG.normal(size=(3, 3))
VALUES = {"A": _ROOT @ _ROOT.T / 3 + np.eye(3), "B": RNG.normal(size=(3, 3)), "E": RNG.normal(size=(3, 3)),
          "x": RNG.normal(size=3), "a": np.array(3.0)}  # fmt: skip

SCALARS = ["tr(B*expm(A))", "tr(B*logm(A))", "tr(B*sqrtm(A))", "tr(B*A^a)", "x'*expm(A)*x", "tr(B*inv(sqrtm(A)))"]
OF_SYMMETRIC = ["tr(B*sinm(A))", "tr(B*cosm(A))", "tr(B*A^0.3)", "tr(B*A^(-4/3))"]
CASES = [(f, GENERAL) for f in SCALARS] + [(f, DEFINITE) for f in SCALARS + OF_SYMMETRIC]


def _along_symmetric(f: td.Expression, x: str) -> td.Product:
    return td.hvp(f, x, td.parse("(E + E')/2", shapes={"E": "n n"}))


def _same(product: td.Product, declared: dict[str, object]) -> None:
    form = str(product.matrix_form())
    assert "([A" in form or "[A" in form
    again = td.parse(form, **declared)
    np.testing.assert_allclose(again.evaluate(**VALUES), product.evaluate(**VALUES), rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize(("f", "declared"), CASES)
@pytest.mark.parametrize("made", [td.gradient, lambda f, x: td.hvp(f, x, "E"), _along_symmetric])
def test_of_scalars(f, declared, made):
    _same(made(td.parse(f, **declared), "A"), declared)


@pytest.mark.parametrize(
    ("f", "declared"), [("expm(A)", GENERAL), ("sqrtm(A)*B", GENERAL), ("A^a", DEFINITE), ("sinm(A)", DEFINITE)]
)
@pytest.mark.parametrize("made", [td.jvp, td.vjp])
def test_of_matrices(f, declared, made):
    _same(made(td.parse(f, **declared), "A", "E"), declared)


@pytest.mark.parametrize(
    ("f", "declared", "form"),
    [
        ("tr(B*expm(A))", GENERAL, "[zeros(n,n) eye(n)]*expm([A B; 0 A])'*[eye(n); zeros(n,n)]"),
        ("tr(B*expm(A))", DEFINITE, "[eye(n) zeros(n,n)]*expm([A (B + B')/2; 0 A])*[zeros(n,n); eye(n)]"),
        ("x'*logm(A)*x", DEFINITE, "[eye(n) zeros(n,n)]*logm([A x*x'; 0 A])*[zeros(n,n); eye(n)]"),
        ("x'*A^0.3*x", DEFINITE, "[eye(n) zeros(n,n)]*[A x*x'; 0 A]^0.3*[zeros(n,n); eye(n)]"),
    ],
)
def test_symmetric_arguments_have_one_block(f, declared, form):
    assert str(td.gradient(td.parse(f, **declared), "A").matrix_form()) == form


def test_equal_directions_take_one_block_less():
    f = td.parse("expm(A)", **GENERAL)
    form = "2*[eye(n) zeros(n,n+n)]*expm([A dA 0; 0 A dA; 0 0 A])*[zeros(n+n,n); eye(n)]"
    assert td.diff(f, "A", "A").differential() == f"d2F = {form}"


@pytest.mark.parametrize(
    ("f", "block", "declared"),
    [
        ("expm(A)", "expm([A dA; zeros(n,n) A])", GENERAL),
        ("logm(A)", "logm([A dA; zeros(n,n) A])", GENERAL),
        ("sinm(A)", "sinm([A dA; zeros(n,n) A])", DEFINITE),
        ("A^a", "[A dA; zeros(n,n) A]^a", DEFINITE),
    ],
)
def test_whole_derivatives_are_refused_with_the_product_along_a_direction(f, block, declared):
    with pytest.raises(td.FoldError) as failure:
        td.diff(td.parse(f, **declared), "A").matrix_form()
    assert block in str(failure.value)
    verdict = td.check(f"dF = [eye(n) zeros(n,n)]*{block}*[zeros(n,n); eye(n)]", f, **declared)
    assert verdict and verdict.method == "proved"
    assert not td.check(f"dF = 2*[eye(n) zeros(n,n)]*{block}*[zeros(n,n); eye(n)]", f, **declared)


def test_block_triangular_arguments_have_the_values_of_derivatives():
    """f([A E 0; 0 A F; 0 0 A]) has f's Taylor series in its corners; of unsymmetric blocks it is not defined here."""
    a, e = VALUES["A"], VALUES["E"] + VALUES["E"].T
    f = td.parse("sinm([A E 0; 0 A E; 0 0 A])", shapes={"A": "n n", "E": "n n"}, structures=dict.fromkeys("AE", "symmetric"))
    found = f.evaluate(A=a, E=e)

    def sine(t: float) -> np.ndarray:
        values, vectors = np.linalg.eigh(a + t * e)
        return (vectors * np.sin(values)) @ vectors.T

    h = 1e-3
    np.testing.assert_allclose(found[:3, 3:6], (sine(h) - sine(-h)) / (2 * h), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(found[:3, 6:], (sine(h) - 2 * sine(0) + sine(-h)) / (2 * h * h), rtol=1e-4, atol=1e-5)
    with pytest.raises(td.DomainError, match="symmetric"):
        td.parse("sinm([A B; 0 A])", **DEFINITE)
