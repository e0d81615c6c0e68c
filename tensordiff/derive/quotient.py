"""Derivatives as formulas of their own shape: what d(f)/d(x) stands for inside other formulas."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tensordiff.derive.by_entries import by_entries
from tensordiff.derive.derivative import free_derivative
from tensordiff.derive.form import Manner, derivative_form
from tensordiff.derive.layouts import DerivativeAxes, MatrixAxes, read_entries
from tensordiff.differentiate import Entries, constrain
from tensordiff.errors import FoldError, UnknownNameError
from tensordiff.matrix import Matrix, Scope, brief, text
from tensordiff.parse.differentials import Quotient
from tensordiff.tensor import Tensor, postorder


def quotient(f: Matrix, variables: Sequence[Matrix]) -> Matrix:
    """The derivative of f by declared symbols, within their structures: for a scalar f in the shape of the variable, for a
    vector by a vector the matrix df_i/dx_j, of more axes in index notation.

    Raises UnknownNameError for a variable that is no symbol, FoldError where there is no formula.
    """
    for variable in variables:
        if variable.op != "symbol":
            raise UnknownNameError(f"cannot differentiate by {text(variable)}: it is not a declared symbol")
    if f.free:
        raise FoldError(f"{brief(f)} is one entry: a derivative is of a whole", hint="d(f)/d(x), then its entries: (...)[i,j]")
    entries = read_entries(None, variables)
    axes = DerivativeAxes.of(f.shape, variables, entries)
    free = free_derivative(f, variables)
    manner = Manner(_scope(f, variables), f)

    def by(meaning: Entries) -> Tensor:
        return constrain(free, len(f.dims), axes.symbols, meaning)

    return own_form(manner.readings(by(entries)), axes, manner, by)


def own_form(forms: Sequence[Tensor], axes: DerivativeAxes, manner: Manner, other: Callable[[Entries], Tensor]) -> Matrix:
    """The formula of a derivative, given in some readings, in its own shape: a matrix, or index notation. Raises FoldError."""
    try:
        return _as_matrix(forms, axes, manner, other)
    except FoldError as error:
        failure = error
    if any(len(group) != 1 for group in axes.groups):
        raise failure
    for form in forms:
        try:
            return by_entries(form, {**manner.scope.symbols, **manner.scope.where})
        except FoldError as error:
            failure = error
    raise failure


def _as_matrix(forms: Sequence[Tensor], axes: DerivativeAxes, manner: Manner, other: Callable[[Entries], Tensor]) -> Matrix:
    if axes.default_layout in ("gradient", "numerator"):
        return derivative_form(forms, axes, axes.default_layout, manner, other)
    if len(axes.groups) > 2:
        raise FoldError("a matrix has two axes")
    rows = sum(len(group) for group in axes.groups[:1])
    rank = sum(len(group) for group in axes.groups)
    return manner.matrix(forms, MatrixAxes(tuple(range(rows)), tuple(range(rows, rank))))


def _scope(f: Matrix, variables: Sequence[Matrix]) -> Scope:
    scope = Scope()
    for node in postorder([f, *variables]):
        if node.op == "symbol":
            scope = scope.with_symbol(node)
        elif node.op == "named":
            scope = scope.with_where(str(node.data[0]), node)
    return scope


Quotient.formula = quotient
