"""Primitive operations as JAX source. Programs are compiled by XLA, and work under jit, grad, vmap and with sharded inputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from tensordiff.compile.array_backend import ArrayBackend, extent_text, masked_diagonal, square_root
from tensordiff.compile.backends import FEW
from tensordiff.compile.graph import ELEMENTWISE, Value, is_number
from tensordiff.compile.numpy_helpers import HELPERS as NUMPY_HELPERS
from tensordiff.compile.text import Scope, Text, atom, call, method
from tensordiff.errors import EvaluationError

CHEAP = frozenset({"add", "subtract", "multiply", "negative"})


class JaxBackend(ArrayBackend):
    """jax.numpy; identities are masks, which XLA fuses into the write of the result."""

    name = "jax"
    module = "jnp"
    log_sum_exp = "jax.nn.logsumexp"
    imports = {  # noqa: RUF012
        "math": "import math",
        "jax": "import jax",
        "jnp": "import jax.numpy as jnp",
        "np": "import numpy as np",
    }

    def helpers(self) -> Mapping[str, str]:
        return HELPERS

    def dtype_line(self, inputs: Sequence[str]) -> str:
        return f"jnp.result_type({', '.join([*inputs, '1.0'])})" if inputs else "jnp.result_type(float)"

    def output(self, value: Value, text: str, scope: Scope, *, shared: bool) -> str:
        return f"jnp.asarray({text}, {scope.dtype()})" if is_number(value) else text

    def _multiply(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        """An outer product holds its factors: XLA would compute an exp or a quotient in them again for every entry."""
        texts = [
            self._held(operand, text) if operand.shape != value.shape else text
            for operand, text in zip(value.operands, operands, strict=True)
        ]
        return Text(f"{texts[0].at_least(2)} * {texts[1].at_least(3)}", 2)

    def _held(self, operand: Value, text: Text) -> Text:
        inner = operand
        while inner.operation in ("expand", "transpose", "reshape"):
            inner = inner.operands[0]
        if not inner.shape or inner.operation not in ELEMENTWISE or is_number(inner):
            return text
        return call("jax.lax.optimization_barrier", text)

    def _add_diagonal(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return masked_diagonal(
            "jnp",
            value,
            operands,
            scope,
            lambda n: f"jnp.eye({n}, dtype=bool)",
            lambda x: self._created("jnp.asarray", scope, x),
        )

    def _erf(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return call("math.erf" if is_number(value) else "jax.scipy.special.erf", *operands)

    def _inner(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return call("jnp.dot", method(operands[0], "ravel"), method(operands[1], "ravel"))

    def _eye(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return atom(f"jnp.eye({extent_text(value.shape[0], scope).text}, dtype={scope.dtype()})")

    def _lower_mask(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return atom(f"jnp.tri({operands[0].text}, dtype={scope.dtype()})")

    def _upper_mask(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return atom(f"jnp.tri({operands[0].text}, dtype={scope.dtype()}).T")

    def _constant_array(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        arguments = ", ".join([operands[0].text, *map(repr, value.attributes), "float"])
        return self._created("jnp.asarray", scope, f"_{value.operation}({arguments})")

    _unit = _duplication = _skew_duplication = _elimination = _constant_array

    def _expm(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return call("jax.scipy.linalg.expm", *operands)

    def matrix_function(self, operation: str) -> str:
        known = {"expm": "jax.scipy.linalg.expm", "matrix_power": "jnp.linalg.matrix_power"}
        return known.get(operation) or super().matrix_function(operation)


_SIZED = ("_unit", "_duplication", "_skew_duplication", "_elimination")
HELPERS: dict[str, str] = {name: NUMPY_HELPERS[name] for name in _SIZED}


def _define(source: str) -> None:
    source = source.strip() + "\n"
    HELPERS[source.split("(", 1)[0].removeprefix("def ")] = source


_define("""
def _cholesky(a):
    return jnp.linalg.cholesky(a)
""")
_define("""
def _cholesky_solve(factor, b):
    return jax.scipy.linalg.cho_solve((factor, True), b)
""")
_define("""
def _cholesky_inverse(factor):
    return jax.scipy.linalg.cho_solve((factor, True), jnp.eye(len(factor), dtype=factor.dtype))
""")
_define("""
def _cholesky_logdet(factor):
    return 2 * jnp.log(factor.diagonal()).sum()
""")
_define("""
def _lu(a):
    return jax.scipy.linalg.lu_factor(a)
""")
_define("""
def _lu_solve(lu, b, transposed):
    return jax.scipy.linalg.lu_solve(lu, b, trans=int(transposed))
""")
_define("""
def _lu_inverse(lu):
    return jax.scipy.linalg.lu_solve(lu, jnp.eye(len(lu[0]), dtype=lu[0].dtype))
""")
_define("""
def _lu_logdet(lu):
    return jnp.log(jnp.abs(lu[0].diagonal())).sum()
""")
_define("""
def _logdet(a):
    return jnp.linalg.slogdet(a)[1]
""")
_define('''
def _pinv(a):
    """NaN where the matrix has not full rank."""
    u, s, vh = jnp.linalg.svd(a, full_matrices=False)
    s = jnp.where(s > s.max() * max(a.shape) * jnp.finfo(s.dtype).eps, s, jnp.nan)
    return (vh.conj().T / s) @ u.conj().T
''')
_define('''
def _adjugate(a):
    """Transposed cofactors, of singular matrices too: from a = u @ diag(s) @ vh."""
    u, s, vh = jnp.linalg.svd(a)
    others = jnp.where(jnp.eye(len(s), dtype=bool), 1.0, s).prod(axis=1)
    return jnp.linalg.det(u) * jnp.linalg.det(vh) * (vh.conj().T * others) @ u.conj().T
''')
HELPERS["_sqrtm"] = square_root("jnp", "jnp.eye(len(a), dtype=a.dtype)")
_define("""
def _matrix_power(a, exponent):
    return jnp.linalg.matrix_power(a, int(exponent))
""")
_define('''
def _frechet(function, order, a, *parameters):
    """Derivatives of a matrix function: entry [i, j, k1, l1, ...] by a[k1, l1], ..."""
    derivative = lambda b: function(b, *parameters)
    for _ in range(order):
        derivative = jax.jacfwd(derivative)
    return derivative(a)
''')


class JaxLibrary:
    """JAX arrays and tracers; NumPy arrays, numbers and lists are converted."""

    def __init__(self) -> None:
        import jax
        import jax.numpy as jnp
        import numpy as np

        self.jax, self.jnp, self.np = jax, jnp, np
        self.backend = JaxBackend()
        self.failures: tuple[type[Exception], ...] = (ValueError,)

    def array(self, name: str, value: Any) -> Any:
        jnp = self.jnp
        try:
            array = jnp.asarray(value)
        except (TypeError, ValueError) as error:
            raise EvaluationError(f"{name}: not an array of numbers ({error})") from None
        return array if jnp.issubdtype(array.dtype, jnp.inexact) else array.astype(float)

    def shape(self, array: Any) -> Sequence[int]:
        return tuple(array.shape)

    @property
    def namespace(self) -> Any:
        return self.jnp

    def is_traced(self, array: Any) -> bool:
        return isinstance(array, self.jax.core.Tracer)

    def host(self, array: Any, always: bool = False) -> Any:
        devices = array.sharding.device_set
        near = always or (len(devices) == 1 and next(iter(devices)).platform == "cpu")
        return self.np.asarray(array) if near or (array.size <= FEW and array.is_fully_addressable) else None

    def number(self, value: Any, dtype: Any) -> Any:
        return self.jnp.asarray(value, dtype)

    def alike(self, arrays: Sequence[Any], weak: Sequence[bool]) -> list[Any]:
        typed = [array for array in arrays if hasattr(array, "dtype")]
        if len({array.dtype for array in typed}) < 2:
            return list(arrays)
        common = self.jnp.result_type(*typed)
        return [array.astype(common) if hasattr(array, "dtype") else array for array in arrays]

    def wrap(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Compiled by XLA; sizes given by number stay numbers."""
        jitted = self.jax.jit(function)

        def run(*values: Any) -> Any:
            if all(hasattr(value, "dtype") for value in values):
                return jitted(*values)
            return function(*values)

        return run

    def errors(self) -> AbstractContextManager[Any]:
        return nullcontext()
