"""Primitive operations as PyTorch source: entries and device are those of the inputs, and autograd goes through."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tensordiff.compile.plan.graph import Value, is_number
from tensordiff.compile.write.array_backend import extent_text, linear_algebra
from tensordiff.compile.write.library import FEW
from tensordiff.compile.write.text import ATOM, Scope, Text, atom, call, method
from tensordiff.compile.write.traced_backend import TracedBackend, TracedLibrary, traced_helpers
from tensordiff.errors import EvaluationError


class TorchBackend(TracedBackend):
    """torch; identities are masks, so that nothing is written in place."""

    name = "torch"
    module = "torch"
    log_sum_exp = "torch.logsumexp"
    as_array = "torch.as_tensor"
    spelled = linear_algebra("torch") | {"expm": "torch.linalg.matrix_exp", "batch_expm": "torch.linalg.matrix_exp"}
    imports = {  # noqa: RUF012
        "math": "import math",
        "np": "import numpy as np",
        "torch": "import torch",
    }
    shares_memory = True
    dtype_name = "like"

    def helpers(self) -> Mapping[str, str]:
        return HELPERS

    def dtype_line(self, inputs: Sequence[str]) -> str:
        """Entries and device of arrays that are made from sizes."""
        if not inputs:
            return '{"dtype": torch.get_default_dtype()}'
        kind = f"torch.result_type({inputs[0]}, 1.0)"
        for name in inputs[1:]:
            kind = f"torch.promote_types({kind}, {name}.dtype)"
        return f'{{"dtype": {kind}, "device": {inputs[0]}.device}}'

    def output(self, value: Value, text: str, scope: Scope, *, shared: bool) -> str:
        if is_number(value):
            return f"torch.tensor({text}, **{scope.dtype()})"
        whole = text if text.isidentifier() else f"({text})"
        if shared:
            return f"{whole}.clone(memory_format=torch.contiguous_format)" if self.rows else f"{whole}.clone()"
        if self.rows and value.rank > 1:
            return f"{whole}.contiguous()"
        return text

    def _created(self, function: str, scope: Scope, *arguments: str) -> Text:
        return atom(f"{function}({', '.join([*arguments, '**' + scope.dtype()])})")

    # Entry by entry

    def _maximum(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return self._extremum(value, operands, "max", bound="min")

    def _minimum(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return self._extremum(value, operands, "min", bound="max")

    def _extremum(self, value: Value, operands: Sequence[Text], end: str, bound: str) -> Text:
        """torch.maximum takes no numbers: a bound that is one clamps."""
        numbers = [is_number(operand) for operand in value.operands]
        if all(numbers):
            return call(end, *operands)
        for number, other in ((0, 1), (1, 0)):
            if numbers[number]:
                return method(operands[other], "clamp", f"{bound}={operands[number].text}")
        return call(f"torch.{end}imum", *operands)

    def _inner(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return call("torch.dot", *(method(text, "reshape", "-1") for text in operands))

    def _inner_last(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        axes = ", ".join(str(axis) for axis in range(value.rank, value.operands[0].rank))
        product = Text(f"{operands[0].at_least(2)} * {operands[1].at_least(3)}", 2)
        return method(product, "sum", f"dim=({axes},)")

    # Views and shapes

    def _transpose(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        if value.rank == 2:
            return Text(operands[0].at_least(ATOM) + ".T", ATOM)
        return method(operands[0], "permute", *map(str, value.attributes[0]))

    def _sum(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        if not value.shape:
            return method(operands[0], "sum")
        return method(operands[0], "sum", f"dim={value.attributes[0]}")

    def mask(self, size: str, scope: Scope) -> str:
        return f"_eye({size}, {scope.dtype()})"

    # Arrays that depend on sizes alone

    def _eye(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return self._created("torch.eye", scope, extent_text(value.shape[0], scope).text)

    def _lower_mask(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return method(self._created("torch.ones", scope, f"({operands[0].text}, {operands[0].text})"), "tril")

    def _upper_mask(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return method(self._created("torch.ones", scope, f"({operands[0].text}, {operands[0].text})"), "triu")


HELPERS = traced_helpers("torch", "torch.func.vmap", ", device=a.device")


_define = HELPERS.define


_define("""
def _eye(n, like):
    return torch.eye(n, dtype=torch.bool, device=like.get("device"))
""")
_define('''
def _norm(x):
    """The root of the sum of squares, scaled so that these neither overflow nor vanish."""
    if x.is_complex() or not x.numel():
        return (x * x).sum().sqrt()
    largest = x.detach().abs().max()
    scale = torch.where((largest > 0) & torch.isfinite(largest), largest, 1)
    return scale * ((x / scale) ** 2).sum().sqrt()
''')
_define("""
def _cholesky(a):
    return torch.linalg.cholesky(a)
""")
_define("""
def _cholesky_solve(factor, b):
    if b.ndim == 1:
        return torch.cholesky_solve(b[:, None], factor)[:, 0]
    return torch.cholesky_solve(b, factor)
""")
_define("""
def _cholesky_inverse(factor):
    return torch.cholesky_inverse(factor)
""")
_define("""
def _lu(a):
    return torch.linalg.lu_factor(a)
""")
_define('''
def _lu_solve(lu, b, transposed):
    """inv(A) @ b, or inv(A).T @ b."""
    columns = b[:, None] if b.ndim == 1 else b
    if transposed:
        solved = torch.linalg.lu_solve(*lu, columns.conj(), adjoint=True).conj()
    else:
        solved = torch.linalg.lu_solve(*lu, columns)
    return solved[:, 0] if b.ndim == 1 else solved
''')
_define("""
def _lu_inverse(lu):
    return torch.linalg.lu_solve(*lu, torch.eye(len(lu[0]), dtype=lu[0].dtype, device=lu[0].device))
""")
_define('''
def _sqrtm(a, steps=40):
    """The principal square root by the product iteration of Denman and Beavers (Higham, Functions of Matrices, eq. 6.29); NaN
    where the matrix has none."""
    eye = torch.eye(len(a), dtype=a.dtype, device=a.device)
    rest, root = a, a
    for _ in range(steps):
        inverse = torch.linalg.inv_ex(rest)[0]
        rest, root = (eye + (rest + inverse) / 2) / 2, root @ (eye + inverse) / 2
    wrong = ~(torch.linalg.norm(root @ root - a) <= torch.finfo(a.dtype).eps ** 0.5 * torch.linalg.norm(a))
    return torch.where(wrong, torch.nan, root)
''')
_define('''
def _near_identity(a, eye):
    """A square root, or root of a root ... of a, of which it is the power `scale`."""
    root, scale = a, 1.0
    for steps in (40, 24, 16, 12, 10, 8, 8, 8):
        far = torch.linalg.norm(root - eye) > 0.72
        root, scale = torch.where(far, _sqrtm(root, steps), root), torch.where(far, 2.0 * scale, scale)
    return root, scale
''')
_define("""
def _matrix_power(a, exponent):
    if exponent != round(float(exponent)):
        raise ValueError(f"a matrix power needs an integer exponent, got {exponent}")
    return torch.linalg.matrix_power(a, round(float(exponent)))
""")
_define('''
def _frechet(function, order, a, given, *parameters):
    """Derivatives of a matrix function along the directions given (from blocks, Mathias 1996): entry [i, j, k1, l1, ...] by
    a[k1, l1], ... for the others."""
    n = len(a)
    def derivative(b):
        for direction in given:
            eye = torch.eye(len(b) // n, dtype=a.dtype, device=a.device)
            spread = (eye[:, None, :, None] * direction[:, None]).reshape(len(b), len(b))  # torch.kron fails on transposes
            b = torch.cat([torch.cat([b, spread], 1), torch.cat([torch.zeros_like(b), b], 1)])
        return function(b, *parameters)[:n, -n:]
    for _ in range(order - len(given)):
        derivative = torch.func.jacrev(derivative)
    return derivative(a)
''')

# Stacks of matrices
_define("""
def _batch_inv(a):
    return torch.linalg.inv(a)
""")
_define("""
def _batch_det(a):
    return torch.linalg.det(a)
""")
_define("""
def _batch_logdet(a):
    return torch.linalg.slogdet(a)[1]
""")
_define("""
def _batch_det_sign(a):
    return torch.linalg.slogdet(a)[0]
""")
_define("""
def _batch_definite(a):
    if not a.is_complex():
        torch.linalg.cholesky(a)
    return a
""")
_define("""
def _batch_cholesky_factor(a):
    return torch.linalg.cholesky(a)
""")
_define("""
def _batch_norm(x):
    return torch.vmap(_norm)(x)
""")
_define("""
def _batch_solve(a, b):
    return torch.linalg.solve(a, b.expand(len(a), *b.shape[-2:]))
""")
_define("""
def _batch_pinv(a):
    return torch.func.vmap(_pinv)(a) if len(a) else a.transpose(1, 2)
""")
_define("""
def _batch_logm(a):
    return torch.func.vmap(_logm)(a) if len(a) else a
""")
_define("""
def _batch_sqrtm(a):
    return torch.func.vmap(_sqrtm)(a) if len(a) else a
""")
_define("""
def _batch_matrix_power(a, exponent):
    return _matrix_power(a, exponent)
""")
_define("""
def _batch_frechet(function, order, a, given, *parameters):
    if not len(a):
        return a.new_empty((0, *a.shape[1:] * (1 + order - len(given))))
    return torch.func.vmap(lambda matrix, *directions: _frechet(function, order, matrix, directions, *parameters))(a, *given)
""")


class TorchLibrary(TracedLibrary):
    """Tensors; NumPy arrays, numbers and lists are converted, to the device of the tensors given."""

    def __init__(self, rows: bool = False) -> None:
        import torch

        self.torch = torch
        self.backend = TorchBackend(rows)
        self.failures: tuple[type[Exception], ...] = (torch.linalg.LinAlgError, ValueError)

    def array(self, name: str, value: Any) -> Any:
        torch = self.torch
        if not isinstance(value, torch.Tensor):
            try:
                value = torch.as_tensor(value, dtype=torch.float64 if isinstance(value, float) else None)
            except (TypeError, ValueError, RuntimeError) as error:
                raise EvaluationError(f"{name}: not an array of numbers ({error})") from None
        if value.is_floating_point() or value.is_complex():
            return value
        return value.to(torch.float64)

    @property
    def namespace(self) -> Any:
        return self.torch

    def is_traced(self, array: Any) -> bool:
        """Whether a transformation of torch.func or a compiler is at work: all tensors are wrapped there."""
        torch = self.torch
        transformed = torch._C._functorch.peek_interpreter_stack() is not None
        return bool(transformed or torch.compiler.is_compiling() or array.is_meta)

    def host(self, array: Any, always: bool = False) -> Any:
        if not always and array.device.type != "cpu" and array.numel() > FEW:
            return None
        array = array.detach().cpu().resolve_conj().resolve_neg()
        return (array.float() if array.dtype == self.torch.bfloat16 else array).numpy()

    def number(self, value: Any, dtype: Any) -> Any:
        return self.torch.tensor(value, dtype=dtype)

    def alike(self, arrays: Sequence[Any], weak: Sequence[bool]) -> list[Any]:
        torch = self.torch
        tensors = [array for array in arrays if isinstance(array, torch.Tensor)]
        if len({(tensor.dtype, tensor.device) for tensor in tensors}) < 2:
            return list(arrays)
        strong = [array for array, soft in zip(arrays, weak, strict=True) if isinstance(array, torch.Tensor) and not soft]
        kind = (strong or tensors)[0].dtype
        for tensor in (strong or tensors)[1:]:
            kind = torch.promote_types(kind, tensor.dtype)
        if any(tensor.is_complex() for tensor in tensors):
            kind = torch.promote_types(kind, torch.complex64)
        device = next((tensor.device for tensor in tensors if tensor.device.type != "cpu"), tensors[0].device)
        return [array.to(device=device, dtype=kind) if isinstance(array, torch.Tensor) else array for array in arrays]

    def wrap(self, function: Callable[..., Any]) -> Callable[..., Any]:
        return function
