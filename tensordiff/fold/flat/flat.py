"""Flat matrix form, in which expressions are folded: transposes stand at the letters only, never around a product.

Equal matrices are then mostly equal nodes, so common factors are found by comparing letters; `orient` puts the
transposes where they read best when all is done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from typing import TypeVar

from tensordiff.fold.flat.length import leaves, length_of
from tensordiff.fold.places import as_entry
from tensordiff.matrix import Matrix, Shape, build
from tensordiff.matrix.build import (
    add,
    as_number,
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
    terms_of,
    transpose,
    zeros,
)
from tensordiff.tensor import Dim

Value = TypeVar("Value")

_PUSHED = frozenset({"product", "hadamard", "kron", "add", "dot_divide", "dot_power", "divide", "block"})
"""Operations whose transpose is the operation on transposes."""

_MULTILINEAR = frozenset({"product", "hadamard", "kron", "diag", "vec", "transpose", "divide", "tr"})
"""Operations that are linear in each operand (a quotient in the first)."""

_MAX_SIGN_DEPTH = 3
_MAX_ROTATED = 64
"""Traces of longer products keep the rotation that they have."""

_SELF_TRANSPOSED = frozenset({"eye"})


def fold_up(
    root: Matrix,
    operands: Callable[[Matrix], Sequence[Matrix]],
    visit: Callable[[Matrix, list[Value]], Value],
    memo: dict[Matrix, Value],
) -> Value:
    """`visit(node, values of its operands)` at the root, innermost first and each node once. Iterative."""
    stack = [root]
    while stack:
        node = stack[-1]
        if node in memo:
            stack.pop()
            continue
        parts = operands(node)
        missing = [part for part in parts if part not in memo]
        if missing:
            stack.extend(reversed(missing))
            continue
        stack.pop()
        memo[node] = visit(node, [memo[part] for part in parts])
    return memo[root]


class Flat:
    """Operations on flat expressions; an object remembers what it found out, for one fold.

    `mark_symmetric` tells it which letters equal their transposes, `like` which way round differences are written.
    """

    def __init__(self, like: Matrix | None = None) -> None:
        self._flipped: dict[Matrix, Matrix] = {}
        self._lengths: dict[Matrix, int] = {}
        self._sizes: dict[Matrix, int] = {}
        self.repeated: frozenset[Matrix] = frozenset()
        """Sums that an answer has in several places: these do not take in a minus sign, which would make them two."""
        self.habits: dict[Matrix, None] = {}
        """The parts of the expression in whose manner the answer is written."""
        if like is not None:
            fold_up(like, lambda node: node.children, lambda node, _: None, self.habits)
        self._usual = frozenset(self._differences())
        sums = [(terms_of(node), node) for node in self.habits if node.op == "add" and not node.free]
        self._orders = {frozenset(terms): node for terms, node in sums if len(set(terms)) == len(terms)}

    def mark_symmetric(self, letter: Matrix) -> None:
        self._flipped[letter] = letter

    def is_symmetric(self, node: Matrix) -> bool:
        return len(node.shape) == 2 and node.shape[0] == node.shape[1] and self.flip(node) is node

    def flip(self, node: Matrix) -> Matrix:
        """The transpose, with transposes at the letters."""
        return fold_up(node, _flip_operands, self._flip_node, self._flipped)

    def _flip_node(self, node: Matrix, flipped: list[Matrix]) -> Matrix:
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

    def length(self, node: Matrix) -> int:
        """About how many characters the text of a node takes; what shorter answers are chosen by."""
        return fold_up(node, _operands, length_of, self._lengths)

    def product(self, factors: Iterable[Matrix]) -> Matrix:
        """The product of at least one factor, with identities dropped."""
        given = [letter for node in factors for letter in letters(node)]
        kept: list[Matrix] = []
        for letter in given:
            if letter.op == "ones" and kept and kept[-1].op == "ones" and not kept[-1].cols and not letter.rows:
                kept[-1] = ones(kept[-1].rows, letter.cols)
            elif kept and _is_diagonal(letter) and _is_diagonal(kept[-1]):
                kept[-1] = self.diagonal_matrix(self.hadamard([kept[-1].children[0], letter.children[0]]))
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
        powers = _with_tangents(powers)
        ordered = sorted(powers.items(), key=lambda item: (self.length(item[0]), self.text_key(item[0])))
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

    def without_sign(self, coefficient: Fraction, node: Matrix, first: bool) -> tuple[Fraction, Matrix]:
        """A minus sign taken into a difference, if there is one: -A*(x - y) = A*(y - x). 1 - x stays, and eye(n) - A
        unless the minus would stand first."""
        if coefficient < 0:
            found = self._negated(node, _MAX_SIGN_DEPTH, ("number", "eye"))
            if found is None and first:
                found = self._negated(node, _MAX_SIGN_DEPTH, ("number",))
            if found is not None:
                return -coefficient, found
        return coefficient, node

    def _negated(self, node: Matrix, depth: int, spared: Sequence[str]) -> Matrix | None:
        """The negative of a node by exchanging the terms of a difference inside; None where there is none. Differences
        that begin with one of the operations `spared` stay as they are."""
        if node.op == "add":
            if not (any(c < 0 for c in node.data) and any(c > 0 for c in node.data)):
                return None
            if node in self.repeated:
                return None
            first = next(x.op for c, x in zip(node.data, node.children, strict=True) if c > 0)
            return None if first in spared else self.negative(node)
        if not depth or node.op not in _MULTILINEAR:
            return None
        for place, child in enumerate(node.children if node.op != "divide" else node.children[:1]):
            others = node.children[:place] + node.children[place + 1 :]
            if child in others or self.flip(child) in others or transpose(child) in others:
                continue  # (x - y)*(x - y)' stays
            if (found := self._negated(child, depth - 1, spared)) is not None:
                return build.rebuild(node, (*node.children[:place], found, *node.children[place + 1 :]))
        return None

    def split(self, node: Matrix) -> tuple[Fraction, list[tuple[Matrix, Fraction]], Matrix]:
        """The node as coefficient * scalars with exponents * a matrix without scalar factors or a sign of its own."""
        coefficient = Fraction(1)
        scalars: list[tuple[Matrix, Fraction]] = []
        while True:
            inner, node = split_coefficient(node)
            coefficient *= inner
            if node.op == "divide":
                node, below = node.children
                scalars.append((below, Fraction(-1)))
                continue
            factors = letters(node)
            inside = [factor for factor in factors if factor.is_scalar]
            if node.is_scalar or not inside:
                sign, node = self.signed(node)
                return coefficient * sign, scalars, node
            scalars += [(factor, Fraction(1)) for factor in inside]
            node = product(*(factor for factor in factors if not factor.is_scalar))

    def text_key(self, node: Matrix) -> tuple[str, bytes]:
        """An order of nodes that does not depend on the run: the first name in it, then the digest."""
        return first_name(node), node.key

    def ordered_sum(self, terms: Iterable[tuple[Fraction, Matrix]]) -> Matrix:
        """The sum in the order in which people write it, equal terms collected: 1 - x, A*x + b, X'*X + a*eye(n)."""
        found: dict[Matrix, Fraction] = {}
        shape: Shape = ()
        for coefficient, node in terms:
            shape = shape or node.shape
            for inner, core in terms_of(node) if coefficient == 1 else [(Fraction(1), node)]:
                outer, core = split_coefficient(core)
                found[core] = found.get(core, Fraction(0)) + coefficient * inner * outer
        kept = [(c, node) for node, c in found.items() if c and node.op != "zeros"]
        if len(kept) > 1:
            kept.sort(key=lambda term: (term[0] < 0, *self._place_in_sum(term[1]), self.text_key(term[1])))
        if not kept:
            return zeros(*shape) if shape else number(0)
        made = add(kept)
        return product(made, ones(*shape)) if shape and made.is_scalar else made

    def _place_in_sum(self, node: Matrix) -> tuple[int, int, int]:
        """Numbers and identities come first in a sum, then products, those of more parts before those of fewer, then
        other terms, and multiples of identities and permutations last; equals by length."""
        length = self.length(node)
        if node.op in ("number", "eye"):
            return 0, 0, length
        if node.op != "product":
            return 2, 0, length
        if node.children[-1].op in ("eye", "commutation"):
            return 3, 0, length
        return 1, -fold_up(node, _operands, leaves, self._sizes), length

    def signed(self, node: Matrix) -> tuple[int, Matrix]:
        """A sum as sign * sum, of the sum and its negative always the same one."""
        if node.op != "add" or len(node.children) < 2:
            return 1, node
        terms = terms_of(node)
        other = self.negative(node)
        if node in self._usual or other in self._usual:
            return (1, node) if node in self._usual else (-1, other)
        units = [c for c, term in terms if term.op in ("number", "eye")]
        if len(units) == 1:  # 1 - s, eye(n) - P
            return (1, node) if units[0] > 0 else (-1, self.negative(node))
        first, _ = min(terms, key=lambda term: (self.length(term[1]), not term[1].is_scalar, self.text_key(term[1])))
        return (1, node) if first > 0 else (-1, self.negative(node))

    def in_usual_order(self, node: Matrix) -> Matrix:
        """A sum with its terms in the order in which the expression has them whose manner is followed."""
        return self._orders.get(frozenset(terms_of(node)), node) if node.op == "add" else node

    def _differences(self) -> Iterator[Matrix]:
        """The usual sums with a minus sign, and their transposes, as flat nodes."""
        for node in self.habits:
            if node.op == "add" and len({c < 0 for c in node.data}) > 1 and not node.free:
                made = self.ordered_sum(zip(node.data, node.children, strict=True))
                yield from (made, self.flip(made))

    def negative(self, node: Matrix) -> Matrix:
        """A sum with all signs changed."""
        return self.ordered_sum((-c, term) for c, term in terms_of(node))


def _is_diagonal(node: Matrix) -> bool:
    return node.op == "diag" and len(node.shape) == 2


def _flip_operands(node: Matrix) -> Sequence[Matrix]:
    if node.op == "product":
        return () if node.is_scalar else letters(node)
    return node.children if node.op in _PUSHED else ()


def _operands(node: Matrix) -> Sequence[Matrix]:
    return () if node.op == "named" else node.children


def entry_factors(node: Matrix) -> list[tuple[Matrix, Fraction]]:
    """A product entry by entry as (base, exponent) pairs; ones have none."""
    match node.op:
        case "ones":
            return []
        case "hadamard":
            return [pair for child in node.children for pair in entry_factors(child)]
        case "dot_divide":
            top, bottom = node.children
            above = [] if as_number(top) == 1 else entry_factors(top)
            return above + [(base, -exponent) for base, exponent in entry_factors(bottom)]
        case "dot_power":
            exponent = as_number(node.children[1])
            if exponent is not None and not node.children[0].is_scalar:
                return [(node.children[0], exponent)]
        case "apply" if node.data[0].name == "sqrt" and node.shape:
            return [(node.children[0], Fraction(1, 2))]
    return [(node, Fraction(1))]


_TANGENTS = {"sinh": ("cosh", "tanh"), "sin": ("cos", "tan")}


def _with_tangents(powers: dict[Matrix, Fraction]) -> dict[Matrix, Fraction]:
    """sinh(x)./cosh(x) as tanh(x), sin(x)./cos(x) as tan(x)."""
    found = dict(powers)
    for base, exponent in powers.items():
        if base.op != "apply" or base.data[0].name not in _TANGENTS or exponent <= 0:
            continue
        below, quotient = _TANGENTS[base.data[0].name]
        other = call(below, base.children[0])
        if found.get(other, Fraction(0)) == -exponent:
            del found[base], found[other]
            tangent = call(quotient, base.children[0])
            found[tangent] = found.get(tangent, Fraction(0)) + exponent
    return found


def entry_power(base: Matrix, exponent: Fraction) -> Matrix:
    """base.^exponent for a positive exponent, roots as sqrt."""
    if exponent == Fraction(1, 2):
        return call("sqrt", base)
    return base if exponent == 1 else dot_power(base, number(exponent))


def first_name(node: Matrix) -> str:
    """The first symbol or name in a node, reading from the left."""
    while node.children and node.op != "named":
        node = node.children[0]
    if node.op == "symbol":
        return str(node.data[0].name)
    return str(node.data[0]) if node.op in ("named", "size") else node.op


def letters(node: Matrix) -> list[Matrix]:
    """The factors of a product from left to right, products of matrices inside opened; scalars stay closed, also a row
    times ... times a column."""
    found: list[Matrix] = []
    row: int | None = None  # where the row began that is not yet ended by a column
    stack = [node]
    while stack:
        top = stack.pop()
        if top.op == "product" and not top.is_scalar:
            stack.extend(reversed(top.children))
            continue
        found.append(top)
        if top.is_scalar:
            continue
        if not top.rows:
            row = len(found) - 1
        if not top.cols:
            if row is not None:
                found[row:] = [product(*found[row:])]
            row = None
    return found


def scalar_factors(node: Matrix) -> list[Matrix]:
    """The factors of a scalar product: numbers, and rows times ... times columns."""
    found: list[Matrix] = []
    word: list[Matrix] = []
    for factor in node.children:
        if not word and factor.is_scalar:
            found.append(factor)
            continue
        word.append(factor)
        if not factor.is_scalar and not factor.cols:
            found.append(product(*word))
            word = []
    return [*found, *word]
