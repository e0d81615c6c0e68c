"""Programs for JAX compute the same, under jit, grad and vmap too."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from tensordiff.compile import at, backend_of, compile_program
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

jax.config.update("jax_enable_x64", True)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(graphs())
def test_random_graphs(outputs: list[Tensor]) -> None:
    program = compile_program(outputs, backend="jax")
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
    for node, found in zip(outputs, compile_program(outputs, backend="jax")(A=given_arrays["A"]), strict=True):
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
    program = compile_program(outputs, backend="jax")
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
        (found,) = compile_program([made], inputs=[SYMBOLS[3]], backend="jax")(x=arrays()["x"])
        np.testing.assert_allclose(np.asarray(found), value(made, arrays(), SIZES), rtol=1e-9, err_msg=name)


def test_no_logarithm_of_a_matrix() -> None:
    made = apply(lookup("logm"), SYMBOLS[0])
    with pytest.raises(TensordiffError, match="no logm"):
        compile_program([made], backend="jax")(A=np.eye(3))


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


def test_precision_of_the_inputs_is_kept() -> None:
    made = compile_program([identity((N,)), SYMBOLS[0]], inputs=SYMBOLS, backend="jax")
    found = made(A=jnp.ones((3, 3), jnp.float32))
    assert [array.dtype for array in found] == [jnp.float32, jnp.float32]


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
