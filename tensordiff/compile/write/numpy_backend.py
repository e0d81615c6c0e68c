"""Primitive operations as NumPy and SciPy source."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from typing import Any

from tensordiff.compile.plan.graph import Value, is_number
from tensordiff.compile.write.array_backend import ArrayBackend, diagonal_subscripts, extent_text, linear_algebra
from tensordiff.compile.write.numpy_helpers import HELPERS
from tensordiff.compile.write.numpy_stacks import STACKS
from tensordiff.compile.write.text import Scope, Text, atom, call, method, tuple_text
from tensordiff.compile.write.writer import Backend
from tensordiff.errors import EvaluationError


class NumpyBackend(ArrayBackend):
    """NumPy, and LAPACK by SciPy where a factorisation is shared; identities are written into diagonal views."""

    name = "numpy"
    module = "np"
    imports = {  # noqa: RUF012
        "itertools": "import itertools",
        "math": "import math",
        "warnings": "import warnings",
        "np": "import numpy as np",
        "scipy.linalg": "import scipy.linalg",
        "scipy.special": "import scipy.special",
        "lapack": "from scipy.linalg import lapack",
    }
    spelled = linear_algebra("np")
    shares_memory = True
    blocks = True
    retries = True
    writes = True

    def helpers(self) -> Mapping[str, str]:
        return HELPERS | STACKS

    def dtype_line(self, inputs: Sequence[str]) -> str:
        """The type of the entries of arrays that are made from sizes."""
        return f"np.result_type({', '.join([*inputs, '1.0'])})"

    def statements(self, value: Value, operands: Sequence[Text], scope: Scope, name: str, fresh: bool) -> list[str] | None:
        if value.operation != "add_diagonal":
            return None
        view = f'np.einsum("{diagonal_subscripts(value.attributes[0])}", {name})'
        if len(operands) == 1:
            order = ', "F"' if value.attributes[1:] == (True,) else ""
            zeros = f"np.zeros({scope.shape(value.shape)}, {scope.dtype()}{order})"
            return [f"{name} = {zeros}", f"{view}[...] = {operands[0].text}"]
        base = operands[1]
        return [f"{name} = {base.text if fresh else f'np.array({base.text})'}", f"{view}[...] += {operands[0].text}"]

    def output(self, value: Value, text: str, scope: Scope, *, shared: bool) -> str:
        if is_number(value):
            return f"np.asarray({text}, {scope.dtype()})"
        if self.rows and value.rank > 1:
            return f'np.array({text}, order="C")' if shared else f"np.ascontiguousarray({text})"
        return f"np.array({text})" if shared else text

    def _broadcast_to(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        if value.operands[0].operation == "constant" and operands[0].text in ("0", "1"):
            return self._created(f"np.{('zeros', 'ones')[int(operands[0].text)]}", scope, scope.shape(value.shape))
        return super()._broadcast_to(value, operands, scope)

    def _inner(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return call("np.dot", method(operands[0], "ravel"), method(operands[1], "ravel"))

    def _eye(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return atom(f"np.eye({extent_text(value.shape[0], scope).text}, dtype={scope.dtype()})")

    def _lower_mask(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return atom(f"np.tri({operands[0].text}, dtype={scope.dtype()})")

    def _upper_mask(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return atom(f"np.tri({operands[0].text}, dtype={scope.dtype()}).T")

    def _frechet(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        operation, order, given = value.attributes
        if operation == "expm" and order == given:
            return call("_expm_along", operands[0], atom(tuple_text([text.text for text in operands[1:]])))
        return super()._frechet(value, operands, scope)

    def _block(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        rows: int = value.attributes[0]
        width = len(operands) // rows
        texts = [", ".join(text.text for text in operands[r * width : (r + 1) * width]) for r in range(rows)]
        return atom(f"np.block([{', '.join(f'[{text}]' for text in texts)}])")


class NumpyLibrary:
    """NumPy arrays, numbers, lists."""

    def __init__(self, rows: bool = False) -> None:
        import numpy as np

        self.np = np
        self.backend: Backend = NumpyBackend(rows)

    @property
    def failures(self) -> tuple[type[Exception], ...]:
        """What a program may raise; SciPy's special functions have an error of their own once they are imported."""
        special = sys.modules.get("scipy.special")
        own = (self.np.linalg.LinAlgError, FloatingPointError, OverflowError, ValueError, ZeroDivisionError)
        return own if special is None else (*own, special.SpecialFunctionError)

    def array(self, name: str, value: Any) -> Any:
        np = self.np
        if isinstance(value, np.inexact):
            return value
        if type(value) is not np.ndarray:
            try:
                value = np.asarray(value)
            except (ValueError, TypeError) as error:
                raise EvaluationError(f"{name}: not an array of numbers ({error})") from None
        kind = value.dtype.kind
        if kind in "fc":
            return value
        if kind in "biu":
            return value.astype(np.float64)
        if kind == "O":
            try:
                return value.astype(np.float64)
            except (TypeError, ValueError):
                pass
        raise EvaluationError(f"{name}: entries of type {value.dtype} are not numbers")

    def shape(self, array: Any) -> Sequence[int]:
        return tuple(array.shape)

    @property
    def namespace(self) -> Any:
        return self.np

    def is_traced(self, array: Any) -> bool:
        return False

    def host(self, array: Any, always: bool = False) -> Any:
        return array

    def number(self, value: Any, dtype: Any) -> Any:
        return self.np.asarray(value, dtype)

    def alike(self, arrays: Sequence[Any], weak: Sequence[bool]) -> list[Any]:
        types = {array.dtype for array in arrays if hasattr(array, "dtype")}
        if len(types) < 2:
            return list(arrays)
        strong = {array.dtype for array, soft in zip(arrays, weak, strict=True) if hasattr(array, "dtype") and not soft}
        common = self.np.result_type(*sorted(strong, key=str), *(complex(1) if t.kind == "c" else 1.0 for t in types - strong))
        return [array.astype(common, copy=False) if hasattr(array, "dtype") else array for array in arrays]

    def wrap(self, function: Callable[..., Any]) -> Callable[..., Any]:
        return function

    def errors(self, special: bool) -> AbstractContextManager[Any]:
        guard: AbstractContextManager[Any] = self.np.errstate(invalid="raise", divide="raise", over="ignore", under="ignore")
        if not special:
            return guard
        from scipy.special import errstate  # imported by the program already

        both = ExitStack()
        both.enter_context(guard)
        both.enter_context(errstate(singular="raise", domain="raise"))
        return both
