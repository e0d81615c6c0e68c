"""Powers, exponential and logarithm: the three functions whose derivatives refer to each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from math import exp, inf, log
from typing import Any

from tensordiff.errors import DomainError, ShapeError
from tensordiff.functions.common_factor import common_factor
from tensordiff.functions.radical import factorise, rational_power
from tensordiff.functions.signs import is_binary, is_nonnegative, is_positive
from tensordiff.functions.univariate import Univariate, like
from tensordiff.functions.views import elementwise_view, is_mask, is_ones, split_scalars, without_content
from tensordiff.tensor import (
    ONE,
    UNBOUNDED,
    Apply,
    Bounds,
    Dim,
    Einsum,
    Factor,
    Function,
    Sum,
    Tensor,
    add,
    apply,
    as_number,
    broadcast,
    dims_text,
    einsum,
    is_zero,
    multiply,
    number,
    ones,
    scale,
    split_coefficient,
)

Exponent = Tensor | int | Fraction

_LARGE = 1e100
"""Bounds above this are none: their powers would overflow."""


class Power(Function):
    """base ^ exponent, entry by entry; the exponent is a scalar or has the base's axes. x^(1/2) is the square root,
    x^-1 the reciprocal. Real powers: a negative base takes integer exponents only."""

    name = "power"
    elementwise = True
    exponent_argument = 1

    def result_dims(self, arguments: Sequence[Tensor]) -> tuple[Dim, ...]:
        base, exponent = arguments
        if exponent.dims and exponent.dims != base.dims:
            raise ShapeError(f"power: base of size {dims_text(base.dims)}, exponent of size {dims_text(exponent.dims)}")
        return base.dims

    def derivative(self, arguments: Sequence[Tensor], position: int) -> Tensor:
        base, exponent = arguments
        if position == 1:
            return multiply(apply(POWER, base, exponent), apply(LOG, base))
        lowered = apply(POWER, base, add([(1, exponent), (-1, ones(exponent.dims))]))
        return multiply(exponent, lowered)

    def simplify(self, arguments: Sequence[Tensor]) -> Tensor | None:
        base, exponent = arguments
        if exponent.dims:
            return self._entrywise(base, exponent)
        p = as_number(exponent)
        if p is not None:
            if p == 1:
                return base
            if p == 0:
                return ones(base.dims)
            if is_zero(base):
                if p < 0:
                    raise DomainError(f"division by zero: 0^{p}", hint="the base is zero for every value of the variables")
                return base
            if p > 0 and is_mask(base):
                return base
        if is_ones(base):
            return base
        coefficient, core = split_coefficient(base)
        if (view := elementwise_view(core)) is not None:
            inner, restore = view
            return restore(apply(POWER, scale(coefficient, inner), exponent))
        if coefficient != 1:
            return self._of_multiple(coefficient, core, exponent, p)
        if is_binary(base) and p is not None and p.denominator == 1:
            return base if p.numerator % 2 else ones(base.dims)
        if isinstance(base, Apply):
            return self._of_function(base, exponent, p)
        return None

    def _entrywise(self, base: Tensor, exponent: Tensor) -> Tensor | None:
        """An exponent that is one scalar repeated is that scalar; views common to both are left to einsum."""
        if is_zero(exponent):
            return ones(base.dims)
        coefficient, core = split_coefficient(exponent)
        if (view := elementwise_view(core)) is not None and not view[0].dims:
            return apply(POWER, base, scale(coefficient, view[0]))
        return base if is_ones(base) else None

    def _of_multiple(self, coefficient: Fraction, core: Tensor, exponent: Tensor, p: Fraction | None) -> Tensor | None:
        """(c*x)^p = c^p x^p for c > 0 or integer p; a negative c keeps its sign inside otherwise."""
        outside = abs(coefficient)
        inside = scale(coefficient / outside, core)
        if p is None:
            if outside == 1 or core is ONE:
                return None
            return multiply(apply(POWER, inside, exponent), apply(POWER, number(outside), exponent))
        if p.denominator == 1:
            if (result := rational_power(coefficient, p)) is None:
                return None
            return scale(result[0], apply(POWER, core, exponent))
        if core is ONE and coefficient < 0:
            raise DomainError(f"({coefficient})^({p}) is not a real number")
        if (result := rational_power(outside, p)) is None:
            return None
        rational, radicand, root = result
        if core is ONE:
            made = Apply.make(POWER, (number(radicand), number(Fraction(1, root)))) if root > 1 else ONE
            return None if rational == 1 and made.children == (scale(coefficient, core), exponent) else scale(rational, made)
        if outside == 1:
            return None
        radical = apply(POWER, number(radicand), number(Fraction(1, root)))
        power_of_rest = apply(POWER, inside, exponent)
        return scale(rational, power_of_rest if radical is ONE else multiply(power_of_rest, radical))

    def _of_function(self, base: Apply, exponent: Tensor, p: Fraction | None) -> Tensor | None:
        if base.function == POWER:
            inner, first = base.children
            q = as_number(first)
            if (p is not None and p.denominator == 1) or is_positive(inner):
                return apply(POWER, inner, multiply(first, exponent))
            if q is not None and (q.denominator == 1 and q.numerator % 2 == 0):
                return apply(POWER, ABS(inner), multiply(exponent, first))
            if is_nonnegative(inner) and q is not None and q > 0:
                return apply(POWER, inner, multiply(exponent, first))
        elif base.function == ABS and p is not None and p.denominator == 1 and p.numerator % 2 == 0:
            return apply(POWER, base.children[0], exponent)
        return None

    def rewrite(self, arguments: Sequence[Tensor]) -> Tensor | None:
        """Common factors of a sum and scalar factors outside; radicals of primes; abs(x)^p with p in [0, 2); squares that
        have another form (sin^2 = 1 - cos^2)."""
        base, exponent = arguments
        if exponent.dims:
            return None
        p = as_number(exponent)
        value = as_number(base)
        if value is not None:
            if p is None:
                return None
            factors = factorise(value.numerator) if value > 0 and value.denominator == 1 else {}
            if p.denominator == 1 or (len(factors) <= 1 and set(factors.values()) <= {1}):
                return None
            return multiply(*(apply(POWER, number(prime), number(p * times)) for prime, times in factors.items()))
        if isinstance(base, Apply) and base.function == ABS and p is not None and not 0 <= p < 2:
            even = p - p % 2
            return multiply(apply(POWER, base.children[0], number(even)), apply(POWER, base, number(p - even)))
        integer = p is not None and p.denominator == 1
        square = base.function.square if isinstance(base, Apply) and isinstance(base.function, Univariate) else None
        if square is not None and p is not None and integer and p >= 2:
            return multiply(apply(POWER, square(base.children[0]), number(p // 2)), apply(POWER, base, number(p % 2)))
        for outside, inside in _parts_outside(base, integer):
            return multiply(apply(POWER, outside, exponent), apply(POWER, inside, exponent))
        return None

    def sign(self, signs: Sequence[int], arguments: Sequence[Tensor]) -> int:
        """A power of a nonnegative base is nonnegative, and positive where it is defined for a negative exponent; so
        are all roots (real only where the base is nonnegative) and even powers."""
        if signs[0] == 2:
            return 2
        p = as_number(arguments[1])
        if p is None:
            return 1 if signs[0] else 0
        if signs[0] == 1 or p.denominator % 2 == 0 or p.numerator % 2 == 0:
            return 2 if p < 0 else 1
        return 0

    def bounds(self, known: Sequence[Bounds], arguments: Sequence[Tensor]) -> Bounds:
        exponent = as_number(arguments[1])
        if exponent is None or exponent <= 0 or (exponent.numerator % 2 and known[0].low < 0):
            return UNBOUNDED
        largest = max(map(abs, known[0]))
        return Bounds(0, largest ** float(exponent) if largest < _LARGE else inf)

    def to_sympy(self, sympy: Any, *arguments: Any) -> Any:
        return sympy.Pow(*arguments)

    def evaluate(self, ops: Any, *args: Any) -> Any:
        return ops.power(*args)


def _parts_outside(base: Tensor, integer: bool) -> Iterator[tuple[Tensor, Tensor]]:
    """base = outside * inside, where a power (integer, or of positive parts) or a logarithm may be split."""
    common, rest = without_content(base)
    if not integer:
        common, rest = abs(common), scale(1 / abs(common), base)
    if common != 1 and len(base.children) > 1:
        yield number(common), rest
    scalar, rest = split_scalars(base)
    if scalar is not None and (integer or is_positive(scalar)):
        yield scalar, rest
    taken = common_factor(base, power, lambda factor: integer or is_positive(factor))
    if taken is not None:
        axes = tuple(range(base.rank))
        yield einsum(taken[0], axes, dict(enumerate(base.dims))), taken[1]


def _reduce_exp(x: Tensor) -> Tensor | None:
    """exp(log(x)) = x, exp(c*log(x)) = x^c."""
    coefficient, core = split_coefficient(x)
    if isinstance(core, Apply) and core.function == LOG:
        return apply(POWER, core.children[0], number(coefficient))
    return None


def _exp_definition(x: Tensor) -> Tensor | None:
    """exp of a sum as a product of powers of exp of its terms; exp(a*log(x)) = x^a for a scalar a."""
    if isinstance(x, Sum) and x.children:
        return multiply(*(apply(POWER, apply(EXP, term), number(c)) for c, term in x.terms))
    if isinstance(x, Einsum):
        scalar, rest = split_scalars(x) if x.dims else _split_log(x)
        if scalar is not None and isinstance(rest, Apply) and rest.function == LOG:
            return apply(POWER, rest.children[0], scalar)
    return None


def _split_log(x: Einsum) -> tuple[Tensor | None, Tensor]:
    """A scalar product with one logarithm in it as (the rest, the logarithm)."""
    for place, (factor, _) in enumerate(x.factors):
        if not factor.dims and isinstance(factor, Apply) and factor.function == LOG:
            rest = [*x.factors[:place], *x.factors[place + 1 :]]
            return einsum(rest, (), dict(enumerate(x.index_dims))), factor
    return None, x


def _reduce_log(x: Tensor) -> Tensor | None:
    """log(exp(x)) = x; log(x^p) = p log(x), with abs(x) where x may be negative (even p); log(softmax(x)) and the like."""
    value = as_number(x)
    if value is not None and value <= 0:
        raise DomainError(f"log({value}) is not a real number")
    if isinstance(x, Sum):
        return _log_of_complement(x)
    if not isinstance(x, Apply):
        return None
    if x.function == EXP:
        return x.children[0]
    if (known := x.function.logarithm(x.children)) is not None:
        return known
    if x.function == POWER and not x.children[1].dims:
        base, exponent = x.children
        p = as_number(exponent)
        if p is not None and p.numerator % 2 == 0 and not is_positive(base):
            return multiply(apply(LOG, ABS(base)), exponent)
        if is_positive(base) or p is not None:
            # An odd power or a root is positive only where its base is.
            return multiply(exponent, apply(LOG, base))
    return None


def _log_of_complement(x: Sum) -> Tensor | None:
    """log(1 - f(u)) where f knows it."""
    parts = dict(zip(x.children, x.coefficients, strict=True))
    inner = next((part for part, c in parts.items() if c == -1), None)
    if len(parts) != 2 or parts.get(ones(x.dims)) != 1 or not isinstance(inner, Apply):
        return None
    complement = inner.function.log_complement if isinstance(inner.function, Univariate) else None
    return None if complement is None else complement(inner.children[0])


def _log_definition(x: Tensor) -> Tensor | None:
    """log of a number as logs of primes; log of a product of positive factors as a sum."""
    value = as_number(x)
    if value is not None:
        assert value > 0
        factors = dict(factorise(value.numerator))
        for prime, times in factorise(value.denominator).items():
            factors[prime] = factors.get(prime, 0) - times
        if len(factors) == 1 and set(factors.values()) == {1}:
            return None
        return add([(times, apply(LOG, number(prime))) for prime, times in factors.items()], ())
    coefficient, core = split_coefficient(x)
    if coefficient > 0 and coefficient != 1:
        return add([(1, like(LOG(number(coefficient)), x)), (1, LOG(core))])
    for outside, inside in _parts_outside(x, integer=False):
        return add([(1, like(LOG(outside), x)), (1, LOG(inside))])
    if isinstance(x, Einsum) and (parts := _entrywise_factors(x, is_nonnegative)) is not None:
        return add([(1, LOG(part)) for part in parts])
    return None


def _entrywise_factors(x: Einsum, accept: Callable[[Tensor], bool]) -> list[Tensor] | None:
    """An entrywise product as a list of tensors, one for each factor that is accepted and one for the rest; None where
    that is no change."""
    if len(set(x.output)) != len(x.output):
        return None
    outputs = set(x.output)
    dims = dict(enumerate(x.index_dims))
    rest: list[Factor] = []
    taken: list[Factor] = []
    for node, indices in x.factors:
        (taken if outputs.issuperset(indices) and accept(node) else rest).append((node, indices))
    used = {index for _, indices in x.factors for index in indices}
    if not taken or len(x.factors) < 2:
        return None
    parts = [einsum([factor], x.output, {i: dims[i] for i in outputs}) for factor in taken]
    if rest or not used | outputs >= set(dims):
        parts.append(einsum(rest, x.output, dims))
    return parts


def _abs_definition(x: Tensor) -> Tensor | None:
    """abs of a product as the product of the factors' abs; the content of a sum outside."""
    common, rest = without_content(x)
    if common != 1:
        return scale(abs(common), ABS(rest))
    if isinstance(x, Einsum) and (parts := _entrywise_factors(x, lambda _: True)) is not None:
        return multiply(*(ABS(part) for part in parts))
    return None


def _reduce_abs(x: Tensor) -> Tensor | None:
    coefficient, core = split_coefficient(x)
    if coefficient != 1:
        return scale(abs(coefficient), apply(ABS, core))
    if is_nonnegative(x):
        return x
    if is_binary(x):
        return ones(x.dims)
    if isinstance(x, Apply) and x.function == POWER:
        base, exponent = x.children
        p = as_number(exponent)
        if p is not None and p.denominator == 1 and p.numerator % 2:
            return apply(POWER, ABS(base), exponent)
    return None


def _reduce_sign(x: Tensor) -> Tensor | None:
    coefficient, core = split_coefficient(x)
    if coefficient not in (1, -1):
        return scale(1 if coefficient > 0 else -1, apply(SIGN, core))
    if is_positive(x):
        return ones(x.dims)
    if is_binary(x):
        return x
    if isinstance(x, Apply) and x.function == SIGN:
        return x
    return None


def power(base: Tensor, exponent: Exponent) -> Tensor:
    """base ^ exponent in every entry; a scalar base is repeated over the axes of the exponent."""
    if not isinstance(exponent, Tensor):
        exponent = number(exponent)
    if exponent.dims and not base.dims:
        base = broadcast(base, exponent.dims)
    return apply(POWER, base, exponent)


POWER = Power()
EXP: Univariate = Univariate(
    "exp", lambda x: EXP(x), lambda ops, x: ops.exp(x), latex_name=r"\exp", exact={0: 1}, range=Bounds(0), nonzero=True,
    interval=lambda x: Bounds(*(exp(end) if end < log(_LARGE) else inf for end in x)),
    reduce=_reduce_exp, definition=_exp_definition, sympy="exp",
)  # fmt: skip
LOG: Univariate = Univariate(
    "log", lambda x: power(x, -1), lambda ops, x: ops.log(x), latex_name=r"\log", exact={1: 0},
    reduce=_reduce_log, definition=_log_definition, sympy="log",
)  # fmt: skip
ABS: Univariate = Univariate(
    "abs", lambda x: SIGN(x), lambda ops, x: ops.abs(x), parity=1, exact={0: 0}, kinks=(0,), range=Bounds(0),
    interval=lambda x: Bounds(0, max(map(abs, x))), real_only=True,
    reduce=_reduce_abs, definition=_abs_definition, sympy="Abs",
)  # fmt: skip
SIGN: Univariate = Univariate(
    "sign", lambda x: add([], x.dims), lambda ops, x: ops.sign(x), latex_name=r"\operatorname{sign}", parity=-1,
    exact={0: 0}, kinks=(0,), range=Bounds(-1, 1), real_only=True,
    reduce=_reduce_sign, definition=lambda x: multiply(x, power(ABS(x), -1)), sympy="sign",
)  # fmt: skip
