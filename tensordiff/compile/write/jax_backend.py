"""Primitive operations as JAX source. Programs are compiled by XLA, and work under jit, grad, vmap and with sharded inputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tensordiff.compile.plan.graph import Value, is_number
from tensordiff.compile.write.array_backend import extent_text, linear_algebra
from tensordiff.compile.write.library import FEW
from tensordiff.compile.write.text import PRODUCT, Scope, Text, atom, binary, call, method
from tensordiff.compile.write.traced_backend import TracedBackend, TracedLibrary, traced_helpers
from tensordiff.errors import EvaluationError


class JaxBackend(TracedBackend):
    """jax.numpy; identities are masks, which XLA fuses into the write of the result."""

    name = "jax"
    module = "jnp"
    log_sum_exp = "jax.nn.logsumexp"
    as_array = "jnp.asarray"
    spelled = linear_algebra("jnp")
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

    def expression(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        """A transposed matrix times a vector is the vector times the matrix: XLA copies the transposed one, which takes two to
        three times the product."""
        if value.operation == "matmul" and sorted(operand.rank for operand in value.operands) == [1, 2]:
            matrix = 0 if value.operands[0].rank > 1 else 1
            if value.operands[matrix].operation == "transpose" and operands[matrix].text.endswith(".T"):
                plain = atom(operands[matrix].text.removesuffix(".T"))
                operands = [operands[1], plain] if matrix == 0 else [plain, operands[0]]
                return binary(operands[0], "@", PRODUCT, operands[1])
        return super().expression(value, operands, scope)

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
        if not inner.shape or inner.kind != "elementwise" or is_number(inner):
            return text
        return call("jax.lax.optimization_barrier", text)

    def mask(self, size: str, scope: Scope) -> str:
        return f"jnp.eye({size}, dtype=bool)"

    def _inner(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return call("jnp.dot", method(operands[0], "ravel"), method(operands[1], "ravel"))

    def _eye(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return atom(f"jnp.eye({extent_text(value.shape[0], scope).text}, dtype={scope.dtype()})")

    def _lower_mask(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return atom(f"jnp.tri({operands[0].text}, dtype={scope.dtype()})")

    def _upper_mask(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return atom(f"jnp.tri({operands[0].text}, dtype={scope.dtype()}).T")


HELPERS = traced_helpers("jnp", "jax.vmap")


_define = HELPERS.define


_define('''
def _norm(x):
    """The root of the sum of squares, scaled so that these neither overflow nor vanish."""
    if jnp.iscomplexobj(x) or not x.size:
        return jnp.sqrt((x * x).sum())
    largest = jax.lax.stop_gradient(jnp.abs(x).max())
    scale = jnp.where((largest > 0) & jnp.isfinite(largest), largest, 1)
    return scale * jnp.sqrt(((x / scale) ** 2).sum())
''')
_define('''
def _expm(a):
    """Scaled to a norm of 3.9 at most and squared again: jax.scipy.linalg.expm by itself scales to twice the norm that its
    approximant is made for, which costs half of the digits (Higham 2005, table 2.3)."""
    norm = jnp.abs(jax.lax.stop_gradient(a)).sum(0).max(initial=0.0)
    squarings = jnp.ceil(jnp.log2(jnp.maximum(norm / 3.9, 1.0)))
    def step(k, power):
        return jax.lax.cond(k < squarings, lambda: power @ power, lambda: power)
    power = jax.lax.fori_loop(0, 32, step, jax.scipy.linalg.expm(a / 2**squarings))
    return jnp.where(squarings > 32, jnp.nan, power)
''')
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
_define('''
def _sqrtm(a):
    """The principal square root by the product iteration of Denman and Beavers (Higham, Functions of Matrices, eq. 6.29); NaN
    where the matrix has none."""
    eye = jnp.eye(len(a), dtype=a.dtype)
    def step(_, pair):
        rest, root = pair
        inverse = jnp.linalg.inv(rest)
        return (eye + (rest + inverse) / 2) / 2, root @ (eye + inverse) / 2
    root = jax.lax.fori_loop(0, 40, step, (a, a))[1]
    wrong = jnp.abs(root @ root - a).max(initial=0.0) > jnp.finfo(a.dtype).eps ** 0.5 * jnp.abs(a).max(initial=0.0)
    return jnp.where(wrong, jnp.nan, root)
''')
_define('''
def _near_identity(a, eye):
    """A square root, or root of a root ... of a, of which it is the power `scale`."""
    def step(_, pair):
        far = jnp.abs(pair[0] - eye).sum(0).max(initial=0.0) > 0.72
        return jax.lax.cond(far, lambda root, scale: (_sqrtm(root), 2 * scale), lambda root, scale: (root, scale), *pair)
    return jax.lax.fori_loop(0, 8, step, (a, 1.0))
''')
_define('''
def _matrix_power(a, exponent):
    """By repeated squaring, so that the exponent may be traced; NaN where it is no integer."""
    whole = jnp.round(exponent).real.astype(int)
    def step(_, state):
        result, power, left = state
        result = jax.lax.cond(left % 2 == 1, lambda: result @ power, lambda: result)
        power = jax.lax.cond(left > 1, lambda: power @ power, lambda: power)
        return result, power, left // 2
    base = jax.lax.cond(whole < 0, jnp.linalg.inv, lambda b: b, a)
    start = (jnp.eye(len(a), dtype=a.dtype), base, jnp.abs(whole))
    return jnp.where(whole == exponent, jax.lax.fori_loop(0, 31, step, start)[0], jnp.nan)
''')
_define('''
def _frechet(function, order, a, given, *parameters):
    """Derivatives of a matrix function along the directions given: entry [i, j, k1, l1, ...] by a[k1, l1], ... for the
    others."""
    derivative = lambda b: function(b, *parameters)
    for direction in given:
        derivative = lambda b, f=derivative, e=direction: jax.jvp(f, (b,), (e,))[1]
    for _ in range(order - len(given)):
        derivative = jax.jacfwd(derivative)
    return derivative(a)
''')

# Stacks of matrices
_define('''
def _batch_inv(a):
    """By cofactors up to three rows, unless cancellation spoils a determinant."""
    if not 1 <= a.shape[-1] <= 3:
        return jnp.linalg.inv(a)
    adjugate = _batch_adjugate(a)
    det = jnp.einsum("ij,ij->i", a[:, 0], adjugate[:, :, 0])
    scale = jnp.abs(a).max(axis=(1, 2))
    info = jnp.finfo(scale.dtype)
    fine = jnp.abs(det) > 1e-3 * scale ** a.shape[-1] + info.tiny / info.eps
    inverse = adjugate / jnp.where(fine, det, 1)[:, None, None]
    return jax.lax.cond(
        fine.all(), lambda a: inverse, lambda a: jnp.where(fine[:, None, None], inverse, jnp.linalg.inv(a)), a
    )
''')
_define("""
def _batch_det(a):
    return jnp.linalg.det(a)
""")
_define("""
def _batch_logdet(a):
    return jnp.linalg.slogdet(a)[1]
""")
_define("""
def _batch_det_sign(a):
    return jnp.linalg.slogdet(a)[0]
""")
_define("""
def _batch_definite(a):
    return a
""")
_define("""
def _batch_cholesky_factor(a):
    return jnp.linalg.cholesky(a)
""")
_define("""
def _batch_norm(x):
    return jax.vmap(_norm)(x)
""")
_define("""
def _batch_solve(a, b):
    return jnp.linalg.solve(a, jnp.broadcast_to(b, (len(a), *b.shape[-2:])))
""")
_define("""
def _batch_pinv(a):
    return jax.vmap(_pinv)(a)
""")
_define("""
def _batch_expm(a):
    return jax.vmap(_expm)(a)
""")
_define("""
def _batch_logm(a):
    return jax.vmap(_logm)(a)
""")
_define("""
def _batch_sqrtm(a):
    return jax.vmap(_sqrtm)(a)
""")
_define("""
def _batch_matrix_power(a, exponent):
    return jax.vmap(lambda matrix: _matrix_power(matrix, exponent))(a)
""")
_define("""
def _batch_frechet(function, order, a, given, *parameters):
    return jax.vmap(lambda matrix, *directions: _frechet(function, order, matrix, directions, *parameters))(a, *given)
""")


class JaxLibrary(TracedLibrary):
    """JAX arrays and tracers; NumPy arrays, numbers and lists are converted."""

    def __init__(self, rows: bool = False) -> None:
        """JAX lays out all arrays in rows."""
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
        typed = {array.dtype: array for array in arrays if hasattr(array, "dtype")}
        if len(typed) < 2:
            return list(arrays)
        strong = {array.dtype for array, soft in zip(arrays, weak, strict=True) if hasattr(array, "dtype") and not soft}
        numbers = [complex(1) if self.jnp.iscomplexobj(array) else 1.0 for array in typed.values() if array.dtype not in strong]
        common = self.jnp.result_type(*strong, *numbers)
        return [array.astype(common) if hasattr(array, "dtype") else array for array in arrays]

    def wrap(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Compiled by XLA; sizes given by number stay numbers."""
        jitted = self.jax.jit(function)

        def run(*values: Any) -> Any:
            if all(hasattr(value, "dtype") for value in values):
                return jitted(*values)
            return function(*values)

        return run
