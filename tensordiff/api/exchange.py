"""Expressions from and for other tools."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tensordiff.api.expression import Expression, expression
from tensordiff.interop.from_einsum import from_einsum as read_einsum
from tensordiff.interop.from_sympy import from_sympy as read_sympy
from tensordiff.matrix import Scope


def from_sympy(expr: Any, structures: Mapping[str, str] | None = None, assume: Mapping[str, str] | None = None) -> Expression:
    """The expression of a SymPy scalar or matrix expression.

    Sizes are SymPy symbols or integers, a MatrixSymbol with one column is a column, and functions of every entry come from
    `applyfunc` and HadamardPower. A Sum over whole axes of matrix elements is read as index notation. `structures` and
    `assume` as in `parse`. Raises MissingRuleError, with the name of SymPy's class, for what has no counterpart.

        >>> import sympy
        >>> import tensordiff as td
        >>> n, m = sympy.symbols("n m")
        >>> X, V = sympy.MatrixSymbol("X", n, m), sympy.MatrixSymbol("V", n, n)
        >>> F = td.from_sympy((X.T * V.I * X).I)
        >>> print(F)
        inv(X'*inv(V)*X)
        >>> td.diff(F, "X").shape
        (Dim(m), Dim(m), Dim(n), Dim(m))
        >>> F.to_sympy() == (X.T * V.I * X).I
        True
    """
    return Expression(*read_sympy(expr, structures, assume))


def from_einsum(subscripts: str, *operands: Any) -> Expression:
    """The expression of numpy.einsum(subscripts, *operands), in index notation.

    Operands are expressions (or numbers, with no letters). NumPy's rules hold: without "->" the output is every letter that
    occurs once, in alphabetical order; a letter twice in one operand is a diagonal, twice in the output an error; "..."
    stands for the leading axes, the same in all operands that have it. Vectors take one letter. Raises ParseError
    for subscripts that are malformed or do not fit the number of operands, ShapeError where sizes do not fit.

        >>> import tensordiff as td
        >>> n, m = td.dims("n m")
        >>> A, x = td.matrix("A", n, m), td.vector("x", m)
        >>> f = td.from_einsum("ij,j->i", A, x)
        >>> print(f)
        A[i,j]*x[j] -> [i]
        >>> print(td.diff(f, x).matrix_form())
        A
    """
    if not isinstance(subscripts, str):
        raise TypeError(f"the subscripts come first, as a string, got {type(subscripts).__name__}")
    found = [expression(operand) for operand in operands]
    scope = Scope()
    for operand in found:
        scope = scope.merge(operand.scope)
    return Expression(read_einsum(subscripts, [operand.matrix for operand in found]), scope)
