"""Arithmetic with many digits, by mpmath, on object arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np

from tensordiff.errors import EvaluationError
from tensordiff.evaluate.array_ops import Array, ArrayOps
from tensordiff.evaluate.primitives import PRIMITIVES, Primitive

_DIGITS = 40


class MpmathOps(ArrayOps):
    """Real arithmetic with `digits` decimal digits. A value that is not real, or a division by zero, is an
    EvaluationError."""

    def __init__(self, digits: int = _DIGITS, sizes: Mapping[str, int] | None = None) -> None:
        from mpmath.ctx_mp import MPContext

        super().__init__(sizes)
        self.digits = digits
        self.mp = MPContext()
        self.mp.dps = digits

    # entries

    def literal(self, array: Any) -> Array:
        array = np.asarray(array)
        return self._filled(array.shape, [self._number(value) for value in array.ravel().tolist()])

    def constant(self, value: int | Fraction | float) -> Array:
        return self._filled((), [self._number(value)])

    def _number(self, value: Any) -> Any:
        if isinstance(value, Fraction):
            return self.mp.mpf(value.numerator) / value.denominator
        return self.mp.mpf(value)

    def _filled(self, shape: tuple[int, ...], entries: list[Any]) -> Array:
        made = np.empty(shape, dtype=object)
        made.reshape(-1)[:] = entries
        return made

    def pi(self) -> Array:
        return self._filled((), [+self.mp.pi])

    # entry by entry

    def add(self, a: Array, b: Array) -> Array:
        return self._wrap(np.add(a, b))

    def subtract(self, a: Array, b: Array) -> Array:
        return self._wrap(np.subtract(a, b))

    def multiply(self, a: Array, b: Array) -> Array:
        return self._wrap(np.multiply(a, b))

    def divide(self, a: Array, b: Array) -> Array:
        return self._wrap(np.divide(a, b))

    def negative(self, a: Array) -> Array:
        return self._wrap(np.negative(a))

    def abs(self, a: Array) -> Array:
        return self._wrap(np.abs(a))

    def sum(self, a: Array, axes: tuple[int, ...]) -> Array:
        return self._wrap(np.add.reduce(a, axis=axes, initial=self.mp.zero))

    def matmul(self, a: Array, b: Array) -> Array:
        return self._wrap(np.matmul(a, b))

    def power(self, a: Array, b: Any) -> Array:
        if isinstance(b, Fraction):
            if b.denominator == 1:
                k = int(b)
                return self._map("a power", lambda x: x**k, a)
            if b.denominator == 2:
                k = b.numerator
                return self._map("a root", lambda x: self.mp.sqrt(x) ** k, a)
            b = self.constant(b)
        return self._map("a power", lambda x, y: x ** (int(y) if self.mp.isint(y) else y), a, b)

    def maximum(self, a: Array, b: Array) -> Array:
        return self._map("max", max, a, b)

    def minimum(self, a: Array, b: Array) -> Array:
        return self._map("min", min, a, b)

    def greater_equal(self, a: Array, b: Array) -> Array:
        return np.asarray(np.greater_equal(a, b), dtype=bool)

    def greater(self, a: Array, b: Array) -> Array:
        return np.asarray(np.greater(a, b), dtype=bool)

    def where(self, condition: Array, a: Array, b: Array) -> Array:
        return self._wrap(np.where(condition, a, b))

    def gammaln(self, a: Array) -> Array:
        return self._map("gammaln", lambda x: self.mp.re(self.mp.loggamma(x)), a)

    def polygamma(self, order: Any, a: Array) -> Array:
        k = order if isinstance(order, Fraction) else np.asarray(order)[()]
        return self._map("polygamma", lambda x: self.mp.psi(int(k), x), a)

    def logit(self, a: Array) -> Array:
        return self._map("logit", lambda x: self.mp.log(x) - self.mp.log1p(-x), a)

    def xlogy(self, a: Array, b: Array) -> Array:
        return self._map("xlogy", lambda x, y: x * self.mp.log(y) if x else x, a, b)

    def logaddexp(self, a: Array, b: Array) -> Array:
        return self._map("logaddexp", lambda x, y: max(x, y) + self.mp.log1p(self.mp.exp(-abs(x - y))), a, b)

    def _map(self, name: str, function: Callable[..., Any], *arrays: Array) -> Array:
        made = self._wrap(np.frompyfunc(function, len(arrays), 1)(*arrays))
        if any(isinstance(value, self.mp.mpc) for value in made.ravel()):
            raise EvaluationError(f"{name}: a value is outside the domain (the result is not real)")
        return made

    def _wrap(self, value: Any) -> Array:
        return value if isinstance(value, np.ndarray) else self._filled((), [value])

    def amax(self, a: Array, count: int) -> Array:
        return self._wrap(np.max(a, axis=tuple(range(count))))

    def logsumexp(self, a: Array, count: int) -> Array:
        total = self.sum(self._map("exp", self.mp.exp, a), tuple(range(count)))
        return self._map("log", self.mp.log, total)

    # matrices

    def inv(self, matrix: Array) -> Array:
        return self._matrix("inv", lambda m: m**-1, matrix)

    def det(self, matrix: Array) -> Array:
        return self._filled((), [self.mp.det(self.mp.matrix(matrix.tolist()))])

    def slogdet(self, matrix: Array) -> tuple[Array, Array]:
        det = self.det(matrix)
        if det[()] == 0:
            raise EvaluationError("logdet of a singular matrix")
        return self._map("sign", self.mp.sign, det), self._map("log", self.mp.log, self.abs(det))

    def adjugate(self, matrix: Array) -> Array:
        """Cofactors of the Faddeev and Le Verrier recursion, so singular matrices have one too."""
        n = matrix.shape[0]
        eye = self.eye(n)
        made = eye
        for k in range(1, n):
            image = self.matmul(matrix, made)
            made = image - eye * (np.trace(image) / k)
        return self._wrap(made if n % 2 else -made)

    def matrix_power(self, matrix: Array, exponent: Any) -> Array:
        k = exponent if isinstance(exponent, Fraction) else np.asarray(exponent)[()]
        if int(k) != k:
            raise EvaluationError(f"a matrix power needs an integer exponent, got {k}")
        return self._matrix("a matrix power", lambda m: m ** int(k), matrix)

    def expm(self, matrix: Array) -> Array:
        return self._matrix("expm", lambda m: self.mp.expm(m, method="taylor"), matrix)

    def eigh(self, matrix: Array) -> tuple[Array, Array]:
        half = self.constant(Fraction(1, 2))
        symmetric = self.multiply(half, self.add(matrix, matrix.T))
        values, vectors = self.mp.eigsy(self.mp.matrix(symmetric.tolist()))
        order = sorted(range(len(values)), key=lambda k: values[k])
        columns = [vectors[i, k] for i in range(len(values)) for k in order]
        return self._filled((len(order),), [values[k] for k in order]), self._filled(matrix.shape, columns)

    def eigval_max(self, matrix: Array) -> Array:
        return self._filled((), [self.eigh(matrix)[0][-1]])

    def eigvec_max(self, matrix: Array) -> Array:
        values, vectors = self.eigh(matrix)
        self._apart(values[-2:], "the largest eigenvalue")
        last = vectors[:, -1]
        return self._wrap(last if max(last) == max(abs(last)) else -last)

    def gap_inverse(self, matrix: Array) -> Array:
        values, vectors = self.eigh(matrix)
        self._apart(values[-2:], "the largest eigenvalue")
        rest = vectors[:, :-1]
        return self._wrap((rest / (values[-1] - values[:-1])) @ rest.T if len(values) > 1 else 0 * matrix)

    def eig_projectors(self, matrix: Array, count: Any) -> Array:
        values, vectors = self.eigh(matrix)
        self._apart(values[: int(count) + 1], "an eigenvalue")
        return self._wrap(vectors.T[:, :, None] * vectors.T[:, None, :])

    def eig_gap_inverses(self, matrix: Array) -> Array:
        values, vectors = self.eigh(matrix)
        gaps = values[:, None] - values[None, :]
        none = abs(gaps) <= self.mp.mpf(10) ** (8 - self.digits) * max(abs(values))
        inverse = np.where(none, self.mp.zero, 1 / np.where(none, self.mp.one, gaps))
        return self._wrap(np.stack([(vectors * row) @ vectors.T for row in inverse]))

    def top_projector(self, matrix: Array, count: Any) -> Array:
        values, vectors = self.eigh(matrix)
        rest = len(values) - int(count)
        self._apart(values[max(rest - 1, 0) : rest + 1], "the edge")
        return self._wrap(vectors[:, rest:] @ vectors[:, rest:].T)

    def top_gaps(self, matrix: Array, count: Any) -> Array:
        values, _ = self.eigh(matrix)
        rest = len(values) - int(count)
        self._apart(values[max(rest - 1, 0) : rest + 1], "the edge")
        made = self.zeros((len(values), len(values)))
        made[rest:, :rest] = 1 / (values[rest:, None] - values[None, :rest])
        return self._wrap(made)

    def sign_gaps(self, matrix: Array) -> Array:
        values, _ = self.eigh(matrix)
        tiny = self.mp.mpf(10) ** (8 - self.digits) * max(abs(values))
        signs = self._map("sign", lambda x: self.mp.zero if abs(x) <= tiny else self.mp.sign(x), values)
        apart = signs[:, None] - signs[None, :]
        return self._wrap(apart / np.where(apart == 0, self.mp.one, values[:, None] - values[None, :]))

    def polar(self, matrix: Array) -> Array:
        """A inv(sqrtm(A'A)), or that of A' for fewer rows than columns."""
        if matrix.shape[0] < matrix.shape[1]:
            return self.polar(matrix.T).T
        values, vectors = self.eigh(self.matmul(matrix.T, matrix))
        if values[0] <= self.mp.mpf(10) ** (8 - self.digits) * values[-1]:
            raise EvaluationError("polar: a singular value is 0")
        root = self._map("a root", lambda x: 1 / self.mp.sqrt(x), values)
        return self._wrap(matrix @ ((vectors * root) @ vectors.T))

    def _apart(self, values: Array, what: str) -> None:
        tiny = self.mp.mpf(10) ** (8 - self.digits) * max(abs(values))
        if any(b - a <= tiny for a, b in pairwise(values)):
            raise EvaluationError(f"{what} is repeated")

    def cholesky_factor(self, matrix: Array) -> Array:
        try:
            return self._matrix("chol", self.mp.cholesky, matrix)
        except ValueError:
            raise EvaluationError("chol of a matrix that is not positive definite") from None

    def _matrix(self, name: str, function: Callable[[Any], Any], matrix: Array) -> Array:
        try:
            made = function(self.mp.matrix(matrix.tolist()))
        except ZeroDivisionError:
            raise EvaluationError(f"{name} of a singular matrix") from None
        except self.mp.NoConvergence:
            raise EvaluationError(f"{name} is not found: the matrix is singular, or far from where it is defined") from None
        entries = list(made)
        tiny = self.mp.mpf(10) ** (-self.digits // 2)
        if any(abs(self.mp.im(value)) > tiny * (1 + abs(value)) for value in entries):
            raise EvaluationError(f"{name} is not real: the matrix has an eigenvalue on the negative axis")
        return self._filled((made.rows, made.cols), [self.mp.re(value) for value in entries])


def _spelled(primitive: Primitive) -> Callable[..., Array]:
    """mpmath's function of numbers or of matrices."""

    def value(self: MpmathOps, *operands: Array) -> Array:
        function = getattr(self.mp, str(primitive.mpmath))
        return (self._map if primitive.kind == "elementwise" else self._matrix)(primitive.name, function, *operands)

    return value


for _primitive in PRIMITIVES.values():
    if _primitive.mpmath is not None and _primitive.name not in MpmathOps.__dict__:
        setattr(MpmathOps, _primitive.name, _spelled(_primitive))
