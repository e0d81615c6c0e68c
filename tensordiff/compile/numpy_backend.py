"""Primitive operations as NumPy and SciPy source."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from tensordiff.compile.extent import Extent
from tensordiff.compile.graph import Value, is_number
from tensordiff.compile.text import ATOM, POWER, PRODUCT, SUM, UNARY, Scope, Text, atom, binary, call, method

Rule = Callable[[Value, Sequence[Text], Scope], Text]

INFIX = {
    "add": ("+", SUM),
    "subtract": ("-", SUM),
    "multiply": ("*", PRODUCT),
    "divide": ("/", PRODUCT),
    "matmul": ("@", PRODUCT),
    "greater_equal": (">=", 0),
    "greater": (">", 0),
}


class NumpyBackend:
    """Each operation as a Python expression; a few are statements (`statements`)."""

    name = "numpy"
    imports: Mapping[str, str] = {
        "np": "import numpy as np",
        "itertools": "import itertools",
        "math": "import math",
        "lapack": "from scipy.linalg import lapack",
        "scipy.linalg": "import scipy.linalg",
        "scipy.special": "import scipy.special",
    }
    module = "np"
    shares_memory = True
    """Whether results may be views of inputs or of each other, so that outputs have to be copied."""

    def helpers(self) -> Mapping[str, str]:
        """Source of the helper functions by name; those that a program uses stand before it."""
        from tensordiff.compile.numpy_helpers import HELPERS

        return HELPERS

    def dtype_line(self, inputs: Sequence[str]) -> str:
        """The type of the entries of arrays that are made from sizes."""
        return f"np.result_type({', '.join([*inputs, '1.0'])})"

    def expression(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        """The operation on operands with these texts."""
        operation = value.operation
        if operation in INFIX:
            return binary(operands[0], *INFIX[operation], operands[1])
        rule: Rule | None = getattr(self, "_" + operation, None)
        if rule is not None:
            return rule(value, operands, scope)
        if is_number(value):
            return self._number_function(operation, operands)
        return call(f"{self.module}.{operation}", *operands)

    def statements(self, value: Value, operands: Sequence[Text], scope: Scope, name: str, fresh: bool) -> list[str] | None:
        """Lines that make the value under `name`, for what is no expression; `fresh` says that the second operand is an
        array of the program's own that nothing else uses."""
        if value.operation != "add_diagonal":
            return None
        pattern: tuple[int, ...] = value.attributes[0]  # type: ignore[assignment]  # the attribute of add_diagonal
        letters = [chr(ord("i") + number) if number < 18 else chr(ord("A") + number - 18) for number in pattern]
        view = f'np.einsum("{"".join(letters)}->{"".join(dict.fromkeys(letters))}", {name})'
        if len(operands) == 1:
            return [f"{name} = np.zeros({scope.shape(value.shape)}, {scope.dtype()})", f"{view}[...] = {operands[0].text}"]
        base = operands[1]
        return [f"{name} = {base.text if fresh else f'np.array({base.text})'}", f"{view}[...] += {operands[0].text}"]

    def output(self, value: Value, text: str, scope: Scope, *, shared: bool) -> str:
        """A result as an array of its own."""
        if is_number(value):
            return f"np.asarray({text}, {scope.dtype()})"
        return f"np.array({text})" if shared else text

    def _number_function(self, operation: str, operands: Sequence[Text]) -> Text:
        """Functions of Python numbers: their results must not decide the precision of arrays, as np.float64 would."""
        if operation in ("abs", "maximum", "minimum"):
            return call({"abs": "abs", "maximum": "max", "minimum": "min"}[operation], *operands)
        if operation == "square":
            return binary(operands[0], "**", POWER, atom("2"))
        names = {"arcsin": "asin", "arccos": "acos", "arctan": "atan", "arcsinh": "asinh", "arccosh": "acosh"}
        names["arctanh"] = "atanh"
        if operation in ("sign", "where"):
            return call("float", call(f"np.{operation}", *operands))
        return call(f"math.{names.get(operation, operation)}", *operands)

    # Leaves

    def _input(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return atom(scope.name(str(value.attributes[0])))

    def _constant(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return number_text(value.attributes[1])

    def _size(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        extent: Extent = value.attributes[0]  # type: ignore[assignment]  # the attribute of a size
        return extent_text(extent, scope)

    def _pi(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return atom("math.pi")

    # Entry by entry

    def _negative(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return Text("-" + operands[0].at_least(UNARY), UNARY)

    def _power(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return Text(f"{operands[0].at_least(ATOM)} ** {operands[1].at_least(UNARY)}", POWER)

    def _square(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return Text(f"{operands[0].at_least(ATOM)} ** 2", POWER)

    def _abs(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return call("abs" if is_number(value) else f"{self.module}.abs", *operands)

    def _erf(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return call("math.erf" if is_number(value) else "scipy.special.erf", *operands)

    # Views and shapes

    def _transpose(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        axes: tuple[int, ...] = value.attributes[0]  # type: ignore[assignment]  # the attribute of a transpose
        if axes == tuple(range(len(axes)))[::-1]:
            return Text(operands[0].at_least(ATOM) + ".T", ATOM)
        return method(operands[0], "transpose", *map(str, axes))

    def _expand(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        places = [":" if real else "None" for real in value.attributes[0]]  # type: ignore[attr-defined]
        while places[-1] == ":":
            places.pop()
        return Text(f"{operands[0].at_least(ATOM)}[{', '.join(places)}]", ATOM)

    def _reshape(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return method(operands[0], "reshape", *(extent_text(extent, scope).text for extent in value.shape))

    def _broadcast_to(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        if value.operands[0].operation == "constant" and operands[0].text in ("0", "1"):
            return atom(f"np.{('zeros', 'ones')[int(operands[0].text)]}({scope.shape(value.shape)}, {scope.dtype()})")
        if is_number(value.operands[0]):
            return atom(f"np.full({scope.shape(value.shape)}, {operands[0].text}, {scope.dtype()})")
        return atom(f"np.broadcast_to({operands[0].text}, {scope.shape(value.shape)})")

    def _diagonal(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        pattern: tuple[int, ...] = value.attributes[0]  # type: ignore[assignment]  # the attribute of a diagonal
        if pattern == (0, 0):
            return method(operands[0], "diagonal")
        letters = "".join(letter(number) for number in pattern)
        return atom(f'np.einsum("{letters}->{"".join(dict.fromkeys(letters))}", {operands[0].text})')

    def _sum(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        axes: tuple[int, ...] = value.attributes[0]  # type: ignore[assignment]  # the attribute of a sum
        if not value.shape:
            return method(operands[0], "sum")
        return method(operands[0], "sum", f"axis={axes[0] if len(axes) == 1 else axes}")

    def _trace(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return method(operands[0], "trace")

    # Contractions

    def _inner(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return call("np.dot", method(operands[0], "ravel"), method(operands[1], "ravel"))

    def _inner_last(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        letters = "".join(letter(number) for number in range(value.operands[0].rank))
        return atom(
            f'np.einsum("{letters},{letters}->{letters[: value.rank]}", {operands[0].text}, {operands[1].text})'
        )

    def _stack(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return atom(f"np.stack([{', '.join(text.text for text in operands)}])")

    # Arrays that depend on sizes alone

    def _zeros(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return atom(f"np.zeros({scope.shape(value.shape)}, {scope.dtype()})")

    def _eye(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return atom(f"np.eye({extent_text(value.shape[0], scope).text}, dtype={scope.dtype()})")

    def _lower_mask(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return atom(f"np.tri({operands[0].text}, dtype={scope.dtype()})")

    def _upper_mask(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return atom(f"np.tri({operands[0].text}, dtype={scope.dtype()}).T")

    def _unit(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return atom(f"_unit({operands[0].text}, {value.attributes[0]}, {scope.dtype()})")

    def _duplication(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return atom(f"_duplication({operands[0].text}, {scope.dtype()})")

    def _elimination(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return atom(f"_elimination({operands[0].text}, {scope.dtype()})")

    def _block(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        rows: int = value.attributes[0]  # type: ignore[assignment]  # the attribute of a block
        width = len(operands) // rows
        texts = [", ".join(text.text for text in operands[r * width : (r + 1) * width]) for r in range(rows)]
        return atom(f"np.block([{', '.join(f'[{text}]' for text in texts)}])")

    # Matrix functions

    def _linalg(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return call(f"np.linalg.{value.operation}", *operands)

    _inv = _det = _solve = _linalg

    def _helper(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return call("_" + value.operation, *operands, *(atom(repr(a)) for a in value.attributes))

    _lu = _lu_solve = _lu_inverse = _lu_logdet = _helper
    _cholesky = _cholesky_solve = _cholesky_inverse = _cholesky_logdet = _helper
    _logdet = _adjugate = _logm = _sqrtm = _helper

    def _cholesky_factor(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return call("np.linalg.cholesky", *operands)

    def _det_sign(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return Text(call("np.linalg.slogdet", *operands).text + "[0]", ATOM)

    def _expm(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return call("scipy.linalg.expm", *operands)

    def _matrix_power(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        if value.operands[1].operation == "constant":
            return call("np.linalg.matrix_power", *operands)
        return call("_matrix_power", *operands)

    def _frechet(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        operation, order = value.attributes
        known: dict[Any, str] = {"expm": "scipy.linalg.expm", "inv": "np.linalg.inv"}
        function = known.get(operation, f"_{operation}")
        return call("_frechet", atom(function), atom(str(order)), *operands)


def letter(number: int) -> str:
    """The einsum letter of a label within one step: i, j, k, ..."""
    return "ijklmnopqrstuvwxyzabcdefghABCDEFGHIJKLMNOPQRSTUVWXYZ"[number]


def number_text(value: object) -> Text:
    """An exact number: decimals where they are short, else a fraction."""
    if isinstance(value, Fraction):
        decimal = repr(float(value))
        if Fraction(decimal) == value and len(decimal) <= 8:
            value = float(value)
        else:
            return Text(f"{value.numerator} / {value.denominator}", PRODUCT)
    return Text(repr(value), ATOM if value >= 0 else UNARY)  # type: ignore[operator]  # an int or a float


def extent_text(extent: Extent, scope: Scope) -> Text:
    text = extent.text(scope.size)
    if text.isidentifier() or text.isdigit():
        return atom(text)
    return Text(text, SUM if len(extent.terms) > 1 else PRODUCT)


