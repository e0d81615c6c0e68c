"""Primitive operations as Dask source: arrays in chunks, computed when asked for, larger than one memory or on many machines.

What is done entry by entry, products and sums stay in chunks. A function of one matrix (inverse, factorisation, exponential) is
NumPy's, on the matrix gathered into one piece: in derivatives of data with many rows these are the small ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from math import isnan
from typing import Any

from tensordiff.compile.plan.graph import Value, is_number
from tensordiff.compile.write.array_backend import extent_text
from tensordiff.compile.write.helpers import Helpers
from tensordiff.compile.write.numpy_backend import NumpyBackend, NumpyLibrary
from tensordiff.compile.write.text import ATOM, Scope, Text, atom, call, method, tuple_text
from tensordiff.compile.write.traced_backend import TracedBackend
from tensordiff.compile.write.writer import Backend
from tensordiff.errors import EvaluationError

_GATHERED = ("matrix", "factors", "factorised")


class DaskBackend(TracedBackend):
    """dask.array; functions of matrices as delayed calls of NumPy's source for them."""

    name = "dask"
    module = "da"
    as_array = "da.asarray"
    log_sum_exp = "_chunked_logsumexp"
    spelled = {}  # noqa: RUF012
    imports = NumpyBackend.imports | {"dask": "import dask", "da": "import dask.array as da"}

    def __init__(self, rows: bool = False) -> None:
        super().__init__(rows)
        self._numpy = NumpyBackend()

    def helpers(self) -> Mapping[str, str]:
        return HELPERS

    def dtype_line(self, inputs: Sequence[str]) -> str:
        return f"np.result_type({', '.join([*inputs, '1.0'])})"

    def mask(self, size: str, scope: Scope) -> str:
        return f"da.eye({size}, dtype=bool)"

    def output(self, value: Value, text: str, scope: Scope, *, shared: bool) -> str:
        return f"da.asarray(np.asarray({text}, {scope.dtype()}))" if is_number(value) else text

    def expression(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        if value.kind in _GATHERED and not is_number(value):
            return self._gathered(value, operands, scope)
        return super().expression(value, operands, scope)

    def _gathered(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        """NumPy's way, on operands in one piece; of stacks on the pieces along the first axis."""
        names = [atom(f"x{place}") for place in range(1, len(operands) + 1)]
        function = f"lambda {', '.join(text.text for text in names)}: {self._numpy.expression(value, names, scope).text}"
        arguments = ", ".join(text.text for text in operands)
        if value.kind == "factors" or value.primitive.results > 1:
            return atom(f"_delayed({function}, {arguments})")
        way = "_by_points" if value.operation.startswith("batch_") else "_whole"
        return atom(f"{way}({function}, {scope.shape(value.shape)}, {scope.dtype()}, {arguments})")

    def _function(self, value: Value) -> str:
        """SciPy's functions and NumPy's meet Dask's arrays chunk by chunk."""
        return value.primitive.libraries.get("numpy") or super()._function(value)

    def _item(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        part = f"{operands[0].at_least(ATOM)}[{value.attributes[0]}]"
        return atom(f"da.from_delayed({part}, {scope.shape(value.shape)}, {scope.dtype()})")

    def _polygamma(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        order = operands[0].text
        return atom(f"da.map_blocks(lambda x: _polygamma({order}, x), {operands[1].text}, dtype={scope.dtype()})")

    def _norm(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return call("_chunked_norm", *operands)

    def _batch_norm(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return call("_chunked_batch_norm", *operands)

    def _trace(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return Text(call("da.diagonal", *operands).text + ".sum()", ATOM)

    def _diagonal(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        if value.attributes[0] == (0, 0):
            return call("da.diagonal", *operands)
        inner = self._numpy.expression(value, [atom("x")], scope).text
        return atom(f"_whole(lambda x: {inner}, {scope.shape(value.shape)}, {scope.dtype()}, {operands[0].text})")

    def _amax(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return call("da.max", operands[0], atom(str(value.attributes[0])))

    def _inner(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return call("da.dot", method(operands[0], "ravel"), method(operands[1], "ravel"))

    def _squared_distances(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return call("_chunked_squared_distances", *operands)

    def _eye(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return atom(f"da.eye({extent_text(value.shape[0], scope).text}, dtype={scope.dtype()})")

    def _lower_mask(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return atom(f"da.tri({operands[0].text}, dtype={scope.dtype()})")

    def _upper_mask(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return atom(f"da.tri({operands[0].text}, dtype={scope.dtype()}).T")

    def _stack(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        arrays = [f"da.asarray({text.text})" for text in operands]
        return call("da.stack", atom(tuple_text(arrays)), *(atom(str(axis)) for axis in value.attributes))


HELPERS = Helpers(NumpyBackend().helpers())


_define = HELPERS.define


_define('''
def _delayed(function, *arrays):
    """The function of whole arrays, called when its result is needed."""
    return dask.delayed(function)(*arrays)
''')
_define('''
def _whole(function, shape, dtype, *arrays):
    """An array of known shape that a function of whole arrays gives."""
    return da.from_delayed(_delayed(lambda *whole: np.asarray(function(*whole), dtype), *arrays), shape, dtype)
''')
_define('''
def _by_points(function, shape, dtype, *arrays):
    """A function of stacks, on the pieces that their first axis is cut into."""
    arrays = [da.asarray(array) for array in arrays]
    points = next((array.chunks[0] for array in arrays if array.shape[:1] == shape[:1]), (shape[0],))
    pieces = [
        array.rechunk((points if array.shape[:1] == shape[:1] else -1, *[-1] * (array.ndim - 1))) if array.ndim else array
        for array in arrays
    ]
    made = []
    start = 0
    for place, length in enumerate(points):
        parts = [piece.blocks[place] if piece.shape[:1] == shape[:1] else piece for piece in pieces]
        made.append(_whole(function, (length, *shape[1:]), dtype, *parts))
        start += length
    return da.concatenate(made)
''')
_define('''
def _chunked_norm(x):
    """The root of the sum of squares, scaled so that these neither overflow nor vanish."""
    if np.iscomplexobj(x) or not x.size:
        return da.sqrt((x * x).sum())
    largest = da.abs(x).max()
    scale = da.where((largest > 0) & da.isfinite(largest), largest, 1)
    return scale * da.sqrt(((x / scale) ** 2).sum())
''')
_define('''
def _chunked_batch_norm(x):
    """The norm of each point, scaled likewise."""
    rest = tuple(range(1, x.ndim))
    if np.iscomplexobj(x):
        return da.sqrt((x * x).sum(rest))
    largest = da.abs(x).max(rest, keepdims=True)
    scale = da.where((largest > 0) & da.isfinite(largest), largest, 1)
    return scale.reshape(len(x)) * da.sqrt(((x / scale) ** 2).sum(rest))
''')
_define("""
def _chunked_logsumexp(x, axes):
    largest = x.max(axes, keepdims=True)
    largest = da.where(da.isfinite(largest), largest, 0)
    return da.log(da.exp(x - largest).sum(axes)) + largest.reshape(tuple(n for k, n in enumerate(x.shape) if k not in axes))
""")
_define("""
def _chunked_squared_distances(x, y, weights=1.0):
    return ((x[:, None] - y) ** 2 * weights).sum(2)
""")


class DaskLibrary(NumpyLibrary):
    """Dask arrays; NumPy arrays, numbers and lists become arrays of one chunk. Entries are not known before they are computed,
    so that nothing is checked of them."""

    def __init__(self, rows: bool = False) -> None:
        super().__init__(rows)
        import dask.array as da

        self.da = da
        self.backend: Backend = DaskBackend(rows)

    def array(self, name: str, value: Any) -> Any:
        array = value if isinstance(value, self.da.Array) else self.da.asarray(super().array(name, value))
        if any(isnan(length) for length in array.shape):
            raise EvaluationError(f"{name} has chunks of unknown lengths", hint=f"call {name}.compute_chunk_sizes() before")
        if array.dtype.kind in "fc":
            return array
        if array.dtype.kind in "biu":
            return array.astype(self.np.float64)
        raise EvaluationError(f"{name}: entries of type {array.dtype} are not numbers")

    @property
    def namespace(self) -> Any:
        return self.da

    def is_traced(self, array: Any) -> bool:
        return True

    def host(self, array: Any, always: bool = False) -> Any:
        return array.compute() if always else None

    def number(self, value: Any, dtype: Any) -> Any:
        return self.da.asarray(super().number(value, dtype))

    def errors(self, special: bool) -> AbstractContextManager[Any]:
        """Chunks are computed later."""
        return nullcontext()
