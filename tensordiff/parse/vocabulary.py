"""What the words of a call mean as words: which are names, functions, indices, marks. All texts of a call share one
vocabulary, which is made before any of them is parsed and goes with the scope of what was read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tensordiff.parse.names import spellings
from tensordiff.records import record, replace


@record
class Vocabulary:
    """`names` are declared, or settled by a text that was read before. Nothing here depends on shapes."""

    names: frozenset[str] = frozenset()
    sizes: frozenset[str] = frozenset()
    functions: frozenset[str] = frozenset()
    """Functions of the user's own, and letters that are unknown functions."""
    open: bool = True
    """Whether names that are not declared are allowed."""
    letters: frozenset[str] = frozenset()
    """Letters that stand alone somewhere in the call, as which a word may be split."""
    indices: frozenset[str] = frozenset()
    """Letters that are indices: of a sum, of an entry on a left side."""
    scalars: frozenset[str] = frozenset()
    """Names that are declared scalars, and sizes."""
    raised: frozenset[str] = frozenset()
    """T and t, where they are numbers, so that as exponents they are powers."""
    exponential: bool = True
    """Whether e^x is exp(x)."""
    primed: frozenset[str] = frozenset()
    """Names x of which x' is a second one."""
    bold: frozenset[str] = frozenset()
    """Small letters that are vectors by their font."""
    of_matrices: frozenset[tuple[str, str]] = frozenset()
    """Functions that act on a whole matrix here, each with its argument as written: exp of what stands under tr."""
    applied: frozenset[tuple[str, str]] = frozenset()
    """Names that stand for their values at an argument, with that argument: f(x) is f."""
    wide: bool = False
    """Whether tr and vec reach past the bracket behind them."""
    loose: bool = False
    """Whether the colon binds more loosely than + and -."""
    tight: bool = False
    """Whether what stands behind a Kronecker product side by side is multiplied by the whole: A \\otimes B \\, vec(X)."""
    labels: bool = False
    """Whether letters as exponents are labels: a^{l-1}, W^L."""
    claim: bool = False
    """Whether d is the differential."""
    assumed: tuple[str, ...] = ()
    """What was assumed so far, a sentence each."""

    def application(self, name: str, behind: str) -> int:
        """The length of the argument, with its brackets, behind the name of a value at that argument; 0 for none."""
        for own, argument in self.applied:
            if own == name and (found := re.match(rf"\s*(?:\\left)?\(\s*{re.escape(argument)}\s*(?:\\right)?\)", behind)):
                return found.end()
        return 0

    def knows(self, name: str) -> bool:
        return name in self.names or any(other in self.names for other in spellings(name))

    def noting(self, *sentences: str) -> Vocabulary:
        """The vocabulary with more that was assumed."""
        new = [sentence for sentence in sentences if sentence not in self.assumed]
        return replace(self, assumed=(*self.assumed, *new)) if new else self

    def alternatives(self) -> Iterator[tuple[Vocabulary, str]]:
        """Other ways to read the call where the usual one does not conform, each with what to say of it."""
        if not self.loose:
            yield replace(self, loose=True), "the colon read as the loosest operator"
        if not self.wide:
            yield replace(self, wide=True), "tr read as the trace of all that follows it"
        if not self.tight:
            yield replace(self, tight=True), "the Kronecker product read before the product with what stands behind it"
        if not self.labels:
            yield replace(self, labels=True), "letters above names read as labels, not as exponents"

    def merged(self, other: Vocabulary) -> Vocabulary:
        """What holds for texts of both calls."""
        return replace(
            self,
            letters=self.letters | other.letters,
            indices=self.indices | other.indices,
            open=self.open and other.open,
            labels=self.labels or other.labels,
            exponential=self.exponential and other.exponential,
            primed=self.primed | other.primed,
            bold=self.bold | other.bold,
            applied=self.applied | other.applied,
            of_matrices=self.of_matrices | other.of_matrices,
        ).noting(*other.assumed)
