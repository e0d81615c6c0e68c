"""Verdicts on formulas that people derived by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tensordiff.api.derivative import variable_node
from tensordiff.api.expression import Expression
from tensordiff.api.functions import parse
from tensordiff.check.claims import check_claim
from tensordiff.check.verdict import Verdict
from tensordiff.matrix import Matrix


def check(
    answer: str | Expression,
    f: str | Expression,
    wrt: str | Expression | Sequence[str | Expression],
    layout: str = "any",
    entries: str = "any",
    *,
    where: Mapping[str, str] | None = None,
    shapes: Mapping[str, Any] | None = None,
    structures: Mapping[str, str] | None = None,
    assume: Mapping[str, str] | None = None,
) -> Verdict:
    """Whether `answer` is the derivative of f by one or several variables, and if not, why.

    `answer` is text or an expression; f is an expression, or text (then `shapes`, `structures` and `assume` declare its
    variables as in `parse`; without `shapes` they are inferred). `where` names parts for both. `layout` is "gradient",
    "numerator", "denominator", "vec-column", "vec-row", "index" (the answer ends in -> [i,j,k,l], f's indices, then the
    variable's) or "any"; `entries` is "free", "projected", "tied", "vech" or "any".

    The verdict is true where the answer is right in the layout asked; `status`, `method`, `layouts`, `entries`,
    `assumptions`, `factor`, `diagnosis`, `expected` and `witness` say more, and `str` tells it to a person. An answer
    whose operations do not conform gets a verdict too. Raises ParseError and UnknownNameError for text that cannot be read.

        >>> import tensordiff as td
        >>> verdict = td.check("A*A'", "A*V*A'", "V", shapes={"A": "m n", "V": "n n"})
        >>> bool(verdict), str(verdict.expected)
        (False, 'kron(A, A)')
    """
    if isinstance(f, str):
        f = parse(f, shapes, structures, where, assume)
        extra: Mapping[str, str] | None = None
    else:
        extra = where
    wanted = [wrt] if isinstance(wrt, str | Expression) else list(wrt)
    variables = [variable_node(f.scope, variable) for variable in wanted]
    scope = f.scope
    for variable in wanted:
        if isinstance(variable, Expression):
            scope = scope.merge(variable.scope)
    formula: str | Matrix = answer if isinstance(answer, str) else answer.matrix
    if isinstance(answer, Expression):
        scope = scope.merge(answer.scope)
    return check_claim(
        formula,
        f.matrix,
        variables,
        scope,
        layout=layout,
        entries=entries,
        where=extra,
        present=Expression,
    )
