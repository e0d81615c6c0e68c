"""Products of exponentials that are functions with names: exp(x)/(1 + exp(x)) = sigmoid(x), exp(x)/sum(exp(x)) = softmax(x),
sinh(x)/cosh(x) = tanh(x), (exp(2 x) - 1)/(exp(2 x) + 1) = tanh(x).

The functions have values where their parts overflow, and short derivatives.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from tensordiff.functions import EXP, POWER, Softmax, lookup, power
from tensordiff.simplify.product import Product
from tensordiff.simplify.rule import Context, Step
from tensordiff.tensor import (
    Apply,
    Einsum,
    Function,
    Indices,
    Sum,
    Tensor,
    add,
    apply,
    as_number,
    broadcast,
    ones,
    permute,
    scale,
)

_MAX_POWER = 8
"""Higher powers of exponentials are left alone."""


def _known(name: str) -> Function:
    found = lookup(name)
    assert found is not None
    return found


SIGMOID, TANH, EXPM1, SINH, COSH = map(_known, ("sigmoid", "tanh", "expm1", "sinh", "cosh"))


def name_functions(product: Product, context: Context) -> Step:
    """Quotients of exponentials under their names."""
    return Step.OPENED if name_products(product) else Step.NONE


def name_products(product: Product) -> bool:
    """Whether something has been given its name."""
    changed = False
    while any(rule(product) for rule in (_logistic, _softmax, _tangent, _hyperbolic_tangent)):
        changed = True
    return changed


def logistic_power(base: Tensor, exponent: Tensor) -> Tensor | None:
    """(c + c exp(z))^-p = c^-p sigmoid(-z)^p; None for any other power."""
    p = as_number(exponent)
    if p is None or p >= 0 or (found := one_plus_exp(base)) is None:
        return None
    c, z = found
    if c != 1 and p.denominator != 1:
        return None
    return scale(c ** int(p) if c != 1 else Fraction(1), power(apply(SIGMOID, scale(-1, z)), -p))


def one_plus_exp(node: Tensor) -> tuple[Fraction, Tensor] | None:
    """(c, z) where the node is c + c*exp(z) for c > 0."""
    if not isinstance(node, Sum) or len(node.children) != 2:
        return None
    terms = dict(zip(node.children, node.coefficients, strict=True))
    c = terms.pop(ones(node.dims), None)
    ((term, other),) = terms.items() if len(terms) == 1 else ((node, None),)
    if c is None or c != other or c < 0 or (z := exponent_of(term)) is None:
        return None
    return c, z


def exponent_of(node: Tensor) -> Tensor | None:
    """z where the node is exp(z), or a scalar exp(z) repeated."""
    if isinstance(node, Apply) and node.function == EXP:
        return node.children[0]
    if isinstance(node, Einsum) and len(node.factors) == 1 and not node.factors[0][1] and len(node.index_dims) == node.rank:
        inner = node.factors[0][0]
        if isinstance(inner, Apply) and inner.function == EXP and len(set(node.output)) == node.rank:
            return broadcast(inner.children[0], node.dims)
    return None


def _parts(node: Tensor) -> tuple[Tensor, Fraction]:
    """(base, exponent) of a power with a number as exponent."""
    if isinstance(node, Apply) and node.function == POWER and (p := as_number(node.children[1])) is not None:
        return node.children[0], p
    return node, Fraction(1)


def _of(product: Product, function: Function) -> Iterator[tuple[int, Apply, Fraction, Indices]]:
    """The factors that are powers of a function's value: (number, value, exponent, indices)."""
    for name, (node, indices) in list(product.factors.items()):
        base, exponent = _parts(node)
        if isinstance(base, Apply) and base.function == function:
            yield name, base, exponent, indices


def _replace(product: Product, names: tuple[int, ...], factors: list[tuple[Tensor, Fraction]], indices: Indices) -> None:
    for name in names:
        product.remove(name)
    for node, exponent in factors:
        if exponent:
            product.insert(power(node, exponent), indices)


def _logistic(product: Product) -> bool:
    """exp(-j v) sigmoid(v)^m = exp(-(j-t) v) sigmoid(-v)^t sigmoid(v)^(m-t) for t the less of j and m."""
    logistic = list(_of(product, SIGMOID))
    for name, node, q, indices in _of(product, EXP) if logistic else ():
        if q.denominator != 1 or abs(q) > _MAX_POWER:
            continue
        u = scale(q, node.children[0])
        for other, value, m, slots in logistic:
            (v,) = value.children
            j = next((j for j in range(1, _MAX_POWER) if scale(-j, v) is u), 0) if slots == indices and m >= 1 else 0
            if j:
                t = min(Fraction(j), m)
                turned = apply(SIGMOID, scale(-1, v))
                rest = apply(EXP, scale(t - j, v))
                _replace(product, (name, other), [(turned, t), (value, m - t), (rest, Fraction(int(j != t)))], indices)
                return True
    return False


def _softmax(product: Product) -> bool:
    """exp(z_i)/sum_i exp(z_i) = softmax(z)_i."""
    raised = list(_of(product, EXP))
    for name, (node, slots) in list(product.factors.items()) if raised else ():
        base, p = _parts(node)
        if p >= 0 or not isinstance(base, Einsum) or len(base.factors) != 1 or len(set(base.output)) != base.rank:
            continue
        ((summand, inside),) = base.factors
        if len(set(inside)) != len(inside) or len(inside) != len(base.index_dims):
            continue
        on = dict(zip(base.output, slots, strict=True))
        for other, value, q, indices in raised:
            if value is not summand or q != 1 or any(on.get(k, i) != i for k, i in zip(inside, indices, strict=True)):
                continue
            first = [axis for axis, k in enumerate(inside) if k not in on]
            order = (*first, *(axis for axis, k in enumerate(inside) if k in on))
            if first:
                made = apply(Softmax(len(first)), permute(value.children[0], order))
                product.remove(other)
                product.remove(name)
                product.insert(made, [indices[axis] for axis in order])
                if p != -1:
                    product.insert(power(base, p + 1), slots)
                return True
    return False


def _tangent(product: Product) -> bool:
    """sinh(x)/cosh(x) = tanh(x)."""
    for name, node, p, indices in _of(product, SINH):
        for other, value, q, slots in _of(product, COSH):
            if p >= 1 and q <= -1 and slots == indices and value.children == node.children:
                t = min(p, -q)
                _replace(product, (name, other), [(apply(TANH, *node.children), t), (node, p - t), (value, q + t)], indices)
                return True
    return False


def _hyperbolic_tangent(product: Product) -> bool:
    """(exp(u) - 1)/(exp(u) + 1) = tanh(u/2)."""
    for name, node, p, indices in _of(product, EXPM1):
        for other, value, q, slots in _of(product, SIGMOID):
            if min(p, q) >= 1 and slots == indices and scale(-1, value.children[0]) is node.children[0]:
                t = min(p, q)
                tangent = apply(TANH, scale(Fraction(1, 2), node.children[0]))
                _replace(product, (name, other), [(tangent, t), (node, p - t), (value, q - t)], indices)
                return True
    return False


def named_sum(node: Sum) -> Tensor:
    """exp(z) - 1 = expm1(z), (exp(z) + exp(-z))/2 = cosh(z), (exp(z) - exp(-z))/2 = sinh(z) among the terms of a sum."""
    raised = [(term, z) for term in node.children if (z := exponent_of(term)) is not None]
    if not raised:
        return node
    terms = dict(zip(node.children, node.coefficients, strict=True))
    for term, z in raised:
        c = terms.get(term)
        opposite = next((other for other, y in raised if y is scale(-1, z) and other is not term), None)
        if c is None:
            continue
        if opposite is not None and abs(terms.get(opposite, Fraction(0))) == abs(c):
            function = COSH if terms[opposite] == c else SINH
            del terms[term], terms[opposite]
            _put(terms, apply(function, z), 2 * c)
        elif terms.get(ones(node.dims)) == -c:
            del terms[term], terms[ones(node.dims)]
            _put(terms, apply(EXPM1, z), c)
    if len(terms) == len(node.children):
        return node
    return add([(c, term) for term, c in terms.items()], node.dims)


def _put(terms: dict[Tensor, Fraction], term: Tensor, c: Fraction) -> None:
    terms[term] = terms.get(term, Fraction(0)) + c
