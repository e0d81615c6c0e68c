"""What a rule on a whole product is: when it is tried, what it does, and why repeated use ends."""

from __future__ import annotations

from collections.abc import Callable, Set
from enum import Enum
from typing import Protocol

from tensordiff.records import record
from tensordiff.simplify.product import Product
from tensordiff.tensor import Tensor


class Context(Protocol):
    """What rules ask of the canonical form that they serve: sub-expressions in canonical form, and what it is made for."""

    define: bool
    """Whether functions are replaced by their definitions: the form decides equality, it is not for reading."""

    def tensor(self, node: Tensor) -> Tensor: ...
    def symmetric(self, node: Tensor) -> bool: ...
    def is_atom(self, node: Tensor) -> bool: ...


class Step(Enum):
    """What a rule has done to a product."""

    NONE = "nothing: the rule does not apply"
    REDUCED = "the product was rewritten in place; its factors are atoms"
    OPENED = "the product was rewritten in place; a factor may be a sum, or a product, that has to be multiplied out"
    ZERO = "the product is zero"


Outcome = Step | Tensor
"""A step, or the tensor that equals the product without its coefficient."""


class When(Enum):
    """The canonical forms that a rule serves."""

    ALWAYS = "both"
    DEFINED = "those that decide equality"
    READ = "those that are read"

    def holds(self, define: bool) -> bool:
        return self is When.ALWAYS or (self is When.DEFINED) == define


@record
class Rule:
    """A rule on a product. It is tried where one of the functions `heads` is among its factors (any, if there are none
    given) and it has at least `least` factors, in the canonical forms `when`."""

    name: str
    rule: Callable[[Product, Context], Outcome]
    ends: str
    """Why repeated use ends."""
    heads: frozenset[type] = frozenset()
    least: int = 1
    when: When = When.ALWAYS

    def is_about(self, heads: Set[type], define: bool) -> bool:
        """Whether the rule is to be tried on products with these functions among their factors, if they are long enough."""
        return self.when.holds(define) and (not self.heads or not self.heads.isdisjoint(heads))
