"""Every layout: its definition from the index form by NumPy, evaluate(layout=...), and the matrix formula's own value."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tensordiff as td

SIZES = {"n": 4, "m": 3, "p": 2}
SHAPES: dict[str, Any] = {
    "X": "n m", "Y": "m n", "V": "n n", "W": "n n", "B": "m p", "x": "n", "y": "n", "z": "m", "a": (), "b": (),
}  # fmt: skip
RNG = np.random.default_rng(1)
VALUES: dict[str, Any] = {
    name: RNG.uniform(0.4, 1.2, [SIZES[d] for d in (s.split() if s else ())]) for name, s in SHAPES.items()
}
VALUES["V"] = VALUES["V"] + 2 * np.eye(4)


def columns(array: Any, axes: int) -> Any:
    """Column stacking of the first `axes` axes: the last of them is the slowest."""
    moved = np.transpose(array, (*reversed(range(axes)), *range(axes, np.ndim(array))))
    return moved.reshape(-1, *np.shape(array)[axes:])


def laid_out(J: td.Derivative, full: Any, layout: str) -> Any:
    """The layout's definition, from the array with axes (f, first variable, second variable)."""
    ranks = [sum(1 for group in J.f.matrix.shape if group), *(variable.rank for variable in J.variables)]
    if layout == "gradient":
        return full
    if layout == "vec-row":
        last = int(np.prod(full.shape[len(full.shape) - ranks[-1] :], dtype=int))
        return full.reshape(-1, last)
    if layout == "vec-column":
        # d vec(...)/d vec(x)' of each variable in turn: what is there already is stacked once more.
        out = columns(full, ranks[0])
        stacked = [columns(np.moveaxis(out, 0, -1), ranks[1])] if len(ranks) > 1 else [out]
        if len(ranks) == 2:
            return stacked[0].T
        second = np.moveaxis(stacked[0], -1, 1)  # (vec x1, vec f, x2 ...)
        rows = second.reshape(-1, *second.shape[2:])
        return columns(np.moveaxis(rows, 0, -1), ranks[2]).T
    numerator = full
    if ranks[1:] == [0] or not any(ranks[1:]):
        numerator = full
    elif not ranks[0] and len(ranks) == 2:
        numerator = np.reshape(full, (full.shape[0], -1)).T
    return numerator.T if layout == "denominator" else numerator


CASES = [
    ("tr(X'*V*X)", "X"), ("x'*V*x", "x"), ("x'*V*x", "V"), ("a*b^2", "b"), ("a*x", "a"), ("a*X*B", "a"), ("x'*X", "x"),
    ("V*x", "x"), ("X*z", "z"), ("exp(V*x)", "x"), ("X'*V*X", "V"), ("X'*V*X", "X"), ("inv(V)", "V"), ("inv(V)*x", "V"),
    ("X*B", "X"), ("X'", "X"), ("kron(X, z)", "z"), ("vec(X*Y)", "X"), ("softmax(x)", "x"), ("x'", "x"), ("sum(X)", "X"),
    ("logdet(V)", "V V"), ("sum(exp(V*x))", "x x"), ("sum(exp(V*x))", "x V"), ("tr(X'*V*X)", "X V"), ("V*x.*y", "x y"),
    ("inv(V)*x", "V x"), ("x'*V*x*a", "a x"), ("a^3", "a a"), ("tr(V*W*V*W)", "V V"), ("X*z", "X z"),
]  # fmt: skip
LAYOUTS = ["gradient", "numerator", "denominator", "vec-column", "vec-row"]


def _derivative(text: str, wrt: str) -> td.Derivative:
    return td.diff(td.parse(text, shapes=SHAPES), *wrt.split())


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("text", "wrt"), CASES, ids=[f"{t} by {w}" for t, w in CASES])
def test_evaluate_and_matrix_form_are_the_layout(text: str, wrt: str, layout: str) -> None:
    J = _derivative(text, wrt)
    try:
        found = J.evaluate(layout=layout, **VALUES)
    except td.FoldError:
        assert not _applies(J, layout)
        with pytest.raises(td.FoldError, match=layout.split("-")[0]):
            J.matrix_form(layout)
        return
    assert _applies(J, layout)
    assert np.ndim(found) == 2
    expected = laid_out(J, J.evaluate(**VALUES), layout)
    np.testing.assert_allclose(found.ravel(), np.ravel(expected), rtol=1e-10)
    formula = J.matrix_form(layout)
    value = np.asarray(formula.evaluate(**VALUES))
    np.testing.assert_allclose(value.reshape(found.shape), found, rtol=1e-9, atol=1e-12)
    assert td.parse(str(formula), shapes=SHAPES).matrix is formula.matrix


def _applies(J: td.Derivative, layout: str) -> bool:
    f, variables = J.f.shape, [len(v.dims) for v in J.variables]
    if layout.startswith("vec"):
        return True
    scalar_f, vector_f = not f, J.f.matrix.is_vector
    if layout == "gradient":
        return scalar_f and len(variables) == 1
    if not any(variables) or (scalar_f and len(variables) == 1):
        return True
    axes = [bool(f), *(bool(v) for v in variables)]
    return sum(axes) == 2 and (scalar_f or vector_f) and all(v < 2 for v in variables)


def test_default_layouts() -> None:
    for text, wrt, layout in (
        ("tr(X'*V*X)", "X", "gradient"), ("a*b^2", "b", "gradient"), ("V*x", "x", "numerator"), ("a*X*B", "a", "numerator"),
        ("X'*V*X", "V", "vec-column"), ("V*x", "V", "vec-column"), ("logdet(V)", "V V", "vec-column"),
        ("x'*V*x", "x x", "vec-column"),
    ):  # fmt: skip
        J = _derivative(text, wrt)
        assert J.default_layout == layout
        assert J.matrix_form().matrix is J.matrix_form(layout).matrix


def test_textbook_definitions() -> None:
    """Each layout in one example, written out."""
    X, V, x = VALUES["X"], VALUES["V"], VALUES["x"]
    J = _derivative("X'*V*X", "V")
    # d vec(X'VX) = kron(X', X') d vec V, column stacking; row stacking gives kron(X', X') too.
    np.testing.assert_allclose(J.evaluate(layout="vec-column", **VALUES), np.kron(X.T, X.T))
    np.testing.assert_allclose(J.evaluate(layout="vec-row", **VALUES), np.kron(X.T, X.T))
    J = _derivative("inv(V)", "V")
    inverse = np.linalg.inv(V)
    np.testing.assert_allclose(J.evaluate(layout="vec-column", **VALUES), -np.kron(inverse.T, inverse))
    np.testing.assert_allclose(J.evaluate(layout="vec-row", **VALUES), -np.kron(inverse, inverse.T))
    J = _derivative("V*x", "x")
    np.testing.assert_allclose(J.evaluate(layout="numerator", **VALUES), V)
    np.testing.assert_allclose(J.evaluate(layout="denominator", **VALUES), V.T)
    J = _derivative("x'*V*x", "x")
    gradient = ((V + V.T) @ x)[:, None]
    np.testing.assert_allclose(J.evaluate(layout="gradient", **VALUES), gradient)
    np.testing.assert_allclose(J.evaluate(layout="denominator", **VALUES), gradient)
    np.testing.assert_allclose(J.evaluate(layout="numerator", **VALUES), gradient.T)
    np.testing.assert_allclose(J.evaluate(layout="vec-column", **VALUES), gradient.T)
    np.testing.assert_allclose(J.evaluate(layout="index", **VALUES), gradient[:, 0])
    # Second derivatives: rows the first variable, columns the second.
    J = _derivative("x'*X*z", "x z")
    np.testing.assert_allclose(J.evaluate(layout="vec-column", **VALUES), X)
    np.testing.assert_allclose(J.evaluate(layout="denominator", **VALUES), X.T)


def test_unknown_layouts() -> None:
    J = _derivative("V*x", "x")
    for use in (J.matrix_form, lambda layout: J.evaluate(layout=layout, **VALUES)):
        with pytest.raises(td.FoldError, match=r"unknown layout 'sideways'(.|\n)*numerator"):
            use("sideways")


def test_structured_variables_by_their_free_entries() -> None:
    V = td.matrix("V", "n", "n", structure="symmetric")
    J = td.diff(td.logdet(V), V, entries="vech")
    value = VALUES["V"] + VALUES["V"].T
    assert J.default_layout == "vec-column" and [str(s) for s in J.shape] == ["n*(n+1)/2"]
    found = J.evaluate(V=value, layout="vec-column")
    assert found.shape == (1, 10)
    np.testing.assert_allclose(np.asarray(J.matrix_form().evaluate(V=value)).reshape(found.shape), found)
    with pytest.raises(td.FoldError, match="free entries of V has no gradient layout"):
        J.matrix_form("gradient")
