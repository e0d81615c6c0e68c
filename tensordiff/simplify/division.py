"""Polynomial division by the base of a negative power, and partial fractions, entry by entry: u/(1 + u) = 1 - 1/(1 + u)
and 1/(u (1 + u)) = 1/u - 1/(1 + u).

With one such base in a product, what remains has no monomial that the base's leading monomial divides: a normal form, in
which exp(-x)/(1 + exp(-x))^2 = s - s^2 for s = 1/(1 + exp(-x)). Each step of division gives smaller monomials in a
monomial order (graded lexicographic), each step of partial fractions fewer negative powers, or either a smaller power of
the base, so it ends.
"""

from __future__ import annotations

from fractions import Fraction

from tensordiff.functions import POWER
from tensordiff.simplify.product import Product
from tensordiff.simplify.rule import Context, Outcome, Step
from tensordiff.tensor import Apply, Einsum, Factor, Indices, Sum, Tensor, add, apply, as_number, einsum, number

Variable = tuple[Tensor, Indices]
"""A base and the axes it lies on."""
Monomial = dict[Variable, Fraction]
_MAX_DEGREE = 40
"""Monomials of higher degree are left alone: the quotient would have as many terms."""


def divide_out(product: Product, context: Context) -> Outcome:
    """The product as a sum after one step, without its coefficient."""
    found = _denominator(product)
    if found is None:
        return Step.NONE
    place, base, exponent = found
    indices = product.factors[place][1]
    monomials = [_monomial(term) for term in base.children]
    if any(monomial is None for monomial in monomials):
        return Step.NONE
    tables = [monomial for monomial in monomials if monomial is not None]
    leading = _leading(tables)
    rest = _quotient(product, tables[leading], indices) if tables[leading] else None
    if rest is None:
        constant = _split_at(product, tables, indices)
        if constant is None:
            return Step.NONE
        leading, rest = constant, dict(product.factors)
    del rest[place]
    dims = product.dims
    others = list(rest.values())
    lowered = [(apply(POWER, base, number(exponent + 1)), indices)] if exponent != -1 else []
    terms = [(Fraction(1), einsum([*others, *lowered], product.output, dims))]
    for position, (c, term) in enumerate(base.terms):
        if position != leading:
            kept: list[Factor] = [*others, (term, indices), product.factors[place]]
            terms.append((-c, einsum(kept, product.output, dims)))
    return add([(c / base.coefficients[leading], term) for c, term in terms])


def _denominator(product: Product) -> tuple[int, Sum, Fraction] | None:
    """The only factor that is a negative power of a sum: (its number, the sum, the exponent)."""
    found: list[tuple[int, Sum, Fraction]] = []
    for place, (node, indices) in product.factors.items():
        if not isinstance(node, Apply) or node.function != POWER or len(set(indices)) != len(indices):
            continue
        base, exponent = node.children[0], as_number(node.children[1])
        if isinstance(base, Sum) and exponent is not None and exponent < 0:
            found.append((place, base, exponent))
    return found[0] if len(found) == 1 else None


def _parts(node: Tensor) -> tuple[Tensor, Fraction]:
    if isinstance(node, Apply) and node.function == POWER:
        exponent = as_number(node.children[1])
        if exponent is not None:
            return node.children[0], exponent
    return node, Fraction(1)


def _monomial(term: Tensor) -> Monomial | None:
    """A term of the base as powers of bases on its axes; None where it is more than that."""
    if not isinstance(term, Einsum):
        base, exponent = _parts(term)
        return {(base, tuple(range(term.rank))): exponent}
    place = {index: axis for axis, index in enumerate(term.output)}
    if len(place) != len(term.output) or len(place) != len(term.index_dims):
        return None
    monomial: Monomial = {}
    for factor, indices in term.factors:
        base, exponent = _parts(factor)
        variable = (base, tuple(place[index] for index in indices))
        monomial[variable] = monomial.get(variable, Fraction(0)) + exponent
    return monomial if all(exponent > 0 for exponent in monomial.values()) else None


def _leading(monomials: list[Monomial]) -> int:
    """The position of the largest monomial in graded lexicographic order, variables ordered by key."""
    variables = sorted({variable for monomial in monomials for variable in monomial}, key=lambda v: (v[0].key, v[1]))

    def order(position: int) -> tuple[Fraction, list[Fraction]]:
        monomial = monomials[position]
        return sum(monomial.values(), Fraction(0)), [monomial.get(variable, Fraction(0)) for variable in variables]

    return max(range(len(monomials)), key=order)


def _split_at(product: Product, monomials: list[Monomial], indices: Indices) -> int | None:
    """The position of the constant term, where all other terms share a variable that the product has a negative power of;
    else None."""
    if {} not in monomials:
        return None
    constant = monomials.index({})
    others = [monomial for monomial in monomials if monomial]
    shared = set(others[0]).intersection(*others[1:]) if others else set()
    negative = set()
    for node, slots in product.factors.values():
        base, exponent = _parts(node)
        if -_MAX_DEGREE <= exponent < 0:
            negative.add((base, slots))
    found = any((base, tuple(indices[axis] for axis in axes)) in negative for base, axes in shared)
    return constant if found else None


def _quotient(product: Product, monomial: Monomial, indices: Indices) -> dict[int, Factor] | None:
    """The product's factors divided by the monomial, which lies on the indices; None where it does not divide."""
    factors = dict(product.factors)
    for (base, axes), needed in monomial.items():
        on = tuple(indices[axis] for axis in axes)
        for place, (node, slots) in factors.items():
            own, exponent = _parts(node)
            if own is base and slots == on and needed <= exponent <= _MAX_DEGREE:
                del factors[place]
                if exponent != needed:
                    factors[place] = (apply(POWER, base, number(exponent - needed)), slots)
                break
        else:
            return None
    return factors
