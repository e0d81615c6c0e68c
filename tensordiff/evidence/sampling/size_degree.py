"""Bounds on the degrees of tensors as functions of their sizes.

Three values of n cannot tell n^3 + 47 n from 12 n^2 + 60. Where the matrices of an identity are larger than half its degree
its monomials are independent, so that their coefficients agree at these sizes; the coefficients are polynomials in sizes
(quotients of them), and agree everywhere if they agree at as many sizes as their degree asks for.

Sizes come from numbers written as such, from sums over an index that no factor has, and from traces that are constant
(tr(P) = n of what simplifies to the identity): a closed part of a product that is more than a polynomial in free symbols
may be such a trace. In exponents and arguments of functions sizes count like factors: c^p(n) = c^q(n) for all c only if
p(n) = q(n).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import ceil

from tensordiff.functions import INVERSE, MATRIX_POWER, POWER
from tensordiff.records import field, record
from tensordiff.tensor import Apply, Assumption, Dim, Einsum, Factor, Node, Sum, Symbol, Tensor, as_number, bottom_up
from tensordiff.tensor.dim import Terms

Weigh = Callable[[Dim], int]
"""The degree of a dimension in the sizes that are looked at."""

_HIDDEN = 1
_HIDDEN_BY_MASK = 2
"""A closed part of a product that is constant is a size, or of degree two where there is a mask: sum(tril(n)) is n(n+1)/2."""
_ODD = (Assumption.BINARY, Assumption.PROBABILITY)


@record
class Degree:
    """n^low P(n)/Q(n), with P of degree high - low; Q is a product of powers of tensors."""

    low: int = 0
    high: int = 0
    below: Mapping[Tensor, tuple[int, int]] = field(default_factory=dict)
    """The power of each factor of Q, and the degree of the factor itself."""

    @property
    def bottom(self) -> int:
        return sum(power * degree for power, degree in self.below.values())

    def without(self, shared: Mapping[Tensor, tuple[int, int]]) -> int:
        """How much is added to the degree of P when the denominator becomes this multiple of Q."""
        return sum((power - self.below.get(base, (0, 0))[0]) * degree for base, (power, degree) in shared.items())


def _product(parts: Sequence[Degree], own: int, hidden: int) -> Degree:
    below: dict[Tensor, tuple[int, int]] = {}
    for part in parts:
        for base, (power, degree) in part.below.items():
            below[base] = (power + below.get(base, (0, 0))[0], degree)
    return Degree(sum(part.low for part in parts) + own, sum(part.high for part in parts) + own + hidden, below)


def _shared(parts: Sequence[Degree]) -> dict[Tensor, tuple[int, int]]:
    """The least common denominator."""
    found: dict[Tensor, tuple[int, int]] = {}
    for part in parts:
        for base, (power, degree) in part.below.items():
            found[base] = (max(power, found.get(base, (0, 0))[0]), degree)
    return found


def _sum(parts: Sequence[Degree]) -> Degree:
    shared = _shared(parts)
    low = min((part.low for part in parts), default=0)
    return Degree(low, max((part.high + part.without(shared) for part in parts), default=0), shared)


@record
class SizeDegrees:
    """The degree of a difference in each size that it is no constant in, and in all of them together."""

    each: Mapping[str, int]
    total: int


def size_degrees(a: Tensor, b: Tensor, names: Sequence[str]) -> SizeDegrees:
    """Bounds for the difference of two tensors, over a common denominator."""
    found = {name: _difference(a, b, lambda dim, name=name: _weight(dim, {name})) for name in names}  # type: ignore[misc]
    each = {name: degree for name, degree in found.items() if degree}
    every = set(each)
    return SizeDegrees(each, _difference(a, b, lambda dim: _weight(dim, every)) if len(each) > 1 else sum(each.values()))


def _difference(a: Tensor, b: Tensor, weigh: Weigh) -> int:
    found = _sum([_degree(a, weigh), _degree(b, weigh)])
    return found.high - found.low


def _weight(dim: Dim, names: set[str]) -> int:
    if dim.base is not None:
        return 2 * _weight(dim.base, names)
    if dim.terms:
        return _of_terms(dim.terms, names)
    return int(dim.name in names)


def _of_terms(terms: Terms, names: set[str]) -> int:
    return max(sum(_weight(dim, names) for dim in product) for product, _ in terms)


def _degree(tensor: Tensor, weigh: Weigh) -> Degree:
    free: dict[Node, bool] = {}  # whether a node is a polynomial in symbols whose entries may be anything
    constant: dict[Node, bool] = {}  # whether there are no symbols in it

    def visit(node: Tensor, children: tuple[Degree, ...]) -> Degree:
        constant[node] = not isinstance(node, Symbol) and all(constant[child] for child in node.children)
        bare = constant[node] and not node.dims
        free[node] = bare or (_is_free(node) and all(free[child] for child in node.children))
        if isinstance(node, Symbol) or (isinstance(node, Apply) and not children):
            return Degree()
        if isinstance(node, Einsum):
            own = sum(weigh(dim) for place, dim in enumerate(node.index_dims) if _is_alone(place, node))
            return _product(children, own, sum(_closed(node, weigh, free)))
        if isinstance(node, Sum):
            return _sum(children)
        if isinstance(node, Apply):
            return _of_function(node, children)
        return children[0]

    return bottom_up(tensor, visit)


def _is_free(node: Tensor) -> bool:
    if isinstance(node, Symbol):
        return node.structure.is_linear and node.assumption not in _ODD
    return not isinstance(node, Apply)


def _is_alone(index: int, node: Einsum) -> bool:
    return index not in node.output and not any(index in indices for _, indices in node.factors)


def _closed(node: Einsum, weigh: Weigh, free: Mapping[Node, bool]) -> list[int]:
    """For each part of a product that has none of its output indices and is no polynomial in free symbols, the degree in the
    sizes that it may have as a constant."""
    groups: list[tuple[set[int], list[Factor]]] = []
    for factor in node.factors:
        joined = [group for group in groups if group[0] & set(factor[1])]
        groups = [group for group in groups if group not in joined]
        indices = set(factor[1]).union(*(group[0] for group in joined))
        groups.append((indices, [factor, *(member for group in joined for member in group[1])]))
    output = set(node.output)
    return [
        min(sum(weigh(node.index_dims[index]) for index in indices), _HIDDEN_BY_MASK if _has_mask(members) else _HIDDEN)
        for indices, members in groups
        if not indices & output and not all(free[child] for child, _ in members)
    ]


def _has_mask(members: Sequence[Factor]) -> bool:
    return any(isinstance(child, Apply) and not child.children for child, _ in members)


def _of_function(node: Apply, children: tuple[Degree, ...]) -> Degree:
    inner = children[0]
    # Of an exponent no power of n is a common factor: a^(n^2) is not a^(n^3).
    others = sum(max(part.high, 0) - min(part.low, 0) + part.bottom for part in children[1:])
    exponent = as_number(node.children[1]) if node.function in (POWER, MATRIX_POWER) else None
    times = 1 if exponent is None else max(1, ceil(abs(exponent)))
    if node.function == INVERSE or (exponent is not None and exponent < 0):
        own = inner.high - inner.low
        below = {node.children[0]: (times, own)} if own else {}
        return Degree(-times * inner.low, times * (inner.bottom - inner.low), below)
    raised = {base: (times * power, degree) for base, (power, degree) in inner.below.items()}
    return Degree(times * inner.low, times * inner.high + others, raised)
