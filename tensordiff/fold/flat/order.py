"""Signs and the order of terms: of a sum and its negative, and of the orders of its terms, always the same one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from tensordiff.fold.flat.factors import first_name
from tensordiff.fold.flat.length import leaves, length_of
from tensordiff.matrix import Matrix, Shape, build
from tensordiff.matrix.build import add, number, ones, product, split_coefficient, terms_of, transpose, zeros
from tensordiff.tensor import bottom_up, postorder

_MULTILINEAR = frozenset({"product", "hadamard", "kron", "diag", "vec", "transpose", "divide", "tr"})
"""Operations that are linear in each operand (a quotient in the first)."""

_MAX_SIGN_DEPTH = 3


class Order(ABC):
    """How sums are written in one answer: in the manner of the expression `like`, where that has a manner."""

    def __init__(self, like: Matrix | None = None) -> None:
        self._lengths: dict[Matrix, int] = {}
        self._sizes: dict[Matrix, int] = {}
        self.repeated: frozenset[Matrix] = frozenset()
        """Sums that an answer has in several places: these do not take in a minus sign, which would make them two."""
        self.habits: dict[Matrix, None] = dict.fromkeys(postorder([like] if like is not None else []))
        """The parts of the expression in whose manner the answer is written."""
        self.has_means = any(node.op == "mean" for node in self.habits)
        """Whether sum(x)/n is written mean(x), as the expression does."""
        self._usual = frozenset(self._differences())
        sums = [(terms_of(node), node) for node in self.habits if node.op == "add" and not node.free]
        self._orders = {frozenset(terms): node for terms, node in sums if len(set(terms)) == len(terms)}

    @abstractmethod
    def flip(self, node: Matrix) -> Matrix:
        """The transpose."""

    def length(self, node: Matrix) -> int:
        """About how many characters the text of a node takes; what shorter answers are chosen by."""
        return bottom_up(node, length_of, self._lengths, operands)

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
        return 1, -bottom_up(node, leaves, self._sizes, operands), length

    def signed(self, node: Matrix) -> tuple[int, Matrix]:
        """A sum as sign * sum, of the sum and its negative always the same one."""
        if node.op != "add" or len(node.children) < 2:
            return 1, node
        terms = terms_of(node)
        other = self.negative(node)
        if (node in self._usual) != (other in self._usual):
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
            if node.op == "add" and len(node.shape) <= 2 and len({c < 0 for c in node.data}) > 1 and not node.free:
                made = self.ordered_sum(zip(node.data, node.children, strict=True))
                yield from (made, self.flip(made))

    def negative(self, node: Matrix) -> Matrix:
        """A sum with all signs changed."""
        return self.ordered_sum((-c, term) for c, term in terms_of(node))


def operands(node: Matrix) -> Sequence[Matrix]:
    """What is written of a node: a name stands for itself."""
    return () if node.op == "named" else node.children
