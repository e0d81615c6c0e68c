"""Functions of expressions, as Python calls them."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any, TypeAlias

from tensordiff.api.expression import Expression, expression
from tensordiff.api.value import Value
from tensordiff.matrix import Matrix, Scope, build
from tensordiff.matrix.symmetric import refuse_unsymmetric
from tensordiff.tensor import Dim, Size

Operand: TypeAlias = Value | Dim | Size | int | float | Fraction
"""What may stand in an expression: an expression, a derivative, a size, an exact number (a float by its shortest decimal)."""


def applied(constructor: Callable[..., Matrix], arguments: tuple[Any, ...]) -> Expression:
    """The constructor's value for operands, in the scope of them all."""
    operands = [expression(argument) for argument in arguments]
    scope = Scope()
    for operand in operands:
        scope = scope.merge(operand.scope)
    return Expression(constructor(*(operand.matrix for operand in operands)), scope)


def called(name: str, *arguments: Any) -> Expression:
    """The function of the language that has this name. Raises ShapeError where the operands do not fit."""
    return applied(lambda *operands: refuse_unsymmetric(build.call(name, *operands)), arguments)


def given(argument: Any) -> tuple[Any, ...]:
    """An operand that may be left out."""
    return () if argument is None else (argument,)
