"""Products of all kinds, quotients and powers."""

from __future__ import annotations

from fractions import Fraction

from tensordiff.errors import DomainError, ShapeError
from tensordiff.matrix.jets import jet_block
from tensordiff.matrix.leaves import as_number, eye, number
from tensordiff.matrix.linear import CHUNK, scale, split_coefficient, transpose
from tensordiff.matrix.node import Free, Matrix, Shape, normalise
from tensordiff.matrix.open_letters import merge_free, refuse_open
from tensordiff.matrix.operations import OPERATIONS
from tensordiff.matrix.resplit import alike, describe, grouping_mismatch, resplit, size_mismatch, square
from tensordiff.matrix.shape import same_size
from tensordiff.matrix.text import brief
from tensordiff.tensor import UNIT, postorder, times

_COLUMNS = "vectors are columns: x'*y is the inner product, x*y' the outer product, x.*y the product entry by entry"


def product(*operands: Matrix) -> Matrix:
    """The product from left to right; a scalar multiplies anything. Coefficients are taken out in front.

    Products among the operands are opened where that keeps the meaning: A*(x'*y) stays nested. Raises ShapeError.
    """
    first_open = next((place for place, operand in enumerate(operands) if operand.free), 0)
    if first_open > 1:  # x'*y*A[i,j]: what comes first is a whole value
        operands = (product(*operands[:first_open]), *operands[first_open:])
    free = merge_free("multiply", operands)
    coefficient = UNIT
    acc: list[Matrix] = []
    shape: Shape = ()
    for operand in operands:
        inner, core = split_coefficient(operand)
        coefficient = times(coefficient, inner)
        if core.op == "number":
            continue
        opened = core.op == "product" and (not free or _has_scalars_only(core)) and _may_open(core, shape, len(acc))
        for factor in core.children if opened else (core,):
            acc, shape = _append(acc, shape, factor)
    return scale(coefficient, _close(acc, shape))


def _may_open(inner: Matrix, shape: Shape, length: int) -> bool:
    """Whether the factors of a product may follow a product of this shape: (x'*y) after a matrix may not."""
    if not length:
        return True
    if length + len(inner.children) > CHUNK:
        return False
    if not shape:
        return True
    reached: Shape = ()
    for factor in inner.children:
        if reached and factor.shape and not _joined(reached, factor.shape):
            return False
        reached = _joined(reached, factor.shape)
    return True


def _has_scalars_only(inner: Matrix) -> bool:
    """Whether the factors of a product may stand among entries: those of x'*y may not."""
    return all(factor.is_scalar for factor in inner.children)


def _joined(left: Shape, right: Shape) -> Shape:
    """The shape of a conforming product."""
    if not left or not right:
        return left or right
    return normalise((left[0], right[1] if len(right) == 2 else ()))


def _append(acc: list[Matrix], shape: Shape, factor: Matrix) -> tuple[list[Matrix], Shape]:
    """One more factor on the right of a product; a full chunk becomes the first factor of a new one."""
    if shape and factor.shape and (len(shape) != 2 or shape[1] != factor.shape[0] or len(factor.shape) > 2):
        acc, shape, factor = _joinable(_close(acc, shape), factor)
    if len(acc) == CHUNK:
        acc = [_close(acc, shape)]
    acc.append(factor)
    return acc, _joined(shape, factor.shape)


def _joinable(left: Matrix, right: Matrix) -> tuple[list[Matrix], Shape, Matrix]:
    """The two sides of a product with their inner groups made alike. Raises ShapeError."""
    if len(left.shape) > 2 or len(right.shape) > 2:
        raise size_mismatch("multiply", left, right, "contract tensors in index notation, e.g. T[i,j,k]*x[k] -> [i,j]")
    cols, rows = left.cols, right.rows
    if not same_size(cols, rows):
        raise size_mismatch("multiply", left, right, _COLUMNS if left.is_vector and right.is_vector else None)
    fitted = resplit(right, 0, cols)
    if fitted is None:
        refitted = resplit(left, 1, rows)
        if refitted is None:
            raise grouping_mismatch("multiply", left, right)
        left, fitted = refitted, right
    return list(left.children) if left.op == "product" else [left], left.shape, fitted


def _close(acc: list[Matrix], shape: Shape) -> Matrix:
    if not acc:
        return number(1)
    if len(acc) == 1:
        return acc[0]
    return Matrix.make("product", shape, (), tuple(acc), merge_free("multiply", acc))


def factors_of(node: Matrix) -> list[Matrix]:
    """The flat list of factors of a product, left to right; what is no product is its one factor."""
    parts: list[tuple[Matrix, ...]] = []
    while node.op == "product":
        parts.append(node.children[1:])
        node = node.children[0]
    parts.append((node,))
    return [factor for chunk in reversed(parts) for factor in chunk]


def hadamard(*operands: Matrix) -> Matrix:
    """The product entry by entry; scalars multiply every entry. Raises ShapeError where sizes differ."""
    merge_free("multiply entry by entry", operands)
    scalars = [x for x in operands if x.is_scalar]
    coefficient = Fraction(1)
    factors: list[Matrix] = []
    for operand in alike("multiply entry by entry", [x for x in operands if not x.is_scalar]):
        inner, core = split_coefficient(operand)
        coefficient *= inner
        if core.op == "hadamard" and len(factors) + len(core.children) <= CHUNK:
            factors.extend(core.children)
            continue
        if len(factors) == CHUNK:
            factors = [Matrix.make("hadamard", factors[0].shape, (), tuple(factors))]
        factors.append(core)
    if len(factors) > 1:
        factors = [Matrix.make("hadamard", factors[0].shape, (), tuple(factors))]
    return scale(coefficient, product(*scalars, *factors))


def kron(*operands: Matrix) -> Matrix:
    """The Kronecker product, rows grouped (rows of the first, rows of the second), columns likewise. Raises ShapeError."""
    assert operands, "kron needs an operand"
    refuse_open("kron", operands)
    for operand in operands:
        if len(operand.shape) > 2:
            raise ShapeError(f"kron needs matrices, got {describe(operand)}")
    result = operands[0]
    for operand in operands[1:]:
        if result.is_scalar or operand.is_scalar:
            result = product(result, operand)
        else:
            shape = normalise((result.rows + operand.rows, result.cols + operand.cols))
            result = Matrix.make("kron", shape, (), (result, operand))
    return result


def divide(numerator: Matrix, denominator: Matrix) -> Matrix:
    """Every entry divided by a scalar. Raises ShapeError for another denominator, DomainError for zero."""
    if not denominator.is_scalar:
        raise ShapeError(
            f"cannot divide by {describe(denominator)}: / divides by a scalar only",
            hint="write A*inv(B) for a matrix, x./y entry by entry",
        )
    free = merge_free("divide", [numerator, denominator])
    below, denominator = split_coefficient(denominator)
    if not below:
        raise DomainError(f"division of {brief(numerator)} by zero")
    above, numerator = split_coefficient(numerator)
    if denominator.op == "number":
        return scale(above / below, numerator)
    return scale(above / below, Matrix.make("divide", numerator.shape, (), (numerator, denominator), free))


def dot_divide(numerator: Matrix, denominator: Matrix) -> Matrix:
    """The quotient entry by entry; either may be a scalar. Raises ShapeError where sizes differ."""
    if denominator.is_scalar:
        return divide(numerator, denominator)
    merge_free("divide", [numerator, denominator])
    above, numerator = split_coefficient(numerator)
    below, denominator = split_coefficient(denominator)
    if not below:
        raise DomainError("division by zero")
    numerator, denominator = alike("divide entry by entry", [numerator, denominator])
    return scale(above / below, Matrix.make("dot_divide", denominator.shape, (), (numerator, denominator)))


def power(base: Matrix, exponent: Matrix) -> Matrix:
    """`^`: a scalar to a scalar, or a square matrix to an integer or a size. Raises ShapeError, DomainError."""
    if not exponent.is_scalar:
        raise ShapeError(f"the exponent {describe(exponent)} is not a scalar", hint="write x.^y for powers entry by entry")
    free = merge_free("raise to a power", [base, exponent])
    value = as_number(exponent)
    if base.is_scalar:
        return _scalar_power(base, exponent, free)
    base = square("^", base, "write .^ for powers entry by entry")
    if value is None:
        block = jet_block(base, lambda above: True)
        inner = base if block is None else block
        if is_definite(inner) or (_is_gram(inner) and not _is_whole(exponent)):
            return real_power(base, exponent)
        _check_integer(base, exponent)
    elif value.denominator != 1:
        return real_power(base, exponent)
    elif value in (0, 1):
        return base if value else eye(base.rows)
    elif value < 0:
        return power(inverse(base), number(-value))
    return Matrix.make("power", base.shape, (), (base, exponent))


def real_power(base: Matrix, exponent: Matrix) -> Matrix:
    """A^p for a symmetric matrix A, positive definite where p is no whole number; `matrix.symmetric` sees to that where a
    person writes it."""
    value = as_number(exponent)
    if value is not None and abs(value) == Fraction(1, 2):
        root = Matrix.make("sqrtm", base.shape, (), (base,))
        return root if value > 0 else inverse(root)
    return Matrix.make("power", base.shape, ("real",), (base, exponent))


def _is_gram(matrix: Matrix) -> bool:
    """Whether it is written as X'*X, X*X' or X'*V*X, V positive definite."""
    coefficient, core = split_coefficient(matrix)
    if core.op != "product" or coefficient <= 0:
        return False
    factors = [factor for factor in core.children if not factor.is_scalar]
    while len(factors) > 1 and transpose(factors[0]) is factors[-1]:
        factors = factors[1:-1]
    return len(factors) < len(core.children) and (not factors or (len(factors) == 1 and is_definite(factors[0])))


def is_definite(matrix: Matrix) -> bool:
    """Whether it is written as a positive definite matrix: one declared so, its inverse, its sums with others."""
    coefficient, core = split_coefficient(matrix)
    match core.op:
        case "symbol":
            return coefficient > 0 and bool(core.data[0].structure.definite)
        case "named" | "inv":
            return coefficient > 0 and is_definite(core.children[0])
        case "add":
            return all(coefficient * c > 0 and is_definite(x) for c, x in zip(core.data, core.children, strict=True))
    return False


def inverse(base: Matrix) -> Matrix:
    """inv(A); 1/a for a scalar. Raises ShapeError for a matrix that is not square."""
    refuse_open("inv", [base])
    if base.is_scalar:
        return divide(number(1), base)
    if len(base.shape) > 2:
        if base.shape[-1] != base.shape[-2]:
            raise ShapeError(f"inv needs square matrices on the last two axes, got {describe(base)}")
        return Matrix.make("inv", base.shape, (), (base,))
    base = square("inv", base)
    return Matrix.make("inv", base.shape, (), (base,))


def _scalar_power(base: Matrix, exponent: Matrix, free: Free) -> Matrix:
    value, number_below = as_number(exponent), as_number(base)
    if value is not None and value in (0, 1):
        return base if value else number(1)
    if value is not None and number_below is not None and value.denominator == 1:
        if not number_below and value < 0:
            raise DomainError("division by zero: 0 to a negative power")
        digits = max(number_below.numerator.bit_length(), number_below.denominator.bit_length())
        if digits * abs(value) <= _MAX_BITS:
            return number(number_below ** int(value))
    return Matrix.make("power", (), (), (base, exponent), free)


_MAX_BITS = 4096
"""Powers of numbers with more digits stay powers."""


def _check_integer(base: Matrix, exponent: Matrix) -> None:
    """A symbolic exponent of a matrix is made of sizes, scalars and integers by +, - and *."""
    if not _is_whole(exponent):
        raise DomainError(
            f"cannot raise the matrix {brief(base)} to the power {brief(exponent)}: the exponent must be an integer or a size",
            hint="sqrtm(A) is the square root of a matrix, A.^p the power entry by entry",
        )


def _is_whole(exponent: Matrix) -> bool:
    for node in postorder([exponent]):
        fraction = node.op in ("number", "add") and any(c.denominator != 1 for c in node.data)
        if not OPERATIONS[node.op].integral or not node.is_scalar or fraction:
            return False
    return True


def dot_power(base: Matrix, exponent: Matrix) -> Matrix:
    """`.^`: powers entry by entry; the exponent has the sizes of the base or is a scalar, a scalar base is repeated."""
    if base.is_scalar and exponent.is_scalar:
        return power(base, exponent)
    merge_free("raise to a power entry by entry", [base, exponent])
    base, exponent = alike("raise to a power entry by entry", [base, exponent])
    if as_number(exponent) == 1:
        return base
    shape = base.shape or exponent.shape
    return Matrix.make("dot_power", shape, (), (base, exponent))
