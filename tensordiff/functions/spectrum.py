"""Symmetric functions of eigenvalues and of singular values as functions of matrices, which have derivatives where values are
repeated: sum_a f(lambda_a) is the trace of f(A), the product the determinant, and of singular values the same at X'X."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from tensordiff.functions.determinant import DET
from tensordiff.functions.eigen import EIGVALS, LAMBDA_MAX, LAMBDA_MIN
from tensordiff.functions.extremes import Extreme
from tensordiff.functions.formula import PARAMETERS, T
from tensordiff.functions.power import EXP, LOG, POWER, power
from tensordiff.functions.singular import NORM_NUC, NORM_SPEC, SINGVALS, shorter
from tensordiff.functions.softmax import LogSumExp
from tensordiff.functions.symmetric_map import SymmetricMap
from tensordiff.tensor import (
    Apply,
    Assumption,
    Einsum,
    Node,
    Sum,
    Symbol,
    Tensor,
    add,
    apply,
    as_number,
    bottom_up,
    einsum,
    multiply,
    number,
    postorder,
    rebuild,
    scale,
    split_coefficient,
)


def of_spectrum(node: Tensor) -> Tensor | None:
    """A symmetric function of the eigenvalues, or the singular values, of a matrix as a function of the matrix; None for
    anything else."""
    if isinstance(node, Apply) and len(node.children) == 1:
        return _of_whole(node)
    return _of_sum(node) if isinstance(node, Einsum) else None


def _of_whole(node: Apply) -> Tensor | None:
    """The product, the largest, the smallest, and logsumexp of all values."""
    (argument,) = node.children
    if node.function == DET and isinstance(argument, Einsum) and argument.output == (0, 0) and len(argument.factors) == 1:
        values = argument.children[0]
        if _is(values, EIGVALS):
            return apply(DET, values.children[0])
        if _is(values, SINGVALS):
            return power(apply(DET, _gram(values.children[0])), Fraction(1, 2))
    coefficient, values = split_coefficient(argument)
    if isinstance(node.function, LogSumExp) and argument.rank == 1:
        raised = einsum([(EXP(argument), "a")], "")
        summed = _of_sum(raised) if isinstance(raised, Einsum) else None
        return None if summed is None else LOG(summed)
    if isinstance(node.function, Extreme) and _is(values, EIGVALS):
        (matrix,) = values.children
        return scale(coefficient, apply(LAMBDA_MAX if coefficient * node.function.greater > 0 else LAMBDA_MIN, matrix))
    if isinstance(node.function, Extreme) and _is(values, SINGVALS) and coefficient * node.function.greater > 0:
        return scale(coefficient, apply(NORM_SPEC, *values.children))
    return None


def _is(node: Tensor, function: object) -> bool:
    return isinstance(node, Apply) and node.function == function


def _of_sum(node: Einsum) -> Tensor | None:
    """sum_a f(lambda_a) as a trace."""
    for index in range(len(node.index_dims)):
        with_index = [factor for factor, indices in node.factors if index in indices]
        alone = all(indices == (index,) for _, indices in node.factors if index in indices)
        if index in node.output or not alone or not with_index:
            continue
        found = {
            part
            for factor in with_index
            for part in postorder([factor])
            if isinstance(part, Apply) and part.function in (EIGVALS, SINGVALS)
        }
        if len(found) != 1:
            continue
        (values,) = found
        of_singular = values.function == SINGVALS
        parameters: dict[Tensor, Symbol] = {}
        letter = _SINGULAR if of_singular else T
        formulas = [_formula(factor, values, letter, parameters) for factor in with_index]
        if any(formula is None for formula in formulas):
            continue
        formula = multiply(*(made for made in formulas if made is not None))
        summed = (_over_singular_values if of_singular else _trace)(formula, values.children[0], list(parameters))
        rest = [(factor, indices) for factor, indices in node.factors if index not in indices]
        sizes = {k: dim for k, dim in enumerate(node.index_dims) if k != index}
        return einsum([(summed, ()), *rest], node.output, sizes)
    return None


def _trace(formula: Tensor, matrix: Tensor, parameters: Sequence[Tensor]) -> Tensor:
    return einsum([(apply(SymmetricMap(formula), matrix, *parameters), "aa")], "")


_SINGULAR = Symbol.make("singular value", (), assumption=Assumption.POSITIVE)


def _over_singular_values(formula: Tensor, matrix: Tensor, parameters: Sequence[Tensor]) -> Tensor:
    """The sum of f(s) over the singular values of X as the trace of f(sqrt(t)) at X'X, or at X X' where the rows are fewer
    (Lewis 1995): its derivative is X times a function of X'X."""
    coefficient, core = split_coefficient(formula)
    if core is _SINGULAR:
        return scale(coefficient, apply(NORM_NUC, matrix))

    def halved(node: Node, children: tuple[Any, ...]) -> Any:
        assert isinstance(node, Tensor)
        if node is _SINGULAR:
            return power(T, Fraction(1, 2))
        if isinstance(node, Apply) and node.function == POWER and node.children[0] is _SINGULAR:
            return power(T, multiply(number(Fraction(1, 2)), node.children[1]))
        if isinstance(node, Einsum):  # powers of t are put together
            exponents = [e for child in children if (e := _exponent(child)) is not None]
            rest = [child for child in children if _exponent(child) is None]
            return multiply(power(T, add([(1, e) for e in exponents], ())), *rest) if exponents else multiply(number(1), *rest)
        return node if children == node.children else rebuild(node, children)

    return _trace(bottom_up(formula, halved), _gram(matrix), parameters)


def _exponent(node: Tensor) -> Tensor | None:
    if node is T:
        return number(1)
    return node.children[1] if isinstance(node, Apply) and node.function == POWER and node.children[0] is T else None


def _gram(matrix: Tensor) -> Tensor:
    """X'X, or X X' where the rows are fewer."""
    wide = shorter(matrix.dims) is not matrix.dims[1]
    return einsum([(matrix, "ia"), (matrix, "ja")] if wide else [(matrix, "ai"), (matrix, "aj")], "ij")


def _formula(node: Tensor, values: Tensor, letter: Symbol, parameters: dict[Tensor, Symbol]) -> Tensor | None:
    """A vector that is a function of the eigenvalues entry by entry, as a function of numbers, of the `letter`; scalars become
    parameters."""
    if node is values:
        return letter
    if (value := as_number(node)) is not None and not node.dims:
        return number(value)
    if not node.dims:
        if len(parameters) == len(PARAMETERS) or values in postorder([node]):
            return None
        return parameters.setdefault(node, PARAMETERS[len(parameters)])
    if isinstance(node, Einsum):
        if len(node.index_dims) != 1 or len(node.output) != 1 or any(len(indices) > 1 for _, indices in node.factors):
            return None
        parts = [_formula(factor, values, letter, parameters) for factor, _ in node.factors]
        return None if any(part is None for part in parts) else multiply(number(1), *(p for p in parts if p is not None))
    if isinstance(node, Sum):
        terms = [(c, _formula(child, values, letter, parameters)) for c, child in node.terms]
        return None if any(term is None for _, term in terms) else add([(c, term) for c, term in terms if term is not None], ())
    if isinstance(node, Apply) and node.function.elementwise:
        parts = [_formula(child, values, letter, parameters) for child in node.children]
        return None if any(part is None for part in parts) else apply(node.function, *(p for p in parts if p is not None))
    return None
