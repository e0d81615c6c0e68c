"""Arguments inside the domain of every elementwise function."""

from __future__ import annotations

from tensordiff.functions import ELEMENTWISE, EXP
from tensordiff.tensor import Function, Tensor, add, apply, number, ones

UNIT = {"artanh", "arcsin", "arccos", "erfinv"}
"""Functions of (-1, 1)."""


def applied(function: Function, x: Tensor, other: Tensor) -> Tensor:
    """The function of a tensor made from x, whose entries may be any numbers, and of `other` where it takes two."""
    positive = apply(EXP, x)
    if function.name == "polygamma":
        return apply(function, number(2), positive)
    if function.name == "where":
        return apply(function, apply(ELEMENTWISE["greater"], x, other), positive, other)
    if function.arguments != (1, 1):
        return apply(function, positive, other)
    if function.name in UNIT:
        return apply(function, apply(ELEMENTWISE["tanh"], x))
    if function.name == "logit":
        return apply(function, apply(ELEMENTWISE["sigmoid"], x))
    if function.name == "arcosh":
        return apply(function, add([(1, positive), (1, ones(x.dims))]))
    return apply(function, positive)
