"""Named Frechet derivatives of matrix functions, of any order, and their exact traces.

D^r f(A)[E_1, ..., E_r] is the r-th derivative of f at A in the directions E_1 ... E_r. Its tensor is evaluated by the
block-triangular matrix of Mathias (1996): with X_0 = A and X_s = I_2 kron X_(s-1) + N kron I kron E_s, N the shift
[[0, 1], [0, 0]], the top right block of f(X_r) is D^r f(A)[E_1 ... E_r] (Higham and Relton 2014, theorem 3.5).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from typing import Any

from tensordiff.errors import MissingRuleError
from tensordiff.functions.inverse import INVERSE
from tensordiff.functions.matrix_function import MatrixFunction
from tensordiff.functions.views import matrix_view
from tensordiff.tensor import Dim, Function, Tensor, add, apply, einsum

Label = tuple[str, int, int]
Direction = tuple[list[Label], list[Label]]
"""Labels of the rows and columns of one direction."""


class Frechet(Function):
    """D^r f(A) as a tensor with axes i, j, k1, l1, ..., kr, lr: d^r f(A)_ij / dA_k1l1 ... dA_krlr.

    Symmetric in the directions. Its derivative is the Frechet derivative of the next order. Further arguments of f (the
    exponent of a matrix power) are further arguments here.
    """

    head = "slope"

    def __init__(self, base: MatrixFunction, order: int) -> None:
        assert order >= 1
        self.base = base
        self.order = order
        self.name = f"D{'' if order == 1 else order}{base.name}"
        power = "" if order == 1 else f"^{{{order}}}"
        self.latex_name = rf"D{power}{base.latex_name or chr(92) + 'operatorname{' + base.name + '}'}"
        self.exponent_argument = base.exponent_argument

    @property
    def parameters(self) -> tuple[bytes | str | int, ...]:
        return (self.base.key, self.order)

    def result_dims(self, arguments: Sequence[Tensor]) -> tuple[Dim, ...]:
        return self.base.result_dims(arguments) * (1 + self.order)

    def derivative(self, arguments: Sequence[Tensor], position: int) -> Tensor:
        if position:
            raise MissingRuleError(f"{self.name}: no derivative rule by argument {position + 1}")
        return apply(Frechet(self.base, self.order + 1), *arguments)

    def simplify(self, arguments: Sequence[Tensor]) -> Tensor | None:
        """D f(A')_ij,kl = D f(A)_ji,lk, and the like for every simultaneous reordering of row and column axes."""
        if (view := matrix_view(arguments[0])) is None:
            return None
        core, axes = view
        labels = [block * core.rank + axis for block in range(1 + self.order) for axis in axes]
        return einsum([(apply(self, core, *arguments[1:]), labels)], range(len(labels)))

    def trace_rule(self, *arguments: Tensor) -> Tensor:
        """sum_i D^r f(A)_ii,k1l1,... = d^(r-1) f'(A)_l1k1 / dA_k2l2 ...: a tensor with axes k1, l1, ..., kr, lr. Exact, since
        the trace of a product may be turned. Raises MissingRuleError for a function that states no f'."""
        return self.base.trace_derivative(arguments, self.order)

    def evaluate(self, ops: Any, *args: Any) -> Any:
        a, *parameters = args
        return ops.like(ops.frechet(self.base.operation, self.order, ops.matricize(a), *parameters), a)


def directions(order: int, half: int) -> list[Direction]:
    """Labels of `order` directions with `half` row axes and as many column axes each."""
    return [([("k", r, p) for p in range(half)], [("l", r, p) for p in range(half)]) for r in range(order)]


def inverse_chain(value: Tensor, part: Callable[[int], Tensor | None], order: int) -> Tensor:
    """d^order inv(g)_ij / d(directions) as a tensor with axes i, j, k1, l1, ...: the sum over ordered partitions B_1 ... B_m
    of the directions of (-1)^m inv(g) g_B1 inv(g) ... g_Bm inv(g).

    `value` is g, and `part(r)` the tensor D^r g with axes a, b, k1, l1, ..., kr, lr, or None where it is zero.
    """
    half = value.rank // 2
    places = directions(order, half)
    inverse = apply(INVERSE, value)
    rows: list[Label] = [("i", 0, p) for p in range(half)]
    columns: list[Label] = [("j", 0, p) for p in range(half)]
    output = rows + columns + [label for pair in places for group in pair for label in group]
    terms: list[tuple[int, Tensor]] = []
    for partition in ordered_partitions(tuple(range(order))):
        tensors = [part(len(block)) for block in partition]
        factors: list[tuple[Tensor, list[Label]]] = []
        left = rows
        for number, (block, tensor) in enumerate(zip(partition, tensors, strict=True)):
            if tensor is None:
                break
            a: list[Label] = [("a", number, p) for p in range(half)]
            b: list[Label] = [("b", number, p) for p in range(half)]
            factors.append((inverse, left + a))
            factors.append((tensor, a + b + [label for r in block for group in places[r] for label in group]))
            left = b
        else:
            factors.append((inverse, left + columns))
            terms.append(((-1) ** len(partition), einsum(factors, output)))
    return add(terms, value.dims * (1 + order))


def ordered_partitions(items: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], ...]]:
    """All ways to split the items into a sequence of non-empty subsets."""
    if not items:
        yield ()
        return
    for count in range(1, len(items) + 1):
        for chosen in combinations(items, count):
            rest = tuple(item for item in items if item not in chosen)
            for following in ordered_partitions(rest):
                yield (chosen, *following)


def turned(matrix: Tensor, half: int) -> Tensor:
    """The tensor with its first two groups of axes exchanged."""
    rank = matrix.rank
    labels = (*range(half, 2 * half), *range(half), *range(2 * half, rank))
    return einsum([(matrix, labels)], tuple(range(rank)))
