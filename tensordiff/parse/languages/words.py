"""Words of plain text: a name as a whole, names side by side, a function, a differential. Decided by the vocabulary alone."""

from __future__ import annotations

import re

from tensordiff.parse.names import GREEK, LETTERS, is_callable, is_function, spellings
from tensordiff.parse.vocabulary import Vocabulary

_SIZE_LETTERS = frozenset("nmpqrkl")
_SIZES_ALONE = re.compile(r"[\w\s*+\-/^,()]*")
_MOST_WAYS = 3


def is_called(name: str, vocabulary: Vocabulary, bracket: bool) -> bool:
    """Whether a name is a function's: one of the language, of the user's own, or an unknown one. Some words of the language
    are functions only where a `bracket` follows."""
    stem = name.rstrip("'")
    if stem in vocabulary.functions:
        return True
    return (is_callable(name) if bracket else is_function(name)) and name not in vocabulary.names


def holds_sizes(inside: str, vocabulary: Vocabulary) -> bool:
    """Whether what stands in a bracket behind K, D or L is made of sizes alone, so that it is the constant."""
    if not _SIZES_ALONE.fullmatch(inside):
        return False
    words = re.findall(r"[^\W\d]\w*", inside)
    known = vocabulary.sizes if not vocabulary.open else vocabulary.sizes | _SIZE_LETTERS
    return bool(inside.strip()) and all(word in known or any(other in known for other in spellings(word)) for word in words)


def is_constant(name: str, behind: str, vocabulary: Vocabulary) -> bool:
    """Whether a letter such as K is the constant: a bracket of sizes follows. `behind` is the text after it."""
    if name not in LETTERS or not behind.startswith("("):
        return False
    depth = 0
    for place, character in enumerate(behind):
        depth += (character == "(") - (character == ")")
        if not depth:
            return holds_sizes(behind[1:place], vocabulary) or name in ("unit", "Dskew")
    return False


def differentiated(word: str, vocabulary: Vocabulary) -> str | None:
    """What a word such as dX is the differential of; None where it is none."""
    if not vocabulary.claim or vocabulary.knows(word) or len(word) < 2 or word[0] not in "d∂":
        return None
    rest = word[1:]
    if not rest.isidentifier():
        return None
    if (
        vocabulary.knows(rest)
        or is_called(rest, vocabulary, False)
        or (vocabulary.open and word != "det" and not is_function(word))
    ):
        return rest
    # The f of df is the name of what is differentiated.
    return rest if len(rest) == 1 or rest in GREEK else None


def ways(word: str, names: frozenset[str]) -> list[tuple[str, ...]]:
    """The ways in which a word is made of names."""
    starts: list[list[tuple[str, ...]]] = [[()], *([] for _ in word)]
    for start in range(len(word)):
        for end in range(start + 1, len(word) + 1):
            piece = word[start:end]
            if starts[start] and (piece in names or any(other in names for other in spellings(piece))):
                starts[end].extend((*way, piece) for way in starts[start][:_MOST_WAYS])
                del starts[end][_MOST_WAYS:]
    return [way for way in starts[len(word)] if len(way) > 1]


def letters_of(word: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """The letters of an undeclared word that is a product of them; () where it is a name."""
    if not word.isalpha() or len(word) < 2 or word in GREEK or is_function(word):
        return ()
    capital = any(letter.isupper() for letter in word)
    if (capital and not re.search(r"[^\W\d_A-ZΑ-Ω]{2}", word)) or all(letter in vocabulary.letters for letter in word):
        return tuple(word)
    return ()
