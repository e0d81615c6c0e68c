"""What a derivation is made of: statements, which are chains of sides with signs between them, and the words around them."""

from __future__ import annotations

from tensordiff.records import field, record

EQUALS, DEFINED, APPROXIMATELY = "=", ":=", "≈"


@record
class Side:
    """One side of an equality, as it was written, and the line of the text (from 1) on which it begins."""

    text: str
    line: int


@record(frozen=False)
class Statement:
    """A chain of sides; `relations` has the sign before each side but the first. `open` says that it begins with one, so that
    the left side stands further above."""

    line: int
    sides: list[Side] = field(default_factory=list)
    relations: list[str] = field(default_factory=list)
    open: bool = False
    label: str = ""
    """What words stood before it in its line: where, let, so ..."""
    implied: bool = False
    """Whether an arrow stands before it."""

    @property
    def dangles(self) -> bool:
        """Whether it ends with a relation, so that what is on its right stands further below."""
        return len(self.relations) > len(self.sides) - (not self.open)

    @property
    def text(self) -> str:
        """The whole as one line."""
        found = self.relations[0] + " " if self.open else ""
        rest = self.relations[1:] if self.open else self.relations
        for place, side in enumerate(self.sides):
            found += side.text if not place else f" {rest[place - 1]} {side.text}"
        return f"{found} {self.relations[-1]}" if self.dangles else found


@record
class Words:
    """A sentence."""

    text: str
    line: int


Part = Statement | Words
