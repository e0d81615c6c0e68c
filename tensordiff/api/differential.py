"""Derivatives written in differentials."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce

from tensordiff.api.derivative import Derivative, diff, display_name, variable_node
from tensordiff.api.sweeps import Product
from tensordiff.derive import in_differentials
from tensordiff.differentiate import Entries, contract_links
from tensordiff.errors import DomainError, FoldError
from tensordiff.lower import lower
from tensordiff.matrix import Matrix, build, text


def differential(derivative: Derivative) -> str:
    """df = tr(G'*dX), dF = A*dV*B, d2f = dx'*H*dx, whichever way it is shortest; see `Derivative.differential`."""
    f, order = derivative.f, derivative.order
    if order > 2:
        raise DomainError("differentials are written of first and second derivatives", hint="see str(J) for higher ones")
    # Whatever the entries were to mean: in a differential all of them vary, as far as the structure admits.
    names = [v.name for v in derivative.variables]
    free = diff(f, *names, entries=Entries.FREE)
    scope, directions = f.scope, []
    for name in names:
        change = next(made for made in (f"d{name}", f"delta_{name}") if made not in f.scope)
        if change not in scope:
            scope = scope.declare(change, variable_node(f.scope, name).shape)
        directions.append(scope.symbols[change])
    along = reduce(lambda made, d: contract_links(made, d, d.rank), map(lower, reversed(directions)), free.tensor)
    forms = [text(form) for form in _identified(free, directions)]
    try:
        forms.append(str(Product(along, scope, f.matrix.shape).matrix_form()))
    except FoldError:
        if not forms:
            raise
    return f"{'d' if order == 1 else 'd2'}{display_name(f, derivative.scope)} = {min(forms, key=len)}"


def _identified(free: Derivative, directions: Sequence[Matrix]) -> Iterator[Matrix]:
    """tr(G'*dX) or dx'*H*dy of a scalar, where the derivative has a matrix form."""
    if free.f.matrix.shape:
        return
    try:
        if free.order == 1:
            yield in_differentials(free.matrix_form("numerator").matrix, directions[0])
        elif all(d.is_vector for d in directions):
            yield build.product(build.transpose(directions[0]), free.matrix_form().matrix, directions[1])
    except FoldError:
        return
