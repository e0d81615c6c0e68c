"""Programs for JAX compute the same, under jit, grad and vmap too."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import tensordiff as td
from tensordiff.compile import at, backend_of, compile_program
from tensordiff.differentiate import differentiate
from tensordiff.errors import EvaluationError
from tensordiff.functions import INVERSE, LOGDET
from tensordiff.tensor import Structure, Symbol, add, apply, einsum, total
from tests.compile.graphs import SYMBOLS, TANH, N, arrays

jax.config.update("jax_enable_x64", True)


def test_grad_jit_and_vmap() -> None:
    a, x = SYMBOLS[0], SYMBOLS[3]
    f = total(apply(TANH, einsum([(a, "ij"), (x, "j")], "i")))
    program = compile_program([f], backend="jax")
    gradient = compile_program([differentiate(f, a)], backend="jax")
    given_arrays = {name: jnp.asarray(arrays()[name]) for name in ("A", "x")}

    def loss(matrix: jax.Array, vector: jax.Array) -> jax.Array:
        return program(A=matrix, x=vector)[0]

    expected = gradient(**given_arrays)[0]
    np.testing.assert_allclose(jax.jit(jax.grad(loss))(given_arrays["A"], given_arrays["x"]), expected, rtol=1e-10)
    many = jnp.stack([given_arrays["x"], 2 * given_arrays["x"], jnp.ones(3)])
    batch = jax.vmap(lambda vector: gradient(A=given_arrays["A"], x=vector)[0])(many)
    assert batch.shape == (3, 3, 3)
    np.testing.assert_allclose(batch[0], expected, rtol=1e-10)


def test_grad_through_factorisations() -> None:
    v = Symbol.make("V", (N, N), Structure.POSITIVE_DEFINITE)
    x = SYMBOLS[3]
    f = add([(1, apply(LOGDET, v)), (1, einsum([(x, "i"), (apply(INVERSE, v), "ij"), (x, "j")], ""))])
    program = compile_program([f], backend="jax")
    gradient = compile_program([differentiate(f, v)], backend="jax")
    root = np.random.default_rng(5).normal(size=(3, 3))
    matrix, vector = jnp.asarray(root @ root.T + np.eye(3)), jnp.asarray(arrays()["x"])
    found = jax.grad(lambda m: program(V=m, x=vector)[0])(matrix)
    expected = gradient(V=matrix, x=vector)[0]
    np.testing.assert_allclose((found + found.T) / 2, (expected + expected.T) / 2, rtol=1e-8, atol=1e-10)


def test_arrays_say_their_library() -> None:
    assert backend_of({"a": jnp.ones(2), "b": 1.0}) == "jax"
    program = compile_program([einsum([(SYMBOLS[0], "ij"), (SYMBOLS[3], "j")], "i")], backend="jax")
    with pytest.raises(EvaluationError, match="n is 3"):
        program(A=jnp.ones((3, 3)), x=jnp.ones(4))


def test_derivatives_at_a_point() -> None:
    a, x = SYMBOLS[0], SYMBOLS[3]
    f = apply(TANH, einsum([(a, "ij"), (x, "j")], "i"))
    point = {"A": jnp.asarray(arrays()["A"]), "x": jnp.asarray(arrays()["x"])}
    made = at(differentiate(f, a), 1, [2], point)
    direction = jnp.ones((3, 3))
    found = made.apply(direction)
    assert isinstance(found, jax.Array)
    np.testing.assert_allclose(found, jnp.tensordot(made.dense(), direction, axes=2), rtol=1e-10)


def test_transposed_matrices_are_not_copied_for_a_product_with_a_vector() -> None:
    f = td.parse("norm2(A'*B'*x)^2 + y'*C'*x", shapes={"A": "n n", "B": "m n", "C": "m k", "x": "m", "y": "k"})
    gradients = [td.gradient(f, name) for name in ("x", "y")]
    program = td.compile(gradients, backend="jax")
    assert ".T" not in program.source
    rng = np.random.default_rng(0)
    arrays = {"A": (3, 3), "B": (2, 3), "C": (2, 4), "x": (2,), "y": (4,)}
    point = {name: rng.normal(size=shape) for name, shape in arrays.items()}
    for found, gradient in zip(program(**point), gradients, strict=True):
        np.testing.assert_allclose(found, gradient.evaluate(**point), rtol=1e-12)
