"""The operations on matrices in which structures are written, on arrays: NumPy's, exact ones, those of other libraries."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import reduce
from typing import Any

from tensordiff.tensor import Mask, Permutations
from tensordiff.tensor.matrices import Term


class ArrayMatrices:
    """Matrices in the last two axes of arrays of one library, such as NumPy, whose namespace is `xp`."""

    def __init__(self, xp: Any) -> None:
        self.xp = xp

    def combine(self, *terms: Term) -> Any:
        return reduce(lambda a, b: a + b, (_scaled(c, a) for c, a in terms))

    def transpose(self, a: Any) -> Any:
        return a.swapaxes(-1, -2)

    def multiply(self, *factors: Any) -> Any:
        return reduce(lambda a, b: a @ b, factors)

    def lower(self, a: Any) -> Any:
        return self.xp.tril(a)

    def upper(self, a: Any) -> Any:
        return self.xp.triu(a)

    def diagonal(self, a: Any) -> Any:
        return self.xp.tril(self.xp.triu(a))

    def below(self, a: Any) -> Any:
        return self.xp.tril(a, -1)

    def above(self, a: Any) -> Any:
        return self.xp.triu(a, 1)

    def along(self, a: Any) -> Any:
        return self._along(a, mean=False)

    def means(self, a: Any) -> Any:
        return self._along(a, mean=True)

    def _along(self, a: Any, mean: bool) -> Any:
        """Of one NumPy array."""
        n = a.shape[-1]
        made = a.copy()
        for offset in range(1 - n, n):
            rows = range(max(0, -offset), min(n, n - offset))
            places = [(k, k + offset) for k in rows]
            total = sum(a[place] for place in places)
            for place in places:
                made[place] = total * Fraction(1, len(places)) if mean else total
        return made

    def from_edges(self, a: Any) -> Any:
        n = a.shape[-1]
        rows = [[max(i - j, 0) for j in range(n)] for i in range(n)]
        columns = [[max(j - i, 0) for j in range(n)] for i in range(n)]
        return a[..., rows, columns]

    def keep(self, a: Any, mask: Mask) -> Any:
        zero = a - a
        return self.xp.where(self.xp.asarray(mask) == 1, a, zero)

    def identity(self, like: Any) -> Any:
        ones = self.xp.ones_like(like[..., :1, :])
        return self.diagonal(ones * ones.swapaxes(-1, -2))

    def permute(self, a: Any, axes: Sequence[int]) -> Any:
        """The last axes."""
        first = a.ndim - len(axes)
        return self.xp.moveaxis(a, [first + axis for axis in axes], list(range(first, a.ndim)))

    def over_orbits(self, a: Any, group: Permutations) -> Any:
        """Of one NumPy array."""
        whole = reduce(lambda x, y: x + y, (self.permute(a, axes) for axes in group))
        places = self._places(a)
        fixed = reduce(lambda x, y: x + y, ((self.permute(places, axes) == places) * 1 for axes in group))
        return whole * (1 / fixed if a.dtype != object else self.xp.vectorize(lambda n: Fraction(1, int(n)))(fixed))

    def from_orbits(self, a: Any, group: Permutations) -> Any:
        """Of one NumPy array."""
        places = self._places(a)
        first = reduce(self.xp.minimum, (self.permute(places, axes) for axes in group))
        return a.reshape(-1)[first]

    def _places(self, a: Any) -> Any:
        return self.xp.arange(a.size).reshape(a.shape)


def _scaled(coefficient: int | Fraction, a: Any) -> Any:
    if coefficient in (1, -1):
        return a if coefficient == 1 else -a
    return (coefficient if a.dtype == object else float(coefficient)) * a
