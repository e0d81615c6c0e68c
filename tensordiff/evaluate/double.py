"""The primitive operations in double precision, by NumPy and SciPy."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from fractions import Fraction
from importlib import import_module
from typing import Any

import numpy as np

from tensordiff.errors import EvaluationError
from tensordiff.evaluate.array_ops import Array, ArrayOps
from tensordiff.evaluate.primitives import PRIMITIVES, Primitive
from tensordiff.evaluate.spectrum import NAMES, functions


class NumpyOps(ArrayOps):
    """Double precision. A value outside a function's domain, or a singular matrix, is an EvaluationError."""

    def __init__(self, sizes: Mapping[str, int] | None = None, dtype: Any = np.float64) -> None:
        super().__init__(sizes)
        self.dtype = np.dtype(dtype)

    def context(self) -> AbstractContextManager[Any]:
        return np.errstate(invalid="raise", divide="raise", over="ignore", under="ignore")

    def literal(self, array: Any) -> Array:
        array = np.asarray(array)
        return np.asarray(array, np.result_type(self.dtype, array.dtype) if array.dtype.kind == "c" else self.dtype)

    def constant(self, value: int | Fraction | float) -> Array:
        return np.asarray(float(value), dtype=self.dtype)

    def pi(self) -> Array:
        return np.asarray(np.pi, dtype=self.dtype)

    def add(self, a: Array, b: Array) -> Array:
        return np.asarray(np.add(a, b))

    def multiply(self, a: Array, b: Array) -> Array:
        return np.asarray(np.multiply(a, b))

    def sum(self, a: Array, axes: tuple[int, ...]) -> Array:
        return np.asarray(np.sum(a, axis=axes))

    def matmul(self, a: Array, b: Array) -> Array:
        return np.asarray(np.matmul(a, b))

    def divide(self, a: Array, b: Array) -> Array:
        return np.asarray(np.divide(a, b))

    def power(self, a: Array, b: Any) -> Array:
        exponent = float(b) if isinstance(b, Fraction) else b
        if isinstance(exponent, float):
            if exponent == 0.5:
                return np.asarray(np.sqrt(a))
            if exponent == -1:
                return np.asarray(np.divide(1.0, a))
        return np.asarray(np.power(a, exponent))

    def polygamma(self, order: Any, a: Array) -> Array:
        from scipy.special import polygamma

        _refuse_complex("polygamma", a)
        value = np.asarray(polygamma(int(order), a)).astype(np.asarray(a).dtype, copy=False)
        if not np.all(np.isfinite(value)):
            raise FloatingPointError("not finite")
        return value

    def amax(self, a: Array, count: int) -> Array:
        _refuse_complex("max", a)
        return np.asarray(np.max(a, axis=tuple(range(count))))

    def logsumexp(self, a: Array, count: int) -> Array:
        axes = tuple(range(count))
        if not a.size:
            return np.full(a.shape[count:], -np.inf, a.dtype)
        largest = np.max(a, axis=axes)
        return np.asarray(largest + np.log(np.sum(np.exp(a - largest), axis=axes)))

    def inv(self, matrix: Array) -> Array:
        try:
            return np.linalg.inv(matrix)
        except np.linalg.LinAlgError:
            raise EvaluationError("the inverse of a singular matrix") from None

    def pinv(self, matrix: Array) -> Array:
        u, s, vh = np.linalg.svd(matrix, full_matrices=False)
        if s.size and s.min() <= s.max() * max(matrix.shape) * np.finfo(s.dtype).eps:
            raise EvaluationError("pinv of a matrix that has not full rank")
        return np.asarray((vh.conj().T / s) @ u.conj().T)

    def det(self, matrix: Array) -> Array:
        return np.asarray(np.linalg.det(matrix))

    def slogdet(self, matrix: Array) -> tuple[Array, Array]:
        sign, log = np.linalg.slogdet(matrix)
        if np.any(sign == 0):
            raise EvaluationError("logdet of a singular matrix")
        return np.asarray(sign), np.asarray(log)

    def adjugate(self, matrix: Array) -> Array:
        """By the singular value decomposition, so singular matrices have one too: adj(U S V') = det(U V') V adj(S) U'."""
        u, s, vh = np.linalg.svd(matrix)
        n = len(s)
        others = np.array([np.prod(np.delete(s, i)) for i in range(n)], dtype=s.dtype)
        return np.asarray(np.linalg.det(u) * np.linalg.det(vh) * (vh.conj().T * others) @ u.conj().T)

    def matrix_power(self, matrix: Array, exponent: Any) -> Array:
        k = float(exponent)
        if not k.is_integer():
            raise EvaluationError(f"a matrix power needs an integer exponent, got {k}")
        try:
            return np.asarray(np.linalg.matrix_power(matrix, int(k)))
        except np.linalg.LinAlgError:
            raise EvaluationError("a negative power of a singular matrix") from None

    def expm(self, matrix: Array) -> Array:
        from scipy.linalg import expm

        with np.errstate(all="ignore"):
            value = np.asarray(expm(matrix))
        if not np.all(np.isfinite(value)):
            raise EvaluationError("expm: the exponential is too large")
        return value

    def logm(self, matrix: Array) -> Array:
        from scipy.linalg import logm

        return self._principal("logm", logm, matrix)

    def sqrtm(self, matrix: Array) -> Array:
        from scipy.linalg import sqrtm

        return self._principal("sqrtm", sqrtm, matrix)

    def cholesky_factor(self, matrix: Array) -> Array:
        try:
            return np.linalg.cholesky(matrix)
        except np.linalg.LinAlgError:
            raise EvaluationError("chol of a matrix that is not positive definite") from None

    def _principal(self, name: str, function: Callable[[Array], Any], matrix: Array) -> Array:
        """The principal value, which is real where no eigenvalue lies on the closed negative axis."""
        if not matrix.size:
            return matrix
        with warnings.catch_warnings():
            for kind in (RuntimeWarning, UserWarning):
                warnings.simplefilter("error", kind)
            try:
                value = np.asarray(function(matrix.astype(np.promote_types(matrix.dtype, np.float64))))
            except (RuntimeWarning, UserWarning, FloatingPointError, ValueError, np.linalg.LinAlgError) as failure:
                raise EvaluationError(f"{name}: {failure}") from None
        if not np.all(np.isfinite(value)):
            raise EvaluationError(f"{name} of a singular matrix")
        if np.iscomplexobj(value) and not np.iscomplexobj(matrix):
            scale = np.max(np.abs(value), initial=1.0)
            if np.max(np.abs(value.imag), initial=0.0) > 1e-8 * scale:
                raise EvaluationError(f"{name} is not real: the matrix has an eigenvalue on the negative axis")
            value = np.ascontiguousarray(value.real)
        return value.astype(matrix.dtype, copy=False)


def _of_spectrum(name: str) -> Callable[..., Any]:
    def value(self: NumpyOps, matrix: Array, *parameters: Any) -> Any:
        _refuse_complex(name, matrix)
        try:
            return functions()[name](matrix, *parameters)
        except np.linalg.LinAlgError as error:
            raise EvaluationError(f"{name}: {error}") from None

    return value


for _name in NAMES:
    setattr(NumpyOps, _name, _of_spectrum(_name))


def _refuse_complex(name: str, *operands: Any) -> None:
    if any(np.iscomplexobj(operand) for operand in operands):
        raise EvaluationError(f"{name} takes real entries")


def _of_library(primitive: Primitive) -> Callable[..., Any]:
    """SciPy's function, imported when it is first called; a value that is not finite is outside the domain."""
    module, _, name = primitive.libraries["numpy"].rpartition(".")

    def of_real(*operands: Any) -> Any:
        _refuse_complex(primitive.name, *operands)
        exact = [float(operand) if isinstance(operand, Fraction) else operand for operand in operands]
        value = np.asarray(getattr(import_module(module), name)(*exact))
        if primitive.guarded and not np.all(np.isfinite(value)) and all(np.all(np.isfinite(operand)) for operand in exact):
            raise FloatingPointError("not finite")
        return value

    return of_real


def _entrywise(primitive: Primitive) -> Callable[..., Any]:
    """NumPy's function of this name; complex entries are refused where the operation takes none."""
    if "numpy" in primitive.libraries:
        return _of_library(primitive)
    function: Callable[..., Any] = getattr(np, primitive.name)
    if primitive.complex:
        return function

    def of_real(*operands: Any) -> Any:
        _refuse_complex(primitive.name, *operands)
        return function(*operands)

    return of_real


for _primitive in PRIMITIVES.values():
    if _primitive.kind == "elementwise" and _primitive.name not in NumpyOps.__dict__:
        setattr(NumpyOps, _primitive.name, staticmethod(_entrywise(_primitive)))
