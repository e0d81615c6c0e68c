"""Letters for the factors of products, and tensors as polynomials in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from tensordiff.canonical import Canonicaliser
from tensordiff.evidence.proof.chains import Chain, Chains, Link, put_together, take_apart, trace
from tensordiff.evidence.proof.completion import Monomial, Polynomial, Scalars, Word, accumulate, times
from tensordiff.functions import INVERSE, MATRIX_POWER, POWER
from tensordiff.tensor import (
    Apply,
    Dim,
    Factor,
    Sum,
    Tensor,
    add,
    apply,
    as_number,
    einsum,
    number,
    split_coefficient,
)

_HIGHEST_POWER = 6
"""Powers of matrices are words up to this exponent, letters of their own beyond."""


class UnreadableError(Exception):
    """A tensor is not a sum of words."""


class Alphabet:
    """Letters and scalars by number, in the order in which they were met."""

    def __init__(self, forms: Canonicaliser) -> None:
        self.forms = forms
        self.letters: list[Link] = []
        self.scalars: list[Tensor] = []
        self._letters: dict[Link, int] = {}
        self._scalars: dict[Tensor, int] = {}

    def letter(self, link: Link) -> int:
        """The number of a letter; a symmetric matrix is its own transpose."""
        if link.turned and link.kind == "matrix" and self.forms.symmetric(link.node):
            link = Link("matrix", link.node)
        found = self._letters.setdefault(link, len(self.letters))
        if found == len(self.letters):
            self.letters.append(link)
        return found

    def knows(self, link: Link) -> bool:
        return link in self._letters

    def knows_scalar(self, node: Tensor) -> bool:
        return node in self._scalars

    def scalar(self, node: Tensor) -> int:
        """The number of a scalar."""
        found = self._scalars.setdefault(node, len(self.scalars))
        if found == len(self.scalars):
            self.scalars.append(node)
        return found

    def turn(self, word: Word) -> Word:
        """The transposed word."""
        return tuple(self._turned(letter) for letter in reversed(word))

    def _turned(self, letter: int) -> int:
        link = self.letters[letter]
        return letter if link.kind in ("diagonal", "scalar") else self.letter(Link(link.kind, link.node, not link.turned))

    def transpose(self, polynomial: Mapping[Monomial, Fraction]) -> Polynomial:
        """The transposed polynomial."""
        made: Polynomial = {}
        accumulate(made, (((s, self.turn(w)), c) for (s, w), c in polynomial.items()))
        return made

    # -- from tensors -------------------------------------------------------------------------------------------------

    def word(self, links: Sequence[Link]) -> Word:
        """The letters of a row of links; small powers of a matrix are written out."""
        letters: list[int] = []
        for link in links:
            base, count = _repeated(link)
            letters.extend([self.letter(base)] * count)
        return tuple(letters)

    def read(self, tensor: Tensor) -> Polynomial:
        """A canonical matrix, vector or scalar as a polynomial. Raises UnreadableError."""
        made: Polynomial = {}
        for coefficient, term in terms_of(tensor):
            accumulate(made, [(self._monomial(take_apart(term)), coefficient)])
        return made

    def _monomial(self, parts: Chains) -> Monomial:
        closed = [chain for chain in parts.chains if chain.start is None and chain.end is None]
        row, last = _row_and_column(parts)
        scalars = list(parts.scalars)
        inner: list[int] = []
        if row is None or row.columns is None:  # there is a place between two vectors, for the scalars made of words
            beside = [link for chain in (row, last) if chain for link in chain.links if link.kind == "matrix"]
            turned = 2 * sum(link.turned for link in beside) > len(beside)
            words = sorted(self._as_beside(self.word(chain.links), turned) for chain in closed)
            inner = [letter for word in words for letter in word]
            kept = []
            for scalar in scalars:
                word = self._scalar_word(scalar)
                inner.extend(word)
                if not word:
                    kept.append(scalar)
            scalars = kept
        else:
            scalars.extend(self.tensor_of_word(self.word(chain.links)) for chain in closed)
        scalars.extend(trace(cycle) for cycle in parts.cycles)
        word = (self.word(row.links) if row else ()) + tuple(inner) + (self.word(last.links) if last else ())
        return self.central(scalars), word

    def _as_beside(self, word: Word, turned: bool) -> Word:
        """Of a word and its transpose the one with fewer transposed letters, with more where those beside it are."""
        sign = -1 if turned else 1
        return min(word, self.turn(word), key=lambda w: (sign * self.transposes(w), w))

    def transposes(self, word: Word) -> int:
        """How many letters of a word are transposed matrices."""
        return sum(self.letters[letter].turned for letter in word if self.letters[letter].kind == "matrix")

    def _scalar_word(self, node: Tensor) -> Word:
        """Letters for the reciprocal of a sum that has words in it."""
        base, exponent = power_parts(node)
        if not isinstance(base, Sum) or exponent.denominator != 1 or exponent > 0 or exponent < -_HIGHEST_POWER:
            return ()
        if not any(c.links for _, term in base.terms for c in take_apart(term).chains):
            return ()
        return (self.letter(Link("scalar", apply(POWER, base, number(-1)))),) * int(-exponent)

    def central(self, nodes: Iterable[Tensor]) -> Scalars:
        """A product of scalars that commute with everything."""
        made: Scalars = ()
        for node in nodes:
            base, exponent = power_parts(node)
            if exponent.denominator != 1:
                base, exponent = node, Fraction(1)
            elif isinstance(base, Sum) and exponent < 0:
                base, exponent = apply(POWER, base, number(-1)), -exponent
            made = times(made, ((self.scalar(base), int(exponent)),))
        return made

    def central_sum(self, tensor: Tensor) -> Polynomial:
        """A canonical scalar as a polynomial without letters: what is not a plain scalar is a scalar of its own."""
        made: Polynomial = {}
        for coefficient, term in terms_of(tensor):
            parts = take_apart(term)
            if parts.rest:
                raise UnreadableError
            words = [self.tensor_of_word(self.word(chain.links)) for chain in parts.chains]
            scalars = self.central([*parts.scalars, *words, *map(trace, parts.cycles)])
            accumulate(made, [((scalars, ()), coefficient)])
        return made

    # -- to tensors ---------------------------------------------------------------------------------------------------

    def tensor(self, polynomial: Mapping[Monomial, Fraction], rows: Dim | None, columns: Dim | None) -> Tensor:
        """The tensor that a polynomial stands for."""
        terms = [(c, self._tensor(s, w, rows, columns)) for (s, w), c in polynomial.items()]
        return add(terms, tuple(dim for dim in (rows, columns) if dim is not None))

    def tensor_of_word(self, word: Word) -> Tensor:
        """The scalar that a word from vector to vector stands for, canonical."""
        return self.forms.tensor(self._tensor((), word, None, None))

    def _tensor(self, scalars: Scalars, word: Word, rows: Dim | None, columns: Dim | None) -> Tensor:
        factors: list[Factor] = [(apply(POWER, self.scalars[base], number(e)), ()) for base, e in scalars]
        links = [self.letters[letter] for letter in word]
        factors.extend((link.node, ()) for link in links if link.kind == "scalar")
        placed, last = put_together([link for link in links if link.kind != "scalar"])
        output = ((0,) if rows is not None else ()) + ((last,) if columns is not None else ())
        sizes = {0: rows} if rows is not None and not word else {}
        return einsum([*factors, *placed], output, sizes)


def _row_and_column(parts: Chains) -> tuple[Chain | None, Chain | None]:
    """The chain that begins at the first axis, and the one that ends at the second where the first does not; both read
    from rows to columns. Raises Unreadable where a product is no such row of matrices."""
    ends = [("out", place, 0) for place in range(len(parts.output))]
    found: list[Chain] = []
    for start in ends:
        if start == ends[-1] and found and found[0].end == start:
            return found[0], None
        chain = next((c if c.start == start else c.turned() for c in parts.chains if start in (c.start, c.end)), None)
        if chain is None or (chain.end is not None and chain.end != ends[-1]):
            raise UnreadableError
        found.append(chain)
    if parts.rest or len(found) > 2 or sum(c.start is not None or c.end is not None for c in parts.chains) > len(found):
        raise UnreadableError
    return (found[0] if found else None), (found[1].turned() if len(found) == 2 else None)


def power_parts(node: Tensor) -> tuple[Tensor, Fraction]:
    """(base, exponent) of a power with a number as exponent; (node, 1) for anything else."""
    if isinstance(node, Apply) and node.function == POWER and (exponent := as_number(node.children[1])) is not None:
        return node.children[0], exponent
    return node, Fraction(1)


def terms_of(tensor: Tensor) -> Sequence[tuple[Fraction, Tensor]]:
    """The terms of a canonical tensor: (coefficient, product)."""
    return tensor.terms if isinstance(tensor, Sum) else (split_coefficient(tensor),)


def _repeated(link: Link) -> tuple[Link, int]:
    """A power of a matrix as the matrix, or its inverse, so many times."""
    node = link.node
    if link.kind == "matrix" and isinstance(node, Apply) and node.function == MATRIX_POWER:
        exponent = as_number(node.children[1])
        if exponent is not None and abs(exponent) <= _HIGHEST_POWER:
            base = node.children[0] if exponent > 0 else apply(INVERSE, node.children[0])
            return Link("matrix", base, link.turned), int(abs(exponent))
    return link, 1
