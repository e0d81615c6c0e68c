"""Programs on Dask's arrays give what they give on NumPy's, chunk by chunk."""

from __future__ import annotations

import tracemalloc

import dask
import dask.array as da
import numpy as np
import pytest

import tensordiff as td
from tensordiff.compile import backend_of
from tests.docs.blocks import with_library

CASES = [
    ("inv(X'*inv(V)*X)", {"X": (6, 2), "V": (6, 6)}, "V"),
    ("norm2(X*w - y)^2/2", {"X": (12, 3), "w": (3,), "y": (12,)}, "w"),
    ("sum(softplus(X*w))", {"X": (12, 3), "w": (3,)}, "w"),
    ("logdet(X'*X)", {"X": (12, 3)}, "X"),
    ("kron(X, x)", {"X": (4, 3), "x": (2,)}, "X"),
    ("softmax(W*x)", {"W": (5, 4), "x": (4,)}, "x"),
    ("tr(expm(A)*B)", {"A": (4, 4), "B": (4, 4)}, "A"),
    ("norm2(x)*erf(x) + polygamma(2, exp(x))", {"x": (6,)}, "x"),
    ("sum(abs(x)) + max(x) + digamma(norm2(x)) + logsumexp(x)", {"x": (6,)}, "x"),
    ("diag(X*S*X')", {"X": (8, 3), "S": (3, 3)}, "S"),
    ("D(n)*vech(V)", {"V": (4, 4)}, "V"),
    ("[A B; B' A]*x", {"A": (3, 3), "B": (3, 3), "x": (6,)}, "A"),
    ("(X[i,d] - X[j,d])^2 -> [i,j]", {"X": (6, 2)}, "X"),
    ("det(V)*adj(V)", {"V": (3, 3)}, "V"),
    ("sum(eigvals(X'*X).^2)", {"X": (6, 3)}, "X"),
    ("triu(A)*tril(A) + tr(A)*eye(n)", {"A": (4, 4)}, "A"),
]
SHAPES = {"X": "n m", "V": "n n", "A": "n n", "B": "n n", "S": "m m", "W": "k n", "w": "m", "y": "n", "x": "n"}


def _case(text: str, sizes: dict[str, tuple[int, ...]]) -> tuple[td.Expression, dict[str, np.ndarray]]:
    shapes = {name: SHAPES[name] for name in sizes}
    if text.startswith("["):
        shapes["x"] = "2*n"
    if text.startswith("kron"):
        shapes["x"] = "p"
    rng = np.random.default_rng(3)
    arrays = {name: rng.normal(size=shape) / 2 for name, shape in sizes.items()}
    arrays = {n: a + 2 * np.eye(len(a)) if a.ndim == 2 and a.shape[0] == a.shape[1] else a for n, a in arrays.items()}
    return td.parse(text, shapes=shapes), arrays


def _in_chunks(array: np.ndarray) -> da.Array:
    return da.from_array(array, chunks=tuple(-(-length // 2) for length in array.shape))


@pytest.mark.parametrize(("text", "sizes", "wrt"), CASES, ids=[case[0] for case in CASES])
def test_dask_programs(text: str, sizes: dict[str, tuple[int, ...]], wrt: str) -> None:
    f, arrays = _case(text, sizes)
    chunked = {name: _in_chunks(array) for name, array in arrays.items()}
    J = td.diff(f, wrt)
    for value in (f, J, td.diff(f, wrt, wrt)):
        found, expected = value.evaluate(**chunked), value.evaluate(**arrays)
        assert isinstance(found, da.Array)
        assert found.shape == expected.shape
        np.testing.assert_allclose(found.compute(), expected, rtol=1e-8, atol=1e-10)
    last = list(arrays)[-1]
    stack = np.stack([arrays[last] * scale for scale in (1.0, 1.1, 0.9)])
    pieces = da.from_array(stack, chunks=(2, *stack.shape[1:]))
    found, expected = J.evaluate(**{**chunked, last: pieces}), J.evaluate(**{**arrays, last: stack})
    np.testing.assert_allclose(found.compute(), expected, rtol=1e-8, atol=1e-10)


def test_dask_linear_maps() -> None:
    f, arrays = _case(*CASES[0][:2])
    L = td.diff(f, "V").at(**{name: _in_chunks(array) for name, array in arrays.items()})
    direction = np.arange(36.0).reshape(6, 6)
    np.testing.assert_allclose(L.apply(_in_chunks(direction)).compute(), td.diff(f, "V").at(**arrays).apply(direction))


def test_dask_never_holds_all_of_the_data() -> None:
    """400 MB in chunks of 4: what NumPy allocates meanwhile stays a small part of it."""
    X = da.random.default_rng(0).normal(size=(500_000, 100), chunks=(5_000, 100))
    y = da.random.default_rng(1).normal(size=500_000, chunks=5_000)
    f = td.parse("norm2(X*w - y)^2 + logdet(X'*X)", shapes={"X": "n m", "w": "m", "y": "n"})
    program = td.compile([f, td.gradient(f, "w"), td.hessian(f, "w")], backend="dask")
    with dask.config.set(scheduler="synchronous"):
        tracemalloc.start()
        value, gradient, hessian = dask.compute(*program(X=X, y=y, w=np.zeros(100)))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 60e6
    np.testing.assert_allclose(hessian, 2 * (X.T @ X).compute(), rtol=1e-10)
    assert gradient.shape == (100,)
    assert value > 0


def test_dask_refusals_and_kinds() -> None:
    f = td.parse("x'*x", shapes={"x": "n"})
    x = da.from_array(np.arange(6.0), chunks=2)
    assert backend_of({"x": x}) == "dask"
    assert float(f.evaluate(x=da.from_array(np.arange(3), chunks=2))) == 5.0
    with pytest.raises(td.EvaluationError, match="unknown lengths"):
        f.evaluate(x=x[x > 1])
    assert "import dask" in td.compile(td.parse("inv(A)"), backend="dask").source


def test_dask_examples_of_the_pages() -> None:
    found = list(with_library("dask"))
    assert found
    for written, run in found:
        assert run == written
