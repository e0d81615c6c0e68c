"""The array libraries that a function is written for once: NumPy's names, and those that the libraries spell differently."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from scipy.linalg import expm

Function = Callable[..., Any]


class Library:
    """NumPy, on which the functions are judged."""

    name = "numpy"

    def __init__(self) -> None:
        self.np: Any = np
        self.inv: Function = np.linalg.inv
        self.matrix_power: Function = np.linalg.matrix_power
        self.exp: Function = np.exp
        self.tanh: Function = np.tanh
        self.einsum: Function = np.einsum

    @property
    def version(self) -> str:
        return str(self.np.__version__)

    def array(self, value: np.ndarray) -> Any:
        """The array on the library's device."""
        return value

    def finished(self, value: Any) -> Any:
        """The result, once it is there."""
        return value

    def logdet(self, a: Any) -> Any:
        return np.linalg.slogdet(a)[1]

    def half_solve(self, a: Any, b: Any) -> Any:
        """inv(L) b, where a = L L'."""
        return np.linalg.solve(np.linalg.cholesky(a), b)

    def relu(self, a: Any) -> Any:
        return np.maximum(a, 0)

    def softplus(self, a: Any) -> Any:
        return np.logaddexp(a, 0)

    def logsumexp(self, a: Any, axis: int = 0) -> Any:
        return np.log(np.exp(a).sum(axis))

    def softmax(self, a: Any, axis: int = 0) -> Any:
        e = np.exp(a)
        return e / e.sum(axis, keepdims=True)

    def eye(self, like: Any) -> Any:
        """The identity of the size of a square matrix."""
        return np.eye(len(like))

    def expm(self, a: Any) -> Any:
        return expm(a)


class JaxLibrary(Library):
    """JAX with 64-bit numbers."""

    name = "jax"

    def __init__(self, device: str = "cpu") -> None:
        import jax

        jax.config.update("jax_enable_x64", True)
        self.jax = jax
        self.np = jax.numpy
        self.device = jax.devices("gpu" if device == "cuda" else device)[0]
        self.inv = jax.numpy.linalg.inv
        self.matrix_power = jax.numpy.linalg.matrix_power
        self.exp, self.tanh, self.einsum = jax.numpy.exp, jax.numpy.tanh, jax.numpy.einsum
        self.relu, self.softplus = jax.nn.relu, jax.nn.softplus
        self.logsumexp, self.softmax = jax.nn.logsumexp, jax.nn.softmax
        self.expm = jax.scipy.linalg.expm

    @property
    def version(self) -> str:
        return str(self.jax.__version__)

    def array(self, value: np.ndarray) -> Any:
        return self.jax.device_put(value, self.device)

    def finished(self, value: Any) -> Any:
        return self.jax.block_until_ready(value)

    def logdet(self, a: Any) -> Any:
        return self.np.linalg.slogdet(a)[1]

    def eye(self, like: Any) -> Any:
        return self.np.eye(len(like))

    def half_solve(self, a: Any, b: Any) -> Any:
        return self.jax.scipy.linalg.solve_triangular(self.np.linalg.cholesky(a), b, lower=True)


class TorchLibrary(Library):
    """PyTorch, eagerly, as torch.func is documented."""

    name = "torch"

    def __init__(self, device: str = "cpu") -> None:
        import torch

        torch.set_num_threads(1)
        self.torch = self.np = torch
        self.device = torch.device(device)
        self.inv = torch.linalg.inv
        self.matrix_power = torch.linalg.matrix_power
        self.exp, self.tanh, self.einsum, self.relu = torch.exp, torch.tanh, torch.einsum, torch.relu
        self.expm = torch.linalg.matrix_exp

    def array(self, value: np.ndarray) -> Any:
        return self.torch.from_numpy(value).to(self.device)

    def finished(self, value: Any) -> Any:
        if self.device.type == "cuda":
            self.torch.cuda.synchronize()
        return value.detach()

    def logdet(self, a: Any) -> Any:
        return self.torch.linalg.slogdet(a)[1]

    def half_solve(self, a: Any, b: Any) -> Any:
        factor = self.torch.linalg.cholesky(a)
        if b.ndim == 1:
            return self.torch.linalg.solve_triangular(factor, b[:, None], upper=False)[:, 0]
        return self.torch.linalg.solve_triangular(factor, b, upper=False)

    def softplus(self, a: Any) -> Any:
        return self.torch.nn.functional.softplus(a, threshold=40.0)

    def logsumexp(self, a: Any, axis: int = 0) -> Any:
        return self.torch.logsumexp(a, axis)

    def softmax(self, a: Any, axis: int = 0) -> Any:
        return self.torch.softmax(a, axis)

    def eye(self, like: Any) -> Any:
        return self.torch.eye(len(like), dtype=like.dtype, device=like.device)


def to_numpy(value: Any) -> np.ndarray:
    """The array as NumPy's, from any of the libraries."""
    return np.asarray(value.cpu() if hasattr(value, "cpu") else value)


def installed(device: str = "cpu") -> tuple[dict[str, Library], list[str]]:
    """The libraries that are installed, by name, and the names of those that are not."""
    makers: Mapping[str, Callable[[], Library]] = {
        "numpy": Library,
        "jax": lambda: JaxLibrary(device),
        "torch": lambda: TorchLibrary(device),
    }
    found: dict[str, Library] = {}
    missing: list[str] = []
    for name, make in makers.items():
        try:
            found[name] = make()
        except ImportError:
            missing.append(name)
    return found, missing
