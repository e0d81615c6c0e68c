"""What the modules of programming languages make of a text: statements whose values are syntax trees of array operations.

The operations (`Syntax.op`, with `data`), which every language is read into:
    number (Fraction)   name (str)   string (str)   constant (None, True, False, ...)   tuple
    negative            operate (the name of a function of two arrays)
    transpose (the name of the function of arrays that it is)
    call (the name of a function of arrays, and the names of its last children)
    entrywise (the name of a function of numbers)
    subscript (children: the array, then a child for each axis: a number, a `slice`, a constant None or ...)
    slice (children: the bounds that are written)
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tensordiff.parse.arrays.registry import Habits
from tensordiff.parse.syntax import Syntax


@dataclass(frozen=True)
class Assignment:
    """One name, or several for the parts of a tuple, and the value."""

    names: tuple[str, ...]
    value: Syntax


@dataclass(frozen=True)
class Code:
    """A text that was read: assignments in order, and the value at the end."""

    text: str
    """The text that the places in the trees count in."""
    result: Syntax
    habits: Habits
    assignments: tuple[Assignment, ...] = ()
    parameters: tuple[Syntax, ...] = field(default=())
    """The names that a lambda or def takes."""
