"""The operands of an operation whose sizes are known: what does not fit is regrouped where it can be, and refused where not."""

from __future__ import annotations

from collections.abc import Sequence

from tensordiff.errors import GroupingError, ShapeError
from tensordiff.matrix.leaves import as_number
from tensordiff.matrix.node import Matrix, Shape
from tensordiff.matrix.regroup import regroupings
from tensordiff.matrix.resplit import alike, describe, grouping_mismatch, resplit, size_mismatch, square
from tensordiff.matrix.shape import MalformedSizeError, SizeValue, added, multiplied, same_size
from tensordiff.matrix.shape_laws import Place, remainder
from tensordiff.matrix.text import brief
from tensordiff.tensor import Dim, Group, bottom_up, group_text


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
        try:
            return size_value(node).axis
        except MalformedSizeError:
            hint = "a size is a number, a declared size, or a product or sum of sizes"
            raise ShapeError(f"{self.word}: {brief(node)} is not a size", hint=hint) from None

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
        if not same_size(wanted, own):
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

    def have(self, place: Place, size: Group) -> None:
        operand, axis = place
        node = self.operands[operand]
        own = node.cols if axis else node.rows
        if not same_size(own, size):
            self.refuse(operand, f"an axis of size {group_text(size)}")
        fitted = resplit(node, axis, size)
        if fitted is None or (fitted.cols if axis else fitted.rows) != size:
            error = GroupingError(
                f"{self.word} needs an axis grouped ({group_text(size)}), and that of {brief(node)} is ({group_text(own)})",
                hint="a commutation matrix K(m,n) changes the order of a compound axis",
            )
            error.regroupings = regroupings((node, axis, size))
            raise error
        self.operands[operand] = fitted

    def beside(self, place: Place, size: Group, usual: Group, *, ahead: bool) -> Group:
        operand, axis = place
        own = self.operands[operand].cols if axis else self.operands[operand].rows
        return usual if same_size(own, usual + size) else remainder(own, size, usual, ahead=ahead)

    def single(self, place: int) -> None:
        if any(len(group) > 1 for group in self.operands[place].shape):
            self.refuse(place, "a matrix with single axes")

    def triangular(self, base: Group, strict: bool = False) -> Group:
        return (Dim.triangular(base[0], strict=strict),)


def size_value(node: Matrix) -> SizeValue:
    """The size that a scalar made of sizes stands for. Raises MalformedSizeError for anything else."""

    def visit(part: Matrix, values: tuple[SizeValue, ...]) -> SizeValue:
        match part.op:
            case "number" if part.data[0].denominator == 1 and part.data[0] >= 1:
                return SizeValue.number(int(part.data[0]))
            case "size":
                return SizeValue.of((part.data[0],))
            case "product":
                return multiplied(values)
            case "add" if all(c.denominator == 1 for c in part.data):
                return added([term for c, value in zip(part.data, values, strict=True) for term in _multiple(int(c), value)])
        raise MalformedSizeError

    return bottom_up(node, visit)


def _multiple(count: int, value: SizeValue) -> list[tuple[int, SizeValue]]:
    sign = 1 if count > 0 else -1
    return [(sign, value if abs(count) == 1 else multiplied([SizeValue.number(abs(count)), value]))]
