"""Programs have the steps that an expert would write, no more of them; each is judged by NumPy too."""

from __future__ import annotations

import numpy as np
import pytest

import tensordiff as td

RNG = np.random.default_rng(0)
SQUARE = {"X": "n n", "A": "n n", "x": "n", "y": "n"}


def body(source: str) -> str:
    return source.partition("def program")[2]


def test_a_matrix_meets_the_sum_of_its_vectors() -> None:
    f = td.parse("sum(softplus(X*w)) - y'*X*w", shapes={"X": "m n", "w": "n", "y": "m"})
    program = td.compile(td.diff(f, "w"))
    X, w, y = RNG.normal(size=(5, 3)), RNG.normal(size=3), RNG.normal(size=5)
    np.testing.assert_allclose(program(X=X, w=w, y=y), X.T @ (1 / (1 + np.exp(-X @ w)) - y))
    assert body(program.source).count("@") == 2


def test_two_matrices_with_one_vector_are_not_added() -> None:
    program = td.compile(td.diff(td.parse("x'*A*x", shapes=SQUARE), "x"))
    assert body(program.source).count("@") == 2


def test_a_common_coefficient_is_multiplied_once() -> None:
    f = td.parse("norm2(U*V' - T)^2", shapes={"U": "n k", "V": "m k", "T": "n m"})
    program = td.compile(td.diff(f, "U"))
    U, V, T = RNG.normal(size=(4, 2)), RNG.normal(size=(3, 2)), RNG.normal(size=(4, 3))
    np.testing.assert_allclose(program(U=U, V=V, T=T), 2 * (U @ V.T - T) @ V)
    assert body(program.source).count("2 *") == 1


@pytest.mark.parametrize(("power", "products"), [(2, 0), (3, 1), (4, 1), (5, 2), (6, 2), (7, 3), (8, 2), (9, 3)])
def test_traces_of_powers(power: int, products: int) -> None:
    """tr(X^k) takes no more products than X^ceil(k/2)."""
    program = td.compile(td.parse(f"tr(X^{power})", shapes=SQUARE))
    X = RNG.normal(size=(3, 3))
    np.testing.assert_allclose(program(X=X), np.trace(np.linalg.matrix_power(X, power)))
    assert body(program.source).count("@") <= products, program.source


@pytest.mark.parametrize("text", ["diag(X^4)", "diag(X^3)'*diag(X^3)", "tr(X^3)*tr(X^3)", "tr(X^4)*X^4", "diag(X^2).*x"])
def test_diagonals_of_powers(text: str) -> None:
    f = td.parse(text, shapes=SQUARE)
    X, x = RNG.normal(size=(3, 3)), RNG.normal(size=3)
    third, fourth = X @ X @ X, X @ X @ X @ X
    expected = {
        "diag(X^4)": np.diag(fourth),
        "diag(X^3)'*diag(X^3)": np.diag(third) @ np.diag(third),
        "tr(X^3)*tr(X^3)": np.trace(third) ** 2,
        "tr(X^4)*X^4": np.trace(fourth) * fourth,
        "diag(X^2).*x": np.diag(X @ X) * x,
    }
    given = {"X": X, "x": x} if "x" in text else {"X": X}
    np.testing.assert_allclose(td.compile(f)(**given), expected[text], rtol=1e-12)


def test_outer_products_have_one_factor_innermost() -> None:
    """So that loops run over all its entries; the result is a view with its axes in place."""
    A, V = RNG.normal(size=(20, 30)), RNG.normal(size=(30, 30))
    found = td.diff(td.parse("A*V*A'", shapes={"A": "m n", "V": "n n"}), "V").evaluate(A=A, V=V)
    np.testing.assert_allclose(found, np.einsum("ik,jl->ijkl", A, A))
    assert sorted(found.strides[axis] for axis in (1, 3)) == [8, 8 * 30]


def test_matrices_of_outer_products_are_not_copied() -> None:
    J = td.diff(td.parse("A*V*A'", shapes={"A": "m n", "V": "n n"}), "V")
    A = RNG.normal(size=(2, 3))
    found = J.evaluate(A=A, V=np.eye(3), layout="vec-row")
    np.testing.assert_allclose(found, np.kron(A, A))
    assert found.flags.c_contiguous


def test_a_sign_goes_to_a_factor() -> None:
    f = td.parse("diag(X*inv(S)*X')", shapes={"X": "m n", "S": "n n"}, structures={"S": "positive-definite"})
    program = td.compile(td.diff(f, "S", entries="free"))
    X, S = RNG.normal(size=(5, 2)), np.array([[2.0, 0.5], [0.5, 1.0]])
    Y = X @ np.linalg.inv(S)
    np.testing.assert_allclose(program(X=X, S=S), -np.einsum("bi,bj->bij", Y, Y))
    assert "return -" not in program.source


def applied(text: str, shapes: dict[str, str], by: str, **arrays: np.ndarray) -> tuple[object, str]:
    """The derivative at a point, and the body of the program that applies it."""
    J = td.diff(td.parse(text, shapes=shapes), *by.split(), entries="free")
    linear = J.at(**arrays)
    direction = RNG.normal(size=arrays[by.split()[-1]].shape)
    for _ in range(2):  # planned, then the short way
        found = linear.apply(direction)
        np.testing.assert_allclose(found, np.tensordot(J.evaluate(**arrays), direction, direction.ndim), rtol=1e-9, atol=1e-9)
    ((program, _, _),) = linear._ready.values()
    return linear, body(program.source)


@pytest.mark.parametrize(
    ("text", "by", "products"),
    [
        ("x'*A*x", "x x", 1),  # (A + A') d
        ("logdet(X)", "X X", 2),  # -(P d P)', the sign in a factor
        ("tr(X^4)", "X X", 4),  # X^2 d + X d X + d X^2: one product for each end, two for the middle
        ("logdet(X) + tr(inv(X)*A)", "X X", 4),  # P d (Q - P) + Q d P
        ("y'*inv(X)*y", "y y", 1),  # formed beforehand
    ],
)
def test_derivatives_are_applied_in_few_products(text: str, by: str, products: int) -> None:
    X, A = RNG.normal(size=(12, 12)) + 9 * np.eye(12), RNG.normal(size=(12, 12))
    x, y = RNG.normal(size=12), RNG.normal(size=12)
    named = {name: array for name, array in {"X": X, "A": A, "x": x, "y": y}.items() if name in text}
    _, source = applied(text, {name: shape for name, shape in SQUARE.items() if name in text}, by, **named)
    assert source.count("@") == products and "-" not in source.replace('"""', ""), source


def test_directions_of_other_kinds_are_met_too() -> None:
    J = td.diff(td.parse("A*V*A'", shapes={"A": "m n", "V": "n n"}), "V")
    A, d = RNG.normal(size=(2, 3)), RNG.normal(size=(3, 3))
    linear = J.at(A=A, V=np.eye(3))
    for given in (d, d, d.astype(np.float32), d.T, d.tolist(), d + 1j * d.T, d):
        np.testing.assert_allclose(linear.apply(given), A @ np.asarray(given) @ A.T, rtol=1e-5)
    for _ in range(2):
        with pytest.raises(td.EvaluationError):
            linear.apply(d[:2])
    np.testing.assert_allclose(linear.adjoint(d[:2, :2]), A.T @ d[:2, :2] @ A)
