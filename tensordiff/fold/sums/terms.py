"""Terms of a sum under construction: coefficient * scalar factors * matrix."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from math import gcd, lcm

from tensordiff.fold.flat.factors import letters
from tensordiff.fold.flat.flat import Flat
from tensordiff.matrix import Matrix
from tensordiff.matrix.build import call, divide, number, power, product, size, terms_of
from tensordiff.records import record

Powers = tuple[tuple[Matrix, Fraction], ...]
"""Scalar factors with their exponents, in an order of keys."""

HALF = Fraction(1, 2)


@record
class Term:
    """coefficient * scalars * the product of the letters; no letters in a sum of scalars."""

    coefficient: Fraction
    scalars: Powers
    letters: tuple[Matrix, ...]

    def times(self, coefficient: Fraction, scalars: Powers) -> Term:
        return Term(self.coefficient * coefficient, multiplied(self.scalars, scalars), self.letters)


def powers(factors: Mapping[Matrix, Fraction]) -> Powers:
    """The factors in their order, those with exponent zero left out."""
    return tuple(sorted(((base, e) for base, e in factors.items() if e), key=lambda item: item[0].key))


def multiplied(left: Powers, right: Powers, sign: int = 1) -> Powers:
    """The product of scalar factors, or their quotient for sign -1."""
    if not right:
        return left
    factors = dict(left)
    for base, exponent in right:
        factors[base] = factors.get(base, Fraction(0)) + sign * exponent
    return powers(factors)


def common_powers(terms: Sequence[Term]) -> Powers:
    """The scalar factors that all terms have, each with the exponent nearest to zero."""
    shared = dict(terms[0].scalars)
    for term in terms[1:]:
        here = dict(term.scalars)
        for base, exponent in list(shared.items()):
            other = here.get(base, Fraction(0))
            if exponent * other <= 0:
                del shared[base]
            else:
                shared[base] = min(exponent, other, key=abs)
    return powers(shared)


def common_coefficient(terms: Sequence[Term]) -> Fraction:
    """The rational factor that is written in front of the sum of the terms."""
    values = [term.coefficient for term in terms]
    sign = -1 if all(value < 0 for value in values) else 1
    numerator, denominator = gcd(*(v.numerator for v in values)), lcm(*(v.denominator for v in values))
    if denominator > 1 and any(v.denominator != denominator for v in values):
        denominator = 1 if numerator > 1 else 0
    return Fraction(sign * numerator, denominator) if denominator else Fraction(sign)


def scalar_part(scalars: Powers, flat: Flat) -> tuple[list[Matrix], list[Matrix]]:
    """The scalar factors above and below the line, in the order in which they are written."""
    scalars = _roots_joined(_with_means(scalars) if flat.has_means else scalars)
    above = [_power(base, exponent, flat) for base, exponent in scalars if exponent > 0]
    below = [_power(base, -exponent, flat) for base, exponent in scalars if exponent < 0]
    for side in (above, below):
        side.sort(key=lambda node: (node.op != "size", flat.length(node), flat.text_key(node)))
    return above, below


def _roots_joined(scalars: Powers) -> Powers:
    """sqrt(m)*sqrt(n) as sqrt(m*n), of sizes."""
    roots: dict[Fraction, list[Matrix]] = {}
    for base, exponent in scalars:
        if base.op == "size" and exponent.denominator > 1:
            roots.setdefault(exponent, []).append(base)
    joined = {exponent: sizes for exponent, sizes in roots.items() if len(sizes) > 1}
    if not joined:
        return scalars
    rest = [(base, e) for base, e in scalars if base not in joined.get(e, ())]
    return (*rest, *((product(*sizes), exponent) for exponent, sizes in joined.items()))


def _with_means(scalars: Powers) -> Powers:
    """sum(x)/n as mean(x), where n is the size of x."""
    found = dict(scalars)
    for base, exponent in scalars:
        if base.op != "sum" or exponent < 1 or len(base.children) > 1:
            continue
        sizes = Counter(size(dim) for dim in base.children[0].dims)
        if all(found.get(one, 0) <= -count * exponent for one, count in sizes.items()):
            del found[base]
            for one, count in sizes.items():
                found[one] += count * exponent
            found[call("mean", base.children[0])] = exponent
    return powers(found)


def cancelled(factors: Mapping[Matrix, Fraction], flat: Flat) -> Mapping[Matrix, Fraction]:
    """Scalar factors with sums over a common denominator where that cancels: (a*(1 + s/a))^-1 is (a + s)^-1."""
    found = dict(factors)
    for base, exponent in factors.items():
        if base.op != "add" or exponent.denominator != 1:
            continue
        parts = [(c * inner, dict(scalars), core) for c, node in terms_of(base) for inner, scalars, core in [flat.split(node)]]
        for below in dict.fromkeys(s for _, scalars, _ in parts for s, e in scalars.items() if e == -1):
            if found.get(below, Fraction(0)) * exponent < abs(exponent):
                continue
            opened = [(c, {**scalars, below: scalars.get(below, Fraction(0)) + 1}, core) for c, scalars, core in parts]
            terms = [(c, written(Term(Fraction(1), powers(scalars), (core,)), flat)) for c, scalars, core in opened]
            del found[base]
            found[below] -= exponent
            made = flat.ordered_sum(terms)
            found[made] = found.get(made, Fraction(0)) + exponent
            break
    return found


def written(term: Term, flat: Flat) -> Matrix:
    """A term without its coefficient."""
    above, below = scalar_part(term.scalars, flat)
    matrix = [flat.product(term.letters)] if term.letters else []
    if matrix and below and not matrix[0].is_scalar and any(_is_long(factor) for factor in above):
        return product(divide(product(*above), product(*below)), *matrix)  # x'*A*x/(x'*x)*x
    made = product(*above, *matrix) if above or matrix else number(1)
    return divide(made, product(*below)) if below else made


def _is_long(scalar: Matrix) -> bool:
    return scalar.op in ("product", "tr", "add", "sum", "mean", "entry")


def _power(base: Matrix, exponent: Fraction, flat: Flat) -> Matrix:
    if exponent.denominator == 2:
        half = square_root(base, flat)
        if half is not None:
            return power(call("norm2", half), number(2 * exponent))
        if exponent == HALF:
            return call("sqrt", base)
    return power(base, number(exponent))


def square_root(scalar: Matrix, flat: Flat) -> Matrix | None:
    """u where the scalar is u'*u or tr(U'*U), else None."""
    if scalar.op == "product" and scalar.is_scalar:
        ways = [list(scalar.children)]
    elif scalar.op == "tr":
        word = letters(scalar.children[0])
        ways = [word[k:] + word[:k] for k in range(len(word))] if len(word) <= 64 else []
    else:
        return None
    found: list[Matrix] = []
    for way in ways:
        half, odd = divmod(len(way), 2)
        if not odd and all(flat.flip(left) is right for left, right in zip(way[:half], reversed(way[half:]), strict=True)):
            found.append(product(*way[half:]))
    return min(found, key=flat.length, default=None)


def total(terms: Iterable[tuple[Fraction, Matrix]], flat: Flat) -> Matrix:
    """The sum of written terms, in the order in which people read it; a lone matrix of ones is a number added to all."""
    pairs = list(terms)
    if any(not _constant(node) for _, node in pairs) and not any(_is_square(node) for _, node in pairs):
        pairs = [(c, _as_scalar(node)) if _constant(node) and not node.is_scalar else (c, node) for c, node in pairs]
    return flat.ordered_sum(pairs)


def _is_square(node: Matrix) -> bool:
    """Whether a term is a matrix beside which a number would be taken for a multiple of the identity: eye(n) - 1/n."""
    entries = ("ones", "apply", "hadamard", "dot_power", "dot_divide")
    core = [x for x in node.children if not x.is_scalar] if node.op == "product" else [node]
    return len(node.shape) == 2 and node.shape[0] == node.shape[1] and any(x.op not in entries for x in core)


def _constant(node: Matrix) -> bool:
    """Whether a written term is a scalar or a scalar times ones."""
    if node.is_scalar or node.op == "ones":
        return True
    if node.op == "divide":
        return _constant(node.children[0])
    return node.op == "product" and all(x.is_scalar or x.op == "ones" for x in node.children)


def _as_scalar(node: Matrix) -> Matrix:
    if node.op == "divide":
        return divide(_as_scalar(node.children[0]), node.children[1])
    if node.op == "ones":
        return number(1)
    return product(*(x for x in node.children if x.is_scalar))
