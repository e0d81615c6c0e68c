"""Functions with closed derivatives in JAX: its own checks, and what its transformations give."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest

import tensordiff as td
from tests.api.closed_cases import CASES, Case, drawn

if find_spec("jax"):
    import jax
    import jax.numpy as jnp
    from jax.test_util import check_grads

    jax.config.update("jax_enable_x64", True)

    # XLA takes many seconds over second derivatives of the exponential of a matrix.
    QUICK = [case for case in CASES if "expm" not in case.text]

    def arrays_of(case: Case) -> list[Any]:
        return [jnp.asarray(array) for array in drawn(case)]

    def function_of(case: Case) -> Any:
        f = td.jax_function(td.parse(case.text, shapes=case.shapes, sizes=list(case.sizes)))
        return lambda *arrays: f(*arrays, **case.sizes)

    @pytest.mark.parametrize("case", QUICK, ids=[case.text for case in QUICK])
    def test_jax_finds_the_derivatives_right_to_second_order(case: Case) -> None:
        f, arrays = function_of(case), arrays_of(case)
        check_grads(f, arrays, order=2)
        check_grads(jax.jit(f), arrays, order=1)

    @pytest.mark.parametrize("case", QUICK, ids=[case.text for case in QUICK])
    def test_jax_transformations(case: Case) -> None:
        f, arrays = function_of(case), arrays_of(case)
        places = tuple(range(len(arrays)))
        for back, on in zip(jax.jacrev(f, places)(*arrays), jax.jacfwd(f, places)(*arrays), strict=True):
            np.testing.assert_allclose(back, on, rtol=1e-9, atol=1e-12)
        stack = jnp.asarray(np.random.default_rng(1).normal(size=(5, *arrays[-1].shape)))
        mapped = jax.jit(jax.vmap(lambda last: f(*arrays[:-1], last)))(stack)
        np.testing.assert_allclose(mapped, jnp.stack([f(*arrays[:-1], last) for last in stack]), rtol=1e-9, atol=1e-12)
        if f(*arrays).ndim == 0:
            last = len(arrays) - 1
            forward = jax.jacfwd(jax.grad(f, last), last)(*arrays)
            np.testing.assert_allclose(jax.jacrev(jax.grad(f, last), last)(*arrays), forward, rtol=1e-9, atol=1e-12)

    def test_jax_gradient_of_a_matrix_function() -> None:
        (case,) = (case for case in CASES if case not in QUICK)
        check_grads(function_of(case), arrays_of(case), order=1)

    def test_jax_third_derivatives() -> None:
        f = td.jax_function(td.parse("x^4", shapes={"x": ""}))
        np.testing.assert_allclose(jax.grad(jax.grad(jax.grad(f)))(jnp.asarray(3.0)), 72.0)

    def test_jax_batches_share_their_parameters() -> None:
        f = td.jax_function(td.parse("norm2(W*x - y)^2/2", shapes={"W": "n m", "x": "m", "y": "n"}))
        rng = np.random.default_rng(3)
        check_grads(f, [jnp.asarray(rng.normal(size=s)) for s in [(3, 2), (7, 2), (7, 3)]], order=2)

    @pytest.mark.parametrize("second", ["norm2(x)", "x.*exp(y)"])
    def test_jax_several_values(second: str) -> None:
        shapes = {"x": "n", "y": "n"}
        f = td.jax_function([td.parse("x'*y", shapes=shapes), td.parse(second, shapes=shapes)])
        check_grads(f, [jnp.ones(3), jnp.arange(3.0)], order=2)

    def test_jax_structures_keep_through_their_parameters() -> None:
        shapes = {"S": "n n", "C": "n n"}
        f = td.jax_function(td.parse("logdet(S) + tr(inv(S)*C)", shapes=shapes, structures={"S": "positive-definite"}))
        rng = np.random.default_rng(5)
        L, C = (jnp.asarray(np.eye(3) + 0.1 * rng.normal(size=(3, 3))) for _ in range(2))
        check_grads(lambda L, C: f(L @ L.T, C), (L, C), order=2)

    def test_jax_integers_and_arguments() -> None:
        f = td.jax_function(td.parse("x'*A*x", shapes={"x": "n", "A": "n n"}))
        assert float(f([1, 2], np.eye(2, dtype=int))) == 5.0
        with pytest.raises(td.EvaluationError, match="no value given for A"):
            f(jnp.ones(2))
