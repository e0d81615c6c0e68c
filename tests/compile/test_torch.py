"""Programs for PyTorch compute the same, on the type and device of their inputs, and autograd goes through them."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings

from tensordiff.compile import backend_of, compile_program
from tensordiff.differentiate import differentiate
from tensordiff.errors import EvaluationError, TensordiffError
from tensordiff.functions import (
    ELEMENTWISE,
    EXP,
    INVERSE,
    LOGDET,
    PI,
    Duplication,
    Elimination,
    LowerMask,
    Unit,
    UpperMask,
    constant,
    lookup,
)
from tensordiff.tensor import Structure, Symbol, Tensor, add, apply, einsum, identity, ones, total
from tests.compile.graphs import SIZES, SYMBOLS, TANH, N, arrays, graphs
from tests.reference import value


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(graphs())
def test_random_graphs(outputs: list[Tensor]) -> None:
    program = compile_program(outputs, backend="torch")
    given_arrays = arrays()
    needed = {name: given_arrays.get(name, SIZES.get(name)) for name in program.inputs}
    for node, found in zip(outputs, program(**needed), strict=True):
        expected = value(node, given_arrays, SIZES)
        scale = max(1.0, float(np.abs(expected).max(initial=0)))
        assert found.shape == expected.shape
        np.testing.assert_allclose(np.asarray(found), expected, rtol=1e-8, atol=1e-9 * scale, err_msg=program.source)


@pytest.mark.parametrize("name", ["inv", "det", "logdet", "adj", "expm", "sqrtm"])
def test_matrix_functions_and_derivatives(name: str) -> None:
    function = lookup(name)
    assert function is not None
    a = SYMBOLS[0]
    made = apply(function, add([(1, a), (9, identity((N,)))]))
    outputs = [made, differentiate(made, a)]
    given_arrays = arrays()
    for node, found in zip(outputs, compile_program(outputs, backend="torch")(A=given_arrays["A"]), strict=True):
        expected = value(node, given_arrays, SIZES)
        np.testing.assert_allclose(np.asarray(found), expected, rtol=1e-7, atol=1e-8 * np.abs(expected).max())


def test_definite_matrices_and_constants() -> None:
    v = Symbol.make("V", (N, N), Structure.POSITIVE_DEFINITE)
    x = SYMBOLS[1]
    quadratic = einsum([(x, "ia"), (apply(INVERSE, v), "ij"), (x, "jb")], "ab")
    outputs = [apply(LOGDET, v), quadratic, differentiate(quadratic, v), apply(INVERSE, v)]
    outputs += [constant(f(N)) for f in (Duplication, Elimination, LowerMask, UpperMask)] + [constant(Unit(N, 2)), constant(PI)]
    root = np.random.default_rng(3).normal(size=(3, 3))
    given_arrays = {**arrays(), "V": root @ root.T + np.eye(3)}
    program = compile_program(outputs, backend="torch")
    for node, found in zip(outputs, program(X=given_arrays["X"], V=given_arrays["V"]), strict=True):
        np.testing.assert_allclose(np.asarray(found), value(node, given_arrays, SIZES), rtol=1e-9, atol=1e-12)


def test_every_elementwise_function() -> None:
    for name, function in ELEMENTWISE.items():
        argument = apply(EXP, SYMBOLS[3])
        if name in ("artanh", "arcsin", "arccos"):
            argument = apply(TANH, SYMBOLS[3])
        if name == "arcosh":
            argument = add([(1, argument), (1, ones((N,)))])
        made = apply(function, argument, SYMBOLS[3]) if name in ("max", "min") else apply(function, argument)
        (found,) = compile_program([made], inputs=[SYMBOLS[3]], backend="torch")(x=arrays()["x"])
        np.testing.assert_allclose(np.asarray(found), value(made, arrays(), SIZES), rtol=1e-9, err_msg=name)


def test_no_logarithm_of_a_matrix() -> None:
    made = apply(lookup("logm"), SYMBOLS[0])
    with pytest.raises(TensordiffError, match="no logm"):
        compile_program([made], backend="torch")(A=np.eye(3))


def test_autograd_goes_through() -> None:
    a, x = SYMBOLS[0], SYMBOLS[3]
    safe = add([(1, apply(TANH, a)), (9, identity((N,)))])
    f = einsum([(x, "i"), (apply(INVERSE, safe), "ij"), (x, "j")], "")
    program = compile_program([f], backend="torch")
    gradient = compile_program([differentiate(f, a)], backend="torch")
    matrix = torch.tensor(arrays()["A"], requires_grad=True)
    vector = torch.tensor(arrays()["x"])
    program(A=matrix, x=vector)[0].backward()
    np.testing.assert_allclose(matrix.grad, gradient(A=matrix.detach(), x=vector)[0], rtol=1e-10)


@pytest.mark.parametrize("kind", [torch.float32, torch.float64, torch.complex128])
def test_type_of_the_inputs_is_kept(kind: torch.dtype) -> None:
    a = SYMBOLS[0]
    outputs = [differentiate(einsum([(a, "ij"), (a, "jk")], "ik"), a), identity((N,)), a]
    found = compile_program(outputs, backend="torch")(A=torch.ones((3, 3), dtype=kind))
    assert [tensor.dtype for tensor in found] == [kind] * 3


def test_results_are_arrays_of_their_own() -> None:
    matrix = torch.ones((3, 3))
    (found,) = compile_program([SYMBOLS[0]], backend="torch")(A=matrix)
    found += 1
    assert float(matrix.sum()) == 9


def test_func_transforms() -> None:
    f = total(apply(TANH, einsum([(SYMBOLS[0], "ij"), (SYMBOLS[3], "j")], "i")))
    hessian = compile_program([differentiate(differentiate(f, SYMBOLS[3]), SYMBOLS[3])], backend="torch")
    program = compile_program([f], backend="torch")
    matrix, vector = (torch.tensor(arrays()[name]) for name in ("A", "x"))
    found = torch.func.jacrev(torch.func.jacrev(lambda v: program(A=matrix, x=v)[0]))(vector)
    np.testing.assert_allclose(found, hessian(A=matrix, x=vector)[0], rtol=1e-9, atol=1e-12)


def test_errors() -> None:
    made = compile_program([apply(INVERSE, SYMBOLS[0])], backend="torch")
    with pytest.raises(EvaluationError, match="inv"):
        made(A=torch.zeros((3, 3)))
    assert backend_of({"a": torch.ones(2), "b": 1.0}) == "torch"
