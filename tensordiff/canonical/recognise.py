"""Functions recognised in formulas that spell them out: log(sum(exp(x))) is logsumexp(x), 1/(1 + exp(-x)) sigmoid(x).

What is recognised before it is differentiated has short derivatives, which stay within range where their parts overflow.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from tensordiff.functions import (
    ABS,
    DET,
    EXP,
    LOG,
    LOG_OF_DET,
    POWER,
    AlongAxes,
    LogSumExp,
    Softmax,
    lookup,
    power,
)
from tensordiff.functions.signs import is_nonnegative
from tensordiff.simplify import Product
from tensordiff.simplify.cofactors import cancel_determinants
from tensordiff.simplify.named_functions import (
    COSH,
    EXPM1,
    SIGMOID,
    SINH,
    exponent_of,
    logistic_power,
    name_products,
    named_sum,
)
from tensordiff.tensor import (
    Apply,
    Einsum,
    Function,
    Named,
    Sum,
    Tensor,
    add,
    apply,
    as_number,
    bits,
    bottom_up,
    broadcast,
    einsum,
    is_zero,
    number,
    ones,
    permute,
    postorder,
    rebuild,
    replace,
    scale,
    split_coefficient,
    zero,
)


def _known(name: str) -> Function:
    found = lookup(name)
    assert found is not None
    return found


_SOFTPLUS, _LOG1P, _LOGCOSH = map(_known, ("softplus", "log1p", "logcosh"))
_LOGISTIC = (SIGMOID, _SOFTPLUS, _known("logsigmoid"), _LOGCOSH)
_EXPONENTIALS = (EXP, POWER, COSH, SINH, EXPM1)
_SUMS = bits("softmax", "logsumexp")
_SPELLED = ABS.bit | EXP.bit | LOG.bit | COSH.bit | DET.bit | POWER.bit
_MAX_TERMS = 6
"""Logarithms of more terms are left as they are."""
_MOST_FACTORS = 100
"""What shares its parts may be a product of more factors than can be written."""


def recognised(root: Tensor, *, evaluated: bool = False) -> Tensor:
    """The same tensor with its functions under their names, and with `where` names opened: these hide what stands in them.

    `evaluated`: for a program, where log(det(A)) and adj(A)/det(A) are what needs no determinant.
    """
    if not root.heads & _SPELLED:
        return root

    def visit(node: Tensor, children: tuple[Tensor, ...]) -> Tensor:
        if isinstance(node, Named):
            return children[0]
        made = recognise(rebuild(node, children))
        return _within_range(made) if evaluated else made

    return bottom_up(root, visit)


def _within_range(node: Tensor) -> Tensor:
    """What has a value where its parts have none: log(det(A)) as one function, inv(A) for adj(A)/det(A)."""
    if isinstance(node, Apply) and node.function == LOG:
        coefficient, core = split_coefficient(node.children[0])
        if coefficient == 1 and isinstance(core, Apply) and core.function == DET:
            return apply(LOG_OF_DET, *core.children)
    if isinstance(node, Einsum):
        product = _flat(node)
        if cancel_determinants(product):
            return einsum(product.factors.values(), product.output, product.dims)
    return node


def defined(root: Tensor) -> Tensor:
    """The same tensor with the functions that exponentials are recognised as by their definitions, which may take complex
    numbers."""
    if not any(isinstance(node, Apply) and _is_of_exponentials(node) for node in postorder([root])):
        return root

    def visit(node: Tensor, children: tuple[Tensor, ...]) -> Tensor:
        made = rebuild(node, children)
        found = made.function.rewrite(made.children) if isinstance(made, Apply) and _is_of_exponentials(made) else None
        return made if found is None else found

    return bottom_up(root, visit)


def _is_of_exponentials(node: Apply) -> bool:
    return node.function in _LOGISTIC or isinstance(node.function, AlongAxes)


def recognise(node: Tensor) -> Tensor:
    """A node under its name, where it has one; what is inside has been looked at."""
    coefficient, core = split_coefficient(node)
    made = _recognise(core)
    return node if made is core else scale(coefficient, made)


def _recognise(node: Tensor) -> Tensor:
    if isinstance(node, Apply) and node.function == LOG:
        return _logarithm(node.children[0]) or node
    if isinstance(node, Apply) and node.function == POWER:
        return logistic_power(*node.children) or node
    if isinstance(node, Sum):
        return named_sum(node)
    if isinstance(node, Einsum) and len(node.factors) > 1:
        product = _flat(node)
        if any([name_products(product), _square_roots(product)]):
            return einsum(product.factors.values(), product.output, product.dims)
    return node


def _square_roots(product: Product) -> bool:
    """|x| |x| = x^2 and the like, which have slopes where their factors have none: norm2(x)*norm2(x) = x'*x. Whether there
    were such."""
    found: dict[tuple[Tensor, tuple[int, ...]], list[int]] = {}
    for name, (node, indices) in product.factors.items():
        base = node.children[0] if isinstance(node, Apply) and node.function == POWER else node
        exponent = as_number(node.children[1]) if isinstance(node, Apply) and node.function == POWER else Fraction(1)
        kinked = isinstance(base, Apply) and base.function == ABS
        if exponent is not None and exponent > 0 and (kinked or (exponent.denominator == 2 and is_nonnegative(base))):
            found.setdefault((base, indices), []).append(name)
    changed = False
    for (base, indices), names in found.items():
        for first, second in zip(names[::2], names[1::2], strict=False):
            factors = [product.remove(name)[0] for name in (first, second)]
            total = sum((_exponent(node) for node in factors), Fraction(0))
            product.insert(power(base, total), indices)
            changed = True
    return changed


def _exponent(node: Tensor) -> Fraction:
    value = as_number(node.children[1]) if isinstance(node, Apply) and node.function == POWER else None
    return Fraction(1) if value is None else value


def _flat(node: Einsum) -> Product:
    """The product with the exponentials that stand in products inside it, as far as it stays short."""
    product = Product(Fraction(1), node.factors, node.output, enumerate(node.index_dims))
    queue = list(product.factors)
    while queue and len(product.factors) < _MOST_FACTORS:
        name = queue.pop()
        inner, indices = product.factors[name]
        if not isinstance(inner, Einsum) or len(set(inner.output)) != inner.rank or not any(map(_nests, inner.children)):
            continue
        product.remove(name)
        names = dict(zip(inner.output, indices, strict=True))
        for index, dim in enumerate(inner.index_dims):
            if index not in names:
                names[index] = product.fresh(dim)
        queue += [product.insert(factor, [names[i] for i in slots]) for factor, slots in inner.factors]
    return product


def _nests(node: Tensor) -> bool:
    """Whether a factor is an exponential or a power, or a product in which one may be."""
    return isinstance(node, Einsum) or (isinstance(node, Apply) and node.function in _EXPONENTIALS)


def _logarithm(x: Tensor) -> Tensor | None:
    """log(x) where x is made of exponentials, or is 1 + y."""
    coefficient, core = split_coefficient(x)
    if coefficient <= 0:
        return None
    found = _log_of_sum(core) if isinstance(core, Sum) else None
    if isinstance(core, Einsum):
        found = _log_of_product(core)
    if isinstance(core, Apply) and core.function == COSH:
        found = apply(_LOGCOSH, core.children[0])
    if found is None or coefficient == 1:
        return found
    return add([(1, found), (1, _like(apply(LOG, number(coefficient)), found))])


def _like(scalar: Tensor, other: Tensor) -> Tensor:
    return broadcast(scalar, other.dims) if other.dims else scalar


def _log_of_sum(x: Sum) -> Tensor | None:
    """log(1 + exp(z)) = softplus(z), log(exp(a) + exp(b)) = a + softplus(b - a), log(1 + y) = log1p(y)."""
    if len(x.children) <= _MAX_TERMS and all(c == 1 for c in x.coefficients):
        logs = [log for term in x.children if (log := _log_of_term(term)) is not None]
        if len(logs) == len(x.children):
            return _log_of_total(logs)
    terms = dict(zip(x.children, x.coefficients, strict=True))
    if terms.pop(ones(x.dims), None) == 1:
        return apply(_LOG1P, add([(c, term) for term, c in terms.items()], x.dims))
    return None


def _log_of_total(logs: Sequence[Tensor]) -> Tensor:
    """log(sum of exp(log)), two at a time; a constant is the one that the others are compared with."""
    total, *rest = sorted(logs, key=lambda log: not is_zero(log))
    for log in rest:
        total = add([(1, total), (1, apply(_SOFTPLUS, add([(1, log), (-1, total)], log.dims)))], log.dims)
    return total


def _log_of_term(term: Tensor) -> Tensor | None:
    """log of 1, of an exponential, and of a sum of such."""
    if term is ones(term.dims):
        return zero(term.dims)
    if (z := exponent_of(term)) is not None:
        return z
    return _log_of_product(term) if isinstance(term, Einsum) else None


def _log_of_product(x: Einsum) -> Tensor | None:
    """log(sum_i exp(z_i)) = logsumexp(z); what is not summed stands outside: log(w exp(z)) = z + log(w). With weights it is
    logsumexp(z) + log(sum_i w_i softmax(z)_i): the weighted sum has the same sign on both sides."""
    product = _flat(x)
    found = [name for name, (f, _) in product.factors.items() if isinstance(f, Apply) and f.function == EXP]
    if not found or len(set(x.output)) != len(x.output):
        return None
    raised, indices = product.factors.pop(found[0])
    (z,) = raised.children
    if len(set(indices)) != len(indices):
        return None
    others = list(product.factors.values())
    summed = [axis for axis, index in enumerate(indices) if index not in x.output]
    kept = [axis for axis, index in enumerate(indices) if index in x.output]
    order = (*summed, *kept)
    turned = permute(z, order)
    inside = {indices[axis] for axis in summed}
    weighted = any(inside.intersection(slots) for _, slots in others)
    log = apply(LogSumExp(len(summed), relative=weighted), turned) if summed else turned
    outside = {i: product.dims[i] for i in x.output}
    log = einsum([(log, tuple(indices[axis] for axis in kept))], x.output, outside)
    if weighted:
        weights = apply(Softmax(len(summed), relative=True), turned)
        rest = einsum([*others, (weights, tuple(indices[axis] for axis in order))], x.output, product.dims)
    else:
        rest = einsum(others, x.output, {i: d for i, d in product.dims.items() if i not in inside})
    return log if rest is ones(x.dims) else add([(1, log), (1, apply(LOG, rest))])


def spelled_out(root: Tensor) -> Tensor:
    """For reading: weighted sums of exponentials as such, not relative to the sum of all.

    L + log(sum w exp(z - L)) does not depend on L, so that in it, and in its derivatives of all orders, L = 0 and any
    derivatives of L may stand for the logarithm of the sum of all and its derivatives: softmax(z) becomes exp(z).
    """

    if not root.heads & _SUMS or not any(_is_relative(node) for node in postorder([root])):
        return root

    def visit(node: Tensor, children: tuple[Tensor, ...]) -> Tensor:
        made = rebuild(node, children)
        if not isinstance(made, Apply) or not _is_relative(made):
            return made
        return apply(EXP, *children) if isinstance(made.function, Softmax) else zero(made.dims)

    return bottom_up(root, visit)


def _is_relative(node: Tensor) -> bool:
    return isinstance(node, Apply) and isinstance(node.function, AlongAxes) and node.function.relative


def one_orientation(root: Tensor) -> Tensor:
    """sigmoid(-z) as 1 - sigmoid(z) where sigmoid(z) is there as well."""
    if not root.heads & SIGMOID.bit:
        return root
    logistic = [node for node in postorder([root]) if isinstance(node, Apply) and node.function == SIGMOID]
    known = set(logistic)
    changes: dict[Tensor, Tensor] = {}
    for node in logistic:
        other = apply(SIGMOID, scale(-1, node.children[0]))
        if other in known and other not in changes and _is_turned(node.children[0]):
            changes[node] = add([(1, ones(node.dims)), (-1, other)])
    return replace(root, changes) if changes else root


def _is_turned(z: Tensor) -> bool:
    """Whether a sum, or a product, begins with a minus sign."""
    return isinstance(z, Sum) and bool(z.children) and z.coefficients[0] < 0
