"""Names of scalars, and of scaled vectors and matrices, found among the factors of a canonical product.

mu = sum(x)/n is the product of sum(x) and n^-1; r = norm2(x) is (x'x)^(1/2); p = exp(x)/sum(exp(x)) is one open factor
times a scalar. They are matched as exponents of scalar bases, so that r^-3 is found in (x'x)^(-3/2).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from tensordiff.functions import POWER, power
from tensordiff.records import record
from tensordiff.tensor import Apply, Dim, Einsum, Factor, Named, Tensor, as_number, einsum, number, size


@record
class ScaledName:
    """A name whose definition is coefficient * product of base^exponent * the open factor (if there is one)."""

    named: Named
    coefficient: Fraction
    scalars: dict[Tensor, Fraction]
    open_factor: Tensor | None

    @staticmethod
    def of(named: Named, coefficient: Fraction, core: Tensor) -> ScaledName | None:
        """The name as scalars and one open factor; None where its definition is something else."""
        if not isinstance(core, Einsum):
            base, exponent = _base(core)
            if core.dims or exponent is None or not core.children:
                return None
            return ScaledName(named, coefficient, {base: exponent}, None)
        parts = Parts(core)
        if not parts.scalars or len(parts.opened) > 1 or (core.output and not parts.opened):
            return None
        if not parts.opened:
            return ScaledName(named, coefficient, parts.scalars, None)
        node, indices = parts.opened[0]
        return ScaledName(named, coefficient, parts.scalars, node) if indices == core.output else None


class Parts:
    """A canonical product as exponents of scalar bases, and the factors that reach the output."""

    def __init__(self, core: Einsum) -> None:
        self.output = core.output
        self.dims: dict[int, Dim] = {}
        self.scalars: dict[Tensor, Fraction] = {}
        self.opened: list[Factor] = []
        in_factors: set[int] = set()
        for members in _components(core):
            factors = [core.factors[p] for p in members]
            used = {i for _, indices in factors for i in indices}
            in_factors |= used
            dims = {i: core.index_dims[i] for i in sorted(used)}
            if used.intersection(core.output) or (not used and _base(factors[0][0])[1] is None):
                self.opened.extend(factors)
                self.dims |= dims
            elif used:
                self._multiply(einsum(factors, (), dims), Fraction(1))
            else:
                base, exponent = _base(factors[0][0])
                assert exponent is not None
                self._multiply(base, exponent)
        for index, dim in enumerate(core.index_dims):
            if index in core.output:
                self.dims[index] = dim
            elif index not in in_factors:
                self._multiply(size(dim), Fraction(1))

    def _multiply(self, base: Tensor, exponent: Fraction) -> None:
        self.scalars[base] = self.scalars.get(base, Fraction(0)) + exponent

    def take(self, needed: dict[Tensor, Fraction], times: Fraction) -> None:
        """Divide by the product of base^(exponent * times)."""
        for base, exponent in needed.items():
            self._multiply(base, -exponent * times)
            if not self.scalars[base]:
                del self.scalars[base]

    def multiple(self, needed: dict[Tensor, Fraction]) -> Fraction:
        """How often the product of base^exponent is contained; any power of a lone base, else a whole number. Sizes do not
        count where there is something else: mu = sum(x)/n is found in sum(x)/n^2 and in sum(x)."""
        counted = {base: exponent for base, exponent in needed.items() if not is_size(base)} or needed
        ratios = [self.scalars.get(base, Fraction(0)) / exponent for base, exponent in counted.items()]
        if len(ratios) == 1:
            whole = next(iter(counted.values())) == 1 and len(needed) == 1
            return ratios[0] if whole or ratios[0].denominator == 1 else Fraction(0)
        least = min(ratios)
        return Fraction(int(least)) if least >= 1 else Fraction(0)

    def tensor(self) -> Tensor:
        scalars = [(power(base, number(exponent)), ()) for base, exponent in self.scalars.items()]
        return einsum([*scalars, *self.opened], self.output, self.dims)


def put_scaled_names(core: Einsum, names: Sequence[ScaledName]) -> tuple[Fraction, Tensor]:
    """(coefficient, product) with names in the place of what they stand for; the product itself where none is found."""
    parts = Parts(core)
    coefficient = Fraction(1)
    found = False
    for name in names:
        if name.open_factor is None:
            times = parts.multiple(name.scalars)
            if times and (name.coefficient == 1 or times.denominator == 1):
                parts.take(name.scalars, times)
                parts.scalars[name.named] = parts.scalars.get(name.named, Fraction(0)) + times
                coefficient /= name.coefficient ** int(times) if times.denominator == 1 else 1
                found = True
            continue
        for place, (node, indices) in enumerate(parts.opened):
            if node is name.open_factor and parts.multiple(name.scalars) >= 1:
                parts.take(name.scalars, Fraction(1))
                parts.opened[place] = (name.named, indices)
                coefficient /= name.coefficient
                found = True
    return (coefficient, parts.tensor()) if found else (Fraction(1), core)


def is_size(base: Tensor) -> bool:
    """Whether a scalar is the size of a dimension."""
    return isinstance(base, Einsum) and not base.factors


def _base(node: Tensor) -> tuple[Tensor, Fraction | None]:
    """A scalar factor as base^exponent; the exponent is None where it is no number."""
    if isinstance(node, Apply) and node.function == POWER:
        return node.children[0], as_number(node.children[1])
    return node, Fraction(1)


def _components(core: Einsum) -> list[list[int]]:
    """The places of the factors, grouped by connection through shared indices, in order."""
    parent = list(range(len(core.factors)))

    def find(place: int) -> int:
        while parent[place] != place:
            parent[place] = parent[parent[place]]
            place = parent[place]
        return place

    first: dict[int, int] = {}
    for place, (_, indices) in enumerate(core.factors):
        for index in indices:
            a, b = find(first.setdefault(index, place)), find(place)
            parent[max(a, b)] = min(a, b)
    groups: dict[int, list[int]] = {}
    for place in range(len(core.factors)):
        groups.setdefault(find(place), []).append(place)
    return list(groups.values())
