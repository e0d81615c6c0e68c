"""The operands of an operation whose sizes are known: what does not fit is regrouped where it can be, and refused where not."""

from __future__ import annotations

from collections.abc import Sequence

from tensordiff.errors import ShapeError
from tensordiff.matrix.leaves import as_number
from tensordiff.matrix.node import Matrix, Shape
from tensordiff.matrix.resplit import alike, describe, grouping_mismatch, resplit, size_mismatch, square
from tensordiff.matrix.shape import total_size
from tensordiff.matrix.shape_laws import Place
from tensordiff.tensor import Dim, Group


class Fitted:
    """Operands for a shape law (`matrix.shape_laws.Operands`); `operands` are those that the law has made to fit.

    Raises ShapeError, with the operation and the sizes.
    """

    def __init__(self, word: str, operands: Sequence[Matrix]) -> None:
        self.word = word
        self.operands = list(operands)

    def __len__(self) -> int:
        return len(self.operands)

    def sizes(self, place: int) -> Shape:
        return self.operands[place].shape

    def number(self, place: int) -> int | None:
        value = as_number(self.operands[place])
        return None if value is None or value.denominator != 1 else int(value)

    def size(self, place: int) -> Group:
        node = self.operands[place]
        if node.op == "eye":
            return node.rows
        assert node.op == "size", "a size among the operands is given as one"
        return (node.data[0],)

    def square(self, place: int) -> Group:
        self.operands[place] = square(self.word, self.operands[place])
        return self.operands[place].rows

    def alike(self, places: Sequence[int]) -> Shape:
        fitted = alike(f"apply {self.word} to", [self.operands[place] for place in places])
        for place, node in zip(places, fitted, strict=True):
            self.operands[place] = node
        return next((node.shape for node in fitted if node.shape), ())

    def equal(self, left: Place, right: Place) -> Group:
        (first, axis), (second, other) = left, right
        a, b = self.operands[first], self.operands[second]
        wanted, own = (a.cols if axis else a.rows), (b.cols if other else b.rows)
        if total_size(wanted) != total_size(own):
            raise size_mismatch(f"apply {self.word} to", a, b)
        for place, node, side, group in ((second, b, other, wanted), (first, a, axis, own)):
            fitted = resplit(node, side, group)
            if fitted is not None:
                self.operands[place] = fitted
                return group
        raise grouping_mismatch(f"apply {self.word} to", a, b)

    def refuse(self, place: int, needs: str, hint: str | None = None) -> None:
        said = f"{self.word}{needs}" if needs.startswith("(") else f"{self.word} needs {needs}, got "
        described = "" if needs.startswith("(") else describe(self.operands[place])
        raise ShapeError(f"{said}{described}", hint=hint and hint.format(name=self.word))

    def single(self, place: int) -> None:
        if any(len(group) > 1 for group in self.operands[place].shape):
            self.refuse(place, "a matrix with single axes")

    def triangular(self, base: Group, strict: bool = False) -> Group:
        return (Dim.triangular(base[0], strict=strict),)
