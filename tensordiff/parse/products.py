"""What the operators of a text mean: products of all kinds, and powers."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from tensordiff.errors import ShapeError
from tensordiff.matrix import Matrix, build, describe


def power(base: Matrix, exponent: Matrix) -> Matrix:
    """A power; S^(1/2) of a matrix is its square root."""
    half = build.as_number(exponent) if exponent.op in ("number", "divide", "product") else None
    if len(base.shape) == 2 and half is not None and abs(half) == Fraction(1, 2):
        root = build.call("sqrtm", base)
        return root if half > 0 else build.inverse(root)
    return build.power(base, exponent)


def frobenius(left: Matrix, right: Matrix) -> Matrix:
    """The sum of the products of entries, tr(A'*B), of two values of one shape."""
    if left.shape != right.shape:
        build.hadamard(left, right)  # says what differs
        if left.is_scalar != right.is_scalar:
            raise ShapeError(
                f"the inner product of {describe(left)} and {describe(right)} is not defined", hint="both have one shape"
            )
    product = build.product(build.transpose(left), right)
    return product if product.is_scalar else build.call("tr", product)


def _dot(left: Matrix, right: Matrix) -> Matrix:
    """The inner product of two columns, else the product."""
    if len(left.shape) == len(right.shape) == 1:
        return build.product(build.transpose(left), right)
    return build.product(left, right)


def _kronecker_sum(left: Matrix, right: Matrix) -> Matrix:
    """kron(A, I) + kron(I, B)."""
    for side in (left, right):
        if side.rows != side.cols or not side.rows:
            raise ShapeError(f"a Kronecker sum needs square matrices, got {describe(side)}")
    return build.add([(1, build.kron(left, build.eye(right.rows))), (1, build.kron(build.eye(left.rows), right))])


OPERATIONS: dict[str, Callable[..., Matrix]] = {
    "*": build.product,
    "·": _dot,
    ":": frobenius,
    "kronsum": _kronecker_sum,
    ".*": build.hadamard,
    "/": build.divide,
    "./": build.dot_divide,
    "kron": build.kron,
}
