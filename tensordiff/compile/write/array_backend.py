"""Primitive operations as Python expressions in the style that array libraries share; a library's own file changes what it
spells otherwise."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, ClassVar

from tensordiff.compile.plan.graph import Value, is_number
from tensordiff.compile.write.text import ATOM, POWER, PRODUCT, SUM, UNARY, Scope, Text, atom, binary, call, method, tuple_text
from tensordiff.errors import EvaluationError, TensordiffError
from tensordiff.tensor.extent import Extent

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


class ArrayBackend:
    """Each operation as a Python expression. The first of these that there is: the method of its name with an underscore; for
    numbers of Python their own function; the spelling in `spelled`; the helper function of its name with an underscore; the
    library's function of its name."""

    name: ClassVar[str]
    module: ClassVar[str]
    spelled: ClassVar[Mapping[str, str]]
    """Functions of the library that compute operations as they are called, by the names of these."""
    imports: ClassVar[Mapping[str, str]]
    shares_memory: ClassVar[bool] = False
    """Whether results may be views of inputs or of each other, so that outputs have to be copied."""
    dtype_name: ClassVar[str] = "dtype"
    log_sum_exp: ClassVar[str] = "_logsumexp"
    retries: ClassVar[bool] = False
    """Whether programs may try one way, and where it fails go another."""
    writes: ClassVar[bool] = False
    """Whether arrays of the program's own may be written to."""
    blocks: ClassVar[bool] = False
    """Whether large batches are computed block by block, and operations keep the order in which arrays lie in memory."""

    def __init__(self, rows: bool = False) -> None:
        self.rows = rows
        """Whether results are to lie in memory row by row."""

    def helpers(self) -> Mapping[str, str]:
        """Source of the helper functions by name; those that a program uses stand before it."""
        raise NotImplementedError  # pragma: no cover - abstract

    def expression(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        """The operation on operands with these texts."""
        operation = value.operation
        if operation in INFIX:
            return binary(operands[0], *INFIX[operation], operands[1])
        rule: Rule | None = getattr(self, "_" + operation, None)
        if rule is not None:
            return rule(value, operands, scope)
        if value.kind == "constant":
            return self._sized(value, operands, scope)
        if is_number(value):
            return self._number_function(value, operands)
        return call(self._function(value), *operands, *(atom(repr(a)) for a in value.attributes))

    def _function(self, value: Value) -> str:
        """What computes an operation that no method spells. Raises TensordiffError where the library has nothing."""
        operation = value.operation
        if operation in self.spelled:
            return self.spelled[operation]
        if self.name in value.primitive.libraries:
            return value.primitive.libraries[self.name]
        if "_" + operation in self.helpers():
            return "_" + operation
        if value.kind == "elementwise":
            return f"{self.module}.{operation}"
        raise self._missing(operation)

    def _missing(self, operation: str) -> TensordiffError:
        return TensordiffError(
            f"programs for {self.name} have no {operation}", hint="compile for numpy, or evaluate without a program"
        )

    def statements(self, value: Value, operands: Sequence[Text], scope: Scope, name: str, fresh: bool) -> list[str] | None:
        """Lines that make the value under `name`, for what is no expression; `fresh` says that the second operand is an
        array of the program's own that nothing else uses."""
        return None

    def output(self, value: Value, text: str, scope: Scope, *, shared: bool) -> str:
        """A result as an array of its own."""
        return text

    def _number_function(self, value: Value, operands: Sequence[Text]) -> Text:
        """Functions of Python numbers: their results must not decide the precision of arrays, as array scalars would."""
        if value.operation == "sign":
            return atom(f"(({operands[0].text} > 0) - ({operands[0].text} < 0))")
        known = value.primitive.number or f"math.{value.operation}"
        if known.startswith("math.") and not hasattr(math, known.removeprefix("math.")):
            return self._computed(value)
        return call(known, *operands)

    def _computed(self, value: Value) -> Text:
        """The value of a function of constants that Python has not; computed here. Raises TensordiffError for sizes."""
        if any(operand.operation != "constant" for operand in value.operands):
            raise self._missing(f"{value.operation} of a size")
        from tensordiff.evaluate.double import NumpyOps  # NumPy is imported when it is first needed

        numbers = [float(operand.attributes[1]) for operand in value.operands]
        return number_text(float(getattr(NumpyOps(), value.operation)(*numbers)))

    def _created(self, function: str, scope: Scope, *arguments: str) -> Text:
        """A new array with the program's type of entries."""
        return atom(f"{function}({', '.join([*arguments, scope.dtype()])})")

    # Leaves

    def _input(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return atom(scope.name(str(value.attributes[0])))

    def _constant(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return number_text(value.attributes[1])

    def _size(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        extent: Extent = value.attributes[0]
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

    # Views and shapes

    def _transpose(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        axes: tuple[int, ...] = value.attributes[0]
        if axes == tuple(range(len(axes)))[::-1]:
            return Text(operands[0].at_least(ATOM) + ".T", ATOM)
        return method(operands[0], "transpose", *map(str, axes))

    def _expand(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        places = [":" if real else "None" for real in value.attributes[0]]
        while places[-1] == ":":
            places.pop()
        return Text(f"{operands[0].at_least(ATOM)}[{', '.join(places)}]", ATOM)

    def _reshape(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return method(operands[0], "reshape", *(extent_text(extent, scope).text for extent in value.shape))

    def _broadcast_to(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        if is_number(value.operands[0]):
            return self._created(f"{self.module}.full", scope, scope.shape(value.shape), operands[0].text)
        return atom(f"{self.module}.broadcast_to({operands[0].text}, {scope.shape(value.shape)})")

    def _diagonal(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        pattern: tuple[int, ...] = value.attributes[0]
        if pattern == (0, 0):
            return method(operands[0], "diagonal")
        return atom(f'{self.module}.einsum("{diagonal_subscripts(pattern)}", {operands[0].text})')

    def _sum(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        axes: tuple[int, ...] = value.attributes[0]
        if not value.shape:
            return method(operands[0], "sum")
        return method(operands[0], "sum", f"axis={axes[0] if len(axes) == 1 else axes}")

    def _logsumexp(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        axes: tuple[int, ...] = value.attributes[0]
        return call(self.log_sum_exp, operands[0], atom(str(axes)))

    def _amax(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        axes: tuple[int, ...] = value.attributes[0]
        return call(f"{self.module}.amax", operands[0], atom(str(axes)))

    def _trace(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return method(operands[0], "trace")

    # Contractions

    def _inner_last(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        letters = "".join(letter(number) for number in range(value.operands[0].rank))
        subscripts = f"{letters},{letters}->{letters[: value.rank]}"
        return atom(f'{self.module}.einsum("{subscripts}", {operands[0].text}, {operands[1].text})')

    def _slice(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        cuts: list[str] = []
        for axis, start, end in value.attributes:
            first = start.text(scope.size) if start.terms or end is None else ""
            last = "" if end is None or end == value.operands[0].shape[axis] else end.text(scope.size)
            cuts += [":"] * (axis - len(cuts))
            cuts.append(first if end is None else f"{first}:{last}")
        return Text(f"{operands[0].at_least(ATOM)}[{', '.join(cuts)}]", ATOM)

    def _concatenate(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        axis: int = value.attributes[0]
        suffix = f", {axis}" if axis else ""
        return atom(f"{self.module}.concatenate([{', '.join(text.text for text in operands)}]{suffix})")

    def _stack(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        axis = "".join(f", {axis}" for axis in value.attributes)
        return atom(f"{self.module}.stack([{', '.join(text.text for text in operands)}]{axis})")

    def _einsum(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        *inputs, output = ("".join(letter(number) for number in labels) for labels in value.attributes)
        return call(f"{self.module}.einsum", atom(f'"{",".join(inputs)}->{output}"'), *operands)

    # Arrays that depend on sizes alone

    def _zeros(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return self._created(f"{self.module}.zeros", scope, scope.shape(value.shape))

    def _sized(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return self._created(f"_{value.operation}", scope, operands[0].text, *map(repr, value.attributes))

    def _inclusion(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        start = extent_text(value.attributes[0], scope).text
        return self._created("_inclusion", scope, start, scope.shape(value.shape))

    # Functions of matrices

    def _item(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return Text(f"{operands[0].at_least(ATOM)}[{value.attributes[0]}]", ATOM)

    def _det_sign(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return Text(call(f"{self.module}.linalg.slogdet", *operands).text + "[0]", ATOM)

    def _matrix_power(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        constant = value.operands[1].operation == "constant"
        return call(f"{self.module}.linalg.matrix_power" if constant else "_matrix_power", *operands)

    def _frechet(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        operation, order, given = value.attributes
        directions = atom(tuple_text([text.text for text in operands[1 : 1 + given]]) if given else "()")
        function = atom(self._matrix_function(str(operation)))
        return call("_frechet", function, atom(str(order)), operands[0], directions, *operands[1 + given :])

    def _batch_frechet(self, value: Value, operands: Sequence[Text], scope: Scope) -> Text:
        return Text("_batch" + ArrayBackend._frechet(self, value, operands, scope).text, ATOM)

    def _matrix_function(self, operation: str) -> str:
        """What a function of a matrix is called, to be handed to another. Raises TensordiffError where there is none."""
        if operation in self.spelled:
            return self.spelled[operation]
        if "_" + operation not in self.helpers():
            raise self._missing(operation)
        return "_" + operation


def linear_algebra(module: str) -> dict[str, str]:
    """What libraries that follow NumPy spell alike."""
    names = {"inv": "inv", "det": "det", "solve": "solve", "cholesky_factor": "cholesky"}
    return {name: f"{module}.linalg.{function}" for name, function in names.items()}


def diagonal_subscripts(pattern: Sequence[int]) -> str:
    letters = "".join(letter(number) for number in pattern)
    return f"{letters}->{''.join(dict.fromkeys(letters))}"


def masked_diagonal(
    module: str,
    value: Value,
    operands: Sequence[Text],
    scope: Scope,
    eye: Callable[[str], str],
    number: Callable[[str], Text],
) -> Text:
    """add_diagonal without writing into an array: the entries where repeated axes agree, else zero; plus the base. `eye`
    makes a mask from the text of a size, `number` an array from that of a number."""
    pattern: tuple[int, ...] = value.attributes[0]
    rank = len(pattern)
    first = {label: pattern.index(label) for label in pattern}
    masks = [
        eye(extent_text(value.shape[axis], scope).text) + index_text({first[label], axis}, rank)
        for axis, label in enumerate(pattern)
        if first[label] != axis
    ]
    inner = value.operands[0]
    labels = list(first)[-inner.rank :] if inner.rank else []
    text = number(operands[0].text) if is_number(inner) else operands[0]
    entries = text.at_least(ATOM) + index_text({first[label] for label in labels}, rank) if labels else text.text
    spread = f"{module}.where({' & '.join(masks)}, {entries}, 0.0)"
    if inner.shape != tuple(value.shape[axis] for axis in first.values()):
        spread = f"{module}.broadcast_to({spread}, {scope.shape(value.shape)})"
    return atom(spread) if len(operands) == 1 else binary(operands[1], "+", SUM, atom(spread))


def index_text(places: set[int], rank: int) -> str:
    """The index that gives an array these axes of `rank`, new ones of length one between; leading ones are left out."""
    parts = [":" if axis in places else "None" for axis in range(min(places), rank)]
    while parts and parts[-1] == ":":
        parts.pop()
    return f"[{', '.join(parts)}]" if parts else ""


def letter(number: int) -> str:
    """The einsum letter of a label within one step: i, j, k, ..."""
    return "ijklmnopqrstuvwxyzabcdefghABCDEFGHIJKLMNOPQRSTUVWXYZ"[number]


def number_text(value: Any) -> Text:
    """An exact number: decimals where they are short, else a fraction. Raises EvaluationError for one that no float is near."""
    try:
        float(value)
    except OverflowError:
        raise EvaluationError("a number in the expression is larger than floating point numbers are (1.8e308)") from None
    if isinstance(value, Fraction):
        decimal = repr(float(value))
        if Fraction(decimal) == value and len(decimal) <= 8:
            value = float(value)
        else:
            return Text(f"{value.numerator} / {value.denominator}", PRODUCT)
    return Text(repr(value), ATOM if value >= 0 else UNARY)


def extent_text(extent: Extent, scope: Scope) -> Text:
    text = extent.text(scope.size)
    if text.isidentifier() or text.isdigit():
        return atom(text)
    return Text(text, SUM if len(extent.terms) > 1 else PRODUCT)
