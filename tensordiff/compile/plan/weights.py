"""Sums of products that differ in weights alone, with the weights summed first: X' diag(u) X - X' diag(v) X is one product with
the weights u - v, half the time; and where their difference is seen to keep one sign, the product of a matrix with itself.

Differences of weights such as q^(-1/2) - q^(-3/2) r^2 with q = 1 + r^2 are multiplied out as far as terms cancel: q^(-3/2).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from tensordiff.functions import POWER, power
from tensordiff.tensor import Apply, Dim, Einsum, Sum, Tensor, add, as_number, einsum, ones, split_coefficient

Monomial = dict[Tensor, Fraction]
_Skeleton = tuple[tuple[tuple[Tensor, tuple[int, ...]], ...], tuple[int, ...], tuple[Dim, ...], int]
_MOST_TERMS = 24


def together(node: Tensor) -> Tensor:
    """The sum with the terms that differ in their weights on one index made one."""
    if not isinstance(node, Sum) or node.rank < 2 or len(node.terms) > _MOST_TERMS:
        return node
    groups: dict[_Skeleton, list[tuple[Fraction, list[Tensor]]]] = {}
    plain: list[tuple[Fraction, Tensor]] = []
    for coefficient, term in node.terms:
        inner, core = split_coefficient(term)
        labels = _weighted(core) if isinstance(core, Einsum) else set()
        if len(labels) == 1 and isinstance(core, Einsum) and (found := _taken_apart(core, *labels)) is not None:
            groups.setdefault(found[0], []).append((coefficient * inner, found[1]))
        else:
            plain.append((coefficient, term))
    rest: list[tuple[Fraction, Tensor]] = []
    for coefficient, term in plain:  # X' X has the weights one
        inner, core = split_coefficient(term)
        axes = range(len(core.index_dims)) if isinstance(core, Einsum) and not _weighted(core) else range(0)
        taken = [found for label in axes if isinstance(core, Einsum) and (found := _taken_apart(core, label)) is not None]
        known = next((found for found in taken if found[0] in groups), None)
        if known is None:
            rest.append((coefficient, term))
        else:
            groups[known[0]].append((coefficient * inner, []))
    if all(len(group) == 1 for group in groups.values()):
        return node
    made: list[tuple[Fraction, Tensor]] = []
    for (factors, output, dims, label), group in groups.items():
        scale, weight = _weight(group, dims[label])
        placed = [*factors, *([(weight, (label,))] if weight is not None else [])]
        if scale:
            made.append((scale, einsum(placed, output, dict(enumerate(dims)))))
    return add([*made, *rest], node.dims)


def _weighted(node: Einsum) -> set[int]:
    """The indices that vectors stand on."""
    return {labels[0] for part, labels in node.factors if part.rank == 1}


def _taken_apart(node: Einsum, label: int) -> tuple[_Skeleton, list[Tensor]] | None:
    """A product as what is left without its weights on one index, labels numbered in one way, and the weights; None where it
    has numbers among its factors, or sums over several indices."""
    inner = {x for _, labels in node.factors for x in labels} - set(node.output)
    wide = [(part, labels) for part, labels in node.factors if part.rank > 1]
    number = {old: new for new, old in enumerate((*node.output, *inner))}
    if not wide or len(inner) > 1 or len(number) != node.rank + len(inner) or label not in number:
        return None
    if len(number) < len(node.index_dims) or any(not part.rank for part, _ in node.factors):
        return None
    placed = ((part, tuple(number[x] for x in labels)) for part, labels in wide)
    ordered = tuple(sorted(placed, key=lambda item: (item[0].key, item[1])))
    dims = tuple(node.index_dims[old] for old in number)
    weights = [part for part, _ in node.factors if part.rank == 1]
    return (ordered, tuple(number[x] for x in node.output), dims, number[label]), weights


def _weight(group: Sequence[tuple[Fraction, list[Tensor]]], dim: Dim) -> tuple[Fraction, Tensor | None]:
    """The weights of all terms as a number times one vector (None: ones)."""
    terms = [(coefficient, _monomial(weights)) for coefficient, weights in group]
    terms = _cancelled(terms)
    if not terms:
        return Fraction(0), None
    if len(terms) == 1:
        coefficient, monomial = terms[0]
        return coefficient, _vector(monomial, dim) if monomial else None
    return Fraction(1), add([(coefficient, _vector(monomial, dim)) for coefficient, monomial in terms])


def _monomial(factors: Sequence[Tensor]) -> Monomial:
    """Vectors multiplied entry by entry as powers of vectors."""
    found: Monomial = {}
    waiting = list(factors)
    while waiting:
        node = waiting.pop()
        if isinstance(node, Einsum) and all(labels == node.output for _, labels in node.factors):
            waiting += node.children
            continue
        k: Fraction | None = Fraction(1)
        if isinstance(node, Apply) and node.function == POWER and as_number(node.children[1]) is not None:
            node, k = node.children[0], as_number(node.children[1])
        assert k is not None
        found[node] = found.get(node, Fraction(0)) + k
    return {node: k for node, k in found.items() if k}


def _vector(monomial: Monomial, dim: Dim) -> Tensor:
    if not monomial:
        return ones((dim,))
    return einsum([(base if k == 1 else power(base, k), "i") for base, k in monomial.items()], "i")


def _times(one: Monomial, other: Monomial) -> Monomial:
    both = {node: one.get(node, Fraction(0)) + other.get(node, Fraction(0)) for node in {**one, **other}}
    return {node: k for node, k in both.items() if k}


def _cancelled(terms: list[tuple[Fraction, Monomial]]) -> list[tuple[Fraction, Monomial]]:
    """The terms with equal ones added, and pairs c q^(e+1) A + d q^e B, q a sum, multiplied out where at most one is
    left, or two that are added."""
    terms = _collected(terms)
    for one, (c, first) in enumerate(terms):
        for other, (d, second) in enumerate(terms):
            for base, k in first.items() if one != other else ():
                low = second.get(base, Fraction(0))
                if not isinstance(base, Sum) or k != low + 1:
                    continue
                rest = _times(first, {base: -k})
                opened = [(c * inner, _times(rest, _monomial([part]))) for inner, part in base.terms]
                left = _collected([*opened, (d, _times(second, {base: -low}))])
                if len(left) < 2 or (len(left) == 2 and all(number > 0 for number, _ in left)):
                    kept = [term for place, term in enumerate(terms) if place not in (one, other)]
                    return _cancelled([*kept, *((number, _times(m, {base: low})) for number, m in left)])
    return terms


def _collected(terms: Sequence[tuple[Fraction, Monomial]]) -> list[tuple[Fraction, Monomial]]:
    found: dict[frozenset[tuple[Tensor, Fraction]], tuple[Fraction, Monomial]] = {}
    for coefficient, monomial in terms:
        key = frozenset(monomial.items())
        found[key] = (found[key][0] + coefficient if key in found else coefficient, monomial)
    return [(coefficient, monomial) for coefficient, monomial in found.values() if coefficient]
