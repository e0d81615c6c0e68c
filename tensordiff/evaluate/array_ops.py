"""What all operations on NumPy arrays share, whatever the entries are: shapes, pairwise contraction, constants."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from fractions import Fraction
from itertools import combinations, combinations_with_replacement, permutations
from math import prod
from typing import Any, Self

import numpy as np

from tensordiff.errors import EvaluationError
from tensordiff.tensor import Dim, Extent

Array = np.ndarray[Any, Any]
Labels = tuple[int, ...]


class ArrayOps(ABC):
    """Operations on arrays of one kind of entry. A subclass says how entries are made, multiplied and summed."""

    def __init__(self, sizes: Mapping[str, int] | None = None) -> None:
        self.sizes = dict(sizes or {})

    def with_sizes(self, sizes: Mapping[str, int]) -> Self:
        """The same operations with numbers for the named dimensions."""
        made = object.__new__(type(self))
        made.__dict__.update(self.__dict__)
        made.sizes = dict(sizes)
        return made

    def context(self) -> AbstractContextManager[Any]:
        """Held while an expression is evaluated (warnings, precision)."""
        return nullcontext()

    # what the entries are

    @abstractmethod
    def literal(self, array: Any) -> Array:
        """An array of numbers (floats, integers, Fractions) as an array of entries."""

    @abstractmethod
    def constant(self, value: int | Fraction | float) -> Array: ...

    @abstractmethod
    def multiply(self, a: Array, b: Array) -> Array: ...

    @abstractmethod
    def add(self, a: Array, b: Array) -> Array: ...

    @abstractmethod
    def sum(self, a: Array, axes: tuple[int, ...]) -> Array: ...

    def total(self, a: Array, count: int) -> Array:
        """The sum over the first axes."""
        return self.sum(a, tuple(range(count)))

    @abstractmethod
    def matmul(self, a: Array, b: Array) -> Array:
        """Matrix product over the last two axes, batched over one leading axis."""

    def stacked(self, operation: str, value: Array) -> Array:
        """A function of every matrix on the last two axes."""
        *places, rows, columns = value.shape
        function = getattr(self, "slogdet" if operation == "logdet" else operation)
        matrices = value.reshape((-1, rows, columns))
        values = [function(matrix)[1] if operation == "logdet" else function(matrix) for matrix in matrices]
        shape = () if operation in ("det", "logdet") else (rows, columns)
        return np.stack(values).reshape((*places, *shape)) if values else self.zeros((*places, *shape))

    # sizes and constants

    def size(self, dim: Dim) -> int:
        return dim.size(self.sizes)

    def zeros(self, shape: Sequence[int]) -> Array:
        return self.literal(np.zeros(tuple(shape), dtype=np.int64))

    def eye(self, size: int) -> Array:
        return self.literal(np.eye(int(size), dtype=np.int64))

    def duplication(self, size: int) -> Array:
        return self.literal(duplication(int(size)))

    def skew_duplication(self, size: int) -> Array:
        return self.literal(skew_duplication(int(size)))

    def diagonals(self, size: int) -> Array:
        n = int(size)
        rows, columns = np.indices((n, n))
        made = np.zeros((n, n, 2 * n), dtype=np.int64)
        made[rows, columns, rows - columns + n] = 1
        return self.literal(made)

    def elimination(self, size: int) -> Array:
        return self.literal(elimination(int(size)))

    def lower_mask(self, size: int) -> Array:
        return self.literal(np.tri(int(size), dtype=np.int64))

    def upper_mask(self, size: int) -> Array:
        return self.literal(np.tri(int(size), dtype=np.int64).T)

    def unit(self, size: int, k: int) -> Array:
        if k > size:
            raise EvaluationError(f"index {k} is outside 1..{size}")
        return self.literal(np.eye(int(size), dtype=np.int64)[k - 1])

    def inclusion(self, whole: Dim, start: Extent, part: Sequence[Dim]) -> Array:
        first, lengths = start.value(self.sizes), [self.size(dim) for dim in part]
        return self.literal(np.eye(self.size(whole), prod(lengths), -first, dtype=np.int64).reshape(-1, *lengths))

    # shapes

    def transpose(self, value: Array, axes: Sequence[int] | None = None) -> Array:
        return np.transpose(value, axes)

    def reshape(self, value: Array, shape: Sequence[int]) -> Array:
        return np.reshape(value, tuple(int(n) for n in shape))

    def block(self, rows: Sequence[Sequence[Array]]) -> Array:
        return np.block([list(row) for row in rows])

    def matricize(self, value: Array) -> Array:
        half = value.ndim // 2
        return value.reshape(prod(value.shape[:half]), prod(value.shape[half:]))

    def like(self, matrix: Array, value: Array) -> Array:
        return matrix.reshape(value.shape * (matrix.ndim // 2))

    # contraction

    def collapse(self, value: Array, labels: Labels, kept: frozenset[int]) -> tuple[Array, Labels]:
        """Repeated labels made a diagonal, labels that are not kept summed; the labels that are left, each once."""
        distinct = tuple(dict.fromkeys(labels))
        if len(distinct) < len(labels):
            strides = [sum(s for s, x in zip(value.strides, labels, strict=True) if x == label) for label in distinct]
            shape = [value.shape[labels.index(label)] for label in distinct]
            value = np.lib.stride_tricks.as_strided(value, shape, strides, writeable=False)
        summed = tuple(axis for axis, label in enumerate(distinct) if label not in kept)
        if summed:
            value = self.sum(value, summed)
        return value, tuple(label for label in distinct if label in kept)

    def contract(self, a: Array, labels_a: Labels, b: Array, labels_b: Labels, kept: frozenset[int]) -> tuple[Array, Labels]:
        """The product of two arrays summed over the shared labels that are not kept; and the labels of the result.

        Labels are distinct in each array, and those of one array alone are kept.
        """
        batch = [x for x in labels_a if x in labels_b and x in kept]
        inner = [x for x in labels_a if x in labels_b and x not in kept]
        left = [x for x in labels_a if x not in labels_b]
        right = [x for x in labels_b if x not in labels_a]
        length = dict(zip(labels_a + labels_b, a.shape + b.shape, strict=True))
        a = a.transpose([labels_a.index(x) for x in batch + left + inner])
        b = b.transpose([labels_b.index(x) for x in batch + inner + right])
        sizes = [prod(length[x] for x in group) for group in (batch, left, inner, right)]
        a = a.reshape(sizes[0], sizes[1], sizes[2])
        b = b.reshape(sizes[0], sizes[2], sizes[3])
        made = self.matmul(a, b) if inner else self.multiply(a, b)
        labels = (*batch, *left, *right)
        return made.reshape([length[x] for x in labels]), labels

    def spread(self, value: Array, labels: Labels, output: Labels, length: Mapping[int, int]) -> Array:
        """The array on the output labels: permuted, broadcast along labels that it lacks, zero off the diagonal of
        repeated ones."""
        distinct = tuple(dict.fromkeys(output))
        have = [label for label in distinct if label in labels]
        value = value.transpose([labels.index(label) for label in have])
        shape = [length[label] for label in distinct]
        value = value.reshape([length[label] if label in labels else 1 for label in distinct])
        if len(distinct) == len(output):
            return np.broadcast_to(value, shape) if have != list(distinct) else value
        made = self.zeros([length[label] for label in output])
        strides = [sum(s for s, x in zip(made.strides, output, strict=True) if x == label) for label in distinct]
        np.lib.stride_tricks.as_strided(made, shape, strides)[...] = value
        return made

    # inverses

    @abstractmethod
    def inv(self, matrix: Array) -> Array: ...

    def pinv(self, matrix: Array) -> Array:
        """inv(A'A) A' or A' inv(A A'), by the shape."""
        rows, columns = matrix.shape
        turned = np.transpose(matrix)
        if rows >= columns:
            return self.matmul(self.inv(self.matmul(turned, matrix)), turned)
        return self.matmul(turned, self.inv(self.matmul(matrix, turned)))

    # derivatives of matrix functions

    def frechet(self, operation: str, order: int, matrix: Array, *parameters: Any) -> Array:
        """The block-triangular matrix of Mathias (1996) for every direction; symmetric in the directions."""
        function = getattr(self, operation)
        n = matrix.shape[0]
        made = self.zeros((n, n) * (1 + order))
        zero, units = self.zeros((n, n)), [self.zeros((n, n)) for _ in range(n * n)]
        for place, unit in enumerate(units):
            unit[divmod(place, n)] = self.constant(1)[()]
        for places in combinations_with_replacement(range(n * n), order):
            big = matrix
            for step, place in enumerate(places):
                direction = _block_diagonal(units[place], 2**step, zero)
                big = np.block([[big, direction], [np.broadcast_to(zero[:1, :1], big.shape), big]])
            corner = function(big, *parameters)[:n, -n:]
            for arrangement in set(permutations(places)):
                index = tuple(i for place in arrangement for i in divmod(place, n))
                made[(slice(None), slice(None), *index)] = corner
        return made


def _block_diagonal(block: Array, copies: int, zero: Array) -> Array:
    return np.block([[block if row == column else zero for column in range(copies)] for row in range(copies)])


def duplication(n: int) -> Array:
    """D_{(j,i),a} with axes (n, n, n(n+1)/2): column j, row i, place a in the column order of the lower triangle."""
    made = np.zeros((n, n, n * (n + 1) // 2), dtype=np.int64)
    for place, (j, i) in enumerate(combinations_with_replacement(range(n), 2)):
        made[j, i, place] = made[i, j, place] = 1
    return made


def skew_duplication(n: int) -> Array:
    """Axes (n, n, n(n-1)/2): 1 at (j, i) and -1 at (i, j) for the place of (i, j), i > j, in the strict lower triangle."""
    made = np.zeros((n, n, n * (n - 1) // 2), dtype=np.int64)
    for place, (j, i) in enumerate(combinations(range(n), 2)):
        made[j, i, place], made[i, j, place] = 1, -1
    return made


def elimination(n: int) -> Array:
    """L_{a,(j,i)} with axes (n(n+1)/2, n, n): place a, column j, row i, for i >= j."""
    made = np.zeros((n * (n + 1) // 2, n, n), dtype=np.int64)
    for place, (j, i) in enumerate(combinations_with_replacement(range(n), 2)):
        made[place, j, i] = 1
    return made
