"""Flat matrix form, in which expressions are folded: transposes stand at the letters only, never around a product.

Equal matrices are then mostly equal nodes, so common factors are found by comparing letters; `orient` puts the
transposes where they read best when all is done.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from tensordiff.fold.flat.factors import entry_factors, entry_power, letters, with_tangents
from tensordiff.fold.flat.order import Order
from tensordiff.fold.flat.places import as_entry
from tensordiff.matrix import Matrix, build
from tensordiff.matrix.build import (
    call,
    commutation,
    divide,
    dot_divide,
    dot_power,
    eye,
    hadamard,
    kron,
    number,
    ones,
    product,
    split_coefficient,
    transpose,
    zeros,
)
from tensordiff.matrix.operations import OPERATIONS
from tensordiff.matrix.triangles import MASKS
from tensordiff.tensor import UNIT, Dim, bottom_up, times

_MAX_ROTATED = 64
"""Traces of longer products keep the rotation that they have."""

_SELF_TRANSPOSED = frozenset({"eye"})


class Flat(Order):
    """Operations on flat expressions; an object remembers what it found out, for one fold.

    `mark_symmetric` tells it which letters equal their transposes, `mark_diagonal` which are diagonal, `like` which way round
    differences are written.
    """

    def __init__(self, like: Matrix | None = None) -> None:
        self._flipped: dict[Matrix, Matrix] = {}
        self._diagonal: set[Matrix] = set()
        super().__init__(like)

    def mark_symmetric(self, letter: Matrix) -> None:
        self._flipped[letter] = letter

    def mark_diagonal(self, letter: Matrix) -> None:
        self._diagonal.add(letter)

    def is_diagonal(self, node: Matrix) -> bool:
        return _is_diagonal(node) or node in self._diagonal

    def is_symmetric(self, node: Matrix) -> bool:
        return len(node.shape) == 2 and node.shape[0] == node.shape[1] and self.flip(node) is node

    def flip(self, node: Matrix) -> Matrix:
        """The transpose, with transposes at the letters."""
        found = self._flipped.get(node)
        return bottom_up(node, self._flip_node, self._flipped, _flip_operands) if found is None else found

    def _flip_node(self, node: Matrix, flipped: tuple[Matrix, ...]) -> Matrix:
        match node.op:
            case "transpose":
                return node.children[0]
            case "product":
                if node.is_scalar:
                    return node
                return product(*(x for x in flipped if x.is_scalar), *(x for x in reversed(flipped) if not x.is_scalar))
            case "hadamard":
                return self.hadamard(flipped)
            case "kron":
                return kron(*flipped)
            case "add":
                return node if node.is_scalar else self.ordered_sum(zip(node.data, flipped, strict=True))
            case "dot_divide":
                return dot_divide(*flipped)
            case "dot_power":
                return dot_power(*flipped)
            case "divide":
                return divide(*flipped)
            case "block":
                across: int = node.data[0]
                return build.block([flipped[column::across] for column in range(across)])
            case "commutation":
                return commutation(node.data[1], node.data[0])
            case "tril":
                return build.triu(node.data[0])
            case "triu":
                return build.tril(node.data[0])
            case "diag" if len(node.shape) == 2:
                return node
        return node if node.is_scalar or node.op in _SELF_TRANSPOSED else transpose(node)

    def product(self, factors: Iterable[Matrix]) -> Matrix:
        """The product of at least one factor, with identities dropped."""
        given = [letter for node in factors for letter in letters(node)]
        kept: list[Matrix] = []
        for letter in given:
            if letter.op == "ones" and kept and kept[-1].op == "ones" and not kept[-1].cols and not letter.rows:
                kept[-1] = ones(kept[-1].rows, letter.cols)
            elif kept and _is_diagonal(letter) and _is_diagonal(kept[-1]):
                kept[-1] = self.diagonal_matrix(self.hadamard([kept[-1].children[0], letter.children[0]]))
            elif _is_diagonal(letter) and len(kept) > 1 and kept[-1].op in MASKS and _is_diagonal(kept[-2]):
                mask, left = kept.pop(), kept.pop().children[0]  # diag(x)*tril(n)*diag(y) = tril(x*y')
                kept.append(self.hadamard([product(left, self.flip(letter.children[0])), mask]))
            elif letter.op != "eye":
                kept.append(letter)
        if all(letter.is_scalar for letter in kept):
            kept += [letter for letter in given if letter.op == "eye"][:1]
        return product(*kept)

    def hadamard(self, operands: Sequence[Matrix]) -> Matrix:
        """The product entry by entry: equal factors as powers, reciprocals below the line, masks of ones dropped."""
        return self.from_entry_factors([pair for operand in operands for pair in entry_factors(operand)], operands[0])

    def from_entry_factors(self, factors: Iterable[tuple[Matrix, Fraction]], like: Matrix) -> Matrix:
        """The product entry by entry of base.^exponent; of nothing, ones of the shape of `like`."""
        powers: dict[Matrix, Fraction] = {}
        for base, exponent in factors:
            powers[base] = powers.get(base, Fraction(0)) + exponent
        if any(base.op == "zeros" and exponent > 0 for base, exponent in powers.items()):
            return zeros(*like.shape)
        powers = with_tangents(powers)
        ordered = sorted(powers.items(), key=lambda item: (item[0].op in MASKS, self.length(item[0]), self.text_key(item[0])))
        top = [entry_power(base, exponent) for base, exponent in ordered if exponent > 0]
        bottom = [entry_power(base, -exponent) for base, exponent in ordered if exponent < 0]
        if not top and not bottom:
            return ones(like.rows, like.cols)
        numerator = hadamard(*top) if top else number(1)
        return dot_divide(numerator, hadamard(*bottom)) if bottom else numerator

    def ones(self, dim: Dim) -> Matrix:
        return ones((dim,))

    def diagonal(self, matrix: Matrix) -> Matrix:
        """The diagonal of a square matrix as a column."""
        if matrix.op == "eye":
            return ones(matrix.rows)
        if matrix.op == "diag":
            return matrix.children[0]
        if matrix.op in ("tril", "triu"):
            return ones(matrix.rows)
        return call("diag", min((matrix, self.flip(matrix)), key=lambda node: (self.length(node), node.key)))

    def diagonal_matrix(self, vector: Matrix) -> Matrix:
        """The diagonal matrix of a column."""
        if vector.op == "diag" and self.is_diagonal(vector.children[0]):
            return vector.children[0]
        return eye(vector.rows) if vector.op == "ones" else call("diag", vector)

    def scalar_word(self, factors: Sequence[Matrix]) -> Matrix:
        """A product row * ... * column; of its two readings always the same one."""
        made = [letter for factor in factors for letter in letters(factor)]
        turned = [letter for factor in reversed(factors) for letter in letters(self.flip(factor))]
        ways = [as_entry(word) or product(*word) for word in (made, turned)]
        return min(ways, key=lambda node: (self.length(node), node.key))

    def trace(self, factors: Sequence[Matrix]) -> Matrix:
        """tr of a product; of its rotations and their transposes always the same one, if it is not too long."""
        given = [letter for factor in factors for letter in letters(factor) if letter.op != "eye"]
        turned = [letter for factor in reversed(given) for letter in letters(self.flip(factor))]
        if len(given) > _MAX_ROTATED:
            return call("tr", product(*given))
        ways = [way[k:] + way[:k] for way in (given, turned) for k in range(len(way))]
        return call("tr", product(*min(ways, key=lambda way: [letter.key for letter in way])))

    def split(self, node: Matrix) -> tuple[Fraction, list[tuple[Matrix, Fraction]], Matrix]:
        """The node as coefficient * scalars with exponents * a matrix without scalar factors or a sign of its own."""
        coefficient = UNIT
        scalars: list[tuple[Matrix, Fraction]] = []
        while True:
            inner, node = split_coefficient(node)
            coefficient = times(coefficient, inner)
            if node.op == "divide":
                node, below = node.children
                scalars.append((below, Fraction(-1)))
                continue
            factors = letters(node)
            inside = [factor for factor in factors if factor.is_scalar]
            if node.is_scalar or not inside:
                sign, node = self.signed(node)
                return coefficient if sign == 1 else -coefficient, scalars, node
            scalars += [(factor, Fraction(1)) for factor in inside]
            node = product(*(factor for factor in factors if not factor.is_scalar))


def _is_diagonal(node: Matrix) -> bool:
    return node.op == "diag" and len(node.shape) == 2


def _flip_operands(node: Matrix) -> Sequence[Matrix]:
    if node.op == "product":
        return () if node.is_scalar else letters(node)
    pushed = OPERATIONS[node.op].transposes in ("operands", "reversed", "blocks") and node.op != "apply"  # exp(A)', not exp(A')
    return node.children if pushed else ()
