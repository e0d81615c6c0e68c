"""What LaTeX and Unicode have in common: products by juxtaposition or a dot, infix Kronecker products, raised inverses
and transposes. A style says how each part is spelled."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from fractions import Fraction

from tensordiff.functions import COMPARISONS
from tensordiff.matrix import Matrix
from tensordiff.matrix.operations import OPERATIONS
from tensordiff.matrix.triangles import triangle_of
from tensordiff.matrix.writer import ATOM, CONTRACTION, POSTFIX, PRODUCT, SUM, UNARY, Operand, Piece, write
from tensordiff.tensor import Dim, Function, Group

INFIX, JUXTAPOSED = PRODUCT, UNARY
"""Infix products (Kronecker, entrywise) bind less tightly than plain ones, and are never mixed without brackets."""


class Style(ABC):
    """A way of typesetting the matrix form."""

    brackets: tuple[str, str]
    times: str
    kron: str
    hadamard: str
    dot_divide: str
    fraction_level: int
    raises_fractions: bool = False
    """Whether a superscript may be a fraction."""

    def render(self, node: Matrix) -> str:
        """The node in this style. Raises BudgetError where it is over a million characters long."""
        return write(node, self.pieces, self.level, brackets=self.brackets)

    # Spellings.

    @abstractmethod
    def name(self, name: str) -> str:
        """A symbol or a `where` name."""

    @abstractmethod
    def number(self, value: Fraction) -> str:
        """A number that is not negative."""

    @abstractmethod
    def fraction(self, above: Sequence[Piece], below: Sequence[Piece]) -> list[Piece]:
        """A quotient; binds at `fraction_level`."""

    @abstractmethod
    def raised(self, exponent: Sequence[Piece]) -> list[Piece]:
        """An exponent."""

    @abstractmethod
    def raised_entries(self, exponent: Sequence[Piece]) -> list[Piece]:
        """An exponent of every entry."""

    @abstractmethod
    def transposed(self, inverted: bool) -> str:
        """The mark of a transpose, or of the transpose of an inverse."""

    @abstractmethod
    def function(self, function: Function | str) -> str:
        """The name of a function."""

    @abstractmethod
    def norm(self, inner: Sequence[Piece], kind: str) -> list[Piece]:
        """Norm bars; `kind` is 1, 2, F, or empty for the absolute value."""

    @abstractmethod
    def constant(self, op: str, groups: Sequence[Group]) -> str:
        """eye, ones, zeros, commutation, duplication, skew_duplication, elimination, tril, triu."""

    @abstractmethod
    def unit(self, dim: Dim, place: int) -> str:
        """A unit vector."""

    @abstractmethod
    def block(self, node: Matrix) -> list[Piece]:
        """A block matrix."""

    @abstractmethod
    def size(self, dim: Dim) -> str:
        """A dimension."""

    @abstractmethod
    def entry(self, letters: Sequence[str]) -> str:
        """Indices of an entry."""

    @abstractmethod
    def contraction(self, node: Matrix) -> list[Piece]:
        """Closed index notation."""

    def indexed(self, node: Matrix) -> list[Piece]:
        """What the indices of an entry are put on."""
        return [Operand(node, ATOM)]

    def contraction_level(self, node: Matrix) -> int:
        """How tightly closed index notation binds."""
        return CONTRACTION

    def root(self, inner: Piece | None) -> list[Piece] | None:
        """A square root around a scalar, where the style has one."""
        return None

    # Structure.

    def level(self, node: Matrix) -> int:
        match node.op:
            case "contract":
                return self.contraction_level(node)
            case "add":
                if len(node.children) > 1 or node.data[0] < 0:
                    return SUM
                return JUXTAPOSED if node.data[0].denominator == 1 else min(self.fraction_level, JUXTAPOSED)
            case "product":
                return JUXTAPOSED
            case "hadamard" if triangle_of(node):
                return ATOM
            case "kron" | "hadamard" | "dot_divide":
                return INFIX
            case "divide":
                return min(self.fraction_level, POSTFIX)
            case "power" if self._is_root(node) and self.root(None) is not None:
                return ATOM
            case "ones" | "zeros":
                return POSTFIX if len(node.shape) == 2 and not node.shape[0] else ATOM
            case "size":
                level = ATOM if node.data[0].base is None else min(self.fraction_level, POSTFIX)
                return SUM if node.data[0].terms else level
            case "number":
                value = node.data[0]
                return SUM if value < 0 else ATOM if value.denominator == 1 else min(self.fraction_level, POSTFIX)
        return POSTFIX if self.is_raised(node.op) else ATOM

    def is_raised(self, op: str) -> bool:
        """Whether an operation is written as a superscript."""
        script = OPERATIONS[op].superscript
        return op in ("transpose", "power", "dot_power") or (bool(script) and (self.raises_fractions or "/" not in script))

    def pieces(self, node: Matrix) -> Sequence[Piece]:
        children = node.children
        match node.op:
            case "symbol":
                return [self.name(node.data[0].name)]
            case "named":
                return [self.name(node.data[0])]
            case "number":
                value = node.data[0]
                return [*(["-"] if value < 0 else []), self.number(abs(value))]
            case "size":
                return [self.size(node.data[0])]
            case "pi":
                return [self.name("pi")]
            case "levi":
                return [self.name("epsilon")]
            case "add":
                return self.sum(node.data, children)
            case "product":
                return self.chain(self.times, node)
            case "hadamard":
                if (found := triangle_of(node)) is not None:
                    return [self.function(found[0]), self.brackets[0], Operand(found[1], SUM), self.brackets[1]]
                return self.chain(self.hadamard, node)
            case "kron":
                first = INFIX if children[0].op == "kron" else POSTFIX
                return [Operand(children[0], first), self.kron, Operand(children[1], POSTFIX)]
            case "divide":
                return self.quotient(Fraction(1), node)
            case "dot_divide":
                return self.chain(self.dot_divide, node)
            case "entry":
                return [*self.indexed(children[0]), self.entry([str(letter) for letter in node.data[0]])]
            case "contract":
                return self.contraction(node)
            case "block":
                return self.block(node)
        return self.superscript(node) if self.is_raised(node.op) else self.call(node)

    def sum(self, coefficients: Sequence[Fraction], children: Sequence[Matrix]) -> list[Piece]:
        pieces: list[Piece] = []
        for place, (coefficient, child) in enumerate(zip(coefficients, children, strict=True)):
            if place:
                pieces.append(" - " if coefficient < 0 else " + ")
            elif coefficient < 0:
                pieces.append("-")
            elif coefficient == 1 and child.op == "add":
                pieces.append(Operand(child, SUM))  # an earlier chunk of the same sum
                continue
            pieces.extend(self.multiple(abs(coefficient), child))
        return pieces

    def multiple(self, c: Fraction, node: Matrix) -> list[Piece]:
        """c * node for c >= 0."""
        if node.op == "number":
            return [self.number(c * node.data[0])]
        if node.op == "divide":
            return self.quotient(c, node)
        if c == 1:
            return [Operand(node, INFIX)]
        if node.op == "dot_divide" and node.children[0].op == "number":
            return [self.number(c), self.dot_divide, Operand(node.children[1], POSTFIX)]
        level = JUXTAPOSED if node.op != "size" else ATOM
        if self.fraction_level == ATOM or c.denominator == 1:
            return [self.number(c), self.times, Operand(node, level)]
        top: list[Piece] = [Operand(node, level)]
        if c.numerator != 1:
            top = [self.number(Fraction(c.numerator)), self.times, *top]
        return self.fraction(top, [self.number(Fraction(c.denominator))])

    def quotient(self, c: Fraction, node: Matrix) -> list[Piece]:
        above, below = node.children
        top: list[Piece]
        if self.fraction_level != ATOM:
            top = [Operand(above, JUXTAPOSED)] if c.numerator == 1 else self.multiple(Fraction(c.numerator), above)
            bottom: list[Piece] = [Operand(below, POSTFIX)]
            if c.denominator != 1:
                bottom = [
                    self.brackets[0],
                    self.number(Fraction(c.denominator)),
                    self.times,
                    Operand(below, JUXTAPOSED),
                    self.brackets[1],
                ]
            return self.fraction(top, bottom)
        if not above.is_scalar:
            # A matrix over a scalar: the scalar part in front as one fraction.
            bottom = self.multiple(Fraction(c.denominator), below)
            front = self.fraction([self.number(Fraction(c.numerator))], bottom)
            return [*front, self.times, Operand(above, JUXTAPOSED)]
        top = self.multiple(Fraction(c.numerator), above) if c.numerator != 1 else [Operand(above, SUM)]
        bottom = self.multiple(Fraction(c.denominator), below) if c.denominator != 1 else [Operand(below, SUM)]
        return self.fraction(top, bottom)

    def chain(self, sign: str, node: Matrix) -> list[Piece]:
        """Operands of one kind of product; what is a product of another kind is bracketed."""
        pieces: list[Piece] = []
        for place, child in enumerate(node.children):
            chunk = not place and child.op == node.op != "dot_divide"
            pieces.extend((sign, Operand(child, self.level(node) if chunk else POSTFIX)))
        return pieces[1:]

    def superscript(self, node: Matrix) -> list[Piece]:
        base = node.children[0]
        if node.op == "transpose":
            if base.op == "inv":
                return [Operand(base.children[0], ATOM), self.transposed(True)]
            return [Operand(base, ATOM), self.transposed(False)]
        if script := OPERATIONS[node.op].superscript:
            return [Operand(base, ATOM), *self.raised([script])]
        exponent = node.children[1]
        whole = exponent.op == "number" and exponent.data[0].denominator == 1
        inner: list[Piece] = [str(exponent.data[0]) if whole else Operand(exponent, SUM)]
        if node.op == "dot_power":
            return [Operand(base, ATOM), *self.raised_entries(inner)]
        root = self.root(Operand(base, SUM)) if self._is_root(node) else None
        if root is not None:
            return root
        if base.op == "inv" and whole:
            return [Operand(base.children[0], ATOM), *self.raised([f"-{exponent.data[0]}"])]
        return [Operand(base, ATOM), *self.raised(inner)]

    @staticmethod
    def _is_root(node: Matrix) -> bool:
        exponent = node.children[1] if len(node.children) > 1 else None
        return node.op == "power" and exponent is not None and exponent.op == "number" and exponent.data[0] == Fraction(1, 2)

    def comparison(self, node: Matrix) -> list[Piece]:
        left, right = node.children
        return [Operand(left, SUM), f" {self.relation(COMPARISONS[node.data[0].name])} ", Operand(right, SUM)]

    def relation(self, sign: str) -> str:
        """How a comparison is written."""
        return {"<=": r"\le", ">=": r"\ge"}.get(sign, sign)

    def call(self, node: Matrix) -> list[Piece]:
        children = node.children
        if node.op == "unit":
            return [self.unit(*node.data)]
        if not children:
            groups = node.shape
            if node.op == "commutation":
                groups = node.data
            elif node.op in ("duplication", "skew_duplication", "elimination", "tril", "triu"):
                groups = (node.data,)
            elif len(groups) == 2 and not groups[0]:
                return [self.constant(node.op, groups[1:]), self.transposed(False)]
            return [self.constant(node.op, groups)]
        inner: list[Piece] = [Operand(children[0], SUM)]
        if node.op in ("norm1", "norm2"):
            matrix = len(children[0].shape) == 2 and bool(children[0].rows)
            if matrix and node.op == "norm1":
                # Bars with a 1 around a matrix would be the operator norm.
                inner = [self.function("vec"), self.brackets[0], *inner, self.brackets[1]]
            return self.norm(inner, "1" if node.op == "norm1" else "F" if matrix else "2")
        function: Function | str = node.data[0] if node.op in ("apply", "map") else OPERATIONS[node.op].word
        name = function if isinstance(function, str) else function.name
        if name == "abs" and node.is_scalar:
            return self.norm(inner, "")
        arguments: list[Piece] = []
        for child in children:
            arguments.extend((", ", Operand(child, SUM)))
        if name in COMPARISONS:
            return [self.function("where"), self.brackets[0], *self.comparison(node), ", 1, 0", self.brackets[1]]
        if name == "where" and children[0].op == "apply" and children[0].data[0].name in COMPARISONS:
            arguments[1:2] = self.comparison(children[0])
        if name == "sqrt" and (root := self.root(Operand(children[0], SUM))) is not None:
            return root
        return [self.function(function), self.brackets[0], *arguments[1:], self.brackets[1]]
