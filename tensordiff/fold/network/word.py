"""Words: products of matrices under construction, joined and turned in constant time."""

from __future__ import annotations

from tensordiff.fold.flat.flat import Flat
from tensordiff.matrix import Matrix
from tensordiff.records import record


@record(eq=False)
class Word:
    """A product of matrices as a binary tree with turns (transposes), read out once when it is complete."""

    letter: Matrix | None
    parts: tuple[Word, Word] | None = None
    turned: bool = False

    def turn(self) -> Word:
        """The transpose."""
        return Word(self.letter, self.parts, not self.turned)

    def then(self, other: Word) -> Word:
        """The product of this word and another."""
        return Word(None, (self, other))

    def matrix(self, flat: Flat) -> Matrix:
        """The product as a flat expression."""
        found: list[Matrix] = []
        stack = [(self, False)]
        while stack:
            word, turned = stack.pop()
            turned ^= word.turned
            if word.parts is not None:
                first, second = word.parts if turned else word.parts[::-1]
                stack += [(first, turned), (second, turned)]
            else:
                assert word.letter is not None
                found.append(flat.flip(word.letter) if turned else word.letter)
        return flat.product(found)
