"""Functions for JAX's automatic differentiation, with closed derivatives of every order."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import cycle
from typing import Any

from tensordiff.api.closed import Closed, Formulas, Function, Sizes, arguments, closed, described
from tensordiff.compile import library


def jax_function(f: Formulas, *, validate: bool = True) -> Function:
    """f as a function of JAX arrays whose derivatives, of any order, are those of tensordiff in closed form.

    The arguments are the arrays that f needs, by place in the order in which they are declared, or by name; of several
    expressions the function gives a tuple. Shapes are as for `td.compile`: leading axes are a batch. Gradients are those by
    free entries, as `jax.grad` gives them: make a symmetric or triangular matrix of its parameters, and its structure is kept.
    Works under `grad`, `jacfwd`, `jacrev`, `jvp`, `vjp`, `jit`, `vmap`; sizes that no array has are given by name, and are
    static.

    Raises TensordiffError where JAX is not installed; the function raises EvaluationError for missing and unknown arguments,
    wrong shapes, and data that break a declared structure (unless validate=False).

        >>> import jax, jax.numpy as jnp, tensordiff as td
        >>> loss = td.jax_function(td.parse("norm2(A*x - b)^2", shapes={"A": "m n", "x": "n", "b": "m"}))
        >>> jax.grad(loss, argnums=1)(jnp.eye(2), jnp.ones(2), jnp.zeros(2)).tolist()
        [2.0, 2.0]
    """
    jax = library("jax")
    function = closed(f, "jax", validate)

    def call(*arrays: Any, **named: Any) -> Any:
        given, sizes = arguments(function, arrays, named)
        tensors: list[Any] = [jax.array(name, array) for name, array in zip(function.names, given, strict=True)]
        values = _with_rule(function, sizes)(*tensors)
        return values if isinstance(f, Sequence) else values[0]

    call.__name__ = call.__qualname__ = "jax_function"
    call.__doc__ = described(f, function)
    return call


@lru_cache(maxsize=1024)
def _with_rule(function: Closed, sizes: Sizes) -> Function:
    """The values as a function with its rule of differentiation, which is linear in the tangents, so that JAX transposes it:
    the gradients of scalars, the directional derivatives of others, both with such rules in their turn."""
    import jax

    values = jax.custom_jvp(lambda *arrays: function(arrays, sizes))

    def rule(primals: tuple[Any, ...], tangents: tuple[Any, ...]) -> tuple[Any, Any]:
        still = jax.custom_derivatives.SymbolicZero
        moved = {name: dx for name, dx in zip(function.names, tangents, strict=True) if not isinstance(dx, still)}
        known = dict(zip(function.names, primals, strict=True))
        if any(function.ranks):
            derivative = function.pushed_on(tuple(moved))
            known |= zip(function.tangents(tuple(moved)), moved.values(), strict=True)
            return values(*primals), _with_rule(derivative, sizes)(*(known[name] for name in derivative.names))
        both = function.with_gradients(tuple(moved))
        found = _with_rule(both, sizes)(*(known[name] for name in both.names))
        count = len(function.ranks)
        parts = [_contracted(g, dx, function.rank(name)) for g, (name, dx) in zip(found[count:], cycle(moved.items()))]
        return found[:count], tuple(sum(parts[start : start + len(moved)]) for start in range(0, len(parts), len(moved)))

    values.defjvp(rule, symbolic_zeros=True)
    made: Function = values
    return made


def _contracted(gradient: Any, direction: Any, rank: int) -> Any:
    """Over the axes of the variable; those before them are a batch."""
    return (gradient * direction).sum(tuple(range(-rank, 0)))
