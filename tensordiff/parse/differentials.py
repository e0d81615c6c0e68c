"""What differentials and derivative signs stand for in a text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from tensordiff.matrix import Matrix
from tensordiff.parse.names import spellings
from tensordiff.parse.syntax import Syntax
from tensordiff.records import record


class Quotient:
    """What d(f)/d(x) is outside of claims: a formula, which `derive` knows (it stands above, and says so when it is loaded)."""

    formula: ClassVar[Callable[[Matrix, Sequence[Matrix]], Matrix] | None] = None


@record
class Differentials:
    """What d and the derivative signs stand for."""

    names: Mapping[str, str]
    """By what varies, the name of its differential, which is a name of the scope: {"X": "dX"}."""
    of: Callable[[Matrix], Matrix] | None = None
    """The differential of an expression; None where d is no operator."""
    derivative: Callable[[Syntax, Sequence[Matrix]], Matrix] | None = None
    """The derivative of an expression by variables, given its node."""

    entries: bool = False
    """Whether indices may stay open: the text is one entry, as is the other side of its equality."""

    @property
    def hidden(self) -> frozenset[str]:
        """The names of differentials that are written as d and a name, and are no words of their own."""
        return frozenset(made for name, made in self.names.items() if made == f"d{name}")

    def find(self, name: str) -> str | None:
        """The name of the differential of what is called so, in whichever spelling."""
        return next((self.names[other] for other in (name, *spellings(name)) if other in self.names), None)
