"""The text language a second time: syntax trees, their text, and their values by NumPy.

Nothing here uses tensordiff, so that it is an independent truth. A value is a scalar (shape ()), a matrix (a column is
n-by-1, a row 1-by-n), or an array of three and more axes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
import scipy.linalg
import scipy.special

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Node:
    """One operation; `data` holds what is no operand (a number, a name, index letters, signs)."""

    op: str
    children: tuple[Node, ...] = ()
    data: Any = None

    def __repr__(self) -> str:
        return text(self)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))


def number(value: int | Fraction) -> Node:
    return Node("number", (), Fraction(value)) if value >= 0 else Node("negative", (number(-value),))


def name(word: str) -> Node:
    return Node("name", (), word)


def call(function: str, *operands: Node) -> Node:
    return Node("call", operands, function)


def walk(node: Node) -> Iterator[Node]:
    """The node and everything in it."""
    yield node
    for child in node.children:
        yield from walk(child)


def names_in(node: Node) -> set[str]:
    return {part.data for part in walk(node) if part.op == "name"}


# Text.

_CONTRACT, _SUM, _PRODUCT, _UNARY, _POSTFIX, _ATOM = range(6)
_LEVEL = {
    "contract": _CONTRACT, "add": _SUM, "*": _PRODUCT, ".*": _PRODUCT, "/": _PRODUCT, "./": _PRODUCT,
    "negative": _UNARY, "'": _POSTFIX, "^": _POSTFIX, ".^": _POSTFIX, "entry": _POSTFIX,
}  # fmt: skip


def text(node: Node) -> str:
    """The tree in text syntax, with brackets where precedence asks for them."""
    parts = node.children

    def inside(child: Node, level: int) -> str:
        plain = _LEVEL.get(child.op, _ATOM)
        return text(child) if plain >= level else f"({text(child)})"

    match node.op:
        case "number":
            whole = node.data.denominator == 1
            return str(node.data) if whole else f"({node.data})"
        case "name":
            return str(node.data)
        case "negative":
            return f"-{inside(parts[0], _UNARY)}"
        case "add":
            words = [inside(parts[0], _PRODUCT)]
            words += [f" {sign} {inside(part, _PRODUCT)}" for sign, part in zip(node.data[1:], parts[1:], strict=True)]
            return "".join(words)
        case "*" | ".*" | "/" | "./":
            left = inside(parts[0], _PRODUCT)
            space = " " if left[-1].isdigit() and node.op[0] == "." else ""
            return f"{left}{space}{node.op}{inside(parts[1], _UNARY + 1)}"
        case "'":
            return inside(parts[0], _POSTFIX) + "'"
        case "^" | ".^":
            base = inside(parts[0], _ATOM if parts[0].op in ("^", ".^") else _POSTFIX)
            space = " " if base[-1].isdigit() and node.op[0] == "." else ""
            exponent = parts[1]
            bare = exponent.op == "number" and exponent.data.denominator == 1
            return f"{base}{space}{node.op}{text(exponent) if bare else inside(exponent, _ATOM)}"
        case "call":
            return f"{node.data}({', '.join(inside(part, _SUM) for part in parts)})"
        case "entry":
            return f"{inside(parts[0], _ATOM)}[{','.join(map(str, node.data))}]"
        case "contract":
            return f"{inside(parts[0], _SUM)} -> [{','.join(node.data)}]"
        case "block":
            rows = [parts[k : k + node.data] for k in range(0, len(parts), node.data)]
            return "[" + "; ".join(", ".join(inside(part, _SUM) for part in row) for row in rows) + "]"
    raise AssertionError(node.op)


# Values.


class UnsuitableError(Exception):
    """The point lies outside the domain, on a kink, or where rounding errors are large."""


@dataclass
class Point:
    """Values for symbols, sizes and defined names, and what was met while evaluating."""

    arrays: Mapping[str, Any]
    sizes: Mapping[str, int]
    where: Mapping[str, Node] = field(default_factory=dict)
    largest: float = 0.0
    """The largest number met: rounding errors are relative to it."""
    singular: bool = False
    """Whether the determinant of a singular matrix was met, whose second derivative is not defined."""
    _named: dict[str, Array] = field(default_factory=dict)

    def lookup(self, word: str) -> Array:
        if word == "pi":
            return np.array(np.pi)
        if word in self.arrays:
            return as_value(self.arrays[word])
        if word in self.sizes:
            return np.array(float(self.sizes[word]))
        if word not in self._named:
            self._named[word] = value(self.where[word], self)
        return self._named[word]

    def moved(self, word: str, array: Array) -> Point:
        return Point({**self.arrays, word: array}, self.sizes, self.where)

    def met(self, result: Array) -> Array:
        if not np.all(np.isfinite(result)):
            raise UnsuitableError("not finite")
        self.largest = max(self.largest, float(np.max(np.abs(result), initial=0.0)))
        if self.largest > 1e5:
            raise UnsuitableError("large")
        return result


def as_value(array: Any) -> Array:
    """A column for one axis, a scalar for a single entry."""
    array = np.asarray(array)
    if array.ndim == 1:
        array = array[:, None]
    return array.reshape(()) if array.size == 1 and array.ndim <= 2 else array


def _away_from(x: Array, kinks: Sequence[float] = (0.0,)) -> Array:
    if any(np.any(np.abs(x - kink) < 1e-3) for kink in kinks):
        raise UnsuitableError("on a kink or the edge of a domain")
    return x


def _sign(x: Array) -> Array:
    return np.sign(_away_from(x).real).astype(x.dtype)


def _positive(x: Array) -> Array:
    if np.any(x.real < 1e-2):
        raise UnsuitableError("not positive")
    return x


def _open_unit(x: Array) -> Array:
    if np.any(np.abs(x) > 0.98):
        raise UnsuitableError("beyond 1")
    return x


def _abs(x: Array) -> Array:
    return x * _sign(x)


def _step(x: Array) -> Array:
    return (1 + _sign(x)) / 2


ELEMENTWISE: dict[str, Callable[[Array], Array]] = {
    "exp": np.exp,
    "log": lambda x: np.log(_positive(x)),
    "log1p": lambda x: np.log(_positive(1 + x)),
    "expm1": lambda x: np.exp(x) - 1,
    "sin": np.sin,
    "cos": np.cos,
    "tan": lambda x: np.sin(x) / _away_from(np.cos(x)),
    "arcsin": lambda x: np.arcsin(_open_unit(x)),
    "arccos": lambda x: np.pi / 2 - np.arcsin(_open_unit(x)),
    "arctan": np.arctan,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "tanh": np.tanh,
    "sqrt": lambda x: np.sqrt(_positive(x)),
    "cbrt": lambda x: _sign(x) * _abs(x) ** (1 / 3),
    "abs": _abs,
    "sign": _sign,
    "relu": lambda x: x * _step(x),
    "step": _step,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "softplus": lambda x: np.log(1 + np.exp(x)),
    "erf": scipy.special.erf,
    "gelu": lambda x: x * (1 + scipy.special.erf(x / np.sqrt(2))) / 2,
    "square": lambda x: x * x,
    "reciprocal": lambda x: 1 / _away_from(x),
}
"""Each is analytic beside its kinks, so that a complex step differentiates it."""

KINKED = ("abs", "sign", "relu", "step", "cbrt", "max", "min", "norm1")
SPECTRAL = ("expm", "logm", "sqrtm")


def _larger(x: Array, y: Array) -> Array:
    return (x + y + _abs(x - y)) / 2


def _smaller(x: Array, y: Array) -> Array:
    return (x + y - _abs(x - y)) / 2


def _power(x: Array, exponent: Array) -> Array:
    whole = exponent.ndim == 0 and np.isreal(exponent) and float(exponent.real).is_integer()
    if not whole:
        return np.asarray(np.exp(exponent * np.log(_positive(x))))
    k = int(exponent.real)
    base = x if k >= 0 else 1 / _away_from(x)
    result = np.ones_like(base)
    for _ in range(abs(k)):
        result = result * base
    return result


def _matrix(x: Array) -> Array:
    return x.reshape(1, 1) if x.ndim == 0 else x


def _zeros_sized(rows: list[list[Array]]) -> list[list[Array]]:
    """The blocks with each number 0 as zeros of the size that the others in its row and column have."""
    heights = [max(len(x) for x in row) for row in rows]
    widths = [max(x.shape[1] for x in column) for column in zip(*rows, strict=True)]
    return [
        [np.zeros((h, w)) if x.shape == (1, 1) and not x.any() else x for x, w in zip(row, widths, strict=True)]
        for row, h in zip(rows, heights, strict=True)
    ]


def _regular(x: Array) -> Array:
    x = _matrix(x)
    if np.linalg.cond(x.real) > 1e3:
        raise UnsuitableError("nearly singular")
    return x


def column(x: Array) -> Array:
    """vec: the columns one below the other."""
    return _matrix(x).reshape(-1, 1, order="F")


def _vech(x: Array) -> Array:
    return np.concatenate([x[j:, j] for j in range(len(x))])[:, None]


def _diag(x: Array) -> Array:
    return np.diag(x.ravel()) if 1 in x.shape else np.diag(x)[:, None]


def _adjugate(x: Array) -> Array:
    n = len(x)
    minors = [[np.delete(np.delete(x, j, 0), i, 1) for j in range(n)] for i in range(n)]
    return np.array([[(-1) ** (i + j) * np.linalg.det(minors[i][j]) for j in range(n)] for i in range(n)])


def _softmax(x: Array, axis: Array | None = None) -> Array:
    e = np.exp(x)
    return e / (e.sum() if axis is None else e.sum(_whole(axis) - 1, keepdims=True))


def _logsumexp(x: Array, axis: Array | None = None) -> Array:
    e = np.exp(x)
    return np.log(e.sum() if axis is None else e.sum(_whole(axis) - 1, keepdims=True))


def _sum(x: Array, axis: Array | None = None) -> Array:
    return np.asarray(x.sum() if axis is None else x.sum(_whole(axis) - 1, keepdims=True))


def _mean(x: Array, axis: Array | None = None) -> Array:
    return np.asarray(x.mean() if axis is None else x.mean(_whole(axis) - 1, keepdims=True))


def _near(x: Array) -> Array:
    """The argument of logm or sqrtm, away from where these do not exist."""
    if np.any(np.linalg.eigvals(x.real).real < 0.05):
        raise UnsuitableError("no principal value")
    return x


def triangle(n: int) -> list[tuple[int, int]]:
    """The places of the lower triangle in column order."""
    return [(i, j) for j in range(n) for i in range(j, n)]


def commutation(m: int, n: int) -> Array:
    """K(m,n) vec(A) = vec(A') for A m-by-n."""
    matrix = np.zeros((m * n, m * n))
    for i in range(m):
        for j in range(n):
            matrix[i * n + j, j * m + i] = 1
    return matrix


def duplication(n: int) -> Array:
    matrix = np.zeros((n * n, n * (n + 1) // 2))
    for place, (i, j) in enumerate(triangle(n)):
        matrix[j * n + i, place] = matrix[i * n + j, place] = 1
    return matrix


def skew_duplication(n: int) -> Array:
    below = [(i, j) for j in range(n) for i in range(j + 1, n)]
    matrix = np.zeros((n * n, len(below)))
    for place, (i, j) in enumerate(below):
        matrix[j * n + i, place], matrix[i * n + j, place] = 1, -1
    return matrix


def elimination(n: int) -> Array:
    matrix = np.zeros((n * (n + 1) // 2, n * n))
    for place, (i, j) in enumerate(triangle(n)):
        matrix[place, j * n + i] = 1
    return matrix


def _whole(x: Array) -> int:
    assert float(x).is_integer()
    return int(x)


SIZED: dict[str, Callable[..., Array]] = {
    "eye": np.eye,
    "ones": lambda n, m=1: np.ones((n, m)),
    "zeros": lambda n, m=1: np.zeros((n, m)),
    "tril": lambda n: np.tril(np.ones((n, n))),
    "triu": lambda n: np.triu(np.ones((n, n))),
    "K": lambda m, n=None: commutation(m, m if n is None else n),
    "D": duplication,
    "Dskew": skew_duplication,
    "L": elimination,
    "unit": lambda n, k: np.eye(n)[:, [k - 1]],
}

WHOLE: dict[str, Callable[..., Array]] = {
    "inv": lambda x: np.linalg.inv(_regular(x)),
    "tr": lambda x: np.trace(_matrix(x)),
    "det": lambda x: np.linalg.det(_matrix(x)),
    "logdet": lambda x: np.log(_abs(np.linalg.det(_regular(x)))),
    "adj": _adjugate,
    "expm": lambda x: scipy.linalg.expm(x),
    "logm": lambda x: scipy.linalg.logm(_near(x)),
    "sqrtm": lambda x: scipy.linalg.sqrtm(_near(x)),
    "sum": _sum,
    "mean": _mean,
    "norm1": lambda x: _abs(x).sum(),
    "norm2": lambda x: np.sqrt(_positive((x * x).sum())),
    "diag": _diag,
    "vec": column,
    "vech": _vech,
    "kron": lambda *xs: _kron(xs),
    "softmax": _softmax,
    "logsumexp": _logsumexp,
    "max": _larger,
    "min": _smaller,
}


def _kron(operands: Sequence[Array]) -> Array:
    result = _matrix(operands[0])
    for operand in operands[1:]:
        result = np.kron(result, _matrix(operand))
    return result


def value(node: Node, point: Point) -> Array:
    """The value of a closed tree. Raises UnsuitableError."""
    with np.errstate(all="ignore"):
        return point.met(as_value(_value(node, point)))


def _value(node: Node, point: Point) -> Array:
    if node.op == "contract":
        return _contract(node, point)
    if node.op == "call" and node.data in SIZED:
        return SIZED[node.data](*(_whole(value(part, point)) for part in node.children))
    parts = [value(part, point) for part in node.children]
    if node.op == "entry":
        return np.asarray(parts[0].reshape(_axes(parts[0], node.data))[tuple(place - 1 for place in node.data)])
    if node.op == "call" and node.data in ("det", "adj") and np.linalg.cond(_matrix(parts[0]).real) > 1e3:
        point.singular = True
    if node.op == "call" and node.data in WHOLE:
        return np.asarray(WHOLE[node.data](*parts))
    if node.op == "^" and parts[0].ndim:
        k = _whole(parts[1].real)
        return np.linalg.matrix_power(parts[0] if k >= 0 else _regular(parts[0]), k)
    if node.op == "block":
        rows = [[_matrix(x) for x in parts[k : k + node.data]] for k in range(0, len(parts), node.data)]
        return np.block(_zeros_sized(rows))
    return _operation(node, parts, point)


def _operation(node: Node, parts: list[Array], point: Point) -> Array:
    """The operations that mean the same for matrices and, entry by entry, inside index notation."""
    match node.op:
        case "number":
            return np.array(float(node.data))
        case "name":
            return point.lookup(node.data)
        case "negative":
            return -parts[0]
        case "add":
            _same_shape(parts)
            return sum(part if sign == "+" else -part for sign, part in zip(node.data, parts, strict=True))
        case "*":
            both = parts[0].ndim and parts[1].ndim
            return parts[0] @ parts[1] if both else parts[0] * parts[1]
        case ".*":
            _same_shape(parts)
            return parts[0] * parts[1]
        case "/" | "./":
            assert parts[1].ndim == 0 or node.op == "./"
            _same_shape(parts)
            return parts[0] / _away_from(parts[1])
        case "'":
            return parts[0].T
        case "^" | ".^":
            _same_shape(parts)
            return _power(*parts)
        case "call":
            return ELEMENTWISE[node.data](parts[0])
    raise AssertionError(node.op)


def _same_shape(parts: Sequence[Array]) -> None:
    assert len({part.shape for part in parts if part.ndim}) <= 1, "operands of different shapes"


def _axes(x: Array, letters: Sequence[Any]) -> tuple[int, ...]:
    return x.shape if x.ndim == len(letters) else tuple(size for size in x.shape if size != 1)


# Index notation: a value with one axis for each open letter.

Open = tuple[tuple[str, ...], Array]


def _contract(node: Node, point: Point) -> Array:
    letters: tuple[str, ...] = node.data
    terms = [(sign, _open(term, point)) for sign, term in _terms(node.children[0])]
    lengths = {letter: size for _, (axes, x) in terms for letter, size in zip(axes, x.shape, strict=True)}
    total = np.zeros([lengths[letter] for letter in letters])
    for sign, (axes, x) in terms:
        summed = x.sum(tuple(place for place, letter in enumerate(axes) if letter not in letters))
        kept = tuple(letter for letter in axes if letter in letters)
        total = total + sign * _spread((kept, summed), letters)
    return total


def _terms(node: Node) -> list[tuple[int, Node]]:
    if node.op == "negative":
        return [(-sign, term) for sign, term in _terms(node.children[0])]
    if node.op != "add":
        return [(1, node)]
    found = []
    for sign, part in zip(node.data, node.children, strict=True):
        found += [(inner if sign == "+" else -inner, term) for inner, term in _terms(part)]
    return found


def _spread(given: Open, letters: Sequence[str]) -> Array:
    """The array with its axes in the order of `letters`, of length 1 for those it lacks."""
    axes, x = given
    order = [axes.index(letter) for letter in letters if letter in axes]
    x = np.transpose(x, order)
    return x.reshape([x.shape[order.index(axes.index(a))] if a in axes else 1 for a in letters])


def _open(node: Node, point: Point) -> Open:
    if node.op == "entry":
        return _entry(node, point)
    if node.op == "contract" or not any(part.op == "entry" for part in walk(node)):
        closed = value(node, point)
        assert closed.ndim == 0, "a matrix among entries"
        return (), closed
    parts = [_open(part, point) for part in node.children]
    letters = tuple(dict.fromkeys(letter for axes, _ in parts for letter in axes))
    arrays = [_spread(part, letters) for part in parts]
    if node.op == "call" and node.data in ("max", "min"):
        result = WHOLE[node.data](*arrays)
    elif node.op in ("*", ".*"):
        result = arrays[0] * arrays[1]
    elif node.op in ("/", "./"):
        result = arrays[0] / _away_from(arrays[1])
    elif node.op == "add":
        result = sum(x if sign == "+" else -x for sign, x in zip(node.data, arrays, strict=True))
    elif node.op in ("^", ".^"):
        result = _power(arrays[0], arrays[1].reshape(()) if arrays[1].size == 1 else arrays[1])
    else:
        result = _operation(node, arrays, point)
    return letters, point.met(np.asarray(result))


def _entry(node: Node, point: Point) -> Open:
    x = value(node.children[0], point)
    x = x.reshape(_axes(x, node.data))
    for place in reversed(range(len(node.data))):
        if isinstance(node.data[place], int):
            x = np.take(x, node.data[place] - 1, axis=place)
    axes = [letter for letter in node.data if isinstance(letter, str)]
    distinct = list(dict.fromkeys(axes))
    operand = [distinct.index(letter) for letter in axes]
    return tuple(distinct), np.einsum(x, operand, list(range(len(distinct))))
