"""What is known of one operation of the matrix form; `operations` has the record of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Literal

from tensordiff.matrix.shape_laws import LAWS, OF_SQUARE, Law
from tensordiff.records import field, record
from tensordiff.tensor import Function

Build = Callable[..., Any]
"""(form, *operands) -> value, written in `form`, the constructors of the matrix form (`matrix.calls.FORM`)."""


@record
class Operation:
    """One operation of the matrix form. `name` is the op of its nodes (or, for a shorthand, its word alone)."""

    name: str
    shape: str = ""
    """The name of its shape law; empty for leaves, and where the arrangement or the letters of the node say its shape."""
    doc: str = ""
    """A sentence for the documentation; of a constant, what it is called in a message."""
    arguments: tuple[int, int | None] | None = None
    """The least and the most operands of a call; None for an operator, which has no call."""
    operands: tuple[Literal["value", "size", "axis", "integer", "condition"], ...] = ("value",)
    """What the operands are; the last kind goes for all further ones."""
    spelling: str = ""
    """The word for it in text, where that is not the name."""
    reserved: bool = True
    """Whether the word is kept for it; otherwise it is a call before a parenthesis only, and an ordinary name elsewhere."""
    of_scalar: Build | None = None
    """What it is of one scalar (a constant: with every size 1), where that has a simpler form."""
    written: Build | None = None
    """A shorthand: what it stands for; None where it is a node of its own after all."""
    transposes: Literal["outside", "operands", "reversed", "blocks", "itself", "never"] = "never"
    """outside: f(A') = f(A)'. operands, reversed, blocks: the transpose of the value is the operation on the transposes, in
    this or the opposite order, or in transposed arrangement. itself: f(A') = f(A)."""
    linear: tuple[int, ...] = ()
    """The operands that it is linear in; -1 stands for all."""
    real: bool = False
    """Whether it means something else for complex entries than what programs compute."""
    names_itself: bool = False
    """Whether a repeated value is worth a name; others read well as they are."""
    integral: bool = False
    """Whether it makes integers of integers, as an exponent of a matrix and a size must be."""
    meets_scalars: bool = True
    """Whether a scalar is a likely operand; for others an undeclared name there is read as something larger."""
    conjugates: Literal["inside", "drops", "never"] = "inside"
    """inside: conj f(A) = f(conj A). drops: the value is real, f(conj A) = f(A)."""
    holomorphic: bool = True
    domain: Literal["any", "invertible", "definite", "principal", "full-rank", "nonzero", "symmetric"] = "any"
    """Where it has a value and a derivative."""
    result: Literal["any", "alike", "symmetric", "lower-triangular"] = "any"
    """The structure of the value; alike: symmetric where the operands are."""
    primary: bool = False
    """An analytic function of one matrix: it commutes with the matrix and with everything that does."""
    latex: str = ""
    """A LaTeX operator; the name in upright letters where empty."""
    superscript: str = ""
    """What typeset mathematics writes it as, a superscript on the operand, where it does."""
    function: Function | None = None
    """The function of the index form that it is lowered to, where that is one."""
    own_law: Law | None = None
    """Its shape law, where that is like no other."""
    elsewhere: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """What other systems call it or its like, and how that is written here."""

    @property
    def law(self) -> Law:
        return self.own_law or LAWS[self.shape]

    @property
    def needs_square(self) -> bool:
        """Whether its operand is a square matrix."""
        return self.shape in OF_SQUARE

    @property
    def word(self) -> str:
        return self.spelling or self.name

    def kind(self, place: int) -> str:
        """What operand `place` is."""
        return self.operands[min(place, len(self.operands) - 1)]

    @property
    def is_constant(self) -> bool:
        """Whether all that it is made of are sizes and places."""
        return self.arguments is not None and self.operands[0] == "size"

    def is_linear_in(self, place: int) -> bool:
        return place in self.linear or -1 in self.linear
