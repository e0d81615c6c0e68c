"""A plain interpreter of the index form: numpy.einsum for every product, NumPy and SciPy for every function.

It shares nothing with tensordiff's own programs, so that tests have an independent truth:

    value(tensor, {"A": array}, {"n": 3}) -> array
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product as cartesian
from typing import Any

import numpy as np
import scipy.linalg
import scipy.special
from scipy.special import logsumexp, softmax

from tensordiff.tensor import Apply, Einsum, Named, Sum, Symbol, Tensor, bottom_up

Array = np.ndarray


def _logaddexp0(x: Array) -> Array:
    return np.where(x.real > 0, x + np.log1p(np.exp(-np.abs(x))), np.log1p(np.exp(-np.abs(x))))


ELEMENTWISE: dict[str, Callable[..., Any]] = {
    "exp": np.exp,
    "log": np.log,
    "log1p": np.log1p,
    "expm1": np.expm1,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "arcsin": np.arcsin,
    "arccos": np.arccos,
    "arctan": np.arctan,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "tanh": np.tanh,
    "arsinh": np.arcsinh,
    "arcosh": np.arccosh,
    "artanh": np.arctanh,
    "sqrt": np.sqrt,
    "cbrt": np.cbrt,
    "abs": np.abs,
    "sign": np.sign,
    "relu": lambda x: np.maximum(x, 0),
    "step": lambda x: (1 + np.sign(x)) / 2,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "softplus": _logaddexp0,
    "erf": scipy.special.erf,
    "gelu": lambda x: x * (1 + scipy.special.erf(x / np.sqrt(2))) / 2,
    "square": lambda x: x * x,
    "reciprocal": lambda x: 1 / x,
    "log2": np.log2,
    "log10": np.log10,
    "silu": lambda x: x / (1 + np.exp(-x)),
    "logsigmoid": lambda x: -_logaddexp0(-x),
    "logcosh": lambda x: np.log(np.cosh(x)),
    "sec": lambda x: 1 / np.cos(x),
    "csc": lambda x: 1 / np.sin(x),
    "cot": lambda x: 1 / np.tan(x),
    "gammaln": scipy.special.gammaln,
    "digamma": scipy.special.digamma,
    "polygamma": lambda k, x: scipy.special.polygamma(int(k), x),
    "erfc": scipy.special.erfc,
    "erfinv": scipy.special.erfinv,
    "normcdf": scipy.special.ndtr,
    "normpdf": lambda x: np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi),
    "logit": scipy.special.logit,
    "logaddexp": np.logaddexp,
    "xlogy": scipy.special.xlogy,
    "hypot": np.hypot,
    "atan2": np.arctan2,
    "clip": lambda x, d: np.sign(x) * np.minimum(np.abs(x), d),
    "greater": lambda a, b: (a > b) + 0.0,
    "greater_equal": lambda a, b: (a >= b) + 0.0,
    "less": lambda a, b: (a < b) + 0.0,
    "less_equal": lambda a, b: (a <= b) + 0.0,
    "where": lambda c, a, b: np.where(c > 0, a, b) + 0.0,
    "huber": lambda x, d: np.where(np.abs(x) <= d, x**2 / 2, d * (np.abs(x) - d / 2)),
    "max": np.maximum,
    "min": np.minimum,
    "power": lambda x, p: np.power(x, p),
}
"""Functions of every entry, by name. A test may add its own."""


def _adjugate(a: Array) -> Array:
    """Cofactors, transposed: right for singular matrices too."""
    n = len(a)
    out = np.empty_like(a)
    for i, j in cartesian(range(n), range(n)):
        minor = np.delete(np.delete(a, i, 0), j, 1)
        out[j, i] = (-1) ** (i + j) * (np.linalg.det(minor) if n > 1 else 1)
    return out


def _matrix_power(a: Array, exponent: Any) -> Array:
    k = round(float(np.real(exponent)))
    assert abs(k - exponent) < 1e-9, "the exponent of a matrix is an integer"
    return np.linalg.matrix_power(a, k)


def _sqrtm(a: Array) -> Array:
    """Older releases of SciPy give real roots with complex entries."""
    root = scipy.linalg.sqrtm(a)
    return root.real if np.isrealobj(a) and np.allclose(np.imag(root), 0, atol=1e-9 * np.abs(root).max(initial=0)) else root


MATRIX: dict[str, Callable[..., Any]] = {
    "inv": np.linalg.inv,
    "det": np.linalg.det,
    "logdet": lambda a: np.linalg.slogdet(a)[1],
    "adj": _adjugate,
    "expm": scipy.linalg.expm,
    "logm": scipy.linalg.logm,
    "sqrtm": _sqrtm,
    "matpow": _matrix_power,
    "chol": np.linalg.cholesky,
}
"""Functions of one square matrix, by name; the axes of an argument with two groups are flattened group by group."""


ALONG: dict[str, Callable[..., Any]] = {"softmax": softmax, "logsumexp": logsumexp}
"""Functions of the first axes of an argument, by name."""


def triangular_places(n: int) -> list[tuple[int, int]]:
    """The entries (i, j) of the lower triangle in column order."""
    return [(i, j) for j in range(n) for i in range(j, n)]


def _duplication(n: int) -> Array:
    out = np.zeros((n, n, n * (n + 1) // 2))
    for a, (i, j) in enumerate(triangular_places(n)):
        out[j, i, a] = out[i, j, a] = 1
    return out


def _skew_duplication(n: int) -> Array:
    places = [(i, j) for i, j in triangular_places(n) if i > j]
    out = np.zeros((n, n, len(places)))
    for a, (i, j) in enumerate(places):
        out[j, i, a], out[i, j, a] = 1, -1
    return out


def _elimination(n: int) -> Array:
    out = np.zeros((n * (n + 1) // 2, n, n))
    for a, (i, j) in enumerate(triangular_places(n)):
        out[a, j, i] = 1
    return out


def _inclusion(function: Any, sizes: Mapping[str, int]) -> Array:
    """Axes (whole, *part), a 1 for every place of the part."""
    lengths = [dim.size(sizes) for dim in function.part]
    made = np.zeros([function.whole.size(sizes), *lengths])
    for place, inner in enumerate(np.ndindex(*lengths)):
        made[(function.start.value(sizes) + place, *inner)] = 1
    return made


CONSTANTS: dict[str, Callable[..., Any]] = {
    "pi": lambda function, n: np.array(np.pi),
    "D": lambda function, n: _duplication(n),
    "Dskew": lambda function, n: _skew_duplication(n),
    "L": lambda function, n: _elimination(n),
    "tril": lambda function, n: np.tril(np.ones((n, n))),
    "triu": lambda function, n: np.triu(np.ones((n, n))),
    "unit": lambda function, n: np.eye(n)[function.k - 1],
    "inclusion": _inclusion,
}


def value(
    tensor: Tensor,
    arrays: Mapping[str, Any],
    sizes: Mapping[str, int],
    *,
    memo: dict[Any, Array] | None = None,
) -> Array:
    """The array of a tensor: axes as in `tensor.dims`. `arrays` by symbol name, `sizes` by the name of a dimension."""
    given = {name: np.asarray(array) for name, array in arrays.items()}

    def visit(node: Tensor, children: tuple[Array, ...]) -> Array:
        match node:
            case Symbol():
                return given[node.name].reshape([dim.size(sizes) for dim in node.dims])
            case Named():
                return children[0]
            case Sum():
                start = np.zeros([dim.size(sizes) for dim in node.dims])
                return sum((float(c) * child for c, child in zip(node.coefficients, children, strict=True)), start)
            case Einsum():
                return _product(node, children, sizes)
            case Apply():
                result = _apply(node, children, sizes)
                expected = tuple(dim.size(sizes) for dim in node.dims)
                assert result.shape == expected, f"{node.function.name}: {result.shape} for {expected}"
                return result
        raise AssertionError(f"no value for {node!r}")

    return np.asarray(bottom_up(tensor, visit, memo))


def _product(node: Einsum, children: tuple[Array, ...], sizes: Mapping[str, int]) -> Array:
    lengths = [dim.size(sizes) for dim in node.index_dims]
    assert len(lengths) <= 52, "too many indices for numpy.einsum"
    operands: list[Any] = []
    used: set[int] = set()
    for child, (_, indices) in zip(children, node.factors, strict=True):
        operands.extend((child, list(indices)))
        used.update(indices)
    for index, length in enumerate(lengths):
        if index not in used:
            operands.extend((np.ones(length), [index]))
    distinct = list(dict.fromkeys(node.output))
    result = np.einsum(*operands, distinct, optimize=len(node.factors) > 2) if operands else np.array(1.0)
    if len(distinct) == len(node.output):
        return result
    out = np.zeros([lengths[i] for i in node.output], result.dtype)
    places = np.indices([lengths[i] for i in distinct])
    out[tuple(places[distinct.index(i)] for i in node.output)] = result
    return out


def _apply(node: Apply, children: tuple[Array, ...], sizes: Mapping[str, int]) -> Array:
    function: Any = node.function
    name = function.name
    if not children:
        size = sizes if name == "inclusion" else node.dims[-1 if name == "L" else 0].size(sizes) if node.dims else 0
        return CONSTANTS[name](function, size)
    if name in ELEMENTWISE:
        return np.asarray(ELEMENTWISE[name](*children))
    if name == "pinv":
        return np.linalg.pinv(children[0])
    if name in ALONG:
        return np.asarray(ALONG[name](children[0], axis=tuple(range(function.count))))
    half = children[0].ndim // 2
    length = int(np.prod(children[0].shape[:half]))
    square = children[0].reshape(length, length)
    if name in MATRIX:
        result = np.asarray(MATRIX[name](square, *children[1:]))
        return result.reshape(children[0].shape) if result.ndim else result
    if type(function).__name__ == "Frechet":
        base = MATRIX[function.base.name]
        result = frechet(lambda a: base(a, *children[1:]), square, function.order)
        if np.ndim(base(square, *children[1:])) == 0:
            raise AssertionError("a Frechet derivative of a scalar function")
        return result.reshape(children[0].shape * (1 + function.order))
    raise AssertionError(f"no plain evaluation of {name}: add it to the tables of tests/reference.py")


def frechet(base: Callable[[Array], Any], a: Array, order: int) -> Array:
    """D^order f(A) with axes i, j, k1, l1, ..., from the block-triangular matrix of Mathias (1996), entry by entry."""
    n = len(a)
    out = np.zeros((n,) * (2 + 2 * order), np.result_type(a, float))
    shift = np.array([[0.0, 1.0], [0.0, 0.0]])
    for place in cartesian(range(n), repeat=2 * order):
        block = a
        for step in range(order):
            direction = np.zeros((n, n))
            direction[place[2 * step], place[2 * step + 1]] = 1
            width = len(block) // n
            block = np.kron(np.eye(2), block) + np.kron(shift, np.kron(np.eye(width), direction))
        out[(slice(None), slice(None), *place)] = np.asarray(base(block))[:n, -n:]
    return out
