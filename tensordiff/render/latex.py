r"""LaTeX, as a person would typeset it: \left(X^{\top} V^{-1} X\right)^{-1}."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from tensordiff.matrix import Matrix
from tensordiff.matrix.operations import OPERATIONS
from tensordiff.matrix.text import block_pieces
from tensordiff.matrix.writer import ATOM, POSTFIX, SUM, Operand, Piece
from tensordiff.render.names import latex_name
from tensordiff.render.typeset import JUXTAPOSED, Style
from tensordiff.tensor import Dim, Function, Group

_OPERATORS = {"exp": r"\exp", "log": r"\log", "max": r"\max", "min": r"\min"}
_LETTERS = {
    "eye": "I", "commutation": "K", "duplication": "D", "skew_duplication": r"\tilde{D}", "elimination": "L", "zeros": "0",
    "ones": r"\mathbf{1}",
}  # fmt: skip


def latex(node: Matrix) -> str:
    r"""The matrix form in LaTeX.

    Products are juxtaposed, \otimes is the Kronecker and \odot the entrywise product; a raised \circ marks entrywise
    powers. Raises BudgetError.
    """
    return LATEX.render(node)


class Latex(Style):
    brackets = (r"\left(", r"\right)")
    times = " "
    kron = r" \otimes "
    hadamard = r" \odot "
    dot_divide = r" \oslash "
    fraction_level = ATOM
    raises_fractions = True

    def name(self, name: str) -> str:
        return latex_name(name)

    def number(self, value: Fraction) -> str:
        return str(value.numerator) if value.denominator == 1 else rf"\frac{{{value.numerator}}}{{{value.denominator}}}"

    def fraction(self, above: Sequence[Piece], below: Sequence[Piece]) -> list[Piece]:
        return [r"\frac{", *above, "}{", *below, "}"]

    def raised(self, exponent: Sequence[Piece]) -> list[Piece]:
        return ["^{", *exponent, "}"]

    def raised_entries(self, exponent: Sequence[Piece]) -> list[Piece]:
        return [r"^{\circ ", *exponent, "}"]

    def transposed(self, inverted: bool) -> str:
        return r"^{-\top}" if inverted else r"^{\top}"

    def function(self, function: Function | str) -> str:
        return function_latex(function)

    def norm(self, inner: Sequence[Piece], kind: str) -> list[Piece]:
        if not kind:
            return [r"\left\lvert ", *inner, r" \right\rvert"]
        return [r"\left\lVert ", *inner, rf" \right\rVert_{{{kind}}}"]

    def constant(self, op: str, groups: Sequence[Group]) -> str:
        sizes = [self._product(group) for group in groups]
        if op == "eye":
            sizes = sizes[:1]
        if op not in _LETTERS:
            return rf"\operatorname{{{op}}}({', '.join(sizes)})"
        head = _LETTERS[op]
        return f"{head}_{{{(', ' if op == 'commutation' else ' ' + chr(92) + 'times ').join(sizes)}}}"

    def unit(self, dim: Dim, place: int) -> str:
        return rf"\operatorname{{unit}}({self.size(dim)}, {place})"

    def block(self, node: Matrix) -> list[Piece]:
        return [r"\begin{bmatrix} ", *block_pieces(node, " & ", r" \\ "), r" \end{bmatrix}"]

    def size(self, dim: Dim) -> str:
        if dim.base is not None:
            base = self.size(dim.base)
            front = f"({base})" if dim.base.terms else base
            return rf"\frac{{{front} ({base} {'-' if dim.strict else '+'} 1)}}{{2}}"
        if dim.terms:
            return " + ".join(self._multiple(count, product) for product, count in dim.terms)
        return latex_name(str(dim))

    def _product(self, group: Group) -> str:
        return " ".join(f"({self.size(dim)})" if dim.terms and len(group) > 1 else self.size(dim) for dim in group)

    def _multiple(self, count: int, product: Group) -> str:
        return self._product(product) if count == 1 else f"{count} {self._product(product)}".rstrip()

    def entry(self, letters: Sequence[str]) -> str:
        return f"_{{{subscript(letters)}}}"

    def indexed(self, node: Matrix) -> list[Piece]:
        """TeX has one subscript for each group: what has one already is braced."""
        base: list[Piece] = [Operand(node, ATOM)]
        if node.op in ("symbol", "named"):
            name = node.data[0] if node.op == "named" else node.data[0].name
            return ["{", *base, "}"] if "_" in latex_name(name) else base
        return base if node.children else ["{", *base, "}"]

    def contraction(self, node: Matrix) -> list[Piece]:
        """One sum for each term, over the letters that are no axes; the axes stand outside as indices."""
        letters, coefficients = node.data
        pieces: list[Piece] = []
        for place, (coefficient, child) in enumerate(zip(coefficients, node.children, strict=True)):
            if place or coefficient < 0:
                pieces.append((" - " if coefficient < 0 else " + ") if place else "-")
            summed = [letter for letter, _ in child.free if letter not in letters]
            if not summed:
                pieces.extend(self.multiple(abs(coefficient), child))
                continue
            if abs(coefficient) != 1:
                pieces.extend((self.number(abs(coefficient)), self.times))
            pieces.append(rf"\sum_{{{subscript(summed)}}} ")
            pieces.append(Operand(child, JUXTAPOSED))
        return [self.brackets[0], *pieces, self.brackets[1], self.entry(letters)] if node.shape else pieces

    def contraction_level(self, node: Matrix) -> int:
        return POSTFIX if node.shape else SUM

    def root(self, inner: Piece | None) -> list[Piece] | None:
        return [r"\sqrt{", *([] if inner is None else [inner]), "}"]


def function_latex(function: Function | str) -> str:
    r"""The name of a function: \exp, \operatorname{tr}, f'."""
    if not isinstance(function, str) and function.latex_name:
        return function.latex_name
    name = function if isinstance(function, str) else function.name
    if name in OPERATIONS and OPERATIONS[name].latex:
        return OPERATIONS[name].latex
    return _OPERATORS.get(name) or rf"\operatorname{{{name}}}"


def subscript(letters: Sequence[str]) -> str:
    """Indices side by side, or with commas where one has several characters."""
    return "".join(letters) if all(len(letter) == 1 for letter in letters) else ",".join(_index(letter) for letter in letters)


def _index(letter: str) -> str:
    if "+" in letter:
        return letter.replace("*", " ")
    return letter if len(letter) == 1 or letter.isdigit() else f"{letter[0]}_{{{letter[1:]}}}"


LATEX = Latex()
