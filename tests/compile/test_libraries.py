"""Programs for JAX and PyTorch compute what those for NumPy compute: every function, with its derivatives, in every library."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

import tensordiff as td
from tensordiff.compile import compile_program
from tensordiff.differentiate import differentiate
from tensordiff.functions import (
    ELEMENTWISE,
    EXP,
    INVERSE,
    LOGDET,
    MATRIX,
    PI,
    Duplication,
    Elimination,
    LowerMask,
    SkewDuplication,
    Unit,
    UpperMask,
    constant,
)
from tensordiff.functions.eigen import SymmetricFunction
from tensordiff.functions.singular import SingularFunction
from tensordiff.tensor import Structure, Symbol, Tensor, add, apply, einsum, identity
from tests.compile.conftest import OPTIONAL
from tests.compile.graphs import SIZES, SYMBOLS, N, arrays, graphs
from tests.functions.arguments import applied
from tests.reference import value

pytestmark = pytest.mark.parametrize("backend", OPTIONAL)

if "jax" in OPTIONAL:
    import jax

    jax.config.update("jax_enable_x64", True)


def own(backend: str, array: Any) -> Any:
    """The array in the library."""
    if backend == "jax":
        return jax.numpy.asarray(array)
    import torch

    return torch.as_tensor(array)


def assert_close(found: Any, expected: np.ndarray, tolerance: float = 1e-9, what: str = "") -> None:
    scale = max(1.0, float(np.abs(expected).max(initial=0)))
    assert tuple(found.shape) == expected.shape
    np.testing.assert_allclose(np.asarray(found), expected, rtol=tolerance, atol=tolerance * scale, err_msg=what)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(outputs=graphs())
def test_random_graphs(backend: str, outputs: list[Tensor]) -> None:
    program = compile_program(outputs, backend=backend)
    given_arrays = arrays()
    needed = {name: given_arrays.get(name, SIZES.get(name)) for name in program.inputs}
    for node, found in zip(outputs, program(**needed), strict=True):
        assert_close(found, value(node, given_arrays, SIZES), 1e-8, program.source)


@pytest.mark.parametrize(
    "name", [name for name, f in MATRIX.items() if not isinstance(f, SymmetricFunction | SingularFunction)]
)
def test_matrix_functions_and_derivatives(backend: str, name: str) -> None:
    """Those of the spectrum are tried on all libraries in tests/functions."""
    a = SYMBOLS[0]
    argument = add([(1, a), (9, identity((N,)))])
    if name == "chol":
        argument = add([(1, einsum([(a, "ij"), (a, "kj")], "ik")), (1, identity((N,)))])
    made = apply(MATRIX[name], argument)
    outputs = [made, differentiate(made, a), differentiate(differentiate(made, a), a)]
    for node, found in zip(outputs, compile_program(outputs, backend=backend)(A=arrays()["A"]), strict=True):
        assert_close(found, value(node, arrays(), SIZES), 1e-8, name)


LOGARITHMS: dict[str, Callable[[np.random.Generator], np.ndarray]] = {
    "near the identity": lambda rng: np.eye(6) + 1e-3 * rng.normal(size=(6, 6)),
    "definite": lambda rng: (lambda a: a @ a.T + 0.1 * np.eye(6))(rng.normal(size=(6, 6))),
    "general": lambda rng: np.asarray(_scipy("expm", rng.normal(size=(5, 5)))),
    "badly scaled": lambda rng: np.diag(10.0 ** rng.uniform(-4, 4, 5)) @ (np.eye(5) + 0.1 * np.tri(5, k=-1)),
    "defective": lambda rng: 0.5 * np.eye(4) + np.eye(4, k=1),
    "eigenvalues by the negative axis": lambda rng: np.array([[np.cos(3.0), -np.sin(3.0)], [np.sin(3.0), np.cos(3.0)]]),
    "complex": lambda rng: np.asarray(_scipy("expm", rng.normal(size=(4, 4)) + 0.3j * rng.normal(size=(4, 4)))),
}


def _scipy(name: str, a: np.ndarray) -> Any:
    import scipy.linalg

    return getattr(scipy.linalg, name)(a)


@pytest.mark.parametrize("kind", LOGARITHMS)
def test_logarithms_and_roots_are_those_of_scipy(backend: str, kind: str) -> None:
    matrix = LOGARITHMS[kind](np.random.default_rng(1))
    programs = td.compile([td.parse(f"{name}(A)", shapes={"A": "n n"}) for name in ("logm", "sqrtm")], backend=backend)
    for name, found in zip(("logm", "sqrtm"), programs(A=matrix), strict=True):
        assert_close(found, _scipy(name, matrix), 1e-9, name)


def test_no_logarithm_or_root_is_not_a_number(backend: str) -> None:
    programs = td.compile([td.parse(f"{name}(A)", shapes={"A": "n n"}) for name in ("logm", "sqrtm")], backend=backend)
    for matrix in (-np.eye(2), np.diag([1.0, -1.0, 2.0]), np.ones((2, 2)), np.array([[0.0, 1.0], [0.0, 0.0]])):
        for found in programs(A=matrix):
            assert np.isnan(np.asarray(found)).all()


TEXTS = {
    "pinv(X)": "pinv(X)",
    "A^k": "(A + 3*eye(n))^k",
    "A^-2": "(A + 3*eye(n))^-2",
    "A^n": "A^n",
    "softmax": "softmax(x)",
    "logsumexp": "logsumexp(A*x)",
    "softmax of rows": "softmax(X,2)",
    "norms": "norm2(X) + norm1(X)",
    "Kronecker": "kron(A,X)*vec(X')",
    "vech": "D(n)*vech(A)",
    "masks": "tril(n).*A + A.*triu(n)",
    "max": "max(x, 0) + min(x, A*x)",
    "erf and gelu": "erf(x) + gelu(x)",
    "blocks": "[A A; A A]*[x; x]",
}


@pytest.mark.parametrize("name", TEXTS)
def test_expressions_and_their_derivatives(backend: str, name: str) -> None:
    f = td.parse(TEXTS[name], shapes={"A": "n n", "X": "n m", "x": "n", "k": ()})
    symbols = [symbol for symbol in ("A", "X", "x") if symbol in str(f)][:2]
    outputs = [f, *(td.diff(f, symbol) for symbol in symbols), td.diff(f, symbols[0], symbols[-1])]
    point = {key: array for key, array in {**arrays(), "k": 3.0, **SIZES}.items() if key in f.scope}
    expected = td.compile(outputs)(**point)
    for wanted, found in zip(expected, td.compile(outputs, backend=backend)(**point), strict=True):
        assert_close(found, wanted, 1e-8, name)


def test_definite_matrices_and_constants(backend: str) -> None:
    v = Symbol.make("V", (N, N), Structure.POSITIVE_DEFINITE)
    x = SYMBOLS[1]
    quadratic = einsum([(x, "ia"), (apply(INVERSE, v), "ij"), (x, "jb")], "ab")
    outputs = [apply(LOGDET, v), quadratic, differentiate(quadratic, v), apply(INVERSE, v)]
    outputs += [constant(f(N)) for f in (Duplication, SkewDuplication, Elimination, LowerMask, UpperMask)]
    outputs += [constant(Unit(N, 2)), constant(PI)]
    root = np.random.default_rng(3).normal(size=(3, 3))
    given_arrays = {**arrays(), "V": root @ root.T + np.eye(3)}
    program = compile_program(outputs, backend=backend)
    for node, found in zip(outputs, program(X=given_arrays["X"], V=given_arrays["V"]), strict=True):
        assert_close(found, value(node, given_arrays, SIZES))


@pytest.mark.parametrize("order", [0, 1, 2])
def test_every_elementwise_function(backend: str, order: int) -> None:
    outputs = []
    for function in ELEMENTWISE.values():
        made = applied(function, SYMBOLS[3], apply(EXP, SYMBOLS[3]) if function.name == "xlogy" else SYMBOLS[3])
        for _ in range(order):
            made = differentiate(made, SYMBOLS[3])
        outputs.append(made)
    results = compile_program(outputs, inputs=[SYMBOLS[3]], backend=backend)(x=arrays()["x"])
    for name, node, found in zip(ELEMENTWISE, outputs, results, strict=True):
        assert_close(found, value(node, arrays(), SIZES), 1e-9, name)


@pytest.mark.parametrize("kind", ["float32", "float64", "complex64", "complex128"])
def test_type_of_the_entries_is_kept(backend: str, kind: str) -> None:
    a, x = SYMBOLS[0], SYMBOLS[3]
    square = einsum([(a, "ij"), (a, "jk")], "ik")
    outputs = [differentiate(square, a), identity((N,)), a, apply(EXP, x), einsum([(apply(INVERSE, a), "ij"), (x, "j")], "i")]
    matrix, vector = arrays()["A"].astype(kind), arrays()["x"].astype(kind)
    for point in ({"A": matrix, "x": vector}, {"A": own(backend, matrix), "x": own(backend, vector)}):
        found = compile_program(outputs, backend=backend)(**point)
        assert [str(array.dtype).removeprefix("torch.") for array in found] == [kind] * len(outputs)
        assert all(type(array) is type(own(backend, matrix)) for array in found)


def test_what_is_taken_for_an_array(backend: str) -> None:
    """Integers become floating point; numbers and nested lists are read; plain numbers take the type of the others."""
    program = td.compile(td.parse("a*x", shapes={"a": (), "x": "n"}), backend=backend)
    for a, x, kind in [
        (2, np.arange(3), "float64"),
        (2.0, [0, 1, 2], "float64"),
        (np.float64(2), own(backend, np.arange(3)), "float64"),
        (own(backend, np.array(2.0)), own(backend, np.arange(3.0)), "float64"),
        (2, np.arange(3, dtype=np.float32), "float32"),
        (2.0, own(backend, np.arange(3, dtype=np.float32)), "float32"),
        (True, np.array([False, True, True]) * 1, "float64"),
    ]:
        for _ in range(2):
            found = program(a=a, x=x)
            assert str(found.dtype).removeprefix("torch.") == kind, (a, x)
            np.testing.assert_allclose(np.asarray(found), float(a) * np.asarray(x))


@pytest.mark.parametrize("structure", ["symmetric", "skew", "diagonal", "lower-triangular", "orthogonal", "positive-definite"])
@pytest.mark.parametrize("n", [4, 150])
def test_structures_of_inputs(backend: str, structure: str, n: int) -> None:
    program = td.compile(td.parse("tr(V)", shapes={"V": "n n"}, structures={"V": structure}), backend=backend)
    matrix = np.eye(n, dtype=np.float32) if structure != "skew" else np.zeros((n, n), np.float32)
    program(V=own(backend, matrix))
    matrix[1, 3] = 0.5
    if structure == "lower-triangular" or structure == "diagonal":
        message = r"V\[2,4\] = 0.5"
    else:
        message = r"V'\*V has entry \[2,4\]" if structure == "orthogonal" else r"V\[2,4\] = 0.5 and V\[4,2\] = "
    for given_array in (matrix, own(backend, matrix)):
        with pytest.raises(td.EvaluationError, match=f"V is declared {structure}, but {message}"):
            program(V=given_array)
    f = td.parse("tr(V)", shapes={"V": "n n"}, structures={"V": structure})
    assert np.isfinite(float(td.compile(f, backend=backend, validate=False)(V=matrix)))
