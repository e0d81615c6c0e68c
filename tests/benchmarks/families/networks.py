"""Networks by the weights of a layer."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.benchmarks.libraries import Library
from tests.benchmarks.problem import Hand, Linear, Problem

Array = np.ndarray
DEPTH = 10
WEIGHTS = [f"W{number}" for number in range(1, DEPTH + 1)]

# tanh(W x) by W


def layer(lib: Library, W: Any, x: Any) -> Any:
    return lib.tanh(W @ x)


def layer_value(W: Array, x: Array) -> Array:
    return np.tanh(W @ x)


def layer_slope(W: Array, x: Array) -> Array:
    return 1 - np.tanh(W @ x) ** 2


def layer_jacobian(W: Array, x: Array) -> Array:
    n, m = W.shape
    j = np.zeros((n, n, m))
    np.einsum("iij->ij", j)[...] = layer_slope(W, x)[:, None] * x
    return j


def layer_apply(W: Array, x: Array) -> Linear:
    slope = layer_slope(W, x)
    return lambda d: slope * (d @ x)


def layer_adjoint(W: Array, x: Array) -> Linear:
    slope = layer_slope(W, x)
    return lambda g: (slope * g)[:, None] * x


# ||relu(W10 ... relu(W2 relu(W1 x)))||^2 by W1


def network(lib: Library, x: Any, **weights: Any) -> Any:
    h = x
    for weight in weights.values():
        h = lib.relu(weight @ h)
    return (h * h).sum()


def forward(x: Array, weights: dict[str, Array]) -> tuple[Array, list[Array]]:
    """The last layer, and which entries of each are positive."""
    h, masks = x, []
    for weight in weights.values():
        z = weight @ h
        mask = z > 0
        h = z * mask
        masks.append(mask)
    return h, masks


def network_value(x: Array, **weights: Array) -> Any:
    h = x
    for weight in weights.values():
        h = np.maximum(weight @ h, 0)
    return h @ h


def network_gradient(x: Array, **weights: Array) -> Array:
    h, masks = forward(x, weights)
    g = 2 * h
    for weight, mask in zip(list(weights.values())[:0:-1], masks[:0:-1], strict=True):
        g = (g * mask) @ weight
    return (g * masks[0])[:, None] * x


def network_inner(x: Array, weights: dict[str, Array]) -> Array:
    """2 J'J, where J is the derivative of the last layer by the sum in the first."""
    _, masks = forward(x, weights)
    jacobian: Array | None = None
    for weight, mask, before in zip(list(weights.values())[1:], masks[1:], masks, strict=False):
        jacobian = weight * before if jacobian is None else weight @ jacobian
        jacobian *= mask[:, None]
    assert jacobian is not None
    inner = jacobian.T @ jacobian
    inner *= 2
    return inner


def network_hessian(x: Array, **weights: Array) -> Array:
    inner = network_inner(x, weights)
    return np.multiply.outer(inner, np.multiply.outer(x, x)).transpose(0, 2, 1, 3)


def network_apply(x: Array, **weights: Array) -> Linear:
    inner = network_inner(x, weights)
    return lambda d: (inner @ (d @ x))[:, None] * x


def nested() -> str:
    text = "x"
    for name in WEIGHTS:
        text = f"relu({name}*{text})"
    return f"norm2({text})^2"


PROBLEMS = [
    Problem(
        "tanh layer",
        "tanh(W*x)",
        {"W": "n m", "x": "m"},
        ("W",),
        [{"n": 10, "m": 10}, {"n": 60, "m": 70}, {"n": 300, "m": 300}],
        layer,
        Hand(layer_value, layer_jacobian, layer_apply, adjoint=layer_adjoint),
    ),
    Problem(
        "relu network",
        nested(),
        {"x": "n", **dict.fromkeys(WEIGHTS, "n n")},
        ("W1", "W1"),
        [{"n": 10}, {"n": 30}, {"n": 64}],
        network,
        Hand(network_value, network_hessian, network_apply, gradient=network_gradient),
    ),
]
