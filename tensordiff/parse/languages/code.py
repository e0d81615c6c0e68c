"""What the modules of programming languages make of a text: statements whose values are syntax trees of array operations.

The operations (`Syntax.op`, with `data`), which every language is read into:
    number (Fraction)   name (str)   string (str)   constant (None, True, False, ...)   tuple
    negative            operate (the name of a function of two arrays)
    transpose (the name of the function of arrays that it is)
    call (the name of a function of arrays or of numbers, and the names of its last children)
    subscript (children: the array, then a child for each axis: a number, a `slice`, a constant None or ...)
    slice (children: the bounds that are written)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from tensordiff.parse.syntax import Syntax
from tensordiff.records import field, record

Align = Literal["left", "right"]
"""Which axes of two arrays are put beside each other: the last ones (NumPy) or the first ones (R, Mathematica)."""

_OWN = frozenset(
    [
        "row",
        "turned",
        "same",
        "total",
        "count",
        "matrix_product",
        "solve_right",
        "diag_or_eye",
        "above",
        "at_least",
        "stack",
        "squeeze",
    ]
)
"""Functions of arrays that have these names here alone."""


@record
class Habits:
    """What a language means by an array."""

    align: Align = "right"
    columns: bool = False
    """Whether vectors are matrices with one column (MATLAB, Julia), or have one axis (NumPy, R)."""
    base: int = 0
    """Where axes and places are counted from."""
    scaling: bool = False
    """Whether I is the identity of any size."""


@record
class Assignment:
    """One name, or several for the parts of a tuple, and the value."""

    names: tuple[str, ...]
    value: Syntax


@record
class Code:
    """A text that was read: assignments in order, and the value at the end."""

    text: str
    """The text that the places in the trees count in."""
    result: Syntax
    habits: Habits
    assignments: tuple[Assignment, ...] = ()
    parameters: tuple[Syntax, ...] = field(default=())
    """The names that a lambda or def takes."""


def meaning(name: str, called: Mapping[str, str]) -> str:
    """The function that a word of a language stands for; `called` are those that have another name there."""
    return called.get(name, f"{name}()" if name in _OWN else name)
