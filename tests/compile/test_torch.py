"""Programs for PyTorch compute the same, on the type and device of their inputs, and autograd goes through them."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from tensordiff.compile import backend_of, compile_program
from tensordiff.differentiate import differentiate
from tensordiff.errors import EvaluationError
from tensordiff.functions import INVERSE, LOGDET
from tensordiff.tensor import Structure, Symbol, add, apply, einsum, identity, total
from tests.compile.graphs import SYMBOLS, TANH, N, arrays
from tests.docs.blocks import with_library


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


def test_vmap_and_grad_of_programs() -> None:
    """With structures, which traced tensors cannot be tested for."""
    v = Symbol.make("V", (N, N), Structure.SYMMETRIC)
    x = SYMBOLS[3]
    f = add([(1, apply(LOGDET, v)), (1, einsum([(x, "i"), (apply(INVERSE, v), "ij"), (x, "j")], ""))])
    program = compile_program([f], backend="torch")
    slope = compile_program([differentiate(f, x)], backend="torch")
    root = np.random.default_rng(5).normal(size=(3, 3))
    matrix = torch.tensor(root @ root.T + np.eye(3))
    many = torch.tensor(np.random.default_rng(6).normal(size=(5, 3)))
    single = torch.stack([slope(V=matrix, x=vector)[0] for vector in many])
    np.testing.assert_allclose(torch.func.vmap(lambda vector: slope(V=matrix, x=vector)[0])(many), single, rtol=1e-10)
    grads = torch.func.vmap(torch.func.grad(lambda vector: program(V=matrix, x=vector)[0]))(many)
    np.testing.assert_allclose(grads, single, rtol=1e-10)
    stacked = torch.stack([matrix, 2 * matrix])
    found = torch.func.vmap(lambda each: program(V=each, x=many[0])[0])(stacked)
    np.testing.assert_allclose(found[1], program(V=stacked[1], x=many[0])[0], rtol=1e-10)


def test_pages() -> None:
    found = list(with_library("torch"))
    assert found
    for written, run in found:
        assert run == written, run
