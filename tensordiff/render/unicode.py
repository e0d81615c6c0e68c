"""Unicode for terminals and notebooks: (Xᵀ·V⁻¹·X)⁻¹. The parser reads it back."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from tensordiff.matrix import Matrix, number_text
from tensordiff.matrix.text import block_pieces
from tensordiff.matrix.writer import PRODUCT, Operand, Piece
from tensordiff.render.names import unicode_name
from tensordiff.render.typeset import Style
from tensordiff.tensor import Dim, Function, Group, group_text

_RAISED = dict(zip("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻", strict=True))
_LETTERS = {"commutation": "K", "duplication": "D", "skew_duplication": "Dskew", "elimination": "L"}
_NORMS = {"1": "₁", "2": "₂", "F": "_F", "": ""}


def unicode(node: Matrix) -> str:
    """The matrix form in Unicode. Raises BudgetError."""
    return UNICODE.render(node)


class Unicode(Style):
    brackets = ("(", ")")
    times = "·"
    kron = " ⊗ "
    hadamard = " ⊙ "
    dot_divide = " ⊘ "
    fraction_level = PRODUCT

    def name(self, name: str) -> str:
        return unicode_name(name)

    def number(self, value: Fraction) -> str:
        return number_text(value)

    def fraction(self, above: Sequence[Piece], below: Sequence[Piece]) -> list[Piece]:
        return [*above, "/", *below]

    def raised(self, exponent: Sequence[Piece]) -> list[Piece]:
        digits = exponent[0]
        if isinstance(digits, str) and all(character in _RAISED for character in digits):
            return ["".join(_RAISED[character] for character in digits)]
        if isinstance(digits, Operand) and digits.node.op in ("symbol", "named", "size"):
            return ["^", *exponent]
        return ["^(", *exponent, ")"]

    def raised_entries(self, exponent: Sequence[Piece]) -> list[Piece]:
        return [".^", *exponent] if isinstance(exponent[0], str) else [".^(", *exponent, ")"]

    def transposed(self, inverted: bool) -> str:
        return "⁻ᵀ" if inverted else "ᵀ"

    def relation(self, sign: str) -> str:
        return {"<=": "≤", ">=": "≥"}.get(sign, sign)

    def function(self, function: Function | str) -> str:
        return function if isinstance(function, str) else function.name

    def norm(self, inner: Sequence[Piece], kind: str) -> list[Piece]:
        bar = "‖" if kind else "|"
        return [bar, *inner, bar + _NORMS[kind]]

    def constant(self, op: str, groups: Sequence[Group]) -> str:
        if op == "eye":
            groups = groups[:1]
        return f"{_LETTERS.get(op, op)}({','.join(group_text(group) for group in groups)})"

    def unit(self, dim: Dim, place: int) -> str:
        return f"unit({dim},{place})"

    def block(self, node: Matrix) -> list[Piece]:
        return ["[", *block_pieces(node, ", ", "; "), "]"]

    def size(self, dim: Dim) -> str:
        return str(dim)

    def entry(self, letters: Sequence[str]) -> str:
        return f"[{','.join(letters)}]"

    def contraction(self, node: Matrix) -> list[Piece]:
        letters, coefficients = node.data
        return [*self.sum(coefficients, node.children), f" → {self.entry(letters)}"]


UNICODE = Unicode()
