"""Words that stand for something longer, written in the constructors `form` of the matrix form."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from tensordiff.matrix.operation import Operation


def itself(form: Any, x: Any) -> Any:
    """A number, for operations that leave it as it is."""
    return x


def _half(form: Any, terms: Any) -> Any:
    return form.add([(Fraction(c, 2), term) for c, term in terms])


def _column(form: Any, x: Any) -> Any:
    """A vector as a column."""
    return x if not x.shape or x.rows else form.transpose(x)


def _length(form: Any, group: Any) -> Any:
    return form.product(*(form.size(dim) for dim in group))


def _skew_part(form: Any, x: Any) -> Any:
    if not (x.rows and x.cols):
        return form.call("hat", x)
    return _half(form, [(1, x), (-1, form.transpose(x))])


def _deviator(form: Any, x: Any) -> Any:
    trace = form.divide(form.call("tr", x), _length(form, x.rows))
    return form.add([(1, x), (-1, form.product(trace, form.eye(x.rows)))])


def _column_products(form: Any, a: Any, b: Any) -> Any:
    """Of rows their entrywise product; None where it is the node of its own."""
    if a.rows and b.rows and a.cols and b.cols:
        return None
    return form.hadamard(form.kron(a, form.ones(b.rows)), form.kron(form.ones(a.rows), b))


def _kron_sum(form: Any, a: Any, b: Any) -> Any:
    return form.add([(1, form.kron(a, form.eye(b.rows))), (1, form.kron(form.eye(a.rows), b))])


def _variance(form: Any, x: Any) -> Any:
    return form.call("mean", form.dot_power(form.add([(1, x), (-1, form.call("mean", x))]), form.number(2)))


def _cumulated(form: Any, x: Any) -> Any:
    if x.is_scalar:
        return x
    mask = form.tril((x.rows or x.cols)[0])
    return form.product(mask, x) if x.rows else form.product(x, form.transpose(mask))


SHORTHANDS = (
    Operation(
        "sym", "square-to-square", "(A + A')/2, the symmetric part.", (1, 1), of_scalar=itself, reserved=False,
        written=lambda form, x: _half(form, [(1, x), (1, form.transpose(x))]), transposes="outside", linear=(0,),
        meets_scalars=False, result="symmetric",
    ),
    Operation(
        "skew", "skew", "(A - A')/2, the skew part of a matrix; of a vector of size 3 hat(w).", (1, 1),
        of_scalar=lambda form, x: form.number(0), reserved=False, written=_skew_part, transposes="outside", linear=(0,),
        meets_scalars=False,
    ),
    Operation(
        "dev", "square-to-square", "A - tr(A)/n*eye(n), the deviator.", (1, 1), of_scalar=lambda form, x: form.number(0),
        reserved=False, written=_deviator, transposes="outside", linear=(0,), meets_scalars=False, result="alike",
    ),
    Operation(
        "cross", "cross", "The cross product of vectors of size 3, hat(a)*b.", (2, 2), reserved=False, linear=(0, 1),
        written=lambda form, a, b: form.product(form.call("hat", _column(form, a)), _column(form, b)),
    ),
    Operation(
        "outer", "outer", "x*y' of vectors.", (2, 2), reserved=False, linear=(0, 1),
        written=lambda form, x, y: form.product(_column(form, x), form.transpose(_column(form, y))),
    ),
    Operation(
        "dot", "dot", "x'*y of vectors.", (2, 2), reserved=False, linear=(0, 1),
        written=lambda form, x, y: form.product(form.transpose(_column(form, x)), _column(form, y)),
    ),
    Operation(
        "solve", "solve", "inv(A)*B, also A\\B.", (2, 2), reserved=False, linear=(1,), domain="invertible",
        written=lambda form, a, b: form.product(form.inverse(a), b),
    ),
    Operation(
        "kr", "column-products", "The Khatri-Rao product: the columns kron(a_j, b_j).", (2, 2), reserved=False,
        written=_column_products, linear=(0, 1),
    ),
    Operation(
        "kronsum", "kron-sum", "kron(A, eye(m)) + kron(eye(n), B) of square matrices.", (2, 2), reserved=False,
        written=_kron_sum, transposes="operands", result="alike",
    ),
    Operation(
        "var", "to-scalar", "The mean square difference from the mean of all entries.", (1, 1), reserved=False,
        written=_variance, transposes="itself",
    ),
    Operation(
        "prod", "to-scalar", "The product of all entries.", (1, 1), of_scalar=itself, reserved=False,
        written=lambda form, x: form.call("det", form.call("diag", form.call("vec", x))), transposes="itself",
    ),
    Operation(
        "std", "to-scalar", "The square root of the variance of all entries.", (1, 1), reserved=False,
        written=lambda form, x: form.call("sqrt", _variance(form, x)), transposes="itself",
    ),
    Operation(
        "cumsum", "cumulated", "The sums of the first 1, 2, ... entries of a vector.", (1, 1), reserved=False,
        written=_cumulated, linear=(0,),
    ),
)  # fmt: skip
"""Words that stand for something longer, which is what is printed where `written` gives it. A name of the user's own wins."""
