"""log(sum(exp(x))) and its derivative exp(x)/sum(exp(x)), along some of the axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tensordiff.functions.power import EXP, LOG, power
from tensordiff.tensor import Bounds, Dim, Function, Tensor, add, apply, einsum, ones


class AlongAxes(Function):
    """A function of the first `count` axes of its argument; each place on the further axes has its own value."""

    def __init__(self, count: int, *, relative: bool = False) -> None:
        self.count = count
        self.relative = relative
        """Whether weighted sums of exponentials are written relative to the sum of all, so that none overflows: then the
        definition is what is read."""

    @property
    def parameters(self) -> tuple[bytes | str | int, ...]:
        return (self.count, self.relative)


class Softmax(AlongAxes):
    """exp(x) / sum(exp(x)), the sum over the first `count` axes; dp_i/dx_j = p_i delta_ij - p_i p_j."""

    name = "softmax"

    def derivative(self, arguments: Sequence[Tensor], position: int) -> Tensor:
        (argument,) = arguments
        value = apply(self, argument)
        i, j, rest = _labels(argument.rank, self.count)
        dims = dict(zip((*i, *rest), argument.dims, strict=True))
        sizes = {**dims, **dict(zip(j, argument.dims, strict=False))}
        output = (*i, *rest, *j, *rest)
        own = einsum([(value, (*i, *rest))], (*i, *rest, *i, *rest), dims)
        return add([(1, own), (-1, einsum([(value, (*i, *rest)), (value, (*j, *rest))], output, sizes))])

    def simplify(self, arguments: Sequence[Tensor]) -> Tensor | None:
        return ones(arguments[0].dims) if self.count == 0 else None

    def rewrite(self, arguments: Sequence[Tensor]) -> Tensor | None:
        raised = EXP(arguments[0])
        i, _, rest = _labels(raised.rank, self.count)
        return einsum([(raised, (*i, *rest)), (power(_summed(raised, self.count), -1), rest)], (*i, *rest))

    def logarithm(self, arguments: Sequence[Tensor]) -> Tensor | None:
        """x - log(sum(exp(x))): no logarithm of what may be tiny."""
        (argument,) = arguments
        i, _, rest = _labels(argument.rank, self.count)
        sizes = dict(zip((*i, *rest), argument.dims, strict=True))
        log = apply(LogSumExp(self.count, relative=self.relative), argument)
        return add([(1, argument), (-1, einsum([(log, rest)], (*i, *rest), sizes))])

    def bounds(self, known: Sequence[Bounds], arguments: Sequence[Tensor]) -> Bounds:
        return Bounds(0, 1)

    def sign(self, signs: Sequence[int], arguments: Sequence[Tensor]) -> int:
        return 2

    def evaluate(self, ops: Any, *args: Any) -> Any:
        (x,) = args
        return ops.exp(ops.subtract(x, ops.logsumexp(x, self.count)))


class LogSumExp(AlongAxes):
    """log(sum(exp(x))), summed over the first `count` axes; its derivative is the softmax of x."""

    name = "logsumexp"

    def result_dims(self, arguments: Sequence[Tensor]) -> tuple[Dim, ...]:
        return arguments[0].dims[self.count :]

    def derivative(self, arguments: Sequence[Tensor], position: int) -> Tensor:
        (argument,) = arguments
        i, _, rest = _labels(argument.rank, self.count)
        return einsum([(apply(Softmax(self.count, relative=self.relative), argument), (*i, *rest))], (*rest, *i, *rest))

    def simplify(self, arguments: Sequence[Tensor]) -> Tensor | None:
        return arguments[0] if self.count == 0 else None

    def rewrite(self, arguments: Sequence[Tensor]) -> Tensor | None:
        return LOG(_summed(EXP(arguments[0]), self.count))

    def evaluate(self, ops: Any, *args: Any) -> Any:
        return ops.logsumexp(args[0], self.count)


Label = tuple[str, int]
"""Which group of axes, and the place in it."""


def _labels(rank: int, count: int) -> tuple[tuple[Label, ...], tuple[Label, ...], tuple[Label, ...]]:
    """Labels i and j of the first axes, and of the rest."""
    i, j = (tuple((name, p) for p in range(count)) for name in "ij")
    return i, j, tuple(("rest", p) for p in range(rank - count))


def _summed(node: Tensor, count: int) -> Tensor:
    """The sum over the first axes."""
    return einsum([(node, tuple(range(node.rank)))], tuple(range(count, node.rank)))
