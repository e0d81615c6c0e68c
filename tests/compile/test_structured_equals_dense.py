"""Linear maps that are applied term by term agree with the array of their entries."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import tensordiff as td
from tensordiff.compile import at
from tensordiff.differentiate import differentiate
from tensordiff.errors import EvaluationError
from tensordiff.functions import EXP, INVERSE, LOGDET, lookup
from tensordiff.tensor import Dim, Structure, Symbol, Tensor, add, apply, einsum, total
from tests.compile.graphs import SIZES, SYMBOLS, TANH, arrays, graphs
from tests.reference import value

N, M = Dim.named("n"), Dim.named("m")
X, V, x, A = Symbol.make("X", (N, M)), Symbol.make("V", (N, N)), Symbol.make("x", (M,)), Symbol.make("A", (N, N))
POINT = {
    "X": np.random.default_rng(1).normal(size=(5, 3)),
    "V": np.random.default_rng(2).normal(size=(5, 5)) + 4 * np.eye(5),
    "x": np.random.default_rng(3).normal(size=3),
    "A": np.random.default_rng(4).normal(size=(5, 5)),
}
PROJECTION = apply(INVERSE, einsum([(X, "ki"), (apply(INVERSE, V), "kl"), (X, "lj")], "ij"))
LOGISTIC = total(apply(lookup("softplus"), einsum([(X, "ij"), (x, "j")], "i")))
NETWORK = apply(TANH, einsum([(A, "ij"), (X, "jk"), (x, "k")], "i"))

CASES = {
    "projection by V": (PROJECTION, [V]),
    "projection by X": (PROJECTION, [X]),
    "logistic": (LOGISTIC, [x, x]),
    "logistic mixed": (LOGISTIC, [x, X]),
    "logdet": (apply(LOGDET, V), [V, V]),
    "network": (NETWORK, [A]),
    "network second": (NETWORK, [A, X]),
    "identity": (add([(1, A), (2, einsum([(A, "ij")], "ji"))]), [A]),
    "softmax": (apply(lookup("log"), total(apply(EXP, einsum([(X, "ij"), (x, "j")], "i")))), [x, x]),
}


@pytest.mark.parametrize("name", CASES)
def test_apply_and_adjoint_are_contractions(name: str) -> None:
    f, variables = CASES[name]
    derivative: Tensor = f
    for variable in variables:
        derivative = differentiate(derivative, variable)
    needed = dict(POINT)
    made = at(derivative, f.rank, [v.rank for v in variables], needed, inputs=[X, V, x, A])
    dense = value(derivative, POINT, {"n": 5, "m": 3})
    assert made.shape == dense.shape
    np.testing.assert_allclose(made.dense(), dense, rtol=1e-9, atol=1e-11)
    rng = np.random.default_rng(7)
    directions = [rng.normal(size=POINT[v.name].shape) for v in variables]
    last = np.tensordot(dense, directions[-1], axes=variables[-1].rank)
    for _ in range(2):
        np.testing.assert_allclose(made.apply(directions[-1]), last, rtol=1e-8, atol=1e-10)
    if len(variables) == 2:
        both = np.tensordot(last, directions[0], axes=variables[0].rank)
        np.testing.assert_allclose(made.apply(*directions), both, rtol=1e-8, atol=1e-10)
    cotangent = rng.normal(size=dense.shape[: f.rank])
    expected = np.tensordot(cotangent, dense, axes=f.rank)
    np.testing.assert_allclose(made.adjoint(cotangent), expected, rtol=1e-8, atol=1e-10)
    for order in ("F", "C"):
        operator = made.to_linear_operator(order=order)
        columns = POINT[variables[-1].name].shape
        rows = dense.shape[: dense.ndim - len(columns)]
        matrix = dense.reshape(-1, *columns).reshape(*rows, *columns)
        flat = np.stack([matrix[(..., *place)].reshape(-1, order=order) for place in _places(columns, order)], axis=1)
        assert operator.shape == flat.shape
        vector = rng.normal(size=flat.shape[1])
        np.testing.assert_allclose(operator @ vector, flat @ vector, rtol=1e-8, atol=1e-10)
        covector = rng.normal(size=flat.shape[0])
        np.testing.assert_allclose(operator.T @ covector, flat.T @ covector, rtol=1e-8, atol=1e-10)


def _places(shape: tuple[int, ...], order: str) -> list[tuple[int, ...]]:
    found = np.unravel_index(np.arange(int(np.prod(shape))), shape, order=order)
    return list(zip(*(axis.tolist() for axis in found), strict=True))


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(graphs(), st.integers(0, 3))
def test_random_tensors(outputs: list[Tensor], split: int) -> None:
    node = outputs[-1]
    if node.rank == 0:
        return
    rank = split % node.rank
    given_arrays = {**arrays(), **SIZES}
    made = at(node, rank, [node.rank - rank], given_arrays, inputs=SYMBOLS, allowed=SIZES)
    dense = value(node, arrays(), SIZES)
    scale = max(1.0, float(np.abs(dense).max()))
    direction = np.random.default_rng(5).normal(size=dense.shape[rank:])
    expected = np.tensordot(dense, direction, axes=node.rank - rank)
    np.testing.assert_allclose(made.apply(direction), expected, rtol=1e-8, atol=1e-9 * scale)


def test_structured_values_do_not_form_entries() -> None:
    n = Dim.named("n")
    v = Symbol.make("V", (n, n), Structure.POSITIVE_DEFINITE)
    hessian = differentiate(differentiate(apply(LOGDET, v), v), v)
    matrix = np.eye(500) * 2  # its Hessian has 6e10 entries
    made = at(hessian, 0, [2, 2], {"V": matrix})
    direction = np.random.default_rng(0).normal(size=(500, 500))
    symmetric = (direction + direction.T) / 2
    np.testing.assert_allclose(made.apply(symmetric), -symmetric / 4, rtol=1e-10)


def test_wrong_directions() -> None:
    made = at(differentiate(PROJECTION, V), 2, [2], POINT, inputs=[X, V, x, A])
    with pytest.raises(EvaluationError, match="direction"):
        made.apply(np.ones((5, 4)))
    with pytest.raises(EvaluationError, match="one direction"):
        made.apply(np.ones((5, 5)), np.ones((5, 5)))
    with pytest.raises(EvaluationError, match="order"):
        made.to_linear_operator(order="K")  # type: ignore[arg-type]


COMPOUND = {
    "Kronecker product by a factor": ("kron(A,B)*z", {"A": "n n", "B": "m m", "z": "n*m"}, ["A"]),
    "Kronecker product by a vector": ("kron(A,B)*z", {"A": "n n", "B": "m m", "z": "n*m"}, ["z"]),
    "inverse by a compound matrix": ("inv(kron(A,B) + S)", {"A": "n n", "B": "m m", "S": "n*m n*m"}, ["S"]),
    "inverse by a factor": ("inv(kron(A,B) + S)", {"A": "n n", "B": "m m", "S": "n*m n*m"}, ["A"]),
    "second derivative": ("z'*kron(A,B)*z", {"A": "n n", "B": "m m", "z": "n*m"}, ["A", "z"]),
    "vec": ("vec(A*X*B)", {"A": "n n", "B": "m m", "X": "n m"}, ["X"]),
    "row": ("r*A", {"r": "1 n", "A": "n n"}, ["r"]),
    "vech": ("vech(A*A')", {"A": "n n"}, ["A"]),
    "identities and broadcasts": ("A.*kron(ones(n),r) + 2*A", {"r": "1 n", "A": "n n"}, ["A"]),
}


@pytest.mark.parametrize("name", COMPOUND)
def test_compound_axes(name: str) -> None:
    text, shapes, variables = COMPOUND[name]
    sizes = {"n": 3, "m": 4, "n*m": 12, "1": 1}
    rng = np.random.default_rng(0)
    point = {key: rng.normal(size=[sizes[size] for size in shape.split()]) for key, shape in shapes.items()}
    derivative = td.diff(td.parse(text, shapes=shapes), *variables)
    dense, made = derivative.evaluate(**point), derivative.at(**point)
    assert made.shape == dense.shape
    np.testing.assert_allclose(made.dense(), dense)
    axes = len(derivative.array_shape)
    last = len([size for size in shapes[variables[-1]].split() if size != "1"])
    first = axes - sum(len([size for size in shapes[v].split() if size != "1"]) for v in variables)
    direction, cotangent = rng.normal(size=dense.shape[axes - last :]), rng.normal(size=dense.shape[:first])
    np.testing.assert_allclose(made.apply(direction), np.tensordot(dense, direction, axes=last), atol=1e-10)
    np.testing.assert_allclose(made.adjoint(cotangent), np.tensordot(cotangent, dense, axes=first), atol=1e-10)
    operator = made.to_linear_operator()
    if len(variables) == 1:
        matrix = derivative.evaluate(layout="vec-column", **point)
        np.testing.assert_allclose(operator @ np.eye(operator.shape[1]), matrix, atol=1e-10)
    whole = sum(term.coefficient * np.einsum(term.subscripts, *term.operands) for term in made.factors)
    np.testing.assert_allclose(np.reshape(whole, dense.shape), dense, atol=1e-10)
    if dense.shape[axes - last :] == (12,):
        with pytest.raises(EvaluationError, match=r"the direction has shape \(3, 4\), expected \(12,\)"):
            made.apply(np.ones((3, 4)))


MEMORY = {
    "inv(X'*inv(V)*X)": ["V"],
    "logdet(V)": ["V", "V"],
    "norm2(A*V*A' - A)^2": ["V", "V"],
    "tr(A^5)": ["A", "A"],
}


@pytest.mark.parametrize("text", MEMORY)
def test_memory_is_that_of_inputs_and_factors(text: str) -> None:
    """The arrays of entries would take 1,600 times as much as one factor."""
    import tracemalloc

    n = 40
    root = np.random.default_rng(0).normal(size=(n, n))
    arrays_of = {"V": root @ root.T + np.eye(n), "A": root, "X": root[:, :5]}
    f = td.parse(text, shapes={"V": "n n", "A": "n n", "X": "n m"})
    point = {name: array for name, array in arrays_of.items() if name in text}
    derivative, direction = td.diff(f, *MEMORY[text]), np.ones((n, n))

    def work() -> None:
        made = derivative.at(**point)
        made.apply(direction)
        made.to_linear_operator() @ direction.ravel()
        if made.order == 1:
            made.adjoint(np.ones(made.shape[: f.ndim]))
        assert made.factors

    work()
    tracemalloc.start()
    work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 40 * root.nbytes
