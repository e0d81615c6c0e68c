"""The cases of the table in SymPy's matrix expressions, where these can be written there and the derivative is right.

SymPy gives 0 for many derivatives that its matrix expressions have no rule for (log(det(X'*X)), sum(exp(X*W)), x'*A*x + b'*x),
and drops terms of others (softmax(x)). A wrong answer has no time worth comparing with, so every answer is evaluated first,
at small sizes that differ, and compared with ours, which the tests compare with differences.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import sympy

import tensordiff as td
from tests.cases import Case

SIZES = dict(zip("nmpqrd", (3, 2, 4, 5, 2, 3), strict=True))


def sympys(case: Case) -> tuple[Callable[[], object] | None, bool]:
    """(the derivation, whether SymPy gives any answer); no derivation where the answer is wrong or there is none."""
    if case.structures or case.where or case.assume or len(case.wrt) > 1:
        return None, False
    try:
        f = td.parse(case.f, **case.scope).to_sympy()
        shape = case.shapes[case.wrt[0]].split()
        sizes = [sympy.Symbol(size) for size in shape] + [sympy.Integer(1)] * (2 - len(shape))
        x = sympy.MatrixSymbol(case.wrt[0], *sizes) if shape else sympy.Symbol(case.wrt[0])
        derivative = f.diff(x)
        if derivative.has(sympy.Derivative):
            return None, False
        right = is_right(case, derivative)
    except Exception:  # whatever a peer raises, it cannot do the case
        return None, False
    return (lambda: f.diff(x)) if right else None, True


def is_right(case: Case, derivative: sympy.Basic) -> bool:
    """Whether SymPy's derivative has the value of ours; its axes are those of the variable, then those of f."""
    f = td.parse(case.f, **case.scope)
    rng = np.random.default_rng(0)
    values: dict[str, np.ndarray] = {}
    numbers: list[tuple[object, object]] = []
    for name, node in f.scope.symbols.items():
        shape = [dim.size(SIZES) for dim in node.dims]
        value = values[name] = rng.uniform(0.1, 0.8, shape)
        matrix = value.reshape(shape + [1] * (2 - len(shape)))
        symbol = sympy.MatrixSymbol(name, *matrix.shape) if shape else sympy.Symbol(name)
        numbers.append((symbol, sympy.ImmutableMatrix(matrix) if shape else float(value)))
    theirs = derivative.subs({sympy.Symbol(name): size for name, size in SIZES.items()}).subs(dict(numbers)).doit()
    if hasattr(theirs, "as_explicit"):
        theirs = theirs.as_explicit()
    J = td.diff(f, case.wrt[0], entries=case.entries)
    ours = np.asarray(J.evaluate(**values))
    rank = ours.ndim - J.variables[0].rank
    ours = np.moveaxis(ours, range(rank), range(-rank, 0))
    found = np.array(theirs.tolist() if hasattr(theirs, "tolist") else theirs, dtype=float)
    return found.size == ours.size and np.allclose(found.ravel(), ours.ravel())
