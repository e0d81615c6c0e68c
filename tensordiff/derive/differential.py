"""Derivatives in differentials: df = tr(G'*dX), df = g'*dx, d2f = dx'*H*dy (Magnus and Neudecker, Matrix Differential
Calculus, the identification theorems)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from itertools import takewhile

from tensordiff.derive.derivative import free_derivative
from tensordiff.derive.form import Manner
from tensordiff.derive.layouts import matrix_axes
from tensordiff.differentiate import contract_links
from tensordiff.errors import BudgetError, DomainError, FoldError
from tensordiff.lower import lower
from tensordiff.matrix import Matrix, Scope, build, text
from tensordiff.matrix.linear import split_coefficient
from tensordiff.render import index_notation
from tensordiff.tensor import Tensor


def differential(f: Matrix, variables: Sequence[Matrix], scope: Scope, write: Callable[[Matrix], str] = text) -> str:
    """df = tr(G'*dX), dF = A*dV*B, d2f = dx'*H*dx, whichever way it is shortest. All entries of the variables vary, as far
    as the differentials, which are matrices of their structure, admit. `write` spells the form.

    Raises DomainError for more than two variables, FoldError where there is no such form.
    """
    order = len(variables)
    if order > 2:
        raise DomainError("differentials are written of first and second derivatives", hint="see str(J) for higher ones")
    free = free_derivative(f, variables)
    directions, declared = [], scope
    for variable in variables:
        name = variable.data[0].name
        change = next(made for made in (f"d{name}", f"delta_{name}") if made not in scope)
        if change not in declared:
            structure = "symmetric" if variable.data[0].structure.symmetric else "general"
            declared = declared.declare(change, variable.shape, structure)
        directions.append(declared.symbols[change])
    forms = [identified(f, free, directions, Manner(scope, f))]
    try:
        forms.append(_contracted(f, along(free, [lower(d) for d in directions]), Manner(declared)))
    except (FoldError, BudgetError):
        if forms == [None]:
            raise
    shortest = min((write(form) for form in forms if form is not None), key=len)
    return f"{'d' if order == 1 else 'd2'}{scope.name_for(f)} = {shortest}"


def along(derivative: Tensor, directions: Sequence[Tensor]) -> Tensor:
    """A derivative contracted with a direction for each variable."""
    return reduce(lambda made, d: contract_links(made, d, d.rank), reversed(directions), derivative)


def identified(f: Matrix, free: Tensor, directions: Sequence[Matrix], manner: Manner) -> Matrix | None:
    """tr(G'*dX), g'*dx or dx'*H*dy of a scalar, from its derivative by all entries; None where that has no such form."""
    if f.shape or any(len(d.shape) > 2 for d in directions):
        return None
    if len(directions) == 1:
        (direction,) = directions
        numerator = manner.form(free, matrix_axes("numerator", (), [direction.shape]))
        return None if numerator is None else _in_trace(numerator, direction)
    if not all(d.is_vector for d in directions):
        return None
    hessian = manner.form(free, matrix_axes("vec-column", (), [d.shape for d in directions]))
    return None if hessian is None else build.product(build.transpose(directions[0]), hessian, directions[1])


def _in_trace(numerator: Matrix, direction: Matrix) -> Matrix:
    """A scalar's differential, from its derivative in the numerator layout (G', m-by-n for X n-by-m) and dX."""
    if direction.is_scalar or direction.is_vector:
        return build.product(numerator, direction)
    coefficient, core = split_coefficient(numerator)
    factors = core.children if core.op == "product" else (core,)
    scalars = tuple(takewhile(lambda factor: factor.is_scalar, factors))
    inner = build.product(*factors[len(scalars) :], direction)
    return build.scale(coefficient, build.product(*scalars, build.call("tr", inner)))


def _contracted(f: Matrix, tensor: Tensor, manner: Manner) -> Matrix:
    """A differential in the shape of f. Raises FoldError where it has no matrix form."""
    forms = manner.readings(tensor)
    try:
        return manner.matrix(forms, matrix_axes("numerator", f.shape, [()]))
    except FoldError as failure:
        raise FoldError(
            f"there is no matrix form here: {failure}", hint=f"in index notation: {index_notation(forms[0])}"
        ) from None
