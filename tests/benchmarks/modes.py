"""The ways in which the peers differentiate by themselves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tests.benchmarks.case import Make, Run


def jax_ways(
    library: Any, f: Callable[..., Any], arrays: Sequence[Any], position: int, quantity: str, scalar: bool, direction: Any
) -> dict[str, Make]:
    """JAX's own modes, each compiled by XLA; linear maps are prepared at the point and then compiled."""
    jax = library.jax

    def compiled(function: Callable[..., Any], *given: Any) -> Make:
        def make() -> Run:
            jitted = jax.jit(function)
            return lambda: jitted(*given).block_until_ready()

        return make

    reverse = jax.jacrev(f, position)
    if direction is None:
        functions = {
            "value": {"": f},
            "gradient": {"reverse": jax.grad(f, position) if scalar else None},
            "Jacobian": {"forward": jax.jacfwd(f, position), "reverse": reverse},
            "Hessian": {
                "forward over reverse": jax.jacfwd(reverse, position),
                "reverse over reverse": jax.jacrev(reverse, position),
            },
        }[quantity]
        return {way: compiled(function, *arrays) for way, function in functions.items()}
    others = list(arrays)
    point = others[position]
    inner = jax.grad(f, position) if scalar else f

    def of_variable(value: Any) -> Any:
        return inner(*others[:position], value, *others[position + 1 :])

    def linearized() -> Run:
        return compiled(lambda linear, given: linear(given), jax.linearize(of_variable, point)[1], direction)()

    def pulled() -> Run:
        return compiled(lambda pull, given: pull(given)[0], jax.vjp(of_variable, point)[1], direction)()

    if quantity == "adjoint":
        return {"reverse": pulled}
    return {"linearized": linearized, **({"reverse": pulled} if scalar else {})}


def torch_ways(
    library: Any, f: Callable[..., Any], arrays: Sequence[Any], position: int, quantity: str, scalar: bool, direction: Any
) -> dict[str, Make]:
    """The modes of torch.func."""
    func = library.torch.func
    finished = library.finished
    reverse = func.jacrev(f, position)
    if direction is None:
        functions = {
            "value": {"": f},
            "gradient": {"reverse": func.grad(f, position)},
            "Jacobian": {"forward": func.jacfwd(f, position), "reverse": reverse},
            "Hessian": {
                "forward over reverse": func.jacfwd(reverse, position),
                "reverse over reverse": func.jacrev(reverse, position),
            },
        }[quantity]
        return {way: lambda function=function: lambda: finished(function(*arrays)) for way, function in functions.items()}
    others = list(arrays)
    point = others[position]
    inner = func.grad(f, position) if scalar else f

    def of_variable(value: Any) -> Any:
        return inner(*others[:position], value, *others[position + 1 :])

    def forward() -> Run:
        return lambda: finished(func.jvp(of_variable, (point,), (direction,))[1])

    def linearized() -> Run:
        linear = func.linearize(of_variable, point)[1]
        return lambda: finished(linear(direction))

    def pulled() -> Run:
        pull = func.vjp(of_variable, point)[1]
        return lambda: finished(pull(direction)[0])

    if quantity == "adjoint":
        return {"reverse": pulled}
    return {"forward": forward, "linearized": linearized, **({"reverse": pulled} if scalar else {})}
